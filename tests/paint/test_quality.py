"""Each fault is seen by its number, and the built-in skin has none of them."""

import json

import numpy as np
import pytest

pytest.importorskip("scipy")

from wince.core import colour as colours
from wince.core.skin import paint as skin
from wince_headless.paint.finish import bands, quality, seams


@pytest.fixture(scope="module")
def builtin(person, surface):
    return surface.at(skin.albedo(person, surface.size))


@pytest.fixture(scope="module")
def judged(person, pack, surface, builtin):
    """Judge a painting of the person: judged(colour, **more of measure)."""
    def judge(colour, **more):
        return quality.measure(colour, surface, pack, person.identity.skin_lab, **{"guide": builtin} | more)

    return judge


@pytest.fixture(scope="module")
def good(builtin, surface, pack):
    return seams.smooth(builtin, surface, pack)


def nose_tip(surface):
    """Return how near to the tip of the nose texels are, (N,) 0..1."""
    at = np.argmin(np.where(surface.paint > 0.5, surface.points[:, 1], 1))
    return np.exp(-np.sum((surface.points - surface.points[at]) ** 2, axis=1) / 0.014 ** 2)


def brightened(colour, surface):
    """Return colours brighter from one end of the atlas to the other: its borders show."""
    return (colour * (1 + surface.index[:, None] % surface.size / surface.size)).astype(np.float32)


def test_the_built_in_skin_passes(judged, good):
    found = judged(good, disagreement=0.01, bakedness=(0.3, 0.02))
    assert found["passed"] and found["why"] == []
    assert found["coverage"] == found["painted"] == 1.0
    assert found["sharpness"] == pytest.approx(1, abs=0.05) and found["tone_difference"] < 2


def test_every_person_wears_a_skin_that_passes(people, pack):
    from wince_headless.paint import surface as surfaces

    for person in people.values():
        surface = surfaces.of(person, 256)
        colour = surface.at(skin.albedo(person, 256))
        found = quality.measure(seams.smooth(colour, surface, pack), surface, pack, person.identity.skin_lab, guide=colour)
        assert found["passed"], found["why"]


def test_what_views_saw_is_measured_by_area(judged, good, surface):
    left = (surface.points[:, 0] > 0).astype(float)
    found = judged(good, weight=left)
    assert found["coverage"] == pytest.approx(0.5, abs=0.02) and not found["passed"]
    assert "the views saw too little of the face" in found["why"][0]


@pytest.mark.parametrize(("name", "fault"), [
    ("asymmetry", lambda c, s: c * np.exp(5 * s.points[:, :1])),                            # light from the left
    ("tone_difference", lambda c, s: c * 0.75),
    ("sharpness", lambda c, s: np.exp(bands.low(np.log(c), s, 0.02))),
    ("clipped", lambda c, s: np.where((s.points[:, 0] > 0.03)[:, None], 1.2, c)),
    ("seam_after", brightened),
    ("highlights", lambda c, s: c * (1 + 1.2 * nose_tip(s)[:, None])),
    ("painted", lambda c, s: np.where(nose_tip(s)[:, None] > 0.5, 0, c)),
])
def test_each_fault_is_seen_by_its_number(judged, good, surface, name, fault):
    found = judged(fault(good, surface).astype(np.float32))
    assert not found["passed"]
    assert any(f"{name} is" in sentence for sentence in found["why"]), (name, found)


def test_what_comes_from_elsewhere_is_judged_too(judged, good):
    found = judged(good, disagreement=0.2, bakedness=(0.6, 0.5))
    faults = [sentence.split(":")[0] for sentence in found["why"]]
    assert faults == ["the views disagree where they overlap", "light is baked into the skin"]
    assert found["bakedness_before"] == 0.6


def test_the_seam_pass_is_in_the_record(judged, builtin, surface, pack):
    torn = brightened(builtin, surface)
    found = judged(seams.smooth(torn, surface, pack), before=torn)
    assert found["seam_before"] > 1.5 > 1.2 > found["seam_after"] and found["seam_gap_before"] > 10 * found["seam_gap_after"]


def test_the_tone_is_that_of_bare_skin(judged, good, surface, person):
    red = np.where((surface.skin == 0)[:, None], np.float32((0.9, 0, 0)), good)            # lips and hair say nothing of it
    assert judged(red)["lab"] == judged(good)["lab"]
    found = judged(good)
    assert found["tone_difference"] == pytest.approx(float(colours.difference(found["lab"], found["target_lab"])), abs=1e-3)
    assert found["target_lab"] == pytest.approx(np.round(person.identity.skin_lab, 2)) and 1 <= found["monk"] <= 10


def test_a_face_with_two_equal_halves_has_no_asymmetry(symmetric, pack):
    from wince_headless.paint import surface as surfaces

    surface = surfaces.of(symmetric, 256)
    even = (0.2 + surface.points[:, 2:] + np.abs(surface.points[:, :1])) * np.ones((1, 3))
    assert quality.asymmetry(even, surface) < 0.004
    odd = even * np.exp(0.2 * np.sign(surface.points[:, :1]))
    assert quality.asymmetry(odd, surface) == pytest.approx(0.4, abs=0.04)


def test_thresholds_are_a_table_of_least_most_and_why():
    for name, (least, most, fault) in quality.THRESHOLDS.items():
        assert (least is None) != (most is None) or least < most, name
        assert fault and fault[0].islower() and not fault.endswith(".")


def test_the_verdict_asks_only_for_what_is_there():
    assert quality.verdict({})["passed"]
    assert quality.verdict({"seam_after": 1.5})["passed"] and not quality.verdict({"seam_after": 1.51})["passed"]
    assert quality.verdict({"seam_after": None})["passed"]


def test_a_record_is_json_and_the_same_each_time(judged, good):
    first, second = judged(good, disagreement=float("nan")), judged(good)
    assert first["disagreement"] is None
    assert json.dumps({k: v for k, v in first.items() if k != "disagreement"}, allow_nan=False) == json.dumps(second, allow_nan=False)
