"""Enabling the add-on: it reads what it registers, and little else; what it did not read is there when it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("bpy")

ADDON = Path(__file__).resolve().parents[2] / "addon"
ENABLE = """
import sys
sys.path.insert(0, sys.argv[1])
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
assert bpy.ops.preferences.addon_enable(module="wince") == {"FINISHED"}
def read(name):
    return "__builtins__" in vars(sys.modules[name]) if name in sys.modules else False
"""
# What builds, paints, grooms, lights and renders: none of it is needed before a face is there.
LATER = ("core.pack", "core.face", "core.skin.paint", "core.worn.all", "core.worn.clothes", "bridge.people", "stage.dress",
         "stage.painting", "stage.setting", "job.spec", "job.expand", "job.record")


def enabled(code, *words):
    """Run code in a Blender of its own that has the add-on enabled; return what it prints."""
    command = [sys.executable, "-c", ENABLE + code, str(ADDON), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_enabling_reads_nothing_that_makes_faces():
    assert enabled(f"print([name for name in {LATER} if read(f'wince.{{name}}')])") == "[]"


def test_what_was_not_read_is_read_when_a_face_is_added():
    assert enabled("bpy.ops.wince.add_face(plain=True); print(read('wince.stage.dress'), read('wince.job.spec'))") == "True True"


def test_listing_all_modules_reads_none():
    """Blender does so when it quits, in search of add-ons."""
    code = "[getattr(module, '__dict__', None) for module in list(sys.modules.values())]; print(read('wince.stage.dress'))"
    assert enabled(code) == "False"


def test_threads_that_ask_at_once_all_wait_for_the_whole_module():
    code = """
import threading
from wince.stage import dress
start, found = threading.Barrier(8), []
def ask():
    start.wait()
    try:
        found.append(callable(dress.dress))
    except AttributeError as problem:
        found.append(problem)
asking = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in asking], [thread.join() for thread in asking]
print(found)"""
    assert enabled(code) == str([True] * 8)


def test_a_module_that_cannot_be_read_says_so_every_time(tmp_path):
    """As an import does; the cause may have gone by then."""
    code = """
from pathlib import Path
from wince import later
room = Path(sys.argv[2]) / "rooms"
sys.path.insert(0, str(room.parent))
room.mkdir()
(room / "__init__.py").touch()
(room / "broken.py").write_text("raise RuntimeError('the cause')")
later.ROOMS = ("rooms.",)
with later.modules():
    from rooms import broken
said = []
for _ in range(2):
    try:
        broken.anything
    except RuntimeError as problem:
        said.append(str(problem))
(room / "broken.py").write_text("anything = 'mended' + ' now'")
print(said, broken.anything)"""
    assert enabled(code, str(tmp_path)) == "['the cause', 'the cause'] mended now"
