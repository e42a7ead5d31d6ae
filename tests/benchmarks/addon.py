"""The add-on in an artist's hands: action unit to mesh, with and without the heat overlay, reshaping, adding a face, enabling.

What the rig costs is told against Blender's own update of the same mesh: a copy with the same keys, labels, armature and subdivision
modifiers, no drivers, no wrinkles, nothing worn, one key's value set by hand. Both are measured in turn, so that a busy machine slows
both.
"""

import dataclasses
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon")]

PAIRS, PROCESSES = 60, 7
SLIDERS = ("AU04.L", "AU12.R", "AU06.L", "AU25")        # of pain and not, one after the other
ENABLE = """
import sys, time
sys.path.insert(0, sys.argv[1])
import bpy
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
start = time.process_time()          # it reads small files and computes, in one thread: what others do on the machine does not count
bpy.ops.preferences.addon_enable(module=sys.argv[2])
print("ms", 1000 * (time.process_time() - start))
bpy.ops.preferences.addon_disable(module=sys.argv[2])
"""
EMPTY = """
bl_info = {"name": "Nothing", "blender": (4, 5, 0)}
def register(): pass
def unregister(): pass
"""


def milliseconds(function, *arguments):
    """Return how long a call takes."""
    start = time.perf_counter()
    function(*arguments)
    return 1000 * (time.perf_counter() - start)


def evaluate(obj):
    """Have Blender evaluate the scene, and touch the result."""
    import bpy
    data = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    return len(data.vertices), data.vertices[0].co.x


def pull(face, key, value):
    """Set an action unit as a slider does, until the mesh is there."""
    face.armature.pose.bones["face"][key] = value
    face.armature.update_tag()
    evaluate(face.mesh_object)


def by_hand(obj, key, value):
    """Set a shape key's value, until the mesh is there."""
    obj.data.shape_keys.key_blocks[key].value = value
    evaluate(obj)


def plain_copy(face):
    """Return a copy of the face's mesh as an artist would have it who made it by hand: the same keys, armature, subdivision, labels."""
    import bpy

    from wince.bridge import wrinkles
    bones = bpy.data.objects.new("By hand Rig", face.armature.data.copy())         # or our rig's updates would be its own too
    obj = face.mesh_object.copy()
    obj.data = face.mesh_object.data.copy()
    obj.data.shape_keys.animation_data_clear()
    obj.parent, obj.modifiers["Armature"].object = bones, bones
    wrinkles.take_off(SimpleNamespace(mesh_object=obj))
    for thing in (bones, obj):
        bpy.context.scene.collection.objects.link(thing)
    return obj


def slider_ratio(face, plain):
    """Return the median (ms by AU, ms by hand, ratio) of alternating pairs."""
    rows = []
    for k in range(PAIRS + 4):
        key, value = SLIDERS[k % len(SLIDERS)], 1.0 + k % 4
        rows.append((milliseconds(pull, face, key, value), milliseconds(by_hand, plain, key, value / 5)))
    ours, theirs = zip(*rows[4:], strict=True)
    return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in rows[4:])


def sliders():
    """Yield rows of the table: the slider, plain, with the overlay, with the overlay hidden."""
    import bpy

    from wince.bridge import heat
    face = new_face()
    plain = plain_copy(face)
    yield "(a) AU slider to mesh / one key by hand", *slider_ratio(face, plain), 1.2
    heat.show(face)
    yield "(b) the same with the heat overlay on", *slider_ratio(face, plain), 1.5
    heat.set_setting(face, "Term", "Orbit")
    yield "    the same, one term shown", *slider_ratio(face, plain), 1.5
    heat.hide(face)
    yield "    the same with the overlay hidden", *slider_ratio(face, plain), 1.2
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)


def new_face():
    """Return a face as the operator adds it, the scene otherwise empty."""
    import bpy

    from wince.bridge import face as faces
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wince.add_face()
    return faces.active(bpy.context)


def reshape(change):
    """Return the milliseconds of a slider of the identity, overlay on; change(identity, 0..1) gives another one."""
    from wince.bridge import heat
    from wince.stage import dress
    face = new_face()
    heat.show(face)
    times = []
    for k in range(15):
        who = change(face.person.identity, k / 15)
        times.append(milliseconds(dress.become, face, who))
        evaluate(face.mesh_object)
    return times[2:]


def nose(who, value):
    """Return an identity with a wider nose: shapes change, colours and hair do not."""
    from wince.core import identity
    return identity.with_shapes(who, {"nose-width1": value})


def years(who, value):
    """Return an identity of another age: everything changes."""
    return dataclasses.replace(who, age=30.0 + 30 * value)


def adding():
    """Return the milliseconds of adding one face after the other."""
    import bpy
    return [milliseconds(lambda seed=seed: bpy.ops.wince.add_face(seed=seed)) for seed in range(6)]


def enabling(folder):
    """Return by how many milliseconds enabling takes longer than an empty add-on: fresh processes, in turn, compiled before."""
    Path(folder, "nothing.py").write_text(EMPTY)
    pairs = [(_enable(ROOT / "addon", "wince", folder), _enable(folder, "nothing", folder)) for _ in range(PROCESSES + 1)]
    return [a - b for a, b in pairs[1:]]


def _enable(where, module, cache):
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(cache), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", ENABLE, str(where), module]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return next(float(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("ms "))


def main():
    import tempfile

    import bpy
    print(f"Blender {bpy.app.version_string}")
    header("median", "best", "")
    with tempfile.TemporaryDirectory() as folder:
        show("(e) enabling, over an empty add-on, CPU ms", enabling(folder), 100)
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.preferences.addon_enable(module="wince")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    first, *further = adding()
    show("(d) adding the first face, ms", [first], 1500)
    show("    adding further faces, ms", further, 1500)
    show("(c) a shape slider, overlay on, ms", reshape(nose), 60)
    show("    another age, overlay on, ms", reshape(years), 1000)
    for path in sorted((ROOT / "dist").glob("wince-*.zip")):
        show(f"(f) {path.name}, MB", [path.stat().st_size / 1e6], 6)
    header("AU, ms", "by hand", "ratio")
    for name, ours, theirs, ratio, limit in sliders():
        print(f"{name:45}{ours:10.2f}{theirs:10.2f}{ratio:10.3f}{limit:10}", flush=True)
    bpy.ops.preferences.addon_disable(module="wince")


def header(*columns):
    """Print the heads of the columns that follow."""
    print(f"{'':45}" + "".join(f"{column:>10}" for column in (*columns, "at most")))


def show(name, values, limit):
    """Print a row of one number measured several times; the best is what a quiet machine would take."""
    print(f"{name:45}{statistics.median(values):10.2f}{min(values):10.2f}{limit:20}", flush=True)


if __name__ == "__main__":
    main()
