"""Records -> the words and numbers on the page, as plain values that go to JSON."""

from wince.core.facs.table import TABLE

from ..dataset import camera_yaw_deg
from . import colours

LEAST_COVER = 0.005             # of the face: less hides nothing
GREY = 0.6                      # from which share of grey hairs hair is called grey
DENOISERS = {"oidn": "OpenImageDenoise", "none": "none"}


def title(dataset):
    """Return {"name", "facts": [[label, value], ...]} for the head of the page, from the job and the origin."""
    render, origin = dataset.job.render, dataset.origin
    width, height = render.resolution
    facts = [
        ["Size", f"{width} × {height}"],
        ["Engine", f"{render.engine.capitalize()}, {render.samples} samples"],
        ["Blender", origin.get("versions", {}).get("blender", "unknown")],
        ["Device", origin.get("device", render.device)],
        ["Denoiser", DENOISERS.get(origin.get("denoiser"), render.denoiser)],
        ["Seed", str(dataset.job.seed)],
    ]
    return {"name": dataset.job.name, "facts": facts}


def views(records):
    """Return [{"id", "label"}, ...]: the views in records, from the character's right to the character's left."""
    yaw = {}
    for record in records:
        yaw.setdefault(record["view"], camera_yaw_deg(record))
    return [{"id": name, "label": _words(name)} for name in sorted(yaw, key=lambda name: (round(yaw[name], 3), name))]


def person(records):
    """Return the facts of one person from any of their records; expressions are empty."""
    record = min(records, key=lambda record: abs(camera_yaw_deg(record)))
    who = record["demographics"]              # not the cell: a twin is no longer what was drawn
    return {
        "id": record["identity"], "person": record["person"], "split": f"{split(record['fold10'])}, fold {record['fold10']}",
        "title": f"{'Woman' if who['gender'] < 0.5 else 'Man'}, {who['age']:.0f}", "group": who["group"],
        "gender": round(who["gender"], 3), "ancestry": [round(share, 3) for _, share in sorted(who["ancestry"].items())],
        "skin": colours.lab_hex(who["skin_lab"]), "target": colours.lab_hex(who["skin_target_lab"]),
        "lab": [round(value, 1) for value in who["skin_lab"]],
        "light": f"{_name(record['light'])}, {_name(record['world'])} world", "look": look(record.get("look", {})),
        "cover": cover(record), "twin_of": record.get("twin_of") or "", "fixed": fixed(who),
    }


def cover(record):
    """Return what hides the face in a picture, the least left out: "hair 12 %, glasses 4 %"; "" for nothing."""
    shares = record.get("face_covered", {})
    return ", ".join(f"{name.replace('_', ' ')} {share:.0%}".replace("%", " %") for name, share in shares.items() if share > LEAST_COVER)


def fixed(who):
    """Return what a job fixed of a person: "age 80, hair style bald"; "" for nothing."""
    said = {key.removeprefix("look.").replace(".", " ").replace("_", " "): value for key, value in who.get("fixed", {}).items()}
    return ", ".join(f"{key} {_value(value)}" for key, value in said.items())


def _value(value):
    """Return a fixed value as one reads it; a colour as #rrggbb."""
    if isinstance(value, list):
        return colours.srgb_hex(value)
    return f"{value:g}" if isinstance(value, int | float) else value.replace("_", " ")


def look(facts):
    """Return a record's look in a few words: "Long wavy brown hair, gown, round glasses, hazel eyes"; "" for a plain face."""
    if not facts or facts["plain"]:
        return ""
    hair, beard = facts["hair"], facts["facial_hair"]["style"]
    grey = "grey" if facts["shows"]["grey"] > GREY else hair["colour"]
    style = "bald" if hair["style"] == "bald" else f"{hair['style']} {hair['texture']} {grey} hair"
    words = [style, *(word for word in (beard, facts["clothes"]["kind"]) if word != "none")]
    words += [f"{facts['glasses']['kind']} glasses"] if facts["glasses"]["kind"] != "none" else []
    words += [f"{facts['iris']} eyes"] if "iris" in facts else []          # older records do not say it
    said = ", ".join(words).replace("_", " ").capitalize()
    return said.replace("tshirt", "T-shirt").replace("vneck", "V-neck")


def expression(record):
    """Return what one expression of a person is: kind, FACS, PSPI with its terms, and its action units."""
    return {
        "id": record["expression"], "kind": record["expression_kind"].replace("_", " "), "pain": record["pain"],
        "facs": "" if record["facs"] == "0" else record["facs"],
        "pspi": record["pspi"], "terms": record["pspi_terms"], "aus": action_units(record),
    }


def action_units(record):
    """Return [{"n", "name", "term", "sides": [[side, code, share], ...]}, ...] for every action unit that is not 0."""
    realised = record["au_realised"]
    return [
        {"n": int(number), "name": _au_name(int(number)), "term": colours.TERM_OF_AU.get(int(number), ""),
         "sides": [[side, code, round(realised[number][side], 3)] for side, code in sorted(sides.items())]}
        for number, sides in sorted(record["au_code"].items(), key=lambda item: int(item[0])) if any(sides.values())
    ]


def view(record):
    """Return the facts of one picture: camera, pose, gaze, landmarks."""
    camera, pose, points = record["camera"], record["face_to_camera"], record["landmarks"]
    width, height = camera["width"], camera["height"]
    return {
        "aspect": round(width / height, 4),
        "pose": [round(pose[f"{angle}_deg"]) for angle in ("yaw", "pitch", "roll")],
        "camera": f"{camera['lens_mm']:g} mm at {camera['distance_m']:.2f} m", "face": round(record["face_height_px"]),
        "landmarks": [[round(x / width, 4), round(y / height, 4), int(seen)]
                      for (x, y), seen in zip(points["points_2d"], points["visible"], strict=True)],
        "regions": regions(record["region_visible"]), "cover": cover(record),
    }


def regions(visible):
    """Return [[region, [share, ...]], ...] from shares by name; the two sides of a region are one entry, left first."""
    both = {}
    for name, share in sorted(visible.items()):
        both.setdefault(_words(name.split(".")[0]), []).append(round(share, 2))
    return [[name, shares] for name, shares in both.items()]


def split(fold10):
    """Return which split a fold belongs to: train 0-6, val 7 and 8, test 9."""
    return "train" if fold10 < 7 else "test" if fold10 == 9 else "val"


def _au_name(number):
    return TABLE[number].name if number in TABLE else f"action unit {number}"


def _words(name):
    """Return a name as one reads it: `three_quarter_left` -> `¾ left`."""
    words = name.replace("_", " ").replace("three quarter", "¾")
    return words[0].upper() + words[1:]


def _name(thing):
    """Return what a light or world is called in its record."""
    return str(thing.get("name") or thing.get("kind") or "unknown")
