"""The menu Object > FACS Face: everything that can be done with a face, so that Blender's search (F3) finds it by its name.

F3 looks through menus alone; a button that is only in a panel would not be found.
"""

import bpy

from ..bridge import face as faces

# What is done from a button of a list is not here: it needs the row that it stands in.
SUBJECTS = (
    ("identity", "Identity", ("another_person", "previous_person", "unlock_all", "save_identity", "load_identity", "select_rig",
                              "mend_copies")),
    ("look", "Look", ("another_look", "toggle_plain")),
    ("paint", "Paint", ("paint_skin", "load_painted_skin", "built_in_skin", "check_painter", "fetch_model")),
    ("action_units", "Action Units", ("set_code", "copy_code", "reset_aus", "mirror_aus", "keyframe_aus")),
    ("pain", "Pain", ("save_preset", "delete_preset", "save_pose_asset", "toggle_heat", "fit_heat", "remove_heat")),
    ("animation", "Animation", ("import_motion", "export_motion", "pspi_over_time", "bake_shape_keys", "unbake_shape_keys",
                                "add_look_at", "remove_look_at")),
    ("stage", "Cameras and Light", ("add_cameras", "load_cameras", "save_cameras", "re_aim_cameras", "use_camera", "remove_cameras",
                                    "set_light", "bring_back_world", "remove_light")),
    ("render", "Render", ("render_frame", "render_dataset")),
    ("export", "Export", ("export_glb", "export_fbx", "export_labels", "export_blend")),
)
CHOICES = {"keyframe_aus": "which", "add_cameras": "rig", "set_light": "kind", "delete_preset": "name"}     # a menu of these
MENUS = {"pain": "WINCE_MT_presets"}                      # of a subject, made elsewhere


def _subject(name, label, operators):
    """Make the menu of one subject."""
    def draw(self, context):
        if name in MENUS:
            self.layout.menu(MENUS[name])
        self.layout.operator_context = "INVOKE_DEFAULT"       # file dialogs open, as from a panel's button
        for operator in operators:
            if operator in CHOICES:
                self.layout.operator_menu_enum(f"wince.{operator}", CHOICES[operator])
            else:
                self.layout.operator(f"wince.{operator}")
    members = {"bl_idname": f"WINCE_MT_{name}", "bl_label": label, "draw": draw, "__doc__": f"{label} of the active face"}
    return type(f"WINCE_MT_{name}", (bpy.types.Menu,), members)


SUBJECT_MENUS = tuple(_subject(*subject) for subject in SUBJECTS)


class WINCE_MT_face(bpy.types.Menu):
    """What can be done with the active face"""

    bl_idname = "WINCE_MT_face"
    bl_label = "FACS Face"

    def draw(self, context):
        """List the subjects."""
        for menu in SUBJECT_MENUS:
            self.layout.menu(menu.bl_idname)


def _in_menu(menu, context):
    if faces.active(context) is not None:
        menu.layout.separator()
        menu.layout.menu(WINCE_MT_face.bl_idname, icon="USER")


def register():
    """Put it into the menus Object and Pose."""
    for menu in (bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose):
        menu.append(_in_menu)


def unregister():
    """Take it out again."""
    for menu in (bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose):
        menu.remove(_in_menu)


CLASSES = (*SUBJECT_MENUS, WINCE_MT_face)
