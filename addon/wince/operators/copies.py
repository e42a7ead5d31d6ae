"""Copied faces: what shares a rig is caught, and gets one of its own.

A handler counts objects after each update of the dependency graph; when there are more, it looks for new face meshes, and a timer
mends those that share something as soon as no tool runs. What was seen once is not mended again by itself: an undone mending stays
undone, and the panel offers it.
"""

import bpy
from bpy.app.handlers import persistent

from .. import preferences
from ..bridge import copies
from ..bridge import face as faces
from .add import select
from .base import Reporting, in_mode

WAIT, SAID = 0.1, 6.0            # seconds between looks at running tools; how long the status bar says what was done


class Watch:
    """What the handler has seen: `count` objects, the face meshes `seen` by session_uid, and those `new` ones that wait for the timer."""

    count = 0
    seen = frozenset()
    new = frozenset()


class WINCE_OT_mend_copies(Reporting, bpy.types.Operator):
    """Give every face that was copied without its rig a rig, eyes and mesh of its own; expression, animation and place stay"""

    bl_idname = "wince.mend_copies"
    bl_label = "Give It Its Own Rig"

    @classmethod
    def poll(cls, context):
        """Tell whether faces can be mended now."""
        return in_mode(cls, context)

    def act(self, context):
        """Mend all that is not sound in the scene."""
        context.view_layer.update()
        return mend(copies.unsound(context.scene)) or "Every face has a rig of its own"


def mend(unsound):
    """Mend faces and return the sentence about it, "" when there were none."""
    names = [copies.mend(face).mesh_object.name for face in unsound]
    if len(names) > 1:
        return f"{len(names)} copied faces have rigs of their own now: {', '.join(names)}"
    return f"{names[0]} was copied without its rig and has its own now" if names else ""


def _meshes():
    """Return {session_uid: object} of every face mesh in the file."""
    return {obj.session_uid: obj for obj in bpy.data.objects if obj.get(faces.PART) == faces.FACE}


@persistent
def _take_stock(*_):
    """Remember what is there: a file that is opened is not changed by that."""
    Watch.count, Watch.seen, Watch.new = len(bpy.data.objects), frozenset(_meshes()), frozenset()


@persistent
def _look(scene, depsgraph=None):
    """Catch face meshes that were not there before; one comparison where nothing was added."""
    count = len(bpy.data.objects)
    if count == Watch.count:
        return
    Watch.count, now = count, frozenset(_meshes())
    Watch.new |= now - Watch.seen
    Watch.seen |= now
    if Watch.new and not bpy.app.background and not bpy.app.timers.is_registered(_when_idle):
        bpy.app.timers.register(_when_idle, first_interval=0.0)


def _when_idle():
    """Mend the new copies, once no tool such as Move is running; a timer."""
    windows = bpy.context.window_manager.windows
    if any(window.modal_operators for window in windows):
        return WAIT
    new, Watch.new = Watch.new, frozenset()
    for window in windows:
        with bpy.context.temp_override(window=window):
            mend_new(bpy.context, new, window)
    return None


def mend_new(context, new, window=None):
    """Mend those of the scene's new face meshes (session_uids) that share something, as a step of their own for undo.

    returns   the sentence about it, "" when there was nothing to do
    """
    wanted = preferences.get(context).mend_copies and context.mode in ("OBJECT", "POSE")
    unsound = [face for face in copies.unsound(context.scene) if face.mesh_object.session_uid in new] if wanted else []
    meshes = [face.mesh_object for face in unsound]
    said = mend(unsound)
    if said:
        select(context, [obj for mesh in meshes for obj in faces.of(mesh).objects])      # a face is moved by its rig, so that is at hand
        Watch.count, Watch.seen = len(bpy.data.objects), Watch.seen | frozenset(_meshes())
        bpy.ops.ed.undo_push(message=WINCE_OT_mend_copies.bl_label)
        _say(window, said)
    return said


def _say(window, sentence):
    """Show a sentence in the status bar for a while."""
    if window is not None:
        window.workspace.status_text_set(sentence)
        bpy.app.timers.register(_hush, first_interval=SAID)


def _hush():
    for window in bpy.context.window_manager.windows:
        window.workspace.status_text_set(None)


def register():
    """Begin to watch; while Blender starts there is no file yet, and loading one takes stock."""
    bpy.app.handlers.depsgraph_update_post.append(_look)
    bpy.app.handlers.load_post.append(_take_stock)
    if hasattr(bpy.data, "objects"):
        _take_stock()


def unregister():
    """Watch no more."""
    bpy.app.handlers.depsgraph_update_post.remove(_look)
    bpy.app.handlers.load_post.remove(_take_stock)
    for timer in (_when_idle, _hush):
        if bpy.app.timers.is_registered(timer):
            bpy.app.timers.unregister(timer)


CLASSES = (WINCE_OT_mend_copies,)
