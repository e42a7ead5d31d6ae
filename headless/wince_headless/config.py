"""A YAML file and `--set` words -> one Job; whatever is wrong becomes one sentence with the file, the line and the key."""

import re
from dataclasses import replace
from pathlib import Path

import pydantic
import yaml

from wince.core.errors import WinceError
from wince.job import check, expand, rigs, spec

FIXING = (("people", "fixed"), ("people", "twins"))            # where one value may be a number, a word or a colour
KINDS_OF_VALUE = {                  # the first word of a pydantic error type -> how we say it
    "int": "a whole number",
    "float": "a number",
    "string": "text (put it in quotes)",
    "bool": "true or false",
    "tuple": "a list",
    "dict": "a mapping of keys to values",
    "dataclass": "a mapping of keys to values",
}
UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
SECTIONS = {
    "people": spec.People, "expressions": spec.Expressions, "cameras": spec.Camera, "lighting": spec.Lighting, "render": spec.Render,
    "people.looks": spec.Looks,
}


def load(path, overrides=()):
    """Read a job from YAML (or JSON, which is YAML) and apply overrides.

    path       str or Path
    overrides  sequence of str, each `a.b=value`; the value is YAML, list positions are numbers (`cameras.0.lens_mm=50`)
    returns    wince.job.spec.Job, checked; its name is the file's unless given
    raises     WinceError for a missing file, broken YAML, an unknown key, a wrong type, a value out of range
    """
    path = Path(path)
    document = Document.read(path)
    for text in overrides:
        document.override(text)
    document.data.setdefault("name", path.stem)
    return _checked(document)


def value_of(text, word):
    """Return the value that a piece of YAML says; `word` is the whole `key=value` for the message."""
    if re.fullmatch("#[0-9a-fA-F]{6}", text.strip()):       # a colour, which YAML takes for a comment
        return text.strip()
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError:
        raise WinceError(f"--set {word!r}: the value is not YAML: put it in quotes") from None


def _checked(document):
    try:
        job = pydantic.TypeAdapter(spec.Job).validate_python(document.data)
    except pydantic.ValidationError as error:
        path, problem = _worst(error, document.data)
        raise document.error(path, problem) from None
    for path, problem in _yes_or_no(document.data, job):
        raise document.error(path, problem)
    job = replace(job, cameras=rigs.inlined(job.cameras, document.path.parent))     # so that JOB.json says all there is to say
    for path, problem in check.problems(job):
        raise document.error(path, problem)
    _tried(job, document)
    return job


def _yes_or_no(data, made, path=()):
    """Yield (path, sentence) for every true or false that stands where a number should: pydantic makes 1 and 0 of them.

    data   what was written
    made   what the job has in its place
    """
    if isinstance(data, bool) and not isinstance(made, bool):
        yield path, f"is {str(data).lower()}: give a number" + (", or a word in quotes" if path[:2] in FIXING else "")
    elif isinstance(data, list):
        for place, (item, inner) in enumerate(zip(data, made, strict=True)):
            yield from _yes_or_no(item, inner, (*path, place))
    elif isinstance(data, dict):
        for key, item in data.items():
            inner = made.get(key, item) if isinstance(made, dict) else getattr(made, str(key), item)
            yield from _yes_or_no(item, inner, (*path, key))


def _tried(job, document):
    """Lay out the cameras and draw one person's expressions, so that what is wrong with them comes out now and not in Blender."""
    try:
        expand.view_names(job)
        expand.expressions(job, job.people.first)
    except WinceError as error:
        raise WinceError(f"{document.path}: {error}") from None


class Document:
    """Parsed YAML that still knows on which line, or in which `--set`, every value was written."""

    def __init__(self, path, data, root):
        self.path, self.data = path, data
        self._root = root                       # yaml node tree, for line numbers
        self._overridden = {}                   # path of keys -> the words of --set

    @classmethod
    def read(cls, path):
        """Parse a file; raises WinceError when it is missing, is not YAML, holds a key twice, or is not a mapping."""
        if not path.is_file():
            raise WinceError(f"config {path} does not exist: give the path of a YAML file, such as configs/demo.yaml")
        try:
            text = path.read_text(encoding="utf-8")
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            data = yaml.load(text, Loader=_Loader)
        except UnicodeDecodeError:
            raise WinceError(f"config {path} is not text in UTF-8: give a YAML file") from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise WinceError(f"{path}:{line}: this is not YAML ({error.problem}): mend the line") from None
        if not isinstance(data, dict | None):
            raise WinceError(f"{path}:1: a config is a mapping such as `people: {{count: 6}}`, this is a {type(data).__name__}")
        return cls(path, data or {}, root)

    def override(self, text):
        """Apply one `a.b=value`; raises WinceError where that makes no sense."""
        dotted, equals, value = text.partition("=")
        keys = tuple(int(k) if k.isdigit() else k for k in dotted.strip().split("."))
        if not equals or "" in keys:
            raise WinceError(f"--set {text!r}: write it as key=value, for example --set render.samples=32")
        if keys[:3] == ("people", "fixed", "look"):             # what a twin has otherwise is one key: look.hair.style
            keys = (*keys[:2], ".".join(map(str, keys[2:])))
        parsed = value_of(value, text)
        try:
            _put(self.data, keys, parsed)
        except (LookupError, TypeError):
            raise WinceError(f"--set {text!r}: {self.path} has no place {dotted}: check the spelling and the list positions") from None
        self._overridden[keys] = text

    def error(self, path, problem):
        """Return a WinceError for a value at a path of keys, with the place where it was written."""
        return WinceError(f"{self._place(path)}: {'.'.join(map(str, path)) or 'the job'} {problem}")

    def _place(self, path):
        for keys, text in reversed(self._overridden.items()):
            shared = min(len(keys), len(path))
            if shared and keys[:shared] == tuple(path[:shared]):    # it set the value, something around it, or inside it
                return f"--set {text!r}"
        return f"{self.path}:{_line(self._root, path)}"


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key written twice is an error: the second would silently win."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _put(data, keys, value):
    """Set a value deep in nested mappings and lists, making missing mappings on the way."""
    *parents, last = keys
    for key in parents:
        if isinstance(data, dict) and data.get(key) is None:
            data[key] = {}
        data = data[key]
    if isinstance(data, str):
        raise TypeError("text has no keys")
    data[last] = value


def _line(node, path):
    """Return the line, from 1, where a path of keys is written, or the nearest parent that is."""
    line = 1
    for key in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _worst(error, data):
    """Choose of pydantic's errors the one that the user meant; return (path of keys, sentence)."""
    # A value that may be one of several kinds fails once per kind. The error that lies deepest belongs to the kind that fits best.
    found = [(_path(item, data), item) for item in error.errors(include_url=False)]
    unknown = [pair for pair in found if pair[1]["type"] in UNKNOWN]
    path, item = max(unknown or found, key=lambda pair: len(pair[0]))
    same_place = [item] if unknown else [other for beside, other in found if beside == path]
    return path, _sentence(path, same_place)


def _path(item, data):
    """Return where an error lies, without pydantic's words for kinds: keys and positions that the data has, or should have."""
    path = []
    *parents, last = item["loc"]
    for key in parents:
        if _has(data, key):
            data = data[key]
            path.append(key)
    if _has(data, last) or item["type"] in (*UNKNOWN, "missing"):
        path.append(last)
    return tuple(path)


def _has(data, key):
    if isinstance(data, list):
        return isinstance(key, int) and key < len(data)
    return isinstance(data, dict) and key in data


def _sentence(path, items):
    """Say what is wrong at a path; several items are the kinds that its value might have been."""
    kind, value = items[0]["type"], items[0]["input"]
    if kind in UNKNOWN:
        return f"is not a known key: {check.nearest(path[-1], _keys_beside(path))}"
    if isinstance(value, dict) and path[:2] in FIXING and str(path[-1]).split(".")[0] == "look":
        return f"holds keys of its own: write it as one key with dots, {{{_dotted(path[-1], value)}}}"
    if kind == "missing":
        return "is missing: add it"
    expected = [KINDS_OF_VALUE.get(item["type"].split("_")[0], "") for item in items]
    if all(expected):
        return f"is {value!r}: give {' or '.join(dict.fromkeys(expected))}"
    return f"is {value!r}: {items[0]['msg'].lower()}"


def _dotted(key, value):
    """Return the first leaf of nested keys as one key with dots and its value: look.hair.style: bob."""
    while isinstance(value, dict) and value:
        inner, value = next(iter(value.items()))
        key = f"{key}.{inner}"
    return f"{key}: {value}"


def _keys_beside(path):
    """Return the keys that are allowed where a path ends."""
    parents = ".".join(key for key in path[:-1] if isinstance(key, str))         # `cameras.0.yaw` stands in `cameras`
    return list(SECTIONS.get(parents, spec.Job).__dataclass_fields__)
