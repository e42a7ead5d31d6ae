"""Identities: distinct, balanced, reproducible, each factor on its own."""

import dataclasses
import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core import axes, demographics, identity, separation
from wince.core.errors import WinceError
from wince.job import spec
from wince.stage import complexion


def test_json_round_trip(draw):
    who = draw(3)
    assert identity.from_json(who.json()) == who
    assert json.loads(who.json())["id"] == who.id


@pytest.mark.parametrize(("change", "message"), [
    ({"age": 12}, "adults only"), ({"gender": 1.5}, "gender 1.5"), ({"ancestry": {"pole_a": 1.0}}, "summing to 1"),
])
def test_impossible_people_are_refused(draw, change, message):
    with pytest.raises(WinceError, match=message):
        dataclasses.replace(draw(0), **change)


@pytest.mark.parametrize(("text", "words"), [
    ("{", "is not JSON"), ('{"id": "x"}', "the key 'seed' is missing"), ("[]", "the key 'id' is missing"), ("3", "is not an identity"),
])
def test_broken_identity_files_are_one_sentence(text, words):
    with pytest.raises(WinceError, match=rf"^who\.json .*{words}"):
        identity.from_json(text, "who.json")


def test_an_identity_file_with_a_strange_key_names_it_and_one_that_is_not_there_names_the_path(draw, tmp_path):
    with pytest.raises(WinceError, match=r"has no key 'shoe_size': docs/people\.md"):
        identity.from_json(json.dumps(json.loads(draw(0).json()) | {"shoe_size": 43}))
    with pytest.raises(WinceError, match=r"there is no file .*who\.json"):
        identity.read(tmp_path / "who.json")


@pytest.mark.parametrize(("change", "words"), [
    ({"shapes": {"nose-hump": 1.5}}, r"shape 'nose-hump' is 1.5: it must be in -1\.\.1"), ({"iris": "pink"}, "iris 'pink' is not known"),
    ({"skin_lab": [65, 10]}, "is no colour"), ({"shapes": {"nose-hump": "big"}}, "is not an identity"),
])
def test_an_identity_file_out_of_range_is_refused(draw, change, words):
    with pytest.raises(WinceError, match=words):
        identity.from_json(json.dumps(json.loads(draw(0).json()) | change))


def test_a_shape_that_the_pack_lacks_is_named(model, draw):
    with pytest.raises(WinceError, match=r"no shape 'local:third-eye\+'"):
        model.person(identity.with_shapes(draw(0), {"third-eye": 0.5}))


def test_every_iris_of_the_groups_and_of_the_painter_is_known():
    drawn = {name for row in demographics.read_groups().values() for name in row["iris"]}
    assert drawn <= set(identity.IRISES) == set(complexion.IRIS)


def test_an_edited_identity_is_told_by_its_content(draw):
    who = draw(3)
    older, again = identity.edited(who, age=70.0), identity.edited(identity.edited(who, age=50.0), age=70.0)
    assert older == again and older.id.startswith("u-") and len(older.id) == 14 and older.cell == {} and older.group == who.group
    assert identity.edited(who, age=70).id == older.id != identity.edited(who, age=71.0).id
    assert identity.edited(who, ancestry={"pole_a": 1.0, "pole_b": 0.0, "pole_c": 0.0}).group == ""
    assert identity.from_json(older.json()) == older and identity.from_json(older.json()).json() == older.json()


def test_an_edited_id_is_the_same_everywhere():
    who = identity.Identity("x", 0, 0, 40.0, 0.5, {"pole_a": 1.0, "pole_b": 0.0, "pole_c": 0.0})
    assert identity.edited(who).id == identity.edited(who, shapes={"nose-hump": 0.0}).id == "u-4d1c96f0d537"


def test_a_pole_makes_room_for_another():
    start = {"pole_a": 0.2, "pole_b": 0.2, "pole_c": 0.6}
    assert identity.with_pole(start, "pole_a", 0.6) == {"pole_a": 0.6, "pole_b": 0.1, "pole_c": 0.3}
    alone = identity.with_pole(start, "pole_b", 1.0)
    assert alone == {"pole_a": 0.0, "pole_b": 1.0, "pole_c": 0.0}
    assert identity.with_pole(alone, "pole_b", 0.5) == {"pole_a": 0.25, "pole_b": 0.5, "pole_c": 0.25}


@given(st.lists(st.tuples(st.sampled_from(identity.POLES), st.floats(0, 1)), max_size=8))
def test_poles_sum_to_one_however_they_are_pulled(pulls):
    weights = {"pole_a": 1 / 3, "pole_b": 1 / 3, "pole_c": 1 / 3}
    for pole, share in pulls:
        weights = identity.with_pole(weights, pole, share)
        assert abs(sum(weights.values()) - 1) < 1e-9 and min(weights.values()) >= 0 and weights[pole] == round(share, 4)


def test_what_is_kept_stays_and_nothing_else(draw):
    who, other = draw(1), draw(2)
    assert identity.keep(who, other, [], set()) is other
    mixed = identity.keep(who, other, axes.facts({"age", "ancestry"}), axes.names({"nose", "eye-bag"}))
    held = {name for name in who.shapes if name.startswith("nose-") or name in ("eye-bag.L", "eye-bag.R")}
    assert (mixed.age, mixed.ancestry, mixed.group) == (who.age, who.ancestry, who.group)
    assert (mixed.gender, mixed.iris, mixed.skin_lab, mixed.look) == (other.gender, other.iris, other.skin_lab, other.look)
    assert identity.keep(who, other, axes.facts({"look"}), set()).look == who.look != other.look
    assert {name for name in who.shapes if mixed.shapes[name] == who.shapes[name] != other.shapes[name]} == held
    assert all(mixed.shapes[name] == other.shapes[name] for name in set(who.shapes) - held)


def test_the_sliders_are_the_axes_of_the_pack_each_once(pack):
    sides = [(side, axis.low < 0, axis.high > 0) for group in axes.groups() for axis in group.axes for side in axis.sides]
    assert len(sides) == len(demographics.axes(pack)) == 170
    assert {name: ends for name, *ends in sides} == {name: list(ends) for name, ends in demographics.axes(pack).items()}
    for group in axes.groups():
        labels = [axis.label for axis in group.axes]
        assert len(set(labels)) == len(labels)


# What labels promise, against what the pack does: (axis, what it is about, direction that has to win: +X left, -Y forward, +Z up)
PROMISES = [("eyebrows-trans-up", (0, 0, 1)), ("mouth-lowerlip-middle-up", (0, 0, -1)), ("mouth-philtrum-volume", (0, 1, 0)),
            ("chin-prominent", (0, -1, 0)), ("nose-scale-vert", (0, 0, -1)), ("eye-bag-height.L", (0, 0, -1)), ("ear-wing.L", (1, 0, 0)),
            ("eye-push2-out.L", (-1, 0, 0)), ("asym:mouth-2", (-1, 0, 0)), ("asym:jaw-3", (-1, 0, 0))]


@pytest.mark.parametrize(("axis", "way"), PROMISES)
def test_labels_say_which_way_a_face_goes(pack, axis, way):
    moved = pack.shapes.dense(f"{axis}+" if axis.startswith("asym:") else f"local:{axis}+")
    size = np.linalg.norm(moved, axis=1)
    mean = moved[size > size.max() / 2].mean(axis=0)
    assert np.argmax(np.abs(mean)) == np.argmax(np.abs(way)) and mean @ way > 0


def test_twins_have_ids_of_their_own_however_the_job_writes_them(draw):
    plain, old, same = draw(4).id, draw(4, fixed={"age": 80.0, "gender": 1.0}).id, draw(4, fixed={"gender": 1, "age": 80}).id
    assert old == same and old.startswith(f"{plain}-t")
    assert len({plain, old, draw(4, fixed={"age": 80.0}).id, draw(4, fixed={"age": 81.0}).id}) == 4


def test_drawing_twice_gives_the_same_person_and_order_does_not_matter(draw):
    backwards = [draw(n) for n in reversed(range(5))]
    assert backwards[::-1] == [draw(n) for n in range(5)]
    assert draw(0, seed=0) != draw(0, seed=1)


def test_every_run_of_cells_has_each_cell_once_and_small_sets_are_mixed():
    people = spec.People()
    for block in range(3):
        cells = [tuple(demographics.cell_of(people, 5, block * 36 + k)[0].values()) for k in range(36)]
        assert len(set(cells)) == 36
    first = [demographics.cell_of(people, 5, k)[0] for k in range(6)]
    assert len({c["group"] for c in first}) == 6
    assert set(Counter(c["age"] for c in first).values()) == {2} and set(Counter(c["gender"] for c in first).values()) == {3}


def test_one_factor_never_moves_another(draw, pack):
    plain = draw(4)
    twin = draw(4, fixed={"age": 80.0})
    assert twin.age == 80 and dataclasses.replace(twin, age=plain.age, id=plain.id) == plain
    groups = demographics.read_groups()
    other = {name: {**row, "skin_lab": [[50, 10, 15], [1, 1, 1]]} for name, row in groups.items()}
    painted = demographics.sample(0, 4, spec.People(), pack, other)
    freckles = plain.look.skin.freckles                                                 # are of fair skin
    look = dataclasses.replace(painted.look, skin=dataclasses.replace(painted.look.skin, freckles=freckles))
    assert painted.skin_lab != plain.skin_lab and dataclasses.replace(painted, skin_lab=plain.skin_lab, look=look) == plain


def test_an_axis_that_is_new_to_the_pack_moves_no_other(pack):
    class Wider:
        names = (*pack.shapes.names, "local:nose-brand-new-", "local:nose-brand-new+", "asym:brand-new-", "asym:brand-new+")

    class WiderPack:
        shapes, hash = Wider(), pack.hash

    before = demographics.sample(0, 4, spec.People(), pack)
    after = demographics.sample(0, 4, spec.People(), WiderPack())
    assert set(after.shapes) - set(before.shapes) == {"nose-brand-new", "asym:brand-new"}
    assert all(after.shapes[axis] == value for axis, value in before.shapes.items()) and after.look == before.look


def test_folds_are_a_permutation_of_each_block_of_ten_and_adding_people_moves_nobody():
    cell = {"age": "20-35", "gender": "woman", "group": "White"}
    folds = [demographics.fold10(3, cell, k) for k in range(50)]
    assert all(sorted(folds[k:k + 10]) == list(range(10)) for k in range(0, 50, 10))
    assert folds[:10] != folds[10:20]


def test_old_faces_carry_the_local_signs_of_age(draw):
    young, old = draw(4, fixed={"age": 25.0}).weights(), draw(4, fixed={"age": 88.0}).weights()
    assert old.get("local:eye-eyefold-up.L-", 0) > young.get("local:eye-eyefold-up.L-", 0) + 0.3
    assert old.get("local:age-jowls+", 0) > young.get("local:age-jowls+", 0) + 0.5


def test_faces_are_lopsided_but_not_crooked(model, draw):
    mirrored = [abs(p.eyes["L"].centre[2] - p.eyes["R"].centre[2]) for p in (model.person(draw(n)) for n in range(30))]
    assert 0 < np.median(mirrored) < 0.004


def test_two_and_a_half_thousand_people_are_distinct(pack, draw):
    """The nearest pair differs by at least 1 mm RMS over the face, each pair rigidly aligned."""
    seen = np.flatnonzero(pack.face_front)
    names = [n for n in pack.shapes.names if n.startswith(("macro:", "local:", "asym:"))]
    fields = np.array([pack.shapes.dense(n)[seen].ravel() for n in names], dtype=np.float32)
    place = {name: k for k, name in enumerate(names)}
    mix = np.zeros((2500, len(names)), np.float32)
    for row, number in zip(mix, range(2500), strict=True):
        for name, weight in draw(number).weights().items():
            row[place[name]] = weight
    faces = (mix @ fields + pack.base[seen].ravel()).reshape(2500, -1, 3).astype(float)
    mean = faces.mean(axis=0)
    flat = np.array([_aligned(face, mean) for face in faces]).reshape(2500, -1)
    square = (flat**2).sum(axis=1)
    rms = np.sqrt(np.maximum(square[:, None] + square - 2 * flat @ flat.T, 0) / len(seen)) + np.eye(2500)
    nearest = np.argsort(rms, axis=None)[:60:2]
    exact = [np.sqrt(((_aligned(faces[k // 2500], faces[k % 2500]) - _centred(faces[k % 2500])) ** 2).sum(axis=1).mean()) for k in nearest]
    assert min(exact) >= 0.001


def _centred(points):
    return points - points.mean(axis=0)


def _aligned(points, target):
    """Rigidly align points to a target, both centred (Kabsch 1976)."""
    points, target = _centred(points), _centred(target)
    u, _, vt = np.linalg.svd(points.T @ target)
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    return points @ u @ flip @ vt


def test_groups_that_are_one_distribution_are_found_indistinct(pack):
    groups = demographics.read_groups()
    groups["White again"] = groups["White"]
    people = spec.People(groups=("Black", "White", "White again", "East Asian"))
    found = separation.measure(pack, people, groups, 240)
    assert found.between.shape == (4, 4) and np.allclose(found.between, found.between.T) and not np.diag(found.between).any()
    pairs = {frozenset(pair) for pair in found.indistinct()}
    assert frozenset(("White", "White again")) in pairs and frozenset(("Black", "East Asian")) not in pairs


def test_a_group_that_lacks_a_field_is_named(tmp_path):
    path = tmp_path / "groups.json"
    path.write_text('{"groups": {"Martian": {"ancestry": [1, 0, 0]}}}')
    with pytest.raises(WinceError, match="'Martian' lacks 'concentration'"):
        demographics.read_groups(path)
    row = demographics.read_groups()["White"]
    path.write_text(json.dumps({"groups": {"Martian": row | {"hair": {"texture": {"straight": 1}}}}}))
    with pytest.raises(WinceError, match="'Martian' lacks 'colour'"):
        demographics.read_groups(path)
