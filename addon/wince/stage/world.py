"""What surrounds the face: the world that lights it, the backdrop that only the camera sees, the exposure of both.

One node tree, made once, holds all of it: a person changes numbers and the HDRI's image, never nodes.
"""

import math
from pathlib import Path

import bpy
import numpy as np

from ..bridge import version
from ..core.errors import WinceError
from . import colour
from .nodes import grow, set_input

NAME = "wince world"
HDRI = "hdri:"
BACKDROPS = ("plain", "world")
TOWARDS_FACE = np.array([[0, -1, 0], [0.7, -0.7, 0.1], [-0.7, -0.7, 0.1], [0, -0.8, 0.6]])     # normals a meter looks at
TOWARDS_FACE = TOWARDS_FACE / np.linalg.norm(TOWARDS_FACE, axis=1, keepdims=True)
SAMPLED = 512                          # width of the map by which Cycles finds an HDRI's bright spots
AMBIENT = 0.45                         # mean radiance of an HDRI, before its drawn share

NODES = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "turn": ("ShaderNodeMapping", {}),
    "hdri": ("ShaderNodeTexEnvironment", {}),
    "strength": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "plain": ("ShaderNodeRGB", {}),
    "surround": ("ShaderNodeMix", {"data_type": "VECTOR"}),
    "off centre": ("ShaderNodeVectorMath", {"operation": "DISTANCE"}),
    "backdrop": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "ray": ("ShaderNodeLightPath", {}),
    "camera sees": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "seen": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "background": ("ShaderNodeBackground", {}),
    "output": ("ShaderNodeOutputWorld", {}),
}
LINKS = [
    ("coordinates", "Generated", "turn", "Vector"),
    ("turn", "Vector", "hdri", "Vector"),
    ("hdri", "Color", "strength", "Vector"),
    ("plain", "Color", "surround", "A_Vector"),
    ("strength", "Vector", "surround", "B_Vector"),
    ("surround", "Result_Vector", "seen", "A_Color"),
    ("coordinates", "Window", "off centre", "Vector"),
    ("off centre", "Value", "backdrop", "Factor_Float"),
    ("backdrop", "Result_Color", "seen", "B_Color"),
    ("ray", "Is Camera Ray", "camera sees", "Value"),
    ("camera sees", "Value", "seen", "Factor_Float"),
    ("seen", "Result_Color", "background", "Color"),
    ("background", "Background", "output", "Surface"),
]


def hdris():
    """Return {name: path} of the HDRIs that come with this Blender."""
    folder = Path(bpy.utils.system_resource("DATAFILES"), "studiolights", "world")
    return {path.stem: path for path in sorted(folder.glob("*.exr"))}


def check(lighting):
    """Refuse worlds and backgrounds that do not exist here.

    lighting  job.spec.Lighting
    raises    WinceError
    """
    known = ["plain"] + [HDRI + name for name in hdris()]
    for field, words, allowed in (("worlds", lighting.worlds, known), ("backgrounds", lighting.backgrounds, BACKDROPS)):
        if not words:
            raise WinceError(f"lighting.{field} is empty, give at least one of {', '.join(allowed)}")
        for word in words:
            if word not in allowed:
                raise WinceError(f"lighting.{field}: this Blender has no {word!r}, known are {', '.join(allowed)}")


def draw(worlds, rng):
    """Draw the world that lights the face.

    returns  {"kind": "plain", "radiance": [r, g, b]} or {"kind": "hdri", "name", "rotation_deg", "share"}
    """
    world = worlds[int(rng.integers(len(worlds)))]
    tint, strength, turn, share = rng.normal(size=3), rng.uniform(0.12, 0.3), rng.uniform(-180, 180), rng.uniform(0.5, 1.0)
    if world == "plain":
        return {"kind": "plain", "radiance": [round(float(v), 4) for v in strength * np.exp(0.06 * tint)]}
    return {"kind": "hdri", "name": world.removeprefix(HDRI), "rotation_deg": round(float(turn), 3), "share": round(float(share), 4)}


def draw_backdrop(backgrounds, rng):
    """Draw what the camera sees behind the head.

    returns  {"kind": "world"} or {"kind": "plain", "centre": [r, g, b], "edge": [r, g, b]}, display values 0..1
    """
    kind = backgrounds[int(rng.integers(len(backgrounds)))]
    lab = [rng.uniform(48, 84), *(rng.normal(size=2) * [3, 5])]         # greys, some warm, some of a clinic's green and blue
    if kind == "world":
        return {"kind": "world"}
    centre, edge = (np.clip(colour.encode(colour.from_lab([light, *lab[1:]])), 0, 1) for light in (lab[0], lab[0] * 0.72))
    return {"kind": "plain", "centre": [round(float(v), 4) for v in centre], "edge": [round(float(v), 4) for v in edge]}


def exposure(white, skin, stops=0.0):
    """Return the exposure in stops that shows a skin well.

    white    the radiance of a white surface in the face's light, averaged over where the face looks
    skin     luminance 0..1 of the skin's albedo; dark skin is lifted by about half of what separates it from light
             skin, as a photographer would: details show, and dark stays dark
    stops    added by the job
    """
    wanted = 0.72 * skin ** 0.64
    return math.log2(wanted / (skin * white)) + stops


class World:
    """The world of a scene."""

    def __init__(self, scene):
        scene.world = bpy.data.worlds.new(NAME)
        scene.world.cycles.sampling_method = "MANUAL"     # the automatic map takes a second and 300 MB for each person
        scene.world.cycles.sample_map_resolution = SAMPLED
        self.nodes = grow(version.use_nodes(scene.world), NODES, LINKS)
        set_input(self.nodes["off centre"], "Vector_001", (0.5, 0.5, 0.0))
        self.images = {}

    def irradiance(self, world, normals):
        """Return what a drawn world throws on surfaces with normals (N, 3): the radiance of a white one, (N,)."""
        if world["kind"] == "plain":
            return np.full(len(normals), float(colour.luminance(world["radiance"])))
        return world["share"] * AMBIENT * self._hdri(world["name"]).seen(normals, world["rotation_deg"])

    def apply(self, world, backdrop, stops):
        """Set world and backdrop; the backdrop's colours come out as drawn whatever the exposure."""
        plain = world["kind"] == "plain"
        set_input(self.nodes["surround"], "Factor_Float", 0.0 if plain else 1.0)
        if plain:
            self.nodes["plain"].outputs[0].default_value = (*world["radiance"], 1.0)
        else:
            self._turn(world)
        set_input(self.nodes["camera sees"], "Value_001", 0.0 if backdrop["kind"] == "world" else 1.0)
        if backdrop["kind"] == "plain":
            for identifier, key in (("A_Color", "centre"), ("B_Color", "edge")):
                set_input(self.nodes["backdrop"], identifier, (*colour.decode(backdrop[key]) / 2 ** stops, 1.0))

    def _turn(self, world):
        """Show an HDRI, turned and at its share of the light."""
        hdri = self._hdri(world["name"])
        self.nodes["hdri"].image = hdri.image
        set_input(self.nodes["turn"], "Rotation", (0.0, 0.0, math.radians(world["rotation_deg"])))
        set_input(self.nodes["strength"], "Scale", world["share"] * AMBIENT / hdri.mean)

    def _hdri(self, name):
        """Return an HDRI, loaded once."""
        if name not in self.images:
            self.images[name] = _Hdri(bpy.data.images.load(str(hdris()[name]), check_existing=True))
        return self.images[name]


class _Hdri:
    """An environment image, and a small copy of it to meter by."""

    def __init__(self, image):
        self.image = image
        width, height = image.size
        pixels = np.empty(width * height * 4, np.float32)
        image.pixels.foreach_get(pixels)
        light = colour.luminance(pixels.reshape(height, width, 4)[..., :3])
        self.light = light.reshape(32, height // 32, 64, width // 64).mean(axis=(1, 3)).ravel()
        latitude, longitude = ((np.arange(n) + 0.5) / n * span - span / 2 for n, span in ((32, math.pi), (64, 2 * math.pi)))
        latitude, longitude = np.meshgrid(latitude, -longitude, indexing="ij")       # Cycles: u falls as the angle grows
        self.ways = np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], -1)
        self.ways = self.ways.reshape(-1, 3)
        self.solid = np.cos(latitude).ravel() * (math.pi / 32) ** 2
        self.mean = float(self.light @ self.solid) / (4 * math.pi)

    def seen(self, normals, turn_deg):
        """Return the radiance of white surfaces with normals (N, 3) when the image's mean is scaled to 1: (N,)."""
        turn = math.radians(turn_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        normals = normals @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]).T   # the mapping node turns the ray
        facing = np.maximum(normals @ self.ways.T, 0)
        return facing @ (self.light * self.solid) / (math.pi * self.mean)
