"""What tests of farm engines share: a plan that is only counted, a stand-in for `wince` that only notes, the real one as a program."""

import json
import os
import sys
from pathlib import Path

from wince.job import plan as planned
from wince.job import spec

ROOT = Path(__file__).resolve().parents[2]
NOTED = "noted.jsonl"           # what the stand-in was asked to do, in its own folder

STAND_IN = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
with open(here / "noted.jsonl", "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
words = sys.argv[1:]
shards = words[words.index("--shards") + 1] if "--shards" in words else ""
bad = here / "bad"
print("openjd_progress: 50")
sys.exit(1 if shards and bad.is_file() and bad.read_text() == words[0] + " " + shards else 0)
"""
REAL = """#!{python}
import sys
sys.path[:0] = {roots}
if __name__ == "__main__":              # the processes that wince starts itself import this file
    from wince_headless.cli import main
    main()
"""


def counted(folder, shards=2500, paint=None, name="many faces"):
    """Return a plan of so many shards that nobody has drawn: enough to be laid out for a farm."""
    counts = {"people": shards, "twins": 0, "samples": shards * 33, "shards": shards}
    return planned.Plan(Path(folder), {"format": planned.FORMAT, "hash": "ab" * 32, "counts": counts, "paint": paint}, spec.Job(name=name))


def stand_in(folder):
    """Write a program that notes what it is asked to do, and fails where its `bad` file says so; return its path."""
    return _program(folder, STAND_IN.format(python=sys.executable))


def noted(program):
    """Return the argument lists that a stand-in was called with, in their order."""
    path = Path(program).with_name(NOTED)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def real(folder):
    """Write the `wince` of this working tree as one program, as engines call it; return its path."""
    return _program(folder, REAL.format(python=sys.executable, roots=[str(ROOT / "addon"), str(ROOT / "headless")]))


def _program(folder, text):
    path = Path(folder, "wince")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def after(words, option):
    """Return the word behind an option."""
    return words[words.index(option) + 1]


def pictures(folder):
    """Return {path: bytes} of a dataset's samples: what has to come out the same, however the work was cut."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(Path(folder).glob("id*/**/*")) if path.is_file()}


def leftovers(folder):
    """Return the temporary files that lie in a dataset."""
    return [path for path in Path(folder).rglob(".*.part")]


def environment(*programs):
    """Return the environment for engines: programs of a test come first, then those beside this Python."""
    folders = [str(Path(program).parent) for program in (*programs, sys.executable)]
    return os.environ | {"PATH": os.pathsep.join([*folders, os.environ["PATH"]]), "PYTHONUNBUFFERED": "1"}
