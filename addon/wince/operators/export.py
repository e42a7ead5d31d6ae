"""Export: GLB and FBX with morph targets, the labels of the present pose, the rig as a clean .blend."""

import json
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..bridge import face as faces
from ..bridge import mesh, version
from ..core import heatmap, targets
from ..core.errors import WinceError
from ..job import disk, expand, glb, record
from ..stage import plain_copy, plain_motion
from .base import OnFace

TARGETS = (("arkit", "ARKit", "Exactly the 52 ARKit blendshapes"),
           ("aus", "FACS Action Units", "One target for each action unit and side, named like the rig's: AU04.L"),
           ("both", "Both", "The 52 ARKit blendshapes and the action units"))


class Exporting(OnFace, ExportHelper):
    """An operator that writes one file about the active face: `write(context, face, path)` returns what to report."""

    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it: nothing to undo

    def act(self, context, face):
        """Write the file."""
        if not self.filepath or Path(self.filepath).is_dir():
            raise WinceError(f"no file name was given: choose where to write, such as face{self.filename_ext}")
        path = Path(bpy.path.abspath(self.filepath))
        if not path.parent.is_dir():
            raise WinceError(f"there is no folder {path.parent}: choose one that exists")
        return self.write(context, face, path)

    def invoke(self, context, event):
        """Ask for the file, named after the face."""
        self.filepath = bpy.path.clean_name(faces.active(context).mesh_object.name) + self.filename_ext
        return super().invoke(context, event)


def chosen(face, kind):
    """Return the morph targets of a kind of TARGETS, {name: (V, 3)}; AU targets as they are in the file, sculpts included."""
    out = targets.arkit(face.person) if kind in ("arkit", "both") else {}
    if kind in ("aus", "both"):
        blocks = face.mesh_object.data.shape_keys.key_blocks
        neutral = mesh.get_key(blocks[0])
        out |= {key: mesh.get_key(blocks[key]) - neutral for key in targets.action_units(face.person) if key in blocks}
    return out


class Moving(Exporting):
    """An export of the face as mesh, bones and targets, over the scene's frames when the face is animated."""

    kind: EnumProperty(name="Targets", items=TARGETS, default="arkit", description="Which morph targets the file gets")
    animation: BoolProperty(name="Animation", default=True,
                            description="Key targets and bones over the scene's frame range, when the face is animated")

    def write(self, context, face, path):
        """Export a plain copy, and take the copy away again."""
        plain_copy.check(face)
        wanted = chosen(face, self.kind)
        with plain_copy.copy_of(face, wanted, context.scene) as (collection, skin):
            frames = plain_motion.play(face, skin, context.scene) if self.animation else 0
            self.send(str(path), collection, bool(frames))
        self.prove(path, tuple(wanted))
        moving = f", {frames} frames" if frames else ""
        return f"Wrote {path.name}: {len(wanted)} targets{moving}, {path.stat().st_size / 1e6:.1f} MB"

    def prove(self, path, wanted):
        """Prove that the file holds what it should; formats that cannot be read again promise nothing."""


class WINCE_OT_export_glb(Moving, bpy.types.Operator):
    """Export the face as GLB: mesh, bones, eyes, and morph targets by name; the file is read again and its targets are counted"""

    bl_idname = "wince.export_glb"
    bl_label = "Export Face as GLB"
    filename_ext = ".glb"
    filter_glob: StringProperty(default="*.glb", options={"HIDDEN"})
    normals: BoolProperty(name="Target Normals", default=False, description="Shading normals for every target: four times the size")

    def send(self, path, collection, moving):
        """Call Blender's exporter; with modifiers applied it would drop all targets and say that it finished."""
        bpy.ops.export_scene.gltf(filepath=path, export_format="GLB", collection=collection, export_morph_normal=self.normals,
                                  export_apply=False, export_vertex_color="NONE", export_animations=moving,
                                  export_animation_mode="ACTIVE_ACTIONS", export_optimize_animation_size=True)

    def prove(self, path, wanted):
        """Read the file again and count."""
        found = glb.target_names(path)
        if found != wanted:
            raise WinceError(f"{path.name} has {len(found)} morph targets of {len(wanted)}: Blender's glTF exporter dropped some, "
                             f"update Blender, or report this with the file")


class WINCE_OT_export_fbx(Moving, bpy.types.Operator):
    """Export the face as FBX: mesh, bones, eyes, and blendshapes by name"""

    bl_idname = "wince.export_fbx"
    bl_label = "Export Face as FBX"
    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})

    def send(self, path, collection, moving):
        """Call Blender's exporter; with modifiers applied it would drop all shapes."""
        bpy.ops.export_scene.fbx(filepath=path, collection=collection, use_mesh_modifiers=False, add_leaf_bones=False,
                                 bake_anim=moving, bake_anim_use_nla_strips=False, bake_anim_use_all_actions=False,
                                 mesh_smooth_type="FACE", object_types={"ARMATURE", "MESH"}, path_mode="COPY", embed_textures=True)


class WINCE_OT_export_labels(Exporting, bpy.types.Operator):
    """Write the labels of the present pose as JSON: who it is, AU codes, PSPI and its terms, head pose, gaze, pain heat"""

    bl_idname = "wince.export_labels"
    bl_label = "Export Labels"
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def write(self, context, face, path):
        """Put together what a record says about person and pose."""
        labels = labels_of(face)
        disk.write(path, (json.dumps(labels, indent=1, sort_keys=True) + "\n").encode())
        return f"Wrote {path.name}: {labels['facs']}, PSPI {labels['pspi']}"


def labels_of(face):
    """Return the labels of a face's present pose as plain JSON; the same words as in a rendered sample's record."""
    person, aus = face.person, face.aus()
    heat = heatmap.pspi_heat(person, aus)
    peaks = dict(zip(heatmap.TERMS, (round(float(term.max()), 3) for term in heat.terms), strict=True))
    return record.expression_facts(expand.given(str(aus))) | {
        "format": "wince-labels-1", "identity": json.loads(person.identity.json()),
        "heat_peak_mm": peaks | {"total": round(float(heat.total.max()), 3)},
        "versions": record.versions(person.pack.hash, heatmap.HEAT_VERSION, version.name())}


class WINCE_OT_export_blend(Exporting, bpy.types.Operator):
    """Write the rig alone as a .blend of its own, in a collection to append or link; it moves without the add-on"""

    bl_idname = "wince.export_blend"
    bl_label = "Export Rig as .blend"
    filename_ext = ".blend"
    filter_glob: StringProperty(default="*.blend", options={"HIDDEN"})

    def write(self, context, face, path):
        """Write a scene with nothing in it but the face and what hangs on it."""
        _refuse_linked(face)
        objects = [*face.objects, *(obj for obj in face.armature.children_recursive if obj not in face.objects)]
        scene, collection = bpy.data.scenes.new("Scene"), bpy.data.collections.new(face.mesh_object.name)
        try:
            scene.collection.children.link(collection)
            for obj in objects:
                collection.objects.link(obj)
            scene.view_layers[0].update()                 # 5.2 crashes on writing a view layer that was never updated
            bpy.data.libraries.write(str(path), {scene, collection}, path_remap="RELATIVE_ALL", compress=True)
        finally:
            bpy.data.scenes.remove(scene)
            bpy.data.collections.remove(collection)
        return f"Wrote {path.name}: {len(objects)} objects in the collection {face.mesh_object.name}"


def _refuse_linked(face):
    """Refuse a face that a file of its own would only refer to."""
    for block in (block for obj in face.objects for block in (obj, obj.data)):
        source = block if block.library else block.override_library and block.override_library.reference
        if source:
            raise WinceError(f"{face.mesh_object.name} is linked from {source.library.filepath}: export its rig there, "
                             f"or make it local with all its data")


CLASSES = (WINCE_OT_export_glb, WINCE_OT_export_fbx, WINCE_OT_export_labels, WINCE_OT_export_blend)
