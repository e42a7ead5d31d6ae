"""Closed eyes are closed, on everyone, whatever else the face does; teeth stay behind closed lips."""

import numpy as np
import pytest

from wince.core import lids, lips, rig
from wince.core.facs import samplers
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import SIDES
from wince.core.streams import stream

CONTACT_MM = 0.5


@pytest.fixture(scope="module")
def crowd(model, draw):
    return [model.person(draw(number, seed=7)) for number in range(200)]


@pytest.fixture(scope="module")
def eye(pack):
    return {side: lids.of_pack(pack, side) for side in SIDES}


@pytest.mark.parametrize("code", ["43", "6E+7E+43", "45", "43+64E", "4E+6E+7E+9E+10E+43", "6C+7B+12E+43"])
def test_lids_meet_on_two_hundred_people(crowd, eye, code):
    aus = ActionUnits.parse(code)
    gaps = [lids.gap(eye[side], rig.deform(person, aus)) * 1000 for person in crowd for side in SIDES]
    assert np.abs(gaps).max() <= CONTACT_MM


def test_open_eyes_are_open_and_tight_lids_do_not_cross(crowd, eye):
    for code, least in (("0", 2.5), ("6E+7E", 0.5), ("7E", 0.5)):
        middle = [lids.gap(eye[side], rig.deform(person, ActionUnits.parse(code)))[7] * 1000 for person in crowd for side in SIDES]
        assert min(middle) >= least, code


@pytest.mark.parametrize("code", ["43", "6E+7E+43", "4E+6E+7E+9E+43"])
def test_the_upper_lid_does_the_way(crowd, eye, code):
    """At least 85 % of it at the middle of the eye, cheek and lid tightener or not."""
    aus = ActionUnits.parse(code)
    for person in crowd[:40]:
        moved = rig.deform(person, aus) - person.base
        for side in SIDES:
            ring, corner = eye[side].rings[2], eye[side].opening.corner
            upper, lower = ring[corner // 2 - 1:corner // 2 + 2], ring[3 * corner // 2 - 1:3 * corner // 2 + 2]
            down, up = -moved[upper, 2].mean(), max(moved[lower, 2].mean(), 0.0)
            assert down >= 0.85 * (down + up), person.identity.id


def test_a_closed_lid_is_drawn_out_over_the_eyeball(crowd, eye):
    """Skin above the edge neither hangs below it nor lies in the eyeball, however old the lid."""
    for person in crowd[:40]:
        posed = rig.deform(person, ActionUnits.parse("43"))
        for side in SIDES:
            columns = eye[side].opening.upper[4:-4]
            edge, skin = posed[eye[side].rings[2][columns]], posed[eye[side].rings[4:9][:, columns]]
            assert (skin[..., 2] - edge[:, 2]).min() > -0.0012, person.identity.id
            assert np.linalg.norm(skin - person.eyes[side].centre, axis=-1).min() >= person.eyes[side].radius + 0.0009


def test_the_skin_of_open_eyes_keeps_off_the_eyeball(crowd, eye):
    for person in crowd[:40]:
        for side in SIDES:
            skin = person.base[eye[side].rings[lids.EDGE_RINGS:lids.SKIN_RINGS]]
            assert np.linalg.norm(skin - person.eyes[side].centre, axis=-1).min() >= person.eyes[side].radius + 0.0005


def test_one_eye_closes_alone(crowd, eye):
    posed = rig.deform(crowd[0], ActionUnits.parse("L46"))
    assert np.abs(lids.gap(eye["L"], posed)).max() * 1000 <= CONTACT_MM
    assert np.allclose(lids.gap(eye["R"], posed), lids.gap(eye["R"], crowd[0].base))


def test_neutral_lips_are_closed(model, crowd):
    mouth = lips.of_pack(model.pack)
    assert max(np.abs(lips.gap(mouth, person.base)).max() for person in crowd) * 1000 <= 0.3


def test_nobody_looks_past_the_line_of_the_lips(model, crowd):
    """Their edges behind it press into each other, or subdivided lips let a line of teeth through."""
    mouth = lips.of_pack(model.pack)
    for person in crowd:
        place, height = mouth.along(person.base, 0), person.base[mouth.rings[0], 2]
        here = np.linspace(0.1, 0.9, 15)
        upper, lower = (np.interp(here, place[columns], height[columns]) for columns in (mouth.upper, mouth.lower))
        assert (upper - lower).max() <= 0.0003 and np.median(upper - lower) < 0, person.identity.id


def test_squeezed_lids_are_told_from_sleeping_ones(crowd, eye):
    """6+7+43 draws the brow towards the line that the lids meet on, and presses that line down; 43 alone does neither."""
    for person in crowd[:40]:
        asleep, squeezed = (rig.deform(person, ActionUnits.parse(code)) for code in ("43", "6E+7E+43"))
        for side in SIDES:
            corner, brow = eye[side].opening.corner, person.pack.regions[f"brow_outer.{side}"] > 0.5
            line = eye[side].rings[2][corner // 2]
            nearer = (asleep[brow, 2].mean() - asleep[line, 2]) - (squeezed[brow, 2].mean() - squeezed[line, 2])
            assert nearer >= 0.0015, person.identity.id


def test_squeezing_lifts_the_cheeks_rim_against_the_lid(crowd):
    """What 6 and 7 do to closed eyes is more than what they and 43 do each."""
    for person in crowd[:40]:
        rim = (person.pack.regions["infraorbital.L"] > 0.5) & (person.pack.regions["lower_lid.L"] < 0.1)
        alone = sum(rig.deform(person, ActionUnits.parse(code)) - person.base for code in ("6E+7E", "43"))
        together = rig.deform(person, ActionUnits.parse("6E+7E+43")) - person.base
        assert (together - alone)[rim, 2].mean() >= 0.0004, person.identity.id


def test_no_eyeball_through_closed_lids_and_no_tooth_through_closed_lips(pack, crowd, eye):
    """Two thousand drawn people and expressions."""
    lid_skin = {side: _triangles(pack, eye[side].rings[1:]) for side in SIDES}
    mouth, lip_skin, teeth = lips.of_pack(pack), _lip_triangles(pack), np.unique(pack.faces_of("teeth_upper", "teeth_lower"))
    closed = sealed = 0
    for k in range(2000):
        draw = samplers.pain_expressions if k % 2 else samplers.nonpain_expressions
        aus = draw(stream(11, "expression", k), 1)[0].aus
        person = crowd[k % len(crowd)]
        points = rig.deform(person, aus)
        for side in SIDES:
            if max(aus.intensity(key) for key in rig.closers(side)) >= 5:
                closed += 1
                assert _eyeball_shows(pack, person.eyes[side], points[lid_skin[side]]) < 5e-5, f"{aus} on {person.identity.id}"
        if k % 8 < 2 and np.abs(lips.gap(mouth, points)).max() < 5e-4:
            sealed += 1
            assert _covered(points[teeth], points[lip_skin]).all(), f"{aus} on {person.identity.id}"
    assert closed > 300 and sealed > 30


def _triangles(pack, vertices):
    """The skin's triangles (n, 3) whose corners are all among the given vertices."""
    member = np.zeros(len(pack.base), bool)
    member[vertices] = True
    quads = pack.faces_of("skin", "brows")
    quads = quads[member[quads].all(axis=1)]
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _lip_triangles(pack):
    x, y, z = pack.base.T
    return _triangles(pack, np.flatnonzero((np.abs(x) < 0.06) & (y < -0.06) & (z > 0.02) & (z < 0.13)))


def _eyeball_shows(pack, eye, triangles):
    """How far the front of an eyeball reaches beyond the lids, metres; only where a lid lies in front of it at all."""
    front = pack.eye_vertices[pack.eye_vertices[:, 1] < -0.5]
    length = np.linalg.norm(front, axis=1)
    distance = _hits(np.broadcast_to(eye.centre, front.shape), front / length[:, None], triangles)
    beyond = eye.radius * length - distance
    return beyond[np.isfinite(distance)].max()


def _covered(points, triangles):
    """Whether skin lies in front of each point, along -Y; a hair's breadth up or down counts, or one would look through a seam."""
    a, b, c = (triangles[:, k][:, [0, 2]] for k in range(3))                    # seen along Y, as (x, z)
    area = _cross(b - a, c - a)
    whole = np.abs(area) > 1e-3 * np.linalg.norm(np.cross(*(triangles[:, 1:] - triangles[:, :1]).swapaxes(0, 1)), axis=1) + 1e-15
    a, b, c, depth, area = a[whole], b[whole], c[whole], triangles[whole][..., 1], area[whole]
    out = np.zeros(len(points), bool)
    for dz in (0.0, -4e-4, 4e-4):
        left = np.flatnonzero(~out)
        p = points[left][:, None, [0, 2]] + [0.0, dz]
        u, v = _cross(p - a, c - a) / area, _cross(b - a, p - a) / area
        y = (1 - u - v) * depth[:, 0] + u * depth[:, 1] + v * depth[:, 2]
        out[left] = ((np.minimum(u, v) >= -1e-6) & (u + v <= 1 + 1e-6) & (y < points[left, 1][:, None] - 1e-6)).any(axis=1)
    return out


def _cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _hits(origin, direction, triangles):
    """Distance of the nearest triangle (M, 3, 3) along each ray (N, 3), inf for none (Moeller and Trumbore 1997)."""
    a, b = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    size = np.linalg.norm(np.cross(a, b), axis=1)
    h = np.cross(direction[:, None], b)
    det = (a * h).sum(axis=-1)
    scale = 1 / np.where(np.abs(det) < 1e-3 * size + 1e-15, np.inf, det)
    s = origin[:, None] - triangles[:, 0]
    q = np.cross(s, a)
    u, v, t = scale * (s * h).sum(axis=-1), scale * (direction[:, None] * q).sum(axis=-1), scale * (b * q).sum(axis=-1)
    hit = (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6) & (t > 1e-6) & (scale != 0)
    return np.where(hit, t, np.inf).min(axis=1)
