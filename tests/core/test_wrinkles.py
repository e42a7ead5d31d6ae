"""Where skin folds: strain on meshes whose answer is known, then on faces."""

import dataclasses

import numpy as np
import pytest

from wince.core import demographics, rig, wrinkles
from wince.core.facs import intensity
from wince.core.facs.action_units import ActionUnits
from wince.core.turns import rotation
from wince.job import spec

SIDE = 6


@pytest.fixture
def sheet():
    """A square grid in X and Y: points, edges."""
    points = np.array([(x, y, 0.0) for y in range(SIDE) for x in range(SIDE)])
    low = np.array([y * SIDE + x for y in range(SIDE - 1) for x in range(SIDE - 1)])
    return points, wrinkles.edges_of(np.stack([low, low + 1, low + SIDE + 1, low + SIDE], axis=1))


def felt(points, edges, posed):
    """Return compression across X, across Y and in all directions, as shares."""
    crease = np.zeros((2, len(points), 3))
    crease[0, :, 0] = crease[1, :, 1] = 1
    around = wrinkles.to_points(wrinkles.weights(points, edges, crease), edges, len(points))
    return wrinkles.compression(points, posed, edges, crease, 1 / around)


def someone(model, age, number=1, **skin):
    who = demographics.sample(number, 0, spec.People(count=1, ages=((age, age),), genders=("woman",)), model.pack)
    return model.person(dataclasses.replace(who, look=dataclasses.replace(who.look, skin=dataclasses.replace(who.look.skin, **skin))))


def folds(person, text):
    return wrinkles.fold(person, rig.deform(person, ActionUnits.parse(text)))


def deep(person, text, region, channel):
    """Return how much deeper than at rest lines lie in a region."""
    more = folds(person, text) - wrinkles.lines(person)
    names = [name for name in person.pack.regions if name.split(".")[0] == region]
    return max(np.quantile(more[person.pack.regions[name] > 0.6, channel], 0.8) for name in names)


def test_a_sheet_squeezed_along_x_is_compressed_across_x_alone(sheet):
    points, edges = sheet
    got = felt(points, edges, points * (0.9, 1, 1))
    assert np.allclose(got[:, 0], 0.1) and np.allclose(got[:, 1], 0)
    corner = got[0, 2]
    assert 0 < corner < 0.1 and np.allclose(felt(points, edges, points * 0.8), 0.2)


def test_a_stretched_sheet_is_negative_and_one_that_is_moved_or_turned_is_nothing(sheet):
    points, edges = sheet
    assert np.allclose(felt(points, edges, points * (1, 1.25, 1))[:, 1], -0.25)
    turned = points @ rotation(0.7, 0.4, 2.0).T + (3, -2, 1)
    assert np.abs(felt(points, edges, turned)).max() < 1e-12


def test_a_vertex_without_direction_or_reach_never_folds(sheet):
    points, edges = sheet
    none = wrinkles.compression(points, points * 0.5, edges, np.zeros((2, len(points), 3)), np.ones((len(points), 3)))
    assert (none[:, :2] == 0).all() and (none[:, 2] > 0).all()


def test_depth_begins_early_grows_ever_slower_and_ends():
    pressed = np.linspace(-0.5, 4, 451)[:, None] * np.ones(3)
    got = wrinkles.folded(pressed, np.zeros(3), np.ones(3))[:, 0]
    assert (got[pressed[:, 0] <= wrinkles.ONSET] == 0).all() and got.max() == pytest.approx(wrinkles.MOST) and (np.diff(got) >= 0).all()
    rising = np.diff(got[(pressed[:, 0] > wrinkles.ONSET + 0.01) & (pressed[:, 0] < 1)])
    assert (np.diff(rising) < 0).all()
    shares = wrinkles.folded(intensity.KNOTS[:, None] * np.ones(3), np.zeros(3), np.ones(3))[:, 0]
    assert shares[-1] == pytest.approx(1) and shares[1] > 0.17 and (np.diff(shares) > 0.09).all(), "A shows, and each letter adds"


def test_stretched_skin_loses_its_lines_but_never_more_than_they_are():
    got = wrinkles.folded(np.array([[0.0], [-0.5], [-1.0], [-9.0]]) * np.ones(3), np.ones(3), np.ones(3))[:, 0]
    assert np.allclose(got, [1, 1 - wrinkles.RELAX / 2, 1 - wrinkles.RELAX, 1 - wrinkles.RELAX])


def test_where_a_muscle_bunches_thin_skin_stretch_folds_it_too_but_not_a_little(sheet):
    points, edges = sheet
    crease = np.zeros((2, len(points), 3))
    crease[0, :, 0] = crease[1, :, 1] = 1
    reach = 10 / wrinkles.to_points(wrinkles.weights(points, edges, crease), edges, len(points))
    tight = reach * (1 + wrinkles.SLACK) + reach                                 # a stretch of a tenth is a full fold
    full, little, none = (
        wrinkles.compression(points, points * (1 + by, 1, 1), edges, crease, reach, tight)[:, 0] for by in (0.1, 0.005, 0))
    assert np.allclose(full, 1) and (little <= 0).all() and (none == 0).all()


def test_edges_are_each_there_once():
    assert wrinkles.edges_of(np.array([[0, 1, 2, 3], [1, 4, 2, 2]])).tolist() == [[0, 1], [0, 3], [1, 2], [1, 4], [2, 3], [2, 4]]


def test_a_neutral_face_has_its_lines_alone_few_when_young(model):
    young, old = someone(model, 22), someone(model, 82)
    assert folds(young, "0") == pytest.approx(wrinkles.lines(young)) and folds(young, "0").max() < 0.02
    assert folds(old, "0").max() > 0.4
    smooth, lined = someone(model, 60, lines=0.0), someone(model, 60, lines=1.0)
    assert wrinkles.lines(smooth).max() < 0.6 * wrinkles.lines(lined).max()


@pytest.mark.parametrize("text, region, channel", [
    ("1D+2D", "forehead", 0), ("4D", "glabella", 1), ("9D", "nose_root", 0), ("6D", "crows_feet", 0), ("6D", "infraorbital", 0),
    ("18D", "philtrum", 1),
])
def test_an_action_folds_the_skin_where_facs_says(model, text, region, channel):
    young, old = someone(model, 25), someone(model, 80)
    assert deep(young, text, region, channel) > 0.15
    assert deep(old, text, region, channel) > 1.05 * deep(young, text, region, channel)
    rest = wrinkles.lines(young)
    assert np.abs((folds(young, text) - rest)[young.pack.regions["jaw.L"] > 0.9]).max() < 0.6


def test_a_lid_that_tightens_folds_though_it_is_stretched(model):
    assert deep(someone(model, 25), "7D", "lower_lid", 0) > 0.3


@pytest.mark.parametrize("text", ["9D", "10D"])
def test_levators_deepen_the_nasolabial_fold_of_the_young(model, text):
    assert deep(someone(model, 25), text, "nasolabial", 0) > 0.15


def test_folds_grow_with_the_intensity(model):
    person = someone(model, 50)
    for text, region, channel in (("4", "glabella", 1), ("6", "crows_feet", 0), ("9", "nose_root", 0)):
        row = [deep(person, text + letter, region, channel) for letter in "BCDE"]
        assert all(np.diff(row) >= 0) and row[-1] > 2 * row[0], text


@pytest.mark.parametrize("text, region, channel", [
    ("4A", "glabella", 1), ("6A", "crows_feet", 0), ("9A", "nose_root", 0), ("10A", "nasolabial", 0),
])
def test_a_trace_shows_already(model, text, region, channel):
    assert deep(someone(model, 25), text, region, channel) > 0.13


@pytest.mark.parametrize("text", ["25B", "26A", "43", "12A+25B"])
def test_speaking_and_blinking_fold_the_upper_face_of_nobody(model, text):
    person = someone(model, 60)
    more = folds(person, text) - wrinkles.lines(person)
    upper = np.max([person.pack.regions[name] for name in ("forehead", "glabella", "nose_root", "crows_feet.L", "crows_feet.R")], axis=0)
    assert more[upper > 0.5, :2].max() < 0.35


def test_people_of_one_age_have_their_lines_in_other_places(model):
    one, other = (someone(model, 80, number) for number in (1, 2))
    lying = [wrinkles.lines(person)[person.pack.regions["forehead"] > 0.5, 0] for person in (one, other)]
    assert np.corrcoef(lying)[0, 1] < 0.9 and np.abs(lying[0] - lying[1]).max() > 0.15
    assert np.array_equal(wrinkles.habit(one), wrinkles.habit(someone(model, 30, 1))), "years move no line"
    assert wrinkles.habit(one).min() >= wrinkles.FEWEST and wrinkles.habit(one).max() <= wrinkles.DEEPEST


def test_turning_the_head_leaves_the_face_alone(model):
    person = someone(model, 70)
    posed, still = (rig.pose(person, ActionUnits.parse(text)) for text in ("52E+56D", "0"))
    above = person.base[:, 2] > 0.09
    moved = np.abs(wrinkles.fold(person, posed) - wrinkles.fold(person, still))
    assert moved[above & person.pack.face_front].max() < 0.02


def test_nothing_inside_the_mouth_or_behind_the_lids_folds(model):
    person = someone(model, 85)
    assert not folds(person, "4E+6E+7E+9E+10E+26E+43")[~person.pack.exterior].any()
