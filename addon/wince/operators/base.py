"""What all operators share: the face is read once, a user's error becomes a sentence, what was done is reported."""

from ..bridge import face as faces
from ..core.errors import WinceError

NO_FACE = "Select a FACS face, or add one: Add > Mesh > FACS Face"


def redraw(context):
    """Have every 3D View drawn again: sliders that are ID properties, written by code, tell no window."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


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
        if context.mode not in ("OBJECT", "POSE"):
            cls.poll_message_set("Leave Edit or Sculpt Mode first")
            return False
        if faces.active(context) is None:
            cls.poll_message_set(NO_FACE)
            return False
        return True

    def _act(self, context):
        return self.act(context, faces.active(context))
