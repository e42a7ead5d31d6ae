"""What of an artist's scene is set aside so that labels stay true. It is done to a copy of the file, never to the artist's own.

One render gives picture and labels, so what blends or moves pixels without moving labels has to go from both: motion blur, depth of
field, compositing, a border, a transparent film, stereo, material overrides. What only concerns colours stays: exposure, bounces, filter.
"""

import math

import bpy

from ..bridge import heat
from ..core.errors import WinceError

RENDER = {
    "use_border": False, "use_crop_to_border": False, "use_motion_blur": False, "use_multiview": False, "use_freestyle": False,
    "use_single_layer": False, "use_stamp": False, "use_overwrite": True, "use_placeholder": False,
    "pixel_aspect_x": 1.0, "pixel_aspect_y": 1.0,
}
CYCLES = {                             # names that not every version has are passed over
    "use_animated_seed": False, "sample_offset": 0, "use_sample_subset": False, "time_limit": 0.0,
    "use_layer_samples": "USE", "use_camera_cull": False, "use_distance_cull": False,
}
LAYER = {"material_override": None, "world_override": None, "samples": 0, "use": True, "use_solid": True}
SIMPLIFY = ("subdivision", "child_particles")          # what the viewport shows is made what a render shows: labels are read from it
DENSER = ("SUBSURF", "MULTIRES")


def apply(scene, view_layer, cameras):
    """Set a scene up so that its pixels and labels agree.

    cameras   camera objects that will be rendered
    """
    _set(scene.render, RENDER)
    _set(scene.cycles, CYCLES)
    if scene.render.engine == "CYCLES" and scene.cycles.film_exposure > 0:       # it multiplies millimetres too; the picture keeps it
        scene.view_settings.exposure += math.log2(scene.cycles.film_exposure)
    scene.cycles.film_exposure = 1.0
    for layer in scene.view_layers:
        layer.use = layer == view_layer
    _set(view_layer, LAYER)
    _set(view_layer.cycles, {"denoising_store_passes": False})
    for owner in (view_layer, view_layer.cycles):
        _set(owner, {name: False for name in dir(owner) if name.startswith("use_pass_")})
    for kind in SIMPLIFY:
        setattr(scene.render, f"simplify_{kind}", getattr(scene.render, f"simplify_{kind}_render"))
    for camera in cameras:
        camera.data.dof.use_dof = False


def settle(face):
    """Make a face's evaluated mesh the one that is rendered, and its data its own.

    raises   WinceError when the face is hidden in renders, or an artist has changed its topology
    """
    obj = face.mesh_object
    if obj.hide_render:
        raise WinceError(f"{obj.name} is hidden in renders: switch the camera icon beside its name in the Outliner on")
    _check(obj, face.person.pack)
    for thing in (obj, *face.eyes.values(), *face.worn.values()):
        if thing.data.users > 1 or thing.data.library is not None:
            thing.data = thing.data.copy()                # labels are written into it, and only this face is labelled
        if thing.data.override_library is not None:       # in bulk, Blender writes into no override, and does not say so
            thing.data.make_local(clear_liboverride=True)
        if overlay := heat.modifier_of(thing):
            thing.modifiers.remove(overlay)               # it would write its own heat over the one that is computed here
        for modifier in thing.modifiers:
            _show_as_rendered(modifier)
    obj.show_only_shape_key = False
    obj.data.uv_layers.active = obj.data.uv_layers[0]     # the pack's: by it landmarks are found


def plain_colours(scene):
    """Tell whether Blender's colour management does no more to this scene's picture than view transform and exposure."""
    settings = scene.view_settings
    bent = settings.use_curve_mapping or getattr(settings, "use_white_balance", False)
    return settings.look == "None" and settings.gamma == 1 and not bent


def check_kept(face):
    """Refuse a settled face whose modifiers make other vertices than subdivision does.

    raises   WinceError
    """
    data = face.mesh_object.data
    count = len(face.mesh_object.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.vertices)
    corners = sum(polygon.loop_total for polygon in data.polygons)
    vertices, edges, faces = len(data.vertices), len(data.edges), len(data.polygons)
    while vertices < count:
        vertices, edges, faces, corners = vertices + edges + faces, 2 * edges + corners, corners, 4 * corners
    if vertices != count:
        names = ", ".join(modifier.name for modifier in face.mesh_object.modifiers if modifier.type not in ("ARMATURE", *DENSER))
        raise WinceError(f"modifiers of {face.mesh_object.name} change what it is made of ({names}): hide them in renders with "
                         f"their camera icon, labels know a face by its vertices")


def _check(obj, pack):
    have, need = (len(obj.data.vertices), len(obj.data.polygons)), (len(pack.base), len(pack.faces))
    if have != need:
        raise WinceError(f"{obj.name} has {have[0]} vertices and {have[1]} faces, its face pack has {need[0]} and {need[1]}: undo what "
                         f"added or removed them, labels know a face by its vertices")


def _show_as_rendered(modifier):
    modifier.show_viewport = modifier.show_render
    if modifier.type in DENSER:
        modifier.levels = modifier.render_levels
    if modifier.type == "SUBSURF":
        modifier.uv_smooth = "NONE"                       # straight in the atlas, see bridge.face


def _set(owner, values):
    """Set properties; those that this Blender version does not have are passed over."""
    known = owner.bl_rna.properties if isinstance(owner, bpy.types.bpy_struct) else owner
    for name, value in values.items():
        if name in known and not known[name].is_readonly:
            setattr(owner, name, value)
