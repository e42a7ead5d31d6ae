"""The face pack keeps what its docstring promises."""

import numpy as np
import pytest

from wince.core import pack as face_pack
from wince.core import rig
from wince.core.errors import WinceError
from wince.core.facs.arkit import ARKIT_NAMES


def test_shapes_of_arrays(pack):
    v, f = len(pack.base), len(pack.faces)
    assert pack.base.shape == (v, 3) and pack.base.dtype == np.float32
    assert pack.faces.shape == pack.uv_faces.shape == (f, 4) and pack.faces.max() == v - 1 and pack.uv_faces.max() == len(pack.uv) - 1
    assert pack.part.shape == (f,) and set(np.unique(pack.part)) == set(range(len(face_pack.PART_NAMES)))
    assert pack.exterior.shape == pack.face_front.shape == pack.brow.shape == (v,)
    assert pack.head_weight.shape == (v, 2) and (pack.head_weight >= 0).all() and (pack.head_weight.sum(axis=1) <= 1.001).all()
    assert pack.landmark_faces.shape == (68,) and pack.landmark_weights.shape == (68, 4)
    assert np.allclose(pack.landmark_weights.sum(axis=1), 1)
    assert all(w.shape == (v,) and w.min() >= 0 and w.max() <= 1 and w.max() > 0.5 for w in pack.regions.values())
    assert set(pack.joints) == {"neck", "head", "eye.L", "eye.R"} and np.allclose(pack.joints["neck"], 0)


def test_nearly_all_faces_are_quads(pack):
    assert (pack.faces[:, 2] == pack.faces[:, 3]).mean() < 0.01


def test_every_rig_row_and_arkit_name_has_its_shape(pack):
    names = set(pack.shapes.names)
    assert {row.key for row in rig.ROWS if "+" not in row.key} <= names
    assert {f"arkit:{name}" for name in ARKIT_NAMES} <= names


def test_what_lies_behind_the_lips_stays_put_when_the_upper_face_moves(pack):
    hidden = np.setdiff1d(pack.faces_of("mouth", "teeth_upper", "teeth_lower", "tongue", "gums"), pack.faces_of("skin"))
    for number in (1, 2, 4, 5, 6, 7, 9, 43):
        for side in "LR":
            assert not pack.shapes.dense(f"AU{number:02d}.{side}")[hidden].any(), f"AU{number}.{side} moves hidden vertices"


def test_the_bust_ends_in_one_smooth_curve(pack):
    skin = pack.faces_of("skin", "brows", "mouth", "socket")
    loops = _border_loops(skin)
    assert len(loops) == 1
    steps = np.diff(pack.base[loops[0] + loops[0][:2]], axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    turn = np.degrees(np.arccos(np.clip((steps[1:] * steps[:-1]).sum(axis=1), -1, 1)))
    assert turn.max() < 45, "the edge zigzags"


def test_the_face_fills_the_atlas_and_nothing_overlaps(pack):
    corners = pack.uv[pack.uv_faces].astype(float)
    assert corners.min() >= 0 and corners.max() <= 1
    area = _signed_areas(corners)
    assert (area > 0).all(), "a face is folded or mirrored"
    face = pack.face_front[pack.faces].all(axis=1) & np.isin(pack.part, [0, 1])
    assert area[face].sum() >= 0.60
    assert _most_covers(corners, 512) == 1


def test_left_and_right_agree_in_the_rig(pack):
    for number in (4, 6, 7, 9, 10, 12):
        left, right = (np.linalg.norm(pack.shapes.dense(f"AU{number:02d}.{side}"), axis=1) for side in "LR")
        assert abs(left.max() - right.max()) < 6e-4 and pack.base[left.argmax(), 0] > 0 > pack.base[right.argmax(), 0]


def test_landmarks_stand_where_ibug_has_them(pack):
    """Eyes in thirds of their width, the mouth's outline in sixths; right side of the face first, mirrored."""
    points = np.einsum("nk,nkc->nc", pack.landmark_weights, pack.base[pack.faces[pack.landmark_faces]])
    x, z = points[:, 0], points[:, 2]
    for corner, upper, lower in ((36, (37, 38), (41, 40)), (42, (43, 44), (47, 46))):
        share = (x[[*upper, *lower]] - x[corner]) / (x[corner + 3] - x[corner])
        assert np.abs(share - [1 / 3, 2 / 3, 1 / 3, 2 / 3]).max() < 0.12
        assert (z[list(upper)] > z[list(lower)]).all()
    for outline in ((48, 49, 50, 51, 52, 53, 54), (48, 59, 58, 57, 56, 55, 54)):
        share = (x[list(outline)] - x[48]) / (x[54] - x[48])
        assert np.abs(share - np.arange(7) / 6).max() < 0.08
    assert np.all(np.diff(x[:17]) > 0) and np.all(np.diff(z[27:31]) < 0) and z[8] == z[:17].min()
    assert np.allclose(x[[36, 48, 31, 17, 0]], -x[[45, 54, 35, 26, 16]], atol=1.5e-3)


def test_each_jaw_has_fourteen_crowns_that_shut_like_teeth(pack):
    upper, lower = (pack.base[np.unique(pack.faces_of(part))].reshape(14, -1, 3) * 1000 for part in ("teeth_upper", "teeth_lower"))
    for jaw in (upper, lower):
        centre = jaw.mean(axis=1)
        assert np.allclose(centre[:7] * [-1, 1, 1], centre[7:], atol=1.0), "left and right stand alike"
        assert (np.diff(np.abs(centre[:7, 0])) > 0).all() and (np.diff(centre[:7, 1]) > 0).all(), "from the midline outwards and back"
    incisors = [jaw[[0, 1, 7, 8]] for jaw in (upper, lower)]
    overjet, overbite = (incisors[1][..., 1].min() - incisors[0][..., 1].min()), (incisors[1][..., 2].max() - incisors[0][..., 2].min())
    assert 2 <= overjet <= 4 and 1 <= overbite <= 4, "the upper front teeth stand before the lower ones"
    widths = np.ptp(upper[7:, :, 0], axis=1)
    assert 7.5 <= widths[0] <= 10 and widths[1] < widths[0], "a central incisor is wider than its neighbour"


def test_front_teeth_stand_right_behind_the_lips(pack):
    """Seen from the side, parted lips show teeth and no hole before them: the lining lies 0 to 2.5 mm before incisors and canines."""
    teeth, lining = (pack.base[np.unique(pack.faces_of(part))] * 1000 for part in ("teeth_upper", "mouth"))
    front = [teeth[(np.abs(np.abs(teeth[:, 0]) - x) < 2)] for x in (4, 10, 15)]
    behind = [lining[(np.abs(np.abs(lining[:, 0]) - x) < 2) & (lining[:, 2] > 76) & (lining[:, 2] < 84)] for x in (4, 10, 15)]
    gaps = [tooth[:, 1].min() - lip[:, 1].min() for tooth, lip in zip(front, behind, strict=True)]
    assert 0 < min(gaps) and max(gaps) < 2.5, gaps


def test_teeth_and_gums_face_outwards(pack):
    for part, size in (("teeth_upper", 27), ("teeth_lower", 27)):
        corner = pack.base[pack.faces_of(part)].reshape(14, size, 4, 3)
        normal = np.cross(corner[..., 2, :] - corner[..., 0, :], corner[..., 3, :] - corner[..., 1, :])
        away = corner.mean(axis=2) - corner.mean(axis=(1, 2))[:, None]
        assert ((normal * away).sum(axis=-1) > 0).mean() > 0.95
    corner = pack.base[pack.faces_of("gums")].astype(float)
    normal = np.cross(corner[:, 2] - corner[:, 0], corner[:, 3] - corner[:, 1])
    lip_side, ahead = np.arange(len(corner)) % 5 < 2, np.abs(corner.mean(axis=1)[:, 0]) < 0.01
    assert (lip_side & ahead).sum() > 20 and (normal[lip_side & ahead, 1] < 0).all()


def test_upper_teeth_stay_with_the_skull_and_lower_teeth_go_stiffly_with_the_jaw(pack):
    upper, lower = (np.unique(pack.faces_of(part)) for part in ("teeth_upper", "teeth_lower"))
    jaw = {"AU26", "AU27", "AU29", "AU30.L", "AU30.R"}
    grid = np.c_[pack.base[lower], np.ones(len(lower))].astype(float)
    for name in (name for name in pack.shapes.names if name.startswith("AU")):
        moved = pack.shapes.dense(name)
        assert np.abs(moved[upper]).max() < 1e-4, name
        assert (np.abs(moved[lower]).max() > 1e-4) == (name in jaw), name
        fit = grid @ np.linalg.lstsq(grid, moved[lower], rcond=None)[0]
        assert np.abs(fit - moved[lower]).max() < 5e-5, f"{name} bends teeth"
    assert pack.shapes.dense("AU27")[lower, 2].min() < -0.025


def test_the_tongue_lies_within_the_lower_teeth_when_the_jaw_drops(pack):
    points = pack.base + pack.shapes.dense("AU27")
    tongue, lower = (points[np.unique(pack.faces_of(part))] for part in ("tongue", "teeth_lower"))
    front = tongue[tongue[:, 1] < np.quantile(tongue[:, 1], 0.15)]
    assert front[:, 2].max() < lower[:, 2].max() + 0.004 and front[:, 1].min() > lower[:, 1].min()


@pytest.mark.parametrize("content", [b"", b"no zip at all", "half"])
def test_a_damaged_pack_is_one_sentence(tmp_path, content):
    path = tmp_path / "pack.npz"
    whole = face_pack.DEFAULT.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content == "half" else content)
    with pytest.raises(WinceError, match=r"damaged .*: build it again with `wince pack build`"):
        face_pack.load(path)


def test_a_missing_pack_and_a_missing_shape_say_the_cure(tmp_path, pack):
    with pytest.raises(WinceError, match="wince pack build"):
        face_pack.load(tmp_path / "none.npz")
    with pytest.raises(WinceError, match="no shape 'local:horns'"):
        pack.shapes.dense("local:horns")


def _border_loops(faces):
    edges = {}
    for quad in faces.tolist():
        ring = list(dict.fromkeys(quad))
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            edges.setdefault(frozenset((a, b)), []).append((a, b))
    after = dict(pairs[0] for pairs in edges.values() if len(pairs) == 1)
    loops = []
    while after:
        start, at = after.popitem()
        loop = [start]
        while at != start:
            loop.append(at)
            at = after.pop(at)
        loops.append(loop)
    return loops


def _signed_areas(corners):
    a, b = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def _most_covers(corners, size):
    """Count for every texel centre of a size x size image how many faces cover it; return the most."""
    count = np.zeros((size, size), int)
    for quad in corners * size:
        low, high = np.floor(quad.min(axis=0)).astype(int), np.ceil(quad.max(axis=0)).astype(int)
        x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5013, np.arange(low[1], high[1]) + 0.5007)
        inside = np.ones(x.shape, bool)
        for p, q in zip(quad, np.roll(quad, -1, axis=0), strict=True):
            inside &= (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) >= 0
        count[low[1]:high[1], low[0]:high[0]] += inside[: size - low[1], : size - low[0]]
    return count.max()
