"""What surrounds the face: the world that lights it, and the exposure for a skin.

One node tree, made once, holds that and the `backdrop`: a person changes numbers and the HDRI's image, never nodes.
"""

import math
from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from ..bridge import version
from ..bridge.nodes import grow, set_input, socket
from ..core import colour
from ..core.aims import STILL
from ..core.errors import WinceError
from ..core.hdris import HDRI, KINDS_OF_FILE, refuse_unknown, within
from . import backdrop, complexion

NAME = "wince world"
FILE = "file"                          # key of a drawn world whose HDRI is the user's own
OURS = "wince_world"                   # ID property of a world that was made here
TOWARDS_FACE = np.array([[0, -1, 0], [0.7, -0.7, 0.1], [-0.7, -0.7, 0.1], [0, -0.8, 0.6]])     # normals a meter looks at
TOWARDS_FACE = TOWARDS_FACE / np.linalg.norm(TOWARDS_FACE, axis=1, keepdims=True)
SAMPLED = 512                          # width of the map by which Cycles finds an HDRI's bright spots
FACETS = np.array([[math.sin(yaw) * math.cos(up), -math.cos(yaw) * math.cos(up), math.sin(up)]
                   for up in (-0.5, 0.1, 0.7) for yaw in (-1.3, -0.65, 0.0, 0.65, 1.3)])         # normals all over a face
BALANCED = 0.85                        # of the cast of colour of an HDRI's light on the face that a camera's white balance takes away
MUTED = 0.85                           # of the colour of an HDRI's lamps that is taken out: a bulb's image on skin is a yellow spot
LAMPS = (3.0, 20.0)                    # times an HDRI's mean luminance: from where light is muted, and where wholly
AMBIENT = 0.45                         # mean radiance of an HDRI, before its drawn share

NODES = {
    "coordinates": ("ShaderNodeTexCoord", {}),
    "turn": ("ShaderNodeMapping", {}),
    "hdri": ("ShaderNodeTexEnvironment", {}),
    "grey": ("ShaderNodeRGBToBW", {}),
    "lamp": ("ShaderNodeMapRange", {}),
    "muted": ("ShaderNodeMix", {"data_type": "RGBA"}),
    "balance": ("ShaderNodeVectorMath", {"operation": "MULTIPLY"}),
    "strength": ("ShaderNodeVectorMath", {"operation": "SCALE"}),
    "plain": ("ShaderNodeRGB", {}),
    "surround": ("ShaderNodeMix", {"data_type": "VECTOR"}),
    "ray": ("ShaderNodeLightPath", {}),
    "camera sees": ("ShaderNodeMath", {"operation": "MULTIPLY"}),
    "background": ("ShaderNodeBackground", {}),
    "behind": ("ShaderNodeBackground", {}),
    "seen": ("ShaderNodeMixShader", {}),
    "output": ("ShaderNodeOutputWorld", {}),
    **backdrop.NODES,
}
LINKS = [
    ("coordinates", "Generated", "turn", "Vector"),
    ("turn", "Vector", "hdri", "Vector"),
    ("hdri", "Color", "grey", "Color"),
    ("grey", "Val", "lamp", "Value"),
    ("lamp", "Result", "muted", "Factor_Float"),
    ("hdri", "Color", "muted", "A_Color"),
    ("grey", "Val", "muted", "B_Color"),
    ("muted", "Result_Color", "balance", "Vector"),
    ("balance", "Vector", "strength", "Vector"),
    ("plain", "Color", "surround", "A_Vector"),
    ("strength", "Vector", "surround", "B_Vector"),
    ("surround", "Result_Vector", "background", "Color"),
    (backdrop.LAST, "Result_Color", "behind", "Color"),
    ("ray", "Is Camera Ray", "camera sees", "Value"),
    ("camera sees", "Value", "seen", "Fac"),             # a shader that has no share is not worked out: lighting pays for no backdrop
    ("background", "Background", "seen", "Shader"),
    ("behind", "Background", "seen", "Shader_001"),
    ("seen", "Shader", "output", "Surface"),
    *backdrop.LINKS,
]
READ = ("hdri", "turn", "balance", "strength", "plain", "surround", "camera sees", *backdrop.NODES)      # what `reading` looks at


def hdris():
    """Return {name: path} of the HDRIs that come with this Blender."""
    return within(bpy.utils.system_resource("DATAFILES"))


def check(lighting):
    """Refuse worlds and backgrounds that do not exist here.

    lighting  job.spec.Lighting
    raises    WinceError
    """
    for field, words in (("worlds", lighting.worlds), ("backgrounds", lighting.backgrounds)):
        if not words:
            raise WinceError(f"lighting.{field} is empty, give at least one")
    refuse_unknown(lighting.worlds, hdris())
    if strange := [word for word in lighting.backgrounds if word not in backdrop.KINDS]:
        raise WinceError(f"lighting.backgrounds: there is no {strange[0]!r}, known are {', '.join(backdrop.KINDS)}")


def draw(worlds, rng):
    """Draw the world that lights the face.

    worlds   "plain", "hdri:NAME" of Blender's own, "hdri:PATH" of a file
    returns  {"kind": "plain", "radiance": [r, g, b]} or {"kind": "hdri", "name", "rotation_deg", "share"}, and "file" for one by path
    """
    world = worlds[int(rng.integers(len(worlds)))]
    tint, strength, turn, share = rng.normal(size=3), rng.uniform(0.12, 0.3), rng.uniform(-180, 180), rng.uniform(0.5, 1.0)
    if world == "plain":
        return {"kind": "plain", "radiance": [round(float(v), 4) for v in strength * np.exp(0.06 * tint)]}
    name = world.removeprefix(HDRI)
    own = {"name": Path(name).stem, FILE: name} if Path(name).suffix.lower() in KINDS_OF_FILE else {"name": name}
    return {"kind": "hdri", **own, "rotation_deg": round(float(turn), 3), "share": round(float(share), 4)}


def exposure(white, skin, stops=0.0):
    """Return the exposure in stops that shows a skin well.

    white    the radiance of a white surface in the face's light, averaged over where the face looks
    skin     luminance 0..1 of the skin's albedo; dark skin is lifted by about half of what separates it from light
             skin, as a photographer would: details show, and dark stays dark
    stops    added by the job
    """
    wanted = 0.61 * skin ** complexion.SHOWN
    return math.log2(wanted / (skin * white)) + stops


def irradiance(world, normals):
    """Return what a drawn world throws on surfaces with normals (N, 3): the radiance of a white one, (N,)."""
    return colour.luminance(colours(world, normals))


def colours(world, normals):
    """Return the linear sRGB radiance (N, 3) of white surfaces with normals (N, 3) that a drawn world lights."""
    if world["kind"] == "plain":
        return np.tile(np.asarray(world["radiance"], float), (len(normals), 1))
    return world["share"] * AMBIENT * _meter(world).seen(normals, world["rotation_deg"])


def is_ours(block):
    """Tell whether a world was made here, by whichever version."""
    return block is not None and OURS in block


def _has(block, names):
    return block.node_tree is not None and set(names) <= set(block.node_tree.nodes.keys())


class World:
    """The world of a scene: the one it has when that was made here, or else a new one in its place."""

    def __init__(self, scene):
        if not is_ours(scene.world):
            scene.world = _new()
        if not _has(scene.world, NODES):                  # made by another version, or edited by hand
            _fill(scene.world)
        self.nodes = scene.world.node_tree.nodes

    def apply(self, world, behind, stops, frame=STILL):
        """Set world and backdrop.

        behind  what `backdrop.draw` returns
        stops   the exposure, whatever which the backdrop's colours come out as drawn
        frame   core.aims.Frame of the face: an HDRI turns with it, so that it is lit from where it would be at rest
        """
        plain = world["kind"] == "plain"
        set_input(self.nodes["surround"], "Factor_Float", 0.0 if plain else 1.0)
        if plain:
            self.nodes["plain"].outputs[0].default_value = (*world["radiance"], 1.0)
        else:
            self._turn(world, frame)
        set_input(self.nodes["camera sees"], "Value_001", 0.0 if behind["kind"] == "world" else 1.0)
        backdrop.apply(self.nodes, behind, stops, frame)

    def _turn(self, world, frame):
        """Show an HDRI, turned and at its share of the light."""
        self.nodes["hdri"].image = _image(_path(world))
        set_input(self.nodes["turn"], "Rotation", _rotation(world["rotation_deg"], frame))
        for name, times in zip(("From Min", "From Max"), LAMPS, strict=True):
            set_input(self.nodes["lamp"], name, times * _meter(world).mean)
        set_input(self.nodes["lamp"], "To Max", MUTED)
        set_input(self.nodes["balance"], "Vector_001", _meter(world).balance(world["rotation_deg"]))
        set_input(self.nodes["strength"], "Scale", world["share"] * AMBIENT / _meter(world).mean)


def reading(block):
    """Return what a world that was made here is set to, as plain values that compare exactly; of any other, its name."""
    if not is_ours(block) or not _has(block, READ):
        return [block.name if block else ""]
    nodes, image = block.node_tree.nodes, block.node_tree.nodes["hdri"].image
    inputs = (("surround", "Factor_Float"), ("camera sees", "Value_001"), ("strength", "Scale"))
    return [len(nodes), len(block.node_tree.links), Path(image.filepath).name if image else "", *nodes["plain"].outputs[0].default_value,
            *(socket(nodes[name].inputs, key).default_value for name, key in inputs),
            *socket(nodes["balance"].inputs, "Vector_001").default_value, *socket(nodes["turn"].inputs, "Rotation").default_value,
            *backdrop.reading(nodes)]


def _new():
    block = bpy.data.worlds.new(NAME)
    block[OURS] = True
    block.cycles.sampling_method = "MANUAL"               # the automatic map takes a second and 300 MB for each person
    block.cycles.sample_map_resolution = SAMPLED
    return block


def _fill(block):
    """Give a world its nodes."""
    backdrop.prepare(grow(version.use_nodes(block), NODES, LINKS))


def _rotation(turn_deg, frame):
    """Return the Euler angles by which the mapping node turns a ray: into the face's space, then about its vertical."""
    turn = math.radians(turn_deg)
    if frame.still:
        return 0.0, 0.0, turn
    return (Matrix.Rotation(turn, 3, "Z") @ Matrix(frame.turn.T.tolist())).to_euler("XYZ")


def _path(world):
    """Return the path, str, of a drawn world's HDRI; raises WinceError when it is not there."""
    known = hdris()
    path = Path(world[FILE]).resolve() if FILE in world else known.get(world["name"])
    if path is None or not path.is_file():
        raise WinceError(f"the HDRI {world.get(FILE, world['name'])} is not here: give the path of an .exr or .hdr file, or one of "
                         f"Blender's own, {', '.join(known)}")
    return str(path)


def _image(path):
    """Return the image datablock of a file, loaded once."""
    image = bpy.data.images.load(path, check_existing=True)
    if not len(image.pixels):
        raise WinceError(f"the HDRI {path} is no picture that Blender can read: give another .exr or .hdr file")
    return image


def _meter(world):
    """Return the meter of a drawn world's HDRI."""
    path = _path(world)
    return _read_meter(path, Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read_meter(path, changed):
    """Return the meter of a file as it is since it changed."""
    return _Meter(_image(path))


class _Meter:
    """A small copy of an environment image, to meter by."""

    def __init__(self, image):
        width, height = image.size
        pixels = np.empty(width * height * image.channels, np.float32)
        image.pixels.foreach_get(pixels)
        rgb = _divisible(pixels.reshape(height, width, image.channels)[..., :3])
        latitude, longitude = ((np.arange(n) + 0.5) / n * span - span / 2 for n, span in ((32, math.pi), (64, 2 * math.pi)))
        latitude, longitude = np.meshgrid(latitude, -longitude, indexing="ij")       # Cycles: u falls as the angle grows
        self.ways = np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], -1)
        self.ways = self.ways.reshape(-1, 3)
        self.solid = np.cos(latitude).ravel() * (math.pi / 32) ** 2
        self.mean = float(colour.luminance(np.einsum("n,nc->c", self.solid, _small(rgb)))) / (4 * math.pi)
        self.light = _small(rgb, lambda strip: muted(strip, self.mean))

    def balance(self, turn_deg):
        """Return what a camera's white balance multiplies this light by, a tuple, where it falls on a face after a turn."""
        cast = np.maximum(self._thrown(TOWARDS_FACE, turn_deg).mean(axis=0), 1e-6)
        balance = (colour.luminance(cast) / cast) ** BALANCED
        return tuple(float(v) for v in balance * colour.luminance(cast) / colour.luminance(cast * balance))

    def seen(self, normals, turn_deg):
        """Return the linear sRGB radiance of white surfaces with normals (N, 3), balanced, the image's mean scaled to 1: (N, 3)."""
        return self._thrown(normals, turn_deg) * self.balance(turn_deg) / self.mean

    def _thrown(self, normals, turn_deg):
        turn = math.radians(turn_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        normals = normals @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]).T   # the mapping node turns the ray
        return np.einsum("nw,wc->nc", np.maximum(normals @ self.ways.T, 0), self.light * self.solid[:, None]) / math.pi


def muted(light, mean):
    """Return the light (..., 3) of an environment of a mean luminance with the colour of what is far brighter taken out of it."""
    grey = np.einsum("...c,c->...", light, colour.LUMINANCE.astype(light.dtype))[..., None]
    low, high = (times * mean for times in LAMPS)
    share = MUTED * np.clip((grey - low) / (high - low), 0, 1)
    return light + share * (grey - light)


def _small(light, change=lambda strip: strip):
    """Return the means (32 * 64, 3) of the parts of an image (H, W, 3) whose sides they divide, changed strip by strip: it may be large."""
    strips = (change(strip) for strip in np.split(light, 32))
    return np.concatenate([strip.reshape(len(strip), 64, -1, 3).mean(axis=(0, 2), dtype=float) for strip in strips])


def _divisible(light):
    """Return an image (H, W, C) of any size as one whose sides 32 and 64 divide, pixels repeated where they have to be."""
    rows, columns = (-(-have // step) * step for have, step in zip(light.shape[:2], (32, 64), strict=True))
    return light[np.arange(rows) * light.shape[0] // rows][:, np.arange(columns) * light.shape[1] // columns]
