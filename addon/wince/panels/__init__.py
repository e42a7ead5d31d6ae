"""The sidebar tab Wince, one file per subject; panels draw, they never compute or change anything.

    base           what all panels share, and the tab's head
"""

from . import action_units, animation, base, export, heat, identity, pain, render, stage

MODULES = (base, identity, action_units, pain, heat, animation, stage, render, export)
