"""The panel of identity: who the face is, a sub-panel per group of shapes, and copies that share a rig."""

import bpy

from ..bridge import copies
from ..core import axes, identity
from ..properties.identity import SKIN, locks_of, name_of, trouble
from . import base


class WINCE_PT_copies(base.OfFace, bpy.types.Panel):
    """This face was copied without its rig"""

    bl_idname = "WINCE_PT_copies"
    bl_label = "Copied Face"
    bl_options = set()                                    # noqa: RUF012 -- as Blender writes it

    @classmethod
    def poll(cls, context):
        """Tell whether the face shares what it should have alone."""
        face = base.faces.active(context)
        return face is not None and bool(copies.faults(face))

    def show(self, context, layout, face):
        """Say what is shared, and offer the cure."""
        for what, other in copies.faults(face).items():
            base.alert(context, layout, f"{face.mesh_object.name} {what} {other}")
        layout.operator("wince.mend_copies")


class WINCE_PT_identity(base.OfFace, bpy.types.Panel):
    """Who this face is"""

    bl_idname = "WINCE_PT_identity"
    bl_label = "Identity"

    def show(self, context, layout, face):
        """Show seed, age, gender, ancestry, skin and eyes, and the search over all shapes."""
        if sentence := trouble(face):
            base.alert(context, layout, sentence)
        layout.use_property_split, layout.use_property_decorate = True, False
        column = layout.column()
        column.enabled = not face.fixed
        _draw_seed(column, face)
        _draw_facts(column, face)
        _draw_search(context, column, face)
        row = layout.row(align=True)
        row.operator("wince.save_identity", text="Save", icon="EXPORT")
        row.operator("wince.load_identity", text="Load", icon="IMPORT")


def _draw_seed(layout, face):
    row = layout.row(align=True)
    row.prop(face.armature.wince_person, "seed")
    row.operator("wince.previous_person", text="", icon="TRIA_LEFT")
    row.operator("wince.another_person", text="", icon="TRIA_RIGHT")
    row = layout.row(align=True)
    row.operator("wince.another_person")
    sub = row.row(align=True)
    sub.enabled = bool(locks_of(face.armature))
    sub.operator("wince.unlock_all", text="", icon="UNLOCKED")


def _draw_facts(layout, face):
    person = face.armature.wince_person
    _draw_slider(layout, person, "age", "age")
    _draw_slider(layout, person, "gender", "gender", slider=True)
    _draw_column(layout, person, identity.POLES, "ancestry")
    _draw_column(layout, person, [f"skin_{name}" for name, *_ in SKIN], "skin")
    _draw_slider(layout, person, "iris", "iris")


def _draw_column(layout, person, names, lock):
    """Draw sliders that one lock holds together."""
    column = layout.column(align=True)
    for place, name in enumerate(names):
        _draw_slider(column, person, name, "" if place else lock, slider=True)


def _draw_search(context, layout, face):
    shapes = context.window_manager.wince_shapes
    layout.separator()
    layout.row().prop(shapes, "search", text="", icon="VIEWZOOM")
    layout.prop(shapes, "apart")
    if words := shapes.search.lower():
        column = _within(layout)
        for group in axes.groups():
            for axis in group.axes:
                if words in f"{group.label} {axis.label} {axis.more}".lower():
                    _draw_axis(column, face, group, axis, shapes.apart, f"{group.label}: {axis.label}")


def _within(layout):
    """Return a column whose sliders have their names inside: those of shapes are long."""
    column = layout.column(align=True)
    column.use_property_split = False
    return column


def _draw_axis(layout, face, group, axis, apart, label):
    """Draw one slider, or one per side of the face; the lock holds both."""
    person, name = face.armature.wince_person, name_of(axis.name)
    if apart and len(axis.sides) > 1:
        for side, letter, lock in zip(axis.sides, "LR", (name, ""), strict=True):
            _draw_slider(layout, person, name_of(side), lock, group.key, text=f"{label} {letter}", slider=True)
    else:
        _draw_slider(layout, person, name, name, group.key, text=label, slider=True)


def _draw_slider(layout, person, name, lock, group="", **how):
    """Draw a slider and its lock; without a lock the space of one."""
    row = layout.row(align=True)
    row.prop(person, name, **how)
    if lock:
        draw_lock(row, person, lock, bool(group) and getattr(person, f"lock_{group}"))
    else:
        row.label(text="", icon="BLANK1")


def draw_lock(row, person, lock, held=False):
    """Draw a lock; one that its group holds is closed and greyed."""
    row = row.row(align=True)
    row.enabled = not held
    locked = held or getattr(person, f"lock_{lock}")
    row.prop(person, f"lock_{lock}", text="", icon="LOCKED" if locked else "UNLOCKED", emboss=False)


class OfGroup(base.OfFace):
    """A sub-panel with the sliders of one group, hidden while the artist searches."""

    bl_parent_id = "WINCE_PT_identity"

    @classmethod
    def poll(cls, context):
        """Tell whether groups are shown."""
        return super().poll(context) and not context.window_manager.wince_shapes.search

    def draw_header_preset(self, context):
        """Show the lock of the whole group."""
        if face := base.faces.active(context):
            row = self.layout.row()
            row.enabled = not face.fixed
            row.operator("wince.average_shape", text="", icon="LOOP_BACK", emboss=False).group = self.group.key
            draw_lock(row, face.armature.wince_person, self.group.key)

    def show(self, context, layout, face):
        """Show the group's sliders."""
        layout.use_property_split, layout.use_property_decorate = True, False
        column = _within(layout)
        column.enabled = not face.fixed
        for axis in self.group.axes:
            _draw_axis(column, face, self.group, axis, context.window_manager.wince_shapes.apart, axis.label)


def _panel_of(group):
    members = {"bl_idname": f"WINCE_PT_shapes_{group.key}", "bl_label": group.label, "group": group,
               "__doc__": f"Local shapes: {group.label}"}
    return type(f"WINCE_PT_shapes_{group.key}", (OfGroup, bpy.types.Panel), members)


def register():
    """Make a sub-panel for each group of the table."""
    for group in axes.groups():
        bpy.utils.register_class(_panel_of(group))


def unregister():
    """Take them back."""
    for group in reversed(axes.groups()):
        bpy.utils.unregister_class(getattr(bpy.types, f"WINCE_PT_shapes_{group.key}"))


CLASSES = (WINCE_PT_copies, WINCE_PT_identity)
