"""A preset: a named expression as a small JSON file."""

import json
from dataclasses import dataclass

from ..errors import WinceError
from .action_units import ActionUnits
from .expressions import NONPAIN_KINDS

FORMAT = "wince-preset-1"
OTHER = "other"
KINDS = ("neutral", "pain", *NONPAIN_KINDS, OTHER)
FIELDS = {"format": str, "name": str, "kind": str, "pain": bool, "code": str}


@dataclass(frozen=True)
class Preset:
    """A named expression.

    name   str           as the menu shows it
    kind   str           one of KINDS
    pain   bool          pain is meant; not the same as PSPI > 0
    aus    ActionUnits   head and gaze only where they belong to it
    """

    name: str
    kind: str
    pain: bool
    aus: ActionUnits

    def json(self):
        """Return it as JSON text, {"format", "name", "kind", "pain", "code"}."""
        data = {"format": FORMAT, "name": self.name, "kind": self.kind, "pain": self.pain, "code": str(self.aus)}
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def from_json(text, place):
    """Read a preset.

    text     JSON text
    place    str, names the file in errors
    raises   WinceError
    """
    data = _fields(text, place)
    if data["kind"] not in KINDS:
        raise WinceError(f"{place}: kind is {data['kind']!r}, it must be one of {', '.join(KINDS)}")
    if not data["name"].strip():
        raise WinceError(f"{place}: the name is empty: give it one")
    try:
        aus = ActionUnits.parse(data["code"])
    except WinceError as error:
        raise WinceError(f"{place}: {error}") from error
    return Preset(data["name"].strip(), data["kind"], data["pain"], aus)


def _fields(text, place):
    """Return the file's dict, with all its fields and no other."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise WinceError(f"{place}: this is no JSON ({error}): mend or delete the file") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise WinceError(f'{place}: this is no preset of ours: "format" must be "{FORMAT}"')
    if strange := sorted(data.keys() ^ FIELDS.keys()):
        raise WinceError(f"{place}: a preset has exactly the fields {', '.join(FIELDS)}: see {strange[0]!r}")
    for field, kind in FIELDS.items():
        if not isinstance(data[field], kind):
            raise WinceError(f"{place}: {field} is {data[field]!r}, it must be {'true or false' if kind is bool else 'text'}")
    return data
