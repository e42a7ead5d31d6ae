"""Sliders and options behind the panels. Sliders of the face store nothing themselves: they read and write the face's plain data.

    identity       sliders of the person, on the armature object
    look           sliders of its look, on the armature object
    action_units   both sides of an AU as one slider, the FACS code, the search field
    pain           the slider from pose to PSPI
    heat           options of the overlay
    stage          cameras and light
    paint          what to paint a skin with
    render         what to render, and the progress of what runs
"""

from . import action_units, heat, identity, look, pain, paint, render, stage

MODULES = (identity, look, paint, action_units, pain, heat, stage, render)
