"""What only the camera sees behind the head: plain, a gradient, a room out of focus. It lights nothing and has no label but background.

Drawn as plain numbers that go into the record, set on nodes that are made once: no pictures, so nothing to load, to pack or to keep.
(A generated image would be quick too, but with persistent data Cycles goes on showing what it held for the first person.)
"""

import math

import numpy as np

from ..bridge.nodes import set_input, socket
from ..core import colour

KINDS = ("plain", "gradient", "room", "world")
SHAPES = 8                             # of a room: wall and floor are none
AWAY = {"x": 0.5, "y": 0.5, "half_x": -1.0, "half_y": -1.0, "soft": 0.1, "rgb": [0.0, 0.0, 0.0]}      # a shape that is not there
NAMES = tuple(f"shape {k}" for k in range(SHAPES))


def _shape_nodes(name):
    """Return the nodes of one soft rectangle over what is behind it."""
    return {f"{name} off": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
            f"{name} way": ("ShaderNodeVectorMath", {"operation": "ABSOLUTE"}),
            f"{name} edge": ("ShaderNodeMapRange", {"data_type": "FLOAT_VECTOR", "interpolation_type": "SMOOTHSTEP"}),
            f"{name} sides": ("ShaderNodeSeparateXYZ", {}), f"{name} both": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
            name: ("ShaderNodeMix", {"data_type": "RGBA"})}


def _shape_links(name, behind):
    return [("coordinates", "Window", f"{name} off", "Vector"), (f"{name} off", "Vector", f"{name} way", "Vector"),
            (f"{name} way", "Vector", f"{name} edge", "Vector"), (f"{name} edge", "Vector", f"{name} sides", "Vector"),
            (f"{name} sides", "X", f"{name} both", "Value"), (f"{name} sides", "Y", f"{name} both", "Value_001"),
            (f"{name} both", "Value", name, "Factor_Float"), (behind, "Result_Color", name, "A_Color")]


NODES = {
    "off centre": ("ShaderNodeVectorMath", {"operation": "DISTANCE"}),
    "from centre": ("ShaderNodeVectorMath", {"operation": "SUBTRACT"}),
    "along": ("ShaderNodeVectorMath", {"operation": "DOT_PRODUCT"}),
    "share": ("ShaderNodeMath", {"operation": "ADD", "use_clamp": True}),
    "linear": ("ShaderNodeMix", {"data_type": "FLOAT"}),
    "backdrop": ("ShaderNodeMix", {"data_type": "RGBA"}),
    **{node: row for name in NAMES for node, row in _shape_nodes(name).items()},
}
LINKS = [
    ("coordinates", "Window", "off centre", "Vector"),
    ("coordinates", "Window", "from centre", "Vector"),
    ("from centre", "Vector", "along", "Vector"),
    ("along", "Value", "share", "Value"),
    ("off centre", "Value", "linear", "A_Float"),
    ("share", "Value", "linear", "B_Float"),
    ("linear", "Result_Float", "backdrop", "Factor_Float"),
    *(link for behind, name in zip(("backdrop", *NAMES), NAMES, strict=False) for link in _shape_links(name, behind)),
]
LAST = NAMES[-1]                       # the node whose colour is the backdrop


# Drawing -------------------------------------------------------------------------------------------------------------

def draw(backgrounds, rng):
    """Draw a backdrop.

    backgrounds  names of KINDS to choose from
    returns      {"kind": "world"}, or colours as display values 0..1: {"kind": "plain", "centre", "edge"},
                 {"kind": "gradient", "from", "to", "turn_deg"}, {"kind": "room", "from", "to", "turn_deg", "shapes"}; shapes are
                 [{"x", "y", "half_x", "half_y", "soft", "rgb"}], back to front, places and sizes as shares of the picture from below left
    """
    kind = backgrounds[int(rng.integers(len(backgrounds)))]
    lab = np.array([rng.uniform(48, 84), *(rng.normal(size=2) * [3, 5])])     # greys, some warm, some of a clinic's green and blue
    if kind == "world":
        return {"kind": "world"}
    if kind == "plain":
        return {"kind": "plain", "centre": _shown(lab), "edge": _shown(lab * [0.72, 1, 1])}
    if kind == "gradient":
        return {"kind": "gradient", **_two_tones(lab, rng)}
    wall = lab * [0.9, 1.2, 1.2]
    return {"kind": "room", "from": _shown(wall * [0.88, 1, 1]), "to": _shown(wall), "turn_deg": round(float(rng.uniform(60, 120)), 2),
            "shapes": _furniture(wall, rng)}


def _two_tones(lab, rng):
    """Return a gradient: two tones of one colour or of two, upwards, or askew."""
    other = lab * [rng.uniform(0.55, 0.8), 1, 1] + [0, *rng.normal(size=2) * 4]
    tones = [lab, other] if rng.random() < 0.3 else [other, lab]              # mostly lighter above
    return {"from": _shown(tones[0]), "to": _shown(tones[1]), "turn_deg": round(float(rng.choice([90.0, rng.uniform(35, 145)])), 2)}


def _furniture(wall, rng):
    """Return what stands in a room, from back to front."""
    side = rng.choice([-1, 1])
    day = np.array([rng.uniform(88, 96), rng.normal() * 1.5, rng.uniform(-8, 3)])
    cloth = np.array([rng.uniform(40, 85), rng.normal() * 9, rng.normal() * 11])
    wood = np.array([rng.uniform(38, 68), rng.uniform(2, 9), rng.uniform(8, 20)])
    window, high, wide = 0.5 + side * rng.uniform(0.24, 0.42), rng.uniform(0.58, 0.75), rng.uniform(0.09, 0.17)
    return [
        _shape(0.5, 0.0, 1.0, rng.uniform(0.08, 0.22), 0.04, wall * [0.62, 1, 1] + [0, 2, 5], rng),                        # floor
        _shape(0.5 - side * rng.uniform(0.22, 0.42), 0.42, rng.uniform(0.08, 0.13), 0.42, 0.025, wood, rng),              # door
        _shape(window, high, wide, 0.24, 0.03, day, rng),
        _shape(window, high, 0.006, 0.24, 0.018, day * [0.75, 1, 1], rng),                                                 # its bar
        _shape(window + side * wide, high - 0.05, 0.05, 0.34, 0.03, cloth, rng),                                           # curtain
        _shape(0.5 + side * rng.uniform(0.1, 0.4), rng.uniform(0.05, 0.16), 0.26, 0.12, 0.045, 0.5 * cloth + [42, 0, 0], rng),   # bed
        _shape(0.5 - side * rng.uniform(0.3, 0.46), rng.uniform(0.12, 0.2), 0.1, 0.15, 0.035, wood * [0.8, 1, 1], rng),          # cabinet
        _shape(0.5 - side * rng.uniform(0.3, 0.46), rng.uniform(0.38, 0.8), 0.012, 0.012, rng.uniform(0.03, 0.05),
               np.array([92, 3, 22]), rng),                                                                                # a lamp
    ]


def _shape(x, y, half_x, half_y, soft, lab, rng):
    """Return one shape, a little off where it belongs."""
    numbers = {"x": x + rng.normal() * 0.015, "y": y + rng.normal() * 0.01, "half_x": half_x * rng.uniform(0.85, 1.2),
               "half_y": half_y * rng.uniform(0.9, 1.1), "soft": soft * rng.uniform(1.0, 1.9)}
    return {key: round(float(value), 4) for key, value in numbers.items()} | {"rgb": _shown(lab)}


def _shown(lab):
    """Return the display values of a Lab colour, as records have them."""
    return [round(float(value), 4) for value in np.clip(colour.encode(colour.from_lab(np.clip(lab, [0, -60, -60], [98, 60, 60]))), 0, 1)]


# Into Blender --------------------------------------------------------------------------------------------------------

def prepare(nodes):
    """Set what stays as it is."""
    for name, identifier in (("off centre", "Vector_001"), ("from centre", "Vector_001")):
        set_input(nodes[name], identifier, (0.5, 0.5, 0.0))
    set_input(nodes["share"], "Value_001", 0.5)


def apply(nodes, backdrop, stops):
    """Show a drawn backdrop; its colours come out as drawn whatever the exposure, `stops`. "world" shows none."""
    if backdrop["kind"] == "world":
        return
    dim = 2.0 ** -stops
    first, last = ("centre", "edge") if backdrop["kind"] == "plain" else ("from", "to")
    for identifier, key in (("A_Color", first), ("B_Color", last)):
        set_input(nodes["backdrop"], identifier, (*colour.decode(backdrop[key]) * dim, 1.0))
    turn = math.radians(backdrop.get("turn_deg", 0.0))
    set_input(nodes["along"], "Vector_001", (math.cos(turn), math.sin(turn), 0.0))
    set_input(nodes["linear"], "Factor_Float", 0.0 if backdrop["kind"] == "plain" else 1.0)
    shapes = backdrop.get("shapes", [])
    for name, shape in zip(NAMES, [*shapes, *[AWAY] * (SHAPES - len(shapes))], strict=True):
        _set(nodes, name, shape, dim)


def _set(nodes, name, shape, dim):
    """Set one soft rectangle."""
    set_input(nodes[f"{name} off"], "Vector_001", (shape["x"], shape["y"], 0.0))
    for identifier, sign in (("From_Min_FLOAT3", 1), ("From_Max_FLOAT3", -1)):
        set_input(nodes[f"{name} edge"], identifier, tuple(shape[half] + sign * shape["soft"] for half in ("half_x", "half_y")) + (0.0,))
    set_input(nodes[name], "B_Color", (*colour.decode(shape["rgb"]) * dim, 1.0))


def reading(nodes):
    """Return what the nodes are set to, as plain values that compare exactly."""
    vectors = [("backdrop", "A_Color"), ("backdrop", "B_Color"), ("along", "Vector_001")]
    for name in NAMES:
        vectors += [(f"{name} off", "Vector_001"), (name, "B_Color")]
        vectors += [(f"{name} edge", "From_Min_FLOAT3"), (f"{name} edge", "From_Max_FLOAT3")]
    return [socket(nodes["linear"].inputs, "Factor_Float").default_value,
            *(value for name, key in vectors for value in socket(nodes[name].inputs, key).default_value)]
