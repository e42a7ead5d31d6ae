"use strict";
// Draws the page from the JSON in #content. No library, no network; every text goes in as text, never as markup.

const content = JSON.parse(document.getElementById("content").textContent);
const root = document.documentElement;
const LETTERS = ["", "A", "B", "C", "D", "E"];
const LAYERS = [["none", "Picture"], ["heat", "Heat"], ["parts", "Parts"], ["points", "Landmarks"]];
const SIDES = { L: "left", R: "right", B: "" };
// The 68 landmarks as lines: first, last, closed.
const LINES = [[0, 16], [17, 21], [22, 26], [27, 30], [31, 35], [36, 41, true], [42, 47, true], [48, 59, true], [60, 67, true]];

const state = {
  view: (content.views.find(view => view.id === "frontal") || content.views[Math.floor(content.views.length / 2)]).id,
  layer: "none",
};

// building blocks ------------------------------------------------------------------------------------------------------

function el(name, attributes = {}, ...children) {
  const svg = ["svg", "path", "circle"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [property, to] of Object.entries(value)) node.style.setProperty(property, to);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined));
  return node;
}

const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const row = (term, ...values) => el("div", {}, el("dt", {}, term), el("dd", {}, ...values));

function choice(label, options, current, pick) {
  const press = (button, id) => {
    for (const other of button.parentNode.children) other.setAttribute("aria-pressed", other === button);
    pick(id);
  };
  return el("div", { class: "choice", role: "group", "aria-label": label }, options.map(([id, text]) =>
    el("button", { type: "button", "data-id": id, "aria-pressed": id === current, onclick: event => press(event.currentTarget, id) }, text)));
}

// one picture and its layers -------------------------------------------------------------------------------------------

function picture(view, label, tag = "button") {
  const frame = el(tag, { class: "picture", type: tag === "button" ? "button" : null, "aria-label": label, style: { "aspect-ratio": view ? view.aspect : 1 } });
  if (!view) frame.append(el("span", { class: "absent" }, "not rendered"));
  else {
    const image = (kind, source) => source && el("img", { class: kind, src: source, alt: "", decoding: "async", draggable: "false" });
    const layers = [image("photo", view.rgb), image("heat", view.heat), image("parts", view.parts), points(view)];
    frame.append(...layers.filter(Boolean), reading(frame, view));
  }
  return frame;
}

function points(view) {
  const high = 100 / view.aspect;
  const at = ([x, y]) => `${(100 * x).toFixed(2)} ${(high * y).toFixed(2)}`;
  const line = ([first, last, closed]) => el("path", { d: "M" + view.landmarks.slice(first, last + 1).map(at).join("L") + (closed ? "Z" : "") });
  const dot = ([x, y, seen]) => el("circle", { cx: 100 * x, cy: high * y, r: .75, class: seen ? null : "hidden" });
  return el("svg", { class: "points", viewBox: `0 0 100 ${high}`, "aria-hidden": "true" },
    view.landmarks.length === 68 ? LINES.map(line) : [], view.landmarks.map(dot));
}

// Millimetres under the pointer: the grey picture behind the colours holds the numbers.
function reading(frame, view) {
  const note = el("span", { class: "reading number" });
  let pixels = null;
  const load = () => {
    const image = frame.querySelector(".heat");
    if (!image || !image.complete) return null;
    const canvas = el("canvas", { width: image.naturalWidth, height: image.naturalHeight });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  };
  frame.addEventListener("pointermove", event => {
    if (state.layer !== "heat" || !view.heat) return;
    pixels ||= load();
    if (!pixels) return;
    const box = frame.getBoundingClientRect();
    const x = Math.floor((event.clientX - box.left) / box.width * pixels.width);
    const y = Math.floor((event.clientY - box.top) / box.height * pixels.height);
    const value = pixels.data[4 * (y * pixels.width + x)] / 255 * content.heat.scale_mm;
    note.textContent = `${value >= content.heat.scale_mm ? "≥ " : ""}${value.toFixed(1)} mm`;
    note.classList.add("on");
  });
  frame.addEventListener("pointerleave", () => note.classList.remove("on"));
  return note;
}

// labels ---------------------------------------------------------------------------------------------------------------

// A long notation may break after a plus, never inside a word.
const notation = ({ facs }) => facs.replaceAll("+", "+\u200b") || "no action units";

function gauge(terms) {
  return el("div", { class: "gauge", role: "img", "aria-label": "PSPI terms: " + Object.entries(terms).map(pair => pair.join(" ")).join(", ") },
    content.terms.map(({ id, size, colour }) => el("div", { class: "term", style: { flex: size, "--hue": colour } },
      el("div", { class: "cells" }, Array.from({ length: size }, (_, i) => el("i", { class: i < terms[id] ? "on" : null }))),
      el("small", {}, id))));
}

function unit({ n, name, term, sides }) {
  const hue = content.terms.find(({ id }) => id === term);
  const same = sides.every(([, code]) => code === sides[0][1]);
  const shown = same ? [["", sides[0][1], sides[0][2]]] : sides;
  const told = shown.map(([side, code, share]) => `${SIDES[side] ?? ""} ${LETTERS[code] || "0"}, ${Math.round(100 * share)} % of full movement`.trim());
  return el("li", { title: `AU${n} ${name}: ${told.join("; ")}`, style: hue ? { "--hue": hue.colour } : {} },
    el("span", { class: "n number" }, n), el("span", { class: "name" }, name),
    el("span", { class: "bars" }, shown.map(([, code]) => el("span", { class: "bar" }, el("i", { style: { width: `${20 * code}%` } })))),
    el("span", { class: "letter" }, same ? LETTERS[sides[0][1]] : sides.map(([, code]) => LETTERS[code] || "–").join("/")));
}

function face(person, expression) {
  const label = `${person.title}, ${expression.kind}, PSPI ${expression.pspi}: open large`;
  const frame = picture(expression.views[state.view], label);
  frame.addEventListener("click", () => closeup(person, expression));
  return el("article", { class: "face" }, frame,
    el("header", {}, el("span", { class: expression.pain ? "kind pain" : "kind" }, expression.kind),
      el("span", { class: "score number" }, "PSPI", el("b", {}, expression.pspi))),
    gauge(expression.terms), el("code", { class: "notation" }, notation(expression)),
    el("ul", { class: "units" }, expression.aus.map(unit)));
}

function who(person) {
  return el("div", { class: "who" },
    el("p", { class: "id" }, person.id), el("h2", {}, person.title), el("p", { class: "aim" }, person.group),
    person.twin_of ? el("p", { class: "twin" }, "Twin of ", el("a", { href: `#${person.twin_of}` }, person.twin_of)) : null,
    person.fixed ? el("p", { class: "fixed" }, `Fixed: ${person.fixed}`) : null,
    person.look ? el("p", { class: "look" }, person.look) : null,
    el("dl", {},
      row("Skin", el("span", { class: "tone", title: `measured Lab ${person.lab.join(", ")}; aimed at ${person.target}` },
        el("i", { style: { background: person.skin } }), el("span", { class: "number" }, `L* ${Math.round(person.lab[0])}`))),
      row("Gender", el("div", { class: "axis-line", title: `${person.gender} on the axis from woman (0) to man (1)` },
        el("i", { style: { left: `${100 * person.gender}%` } }))),
      row("Ancestry", el("div", { class: "mix", title: `weights of the three poles: ${person.ancestry.join(", ")}` },
        person.ancestry.map(share => el("i", { style: { flex: share } })))),
      row("Light", person.light), ...(person.cover ? [row("Covered", person.cover)] : []),
      row("Split", el("span", { class: "number" }, person.split))));
}

// the large picture ----------------------------------------------------------------------------------------------------

function closeup(person, expression, at = state.view) {
  const dialog = document.querySelector(".closeup");
  const known = content.views.filter(({ id }) => expression.views[id]);
  const current = expression.views[at] ? at : known[0].id;
  const view = expression.views[current];
  const strip = known.map(({ id, label }) => el("button", { type: "button", "aria-pressed": id === current, onclick: () => closeup(person, expression, id) },
    picture(expression.views[id], label, "span"), label));
  dialog.replaceChildren(el("div", { class: "inside" },
    el("div", { class: "stage" }, picture(view, expression.kind, "div"), known.length > 1 ? el("div", { class: "strip" }, strip) : null),
    el("div", { class: "labels" }, ...labels(person, expression, view, current))),
    el("button", { class: "close", type: "button", "aria-label": "Close", autofocus: "", onclick: () => dialog.close() }, "×"));
  if (!dialog.open) dialog.showModal();
  history.replaceState(null, "", `#${person.id}/${expression.id}/${current}`);
}

function labels(person, expression, view, name) {
  const seen = view.regions.filter(([, shares]) => Math.max(...shares) > 0);
  return [
    el("h3", {}, el("span", { class: expression.pain ? "kind pain" : "kind", style: { font: "inherit" } }, expression.kind), `, PSPI ${expression.pspi}`),
    el("p", { class: "path" }, `${person.id}/${expression.id}/${name}`),
    gauge(expression.terms), el("code", { class: "notation" }, notation(expression)),
    el("ul", { class: "units" }, expression.aus.map(unit)),
    el("h4", {}, "Picture"), el("dl", {}, row("Camera", view.camera), row("Face", `${view.face} pixels high`),
      row("Turned by", `yaw ${view.pose[0]}°, pitch ${view.pose[1]}°, roll ${view.pose[2]}°`), row("Light", person.light), ...(person.look ? [row("Look", person.look)] : []),
      ...(view.cover ? [row("Covered", view.cover)] : [])),
    el("h4", {}, "Person"), el("dl", {}, row("Who", `${person.title}, ${person.group}`), row("Id", el("span", { class: "path" }, person.person))),
    seen.length ? el("h4", {}, "In sight, left / right") : null,
    seen.length ? el("dl", { class: "regions" }, seen.map(([region, shares]) => row(region, `${shares.map(share => Math.round(100 * share)).join(" / ")} %`))) : null,
  ];
}

// the page -------------------------------------------------------------------------------------------------------------

function masthead() {
  const people = content.people.length, all = content.total.people;
  const shown = people < all ? `The first ${people} of ${all.toLocaleString("en")} people` : count(people, "person", "people");
  const pictures = content.people.flatMap(person => person.expressions).reduce((sum, expression) => sum + Object.keys(expression.views).length, 0);
  const faces = content.people.reduce((sum, person) => sum + person.expressions.length, 0);
  return [
    el("div", {}, el("p", { class: "kicker" }, "Wince"), el("h1", {}, content.name),
      el("p", { class: "lede" }, `${shown} who ${people === 1 ? "does" : "do"} not exist, ${count(faces, "face", "faces")}, ${count(pictures, "labelled picture", "labelled pictures")}.`)),
    histogram(), el("dl", { class: "facts" }, content.facts.map(([term, value]) => row(term, value)))];
}

function histogram() {
  const tally = Array.from({ length: 17 }, () => 0);
  for (const { pspi, kind } of content.people.flatMap(person => person.expressions)) if (kind !== "neutral") tally[pspi] += 1;
  const highest = Math.max(1, ...tally);
  return el("figure", { class: "histogram" }, el("figcaption", {}, "PSPI of the expressions"),
    el("ol", {}, tally.map((n, score) => el("li", { title: `PSPI ${score}: ${n}`, style: { height: `${100 * n / highest}%` } }))),
    el("div", { class: "axis number" }, [0, 4, 8, 12, 16].map(tick => el("span", {}, tick))));
}

function controls() {
  const gradient = `linear-gradient(90deg, ${content.heat.stops.join(", ")})`;
  return el("div", {},
    content.views.length > 1 ? choice("View", content.views.map(({ id, label }) => [id, label]), state.view, setView) : null,
    choice("Layer", LAYERS, state.layer, setLayer),
    el("span", { class: "scale number" }, "0", el("i", { style: { background: gradient } }), `${content.heat.scale_mm} mm and more`),
    el("span", { class: "key" }, content.parts.map(([name, colour]) => el("span", {}, el("b", { style: { background: colour } }), name))),
    el("span", { class: "spring" }), el("button", { class: "theme", type: "button", onclick: turnTheme }, "Light or dark"));
}

function colophon() {
  return [
    el("p", {}, "PSPI is the Prkachin and Solomon Pain Intensity: AU4 + the greater of AU6 and AU7 + the greater of AU9 and AU10 + 1 when the eyes are closed (AU43), 0 to 16. It is computed from the action units whatever their cause: a smile that lifts the cheeks scores too, and is not pain."),
    el("p", {}, `Heat is how far each point of the skin is moved by those action units alone, in millimetres, on one scale for the whole page. Closing lids go beyond its end.`),
    el("p", {}, "Letters are FACS intensities, A (trace) to E (maximum). Where the sides differ the left one comes first; left and right are the person’s own. The group is what the generator aimed at, not a property of anybody."),
    el("p", {}, "Keys: ← and → change the view, H shows the heat, P the parts, L the landmarks. Point at a face to read millimetres; click it for its labels."),
  ];
}

// SVG colours the grey heat: transparent where the skin is still, then along the stops.
function heatFilter() {
  const channel = i => content.heat.stops.map(stop => (parseInt(stop.slice(1 + 2 * i, 3 + 2 * i), 16) / 255).toFixed(3)).join(" ");
  const holder = document.createElement("div");
  holder.innerHTML = `<svg width="0" height="0" style="position:absolute" aria-hidden="true"><filter id="heat" x="0" y="0" width="1" height="1" color-interpolation-filters="sRGB">
    <feColorMatrix values="1 0 0 0 0  1 0 0 0 0  1 0 0 0 0  6 0 0 0 -.15"/>
    <feComponentTransfer><feFuncR type="table" tableValues="${channel(0)}"/><feFuncG type="table" tableValues="${channel(1)}"/><feFuncB type="table" tableValues="${channel(2)}"/></feComponentTransfer></filter></svg>`;
  return holder.firstChild;
}

function people() {
  return content.people.map(person => el("section", { class: "person", id: person.id }, who(person),
    el("div", { class: "faces" }, person.expressions.map(expression => face(person, expression)))));
}

function draw() { document.querySelector("main").replaceChildren(...people()); }

function setView(view) { state.view = view; press("View", view); draw(); }

function setLayer(layer) { state.layer = layer; root.dataset.layer = layer; press("Layer", layer); }

function press(label, id) {
  for (const button of document.querySelectorAll(`[aria-label="${label}"] button`)) button.setAttribute("aria-pressed", button.dataset.id === id);
}

function turnTheme() {
  const dark = getComputedStyle(root).colorScheme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
}

function keyboard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const layer = { h: "heat", p: "parts", l: "points" }[event.key.toLowerCase()];
  if (layer) setLayer(state.layer === layer ? "none" : layer);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  const large = document.querySelector('.closeup[open] .strip [aria-pressed="true"]');
  if (document.querySelector(".closeup").open) return void (step > 0 ? large?.nextElementSibling : large?.previousElementSibling)?.click();
  const order = content.views.map(({ id }) => id);
  setView(order[(order.indexOf(state.view) + step + order.length) % order.length]);
}

// index.html#heat opens with the heat on, index.html#id00003/e02/frontal at that picture, and both joined by & do both.
function follow(address) {
  for (const word of address.split("&")) {
    if (LAYERS.some(([id]) => id === word)) setLayer(word);
    const [who, what, view] = word.split("/");
    const person = content.people.find(({ id }) => id === who);
    const expression = person && person.expressions.find(({ id }) => id === what);
    if (expression) closeup(person, expression, view);
  }
}

document.querySelector(".masthead").append(...masthead());
document.querySelector(".controls").append(controls());
document.querySelector(".colophon").append(...colophon());
document.body.prepend(heatFilter());
document.querySelector(".closeup").addEventListener("click", event => { if (event.target === event.currentTarget) event.currentTarget.close(); });
document.addEventListener("keydown", keyboard);
document.querySelector(".closeup").addEventListener("close", () => history.replaceState(null, "", location.pathname));
draw();
follow(decodeURIComponent(location.hash.slice(1)));
