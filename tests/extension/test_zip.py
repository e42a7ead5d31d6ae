"""The artist's zip: built, validated, installed into a throw-away profile, used, disabled; and its files opened without it.

What is installed is called `bl_ext.user_default.wince`; that and the source may not be enabled in one process, so each Blender here
is a process of its own, and tells what it found as JSON.
"""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("bpy")

from wince.core.errors import WinceError
from wince.core.facs.table import AU_KEYS
from wince_headless import addon_build

ROOT = Path(__file__).resolve().parents[2]
NAME = "bl_ext.user_default.wince"
NETWORK = {"socket", "ssl", "http", "urllib", "ftplib", "smtplib", "requests", "aiohttp", "asyncio", "xmlrpc", "webbrowser"}
KINDS = {".py", ".json", ".npz", ".toml", ".csv", ".md", ".txt"}
BUDGET_MS = 100                 # enabling, over an empty add-on

START = f"""
import bpy, json, sys, time
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
NAME = {NAME!r}
def points(obj):
    import numpy as np
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    out = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)
def face(): return next(o for o in bpy.context.scene.objects if o.get("wince_part") == "face")
def tell(**found): print("FOUND " + json.dumps(found), flush=True)
def leave():                                    # the bpy module may hang at exit, see blender.md
    import os; sys.stdout.flush(); os._exit(0)
"""

INSTALL_AND_USE = """
def traces():
    out = {n for n in dir(bpy.types) if "wince" in n.lower()}
    out |= {f"{k}.{n}" for k in ("Object", "Scene", "WindowManager", "Camera", "Material")
            for n in dir(getattr(bpy.types, k)) if n.startswith("wince")}
    out |= {f"{n}" for n in dir(bpy.app.handlers) if isinstance(l := getattr(bpy.app.handlers, n), list)
            for e in l if "wince" in str(getattr(e, "__module__", ""))}
    return sorted(out)
before = traces()
bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
enabled = NAME in bpy.context.preferences.addons
loaded = sorted(n for n in sys.modules if n.startswith(NAME + "."))
packs = sys.modules[NAME + ".bridge.people"].model.cache_info().currsize
bpy.ops.wince.add_face(seed=5)
obj = face()
still = points(obj)
bone = obj.parent.pose.bones["face"]
bone["AU12.L"] = bone["AU12.R"] = 4.0
obj.parent.update_tag(); bpy.context.view_layer.update()
moved = float(abs(points(obj) - still).max())
bpy.ops.wm.save_as_mainfile(filepath=sys.argv[2])
bpy.ops.preferences.addon_disable(module=NAME)
tell(enabled=enabled, loaded=loaded, packs=packs, moved_mm=moved * 1000, left=[t for t in traces() if t not in before],
     faces=len([o for o in bpy.data.objects if o.get("wince_part") == "face"]), path=sys.path)
leave()
"""

ENABLE = """
bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
bpy.ops.preferences.addon_disable(module=NAME)
for name in [n for n in sys.modules if n == NAME or n.startswith(NAME + ".")]: del sys.modules[name]
start = time.process_time()
bpy.ops.preferences.addon_enable(module=NAME)
tell(ms=(time.process_time() - start) * 1000)
leave()
"""

WITHOUT = """
bpy.ops.wm.open_mainfile(filepath=sys.argv[1], use_scripts=False)
bone, out = face().parent.pose.bones["face"], {}
for key in [k for k in bone.keys() if k.startswith("AU")]: bone[key] = type(bone[key])(0)
def now():
    face().parent.update_tag(); bpy.context.view_layer.update()
    import numpy as np
    eyes = [np.array(o.evaluated_get(bpy.context.evaluated_depsgraph_get()).matrix_world).ravel()
            for o in sorted(bpy.data.objects, key=lambda o: o.name) if str(o.get("wince_part")).startswith("eye")]
    return np.concatenate([points(face()).ravel(), *eyes])
still = now()
for key in [k for k in bone.keys() if k.startswith("AU")]:
    bone[key] = 5.0
    out[key] = float(abs(now() - still).max()) * 1000
    bone[key] = 0.0
tell(moved_mm=out, enabled=[a.module for a in bpy.context.preferences.addons if "wince" in a.module], scripts=bpy.app.autoexec_fail)
leave()
"""


def blender(profile, code, *words):
    """Run code in a Blender of its own, with a profile folder of its own; return what it told."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BLENDER_", "PYTHON"))}
    env |= {"BLENDER_USER_RESOURCES": str(profile), "TMPDIR": str(profile)}
    profile.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([sys.executable, "-c", START + code, *map(str, words)], env=env, capture_output=True, text=True, timeout=300)
    told = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    assert told, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(told[-1].removeprefix("FOUND "))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The zip, built once."""
    return addon_build.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def used(built, tmp_path_factory):
    """What a Blender found that installed the zip, added a face, saved, and disabled the add-on; and where the file is."""
    folder = tmp_path_factory.mktemp("used")
    return blender(folder / "profile", INSTALL_AND_USE, built.path, folder / "face.blend") | {"folder": folder}


@pytest.fixture(scope="module")
def inside(built):
    """Every file in the zip, {name: bytes}."""
    with zipfile.ZipFile(built.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_is_named_by_the_version_and_small(built):
    assert re.fullmatch(r"wince-\d+\.\d+\.\d+\.zip", built.path.name)
    assert built.size == built.path.stat().st_size <= addon_build.LIMIT == 6_000_000


def test_the_zip_holds_the_add_on_with_its_pack_and_nothing_else(inside):
    assert {"__init__.py", "blender_manifest.toml", "registration.py", "data/facepack.npz", "data/cameras/portrait.json"} <= set(inside)
    assert {Path(name).suffix for name in inside} <= KINDS
    assert not [name for name in inside if re.search(r"(^|/)(\.|__pycache__|tests?/|test_)", name)]
    source = {path.relative_to(addon_build.SOURCE).as_posix() for path in addon_build.SOURCE.rglob("*.py")}
    assert {name for name in inside if name.endswith(".py")} == source


def test_no_file_in_it_imports_by_its_own_name_or_reaches_for_the_network(inside):
    found = [(name, module) for name, text in inside.items() if name.endswith(".py") for module in imported(text)]
    assert not [pair for pair in found if pair[1].split(".")[0] in NETWORK | {"wince"}]


def imported(text):
    """Yield the name of every module that a source imports absolutely."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def test_the_same_files_give_the_same_bytes(built, tmp_path):
    assert addon_build.build(tmp_path).path.read_bytes() == built.path.read_bytes()


def test_a_zip_that_grows_too_big_is_refused_and_its_biggest_file_named(monkeypatch, built):
    monkeypatch.setattr(addon_build, "LIMIT", 1_000_000)
    with pytest.raises(WinceError, match=r"more than 1: .*data/facepack\.npz \(\d\.\d MB\)"):
        addon_build.check_size(built.path.read_bytes())


def test_what_blenders_tool_refuses_is_said_in_a_sentence_and_nothing_is_written(monkeypatch, tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "blender_manifest.toml").write_text('schema_version = "1.0.0"\nid = "Bad"\n')
    monkeypatch.setattr(addon_build, "SOURCE", tmp_path / "bad")
    with pytest.raises(WinceError, match="Blender's extension tool refuses to build"):
        addon_build.build(tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_installed_it_works_under_its_installed_name_and_leaves_nothing(used):
    assert used["enabled"] and used["moved_mm"] > 5
    assert used["left"] == [] and used["faces"] == 1
    assert not [path for path in used["path"] if "user_default" in path]        # Blender calls that a policy violation


def test_enabling_loads_no_face_pack_and_no_renderer(used):
    assert used["packs"] == 0
    heavy = {f"{NAME}.job.{name}" for name in ("run", "writer", "encode", "exr")}
    assert not heavy & set(used["loaded"])


def test_enabling_is_quick(used, built):
    cpu_ms = blender(used["folder"] / "profile", ENABLE, built.path)["ms"]
    assert cpu_ms < 2 * BUDGET_MS                       # a busy machine's clock; the benchmark is stricter


def test_a_saved_face_moves_where_there_is_no_add_on_and_scripts_are_off(used, tmp_path):
    found = blender(tmp_path / "empty profile", WITHOUT, used["folder"] / "face.blend")
    assert found["enabled"] == [] and set(found["moved_mm"]) == set(AU_KEYS)
    assert not {key: moved for key, moved in found["moved_mm"].items() if moved < 0.05}
