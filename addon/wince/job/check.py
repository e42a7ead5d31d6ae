"""Does a job make sense?  Types and unknown keys are `spec`'s business; here are ranges, choices and expressions.

Both doors use it, YAML (`wince_headless.config`, which adds the line) and JOB.json (`job.run`), so that no door lets pass
what the other refuses.
"""

import re

from ..core import look as looks
from ..core.errors import WinceError
from ..core.identity import IRISES
from . import spec

GENDERS = ("woman", "man")

CHOICES = {
    "people.genders": GENDERS,
    "people.groups": spec.GROUPS,
    "people.looks.hair_styles": looks.HAIR_STYLES,
    "people.looks.hair_textures": looks.HAIR_TEXTURES,
    "people.looks.hair_colours": looks.HAIR_COLOURS,
    "people.looks.facial_hair": looks.FACIAL_HAIR,
    "people.looks.clothes": looks.CLOTHES,
    "people.looks.frames": tuple(name for name in looks.GLASSES if name != "none"),
    "people.looks.irises": IRISES,
    "lighting.lights": spec.LIGHTS,
    "lighting.backgrounds": spec.BACKGROUNDS,
    "render.engine": spec.ENGINES,
    "render.device": spec.DEVICES,
    "render.denoiser": spec.DENOISERS,
    "render.look": spec.LOOKS,
    "outputs": spec.OPTIONAL_OUTPUTS,
}
RANGES = {                                      # lowest, highest; both allowed
    "people.count": (1, 10_000_000),
    "people.first": (0, 10_000_000),
    "people.ages": (18, 95),                    # adults only: neither the model nor PSPI covers children
    "people.looks.glasses": (0, 1),
    "expressions.pain": (0, 1000),
    "expressions.nonpain": (0, 1000),
    "expressions.dealt": (0, 1000),
    "expressions.extra_neutrals": (0, 1000),
    "expressions.optional_aus": (0, 1),
    "expressions.asymmetry": (0, 1),
    "expressions.head_jitter_deg": (0, 45),
    "expressions.gaze_jitter_deg": (0, 45),
    "lighting.exposure": (-20, 20),
    "render.resolution": (16, 16384),
    "render.samples": (1, 65536),
    "render.threads": (0, 1024),
    "render.subdivision": (0, 4),
}
FIXED = {"age": (18, 95), "gender": (0, 1), "skin_lightness": (25, 80)}      # what a twin may have otherwise, see core/demographics.py
FIXED_WORDS = {"iris": {"options": IRISES}}
COLOURS = ("people.looks.clothes_colours", "people.looks.frame_colours")
COLOUR = "give '#rrggbb' in quotes"
NEEDED = ("people.ages", "people.genders", "people.groups", "cameras", "lighting.lights", "lighting.worlds", "lighting.backgrounds")


def check(job, where="JOB.json"):
    """Raise WinceError for the first thing in a job that makes no sense.

    job      spec.Job
    where    str, the name used in the message
    """
    for path, problem in problems(job):
        raise WinceError(f"{where}: {'.'.join(map(str, path))} {problem}")


def problems(job):
    """Yield (path, sentence) for everything in a job that makes no sense; a path is a tuple of keys and list positions."""
    for key in CHOICES:
        yield from _choices(job, key)
    for key in RANGES:
        yield from _range(job, key)
    for key in NEEDED:
        yield from _empty(job, key)
    for key in COLOURS:
        yield from ((path, f"is {value!r}: {COLOUR}") for path, value in _values(job, key) if looks.rgb(value) is None)
    yield from _fixed(job)
    yield from _dealt(job)
    yield from _worlds(job)
    if job.people.textures is not None and job.render.look == "plain":
        yield ("people", "textures"), "are not shown by a plain face: leave them out, or set render.look to full"


def nearest(word, known, alike=0.6):
    """Return a clause that helps after a wrong word: the nearest known one, or all of them.

    word     str, what was written
    known    iterable of str
    alike    how much alike two words must be for a guess, 0..1
    """
    from difflib import get_close_matches  # for the wrong word only

    known = list(known)
    close = get_close_matches(str(word), known, n=1, cutoff=alike)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(map(str, known))}"


def _choices(job, key):
    for path, value in _values(job, key):
        if value not in CHOICES[key]:
            yield path, f"is {value!r}, which is not known: {nearest(value, CHOICES[key], alike=0.7)}"


def _range(job, key):
    for path, value in _values(job, key):
        yield from _outside(path, value, *RANGES[key])


def _outside(path, value, lowest, highest):
    if not lowest <= value <= highest:
        yield path, f"is {value}: give a number from {lowest} to {highest}"


def _fixed(job):
    for name in ("fixed", "twins"):
        if getattr(job.people, name) and job.people.identities:
            yield ("people", name), "changes drawn people only, and people.identities gives others: leave one of the two out"
    for key, value in job.people.fixed.items():
        yield from _fixed_one(("people", "fixed", key), key, value)
    for place, changes in enumerate(job.people.twins):
        if not changes:
            yield ("people", "twins", place), "is empty: say what the twin has otherwise, such as {age: 80}"
        for key, value in changes.items():
            yield from _fixed_one(("people", "twins", place, key), key, value)


def _dealt(job):
    wishes = job.expressions
    if wishes.dealt > wishes.pain + wishes.nonpain:
        yield ("expressions", "dealt"), f"is {wishes.dealt}, and pain and nonpain together are {wishes.pain + wishes.nonpain}: deal fewer"


def _fixed_one(path, key, value):
    abouts = FIXED_WORDS | _look_axes()
    if key in FIXED and not isinstance(value, int | float):
        yield path, f"is {value!r}: give a number from {FIXED[key][0]} to {FIXED[key][1]}"
    elif key in FIXED:
        yield from _outside(path, value, *FIXED[key])
    elif key in abouts:
        yield from _look_value(path, value, abouts[key])
    else:
        yield path, f"is not a known key: {_instead(key, abouts)}"


def _instead(key, abouts):
    """Return what to say after a key that cannot be fixed: the nearest one, the axes of its part, or where all of them stand."""
    part, _, axis = key.rpartition(".")
    if axis in FIXED or axis in FIXED_WORDS:
        return f"did you mean {axis!r}?"
    if beside := [name for name in abouts if "." in part and name.startswith(f"{part}.")]:
        near = nearest(axis, [name.rpartition(".")[2] for name in beside])
        return near.replace("mean '", f"mean '{part}.") if near.startswith("did") else f"known are {', '.join(beside)}"
    near = nearest(key, [*FIXED, *abouts], alike=0.75)
    return near if near.startswith("did") else f"known are {', '.join([*FIXED, *FIXED_WORDS])}, and look.PART.AXIS as looks.md has them"


def _look_axes():
    """Return {"look.part.axis": what its field says} of what a twin may have otherwise in its look."""
    return {f"look.{part}.{item.name}": item.metadata for part, item in looks.axes()}


def _look_value(path, value, about):
    if "options" in about and value not in about["options"]:
        yield path, f"is {value!r}, which is not known: {nearest(value, about['options'], alike=0.7)}"
    elif "colour" in about and looks.rgb(value) is None:
        yield path, f"is {value!r}: {COLOUR}, or three numbers from 0 to 1"
    elif "low" in about and (not isinstance(value, int | float) or not about["low"] <= value <= about["high"]):
        yield path, f"is {value!r}: give a number from {about['low']:g} to {about['high']:g}"


def _worlds(job):
    """Which HDRIs there are only Blender knows; here is what a world's name looks like."""
    for path, world in _values(job, "lighting.worlds"):
        if not re.fullmatch("plain|hdri:.+", world):
            yield path, f"is {world!r}, which is not known: give plain, or hdri:NAME with one of Blender's own, such as hdri:studio"


def _empty(job, key):
    value = job
    for name in key.split("."):
        value = getattr(value, name)
    if not value:
        yield tuple(key.split(".")), "is empty: give at least one, or leave the key out"


def _values(job, key):
    """Yield (path, leaf) for every leaf under a dotted key; lists are walked, None and shorthand strings are skipped."""
    def walk(value, path, rest):
        if isinstance(value, tuple):
            for position, item in enumerate(value):
                yield from walk(item, (*path, position), rest)
        elif rest:
            if hasattr(value, rest[0]):         # a camera may be a bare name
                yield from walk(getattr(value, rest[0]), (*path, rest[0]), rest[1:])
        elif value is not None:
            yield path, value
    yield from walk(job, (), key.split("."))
