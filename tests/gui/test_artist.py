"""An artist's first minutes with Wince, in a real Blender window: one story, each test a step of it; screenshots in out/gui.

Done by mouse and keyboard alone. The zip is installed by Preferences > Get Extensions > Install from Disk, in Blender's file dialog.
"""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from driver.habits import FIELD_PX, ROW_PX, User

ZIP = "*.zip"
CODE, PSPI = "4C+6D+7D+9B+43", 10
MOVED_M = 0.001
FACE_PX = slice(200, 600), slice(400, 900)                  # where the face is on the screen


def points(user: User, name=None):
    """Where a face's vertices are, (V, 3) metres."""
    return np.array(user.ask(f"points({name!r})")).reshape(-1, 3)


def shown_pspi(user: User):
    """The PSPI that the sidebar's bar shows, where the bar does not reach under the text."""
    return int(user.read([f"PSPI  {score}  of 16" for score in range(17)], user.sidebar).split()[1])


def moved(before, after):
    """How far the furthest vertex moved, metres."""
    return float(np.linalg.norm(after - before, axis=1).max())


def test_01_the_zip_is_installed_from_disk(user):
    user.find("Quick Setup")
    user.press("Escape")
    user.editor("VIEW_3D", "Preferences")
    user.click("Get Extensions")
    row = user.find("Repositories")
    user.click_at(user.ask("area('PREFERENCES')")["WINDOW"][2] - 20, row.y)
    user.click("Install from Disk...")
    user.choose_file(next((user.room.shared / "home").glob(ZIP)).name, "Install from Disk")
    user.wait("'bl_ext.user_default.wince' in bpy.context.preferences.addons")
    user.find("Wince")
    user.keep("installed")
    user.editor("PREFERENCES", "3D Viewport")
    user.wait("area()")


def test_02_a_face_is_added_by_the_menu(user):
    user.in_view("a", "Delete")
    user.wait("not bpy.data.objects")
    user.click("Add", user.ask("area()")["HEADER"])
    user.click("Mesh")
    user.find("FACS Face")
    user.keep("add-menu")
    user.click("FACS Face")
    assert user.wait("faces()") == ["Face"]
    user.in_view("KP_1", "KP_Decimal")
    user.keep("a-face")


def test_03_the_redo_panel_makes_another_person(user):
    before = points(user)
    user.click("FACS Face", user.ask("area()")["HUD"])
    user.wait("area()['HUD'][3] - area()['HUD'][1] > 60")   # it opens
    seed = user.find("Seed", user.ask("area()")["HUD"])
    user.fill(seed.x + FIELD_PX, seed.y, "7")
    user.wait("__import__('json').loads(rig()['wince_identity'])['seed'] == 7")
    assert moved(before, points(user)) > MOVED_M
    user.keep("another-person")


def test_04_the_sidebar_shows_the_action_units(user):
    user.open_tab("Wince")
    for text in ("Identity", "Action Units", "AU4 Brow Lowerer", "AU43 Eyes Closed"):
        user.find(text, user.sidebar)
    assert shown_pspi(user) == 0
    user.keep("sidebar")


@pytest.mark.parametrize(("label", "key"), [("AU4 Brow Lowerer", "AU04.L"), ("AU43 Eyes Closed", "AU43.R")])
def test_05_dragging_a_slider_moves_the_face(user, label, key):
    before = points(user)
    user.drag(user.find(label, user.sidebar), right=110)
    user.wait(f"aus().get({key!r}, 0) > 1")
    user.settled("aus()")                                   # a busy window has not yet seen all of the mouse's way
    assert moved(before, points(user)) > MOVED_M
    user.over_view()
    user.keep(f"dragged-{key[:4]}")


def test_06_the_score_follows_the_sliders(user):
    held = user.ask("aus()")
    assert held["AU04.L"] == held["AU04.R"]
    assert shown_pspi(user) == int(held["AU04.L"] + 0.5) + (held["AU43.L"] >= 4.5)


def test_07_undo_and_redo_move_it_back_and_forth(user):
    posed, held = points(user), user.ask("aus()")
    user.in_view("ctrl+z")
    user.wait(f"aus() != {held!r}")
    assert moved(posed, points(user)) > MOVED_M
    user.in_view("ctrl+shift+z")
    user.wait(f"aus() == {held!r}")
    assert moved(posed, points(user)) < 1e-6
    user.keep("undone-and-redone")


def test_07_presets_are_seen_at_once(user):
    """In pixels: asking for vertices would evaluate what the window has not drawn."""
    user.only("Pain")
    pictures = []
    for name in ("Severe", "None", "Severe", "None"):                     # the first brings up the redo panel, which draws all anew
        user.click(name, user.sidebar)
        user.wait(f"bool(aus()) == {name == 'Severe'}")
        pictures.append(user.drawn_anew(pictures[-1] if pictures else None, FACE_PX, 0.3))
        user.keep(f"preset-{name}")
    changed, same = (np.abs(pictures[k] - pictures[1]).mean() for k in (2, 3))
    assert changed > 0.3 and same < 0.3 * changed           # edges are still being smoothed while the machine is busy


def test_08_a_typed_code_is_the_pose(user):
    user.only("Action Units")
    below = user.find("Reset All", user.sidebar)
    user.fill(below.x, below.y - 2.5 * ROW_PX, CODE)
    user.wait("aus().get('AU09.L') == 2")
    user.over_view()
    for text in (CODE, f"5 action units, PSPI {PSPI}"):
        user.find(text, user.sidebar)
    assert user.ask("aus()") == {f"AU{au}.{side}": value for au, value in
                                 (("04", 3), ("06", 4), ("07", 4), ("09", 2), ("43", 5)) for side in "LR"}
    user.keep("typed-code")


def test_09_heat_is_shown_and_hidden(user):
    title = user.only("Pain Heat")
    plain = user.see()
    for shown in (True, False):
        user.click_at(title.x - title.width / 2 - 12, title.y)
        time.sleep(1)
        user.over_view()
        end = time.monotonic() + 60                         # a busy machine takes its time to draw it
        while (changed := np.abs(user.see().astype(int) - plain).mean() > 1) != shown and time.monotonic() < end:
            time.sleep(0.5)
        user.keep("heat" if shown else "heat-hidden")
        assert changed == shown


def test_10_it_is_saved(user):
    user.in_view("ctrl+s")
    user.find("/mnt/home/")
    name = user.find("Untitled.blend")
    user.fill(name.x, name.y, "face.blend")
    user.click("Save Blender File")
    user.wait("bpy.data.filepath.endswith('face.blend')")
    user.keep("saved")


def test_11_cameras_are_added(user):
    user.only("Cameras & Light")
    user.click("Add Camera Rig", user.sidebar)
    user.find("Portrait")
    user.keep("camera-rigs")
    user.click("Portrait")
    user.wait("len([o for o in bpy.data.objects if o.type == 'CAMERA']) == 3")
    user.over_view()
    user.keep("cameras")


def test_12_the_cameras_are_rendered_with_labels(user):
    cameras = len(user.ask("[o.name for o in bpy.data.objects if o.type == 'CAMERA']"))
    user.only("Render")
    samples = user.find("Samples", user.sidebar)
    user.fill(samples.x + FIELD_PX, samples.y, "1")
    user.wait("bpy.context.scene.wince_render.samples == 1")
    user.over_view()
    user.keep("render-panel")
    user.click("Render Frame with Labels", user.sidebar)
    home, end = user.room.shared / "home", time.monotonic() + 400
    while len(records := list(Path(home).rglob("record.json"))) < cameras:
        assert time.monotonic() < end, f"{len(records)} of {cameras} records"
        user.ask("bpy.app.version")                     # the window is not frozen
        time.sleep(0.5)
    assert {json.loads(record.read_text())["pspi"] for record in records} == {PSPI}
    user.over_view()
    user.keep("rendered")


def test_12_a_skin_is_painted_while_the_artist_goes_on(user):
    title = user.only("Paint")
    user.keep("paint-panel")
    user.click("Paint Skin", user.sidebar)
    user.over_view()
    user.keep("painting")
    user.wait("painted() == ['Face Skin']", 180)            # answered all the while: the window is not frozen
    user.over_view()
    for text in ("Face, seed 0", "Not good enough: it is all of", "Show Sheet"):
        user.find(text, user.sidebar)
    user.keep("painted")
    user.in_view("ctrl+z")
    user.wait("not painted()")
    user.in_view("ctrl+shift+z")
    user.wait("painted()")
    user.click_at(title.x, title.y)


def test_13_a_duplicated_mesh_gets_a_rig_of_its_own(user):
    left, top, right, bottom = user.ask("area()")["WINDOW"]
    user.click_at((left + right) / 2, top + 0.35 * (bottom - top))        # a click on the face takes the mesh alone
    user.wait("[o.name for o in bpy.context.view_layer.objects if o.select_get()] == ['Face']")
    user.in_view("shift+d", "Escape")
    user.wait("len(faces()) == 2 and len({rig(name).name for name in faces()}) == 2")
    user.keep("duplicated")


def test_14_it_is_opened_again_as_it_was_saved(user):
    user.in_view("ctrl+s")
    user.wait("not bpy.data.is_dirty")
    held, still = user.ask("aus('Face')"), points(user, "Face")
    user.click("File")
    user.click("New")
    user.click("General")
    user.wait("not faces()")
    user.in_view("ctrl+o")
    user.choose_file("face.blend", "Open")
    user.wait("'Face' in faces()")
    assert user.ask("aus('Face')") == held and moved(still, points(user, "Face")) < 1e-6
    user.keep("opened-again")


def test_15_f3_finds_what_an_artist_can_do(user):
    user.search(["Reset Action Units", "Render Frame with Labels", "Show Pain Heat", "FACS Face"])
