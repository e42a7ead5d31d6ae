"""What a job asks for: plain dataclasses, one JSON file.

The same classes serve three readers: YAML is validated against them by pydantic in `wince_headless.config`, the add-on
builds them from its panel, and Blender reads them back from JOB.json with the standard library alone.
"""

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from pathlib import Path

from ..core.cameras import Camera
from ..core.errors import WinceError
from .choices import GROUPS, LIGHTS

FORMAT = "wince-job-1"
TAKE = "wince-take-1"
STRICT = {"extra": "forbid"}          # read by pydantic only: an unknown key is an error

ENGINES = ("cycles", "eevee")
DEVICES = ("auto", "cpu", "gpu")
LOOKS = ("full", "plain")
DENOISERS = ("auto", "oidn", "none")
BACKGROUNDS = ("plain", "gradient", "room", "world")             # what stage/backdrop.py can
Fixed = float | str | tuple[float, float, float]                 # number, word, colour
OPTIONAL_OUTPUTS = ("depth", "normal", "regions", "surface", "heat_terms", "heat_float", "exr")


@dataclass(frozen=True)
class Looks:
    """Which words of a look people are drawn from, see core/look.py; empty: all, by the frequencies of a person's group."""

    __pydantic_config__ = STRICT
    hair_styles: tuple[str, ...] = ()
    hair_textures: tuple[str, ...] = ()
    hair_colours: tuple[str, ...] = ()
    facial_hair: tuple[str, ...] = ()                  # men's; nobody else is drawn with any
    clothes: tuple[str, ...] = ()
    clothes_colours: tuple[str, ...] = ()              # "#rrggbb"
    frames: tuple[str, ...] = ()                       # of glasses
    frame_colours: tuple[str, ...] = ()                # "#rrggbb"
    irises: tuple[str, ...] = ()                       # colours of the eyes, see core/identity.py
    glasses: float | None = None                       # share of people who wear some; none: the older the more


@dataclass(frozen=True)
class People:
    """Who: `count` people drawn from the seed, balanced over the cells age x gender x group, or identities by file."""

    __pydantic_config__ = STRICT
    count: int = 6
    first: int = 0                                     # number of the first person, so that a set can be continued
    ages: tuple[tuple[float, float], ...] = ((20.0, 35.0), (40.0, 60.0), (75.0, 93.0))   # years, one cell each
    genders: tuple[str, ...] = ("woman", "man")
    groups: tuple[str, ...] = GROUPS                   # generation targets, see core/demographics.py
    identities: tuple[str, ...] = ()                   # identity JSON files; they come instead of drawn people
    looks: Looks = field(default_factory=Looks)
    textures: str | None = None                        # folder of painted skins (`wince paint --out`); none: the built-in skin
    fixed: dict[str, Fixed] = field(default_factory=dict)   # {"age": 80, "look.hair.style": "bald"} override what is drawn
    twins: tuple[dict[str, Fixed], ...] = ()           # beside each person the same one with only this otherwise, as in `fixed`


@dataclass(frozen=True)
class Expressions:
    """What each person shows besides the neutral face."""

    __pydantic_config__ = STRICT
    pain: int = 3                                      # pain expressions per person
    pspi: str | dict[int, float] = "uniform"           # "uniform", "unbc_like", {score: weight}; "balanced": uniform, counted per cell
    nonpain: int = 0                                   # distractors per person, drawn over the kinds below
    nonpain_kinds: tuple[str, ...] = ()                # empty: all kinds
    optional_aus: float = 0.3                          # probability of AUs beyond PSPI (12, 20, 25, 26, 27) in pain
    asymmetry: float = 0.25                            # probability that a pain expression is one-sided
    dealt: int = 0                                     # how many of pain and nonpain each person is dealt, counted over a cell; 0: all
    codes: tuple[str, ...] = ()                        # given expressions in FACS notation, "4C+6D+43", shown by everyone
    neutral: bool = True                               # the aligned neutral; false only for one frame of an artist's scene
    extra_neutrals: int = 0                            # unaligned neutrals: other head pose, gaze and light
    head_jitter_deg: float = 0.0                       # standard deviation of head yaw, pitch, roll per expression
    gaze_jitter_deg: float = 0.0                       # standard deviation of gaze yaw and pitch per expression


@dataclass(frozen=True)
class Lighting:
    """Light is drawn per person and kept across views and expressions, unless there is but one of a kind."""

    __pydantic_config__ = STRICT
    lights: tuple[str, ...] = LIGHTS[:-1]              # any but none
    worlds: tuple[str, ...] = ("plain", "hdri:studio", "hdri:interior", "hdri:courtyard", "hdri:city")  # Blender's own files by name
    backgrounds: tuple[str, ...] = ("plain", "gradient", "room")
    exposure: float = 0.0                              # stops


@dataclass(frozen=True)
class Render:
    """How the pictures are made."""

    __pydantic_config__ = STRICT
    engine: str = "cycles"
    resolution: tuple[int, int] = (384, 384)
    samples: int = 16
    denoiser: str = "oidn"                             # "auto" takes what this Blender has, and says so
    device: str = "auto"
    threads: int = 0                                   # 0: all
    view_transform: str = "Standard"
    subdivision: int = 1
    subsurface: bool = True
    look: str = "full"                                 # "plain": no hair, clothes, wrinkles, skin detail; quick


@dataclass(frozen=True)
class Job:
    """A whole dataset: who, what they show, from where, in which light, how it is rendered, what is written."""

    __pydantic_config__ = STRICT
    name: str = "wince"
    seed: int = 0
    people: People = field(default_factory=People)
    expressions: Expressions = field(default_factory=Expressions)
    cameras: tuple[str | Camera, ...] = ("three_quarter_right", "frontal", "three_quarter_left")
    lighting: Lighting = field(default_factory=Lighting)
    render: Render = field(default_factory=Render)
    outputs: tuple[str, ...] = ()                      # beyond rgb, seg, heat, coverage, record
    pack: str | None = None                            # none: the face pack that lies in the add-on
    format: str = FORMAT


@dataclass(frozen=True)
class Take:
    """One frame of an artist's own scene: which of its faces is labelled, what was meant by it, and how `job` renders it."""

    blend: str                                         # a copy of the artist's file, which nobody else needs
    scene: str
    view_layer: str
    face: str                                          # name of the face's armature object
    cameras: tuple[str, ...]                           # names of camera objects
    frame: float = 1.0
    kind: str = "given"                                # the record's expression_kind; a face at rest is "neutral"
    pain: bool | None = None                           # none: whether its PSPI is above 0
    scripts: bool = False                              # whether the file's Python drivers may run
    job: Job = field(default_factory=Job)              # name, seed, render, outputs and pack; the rest comes from the scene
    format: str = TAKE


def to_json(job):
    """Return a job (or a take) as JSON text, every field written out, keys sorted: equal jobs are equal bytes."""
    return json.dumps(dataclasses.asdict(job), indent=1, sort_keys=True) + "\n"


def from_json(text, where="JOB.json", kind=Job):
    """Read a job back from JSON text.

    text     str, as `to_json` writes it; missing fields take their defaults
    where    str, the name used in messages
    kind     Job or Take
    returns  Job or Take
    raises   WinceError for broken JSON, an unknown key, or another format
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise WinceError(f"{where} is not JSON (line {error.lineno}: {error.msg}): write it with `wince render`") from None
    if isinstance(data, dict) and data.get("format", kind.format) != kind.format:
        raise WinceError(f"{where} has format {data['format']!r}, this Wince reads {kind.format!r}: write the job again")
    return _build(kind, data, where)


def read(path, kind=Job):
    """Read a job file; see `from_json`."""
    path = Path(path)
    if not path.is_file():
        raise WinceError(f"job file {path} does not exist: give the path of a JOB.json")
    return from_json(path.read_text(encoding="utf-8"), str(path), kind)


def cameras_from_json(text, where):
    """Read a camera rig: a JSON list of cameras, each with the keys of `Camera`.

    raises   WinceError for broken JSON, something else than a list, an unknown key, or a camera without a name
    """
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise WinceError(f"{where} is not JSON (line {error.lineno}: {error.msg}): mend it or save the rig again") from None
    if not isinstance(items, list):
        raise WinceError(f"{where} is no camera rig: a rig is a JSON list of cameras, [{{\"name\": \"frontal\"}}, ...]")
    for place, item in enumerate(items):
        if isinstance(item, dict) and "name" not in item:
            raise WinceError(f"{where}[{place}] has no name: add one, it becomes the name of the view's folder")
    return tuple(_build(Camera, item, f"{where}[{place}]") for place, item in enumerate(items))


def _build(kind, data, where):
    """Turn plain JSON into `kind`, a dataclass, following its annotations."""
    if not isinstance(data, dict):
        raise WinceError(f"{where}: expected an object with keys, found {type(data).__name__}")
    hints = typing.get_type_hints(kind)
    hints.pop("__pydantic_config__", None)
    if unknown := sorted(data.keys() - hints.keys()):
        raise WinceError(f"{where}: unknown key {unknown[0]!r}: known are {', '.join(sorted(hints))}")
    return kind(**{key: _value(hints[key], value, f"{where}: {key}") for key, value in data.items()})


def _value(hint, value, where):
    """Turn one JSON value into what its annotation asks for: nested dataclasses, tuples, int keys."""
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(value, dict):
        nested = next((a for a in args if dataclasses.is_dataclass(a)), None)
        return _build(nested, value, where) if nested else _mapping(hint, value)
    if isinstance(value, list):
        tuples = hint if origin is tuple else next((a for a in args if typing.get_origin(a) is tuple), None)
        inner = typing.get_args(tuples)[0] if tuples else None
        return tuple(_value(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
    return value


def _mapping(hint, value):
    """Give a mapping its integer keys and its tuples back, which JSON has made strings and lists."""
    whole = "dict[int" in str(hint)
    return {int(k) if whole else k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
