"""What only the camera sees behind the head: plain, a gradient, a room out of focus. It lights nothing and has no label but background.

Drawn as plain numbers that go into the record, set on nodes that are made once: no pictures, so nothing to load, to pack or to keep.
(A generated image would be quick too, but with persistent data Cycles goes on showing what it held for the first person.)

Plain and gradient stand still in the picture. A room is seen by the way in which the camera looks: a ray meets one of four walls, in true
perspective, as from the middle of the room; what is on that wall are soft rectangles, and lamps as discs of bokeh.
"""

import math

import numpy as np
from mathutils import Matrix

from ..bridge.nodes import change_input, set_input, socket
from ..core import colour
from ..core.aims import STILL
from . import rooms

KINDS = ("plain", "gradient", "room", "world")
AWAY = {"x": 99.0, "z": 99.0, "half_x": 0.0, "half_z": 0.0, "radius": 0.0, "rgb": [0.0, 0.0, 0.0]}      # what is not there
SHAPES = tuple(f"shape {wall} {k}" for wall in range(rooms.WALLS) for k in range(rooms.PER_WALL))
LIGHTS = tuple(f"light {wall} {k}" for wall in range(rooms.WALLS) for k in range(rooms.LIGHTS_PER_WALL))
AHEAD = 0.02                           # a ray that goes less than this towards a wall does not meet it
BARE = {"kind": "plain", "centre": [0.5] * 3, "edge": [0.5] * 3, "turn_deg": 0.0, "half_m": [2.0, 2.0], "floor_m": -1.2, "ceiling_m": 1.3,
        "blur": 0.02, "walls": [[0.5] * 3] * 4, "floor": [0.5] * 3, "ceiling": [0.5] * 3}
EDGE = 0.72                            # of a disc of bokeh is its soft rim: a hard one stands beside the head like a moon
DIM = 0.66                             # lightness of plain backdrops in the evening


def _math(operation, **more):
    return ("ShaderNodeMath", {"operation": operation, **more})


def _mix():
    return ("ShaderNodeMix", {"data_type": "RGBA"})


def _smooth(kind="FLOAT"):
    return ("ShaderNodeMapRange", {"data_type": kind, "interpolation_type": "SMOOTHSTEP"})


# Walls: (towards it, along it) of a ray in the room's axes
TOWARDS = (("to room", "Y", "to room", "X"), ("to room", "X", "back", "Value"), ("back", "Value", "left", "Value"),
           ("left", "Value", "to room", "Y"))


def _wall(number):
    """Return the nodes and links that tell where a ray meets a wall: (half widths to the right, metres up)."""
    ahead, ahead_out, along, along_out = TOWARDS[number]
    at = f"wall {number}"
    nodes = {f"{at} ahead": _math("MAXIMUM"), f"{at} missed": _math("LESS_THAN"), f"{at} right": _math("DIVIDE"),
             f"{at} up": _math("DIVIDE"), f"{at} high": _math("MULTIPLY_ADD"), at: ("ShaderNodeCombineXYZ", {})}
    links = [(ahead, ahead_out, f"{at} ahead", "Value"), (ahead, ahead_out, f"{at} missed", "Value"),
             (along, along_out, f"{at} right", "Value"), (f"{at} ahead", "Value", f"{at} right", "Value_001"),
             ("to room", "Z", f"{at} up", "Value"), (f"{at} ahead", "Value", f"{at} up", "Value_001"),
             (f"{at} missed", "Value", f"{at} high", "Value"), (f"{at} up", "Value", f"{at} high", "Value_002"),
             (f"{at} right", "Value", at, "X"), (f"{at} high", "Value", at, "Y")]
    return nodes, links


def _shape(name, behind):
    """Return the nodes and links of one soft rectangle over what is behind it."""
    wall = f"wall {name.split()[1]}"
    nodes = {f"{name} off": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
             f"{name} way": ("ShaderNodeVectorMath", {"operation": "ABSOLUTE"}), f"{name} edge": _smooth("FLOAT_VECTOR"),
             f"{name} sides": ("ShaderNodeSeparateXYZ", {}), f"{name} both": _math("MULTIPLY"), name: _mix()}
    links = [(wall, "Vector", f"{name} off", "Vector"), (f"{name} off", "Vector", f"{name} way", "Vector"),
             (f"{name} way", "Vector", f"{name} edge", "Vector"), (f"{name} edge", "Vector", f"{name} sides", "Vector"),
             (f"{name} sides", "X", f"{name} both", "Value"), (f"{name} sides", "Y", f"{name} both", "Value_001"),
             (f"{name} both", "Value", name, "Factor_Float"), (behind, "Result_Color", name, "A_Color")]
    return nodes, links


def _light(name, behind):
    """Return the nodes and links of one disc of bokeh."""
    wall = f"wall {name.split()[1]}"
    nodes = {f"{name} off": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
             f"{name} round": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
             f"{name} way": ("ShaderNodeVectorMath", {"operation": "LENGTH"}), f"{name} edge": _smooth(), name: _mix()}
    links = [(wall, "Vector", f"{name} off", "Vector"), (f"{name} off", "Vector", f"{name} round", "Vector"),
             (f"{name} round", "Vector", f"{name} way", "Vector"), (f"{name} way", "Value", f"{name} edge", "Value"),
             (f"{name} edge", "Result", name, "Factor_Float"), (behind, "Result_Color", name, "A_Color")]
    return nodes, links


def _over(names, make, behind):
    """Return the nodes and links of several things, each over the one before."""
    parts = [make(name, before) for name, before in zip(names, (behind, *names), strict=False)]
    return {key: row for nodes, _ in parts for key, row in nodes.items()}, [link for _, links in parts for link in links]


WALL_NODES, WALL_LINKS = zip(*map(_wall, range(rooms.WALLS)), strict=True)
SHAPE_NODES, SHAPE_LINKS = _over(SHAPES, _shape, "in room")
LIGHT_NODES, LIGHT_LINKS = _over(LIGHTS, _light, SHAPES[-1])
NODES = {
    "off centre": ("ShaderNodeVectorMath", {"operation": "DISTANCE"}),
    "from centre": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "along": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "share": _math("ADD", use_clamp=True),
    "linear": ("ShaderNodeMix", {"data_type": "FLOAT"}),
    "backdrop": _mix(),
    "room turn": ("ShaderNodeMapping", {}),
    "room size": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "to room": ("ShaderNodeSeparateXYZ", {}), "left": _math("MULTIPLY"), "back": _math("MULTIPLY"),
    "across": _math("ABSOLUTE"), "ahead": _math("ABSOLUTE"), "corner": _math("SUBTRACT"), "round corner": _smooth(),
    "nearest": _math("MAXIMUM"), "height": _math("DIVIDE"), "below": _smooth(), "above": _smooth(),
    "is right": _math("GREATER_THAN"), "is ahead": _math("GREATER_THAN"),
    "sides": _mix(), "ends": _mix(), "walls": _mix(), "floor": _mix(), "ceiling": _mix(), "in room": _mix(),
    **{key: row for nodes in WALL_NODES for key, row in nodes.items()}, **SHAPE_NODES, **LIGHT_NODES,
}
LINKS = [
    ("coordinates", "Window", "off centre", "Vector"), ("coordinates", "Window", "from centre", "Vector"),
    ("from centre", "Vector", "along", "Vector"), ("along", "Value", "share", "Value"), ("off centre", "Value", "linear", "A_Float"),
    ("share", "Value", "linear", "B_Float"), ("linear", "Result_Float", "backdrop", "Factor_Float"),
    ("coordinates", "Generated", "room turn", "Vector"), ("room turn", "Vector", "room size", "Vector"),
    ("room size", "Vector", "to room", "Vector"), ("to room", "X", "left", "Value"), ("to room", "Y", "back", "Value"),
    ("to room", "X", "across", "Value"), ("to room", "Y", "ahead", "Value"), ("across", "Value", "corner", "Value"),
    ("ahead", "Value", "corner", "Value_001"), ("corner", "Value", "round corner", "Value"), ("across", "Value", "nearest", "Value"),
    ("ahead", "Value", "nearest", "Value_001"), ("to room", "Z", "height", "Value"), ("nearest", "Value", "height", "Value_001"),
    ("height", "Value", "below", "Value"), ("height", "Value", "above", "Value"), ("to room", "X", "is right", "Value"),
    ("to room", "Y", "is ahead", "Value"), ("is right", "Value", "sides", "Factor_Float"), ("is ahead", "Value", "ends", "Factor_Float"),
    ("ends", "Result_Color", "walls", "A_Color"), ("sides", "Result_Color", "walls", "B_Color"),
    ("round corner", "Result", "walls", "Factor_Float"), ("walls", "Result_Color", "floor", "A_Color"),
    ("below", "Result", "floor", "Factor_Float"), ("floor", "Result_Color", "ceiling", "A_Color"),
    ("above", "Result", "ceiling", "Factor_Float"), ("backdrop", "Result_Color", "in room", "A_Color"),
    ("ceiling", "Result_Color", "in room", "B_Color"), *(link for links in WALL_LINKS for link in links), *SHAPE_LINKS, *LIGHT_LINKS,
]
LAST = LIGHTS[-1]                      # the node whose colour is the backdrop


# Drawing -------------------------------------------------------------------------------------------------------------

def draw(backgrounds, rng, evening=False):
    """Draw a backdrop.

    backgrounds  names of KINDS to choose from
    evening      whether lamps alone light the face: then it is a room if it may be, and anything is dimmer
    returns      {"kind": "world"}, or colours as display values 0..1: {"kind": "plain", "centre", "edge"},
                 {"kind": "gradient", "from", "to", "turn_deg"}, {"kind": "room"} and what `rooms.draw` says
    """
    kind = backgrounds[int(rng.integers(len(backgrounds)))]
    lab = np.array([rng.uniform(48, 84), *(rng.normal(size=2) * [2.5, 4])])   # greys, some warm, some of a clinic's green and blue
    lab = lab * [DIM if evening else 1.0, 1, 1]
    if kind == "world":
        return {"kind": "world"}
    if kind == "room" or (evening and "room" in backgrounds):
        return {"kind": "room", **rooms.draw(rng, evening)}
    if kind == "plain":
        return {"kind": "plain", "centre": rooms.shown(lab), "edge": rooms.shown(lab * [0.72, 1, 1])}
    return {"kind": "gradient", **_two_tones(lab, rng)}


def _two_tones(lab, rng):
    """Return a gradient: two tones of one colour or of two, upwards, or askew."""
    other = lab * [rng.uniform(0.55, 0.8), 1, 1] + [0, *rng.normal(size=2) * 3]
    tones = [lab, other] if rng.random() < 0.3 else [other, lab]              # mostly lighter above
    turn = float(rng.choice([90.0, rng.uniform(35, 145)]))
    return {"from": rooms.shown(tones[0]), "to": rooms.shown(tones[1]), "turn_deg": round(turn, 2)}


# Into Blender --------------------------------------------------------------------------------------------------------

def prepare(nodes):
    """Set what stays as it is."""
    for name in ("off centre", "from centre"):
        set_input(nodes[name], "Vector_001", (0.5, 0.5, 0.0))
    set_input(nodes["share"], "Value_001", 0.5)
    for name in ("left", "back"):
        set_input(nodes[name], "Value_001", -1.0)
    for name in ("is right", "is ahead"):
        set_input(nodes[name], "Value_001", 0.0)
    for wall in range(rooms.WALLS):
        for name, value in (("ahead", AHEAD), ("missed", AHEAD), ("high", 1000.0)):
            set_input(nodes[f"wall {wall} {name}"], "Value_001", value)


def apply(nodes, backdrop, stops, frame=STILL):
    """Show a drawn backdrop; its colours come out as drawn whatever the exposure, `stops`. "world" shows none.

    frame   core.aims.Frame of the face: a room turns with it
    """
    if backdrop["kind"] == "world":
        return
    dim = 2.0 ** -stops
    is_room = backdrop["kind"] == "room"
    change_input(nodes["in room"], "Factor_Float", 1.0 if is_room else 0.0)
    _set_tones(nodes, BARE if is_room else backdrop, dim)               # what is not seen is as it always is, and leaves nothing behind
    _set_room(nodes, backdrop if is_room else BARE, dim, frame)
    _furnish(nodes, backdrop, dim)


def _set_tones(nodes, backdrop, dim):
    """Set what is plain or a gradient."""
    first, last = ("centre", "edge") if backdrop["kind"] == "plain" else ("from", "to")
    for identifier, key in (("A_Color", first), ("B_Color", last)):
        change_input(nodes["backdrop"], identifier, _rgba(backdrop[key], dim))
    turn = math.radians(backdrop.get("turn_deg", 0.0))
    change_input(nodes["along"], "Vector_001", (math.cos(turn), math.sin(turn), 0.0))
    change_input(nodes["linear"], "Factor_Float", 0.0 if backdrop["kind"] == "plain" else 1.0)


def _set_room(nodes, room, dim, frame):
    """Set a room's size, how it stands, and its bare walls."""
    turn = Matrix.Rotation(math.radians(room["turn_deg"]), 3, "Z")
    change_input(nodes["room turn"], "Rotation", (turn if frame.still else turn @ Matrix(frame.turn.T.tolist())).to_euler("XYZ"))
    side, ahead = room["half_m"]
    change_input(nodes["room size"], "Vector_001", (1 / side, 1 / ahead, 1.0))
    soft, far = rooms.corner_softness(room), room["blur"] * max(room["half_m"])
    for name, low, high in (("round corner", -soft / ahead, soft / ahead), ("below", room["floor_m"] + far, room["floor_m"] - far),
                            ("above", room["ceiling_m"] - far, room["ceiling_m"] + far)):
        change_input(nodes[name], "From Min", low)
        change_input(nodes[name], "From Max", high)
    walls = room["walls"]
    for name, below, above in (("ends", walls[2], walls[0]), ("sides", walls[3], walls[1])):
        change_input(nodes[name], "A_Color", _rgba(below, dim))
        change_input(nodes[name], "B_Color", _rgba(above, dim))
    for name in ("floor", "ceiling"):
        change_input(nodes[name], "B_Color", _rgba(room[name], dim))


def _furnish(nodes, backdrop, dim):
    """Set what hangs and stands in a room; what has no place left, or is in no room, is away."""
    for names, key, put in ((SHAPES, "shapes", _put_shape), (LIGHTS, "lights", _put_light)):
        free = {wall: [name for name in names if name.split()[1] == str(wall)] for wall in range(rooms.WALLS)}
        for thing in backdrop.get(key, []):
            if free[thing["wall"]]:
                put(nodes, free[thing["wall"]].pop(0), thing, backdrop, dim)
        for name in (name for rest in free.values() for name in rest):
            put(nodes, name, AWAY, None, dim)


def _put_shape(nodes, name, shape, room, dim):
    """Set one soft rectangle."""
    width, soft = _measures(room, shape)
    change_input(nodes[f"{name} off"], "Vector_001", (shape["x"] / width, shape["z"], 0.0))
    half = np.array([shape["half_x"] / width, shape["half_z"]])
    for identifier, sign in (("From_Min_FLOAT3", 1), ("From_Max_FLOAT3", -1)):
        change_input(nodes[f"{name} edge"], identifier, (*(half + sign * np.array([soft / width, soft])), 0.0))
    change_input(nodes[name], "B_Color", _rgba(shape["rgb"], dim))


def _put_light(nodes, name, light, room, dim):
    """Set one disc: a lamp's size, and the lens's blur around it."""
    width, soft = _measures(room, light)
    change_input(nodes[f"{name} off"], "Vector_001", (light["x"] / width, light["z"], 0.0))
    change_input(nodes[f"{name} round"], "Vector_001", (width, 1.0, 0.0))
    radius = light["radius"] + 1.5 * soft
    change_input(nodes[f"{name} edge"], "From Min", radius)
    change_input(nodes[f"{name} edge"], "From Max", radius * (1 - EDGE))
    change_input(nodes[name], "B_Color", _rgba(light["rgb"], dim))


def _measures(room, thing):
    """Return half the width of a thing's wall, and the blur there, metres."""
    if room is None:
        return 1.0, 1e-3
    far, width = rooms.distance(room, thing["wall"])
    return width, room["blur"] * far


def _rgba(display, dim):
    return (*colour.decode(display) * dim, 1.0)


def reading(nodes):
    """Return what the nodes are set to, as plain values that compare exactly."""
    vectors = [("along", "Vector_001"), ("room turn", "Rotation"), ("room size", "Vector_001")]
    vectors += [("floor", "B_Color"), ("ceiling", "B_Color")]
    vectors += [(name, key) for name in ("backdrop", "ends", "sides") for key in ("A_Color", "B_Color")]
    for name in SHAPES:
        vectors += [(f"{name} off", "Vector_001"), (name, "B_Color")]
        vectors += [(f"{name} edge", "From_Min_FLOAT3"), (f"{name} edge", "From_Max_FLOAT3")]
    vectors += [(node, key) for name in LIGHTS for node, key in ((f"{name} off", "Vector_001"), (name, "B_Color"))]
    numbers = [("linear", "Factor_Float"), ("in room", "Factor_Float")]
    edges = ("round corner", "below", "above", *(f"{name} edge" for name in LIGHTS))
    numbers += [(name, key) for name in edges for key in ("From Min", "From Max")]
    return [*(socket(nodes[name].inputs, key).default_value for name, key in numbers),
            *(value for name, key in vectors for value in socket(nodes[name].inputs, key).default_value)]
