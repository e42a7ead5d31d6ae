"""Who may import what: the architecture, read from the source.  A lazy import inside a function counts too."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SETTLED = set(sys.stdlib_module_names) | {"numpy"}

# of job/: headless reads them too
WITHOUT_BLENDER = ("spec", "choices", "check", "layout", "expand", "rigs", "disk", "exr", "png", "record", "resume", "presets", "textures",
                   "people", "plan", "dealing")

# First matching prefix wins: what files below it may import beside numpy and the standard library.
# Relative imports count as the room they reach: `from ..core` in job/ is "core".
MAY_IMPORT = {
    "addon/wince/core": {"core"},
    **{f"addon/wince/job/{name}.py": {"core", "job"} for name in WITHOUT_BLENDER},
    "addon/wince/job": {"bpy", "core", "job", "stage", "bridge"},
    "addon/wince/stage": {"bpy", "mathutils", "core", "bridge", "stage"},
    "addon/wince/bridge": {"bpy", "mathutils", "core", "bridge"},
    "addon/wince": {"bpy", "bpy_extras", "bmesh", "gpu", "gpu_extras", "blf", "mathutils", "core", "bridge", "stage", "job",
                    "operators", "panels", "properties", "preferences", "registration", "later", "base"},
    "headless/wince_headless/pack_build": {"wince", "wince_headless"},
    **{f"headless/wince_headless/paint/{room}": {"wince", "wince_headless", "torch", "diffusers", "transformers", "safetensors",
                                                 "accelerate"} for room in ("denoise", "backends")},
    "headless/wince_headless/paint": {"wince", "wince_headless", "pydantic", "rich", "yaml", "PIL", "scipy", "torch", "safetensors",
                                      "huggingface_hub", "psutil"},
    "headless/wince_headless/work": {"wince", "wince_headless", "rich", "psutil"},
    "headless/wince_headless/release": {"wince", "wince_headless", "PIL", "yaml", "pyarrow", "mlcroissant", "torch"},
    "headless/wince_headless/verify": {"wince", "wince_headless", "PIL", "yaml", "pyarrow", "mlcroissant"},
    "headless/wince_headless": {"wince", "wince_headless", "typer", "rich", "pydantic", "yaml", "PIL"},
    "blender_scripts": {"bpy", "wince"},
}
NO_BPY_ON_IMPORT = ("wince", "wince.core", "wince.job.spec", "wince.job.layout", "wince.job.expand", "wince_headless.cli")


def rule_of(path):
    """Return (prefix, allowed) for a file, its path relative to the repository."""
    return next((prefix, allowed) for prefix, allowed in MAY_IMPORT.items() if path.as_posix().startswith(prefix))


def imported(path, source):
    """Yield (line, room or top-level package, relative) for every import in a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0], False
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0:
                yield node.lineno, node.module.split(".")[0], False
            else:
                yield from ((node.lineno, room, True) for room in _rooms(path, node))


def _rooms(path, node):
    """Return the rooms that a relative import reaches: the folder below the package, or the package itself."""
    base = path.parts[:-node.level]                             # one dot is the file's own folder
    parts = base[2:] + tuple((node.module or "").split(".") if node.module else ())
    if path.parts[0] != "addon":
        return {"wince_headless"}
    return {parts[0]} if parts else {alias.name for alias in node.names}


def faults(path, source):
    """Return a sentence for every import that breaks the rules."""
    prefix, allowed = rule_of(path)
    bad = []
    for line, name, relative in imported(path, source):
        if path.parts[0] == "addon" and name == "wince" and not relative:
            bad.append(f"{path}:{line} imports wince by name: an installed extension has another name, use a relative import")
        elif name not in allowed and (relative or name not in SETTLED):
            bad.append(f"{path}:{line} imports {name}, which {prefix} may not")
    return bad


def sources():
    """Return every source file that has a rule, relative to the repository."""
    found = [path.relative_to(ROOT) for folder in ("addon", "headless", "blender_scripts") for path in (ROOT / folder).rglob("*.py")]
    return sorted(found)


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_imports_only_what_its_room_may(path):
    assert not faults(path, (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "line"), [
    ("addon/wince/core/pack.py", "def f():\n    import torch"),                 # hidden in a function
    ("addon/wince/core/pack.py", "import bpy"),
    ("addon/wince/core/pack.py", "from ..job import spec"),                     # core climbs nowhere
    ("addon/wince/core/facs/table.py", "from ...bridge import face"),
    ("addon/wince/core/pack.py", "from scipy import sparse"),
    ("addon/wince/bridge/face.py", "from wince.core import pack"),              # breaks in an artist's Blender only
    ("addon/wince/job/spec.py", "import yaml"),
    ("addon/wince/job/expand.py", "import bpy"),
    ("headless/wince_headless/sheet/page.py", "import bpy"),
])
def test_the_rules_catch(path, line):
    assert faults(Path(path), line)


@pytest.mark.parametrize(("path", "line"), [
    ("addon/wince/core/facs/pspi.py", "from ..streams import stream"),
    ("addon/wince/core/pack.py", "from . import streams"),
    ("addon/wince/job/spec.py", "from ..core.errors import WinceError"),
    ("addon/wince/job/spec.py", "from . import layout"),
    ("headless/wince_headless/sheet/page.py", "from ..dataset import Dataset"),
])
def test_the_rules_allow(path, line):
    assert not faults(Path(path), line)


def packages():
    """Return every package; panels are one file per subject and need no map."""
    return sorted({path.parent for path in sources() if path.name == "__init__.py"} - {Path("addon/wince/panels")})


@pytest.mark.parametrize("package", packages(), ids=str)
def test_a_package_says_what_lies_in_it(package):
    found = [path.stem for path in (ROOT / package).glob("*.py")] + [path.parent.name for path in (ROOT / package).glob("*/__init__.py")]
    said = re.findall(r"\w+", ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))))
    assert not {*found} - {*said, "__init__"}


@pytest.mark.parametrize("module", NO_BPY_ON_IMPORT)
def test_importing_needs_no_blender(module):
    import subprocess
    code = f"import sys; sys.modules['bpy'] = None; import {module}; assert not any(m.startswith('bpy.') for m in sys.modules)"
    env = {"PYTHONPATH": f"{ROOT / 'addon'}{':' if sys.platform != 'win32' else ';'}{ROOT / 'headless'}"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
