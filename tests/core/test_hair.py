"""Scalp hair: the hairline, roots, grooms, the fit to a person."""

import dataclasses
import itertools

import numpy as np
import pytest

from wince.core import look as looks
from wince.core.worn import binding, hair
from wince.core.worn.hair import coat, edge, fit, groom, grow, ropes, scalp, solid, styles, texture

HAIRY = tuple(style for style in looks.HAIR_STYLES if style != "bald")
ROPES = [("braids", "coily"), ("cornrows", "coily")]
DRAWN = [*ROPES, ("permed", "straight"), ("bun", "straight"), ("long", "coily"), ("buzz", "coily"), ("short", "straight"),
         ("bob", "curly"), ("long", "straight"), ("ponytail", "wavy"), ("afro", "coily")]


@pytest.fixture(scope="module")
def grown(pack):
    """{(style, texture): Groom}"""
    return {pair: groom.groom(pack, *pair, 3, 0.0, 0.0, 0.0) for pair in DRAWN}


def dressed(person, age=None, **values):
    who = dataclasses.replace(person.identity, age=age or person.identity.age, look=looks.changed(person.identity.look, "hair", **values))
    return dataclasses.replace(person, identity=who)


def test_every_style_is_cut_and_every_texture_winds():
    assert set(styles.STYLES) == set(HAIRY)
    assert len(HAIRY) >= 8
    assert set(texture.TEXTURES) == set(looks.HAIR_TEXTURES)


def test_a_resampled_line_is_cut_where_it_is_asked():
    line = np.zeros((1, 11, 3))
    line[0, :, 2] = np.linspace(0, 1, 11)
    out = grow.resample(line, np.array([1.0]), np.array([0.35]), 6)
    np.testing.assert_allclose(out[0, :, 2], np.linspace(0, 0.35, 6), atol=1e-12)


def test_the_hairline_is_one_forehead_above_the_brows(pack):
    line = scalp.hairline(0.0, 0.0)
    forehead = pack.base[(abs(pack.base[:, 0]) < 1e-4) & pack.exterior & (pack.base[:, 1] < -0.06)].astype(float)
    edge = forehead[abs(scalp.inside(forehead, line)).argmin()]
    assert 0.195 < edge[2] < 0.220                                        # the brows are at 0.157
    assert scalp.inside(np.array([[0.0, -0.02, 0.245]]), line)[0] > 0.05   # the crown
    assert scalp.inside(np.array([[0.0, -0.139, 0.16]]), line)[0] < -0.03  # the glabella


def test_a_receding_hairline_only_goes_back_and_the_wreath_stays():
    lines = [scalp.hairline(1.0, receded)[:, 1] for receded in (0.0, 0.3, 0.6, 1.0)]
    assert all((late >= early - 1e-9).all() for early, late in itertools.pairwise(lines))
    points = np.array([[0.02, -0.08, 0.235], [0.0, 0.05, 0.15]])          # front top; back of the head
    full, bald = (scalp.density(points, scalp.inside(points, scalp.hairline(1.0, r)), r, 0.0) for r in (0.0, 1.0))
    np.testing.assert_allclose(full, 1)
    assert bald[0] == 0
    assert bald[1] == 1


def test_no_root_is_on_the_face_or_an_ear(pack, grown):
    corners = grown[("long", "straight")].coats[0][1].corners
    place = pack.base[corners].mean(axis=1)
    assert not ((place[:, 1] < -0.098) & (place[:, 2] < 0.17)).any()
    assert (scalp.ears(pack)[corners].min(axis=1) < 0.5).all()


def test_the_solid_knows_how_far_the_skin_is(pack):
    body = solid.of_pack(pack)
    _, _, points, normals = scalp.roots(pack, 1, 500)
    for height in (0.005, 0.02):
        distance, outward = body.at(points + height * normals)
        assert np.median(abs(distance - height)) < 0.0005
        assert np.median(np.einsum("ni,ni->n", outward, normals)) > 0.98


@pytest.mark.parametrize("pair", DRAWN)
def test_a_groom_is_sound(grown, pair):
    made = grown[pair]
    sizes = [points.shape[:2] for points, _ in made.coats]
    count = sum(n * steps for n, steps in sizes)
    assert all(np.isfinite(points).all() for points, _ in made.coats)
    assert made.faces.max() == 2 * count - 1
    assert len(made.faces) == sum(n * (steps - 1) for n, steps in sizes)
    assert len(made.uv) == len(made.strand) == len(made.normals) == len(made.along) == 2 * count
    assert count <= groom.COILED_POINTS
    for vectors in (made.normals, made.along):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=1.5 / groom.DIGITS)


@pytest.mark.parametrize("pair", DRAWN)
def test_hair_stays_out_of_the_head_and_off_the_face(pack, grown, pair):
    middle = grown[pair].coats[0][0].mean(axis=2)[:, 2:].reshape(-1, 3).astype(float)
    distance, _ = solid.of_pack(pack).at(middle)
    x, y, z = middle.T
    low = -0.0035 if pair in ROPES else -0.0007                            # a row's lower half is in the skin
    assert (distance[(abs(x) < 0.19) & (z > -0.12)] > low).mean() > 0.996              # the rest lies in the shoulders, out of sight
    before = (abs(x) < 0.035) & (y < -0.09) & (z > 0.02) & (z < 0.155)    # eyes, nose, mouth
    assert before.mean() < 0.0005


@pytest.mark.parametrize("pair", DRAWN)
def test_strands_are_thin(grown, pair):
    points = grown[pair].coats[0][0]
    width = np.linalg.norm(points[:, :, 1] - points[:, :, 0], axis=-1)
    assert width.max() < (0.0045 if pair in ROPES else 0.0014)              # plaits are drawn by broad ribbons around them
    assert np.median(width) < (0.0030 if pair in ROPES else 0.0009)


def test_lengths_are_the_styles(grown):
    lowest = {pair: made.coats[0][0][..., 2].min() for pair, made in grown.items()}
    assert lowest[("long", "straight")] < -0.08 < lowest[("bob", "curly")]
    assert abs(lowest[("bob", "curly")] - styles.STYLES["bob"].hem) < 0.02
    reach = np.linalg.norm(np.ptp(grown[("buzz", "coily")].coats[0][0].mean(axis=2), axis=1), axis=-1)
    assert np.percentile(reach, 95) < 0.010


def test_an_afro_is_as_wide_on_both_sides(grown):
    points = grown[("afro", "coily")].coats[0][0]
    assert abs(points[..., 0].max() + points[..., 0].min()) < 0.015
    assert np.percentile(points[..., 2], 99) > 0.265


def test_the_average_adult_needs_no_fit(pack, grown):
    fitted = grown[("bob", "curly")].coats[0][1]
    assert abs(fit.motion(fitted, pack, binding.rest(pack))).max() == 0


def test_a_head_that_moves_as_a_whole_takes_its_hair_along(pack, grown):
    moved = fit.motion(grown[("long", "straight")].coats[0][1], pack, binding.rest(pack) + np.array([0.01, -0.02, 0.03]))
    np.testing.assert_allclose(moved, np.broadcast_to([0.01, -0.02, 0.03], moved.shape), atol=1e-6)


def test_roots_go_with_the_skin_exactly(pack, grown):
    made = grown[("short", "straight")].coats[0][1]
    base = binding.rest(pack) + pack.shapes.mix({pack.shapes.names[0]: 1.0})
    moved = fit.motion(made, pack, base)[:, 0]
    wanted = np.einsum("nk,nki->ni", made.weights, (base - binding.rest(pack))[made.corners])
    np.testing.assert_allclose(moved, wanted, atol=1e-5)


def test_the_same_person_has_the_same_hair_and_another_seed_other_hair(person):
    groom.groom.cache_clear()
    first = hair.make(dressed(person, style="short"))
    groom.groom.cache_clear()
    again = hair.make(dressed(person, style="short"))
    np.testing.assert_array_equal(first.points, again.points)
    other = dressed(person, style="short")
    other = dataclasses.replace(other, identity=dataclasses.replace(other.identity, look=dataclasses.replace(other.identity.look, seed=9)))
    assert len(hair.make(other).points) != len(first.points) or abs(hair.make(other).points - first.points).max() > 0.001


def test_colour_and_greying_grow_no_new_hair(person):
    first = hair.make(dressed(person, style="short", colour="black"))
    misses = groom.groom.cache_info().misses
    hair.make(dressed(person, style="short", colour="blond", grey=1.0))
    assert groom.groom.cache_info().misses == misses
    assert first.values[hair.STRAND].shape == (len(first.points),)
    assert first.values[hair.NORMAL].shape == first.points.shape


def test_a_bald_head_has_no_hair_and_a_shaven_scalp_has_roots(person):
    bald = dressed(person, style="bald")
    assert hair.make(bald) is None
    assert hair.scalp_density(bald).max() > 0.8


def test_years_take_hair(person):
    young, old = (dressed(person, age=age, style="short", receding=1.0) for age in (25.0, 88.0))
    assert hair.scalp_density(old).sum() < 0.6 * hair.scalp_density(young).sum()
    assert len(hair.make(old).points) < 0.75 * len(hair.make(young).points)


def test_the_scalp_is_dense_where_hair_grows_alone(pack, person):
    density = hair.scalp_density(person)
    assert density.shape == (len(pack.base),)
    assert density.min() >= 0 and density.max() <= 1
    assert not density[~pack.exterior].any()
    assert not density[pack.regions["nose_tip"] > 0.5].any()


def test_hairlines_differ_from_person_to_person_and_mens_from_womens(pack):
    lines = {man: np.stack([scalp.hairline(man, 0.0, seed)[:, 1] for seed in range(60)]) for man in (0.0, 1.0)}
    front = scalp.hairline(0.0, 0.0)[:, 0] < 35
    for drawn in lines.values():
        assert drawn[:, front].std(axis=0).min() > 1.5                     # degrees; one is 1.5 mm
        assert np.ptp(drawn[:, 0]) * scalp.RADIUS * np.pi / 180 < 0.022
    corner = abs(scalp.hairline(0.0, 0.0)[:, 0] - 33) < 3
    rise = {man: (drawn[:, corner].mean(axis=1) - drawn[:, :5].mean(axis=1)).mean() for man, drawn in lines.items()}
    assert rise[1.0] > rise[0.0] + 4                                       # a woman's is round


def test_tied_hair_lies_on_the_skull(pack):
    body = solid.of_pack(pack)
    for style in ("bun", "ponytail"):
        middle = groom.groom(pack, style, "straight", 3, 0.0, 0.0, 0.0).coats[0][0].mean(axis=2).astype(float)
        height = body.at(middle.reshape(-1, 3))[0]
        assert np.percentile(height, 95) < 0.009
        assert height.max() < 0.022
        assert np.linalg.norm(middle[:, -1] - styles.STYLES[style].gather, axis=1).mean() < 0.035       # baby hair never gets there


def test_sides_are_faded_for_men_and_not_for_women(pack):
    seed = next(seed for seed in range(20) if styles.own(styles.STYLES["short"], 1.0, seed).taper > 0.035)
    for man, wanted in ((1.0, True), (0.0, False)):
        points = groom.groom(pack, "short", "straight", seed, man, 0.0, 0.0).coats[0][0].mean(axis=2)
        reach = np.linalg.norm(np.diff(points, axis=1), axis=2).sum(axis=1)
        root = points[:, 0].astype(float)
        depth = scalp.inside(root, scalp.hairline(man, 0.0, seed))
        edge = (root[:, 2] < 0.16) & (depth > 0.003) & (depth < 0.012)
        assert (np.median(reach[edge]) < 0.004) == wanted


def test_long_hair_lies_on_the_shoulders_and_not_in_them(pack, grown):
    body = solid.of_pack(pack)
    for kind in ("straight", "coily"):
        middle = grown[("long", kind)].coats[0][0].mean(axis=2).reshape(-1, 3).astype(float)
        low = (middle[:, 2] < 0.0) & (middle[:, 2] > -0.12) & (abs(middle[:, 0]) < 0.19)
        assert (body.at(middle[low])[0] > -0.002).mean() > 0.99


def test_strands_have_numbers_of_which_each_share_is_that_share(grown):
    for made in grown.values():
        first = np.concatenate([[True], np.diff(made.strand) != 0])
        assert abs((made.strand[first] < 0.3).mean() - 0.3) < 0.01


def test_one_persons_cut_is_not_the_next_ones():
    own = [styles.own(styles.STYLES["bob"], 0.0, seed) for seed in range(40)]
    assert np.std([cut.top for cut in own]) > 0.02
    assert 4 < sum(cut.part < 0.006 for cut in own) < 30                   # some are parted in the middle
    assert np.ptp([cut.hem for cut in own]) < 0.03


@pytest.mark.parametrize("style", ["ponytail", "bun"])
def test_fine_hair_lies_close_along_a_bared_hairline(pack, style):
    cut = styles.own(styles.STYLES[style], 0.0, 3)
    head = coat.Head(pack, solid.of_pack(pack), 3, 0.0, 0.0, 0.0)
    made = edge.coat(head, cut)
    root, tip = made.curves[:, 0], made.curves[:, -1]
    depth = scalp.inside(root, head.line)
    assert made.width.max() <= edge.WIDTH and np.percentile(depth, 99) < edge.BAND[-1] + 0.006
    assert np.median(made.length[depth < 0]) < 0.6 * np.median(made.length[depth > 0.008])             # baby hair is short
    assert (scalp.inside(tip, head.line) > depth - 0.002).mean() > 0.93                                # combed back, not onto the face
    height = solid.of_pack(pack).at(made.curves[:, 1:].reshape(-1, 3))[0]
    assert np.percentile(height, 99) < 0.006


def test_the_scalps_tint_reaches_a_bared_hairline(pack):
    plain, bared = (scalp.of_vertices(pack, 3, 0.0, 0.0, 0.0, 0.0, bare) for bare in (False, True))
    assert (bared >= plain - 1e-9).all() and bared.sum() > 1.02 * plain.sum()


@pytest.mark.parametrize("style", ["bob", "long", "side_part"])
def test_a_parting_is_a_thin_line_and_runs_on_to_the_hairline(pack, style):
    cut = styles.own(styles.STYLES[style], 0.0, 3)
    head = coat.Head(pack, solid.of_pack(pack), 3, 0.0, 0.0, 0.0, True)
    made = edge.coat(head, cut)
    body = made.curves.reshape(-1, 3)
    off = head.side * body[:, 0] - cut.part
    for low, high in ((0.004, 0.012), (0.012, 0.024), (0.024, 0.040)):    # from the front end on
        depth = scalp.inside(body, head.line)
        band = off[(depth > low) & (depth < high)]
        assert np.sort(abs(band[band > 0]))[4] < 0.0016 and np.sort(abs(band[band < 0]))[4] < 0.0016
    assert abs(head.side * made.curves[:, 0, 0] - cut.part).max() < edge.FRONT[1]


def test_parted_hair_lies_further_ahead_where_it_is_high():
    plain, parted = (np.stack([scalp.hairline(0.0, 0.0, seed, lies)[:20, 1] for seed in range(30)]) for lies in (False, True))
    down = np.radians(plain - parted) * scalp.RADIUS
    assert (down >= 0).all() and 0.005 < down[:, 0].mean() < 0.008
    assert down[plain[:, 0].argmin(), 0] < down[plain[:, 0].argmax(), 0]


@pytest.mark.parametrize("style", ["bob", "long"])
@pytest.mark.parametrize("seed", [3, 5, 8])
def test_a_parting_does_not_notch_the_outline(pack, style, seed):
    """On the belt of the head that is its outline from before, hair about the parting lies nearly as high as beside it."""
    body, cut = solid.of_pack(pack), styles.own(styles.STYLES[style], 0.0, seed)
    head = coat.Head(pack, body, seed, 0.0, 0.0, 0.0, True)
    middle = groom.groom(pack, style, "straight", seed, 0.0, 0.0, 0.0).coats[0][0].mean(axis=2).reshape(-1, 3).astype(float)
    belt = middle[(middle[:, 1] > -0.045) & (middle[:, 1] < 0.0) & (middle[:, 2] > 0.18)]
    off, height = abs(belt[:, 0] - head.side * cut.part), body.at(belt)[0]
    at, beside = (np.percentile(height[which], 85) for which in (off < 0.008, (off > 0.02) & (off < 0.03)))
    assert beside > 0.0015 and at > 0.5 * beside


def test_a_parting_is_open_before_the_top_and_closed_on_it():
    front, top = np.array([[0.0, -0.09, 0.22]]), np.array([[0.0, -0.02, 0.235]])
    assert grow.openness(front) == 1 and grow.openness(top) == 0


def test_strands_of_a_lock_wind_as_one(rng):
    form, count = texture.TEXTURES["coily"], 600
    roots = np.append(rng.uniform(0, 0.05, (count, 2)), np.zeros((count, 1)), axis=1)
    curves = roots[:, None] + np.linspace(0, 0.08, 40)[:, None] * [0.0, 0.0, 1.0]
    outward = np.broadcast_to([0.0, -1.0, 0.0], curves.shape)
    wound, of, axis = texture.bundle(curves, roots, outward, np.full(count, 0.08), form, rng)
    spread = lambda lines, k: np.mean([np.ptp(lines[of == lock, k, :2], axis=0).mean() for lock in range(of.max() + 1)])     # noqa: E731
    assert spread(wound, 0) == spread(curves, 0) and spread(wound, 39) < 0.6 * spread(curves, 39)
    middle = np.stack([wound[of == lock].mean(axis=0) for lock in range(of.max() + 1)])
    swing = np.linalg.norm(middle - np.stack([axis[of == lock][0] for lock in range(of.max() + 1)]), axis=2)[:, 20:]
    assert np.median(swing) > 0.6 * form.radius                            # out of step, a lock's middle would stay on its axis
    facing, run = texture.rounded(wound, axis, outward, form)
    assert np.mean(np.einsum("nsi,nsi->ns", facing - outward, wound - axis)[:, 10:] > 0) > 0.85 and run[..., 2].min() > 0.3


def test_rows_of_a_receding_head_are_no_island(pack):
    def middle(receded):
        head = coat.Head(pack, solid.of_pack(pack), 3, 1.0, receded, 0.0)
        rows = ropes.cornrows(head, styles.STYLES["cornrows"], None, np.random.default_rng(1))[0].curves.reshape(-1, 3)
        return rows[abs(rows[:, 0]) < 0.02]

    assert middle(0.0)[:, 1].min() < -0.08                                 # from the hairline on
    assert middle(0.72)[:, 1].min() > -0.01                                # behind the bald spot alone
    both = middle(0.5)
    assert (both[:, 1] < -0.06).any() and (both[:, 1] > 0.04).any()        # long rows before it stay, and so do those behind


def test_a_row_that_begins_before_the_ear_goes_on_above_it(pack):
    head = coat.Head(pack, solid.of_pack(pack), 3, 0.0, 0.0, 0.0)
    rows = ropes.cornrows(head, styles.STYLES["cornrows"], None, np.random.default_rng(1))[0].curves.reshape(-1, 3)
    assert ((abs(rows[:, 0]) > 0.07) & (rows[:, 2] < 0.145)).any()


def test_short_hair_that_curls_turns_about_itself_and_long_hair_is_drawn_out():
    curly = texture.TEXTURES["curly"]
    short, longer = groom._as_long(curly, 0.04, 0.010), groom._as_long(curly, 0.3, 0.060)
    assert short.wave < 0.04 / 1.7 and short.lock < curly.lock and short.together < curly.together
    assert longer.wave == pytest.approx(0.060) and longer.lock > curly.lock
    straight = texture.TEXTURES["straight"]
    assert groom._as_long(straight, 0.04, 0.010) == straight
