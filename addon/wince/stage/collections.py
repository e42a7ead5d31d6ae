"""Collections of a scene that hold what was added around the face: found by what they hold, whatever they are called by now."""

import bpy

HOLDS = "wince_holds"                  # ID property of a collection


def holding(scene, what, name):
    """Return a scene's collection of a kind; it is made when it is not there.

    what   str, the kind, such as "cameras"
    name   of a new one
    """
    for known in scene.collection.children_recursive:
        if known.get(HOLDS) == what:
            return known
    made = bpy.data.collections.new(name)
    made[HOLDS] = what
    scene.collection.children.link(made)
    return made


def drop_empty(scene, what):
    """Delete a scene's collections of a kind that hold nothing any more."""
    for known in scene.collection.children_recursive:
        if known.get(HOLDS) == what and not known.objects and not known.children:
            bpy.data.collections.remove(known)
