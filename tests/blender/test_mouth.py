"""The inside of an open mouth as Cycles renders it from the side: a dark hollow, on light and on dark skin."""

import numpy as np
import pytest

pytest.importorskip("bpy")

from wince.bridge import version
from wince.core import colour, face, identity
from wince.core import pack as face_pack
from wince.core.cameras import view as place_view
from wince.core.facs.action_units import ActionUnits
from wince.job import exr
from wince.job.spec import Camera, Lighting
from wince.stage import cameras, dress, lights, setting, world
from wince.stage.materials import CLASSES

POLES = {"pole_a": 0.0, "pole_b": 0.0, "pole_c": 1.0}
SKINS = {"light": (70.0, 11.0, 17.0), "dark": (34.0, 10.0, 14.0)}
HOLLOW = {"light": 0.07, "dark": 0.15}       # of the skin's light is what a mouth's inside may throw back; it was 0.11 and 0.33
CRY = "10C+25E+27C"
LIGHT = Lighting(lights=("studio",), worlds=("plain",), backgrounds=("plain",))


@pytest.fixture(scope="module")
def model():
    return face.FaceModel(face_pack.load())


@pytest.fixture
def scene(layered):
    """A scene for Cycles without denoising."""
    return layered(samples=16)


def shoot(bpy, scene, tmp_path, made, yaw):
    """Return (shown (H, W, 3) linear, as the skin is exposed for; class (H, W)) of the mouth seen from the side."""
    middle = made.person.base[face_pack.load().mouth_rings[2]].mean(axis=0)
    drawn = setting.draw(LIGHT, 1, 0, (), setting.skin_luminance(made))
    setting.apply(scene, lights.build(scene), world.World(scene), drawn, middle)
    camera = Camera("close", yaw_deg=yaw, distance_m=0.6, lens_mm=200.0)
    cameras.place(scene, scene.camera or cameras.build(scene), place_view(camera, middle, 0.2, (96, 96)))
    scene.render.filepath = str(tmp_path / "layers.exr")
    bpy.ops.render.render(write_still=True)
    seen = exr.read(tmp_path / "layers.exr")
    index = next(np.squeeze(seen[name]) for name in version.MATERIAL_INDEX if name in seen)
    return np.asarray(seen["Combined"])[..., :3] * 2 ** drawn.exposure, index


@pytest.mark.parametrize("yaw", [60.0, -60.0])
@pytest.mark.parametrize("skin", SKINS)
def test_an_open_mouth_is_dark_from_the_side(bpy, scene, tmp_path, model, skin, yaw):
    who = identity.Identity("mouth", 0, 0, 30.0, 0.0, POLES, skin_lab=SKINS[skin])
    made = dress.new_face(model.person(who), plain=True)
    made.set_aus(ActionUnits.parse(CRY))
    shown, index = shoot(bpy, scene, tmp_path, made, yaw)
    inside, outside = (shown[index == CLASSES[name]] for name in ("mouth", "skin"))
    assert len(inside) > 60 and len(outside) > 1000
    assert np.median(colour.luminance(inside)) < HOLLOW[skin] * colour.luminance(outside).mean()
