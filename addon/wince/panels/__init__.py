"""The sidebar tab Wince, one file per subject; panels draw, they never compute or change anything.

    base           what all panels share, and the tab's head
    heat_bar       no panel: the colour bar of heat, in the corner of a 3D view
    menu           Object > FACS Face: what F3 finds
"""

from . import action_units, animation, base, export, handles, heat, heat_bar, identity, look, menu, pain, paint, render, stage

MODULES = (base, identity, look, paint, action_units, pain, heat, heat_bar, animation, handles, stage, render, export, menu)
