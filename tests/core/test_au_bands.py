"""Action units with force: our reading of FACS in millimetres, smooth on everybody, and no more together than skin allows."""

import numpy as np
import pytest

from wince.core import lips, rig
from wince.core.facs.action_units import ActionUnits
from wince.core.facs.table import NUMBER_OF, keys_of
from wince_headless import au_bands
from wince_headless.pack_build import muscles

PULLED_TOGETHER = 1.15                      # times the larger of two AUs on the same skin
TURNED = 0.005                              # of the skin's triangles, on the worst of a hundred people
TURNED_MEAN = 0.0005                        # and on all of them
SEVERE = ("4E+6E+7E+9E+10E", "4E+6E+7E+9E+43", "6E+7E+9E+10E+43", "4E+6E+7E+10E+25C+43")
SAME_WAY = np.cos(np.radians(60))


@pytest.fixture(scope="module")
def bench(pack):
    return au_bands.Bench(pack)


@pytest.fixture(scope="module")
def found(bench):
    return {(row.number, row.place, row.measure): row for row in bench.bands()}


@pytest.fixture(scope="module")
def skin_quads(pack):
    """The exterior skin but for lids and the lips' edge, which roll in as they open and close."""
    rolled = np.zeros(len(pack.base), bool)
    rolled[pack.eye_rings[:, :8].ravel()] = rolled[pack.mouth_rings[:4].ravel()] = True
    quads = pack.faces_of("skin", "brows")
    return quads[pack.exterior[quads].all(axis=1) & ~rolled[quads].any(axis=1)]


@pytest.fixture(scope="module")
def crowd(model, draw):
    return [model.person(draw(k, seed=3)) for k in range(100)]


@pytest.mark.parametrize("row", au_bands.BANDS, ids=lambda row: f"AU{row[0]}-{row[1]}-{row[2]}".replace(" ", "_"))
def test_every_action_unit_lies_in_its_bands(found, row):
    one = found[row[:3]]
    assert one.good, f"{one.value:.2f} mm, not {one.low:g} to {one.high:g}"


def test_lids_meet_and_peaks_lie_in_their_own_regions(found):
    rest = [row for key, row in found.items() if key not in {band[:3] for band in au_bands.BANDS}]
    assert len(rest) == 2 * len(au_bands.GAPS) + len(au_bands.OWN)
    assert not [row for row in rest if not row.good]


def test_the_bench_measures_what_it_says(bench):
    """A known field: everything up by 2 mm and inward by 1."""
    field = np.broadcast_to([-1.0, 0.0, 2.0], bench.pack.base.shape)
    values = {name: au_bands.MEASURES[name](bench, field, "inner brow") for name in ("up", "down", "inward", "outward", "level", "length")}
    assert values == pytest.approx({"up": 2, "down": -2, "inward": 1, "outward": -1, "level": 2, "length": 5 ** 0.5})
    assert au_bands.MEASURES["most up"](bench, field, "cheek") == pytest.approx(2)


def test_left_and_right_are_mirrored(pack):
    mirror = _mirror(pack.base)
    for number in muscles.ACTIONS:
        keys = keys_of(number)
        left, right = (pack.shapes.dense(key) for key in (keys[0], keys[-1]))
        assert np.abs(left - (right * [-1, 1, 1])[mirror])[pack.exterior].max() < 1e-5, number


@pytest.mark.parametrize("code", [*(f"{number}E" for number in au_bands.OWN), *SEVERE])
def test_no_face_is_turned_over(model, bench, crowd, skin_quads, code):
    """None on the average; on a hundred people of all ages hardly any, alone or in severe pain."""
    aus = ActionUnits.parse(code)
    assert _turned(bench.person, aus, skin_quads) == 0
    turned = [_turned(person, aus, skin_quads) for person in crowd]
    assert max(turned) <= TURNED and np.mean(turned) <= TURNED_MEAN


@pytest.mark.parametrize("code", ["25C", "10D", "6D+12D+25D", "27E"])
def test_parted_lips_show_the_upper_teeth(bench, code):
    """Their lower edge comes out from behind the upper lip, by a millimetre and more."""
    posed = rig.deform(bench.person, ActionUnits.parse(code))
    mouth = lips.of_pack(bench.pack)
    teeth = posed[np.unique(bench.pack.faces_of("teeth_upper"))]
    front = teeth[np.abs(teeth[:, 0]) < 0.006]
    lip = posed[mouth.rings[lips.CONTACT][mouth.upper]]
    middle = lip[np.abs(lip[:, 0]) < 0.004]
    assert middle[:, 2].mean() - front[:, 2].min() >= 0.001


def test_a_smile_with_parted_lips_opens_over_the_teeth(bench):
    """Upper lip up, lower lip down to the upper teeth's edge: 4 mm of them and more are seen at 12D+25D."""
    posed = rig.deform(bench.person, ActionUnits.parse("12D+25D"))
    mouth = lips.of_pack(bench.pack)
    lip = {name: posed[mouth.rings[lips.CONTACT][columns]] for name, columns in (("up", mouth.upper), ("low", mouth.lower))}
    up, low = (edge[np.abs(edge[:, 0]) < 0.004, 2].mean() for edge in lip.values())
    assert up - low >= 0.004


def test_frowning_flattens_the_brow(bench):
    """AU4 lowers the outer brow as well, less than the inner one."""
    inner, outer = (-bench.at(place, bench.moved("4E")).mean(axis=0)[2] for place in ("inner brow", "outer brow"))
    assert 1.5 <= outer <= inner


def test_a_wide_mouth_shows_the_lower_teeth(bench):
    posed = rig.deform(bench.person, ActionUnits.parse("27E"))
    mouth = lips.of_pack(bench.pack)
    teeth = posed[np.unique(bench.pack.faces_of("teeth_lower"))]
    lip = posed[mouth.rings[lips.CONTACT][mouth.lower]]
    assert teeth[np.abs(teeth[:, 0]) < 0.006, 2].max() - lip[:, 2].min() >= 0.003


def test_a_trace_of_each_pain_unit_is_seen(bench):
    """At B each PSPI action unit moves its own skin by a millimetre at least, and 6 and 7, 9 and 10 move different skin."""
    for number in (4, 6, 7, 9, 10, 43):
        assert bench.peak(f"{number}B")[1] >= 1.0, number
    for one, two in ((6, 7), (9, 10)):
        length = [np.linalg.norm(bench.moved(f"{number}E"), axis=1) * bench.pack.exterior for number in (one, two)]
        shared = np.minimum(*length).sum() / np.maximum(*length).sum()
        assert shared < 0.4, f"AU{one} and AU{two} share {shared:.2f} of their motion"


@pytest.mark.parametrize("pair", rig.PAIRS, ids=str)
def test_two_on_the_same_skin_pull_hardly_further_than_one(bench, pair):
    one, two = (bench.moved(f"{number}E") for number in pair)
    both = bench.moved("+".join(f"{number}E" for number in pair))
    sizes = [np.linalg.norm(moved, axis=1) for moved in (one, two, both)]
    larger = np.maximum(*sizes[:2])
    same = bench.pack.exterior & ((one * two).sum(axis=1) > SAME_WAY * sizes[0] * sizes[1]) & (np.minimum(*sizes[:2]) > 0.5)
    assert same.any() or pair == (1, 4)
    assert (sizes[2][same] <= PULLED_TOGETHER * larger[same] + 0.05).all()


def test_a_corrective_never_turns_a_stronger_face_into_a_weaker_one(bench):
    nose = bench.pack.regions["nose_wing.L"] > 0.5
    way = [bench.moved(f"9E+10{letter}")[nose, 2].mean() for letter in "ABCDE"]
    assert np.all(np.diff(way) > -0.1) and way[0] >= bench.moved("9E")[nose, 2].mean() - 0.1


def test_grief_raises_the_brow_and_draws_it_together(bench):
    brow = bench.at("inner brow", bench.moved("1E+4E"))[0]
    assert 2 < brow[2] < bench.at("inner brow", bench.moved("1E"))[0][2] and brow[0] < -3


def test_pairs_act_only_together_and_hide_nothing_behind_the_lips(pack):
    for row in rig.ROWS:
        if row.rule == "both":
            assert row.weight({row.inputs[0]: 5.0}) == row.weight({row.inputs[1]: 5.0}) == 0
            assert row.weight(dict.fromkeys(row.inputs, 3.0)) == pytest.approx(0.52)
            assert {NUMBER_OF[key] for key in row.inputs} in [set(pair) for pair in rig.PAIRS + rig.OPENED]


def _mirror(points):
    """The vertex nearest to each vertex's mirror image, (V,)."""
    out = np.empty(len(points), int)
    for k in range(0, len(points), 500):
        away = ((points[k:k + 500, None] * [-1, 1, 1] - points) ** 2).sum(axis=-1)
        out[k:k + 500] = away.argmin(axis=1)
    return out


def _turned(person, aus, quads):
    """The share of the triangles of quads (F, 4) that an expression turns over."""
    return ((_normals(rig.deform(person, aus)[quads]) * _normals(person.base[quads])).sum(axis=1) < 0).mean()


def _normals(quads):
    """Unnormalised normals of both triangles of quads (F, 4, 3): (2 F, 3)."""
    sides = quads[:, 1:] - quads[:, :1]
    return np.concatenate([np.cross(sides[:, 0], sides[:, 1]), np.cross(sides[:, 1], sides[:, 2])])
