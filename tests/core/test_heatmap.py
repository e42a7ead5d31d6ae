"""pspi_heat: millimetres of pain, on skin, and of nothing else."""

import numpy as np

from wince.core import heatmap, rig
from wince.core.facs.action_units import ActionUnits


def heat(person, code):
    return heatmap.pspi_heat(person, ActionUnits.parse(code))


def test_shapes_and_neutral(person):
    none = heat(person, "0")
    assert none.total.shape == (len(person.base),) and none.terms.shape == (4, len(person.base))
    assert none.total.dtype == none.terms.dtype == np.float32 and not none.total.any() and not none.terms.any()


def test_it_is_the_displacement_in_millimetres(person):
    moved = np.linalg.norm(rig.deform(person, ActionUnits.parse("4E")) - person.base, axis=1) * 1000
    total = heat(person, "4E").total
    assert np.allclose(total[person.pack.exterior], moved[person.pack.exterior], atol=1e-4)
    assert 3 < total.max() < 12


def test_smiles_turned_heads_and_gaze_leave_no_heat(person):
    assert not heat(person, "12E+25D+51E+61C").total.any()
    assert np.array_equal(heat(person, "4C+12E+53D+64E").total, heat(person, "4C").total)


def test_only_exterior_skin_is_warm(person):
    assert not heat(person, "4E+6E+7E+9E+10E+43").total[~person.pack.exterior].any()


def test_each_term_stands_for_itself(person):
    terms = heat(person, "4C+7D+43").terms
    assert terms[0].any() and terms[1].any() and not terms[2].any() and terms[3].any()
    assert np.array_equal(terms[0], heat(person, "4C").total)


def test_warmth_lies_where_the_muscle_is(person):
    regions = person.pack.regions
    brow, levator = heat(person, "4E").total, heat(person, "10E").total
    assert np.average(brow, weights=regions["glabella"]) > 5 * np.average(brow, weights=regions["upper_lip"])
    assert np.average(levator, weights=regions["upper_lip"]) > 5 * np.average(levator, weights=regions["glabella"])


def test_pain_alone_moves_these_rows():
    rows = {row.key: row for row in heatmap.heat_rows()}
    assert len(rows) == 20
    assert (rows["AU43.L"].rule, rows["AU43.L"].inputs) == ("one", ("AU43.L",))
    assert (rows["AU43.R+07"].rule, rows["AU43.R+07"].inputs) == ("while", ("AU07.R", "AU43.R"))
    assert not any("+6" in key for key in rows)
    assert {heatmap.term_of(row) for row in rows.values()} == {"brow", "orbit", "levator", "eyes", ""}
    assert {key for key, row in rows.items() if heatmap.term_of(row) == ""} == {k for k in rows if "+" in k} - {"AU09.L+10", "AU09.R+10"}


def test_the_rows_add_up_to_the_heat(person):
    for code in ("4C+6D+7B+9E+10A+43", "L4B+R6E+L43=3+7B+R45+12E+63C+51D", "45"):
        aus = dict(ActionUnits.parse(code).keys())
        moved = sum(row.weight(aus) * person.key_dense(row.key) for row in heatmap.heat_rows())
        length = np.linalg.norm(moved, axis=1) * 1000 * person.pack.exterior
        assert np.abs(length - heat(person, code).total).max() < 1e-5
