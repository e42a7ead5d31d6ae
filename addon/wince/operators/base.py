"""What all operators share: the face is read once, a user's error becomes a sentence, what was done is reported."""

from .. import preferences
from ..bridge import face as faces
from ..core.errors import WinceError

NO_FACE = "Select a FACS face, or add one: Add > Mesh > FACS Face"


def redraw(context):
    """Have every 3D View and its sidebar, and the preferences, drawn again: code that writes ID properties, or a timer, tells no window."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type in ("VIEW_3D", "PREFERENCES"):
                area.tag_redraw()


def in_mode(cls, context):
    """Tell whether faces can be changed in this mode; say why not."""
    if context.mode in ("OBJECT", "POSE"):
        return True
    cls.poll_message_set("Leave Edit or Sculpt Mode first")
    return False


class Reporting:
    """Makes an operator's `execute` of its `act(context)`: the sentence it returns is reported, a WinceError cancels with its own."""

    bl_options = {"REGISTER", "UNDO"}                     # noqa: RUF012 -- as Blender writes it

    def execute(self, context):
        """Do it, and say what was done."""
        try:
            done = self._act(context)
        except WinceError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        redraw(context)
        if done:
            self.report({"INFO"}, done)
        return {"FINISHED"}

    def _act(self, context):
        return self.act(context)


class OnFace(Reporting):
    """An operator on the active face, `act(context, face)`; greyed out with a sentence where there is none."""

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face to work on."""
        if not in_mode(cls, context):
            return False
        if cls.meant(context) is None:
            cls.poll_message_set(NO_FACE)
            return False
        return True

    @staticmethod
    def meant(context):
        """Return the face to work on, None when that is not clear."""
        return faces.active(context)

    def _act(self, context):
        return self.act(context, self.meant(context))


class IntoOutputs(OnFace):
    """An operator on the active face that writes into the folder of outputs; greyed out with a sentence where there is none."""

    @classmethod
    def poll(cls, context):
        """Tell whether there is a face, and a folder to write into."""
        if not super().poll(context):
            return False
        try:
            preferences.outputs(context)
        except WinceError as error:
            cls.poll_message_set(str(error))
            return False
        return True
