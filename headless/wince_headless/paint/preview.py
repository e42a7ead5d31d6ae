"""The sheet to look at: a painted head from all sides, lit and unlit, beside the built-in skin; its atlas, what was seen, the numbers."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from wince.core import cameras, colour

from . import zbuffer
from .finish.quality import THRESHOLDS

# name, yaw, pitch in degrees: the lit row; the unlit and the built-in rows show the first five
SIDES = (("front", 0, 0), ("left 40", 40, 0), ("right 40", -40, 0), ("left 85", 85, 0), ("right 85", -85, 0), ("under the chin", 0, -38))
VIEW, GAP, EDGE, HEAD = 300, 10, 28, 74                    # pixels: a view's side, between pictures, around the sheet, above it
MAP = 460                                                  # side of a map
LEGEND, NAME = 52, 92                                      # below the map of who saw what: height, and the width of a name
THIN = 1024                                                # texels along a side of which a map is made small
OVERSAMPLED = 2
LENS_MM, FILLED = 170.0, 0.82                              # of a picture's height, by the head
TALL_M = 0.23                                              # of a head, crown to chin, where there are no eyes to tell
PAPER, INK, FAINT = (243, 241, 238), (32, 31, 30), (122, 117, 112)
GOOD, BAD = (38, 128, 72), (190, 44, 40)
BACK = (222, 219, 215)                                     # behind heads, display
KEY, FILL, AMBIENT = (0.55, 0.55, 0.65), (-0.8, 0.1, 0.4), 0.42       # lights in the view: right, up, towards the viewer
SCALE = ((0.0, (58, 40, 90)), (0.35, (60, 110, 160)), (0.7, (90, 180, 130)), (1.0, (250, 225, 90)))       # of the coverage

# what is said of a quality, in this order: how it is written, and its name among quality's facts
LINES = (("seen by the views", "coverage", "{:.1%}"), ("has a colour", "painted", "{:.2%}"), ("views disagree", "disagreement", "{:.3f}"),
         ("light baked in, before", "bakedness_before", "{:.3f}"), ("light baked in, after", "bakedness_after", "{:.3f}"),
         ("left unlike right", "asymmetry", "{:.3f}"), ("highlights", "highlights", "{:.2%}"),
         ("seam step, before", "seam_before", "{:.2f}"), ("seam step, after", "seam_after", "{:.2f}"),
         ("tone, CIEDE2000", "tone_difference", "{:.2f}"),
         ("grain beside built-in", "sharpness", "{:.2f}"), ("lips and brows in place", "features", "{:.2f}"),
         ("clipped", "clipped", "{:.2%}"))


def sheet(picture, coverage, surface, facts, builtin=None, seen=None):
    """Return the sheet of a painted skin as the bytes of a PNG, the same for the same arguments.

    picture    (S, S, 3) float32 linear sRGB, row 0 at v = 0
    coverage   (S, S) 0..1, how well the views saw a texel
    surface    Surface, of any size
    facts      dict as texture.json has it: "person" {"id"}, "painter", "models" [{"id", "revision"}], "seed", "quality"; what is
               missing is not written
    builtin    (S, S, 3) the built-in skin, to compare; None: without
    seen       {view's name: (S, S) 0..1}: the weights of single views; None: the coverage alone
    """
    heads = [head(surface, yaw, pitch) for _, yaw, pitch in SIDES]
    rows = 2 if builtin is None else 3
    left, top, width = EDGE + (3 if seen else 2) * (MAP + GAP), HEAD + EDGE, 2 * EDGE + len(SIDES) * VIEW + (len(SIDES) - 1) * GAP
    judged = _judged(facts.get("quality", {}), width - EDGE - left)
    below = max(MAP + 22 + (LEGEND if seen else 0), sum(height for height, _ in judged))
    paper = Image.new("RGB", (width, top + rows * (VIEW + GAP + 22) + below + EDGE), PAPER)
    draw = ImageDraw.Draw(paper)
    _title(draw, facts, width - 2 * EDGE)
    for column, (side, one) in enumerate(zip(SIDES, heads, strict=True)):
        for row, (name, shown) in enumerate(_rows(one, picture, builtin)):
            _put(paper, draw, shown, EDGE + column * (VIEW + GAP), top + row * (VIEW + GAP + 22), f"{side[0]}, {name}")
    top += rows * (VIEW + GAP + 22)
    _maps(paper, draw, top, picture, coverage, seen)
    for height, write in judged:
        write(draw, left, top)
        top += height
    file = io.BytesIO()
    paper.save(file, "PNG", compress_level=4)
    return file.getvalue()


def head(surface, yaw, pitch, side=VIEW):
    """Return a head as it is seen: colours of its eyes, uv (nan there), normals in the view, whether anything is shown.

    Each (H, W, ...), OVERSAMPLED times `side` pixels wide; from `yaw` degrees to its left and `pitch` above.
    """
    mesh, size = surface.mesh, side * OVERSAMPLED
    middle, tall = _placed(mesh)
    view = cameras.view(cameras.Camera("preview", yaw, pitch, lens_mm=LENS_MM, fill=FILLED), middle, tall, (size, size))
    raster = zbuffer.rasterise(view, mesh.points, mesh.triangles)
    normal = raster.of(mesh.normals, mesh.triangles) @ (view.R.T * [1, -1, -1]).astype(np.float32)
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    uv = np.einsum("hwk,hwkc->hwc", raster.weights, mesh.uv[np.maximum(raster.triangle, 0)])
    eyes = np.zeros((len(mesh.points), 3), np.float32)
    if getattr(mesh, "eyes", None) is not None:
        eyes[-len(mesh.eyes):] = mesh.eyes
    return raster.of(eyes, mesh.triangles), uv, normal, raster.shown


def _placed(mesh):
    """Return the middle (3,) of the head on top of a mesh and its height: eyes lie halfway between crown and chin."""
    points = mesh.points
    crown, tall = float(points[:, 2].max()), TALL_M
    if getattr(mesh, "eyes", None) is not None:
        tall = 2 * (crown - float(points[-len(mesh.eyes):, 2].mean()))
    above = points[points[:, 2] > crown - 0.8 * tall]
    return np.array([0, (above[:, 1].min() + above[:, 1].max()) / 2, crown - tall / 2], float), tall


def _rows(one, picture, builtin):
    """Yield what is shown of a `head`: the name of the row, and display colours."""
    own = worn(one, picture)
    yield "lit", shaded(one, own, True)
    yield "unlit", shaded(one, own, False)
    if builtin is not None:
        yield "built-in", shaded(one, worn(one, builtin), True)


def worn(one, picture):
    """Return the colours (H, W, 3) float32 linear of a `head` that wears a skin (S, S, 3) linear sRGB."""
    eyes, uv, _, shown = one
    out = np.broadcast_to(colour.decode(np.array(BACK) / 255), eyes.shape).astype(np.float32)
    out[shown] = eyes[shown]
    skin = shown & np.isfinite(uv[..., 0])
    out[skin] = _looked_up(picture, uv[skin])
    return out


def shaded(one, colours, lit):
    """Return display colours (H, W, 3) uint8 of a `head` of linear `colours`, see `worn`, evenly bright or in soft light."""
    normal, shown = one[2:]
    out = colours.copy()
    if lit:
        out[shown] *= _light(normal[shown])[:, None]
    wide = out.shape[0] // OVERSAMPLED
    small = out.reshape(wide, OVERSAMPLED, wide, OVERSAMPLED, 3).mean(axis=(1, 3))
    return np.round(colour.encode(small) * 255).astype(np.uint8)


def _light(normal):
    """Return how much light skin gets whose normals in the view are (n, 3): a soft key, a weaker fill, the sky."""
    key, fill = (np.array(way) / np.linalg.norm(way) for way in (KEY, FILL))
    wrapped = np.clip((normal @ key + 0.25) / 1.25, 0, 1) ** 1.3
    return AMBIENT * (0.75 + 0.25 * normal[..., 1]) + 0.85 * wrapped + 0.16 * np.clip(normal @ fill, 0, 1)


def _looked_up(picture, uv):
    """Return what a picture (S, S, C) shows at uv (..., 2), bilinearly."""
    size = len(picture)
    at = uv * size - 0.5
    low = np.floor(at).astype(int)
    share = (at - low).astype(np.float32)
    (x0, y0), (x1, y1) = (np.moveaxis(np.clip(low + k, 0, size - 1), -1, 0) for k in (0, 1))
    x, y = share[..., 0, None], share[..., 1, None]
    return (1 - y) * ((1 - x) * picture[y0, x0] + x * picture[y0, x1]) + y * ((1 - x) * picture[y1, x0] + x * picture[y1, x1])


def _maps(paper, draw, top, picture, coverage, seen):
    """Put the atlas, the coverage and the views' shares on the sheet."""
    thin = slice(None, None, max(1, len(picture) // THIN))
    picture, coverage = picture[thin, thin], coverage[thin, thin]
    _put(paper, draw, _small(colour.encode(picture)), EDGE, top, "albedo")
    _put(paper, draw, _small(_coloured(coverage)), EDGE + MAP + GAP, top, "how well it was seen: dark not at all, yellow face on")
    if not seen:
        return
    left = EDGE + 2 * (MAP + GAP)
    _put(paper, draw, _small(_who([weight[thin, thin] for weight in seen.values()])), left, top, "who saw it")
    for number, (name, hue) in enumerate(zip(seen, _hues(len(seen)), strict=True)):
        row, column = divmod(number, MAP // NAME)
        x, y = left + column * NAME, top + 20 + MAP + 8 + 20 * row
        draw.rectangle((x, y, x + 12, y + 12), tuple(int(255 * v) for v in hue))
        draw.text((x + 18, y - 2), name, INK, ImageFont.load_default(14))


def _small(display):
    """Return a picture of the atlas (S, S, 3) display 0..1 as files go, MAP pixels wide, uint8."""
    image = Image.fromarray(np.round(np.clip(display[::-1], 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.resize((MAP, MAP), Image.Resampling.BOX if image.width >= MAP else Image.Resampling.BICUBIC))


def _coloured(coverage):
    """Return the colours (S, S, 3) 0..1 of a coverage."""
    at, shades = [place for place, _ in SCALE], np.array([shade for _, shade in SCALE]) / 255
    out = np.stack([np.interp(coverage, at, shades[:, k]) for k in range(3)], axis=-1)
    return np.where((coverage > 0)[..., None], out, 0.13)


def _who(weights):
    """Return views' hues mixed by their weights [(S, S)]."""
    total = np.sum(weights, axis=0)
    mixed = sum(weight[..., None] * np.array(hue) for weight, hue in zip(weights, _hues(len(weights)), strict=True))
    return np.where(total[..., None] > 0, mixed / np.maximum(total, 1e-9)[..., None], 0.13)


def _hues(count):
    """Return so many colours (3,) 0..1 that can be told apart."""
    turn = np.arange(count) / max(count, 1)
    return [tuple(0.55 + 0.4 * np.cos(2 * np.pi * (t - shift)) for shift in (0, 1 / 3, 2 / 3)) for t in turn]


def _title(draw, facts, wide):
    """Write who this is and how it was painted, on lines of `wide` pixels at most."""
    models = [f"{model.get('id', '?')}@{str(model.get('revision', ''))[:12]}".rstrip("@") for model in facts.get("models", ())]
    said = [str(facts[key]) if key == "painter" else f"{key} {facts[key]}" for key in ("painter", "seed", "profile") if key in facts]
    for words, down, shade, tall in ((str(facts.get("person", {}).get("id", "")), -8, INK, 30), ("   ".join(said + models), 30, FAINT, 17)):
        font = ImageFont.load_default(tall)
        lines = _wrapped(words, wide - 40, font)
        draw.text((EDGE, EDGE + down), lines[0] + (" ..." if lines[1:] else ""), shade, font)


def _put(paper, draw, picture, left, top, words):
    """Put a picture on the sheet with a few words above it."""
    draw.text((left, top), words, FAINT, ImageFont.load_default(14))
    paper.paste(Image.fromarray(picture), (left, top + 20))


def _judged(quality, wide):
    """Return what is said of a quality on a column of `wide` pixels, [(height, what writes it at (draw, left, top))].

    The numbers are green where they keep to what is wanted and red where not.
    """
    out = [(22, _line("quality", FAINT, 14))]
    if "passed" in quality:
        out.append((34, _line(*(("passed", GOOD) if quality["passed"] else ("not good enough", BAD)), 24)))
    for words, name, form in LINES:
        value = quality.get(name)
        if value is not None:
            out.append((21, _row(words, form.format(value), _verdict(name, value))))
    if "lab" in quality and "target_lab" in quality:
        out.append((42, _tone(quality)))
    lines = [line for sentence in quality.get("why", ()) for line in _wrapped(sentence, wide, ImageFont.load_default(14))]
    return out + [(17, _line(line, BAD, 14)) for line in lines]


def _line(words, shade, tall):
    return lambda draw, left, top: draw.text((left, top), words, shade, ImageFont.load_default(tall))


def _row(words, value, shade):
    def write(draw, left, top):
        draw.text((left, top), words, INK, ImageFont.load_default(16))
        draw.text((left + 200, top), value, shade, ImageFont.load_default(16))
    return write


def _verdict(name, value):
    """Return the colour of a number: ink where nothing is asked of it."""
    least, most, _ = THRESHOLDS.get(name, (None, None, ""))
    if least is None and most is None:
        return INK
    return BAD if (least is not None and value < least) or (most is not None and value > most) else GOOD


def _tone(quality):
    """Return what shows the skin's mean beside the one that was planned."""
    def write(draw, left, top):
        for at, words, lab, monk in ((left, "is", "lab", "monk"), (left + 130, "planned", "target_lab", "target_monk")):
            shade = np.round(colour.encode(colour.from_lab(quality[lab])) * 255).astype(int)
            draw.rectangle((at, top + 6, at + 26, top + 32), tuple(map(int, shade)), FAINT)
            draw.text((at + 34, top + 10), f"{words}, Monk {quality[monk]}", INK, ImageFont.load_default(15))
    return write


def _wrapped(sentence, wide, font):
    """Return a sentence as lines of at most `wide` pixels; a word that is longer than that is cut."""
    lines = [""]
    for word in sentence.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if font.getlength(joined) <= wide:
            lines[-1] = joined
            continue
        while font.getlength(word) > wide:
            most = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or font.getlength(word[:n]) <= wide)
            lines.append(word[:most])
            word = word[most:]
        lines.append(word)
    return [line for line in lines if line] or [""]
