"""What hangs on the skin goes with it: Geometry Nodes against numpy, in the viewport, in a render, in a file without the add-on."""

import subprocess
import sys

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

from wince.bridge import copies, follow, mesh, people, worn  # noqa: E402
from wince.bridge import face as faces  # noqa: E402
from wince.core import demographics, rig  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.worn import binding  # noqa: E402
from wince.core.worn.piece import HEAD, SKIN, Piece  # noqa: E402
from wince.job import spec  # noqa: E402

AGREE_M = 1e-5
PAIN = ActionUnits.parse("1C+4D+6D+7D+9D+10C+25C+26C+43")


def someone(number=1, age=30.0):
    """Build a person by number."""
    wishes = spec.People(count=1, ages=((age, age),), genders=("woman",))
    return people.model().person(demographics.sample(number, 0, wishes, people.model().pack))


@pytest.fixture
def person():
    return someone()


@pytest.fixture
def face(addon, person):
    return faces.build(person, subdivision=1)


def tufts(person, count=200, seed=3):
    """Return a Piece of short upright quads all over a person's skin."""
    rng = np.random.default_rng(seed)
    pack = person.pack
    skin = pack.faces[pack.exterior[pack.faces].all(axis=1) & (pack.faces[:, 3] != pack.faces[:, 2])]
    corners = skin[rng.choice(len(skin), count)][:, :3]
    roots = binding.rest(pack)[corners].mean(axis=1)
    points = (roots[:, None] + rng.normal(0, 0.004, (count, 4, 3))).reshape(-1, 3)
    tied = binding.bind(points, np.repeat(corners, 4, axis=0), binding.rest(pack))
    return Piece(binding.place(tied, binding.shown(person)), np.arange(count * 4).reshape(-1, 4), ("hair",), SKIN, tied,
                 values={"wince_strand": rng.random(count * 4)})


def material():
    return {"hair": bpy.data.materials.new("m")}


def seen(obj):
    bpy.context.view_layer.update()
    return mesh.evaluated_positions(obj, bpy.context.evaluated_depsgraph_get())


def expected(face, tied):
    """Where a binding's points are on the face as Blender shows it."""
    return binding.place(tied, seen(face.mesh_object)[:len(face.person.base)])


@pytest.mark.parametrize("levels", [1, 2])
def test_nodes_and_numpy_agree_on_a_posed_face(face, person, levels):
    face.mesh_object.modifiers["Subdivision"].levels = levels
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    assert np.abs(seen(obj) - piece.points).max() <= AGREE_M
    face.set_aus(PAIN)
    bpy.context.view_layer.update()
    assert np.abs(seen(obj) - expected(face, piece.binding)).max() <= AGREE_M
    smooth = binding.smooth(person.pack).of(rig.deform(person, PAIN))
    assert np.abs(seen(obj) - binding.place(piece.binding, smooth)).max() <= AGREE_M
    assert np.abs(seen(obj) - piece.points).max() > 0.005


def test_what_follows_turns_with_the_head_and_goes_where_the_face_goes(face, person):
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    face.armature.location = (1.0, 2.0, 3.0)
    face.set_aus(ActionUnits.parse("52D+56C"))
    bpy.context.view_layer.update()
    assert np.abs(seen(obj) - expected(face, piece.binding)).max() <= AGREE_M
    assert np.abs(seen(obj) - piece.points).max() > 1


def test_the_skins_labels_come_along_in_a_render(face, person):
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    values = np.random.default_rng(1).random(len(person.base))
    mesh.set_attribute(face.mesh_object.data, "wince_heat", values)
    got = {}

    def look(scene, depsgraph):
        for one in depsgraph.object_instances:
            if one.object.original == obj:
                got.update({name: mesh.get_attribute(one.object.data, name) for name in follow.LABELS})

    class Engine(bpy.types.RenderEngine):
        bl_idname, bl_label = "WINCE_TEST", "test"

        def render(self, depsgraph):
            look(None, depsgraph)

    bpy.utils.register_class(Engine)
    try:
        bpy.context.scene.render.engine = "WINCE_TEST"
        bpy.context.scene.render.resolution_x = bpy.context.scene.render.resolution_y = 4
        bpy.context.scene.camera = bpy.data.objects.new("c", bpy.data.cameras.new("c"))
        bpy.ops.render.render()
    finally:
        bpy.utils.unregister_class(Engine)
    face_values = np.array(got["wince_heat"])
    rest = values[piece.binding.corners].mean(axis=1)
    assert np.abs(face_values - rest).max() < 2e-3        # subdivision leaves point attributes of the control vertices nearly as they are
    assert set(got) == set(follow.LABELS) and got["wince_skin"].min() > 0.99


def test_a_file_without_the_addon_still_follows(face, person, tmp_path):
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    names = face.mesh_object.name, obj.name, face.armature.name
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "f.blend"))
    np.savez(tmp_path / "b.npz", corners=piece.binding.corners, local=piece.binding.local)
    code = f"""
import bpy, numpy as np
bpy.ops.wm.open_mainfile(filepath={str(tmp_path / "f.blend")!r})
rig = bpy.data.objects[{names[2]!r}]
bone = next(b for b in rig.pose.bones if "AU9" in b or "AU09" in b or any(k.startswith("AU") for k in b.keys()))
for key in list(bone.keys()):
    if key.startswith(("AU9", "AU4", "AU27", "AU1")): bone[key] = 4.0
rig.update_tag(); bpy.context.view_layer.update()
d = bpy.context.evaluated_depsgraph_get()
def points(name):
    m = bpy.data.objects[name].evaluated_get(d).data
    out = np.empty(len(m.vertices) * 3, np.float32); m.vertices.foreach_get("co", out); return out.reshape(-1, 3)
np.savez({str(tmp_path / "o.npz")!r}, face=points({names[0]!r}), worn=points({names[1]!r}))
"""
    subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=300, capture_output=True)
    out = np.load(tmp_path / "o.npz")
    assert np.abs(out["worn"] - binding.place(piece.binding, out["face"].astype(float))).max() <= AGREE_M
    assert np.abs(out["worn"] - piece.points).max() > 0.01


def test_without_its_face_a_thing_stays_where_it_is(face, person):
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    next(follow.targets(obj)).object = None
    assert np.abs(seen(obj) - piece.points).max() <= AGREE_M


def test_one_group_serves_all_and_a_second_wear_adds_nothing(face, person):
    for _ in range(3):
        obj = worn.wear(face, "brows", tufts(person), material())
        other = worn.wear(face, "lashes", tufts(person), material())
    assert [len(one.modifiers) for one in (obj, other)] == [1, 1]
    assert sum(follow.is_follow_group(group) for group in bpy.data.node_groups) == 1


def test_what_the_head_wears_turns_stiffly(face, person):
    piece = tufts(person)
    stiff = Piece(piece.points, piece.faces, ("hair",), HEAD)
    obj = worn.wear(face, "hair", stiff, material())
    assert np.abs(seen(obj) - stiff.points).max() <= AGREE_M
    turn = ActionUnits.parse("51D+53C")
    face.set_aus(turn)
    bone = rig.bone_matrices(turn, person.pack.joints)["head"]
    assert np.abs(seen(obj) - (stiff.points @ bone[:3, :3].T + bone[:3, 3])).max() <= AGREE_M


def test_a_piece_can_change_between_head_and_skin(face, person):
    piece = tufts(person)
    obj = worn.wear(face, "hair", Piece(piece.points, piece.faces, ("hair",), HEAD), material())
    assert worn.wear(face, "hair", piece, material()) == obj and follow.modifier_of(obj)
    face.set_aus(PAIN)
    bpy.context.view_layer.update()
    assert np.abs(seen(obj) - expected(face, piece.binding)).max() <= AGREE_M
    worn.wear(face, "hair", Piece(piece.points, piece.faces, ("hair",), HEAD), material())
    assert not follow.modifier_of(obj) and obj.parent_type == "BONE"


def test_worn_things_are_found_refilled_and_taken_off(face, person):
    obj = worn.wear(face, "brows", tufts(person), material())
    assert faces.of(obj).worn == {"brows": obj} and faces.of(face.armature).worn["brows"] == obj
    assert worn.wear(face, "brows", tufts(person, 90), material()) == obj and len(obj.data.polygons) == 90
    worn.wear(face, "brows", None, {})
    assert face.worn == {} and faces.of(face.armature).worn == {}
    assert not [data for data in bpy.data.meshes if "Brows" in data.name]


def test_many_people_leave_no_data_behind(addon, person):
    face = faces.build(person)
    own = material()
    own["hair"].use_fake_user = True                      # what nothing wears any more goes with it
    worn.wear(face, "brows", tufts(person), own)
    before = {kind: len(getattr(bpy.data, kind)) for kind in ("objects", "meshes", "materials", "node_groups", "images")}
    for number in range(30):
        other = someone(number, 20.0 + 2 * number)
        face.set_person(other)
        worn.wear(face, "brows", tufts(other, 100 + number) if number % 5 else None, own)
    worn.wear(face, "brows", tufts(person), own)
    assert {kind: len(getattr(bpy.data, kind)) for kind in before} == before


def test_removing_a_face_takes_what_it_wears_along(face, person):
    worn.wear(face, "brows", tufts(person), material())
    face.remove()
    assert not bpy.data.meshes and not [obj for obj in bpy.data.objects]


@pytest.mark.parametrize("all_of_it", [True, False])
def test_a_copied_face_has_its_own_things_that_follow_it(face, person, all_of_it):
    piece = tufts(person)
    obj = worn.wear(face, "brows", piece, material())
    bpy.context.view_layer.update()
    for one in bpy.context.view_layer.objects:
        one.select_set(one in face.objects if all_of_it else one == face.mesh_object)
    bpy.context.view_layer.objects.active = face.mesh_object
    bpy.ops.object.duplicate()
    bpy.context.view_layer.update()
    for unsound in copies.unsound(bpy.context.scene):
        copies.mend(unsound)
    twin = next(one for one in faces.in_scene(bpy.context.scene) if one.mesh_object != face.mesh_object)
    theirs = twin.worn["brows"]
    assert theirs != obj and theirs.data != obj.data and next(follow.targets(theirs)).object == twin.mesh_object
    assert next(follow.targets(obj)).object == face.mesh_object and not copies.unsound(bpy.context.scene)
    twin.set_aus(PAIN)
    bpy.context.view_layer.update()
    assert np.abs(seen(theirs) - expected(twin, piece.binding)).max() <= AGREE_M
    assert np.abs(seen(obj) - piece.points).max() <= AGREE_M
