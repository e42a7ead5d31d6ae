"""The exit codes of the `wince` command and of `blender_scripts/render.py`; the same table is in the README."""

DONE = 0            # everything asked for is there
FAULTS = 1          # `wince verify` or `wince info` looked, and found something wrong
USER = 2            # the input is wrong: one sentence on stderr says what, where, and the cure
BUG = 3             # a bug in Wince: a traceback
STOPPED = 75        # stopped by Ctrl-C or a signal between two views: the same command goes on
