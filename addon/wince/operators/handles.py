"""Handles on the face: gizmos that pull action units.

Blender draws and picks gizmos only in a window, so in the background nothing of this runs; with the option off, a gizmo group's
`poll` is all that it costs.
"""

from itertools import pairwise
from math import cos, pi, sin

import bpy
import gpu
from bpy.props import BoolProperty
from bpy_extras.view3d_utils import location_3d_to_region_2d, region_2d_to_location_3d
from gpu_extras.batch import batch_for_shader
from mathutils import Matrix, Vector

from ..bridge import face as faces
from ..bridge import handles as bridge
from ..bridge import poses
from ..core.errors import WinceError
from ..core.facs.handles import HANDLES, both_sides, offset, pulled, told, whole

COLOURS = {"brows": (0.36, 0.60, 0.95), "eyes": (0.22, 0.75, 0.70), "nose": (0.93, 0.73, 0.30), "cheeks": (0.95, 0.58, 0.40),
           "mouth": (0.93, 0.38, 0.42), "jaw": (0.66, 0.50, 0.95)}
RIM = (0.05, 0.05, 0.05, 0.75)        # around every handle, so that it can be told from any skin
RADIUS = 2.2                          # of a handle, millimetres of face; on the screen within the pixels below
SMALLEST, LARGEST = 4.0, 8.0          # pixels
UNIT = 75.0                           # pixels that Blender draws a gizmo of size 1 with, before the user's gizmo size
SHOWN_FROM = 0.35                     # pixels per millimetre: on a smaller face handles would only be in the way
AWAY = -0.1                           # cosine: handles that look further away than this are behind the face; in profile the midline shows
PRECISE = 0.1                         # what Shift leaves of a way
TURN = [(cos(k * pi / 12), sin(k * pi / 12)) for k in range(25)]
INNER = 0.75                          # of the radius, within the rim
PICKED = 1.4                          # of the radius: what the mouse can take


def _disc(radius):
    """Return the corners of a disc's triangles."""
    return [corner for a, b in pairwise(TURN) for corner in ((0, 0), (radius * a[0], radius * a[1]), (radius * b[0], radius * b[1]))]



class Drag:
    """One pull of a handle: what the face was, and how far the hand has come.

    face     RiggedFace
    name     of the handle
    link     the other side does the same
    """

    def __init__(self, face, name, depsgraph, link):
        self.armature, self.handle, self.link = face.armature, HANDLES[name], link
        self.point, self.frame = bridge.places(face, depsgraph)[name].point, bridge.frame(face, depsgraph)
        self.start = poses.read(face.armature)
        self.at = offset(self.handle, self.start)
        self.values = {}

    def move(self, way, precise=False, snap=False):
        """Go on by a way through the world (Vector), and set the face; returns what it set."""
        self.at = self.at + bridge.millimetres(self.handle, self.frame, way) * (PRECISE if precise else 1.0)
        values = pulled(self.handle, self.at, self.start)
        values = whole(values) if snap else values
        self.values = both_sides(values) if self.link else values
        self._write(self.values)
        return self.values

    def finish(self, scene):
        """Let go: keyframe what has changed where Blender keys by itself; tell whether anything has."""
        self.cancel()
        poses.move(self.armature, self.values, scene)
        return any(self.start[key] != value for key, value in self.values.items())

    def cancel(self):
        """Make the face what it was."""
        self._write({key: self.start[key] for key in self.values})

    def _write(self, values):
        bone = poses.bone(self.armature)
        for key, value in values.items():
            bone[key] = value
        self.armature.update_tag()


class WINCE_GT_handle(bpy.types.Gizmo):
    """A disc on the face; pull it"""

    bl_idname = "WINCE_GT_handle"
    __slots__ = ("drag", "handle_name", "inner", "mouse", "picked", "rim")

    def setup(self):
        """Make the shapes."""
        self.inner, self.picked = (self.new_custom_shape("TRIS", _disc(radius)) for radius in (INNER, PICKED))
        ring = [(radius * x, radius * y) for x, y in TURN for radius in (INNER, 1.0)]
        self.rim = batch_for_shader(gpu.shader.from_builtin("UNIFORM_COLOR"), "TRI_STRIP", {"pos": ring})
        self.drag = self.mouse = None

    def draw(self, context):
        """Draw it."""
        shader = gpu.shader.from_builtin("UNIFORM_COLOR")
        shader.uniform_float("color", RIM)
        gpu.state.blend_set("ALPHA")
        with gpu.matrix.push_pop():
            gpu.matrix.multiply_matrix(self.matrix_world)
            self.rim.draw(shader)
        self.draw_custom_shape(self.inner)

    def draw_select(self, context, select_id):
        """Draw it for picking."""
        self.draw_custom_shape(self.picked, select_id=select_id)

    def invoke(self, context, event):
        """Take hold."""
        face = faces.active(context)
        self.drag = Drag(face, self.handle_name, context.evaluated_depsgraph_get(), context.scene.wince_link_sides)
        self.mouse = (event.mouse_region_x, event.mouse_region_y)
        return {"RUNNING_MODAL"}

    def modal(self, context, event, tweak):
        """Pull: Shift is precise, Ctrl takes whole steps."""
        mouse = (event.mouse_region_x, event.mouse_region_y)
        before, now = (region_2d_to_location_3d(context.region, context.region_data, one, self.drag.point) for one in (self.mouse, mouse))
        self.mouse = mouse
        values = self.drag.move(now - before, "PRECISE" in tweak, "SNAP" in tweak)
        context.area.header_text_set(f"{self.drag.handle.label}: {told(values)}")
        context.area.tag_redraw()                            # the sliders in the sidebar too
        return {"RUNNING_MODAL"}

    def exit(self, context, cancel):
        """Let go, as one step of undo; or put everything back."""
        context.area.header_text_set(None)
        context.area.tag_redraw()
        if cancel:
            self.drag.cancel()
        elif self.drag.finish(context.scene):
            bpy.ops.ed.undo_push(message=f"Pull {self.drag.handle.label}")
        self.drag = None


class WINCE_GGT_handles(bpy.types.GizmoGroup):
    """The handles of the active face"""

    bl_idname = "WINCE_GGT_handles"
    bl_label = "Handles on the Face"
    bl_space_type = "VIEW_3D"
    bl_region_type = "WINDOW"
    bl_options = {"3D", "PERSISTENT", "SHOW_MODAL_ALL"}      # noqa: RUF012 -- as Blender writes it

    @classmethod
    def poll(cls, context):
        """Tell whether there are handles to show."""
        if not context.scene.wince_handles or context.mode not in ("OBJECT", "POSE"):
            return False
        face = faces.active(context)
        return face is not None and face.armature.library is None and face.mesh_object.visible_get()

    def setup(self, context):
        """Make one gizmo for each handle."""
        for name, handle in HANDLES.items():
            gizmo = self.gizmos.new(WINCE_GT_handle.bl_idname)
            gizmo.handle_name, gizmo.use_draw_modal = name, True
            gizmo.color = COLOURS[handle.region]
            gizmo.color_highlight, gizmo.alpha, gizmo.alpha_highlight = (1.0, 1.0, 1.0), 0.9, 1.0

    def draw_prepare(self, context):
        """Put them where the face is now, as large as it is near, turned to the viewer."""
        view, places = context.region_data, _places(context)
        towards = view.view_matrix.inverted()
        for gizmo in self.gizmos:
            place = places.get(gizmo.handle_name)
            pixels = _pixels(context, place, towards) if place else 0.0
            gizmo.hide = pixels < SHOWN_FROM
            if not gizmo.hide:
                gizmo.matrix_basis = Matrix.Translation(place.point) @ towards.to_3x3().to_4x4()
                gizmo.scale_basis = min(max(RADIUS * pixels, SMALLEST), LARGEST) / UNIT


def _places(context):
    try:
        return bridge.places(faces.active(context), context.evaluated_depsgraph_get())
    except WinceError:                                       # its face pack is not here: the panels say so
        return {}


def _pixels(context, place, towards):
    """Return how many pixels a millimetre of face has at a handle; 0 where it looks away or is out of sight."""
    view = context.region_data
    eye = towards.translation - place.point if view.is_perspective else towards.to_3x3() @ Vector((0, 0, 1))
    if place.outward.dot(eye.normalized()) < AWAY:
        return 0.0
    aside = place.point + towards.to_3x3() @ Vector((place.millimetre, 0, 0))
    here, there = (location_3d_to_region_2d(context.region, view, one) for one in (place.point, aside))
    return (there - here).length if here and there else 0.0


def register():
    """Add the option to scenes, so that it is saved with the file."""
    bpy.types.Scene.wince_handles = BoolProperty(
        name="Handles on the Face", options=set(), description="Show discs on the active face that pull action units when they are dragged")


def unregister():
    """Take it away."""
    del bpy.types.Scene.wince_handles


CLASSES = (WINCE_GT_handle, WINCE_GGT_handles)
