"""Counted draws and twins: what a plan promises about its cells."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wince.core import demographics, pack
from wince.core.errors import WinceError
from wince.core.facs.pspi import pspi
from wince.job import check, dealing, expand, people, spec

SYNPAIN = spec.Job(seed=5, people=spec.People(ages=((20.0, 35.0), (75.0, 93.0)), groups=spec.GROUPS[:5]),
                   expressions=spec.Expressions(pain=1, nonpain=1, dealt=1, pspi="balanced"))
BALANCED = spec.Job(seed=5, people=spec.People(), expressions=spec.Expressions(pain=10, pspi="balanced"))


def spread(counts):
    return max(counts.values()) - min(counts.values())


def test_synpains_cells_are_as_even_as_5355_pairs_can_be():
    counts = Counter()
    for number in range(5355):
        pain, nonpain = dealing.faces(SYNPAIN, number)
        assert pain + nonpain == 1
        counts[dealing.place(SYNPAIN, number)[0], pain] += 1
    assert len(counts) == 40 and set(counts.values()) == {133, 134}


@given(people_count=st.integers(36, 900))
@settings(max_examples=12, deadline=None)
def test_scores_of_every_cell_differ_by_at_most_one_whatever_the_number_of_people(people_count):
    counts = Counter({(cell, score): 0 for cell in range(36) for score in range(1, 17)})
    each = Counter()
    for number in range(people_count):
        cell = dealing.place(BALANCED, number)[0]
        each[cell] += 10
        counts.update((cell, score) for score in dealing.scores(BALANCED, number))
    for cell, total in each.items():
        mine = [counts[cell, score] for score in range(1, 17)]
        assert max(mine) - min(mine) <= 1 and sum(mine) == total


def test_scores_are_even_over_all_cells_as_well():
    counts = Counter(score for number in range(2500) for score in dealing.scores(BALANCED, number))
    assert spread(counts) <= 8                 # of 1,562 or so; drawn, they would differ by some hundred


def test_no_two_cells_have_the_same_scores_in_the_same_order():
    dealt = {dealing.place(BALANCED, number): dealing.scores(BALANCED, number) for number in range(36)}
    assert len({cell for cell, _ in dealt}) == 36 and len(set(dealt.values())) == 36


def test_dealt_scores_are_those_of_the_faces():
    for number in range(40):
        shown = expand.expressions(BALANCED, number)
        found = [pspi(face.aus).total for name, face in shown.items() if face.pain]
        assert found == list(dealing.scores(BALANCED, number)) and len({str(face.aus) for face in shown.values()}) == len(shown)


def test_a_job_that_deals_nothing_draws_what_it_always_drew():
    drawn = spec.Job(seed=5, expressions=spec.Expressions(pain=3, nonpain=2))
    assert dealing.scores(drawn, 4) is None and dealing.faces(drawn, 4) == (3, 2)


def test_everyone_shows_as_many_expressions_as_are_dealt():
    job = replace(SYNPAIN, expressions=spec.Expressions(pain=3, nonpain=2, dealt=4))
    for number in range(20):
        assert list(expand.expressions(job, number)) == expand.expression_names(job) == ["e00", "e01", "e02", "e03", "e04"]
    shares = Counter(dealing.faces(job, number) for number in range(20 * 5))
    assert {pain + other for pain, other in shares} == {4} and sum(p * n for (p, _), n in shares.items()) == 20 * 5 * 4 * 3 // 5


@pytest.mark.parametrize("changes, words", [
    ({"expressions": spec.Expressions(pain=1, dealt=2)}, "expressions.dealt is 2"),
    ({"people": spec.People(twins=({},))}, "people.twins.0 is empty"),
    ({"people": spec.People(twins=({"age": 12},))}, "people.twins.0.age is 12"),
    ({"people": spec.People(twins=({"agee": 12},))}, "did you mean 'age'"),
    ({"people": spec.People(twins=({"age": 80},), identities=("a.json",))}, "leave one of the two out"),
])
def test_what_cannot_be_dealt_is_refused(changes, words):
    with pytest.raises(WinceError, match=words):
        check.check(replace(spec.Job(), **changes))


TWINS = replace(BALANCED, people=spec.People(count=3, first=2, twins=({"age": 80.0}, {"skin_lightness": 35.0})))


def test_twins_stand_beside_whom_they_are_twins_of():
    assert list(expand.people(TWINS)) == [6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert [expand.twin_of(TWINS, number) for number in (6, 7, 8, 9)] == [None, "id00006", "id00006", None]


def test_twins_differ_in_what_is_said_and_in_nothing_else():
    loaded = pack.load(None)
    person, old, dark = (people.one(TWINS, number, loaded) for number in (9, 10, 11))
    assert old.age == 80.0 and dark.skin_lab[0] == 35.0 and len({person.id, old.id, dark.id}) == 3
    assert person.shapes == old.shapes == dark.shapes and person.ancestry == old.ancestry and person.cell == old.cell == dark.cell
    assert replace(old, id=person.id, age=person.age, look=person.look) == person
    alone = replace(TWINS, people=replace(TWINS.people, twins=()))
    assert people.one(alone, 3, loaded) == person


def test_twins_show_the_same_from_the_same_side():
    posed = replace(TWINS, expressions=replace(TWINS.expressions, head_jitter_deg=5.0, gaze_jitter_deg=4.0))
    assert expand.expressions(posed, 9) == expand.expressions(posed, 10) == expand.expressions(posed, 11)
    assert expand.views(posed, 9) == expand.views(posed, 11)
    assert demographics.cell_of(posed.people, posed.seed, expand.source(posed, 10)[0])[0] == people.one(posed, 9, pack.load(None)).cell
