"""The light of a person: drawn, exposed for the skin, set around the face; and whether a scene still has the light that was set."""

import json
from dataclasses import asdict, dataclass

import bpy
import numpy as np

from ..bridge import face as faces
from ..core import colour
from ..core.aims import STILL
from ..core.streams import stream
from . import backdrop, collections, dress, lights, world
from .cameras import differs, stand
from .materials import eyes, mouth

# ID properties of a scene: what was set (JSON), around which face (its armature), and the world that it had before
LIGHT, FACE, FORMER_WORLD = "wince_light", "wince_light_face", "wince_former_world"
NUMBER = 0                             # the person of a job whose light a scene gets
CHEEK = 0.66                           # how much the brightest, reddest side of a face counts
EVENING = ("bedside",)                 # lights by which the room is dim
STANDARD = ("Standard", "None")        # view transform and look of jobs


@dataclass(frozen=True)
class Setting:
    """A person's light: lamps, world, backdrop, and the exposure, stops, they call for, as `lights` and `world` draw them."""

    light: dict
    world: dict
    backdrop: dict
    exposure: float

    def facts(self):
        """Return what a record says of it, {"light", "world"}; no paths of this machine."""
        surround = {key: value for key, value in self.world.items() if key != world.FILE}
        return {"light": self.light, "world": surround | {"backdrop": self.backdrop}}


def draw(lighting, seed, number, keys, luminance):
    """Draw lamps, world and backdrop, each from its own stream, and expose for a skin.

    lighting    job.spec.Lighting
    seed        int, the dataset's
    number      int, the person's
    keys        tuple of further stream keys; empty for what all of a person's aligned views share
    luminance   of the person's skin, see `core.skin.tone.facts`
    returns     Setting
    """
    light = lights.draw(lighting.lights, stream(seed, "light", number, *keys))
    surround = world.draw(lighting.worlds, stream(seed, "light.world", number, *keys))
    behind = backdrop.draw(lighting.backgrounds, stream(seed, "light.backdrop", number, *keys), light["kind"] in EVENING)
    stops = world.exposure(white(light, surround), luminance, lighting.exposure)
    return Setting(light, surround, behind, round(stops, 4))


def white(light, surround):
    """Return the radiance of a white surface in a drawn light that a face is exposed for: averaged over where a face looks.

    Where a lamp is hard or warm one cheek is much brighter than that, or redder: then it counts more, so that no skin burns out.
    """
    seen = incident(light, surround, world.TOWARDS_FACE)
    brightest = incident(light, surround, world.FACETS)[:, 0].max()
    return float(max(colour.luminance(seen.mean(axis=0)), CHEEK * brightest))


def incident(light, surround, normals=world.TOWARDS_FACE):
    """Return the linear sRGB radiance (N, 3) of white surfaces with normals (N, 3) at the face, in a drawn light and world."""
    return lights.colours(light, normals) + world.colours(surround, normals)


def apply(scene, lamps, around, setting, target, frame=STILL):
    """Set lamps, world, backdrop and exposure.

    lamps    as `lights.build` returns them
    around   world.World of the scene
    target   (3,) metres, the face's space: what the lamps aim at
    frame    core.aims.Frame of the face: lamps and world turn with it, lamps grow with it
    """
    lights.apply(lamps, setting.light, target, frame)
    around.apply(setting.world, setting.backdrop, setting.exposure, frame)
    scene.view_settings.exposure = setting.exposure
    _adapt(scene, white(setting.light, setting.world))


def _adapt(scene, bright):
    """Set the pupils of a scene's faces, and what comes through their lips and cheeks, to how bright a white surface there is, or None."""
    for face in faces.in_scene(scene):
        for room in (eyes, mouth):
            room.adapt(dress.worn_by(face), bright)


def skin_luminance(face):
    """Return the luminance of the skin that a face shows."""
    return dress.skin_facts(face)["luminance"]


# In an artist's scene ------------------------------------------------------------------------------------------------

def put(scene, face, lighting, seed, keep_world=False):
    """Light a face of a scene as a job with this lighting and seed lights its person number 0; the former world is kept.

    lighting     job.spec.Lighting, one of each kind
    keep_world   leave the scene's world as it is, and expose for the lamps alone (without lamps not at all)
    returns      Setting
    raises       WinceError
    """
    here, before = stand(face), scene.view_settings.exposure
    drawn = draw(lighting, seed, NUMBER, (), skin_luminance(face))
    if keep_world:
        drawn = _with_own_world(drawn, scene, face, lighting)
    lamps = lights.build(scene, collections.holding(scene, "lights", "Wince Lights"))
    for lamp in lamps:
        lights.reset(lamp)
    former = json.loads(scene.get(LIGHT, "{}")).get("former", _former(scene) | {"exposure": before})
    if keep_world:
        lights.apply(lamps, drawn.light, here.targets["face"], here.frame)
        scene.view_settings.exposure = drawn.exposure
        _adapt(scene, _metered(drawn))
    else:
        _keep_world(scene)
        apply(scene, lamps, world.World(scene), drawn, here.targets["face"], here.frame)
    scene[FACE] = face.armature
    scene[LIGHT] = json.dumps({"lighting": asdict(lighting), "seed": seed, "number": NUMBER, "setting": asdict(drawn), "former": former,
                               "face": _rows(face), "reading": _reading(scene)})
    return drawn


def adapt(scene):
    """Set pupils, and what comes through lips and cheeks, of a scene's faces to the light that `put` set; without one to none known."""
    known = json.loads(scene.get(LIGHT, "{}")).get("setting")
    _adapt(scene, _metered(Setting(**known)) if known else None)


def _metered(drawn):
    """Return how bright a white surface at the face is in a Setting; of a scene's own world nobody knows."""
    if drawn.world["kind"] != "own":
        return white(drawn.light, drawn.world)
    return _of_lamps(drawn.light) if drawn.light["lamps"] else None


def _of_lamps(light):
    return float(np.mean(lights.irradiance(light, world.TOWARDS_FACE)))


def as_set(scene, face=None):
    """Return how a scene is lit if that is still what `put` made of it: no lamp moved or added, nor the world, nor the face.

    face      RiggedFace; None for whichever the light was set for
    returns   {"setting": Setting, "lighting": dict (job.spec.Lighting's fields), "seed": int, "number": int}, or None
    """
    known, armature = json.loads(scene.get(LIGHT, "{}")), scene.get(FACE)
    lit = faces.of(armature) if isinstance(armature, bpy.types.Object) and scene.objects.get(armature.name) == armature else None
    if not known or lit is None or (face is not None and face.armature != lit.armature):
        return None
    if others(scene) or differs(lit.mesh_object.matrix_world, known["face"]) or _reading(scene) != known["reading"]:
        return None
    return {"setting": Setting(**known["setting"]), **{key: known[key] for key in ("lighting", "seed", "number")}}


def others(scene):
    """Return the lamps of a scene that shine and are none of ours."""
    ours = lights.of_scene(scene).values()
    return [obj for obj in scene.objects if obj.type == "LIGHT" and not obj.hide_render and obj not in ours]


def bring_back_world(scene):
    """Give a scene the world that it had before `put`."""
    ours, scene.world = scene.world, scene.get(FORMER_WORLD)
    scene.pop(FORMER_WORLD, None)
    if world.is_ours(ours) and not ours.users:
        bpy.data.worlds.remove(ours)


def take_away(scene):
    """Remove the lamps, and give the scene the world, exposure and view that it had before."""
    lights.clear(scene)
    collections.drop_empty(scene, "lights")
    if world.is_ours(scene.world):
        bring_back_world(scene)
    former = json.loads(scene.get(LIGHT, "{}")).get("former", {})
    for name, value in former.items():
        setattr(scene.view_settings, name, value)
    for key in (LIGHT, FACE):
        scene.pop(key, None)
    adapt(scene)


def use_standard_view(scene):
    """Show and render as jobs do: colours as they are, without a film's look."""
    scene.view_settings.view_transform, scene.view_settings.look = STANDARD


def has_standard_view(scene):
    """Tell whether a scene shows and renders as jobs do."""
    return (scene.view_settings.view_transform, scene.view_settings.look) == STANDARD


def _with_own_world(drawn, scene, face, lighting):
    """Return a Setting in the scene's own world, which nobody has metered."""
    stops = scene.view_settings.exposure
    if drawn.light["lamps"]:
        stops = round(world.exposure(_of_lamps(drawn.light), skin_luminance(face), lighting.exposure), 4)
    return Setting(drawn.light, {"kind": "own"}, {"kind": "world"}, stops)


def _keep_world(scene):
    """Note the scene's own world, so that it can be brought back; being noted keeps it in the file."""
    if world.is_ours(scene.world):
        return
    scene.pop(FORMER_WORLD, None)
    if scene.world is not None:
        scene[FORMER_WORLD] = scene.world


def _former(scene):
    view = scene.view_settings
    return {"view_transform": view.view_transform, "look": view.look}


def _rows(face):
    return [list(row) for row in face.mesh_object.matrix_world]


def _reading(scene):
    """Return what light a scene has, as plain values."""
    view, lamps = scene.view_settings, sorted(lights.of_scene(scene).items())
    return [*([number, *lights.reading(lamp)] for number, lamp in lamps), *world.reading(scene.world), view.exposure, view.gamma]
