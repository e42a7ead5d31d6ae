"""The lamps: a light is drawn as plain numbers, kept in the record, then set on lamps that are made once.

Powers are such that a white surface under the key light comes out near 1; the exposure for a skin is set in `world`. Kelvins are those
that a camera shows: its white balance has taken most of a bulb's warmth, and most of a sky's blue, away.
"""

import math

import bpy
import numpy as np
from mathutils import Matrix

from ..core import colour
from ..core.aims import STILL
from ..core.cameras import FRONTAL
from ..core.errors import WinceError
from ..core.turns import rotation

POINTS = 48                            # on a panel, for the meter
GOLDEN = math.pi * (3 - math.sqrt(5))  # the angle from one to the next: a sunflower, even over an ellipse
NAMES = ("Key", "Fill", "Rim")         # what new lamps are called; they are found by LAMP, whatever they are called by now
COUNT = len(NAMES)                     # lamps in the scene; a light uses some of them
PLAIN = ("spread", "exposure", "normalize", "use_temperature", "use_shadow", "diffuse_factor", "specular_factor", "transmission_factor")
LAMP = "wince_lamp"                    # ID property of a lamp object: which of them it is, from 0


def draw(kinds, rng):
    """Draw a light.

    kinds    names of KINDS to choose from
    rng      numpy Generator
    returns  {"kind": str, "lamps": [{"yaw_deg", "pitch_deg", "distance_m", "width_m", "height_m", "power_w", "kelvin"}]}
    raises   WinceError for an unknown kind
    """
    check(kinds)
    kind = kinds[int(rng.integers(len(kinds)))]
    lamps = [{key: round(float(value), 4) for key, value in lamp.items()} for lamp in KINDS[kind](rng)]
    return {"kind": kind, "lamps": lamps}


def check(kinds):
    """Refuse an empty list, or a light that does not exist."""
    if not kinds:
        raise WinceError(f"lighting.lights is empty, give at least one of {', '.join(KINDS)}")
    for kind in kinds:
        if kind not in KINDS:
            raise WinceError(f"lighting.lights: there is no light {kind!r}, known are {', '.join(KINDS)}")


def _studio(rng):
    """A soft key and a fill on either side, a faint rim from behind: flattering, three points."""
    side = rng.choice([-1, 1])
    kelvin = rng.uniform(5500, 6900)
    size = rng.uniform(0.75, 1.15)                        # of the softbox: a smaller one makes wet spots of cheek and neck
    key = _lamp(side * rng.uniform(28, 46), rng.uniform(18, 34), 1.35, size, size, 13, kelvin)
    fill = _lamp(-side * rng.uniform(30, 55), rng.uniform(-8, 12), 1.7, 1.5, 1.5, 13 * rng.uniform(0.4, 0.75), kelvin)
    rim = _lamp(-side * rng.uniform(135, 155), rng.uniform(35, 55), 1.4, 0.7, 0.9, rng.uniform(1.0, 3.0), kelvin)
    return [key, fill, rim]


def _window(rng):
    """One large light from the side, daylight; the room gives a good part of it back from the other."""
    side = rng.choice([-1, 1])
    sky = _lamp(side * rng.uniform(38, 62), rng.uniform(8, 24), 1.8, 1.2, 1.5, rng.uniform(20, 26), rng.uniform(5800, 7400))
    room = _lamp(-side * rng.uniform(45, 75), rng.uniform(-12, 5), 2.2, 2.0, 2.0, rng.uniform(10, 17), rng.uniform(5000, 6000))
    return [sky, room]


def _ceiling(rng):
    """A clinic: two rows of big panels overhead, one before the face and one behind, and what walls and bed return from below."""
    kelvin = rng.uniform(5600, 7200)
    ahead = _lamp(rng.uniform(-25, 25), rng.uniform(40, 54), 1.6, 1.7, 0.9, rng.uniform(15, 20), kelvin)
    behind = _lamp(rng.uniform(-20, 20), rng.uniform(95, 115), 1.6, 1.5, 0.7, rng.uniform(3, 6), kelvin)
    walls = _lamp(rng.uniform(-40, 40), rng.uniform(-28, -8), 1.9, 2.2, 2.0, rng.uniform(13, 18), rng.uniform(5200, 6200))
    return [ahead, behind, walls]


def _bedside(rng):
    """Evening at a bed: a shaded warm lamp low at one side, what it throws back from the wall, and a dim rest from the other."""
    side = rng.choice([-1, 1])
    kelvin = rng.uniform(4600, 5300)
    lamp = _lamp(side * rng.uniform(38, 62), rng.uniform(-8, 16), 1.0, 0.42, 0.42, rng.uniform(4.5, 6), kelvin)
    wall = _lamp(side * rng.uniform(0, 25), rng.uniform(20, 40), 1.8, 1.8, 1.8, rng.uniform(5, 8), kelvin + rng.uniform(200, 700))
    rest = _lamp(-side * rng.uniform(45, 75), rng.uniform(-5, 20), 2.0, 1.6, 1.6, rng.uniform(5, 8), rng.uniform(5400, 7200))
    return [lamp, wall, rest]


def _none(rng):
    """No lamps: the world lights the face alone."""
    return []


KINDS = {"studio": _studio, "window": _window, "ceiling": _ceiling, "bedside": _bedside, "none": _none}


def _lamp(yaw, pitch, distance, width, height, power, kelvin):
    """Return the numbers of one lamp: where it stands as seen from the face, its size, its strength and colour."""
    return {"yaw_deg": yaw, "pitch_deg": pitch, "distance_m": distance, "width_m": width, "height_m": height,
            "power_w": power, "kelvin": kelvin}


def axes(lamp):
    """Return the axes (3, 3) of a lamp as columns, world: across it, up it, and from the face to it."""
    return rotation(math.radians(lamp["yaw_deg"]), math.radians(lamp["pitch_deg"]), 0) @ FRONTAL


def irradiance(light, normals, redness=False):
    """Return what the lamps of a light throw on surfaces at the face, in the radiance of a white surface there.

    normals  (N, 3) unit
    redness  of its red alone, which skin throws back most of
    returns  (N,)
    """
    seen = colours(light, normals)
    return seen[:, 0] if redness else colour.luminance(seen)


def colours(light, normals):
    """Return the linear sRGB radiance (N, 3) of white surfaces with normals (N, 3) at the face, by the lamps of a light alone."""
    seen = [np.outer(_thrown(lamp, normals), colour.daylight(lamp["kelvin"])) for lamp in light["lamps"]]
    return sum(seen, np.zeros((len(normals), 3)))


def _thrown(lamp, normals):
    """Return what one panel, an ellipse, throws, (N,): points spread evenly on it, each shining by the cosine off its axis."""
    across, up, away = axes(lamp).T
    out, turn = np.sqrt((np.arange(POINTS) + 0.5) / POINTS) / 2, np.arange(POINTS) * GOLDEN
    x, y = (out * np.cos(turn) * lamp["width_m"])[:, None], (out * np.sin(turn) * lamp["height_m"])[:, None]
    points = lamp["distance_m"] * away + x * across + y * up
    gap = np.linalg.norm(points, axis=1)
    leaving, arriving = points @ away / gap, np.maximum(normals @ points.T / gap, 0)
    return np.einsum("np,p->n", arriving, lamp["power_w"] / math.pi ** 2 * leaving / gap ** 2) / POINTS


# Into Blender --------------------------------------------------------------------------------------------------------

def build(scene, collection=None):
    """Return the objects of a scene's lamps, in order; when one is missing all are made anew: their order decides Cycles' noise.

    collection   where new ones go; the scene's own by default
    """
    there = of_scene(scene)
    if len(there) < COUNT:
        clear(scene)
        return [_new(number, collection or scene.collection) for number in range(COUNT)]
    return [there[number] for number in range(COUNT)]


def clear(scene):
    """Delete the lamps that were made in a scene."""
    for lamp in of_scene(scene).values():
        data = lamp.data
        bpy.data.objects.remove(lamp)
        if not data.users:
            bpy.data.lights.remove(data)


def of_scene(scene):
    """Return the lamps that were made in a scene, {number: object}; of a lamp and its copies the first by name counts."""
    found = {}
    for obj in sorted((obj for obj in scene.objects if _is_ours(obj)), key=lambda obj: obj.name):
        found.setdefault(obj[LAMP], obj)
    return found


def _is_ours(obj):
    return obj.type == "LIGHT" and obj.data.type == "AREA" and LAMP in obj


def _new(number, collection):
    lamp = bpy.data.objects.new(NAMES[number], bpy.data.lights.new(NAMES[number], "AREA"))
    lamp[LAMP] = number
    reset(lamp)
    collection.objects.link(lamp)
    return lamp


def reset(lamp):
    """Take back what an artist may have changed of a lamp and `apply` does not set."""
    lamp.parent = None
    lamp.hide_render = False
    lamp.visible_camera = False                           # a panel in the picture is not what one wants of a portrait
    for name in _plain(lamp):
        setattr(lamp.data, name, lamp.data.bl_rna.properties[name].default)
    lamp.data.shape = "ELLIPSE"                           # a square in the eye looks like a cataract


def reading(lamp):
    """Return what a lamp is set to, as plain values that compare exactly and go to JSON and back."""
    data = lamp.data
    return [*lamp.location, *lamp.rotation_euler, *lamp.scale, lamp.parent is None, lamp.hide_render, lamp.visible_camera,
            data.shape, data.size, data.size_y, data.energy, *data.color, *(getattr(data, name) for name in _plain(lamp))]


def _plain(lamp):
    """Return the settings of a lamp that stay as Blender has them; some came with later versions."""
    return [name for name in PLAIN if name in lamp.data.bl_rna.properties]


def apply(lamps, light, target, frame=STILL):
    """Set the lamps for a light, aimed at `target` (3,), around a face that stands in a core.aims.Frame.

    Lamps grow with the face: one of twice the size is lit from twice the distance by panels twice as wide, with four times the power.
    Lamps that it does not use stay in the scene and shine nothing: hiding one changes the order in which Cycles keeps its lights,
    and with persistent data that order, and so the noise, would depend on who was rendered before.
    """
    dark = [_lamp(0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 6500.0)] * (len(lamps) - len(light["lamps"]))
    for lamp, numbers in zip(lamps, [*light["lamps"], *dark], strict=True):
        _set(lamp, numbers, target, frame)


def _set(lamp, numbers, target, frame):
    """Set one lamp; an area lamp shines along its -Z, which is why `axes` points away from the face."""
    matrix = np.eye(4)
    matrix[:3, :3] = axes(numbers)
    matrix[:3, 3] = np.asarray(target) + numbers["distance_m"] * matrix[:3, 2]
    lamp.matrix_world = Matrix(frame.place(matrix).tolist())
    lamp.data.size, lamp.data.size_y = numbers["width_m"] * frame.scale, numbers["height_m"] * frame.scale
    lamp.data.energy = numbers["power_w"] * frame.scale ** 2
    lamp.data.color = colour.daylight(numbers["kelvin"])
