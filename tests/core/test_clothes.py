"""Clothes and glasses as arrays: whoever wears them, nothing pokes through, nothing stays open, everything sits where it should."""

import dataclasses

import numpy as np
import pytest

from wince.core import demographics, pack
from wince.core import look as looks
from wince.core.face import FaceModel
from wince.core.streams import stream
from wince.core.worn import clothes, cuts, folds, glasses, torso, tube
from wince.core.worn.binding import place
from wince.core.worn.piece import HEAD, SKIN
from wince.job.spec import People

LOADED = pack.load()
MODEL = FaceModel(LOADED)
PEOPLE = range(0, 24, 3)


def person(number, **parts):
    who = demographics.sample(3, number, People(count=36), LOADED)
    look = who.look
    for part, values in parts.items():
        look = looks.changed(look, part, **values)
    return MODEL.person(dataclasses.replace(who, look=look))


def rows_of(piece):
    return piece.points.reshape(-1, clothes.COLUMNS, 3)


@pytest.mark.parametrize("kind", clothes.CUTS)
@pytest.mark.parametrize("number", PEOPLE)
def test_no_skin_pokes_through_the_cloth(kind, number):
    """Every vertex of the trunk whose nearest cloth lies below the rim is behind that cloth: the bust's edge too."""
    who = person(number, clothes={"kind": kind})
    cloth = rows_of(clothes.make(who))[cuts.ROWS - 2:]
    normals = clothes._normals(cloth).reshape(-1, 3)
    points, skin = cloth.reshape(-1, 3), who.base[clothes._trunk_vertices(LOADED)]
    near = ((skin[:, None] - points) ** 2).sum(axis=-1).argmin(axis=1)
    below = near >= 2 * clothes.COLUMNS
    off = ((skin - points[near]) * normals[near]).sum(axis=1)[below]
    assert below.sum() > 80 and off.max() < 0.0003


@pytest.mark.parametrize("kind", clothes.CUTS)
@pytest.mark.parametrize("number", PEOPLE)
def test_the_rim_lies_on_the_skin(kind, number):
    """All around the neck, whoever wears it: no dark gap that one looks into."""
    who = person(number, clothes={"kind": kind})
    inside = rows_of(clothes.make(who))[2].reshape(-1, 3)
    there, _ = clothes._on_skin(inside, LOADED, who.base)
    gap = np.linalg.norm(inside - there, axis=1)
    assert np.percentile(gap, 90) < 0.004 and gap.max() < 0.008


def test_cloth_is_folded_where_pictures_show_it():
    """Between rim and chest its height over the smooth body differs by millimetres, in steps that light shows, and otherwise by seed."""
    azimuth, down = np.linspace(-1.2, 1.2, 120)[None, :], np.linspace(0.02, 0.12, 30)[:, None]
    seen = [folds.heights(azimuth, np.broadcast_to(down, (30, 120)), clothes.NECK, stream(seed, "x")) for seed in range(6)]
    for heights in seen:
        assert np.ptp(clothes.CUTS["tshirt"].fold * heights) > 0.004 and 0 <= heights.min() and heights.max() <= 1.5
    assert np.abs(seen[0] - seen[1]).mean() > 0.05


@pytest.mark.parametrize("kind", clothes.CUTS)
def test_the_cloth_is_closed_below(kind):
    """It has two rims: one inside the neckline, one of a few millimetres in the middle of a floor that nobody sees."""
    piece = clothes.make(person(1, clothes={"kind": kind}))
    edges = np.sort(np.concatenate([piece.faces[:, [k, (k + 1) % 4]] for k in range(4)]), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    rims = np.unique(unique[count == 1])
    assert count.max() == 2 and len(rims) == 2 * clothes.COLUMNS
    middle = rows_of(piece)[-1]
    assert np.ptp(middle[:, :2], axis=0).max() < 0.05 and piece.points[:, 2].min() < torso.FLOOR + 0.06


def test_the_cloth_goes_well_below_the_busts_edge_and_faces_outwards():
    piece = clothes.make(person(2, clothes={"kind": "tshirt"}))
    assert piece.points[:, 2].min() < LOADED.base[:, 2].min() - 0.15
    corners = piece.points[piece.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0])
    rows = np.arange(len(piece.faces)) // clothes.COLUMNS
    trunk = (rows > cuts.ROWS) & (rows < cuts.ROWS + clothes.ROWS - 3)
    outwards = corners.mean(axis=1) - torso.CENTRE
    assert ((normal * outwards).sum(axis=1)[trunk] > 0).mean() > 0.995


def test_every_garment_has_one_topology_so_that_changing_it_refills_the_mesh():
    made = [clothes.make(person(1, clothes={"kind": kind})) for kind in clothes.CUTS]
    assert len({(len(piece.points), piece.faces.tobytes(), piece.materials, piece.follows) for piece in made}) == 1
    assert all(piece.follows == SKIN and piece.values[clothes.PATTERN].shape == piece.points.shape for piece in made)
    assert clothes.make(person(1, clothes={"kind": "none"})) is None
    assert set(looks.CLOTHES) == {"none", *clothes.CUTS} and set(looks.GLASSES) == {"none", *glasses.FRAMES}


def test_cloth_repeats_is_folded_by_the_seed_and_is_where_its_binding_says():
    who = person(4, clothes={"kind": "gown"})
    other = dataclasses.replace(who, identity=dataclasses.replace(who.identity, look=dataclasses.replace(who.identity.look, seed=1)))
    first, again, folded = clothes.make(who), clothes.make(who), clothes.make(other)
    np.testing.assert_array_equal(first.points, again.points)
    np.testing.assert_allclose(place(first.binding, who.base), first.points, atol=1e-12)
    assert 0.002 < np.abs(folded.points - first.points).max() < 0.05


def test_the_print_is_even_over_the_shoulders():
    """A millimetre of cloth is about a millimetre of its pattern where pictures show it."""
    piece = clothes.make(person(1, clothes={"kind": "gown"}))
    cloth, flat = rows_of(piece), piece.values[clothes.PATTERN].reshape(-1, clothes.COLUMNS, 3)[..., :2]
    shown = slice(cuts.ROWS, cuts.ROWS + 14)
    along = [np.linalg.norm(np.roll(grid, -1, axis=1) - grid, axis=-1)[shown] for grid in (cloth, flat)]
    assert 0.6 < np.median(along[1] / along[0]) < 1.6


@pytest.mark.parametrize("kind", glasses.FRAMES)
@pytest.mark.parametrize("number", PEOPLE)
def test_glasses_sit_before_the_eyes_and_off_the_skin(kind, number):
    who = person(number, glasses={"kind": kind})
    piece, fit = glasses.make(who), glasses._Fit(who, glasses.frame_of(who))
    lens = piece.points[np.unique(piece.faces[piece.slots == 1])]
    for side, eye in ((1, who.eyes["L"]), (-1, who.eyes["R"])):
        pane = lens[lens[:, 0] * side > 0]
        low, high = pane.min(axis=0), pane.max(axis=0)
        assert low[0] < eye.centre[0] < high[0] and low[2] < eye.centre[2] < high[2]
        before = eye.centre[1] - eye.radius - pane[np.abs(pane[:, 0] - eye.centre[0]) < 0.005, 1]
        assert 0.006 < before.min() and before.max() < 0.035
    assert fit._room(glasses.frame_of(who)) > -1e-9 and piece.follows == HEAD and piece.materials == ("frame", "lens")
    assert np.isfinite(piece.points).all() and len(piece.points) < 3000


def test_frames_are_as_wide_as_the_head_and_of_many_sizes():
    """Seen from ahead no frame is wider than the head at the ears by more than hinges, and lenses are those that opticians sell."""
    wide, tall = [], []
    for number in range(12):
        for kind in glasses.FRAMES:
            who = person(number, glasses={"kind": kind})
            frame, piece = glasses.frame_of(who), glasses.make(who)
            head = glasses._width(who.base, LOADED)
            wide.append(np.ptp(piece.points[piece.points[:, 1] < -0.10, 0]) / head)
            tall.append(frame.half[1] / frame.half[0])
            assert 0.040 < 2 * frame.half[0] <= 0.058 and 0.026 < 2 * frame.half[1] < 0.052
    assert 0.75 < min(wide) and max(wide) < 1.08 and np.std(tall) > 0.08


@pytest.mark.parametrize("number", PEOPLE)
def test_temples_go_along_the_head_and_over_the_ears(number):
    who = person(number, glasses={"kind": "rectangular"})
    frame = glasses.frame_of(who)
    fit = glasses._Fit(who, frame)
    for side in (1, -1):
        points, _ = glasses._temple(frame, fit, side)
        path = points.reshape(-1, tube.CORNERS, 3).mean(axis=1)[:13]
        head = glasses._head(fit, side, path)
        assert (side * path[:, 0] - head > 0.001).all()
        ear = who.base[fit.places.ear[side]].mean(axis=0)
        assert np.linalg.norm(path[12:] - ear, axis=1).min() < 0.012


def test_a_tube_is_closed_and_as_thick_as_asked():
    path = np.stack([np.linspace(0, 0.1, 5), np.zeros(5), np.zeros(5)], axis=1)
    points, faces = tube.tube(path, np.tile([0.001, 0.002], (5, 1)), np.tile([0.0, 0.0, 1.0], (5, 1)))
    edges = np.sort(np.concatenate([faces[:, [k, (k + 1) % 4]] for k in range(4)]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    np.testing.assert_allclose(np.abs(points[:, 1:]).max(axis=0), [0.001, 0.002], rtol=0.1)
    a, b, c = (points[faces[:, k]] for k in range(3))
    volume = (np.cross(a, b) * c).sum() / 6 + (np.cross(a, c) * points[faces[:, 3]]).sum() / 6
    assert abs(volume) == pytest.approx(0.1 * 4 * 0.001 * 0.002 * 0.87, rel=0.12)
