"""Object > FACS Face, and with it what Blender's search finds."""

import pytest

pytest.importorskip("bpy")

# They need the row of the list that their button stands in, or are reached in the menus Add, File and Presets.
ELSEWHERE = {"add_face", "add_face_from_file", "select_camera", "look_through", "remove_camera", "average_shape", "apply_preset",
             "cancel_render", "forget_render", "open_render_folder", "show_render", "report_render", "reset_au", "keyframe_au"}


def for_people(bpy):
    """Return the names of our operators that are not INTERNAL."""
    ours = [cls for cls in bpy.types.Operator.__subclasses__() if cls.__name__.startswith("WINCE_OT_") and cls.is_registered]
    return {cls.bl_idname.removeprefix("wince.") for cls in ours if "INTERNAL" not in cls.bl_options}


def test_the_menu_holds_every_operator_that_is_for_people_once(addon):
    from wince.panels import menu
    listed = [name for _, _, operators in menu.SUBJECTS for name in operators]
    assert len(listed) == len(set(listed))
    assert set(listed) == for_people(addon) - ELSEWHERE


def test_every_choice_is_an_enum_of_its_operator(addon):
    from wince.panels import menu
    for name, choice in menu.CHOICES.items():
        assert getattr(addon.ops.wince, name).get_rna_type().properties[choice].type == "ENUM"


def test_labels_differ_so_that_a_search_tells_them_apart(addon):
    labels = [getattr(addon.ops.wince, name).get_rna_type().name for name in sorted(for_people(addon))]
    assert len(labels) == len(set(labels))
