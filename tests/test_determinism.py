"""No hidden randomness: whatever a sample depends on comes in as an argument, so the source may not reach for anything else."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = {
    "uuid": "ids are derived from seed and number",
    "random": "use wince.core.streams.stream(seed, ...)",
    "secrets": "use wince.core.streams.stream(seed, ...)",
}
CALLS = {
    "numpy.random": "numpy's global generator is shared by everything: use wince.core.streams.stream(seed, ...)",
    "time.time": "records hold no time",
    "datetime.datetime.now": "records hold no time",
    "datetime.date.today": "records hold no time",
    "os.urandom": "use wince.core.streams.stream(seed, ...)",
    "socket.gethostname": "records hold no host",
    "platform.node": "records hold no host",
    "hash": "it differs from process to process: use hashlib",
}
MAKES_GENERATORS = "addon/wince/core/streams.py"
NAMES_MACHINES = "headless/wince_headless/work/drive.py"
CLOCKS = {"time.perf_counter", "time.monotonic", "time.sleep"}
SURFACES = ("headless/wince_headless/progress.py", "headless/wince_headless/launch.py", "headless/wince_headless/paint/benchmark.py",
            "headless/wince_headless/work/drive.py", "headless/wince_headless/work/hand.py", "headless/wince_headless/work/telling.py",
            "addon/wince/job/run.py", "addon/wince/job/serve.py")


def names_used(source):
    """Yield (line, dotted name) for every import and every dotted or called name, aliases resolved."""
    tree, aliases = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                aliases[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Call) and (name := _dotted(node.func if isinstance(node, ast.Call) else node)):
            first, *rest = name.split(".")
            yield node.lineno, ".".join([aliases.get(first, first), *rest])


def _dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def faults(path, source):
    """Return a sentence for every name that hides randomness, the time or the machine."""
    bad = []
    for line, name in names_used(source):
        reason = MODULES.get(name.split(".")[0]) or next((why for call, why in CALLS.items() if f"{name}.".startswith(f"{call}.")), None)
        if name in ("numpy.random", "numpy.random.Generator") or (name.startswith("numpy.random.") and path.as_posix() == MAKES_GENERATORS):
            reason = None                       # the name of a type, or the one place where generators are made
        if name == "platform.node" and path.as_posix() == NAMES_MACHINES:
            reason = None                       # a farm has to know its bad nodes; it stands in state/ alone, never in a record
        if name in CLOCKS and not path.as_posix().startswith(SURFACES):
            reason = "only surfaces look at the clock"
        if reason:
            bad.append(f"{path}:{line} uses {name}: {reason}")
    return bad


def sources():
    """Return every source file of ours, relative to the repository."""
    return sorted(path.relative_to(ROOT) for folder in ("addon", "headless", "blender_scripts") for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_file_hides_no_randomness(path):
    assert not faults(path, (ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("line", [
    "import uuid",
    "import random",
    "from random import shuffle",
    "import numpy as np\nnp.random.rand(3)",
    "import numpy as np\nnp.random.default_rng()",
    "import numpy as np\nnp.random.seed(0)",
    "from numpy.random import default_rng",
    "import time\ntime.time()",
    "import time\ntime.perf_counter()",
    "from datetime import datetime\ndatetime.now()",
    "import datetime\ndatetime.datetime.now()",
    "hash('a')",
])
def test_the_scan_catches(line):
    assert faults(Path("addon/wince/core/made_up.py"), line)


@pytest.mark.parametrize("line", [
    "def draw(rng):\n    return rng.random(3)",
    "self.hash",
    "import numpy as np\ndef f(rng: np.random.Generator): ...",
    "from hashlib import sha256\nsha256(b'').hexdigest()",
])
def test_the_scan_allows(line):
    assert not faults(Path("addon/wince/core/made_up.py"), line)
