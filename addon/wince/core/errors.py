"""The one error that a user can mend; every other exception is a bug and travels as a traceback."""


class WinceError(Exception):
    """The user's input is wrong.

    The message is one sentence for the user's eyes: it names the thing, where it stands, and the cure.
    Only surfaces (command line, operator, Blender script) catch it; they print it and end with exit code 2.
    """
