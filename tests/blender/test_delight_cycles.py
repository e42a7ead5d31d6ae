"""Skin of a known albedo, lit by Cycles with cast shadows and bounces: delighting has to find the albedo again."""

import numpy as np
import pytest

pytest.importorskip("bpy")
pytest.importorskip("scipy")

import cycles_light

from wince.core import demographics, face, pack
from wince.core.skin import paint
from wince.job import spec
from wince_headless.paint import surface
from wince_headless.paint.finish import delight, transfer

SIZE, SAMPLES = 192, 48
DARK, LIGHT = 7, 0                     # of seed 7: L* 41 and 62


@pytest.fixture(scope="module")
def people():
    loaded = pack.load()
    model = face.FaceModel(loaded)
    return {number: model.person(demographics.sample(7, number, spec.People(), loaded)) for number in (DARK, LIGHT, 8, 3)}


@pytest.fixture(scope="module")
def heads(people):
    """A Surface, what light reaches its points, the built-in skin, and the skin that is painted: another one's, in this one's tone."""
    out = {}
    for number, other in ((DARK, 3), (LIGHT, 8)):
        here = surface.of(people[number], SIZE)
        expected, painted = (here.at(paint.albedo(people[n], SIZE)) for n in (number, other))
        weight = here.skin * here.area
        truth = np.clip(painted * ((weight @ expected) / (weight @ painted)), 0.004, 0.92).astype(np.float32)
        out[number] = here, transfer.of(here.mesh, transfer.directions()), expected, truth
    return out


@pytest.mark.parametrize(("number", "light", "most"), [
    (DARK, "sun from above", 1.7), (DARK, "window", 1.5), (LIGHT, "sun from the side", 1.3), (LIGHT, "three points", 1.8)])
def test_the_albedo_comes_back_from_under_cast_shadows(people, heads, number, light, most):
    here, carried, expected, truth = heads[number]
    lit = here.at(cycles_light.baked(people[number], here.picture(truth), light, SAMPLES))
    seen = np.ones(len(lit), np.float32)
    found, report = delight.delight(lit, seen, here, expected, carried=carried)
    plain, _ = delight.delight(lit, seen, here, expected, model="harmonics")
    before, after, without = (cycles_light.errors(values, truth, here) for values in (lit, found, plain))
    assert before["mean"] > 4 and before["rms"] > 0.3
    assert after["mean"] < most and after["mean"] < before["mean"] / 4 and after["rms"] < before["rms"] / 3
    assert after["mean"] < 0.7 * without["mean"] and after["p95"] < without["p95"]
    assert report.baked_r2_after < 0.2 < report.baked_r2_before and report.contrast > 2


def test_an_even_sky_leaves_little_to_take_out(people, heads):
    here, carried, expected, truth = heads[LIGHT]
    lit = here.at(cycles_light.baked(people[LIGHT], here.picture(truth), "even sky", SAMPLES))
    found, _ = delight.delight(lit, np.ones(len(lit), np.float32), here, expected, carried=carried)
    before, after = (cycles_light.errors(values, truth, here) for values in (lit, found))
    assert after["mean"] < min(1.0, before["mean"])
