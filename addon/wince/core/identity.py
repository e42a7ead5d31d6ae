"""Who: an identity is a small value that goes to JSON and back; the face model makes a person of it."""

import hashlib
import json
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path

import numpy as np

from . import ageing
from . import look as looks
from .errors import WinceError
from .look import Look

POLES = ("pole_a", "pole_b", "pole_c")
IRISES = ("dark_brown", "brown", "hazel", "green", "blue", "grey")
AGE_RANGE = (18.0, 95.0)                       # adults only: neither the model nor PSPI covers children
YOUNG, OLD = 25.0, 85.0                        # the ages at which the model's young and old shapes stand


@dataclass(frozen=True)
class Identity:
    """Who a face is.

    id          str: seed, number, pack hash and stream version; what a label cites
    seed, number   the draw
    age         years, 18..95
    gender      0 woman .. 1 man, continuous
    ancestry    {"pole_a", "pole_b", "pole_c"}: weights that sum to 1
    group       generation target that the draw came from, "" for none; not a fact about the face
    cell        {"age", "gender", "group"}: what the plan balanced
    shapes      {axis: -1..1}: local shapes and asymmetries, without the signs of age and gender
    skin_lab    target skin albedo, CIE L*a*b* (D65)
    iris        colour name
    look        core.look.Look: skin, eyes, hair, clothes
    """

    id: str
    seed: int
    number: int
    age: float
    gender: float
    ancestry: dict
    group: str = ""
    cell: dict = field(default_factory=dict)
    shapes: dict = field(default_factory=dict)
    skin_lab: tuple = (65.0, 10.0, 17.0)
    iris: str = "brown"
    look: Look = field(default_factory=Look)
    stream_version: int = 1
    pack_hash: str = ""

    def __post_init__(self):
        if not AGE_RANGE[0] <= self.age <= AGE_RANGE[1]:
            raise WinceError(f"identity {self.id}: age {self.age:g} is outside {AGE_RANGE[0]:g}..{AGE_RANGE[1]:g}: adults only")
        if not 0 <= self.gender <= 1:
            raise WinceError(f"identity {self.id}: gender {self.gender:g} is outside 0 (woman) .. 1 (man)")
        if set(self.ancestry) != set(POLES) or abs(sum(self.ancestry.values()) - 1) > 1e-6 or min(self.ancestry.values()) < 0:
            raise WinceError(f"identity {self.id}: ancestry needs {', '.join(POLES)}, each at least 0, summing to 1")
        if strange := [axis for axis, value in self.shapes.items() if not -1 <= value <= 1]:
            raise WinceError(f"identity {self.id}: shape {strange[0]!r} is {self.shapes[strange[0]]:g}: it must be in -1..1")
        if len(self.skin_lab) != 3 or not all(-128 <= value <= 128 for value in self.skin_lab):
            raise WinceError(f"identity {self.id}: skin_lab {self.skin_lab} is no colour: give L*, a* and b*, such as [65, 10, 17]")
        if self.iris not in IRISES:
            raise WinceError(f"identity {self.id}: iris {self.iris!r} is not known: known are {', '.join(IRISES)}")

    def weights(self):
        """Return {shape of the pack: weight}: the macro corners, then every local axis with the signs of age."""
        out = {}
        for pole, share in self.ancestry.items():
            for gender, part in (("woman", 1 - self.gender), ("man", self.gender)):
                for age, years in (("young", 1 - self._oldness()), ("old", self._oldness())):
                    out[f"macro:{pole}-{gender}-{age}"] = share * part * years
        for axis, value in self._axes().items():
            prefix = "" if axis.startswith("asym:") else "local:"
            out[f"{prefix}{axis}{'+' if value > 0 else '-'}"] = abs(value)
        return {name: weight for name, weight in out.items() if weight > 1e-9}

    def json(self):
        """Return the identity as JSON text; `from_json` gives an equal identity back."""
        return json.dumps(_content(self), default=_content, indent=1, sort_keys=True) + "\n"

    def _oldness(self):
        return float(np.clip((self.age - YOUNG) / (OLD - YOUNG), 0.0, 1.05))

    def _axes(self):
        axes = dict(self.shapes)
        for axis, value in ageing.signs(self.age, self.gender).items():
            axes[axis] = float(np.clip(axes.get(axis, 0.0) + value, -1, 1))
        return axes


def edited(identity, **changes):
    """Return an identity changed by hand: no longer the drawn one, so its id comes from its content and it belongs to no cell.

    changes  fields of Identity; with `ancestry` and without `group` it belongs to no group either
    returns  Identity; equal content has an equal id, however it came about
    """
    if "ancestry" in changes:
        changes.setdefault("group", "")
    who = replace(identity, **changes, cell={}, id="")
    return replace(who, id=f"u-{hashlib.sha256(_canonical(who).encode()).hexdigest()[:12]}")


def with_shapes(identity, values):
    """Return an identity with some local axes set by hand, {axis: -1..1}; see `edited`."""
    return edited(identity, shapes={**identity.shapes, **values})


def with_look(identity, part, **values):
    """Return an identity with some values of one part of its look set by hand; see `edited`."""
    return edited(identity, look=looks.changed(identity.look, part, **values))


def with_pole(ancestry, pole, share):
    """Return an ancestry with one pole's weight set to a share 0..1; the others keep their proportion, and the sum stays 1."""
    others = [name for name in POLES if name != pole]
    held, share = sum(ancestry[name] for name in others), round(float(share), 4)
    out = {name: round((1 - share) * (ancestry[name] / held if held else 1 / len(others)), 4) for name in others}
    out[others[0]] = round(max(0.0, 1 - share - out[others[1]]), 4)
    return {name: {**out, pole: share}[name] for name in POLES}


def keep(identity, other, names, axes):
    """Return another identity that keeps some of this one.

    names    fields of Identity that are kept
    axes     local axes that are kept
    returns  Identity; `other` itself when nothing is kept
    """
    changes = {name: getattr(identity, name) for name in names}
    if axes:
        changes["shapes"] = other.shapes | {axis: identity.shapes.get(axis, 0.0) for axis in axes}
    return edited(other, **changes) if changes else other


def _canonical(identity):
    """Return an identity's content as JSON, equal text for equal content: numbers as floats, axes at rest and default looks left out."""
    content = {key: value for key, value in _content(identity).items() if key != "id"}
    content |= {key: float(content[key]) for key in ("age", "gender")}
    content |= {key: {name: float(value) for name, value in content[key].items()} for key in ("ancestry", "shapes")}
    content["shapes"] = {axis: value for axis, value in content["shapes"].items() if value}
    content["skin_lab"] = list(map(float, content["skin_lab"]))
    del content["look"]
    if unusual := looks.differences(identity.look):
        content["look"] = unusual
    return json.dumps(content, sort_keys=True)


def _content(value):
    """Return a dataclass's fields, {name: value}: as `asdict`, which copies all that is in them and is slow."""
    return {item.name: getattr(value, item.name) for item in fields(value)}


def read(path):
    """Read an identity file; see `from_json`."""
    path = Path(path)
    try:
        return from_json(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        raise WinceError(f"people.identities: there is no file {path}: give paths of identity.json files") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WinceError(f"people.identities: {path} cannot be read ({error}): give paths of identity.json files") from None


def from_json(text, where="identity"):
    """Read an identity from JSON text.

    raises  WinceError for broken JSON, unknown or missing keys, or values out of range
    """
    try:
        data = json.loads(text)
        _refuse_wrong_keys(data, where)
        return Identity(**{**data, "skin_lab": tuple(data.get("skin_lab", Identity.skin_lab)),
                           "look": looks.from_dict(data.get("look", {}), f"{where}: look")})
    except json.JSONDecodeError as error:
        raise WinceError(f"{where} is not JSON (line {error.lineno}: {error.msg}): save the identity again") from None
    except (TypeError, AttributeError) as error:
        raise WinceError(f"{where} is not an identity ({error}): docs/people.md says what one holds") from None


def _refuse_wrong_keys(data, where):
    """Name the first key that an identity lacks, or does not have."""
    known = {item.name: item.default is MISSING and item.default_factory is MISSING for item in fields(Identity)}
    for key in [name for name, needed in known.items() if needed and name not in data]:
        raise WinceError(f"{where} is not an identity: the key {key!r} is missing: docs/people.md says what one holds")
    for key in [name for name in data if name not in known]:
        raise WinceError(f"{where} is not an identity: it has no key {key!r}: docs/people.md says what one holds")
