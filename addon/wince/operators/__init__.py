"""What the artist can do, one file per subject; an operator reads the context once, calls, and reports.

    base           what all operators share
    add            Add > Mesh > FACS Face
    identity       another person, locks, save and load
    look           another look, the plain face
    copies         copied faces get a rig of their own
    action_units   set from a FACS code, reset, keyframe
    pain           presets, the way to a PSPI
    heat           the heat overlay and its colour bar
    motion         intensities over time, PSPI over time, bake
    gaze           a target that the eyes look at
    handles        handles on the face that pull action units
    cameras        camera rigs: add, edit by hand, save
    light          light presets and worlds
    paint          paint a skin, load one, back to the built-in one, check the painter, fetch its models
    painters       what paints in the background: the list, its timer, cancel, log
    skins          painted skins on faces: what may be worn
    render         this frame with labels, or a dataset of this person
    background     what runs in the background: the list, cancel, open
    export         GLB, FBX, labels, a clean .blend
"""

from . import (
    action_units,
    add,
    background,
    cameras,
    copies,
    export,
    gaze,
    handles,
    heat,
    identity,
    light,
    look,
    motion,
    pain,
    paint,
    painters,
    render,
)

MODULES = (add, identity, look, painters, paint, copies, action_units, pain, heat, motion, gaze, handles, cameras, light, render,
    background, export)
