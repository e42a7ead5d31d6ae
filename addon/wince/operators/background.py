"""What runs in the background: the list of renders, which a timer keeps up to date, and what can be done with each.

The list lives as long as Blender does, whatever file is open; a child without its Blender stops by itself.
"""

import atexit

import bpy
from bpy.props import IntProperty

from ..bridge import people
from ..core.errors import WinceError
from ..job import child as children
from .base import Reporting, redraw

EVERY_S = 0.25                         # between two looks at what the children say
PATIENCE_S = 60.0                      # for the view in hand of a render that was cancelled; then it is ended
RENDERS = []                           # children.Child, in the order they were started


def start(context, render, words, wait):
    """Start a render and list it.

    render   children.Child
    words    of job.run
    wait     whether to wait for its end, as scripts do
    raises   WinceError, with `wait`, when it failed
    """
    render.start(words, bpy.app.binary_path, people.folder())
    RENDERS.append(render)
    if wait:
        render.wait()
        if render.state == children.FAILED:
            raise WinceError(render.sentence)
    elif not bpy.app.timers.is_registered(_look):
        bpy.app.timers.register(_look, first_interval=EVERY_S, persistent=True)


def _look():
    """Hear what the renders say, and tell the artist of those that have ended."""
    running = [render for render in RENDERS if not render.ended]
    changed = [render for render in running if render.poll()]
    for render in running:
        if render.looks_since_stop * EVERY_S > PATIENCE_S:
            render.kill()
    if changed:
        redraw(bpy.context)
    for render in changed:
        if render.ended:
            _tell(render)
    return EVERY_S if any(not render.ended for render in RENDERS) else None


def _tell(render):
    """Report the end of a render as operators do; a timer has no report of its own."""
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.wince.report_render("INVOKE_DEFAULT", number=RENDERS.index(render))


def end_all():
    """End every render and wait for that: nothing may outlive Blender or the add-on."""
    for render in RENDERS:
        render.kill()


class _OnRender(Reporting):
    """An operator on one of the renders, `act(context)`; self.render is it."""

    bl_options = {"INTERNAL"}                             # noqa: RUF012 -- as Blender writes it

    number: IntProperty(name="Number", min=0, description="Place in the list of renders")

    @property
    def render(self):
        """The render that is meant."""
        if self.number >= len(RENDERS):
            raise WinceError(f"there is no render number {self.number}: there are {len(RENDERS)}")
        return RENDERS[self.number]


class WINCE_OT_cancel_render(_OnRender, bpy.types.Operator):
    """Stop after the view in hand; a dataset goes on when it is rendered again. Pressed twice, it ends at once"""

    bl_idname = "wince.cancel_render"
    bl_label = "Cancel"

    def act(self, context):
        """Let go of it; end it if it was let go of before, or when it takes too long."""
        render = self.render
        if render.state == children.STOPPING:
            render.kill()
            return f"{render.name} was ended"
        render.stop()
        return f"{render.name} stops after the view in hand"


class WINCE_OT_forget_render(_OnRender, bpy.types.Operator):
    """Take this render off the list; its files stay"""

    bl_idname = "wince.forget_render"
    bl_label = "Remove from List"

    def act(self, context):
        """Forget a render that has ended."""
        if not self.render.ended:
            raise WinceError(f"{self.render.name} is still running: cancel it first")
        return f"{RENDERS.pop(self.number).name} is off the list, its files are where they were"


class WINCE_OT_open_render_folder(_OnRender, bpy.types.Operator):
    """Open the folder of pictures and labels in the file browser of this system"""

    bl_idname = "wince.open_render_folder"
    bl_label = "Open Folder"

    def act(self, context):
        """Open it."""
        if not self.render.out.is_dir():
            raise WinceError(f"{self.render.out} is not there: nothing was rendered yet, or it was moved away")
        bpy.ops.wm.path_open(filepath=str(self.render.out))
        return f"Opened {self.render.out}"


class WINCE_OT_show_render(_OnRender, bpy.types.Operator):
    """Show the picture that was finished last in an image editor"""

    bl_idname = "wince.show_render"
    bl_label = "Show Last Picture"

    def act(self, context):
        """Load it and show it, in a window of its own where no image editor is open."""
        path = self.render.out / self.render.key / "rgb.png"
        if not self.render.key or not path.is_file():
            raise WinceError(f"{self.render.name} has no picture yet: wait for its first view")
        image = bpy.data.images.load(str(path), check_existing=True)
        if area := image_editor(context):
            area.spaces.active.image = image
        return f"{self.render.key}, {image.size[0]} x {image.size[1]} pixels"


class WINCE_OT_report_render(_OnRender, bpy.types.Operator):
    """Say how a render has ended"""

    bl_idname = "wince.report_render"
    bl_label = "Report"

    def execute(self, context):
        """Report what happened; an error would be raised in the timer that asks for this, and end it."""
        render = self.render
        if render.state == children.FAILED:
            self.report({"WARNING"}, f"{render.name}: {render.sentence}")
        else:
            self.report({"INFO"}, f"{render.name}: {render.done} of {render.total} views in {render.out}")
        return {"FINISHED"}


def image_editor(context):
    """Return an area that shows images, opened if need be; None without windows."""
    windows = context.window_manager.windows if not bpy.app.background else ()
    for window in windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR":
                return area
    if not windows:
        return None
    bpy.ops.wm.window_new()
    area = context.window_manager.windows[-1].screen.areas[0]
    area.ui_type = "IMAGE_EDITOR"
    return area


def register():
    """Nothing may be left running when Blender quits."""
    atexit.register(end_all)


def unregister():
    """End what runs, and forget it."""
    atexit.unregister(end_all)
    end_all()
    RENDERS.clear()
    if bpy.app.timers.is_registered(_look):
        bpy.app.timers.unregister(_look)


CLASSES = (WINCE_OT_cancel_render, WINCE_OT_forget_render, WINCE_OT_open_render_folder, WINCE_OT_show_render, WINCE_OT_report_render)
