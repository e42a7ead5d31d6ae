"""Wince: FACS face rigs in Blender, and everything that renders them.

    core/        numpy only: FACS, PSPI, face model, rig, heatmap, cameras
    bridge/      where arrays become Blender data and back
    stage/       cameras, lights, worlds, materials, passes
    job/         JOB.json -> samples on disk
    operators/   what the artist can do, one file per subject
    panels/      the sidebar tab, one file per subject; draws, never computes
    properties/  sliders and options behind the panels
    preferences, registration   the add-on's settings; what is registered, in order
    later        modules that are read when they are first used
    data/        camera rigs, presets, groups, and the face pack (built, never committed)

Importing it does nothing and needs no Blender; `register` is what Blender calls when the add-on is enabled.
"""


def register():
    """Enable the add-on."""
    from . import registration
    registration.register()


def unregister():
    """Disable the add-on, leaving nothing behind but the artist's data."""
    from . import registration
    registration.unregister()
