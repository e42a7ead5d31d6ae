"""Rows of the rig as Blender drivers: simple expressions, so a saved file moves where Python may not run."""

from itertools import pairwise

from ..core.facs.intensity import KNOTS, SLOPES

LETTERS = "abcdefghijklmnop"


def add(owner, path, index, armature, bone, inputs, expression):
    """Drive a property by AU values.

    owner       ID or struct that owns the property, path and index as `driver_add` takes them (index -1: not an array)
    armature    the object whose pose bone `bone` holds the AU properties
    inputs      AU property names; variables a, b, c ... in the expression
    returns     the driver's F-curve, mapping 1:1
    """
    curve = owner.driver_add(path, index)
    # A new driver comes with a ready mapping, in 4.5 a generator modifier and in 5.x two keys: empty passes the value through.
    while curve.modifiers:
        curve.modifiers.remove(curve.modifiers[0])
    curve.keyframe_points.clear()
    driver = curve.driver
    driver.type = "SCRIPTED"
    for letter, name in zip(LETTERS, inputs, strict=False):
        variable = driver.variables.new()
        variable.name = letter
        variable.targets[0].id = armature
        variable.targets[0].data_path = f'pose.bones["{bone}"]["{name}"]'
    driver.expression = expression
    return curve


def shape_curve(curve, linear):
    """Give a driver's F-curve the mapping from intensity 0..5 to share 0..1: the FACS curve, or a straight line."""
    points = [(0.0, 0.0, 0.2), (5.0, 1.0, 0.2)] if linear else list(zip(range(6), KNOTS, SLOPES, strict=True))
    curve.keyframe_points.add(len(points))
    for key, (x, y, slope), (before, after) in zip(curve.keyframe_points, points, _gaps([p[0] for p in points]), strict=True):
        key.co = (x, y)
        key.interpolation = "BEZIER"
        key.handle_left_type = key.handle_right_type = "FREE"
        key.handle_left = (x - before / 3, y - slope * before / 3)
        key.handle_right = (x + after / 3, y + slope * after / 3)
    curve.extrapolation = "CONSTANT"


def _gaps(xs):
    """Pairs of distances to the neighbours on either side; the ends take their one neighbour's."""
    steps = [b - a for a, b in pairwise(xs)]
    return list(zip([steps[0], *steps], [*steps, steps[-1]], strict=True))
