"""What the painter does in the background: paintings, of which one is painted and the others wait, the check of its Python, the fetching.

A timer keeps them up to date and gives a finished skin to its face. The lists live as long as Blender does, whatever file is open;
a painter without its Blender stops by itself, and goes on when the same is painted again.
"""

import atexit
from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty

from .. import preferences
from ..bridge import face as faces
from ..core.errors import WinceError
from ..job import painter, textures
from ..job.process import DONE, FAILED, RUNNING, STOPPING
from .background import image_editor
from .base import Reporting, redraw
from .skins import put_on

EVERY_S = 0.25                         # between two looks at what they say
PATIENCE_S = 90.0                      # for the step in hand of a painting that was cancelled; then it is ended
CHECK_S = 60.0                         # for the answer of a painter's Python
SILENT_S = 20.0                        # after which the panel says for how long nothing was heard
PAINTINGS = []                         # painter.Painting, in the order in which they are painted
HELPERS = {}                           # {"check": painter.Check, "fetch": painter.Helper}: the last of each


def enqueue(context, painting, wait):
    """List a painting and start it when its turn comes.

    wait     whether to wait for its end, as scripts do
    raises   WinceError, with `wait`, when it failed
    """
    PAINTINGS.append(painting)
    if not wait:
        follow(context)
        return
    painting.start(*_start(context))
    painting.wait()
    if painting.state == FAILED:
        raise WinceError(painting.sentence)


def run(context, name, helper, wait=False, online=False):
    """Start a Check or another Helper in the background; arguments as `enqueue` takes them."""
    if name in HELPERS:
        HELPERS[name].kill()
    HELPERS[name] = helper
    helper.start(_start(context)[0], online)
    if wait:
        helper.wait()
    follow(context)


def follow(context):
    """Look at once, and go on looking while there is something to hear."""
    _turn(context)
    if not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=EVERY_S, persistent=True)


def waiting_before(painting):
    """Return how many paintings come before this one."""
    return sum(not other.ended for other in PAINTINGS[:PAINTINGS.index(painting)])


def silent_s(helper):
    """Return for how many seconds nothing was heard, 0 while that is nothing to speak of."""
    seconds = helper.silent_looks * EVERY_S
    return int(seconds // 10) * 10 if seconds >= SILENT_S and helper.state in (RUNNING, STOPPING) else 0


def end_all():
    """End everything and wait for that: nothing may outlive Blender or the add-on."""
    for helper in (*PAINTINGS, *HELPERS.values()):
        helper.kill()


def _start(context):
    """Return what painters are started with: the folder of the models' cache."""
    return (bpy.path.abspath(preferences.get(context).models_folder),)


def _turn(context):
    """Start the first that waits when nothing is painted."""
    for painting in PAINTINGS:
        if painting.state in (RUNNING, STOPPING):
            return
        if painting.state == painter.WAITING:
            painting.start(*_start(context))
            if not painting.ended:
                return


def _look():
    """Hear what they say; give a finished skin to its face, and tell the artist of those that have ended."""
    changed = [helper for helper in (*PAINTINGS, *HELPERS.values()) if helper.state in (RUNNING, STOPPING) and _heard(helper)]
    _turn(bpy.context)
    if changed:
        redraw(bpy.context)
    for painting in [painting for painting in PAINTINGS if painting.ended and not painting.worn]:
        _finish(painting)
    busy = any(not helper.ended for helper in (*PAINTINGS, *HELPERS.values())) or any(not painting.worn for painting in PAINTINGS)
    return EVERY_S if busy else None


def _heard(helper):
    """Poll one, end it when it takes too long, and tell whether what the panel shows of it has changed."""
    before = silent_s(helper)
    changed = helper.poll()
    if helper.looks_since_stop * EVERY_S > PATIENCE_S:
        helper.kill()
    if isinstance(helper, painter.Check) and not helper.ended and helper.silent_looks * EVERY_S > CHECK_S:
        helper.kill()
        helper.fail(f"{helper.python} did not answer in {CHECK_S:.0f} s: start it in a terminal to see why")
    return changed or helper.ended or silent_s(helper) != before


def _finish(painting):
    """Give a finished skin to its face as an operator does, so that it can be undone; wait while a mesh is edited or sculpted."""
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        if bpy.context.mode in ("OBJECT", "POSE"):
            bpy.ops.wince.finish_painting("INVOKE_DEFAULT", True, number=PAINTINGS.index(painting))


class _OnPainting(Reporting):
    """An operator on one of the paintings, `act(context)`; self.painting is it."""

    bl_options = {"INTERNAL"}                             # noqa: RUF012 -- as Blender writes it

    number: IntProperty(name="Number", min=0, description="Place in the list of paintings")

    @property
    def painting(self):
        """The painting that is meant."""
        if self.number >= len(PAINTINGS):
            raise WinceError(f"there is no painting number {self.number}: there are {len(PAINTINGS)}")
        return PAINTINGS[self.number]


class WINCE_OT_cancel_painting(_OnPainting, bpy.types.Operator):
    """Stop after the step in hand; what is painted is kept, and the same settings go on from there. Pressed twice, it ends at once"""

    bl_idname = "wince.cancel_painting"
    bl_label = "Cancel"

    def invoke(self, context, event):
        """Ask, the first time."""
        if self.painting.state != RUNNING:
            return self.execute(context)
        return context.window_manager.invoke_confirm(self, event, title="Cancel This Painting?", confirm_text="Cancel Painting",
                                                     message="Painted again with the same settings, it goes on from here.")

    def act(self, context):
        """Let go of it; end it if it was let go of before."""
        painting = self.painting
        if painting.state == STOPPING:
            painting.kill()
            return f"{painting.name} was ended"
        waited = painting.state == painter.WAITING
        painting.stop()
        return f"{painting.name} {'is not painted' if waited else 'stops after the step in hand'}"


class WINCE_OT_forget_painting(_OnPainting, bpy.types.Operator):
    """Take this painting off the list; its files stay"""

    bl_idname = "wince.forget_painting"
    bl_label = "Remove from List"

    def act(self, context):
        """Forget a painting that has ended."""
        if not self.painting.ended:
            raise WinceError(f"{self.painting.name} is still painted: cancel it first")
        return f"{PAINTINGS.pop(self.number).name} is off the list, its files are where they were"


class WINCE_OT_copy_painting_log(_OnPainting, bpy.types.Operator):
    """Copy the command and what the painter has said, to send to whoever can help"""

    bl_idname = "wince.copy_painting_log"
    bl_label = "Copy Log"

    def act(self, context):
        """Copy it."""
        context.window_manager.clipboard = self.painting.log()
        return f"{len(self.painting.talk)} lines copied"


class WINCE_OT_open_painting_folder(_OnPainting, bpy.types.Operator):
    """Open the folder of the painted skin in the file browser of this system"""

    bl_idname = "wince.open_painting_folder"
    bl_label = "Open Folder"

    def act(self, context):
        """Open it."""
        folder = Path(self.painting.folder or self.painting.out)
        if not folder.is_dir():
            raise WinceError(f"{folder} is not there: nothing was painted yet, or it was moved away")
        bpy.ops.wm.path_open(filepath=str(folder))
        return f"Opened {folder}"


class WINCE_OT_show_sheet(Reporting, bpy.types.Operator):
    """Show the painter's sheet in an image editor: the head from all sides, the atlas, what was seen, the numbers"""

    bl_idname = "wince.show_sheet"
    bl_label = "Show Sheet"
    bl_options = {"INTERNAL"}                             # noqa: RUF012 -- as Blender writes it

    folder: StringProperty(name="Folder", description="Folder of a painted skin")

    def act(self, context):
        """Load it and show it, in a window of its own where no image editor is open."""
        path = Path(self.folder, textures.PREVIEW)
        if not path.is_file():
            raise WinceError(f"{path} is not there: it was moved away, paint the skin again to see its sheet")
        image = bpy.data.images.load(str(path), check_existing=True)
        if area := image_editor(context):
            area.spaces.active.image = image
            _see_all(context, area)
        return f"{path}, {image.size[0]} x {image.size[1]} pixels"


class WINCE_OT_load_painting(_OnPainting, bpy.types.Operator):
    """Put this painted skin on the active face"""

    bl_idname = "wince.load_painting"
    bl_label = "Load"
    bl_options = {"UNDO", "INTERNAL"}                     # noqa: RUF012 -- as Blender writes it

    def act(self, context):
        """Wear it."""
        face = faces.active(context)
        if face is None or not self.painting.folder:
            raise WinceError("there is no skin to load, or no face to put it on: select a FACS face")
        return _wear(face, self.painting)


class WINCE_OT_finish_painting(_OnPainting, bpy.types.Operator):
    """Put a finished skin on its face, or say how its painting has ended"""

    bl_idname = "wince.finish_painting"
    bl_label = "Painted Skin"
    bl_options = {"UNDO", "INTERNAL"}                     # noqa: RUF012 -- as Blender writes it

    def execute(self, context):
        """Do it; an error would be raised in the timer that asks for this, and end it."""
        painting = self.painting
        painting.worn = True
        try:
            done = _wear(_face_of(painting), painting) if painting.state == DONE else ""
        except WinceError as error:
            painting.sentence = str(error)
        if painting.sentence:
            self.report({"WARNING"}, f"{painting.name}: {painting.sentence}")
            return {"CANCELLED"}
        redraw(context)
        self.report({"INFO"}, done or f"{painting.name} was {painting.state}")
        return {"FINISHED"} if done else {"CANCELLED"}


class WINCE_OT_end_helper(Reporting, bpy.types.Operator):
    """Stop this, or take it off the panel; what was downloaded is kept"""

    bl_idname = "wince.end_helper"
    bl_label = "Close"
    bl_options = {"INTERNAL"}                             # noqa: RUF012 -- as Blender writes it

    name: StringProperty(name="Name", description="check or fetch")

    def act(self, context):
        """End and forget it."""
        if self.name not in HELPERS:
            raise WinceError(f"there is no {self.name}: known are {', '.join(HELPERS) or 'none'}")
        HELPERS.pop(self.name).kill()


def _see_all(context, area):
    """Show the whole of what an image editor shows."""
    window = next(window for window in context.window_manager.windows if area in window.screen.areas[:])
    region = next(region for region in area.regions if region.type == "WINDOW")
    with context.temp_override(window=window, screen=window.screen, area=area, region=region):
        bpy.ops.image.view_all(fit_view=True)


def _face_of(painting):
    """Return the face that a painting is for, wherever it stands in this file."""
    bones = next((obj for obj in bpy.data.objects if obj.session_uid == painting.face), None)
    face = faces.of(bones) if bones else None
    if face is None:
        raise WinceError("its face is not in this file: open that, select the face, and press Load")
    return face


def _wear(face, painting):
    done = put_on(face, painting.folder)
    painting.sentence = ""
    return done


def register():
    """Nothing may be left running when Blender quits."""
    atexit.register(end_all)


def unregister():
    """End what runs, and forget it."""
    atexit.unregister(end_all)
    end_all()
    PAINTINGS.clear()
    HELPERS.clear()
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)


CLASSES = (WINCE_OT_cancel_painting, WINCE_OT_forget_painting, WINCE_OT_copy_painting_log, WINCE_OT_open_painting_folder,
           WINCE_OT_show_sheet, WINCE_OT_load_painting, WINCE_OT_finish_painting, WINCE_OT_end_helper)
