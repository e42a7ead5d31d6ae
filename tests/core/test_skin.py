"""The painted skin: its tone is exact, its layers are where they belong, and nothing about a person's shape changes it."""

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from wince.core import atlas, colour, identity
from wince.core.skin import areas, ground, hairs, layers, marks, mottle, noise, paint, pigments, pores

SIZE = 192


def test_adding_pictures_in_blocks_is_adding_them(rng):
    out, one, two = rng.random((3, ground.BLOCK + 7), dtype=np.float32)
    wanted = out + np.float32(0.3) * one + np.float32(-1.7) * two
    ground.add(out, ((0.3, one), (-1.7, two)))
    assert np.array_equal(out, wanted)


@pytest.fixture(scope="module")
def someone(pack, draw):
    """Return a person without shapes, looks changed: someone(number, age=..., skin={...}, facial_hair={...})."""
    def make(number=0, group="White", look=None, **changes):
        who = replace(draw(number, groups=(group,)), **changes)
        for part, values in (look or {}).items():
            who = identity.with_look(who, part, **values)
        return SimpleNamespace(identity=who, pack=pack)
    return make


def mean_lab(person, rgb, where):
    """Return the mean Lab of a picture where a weight (N,) is."""
    return colour.to_lab(where @ rgb.reshape(-1, 3).astype(float) / where.sum())


def test_two_hundred_people_have_the_tone_they_ask_for(pack, draw):
    asked, got = [], []
    for number in range(200):
        person = SimpleNamespace(identity=draw(number), pack=pack)
        got.append(paint.measured(person, paint.albedo(person, 96))["lab"])
        asked.append(person.identity.skin_lab)
    apart = colour.difference(asked, got)
    assert apart.max() <= 1, f"number {apart.argmax()}: asked {asked[apart.argmax()]}, got {got[apart.argmax()]}"


@pytest.mark.parametrize("skin_lab", [(80, 5, 8), (25, 5, 8), (25, 20, 28), (80, 20, 28)])
def test_tones_at_the_ends_are_reached(someone, skin_lab):
    for age in (20.0, 92.0):
        person = someone(skin_lab=skin_lab, age=age)
        found = paint.measured(person, paint.albedo(person, SIZE))["lab"]
        reachable = colour.to_lab(np.clip(colour.from_lab(skin_lab), 0.004, 0.92))        # the brightest red there is no skin of
        assert colour.difference(reachable, found) <= 2


def test_a_picture_is_the_same_every_time_and_another_for_another_person(someone):
    one, again, other = (paint.albedo(person, SIZE) for person in (someone(3), someone(3), someone(4)))
    assert hashlib.sha256(one.tobytes()).digest() == hashlib.sha256(again.tobytes()).digest()
    assert np.abs(one - other).max() > 0.05
    assert one.dtype == np.float32 and one.shape == (SIZE, SIZE, 3) and one.min() >= paint.LOWEST and one.max() <= paint.HIGHEST


def test_shapes_iris_and_clothes_change_no_skin(someone):
    plain = someone(5)
    who = identity.with_look(identity.with_shapes(plain.identity, {"nose-hump": 0.5}), "clothes", kind="gown")
    other = SimpleNamespace(identity=replace(who, iris="grey"), pack=plain.pack)
    assert paint.key(plain) == paint.key(other)
    for change in ({"age": 44.0}, {"skin_lab": (50, 10, 15)}, {"gender": 0.5}):
        assert paint.key(SimpleNamespace(identity=replace(plain.identity, **change), pack=plain.pack)) != paint.key(plain)
    assert paint.key(someone(5, look={"skin": {"freckles": 0.9}})) != paint.key(plain)


@pytest.mark.parametrize(("group", "redder"), [("White", 4.0), ("Black", 0.3)])
def test_lips_nose_cheeks_and_lids_are_redder_than_the_forehead(someone, pack, group, redder):
    person, here = someone(2, group, age=30.0, gender=0.1), ground.of(pack, SIZE)
    rgb = paint.albedo(person, SIZE)
    forehead = mean_lab(person, rgb, here.forehead)
    assert mean_lab(person, rgb, here.lip * (1 - here.wet))[1] > forehead[1] + redder
    for name in ("nose_tip", "cheek", "auricle"):
        assert mean_lab(person, rgb, here.maps[name] * (1 - here.lip))[1] > forehead[1]
    assert mean_lab(person, rgb, here.trough)[0] < forehead[0]


def test_the_lips_have_an_edge_of_a_millimetre(pack):
    """From red to skin within 1.2 mm on the midline, above and below."""
    here = ground.of(pack, 1024)
    middle = (np.abs(here.x) < 0.4) & (here.exterior > 0.9) & (here.y < 40)
    for side in (here.upper > 0.5, here.upper < 0.5):
        edge = here.z[middle & side & (here.lip > 0.08) & (here.lip < 0.92)]
        assert len(edge) and np.ptp(edge) < 1.2


def test_more_freckles_move_none(someone, pack):
    few, many = (layers.melanin(someone(1, skin_lab=(70, 10, 14), age=25.0, look={"skin": {"freckles": much, "moles": 0.0}}).identity,
                                ground.of(pack, SIZE), paint.draws) for much in (0.3, 0.9))
    none = layers.melanin(someone(1, skin_lab=(70, 10, 14), age=25.0, look={"skin": {"freckles": 0.0, "moles": 0.0}}).identity,
                          ground.of(pack, SIZE), paint.draws)
    assert (few - none > 0.05).sum() > 20 and (many - none > 0.05).sum() > 1.5 * (few - none > 0.05).sum()
    assert (many >= few - 1e-5).all()


def test_old_skin_has_spots_and_young_has_none(someone, pack):
    here = ground.of(pack, SIZE)

    def spotted(age):
        people = [someone(1, age=age, look={"skin": {"spots": much}}).identity for much in (0.0, 0.8)]
        bare, full = (layers.melanin(who, here, paint.draws) for who in people)
        return int((full - bare > 0.1).sum())
    assert spotted(30.0) == 0 < 10 < spotted(60.0) < spotted(85.0)


def test_a_shaved_beard_is_a_shadow_where_beards_grow(someone, pack):
    here = ground.of(pack, SIZE)
    looks = [{"facial_hair": {"style": "none", "shadow": much}, "hair": {"colour": "black"}} for much in (0.0, 0.9)]
    smooth_, shaved = (paint.albedo(someone(1, gender=0.95, age=30.0, look=look), SIZE) for look in looks)
    chin, brow = here.beard * here.chin * (1 - here.lip), here.forehead
    assert mean_lab(None, shaved, chin)[0] < mean_lab(None, smooth_, chin)[0] - 4
    assert mean_lab(None, shaved, brow)[0] > mean_lab(None, smooth_, brow)[0] - 1
    assert hairs.shadow(someone(1, gender=0.05, look={"facial_hair": {"style": "full_beard", "shadow": 1.0}}).identity) == 0


def test_beard_and_scalp_are_where_hair_grows(pack):
    points, beard, scalp = areas.frontal(pack), areas.beard_area(pack), areas.scalp_area(pack)
    spots = {"chin": (0, -95), "moustache": (10, -52), "cheek": (32, -25), "forehead": (0, 40), "nose": (0, -30)}

    def at(values, spot):
        near = np.hypot(np.abs(points[:, 0]) - spots[spot][0], points[:, 2] - spots[spot][1]) + 0.5 * np.maximum(points[:, 1], 0)
        return values[near.argmin()]
    assert min(at(beard, spot) for spot in ("chin", "moustache")) > 0.9
    assert max(at(beard, spot) for spot in ("cheek", "forehead", "nose")) == 0
    assert scalp[points[:, 2].argmax()] == 1 and all(at(scalp, spot) == 0 for spot in spots)
    for area in (beard, scalp):
        assert area.shape == (len(pack.base),) and area.min() >= 0 and area.max() <= 1 and not area[~pack.exterior].any()
        assert not (beard * areas.lips(pack)).max() > 0.3


def test_left_and_right_grow_alike(pack):
    points = areas.frontal(pack)
    for area in (areas.beard_area(pack), areas.scalp_area(pack)):
        left, right = (area[side * points[:, 0] > 1].sum() for side in (1, -1))
        assert left == pytest.approx(right, rel=0.02)


def test_noise_repeats_without_a_seam():
    relief, colours = pores.heights(256), mottle.amounts(256)
    for picture in (noise.band(64, 12), noise.dots(64, 6, 0.8), *np.moveaxis(relief, 2, 0), *np.moveaxis(colours, 2, 0)):
        inside = np.abs(np.diff(picture, axis=0)).mean()
        assert np.abs(picture[0] - picture[-1]).mean() < 1.4 * inside
    field = noise.band(64, 12)
    assert abs(field.mean()) < 1e-5 and field.std() == pytest.approx(1, abs=1e-4)


def test_a_dot_is_where_it_is_put():
    picture = np.zeros(32 * 32, np.float32)
    marks.stamp(picture, 32, np.array([[10.0, 20.0]]), np.array([2.0]), np.array([0.8]))
    picture = picture.reshape(32, 32)
    assert np.unravel_index(picture.argmax(), picture.shape) == (10, 20)
    assert picture[10, 20] == pytest.approx(0.8) and picture[12, 20] == pytest.approx(0.4) and picture[0, 0] == 0


def test_a_dot_can_be_wider_than_high():
    picture = np.zeros(32 * 32, np.float32)
    marks.stamp(picture, 32, np.array([[16.0, 16.0]]), np.array([[1.0, 4.0]]), np.array([0.8]))
    picture = picture.reshape(32, 32)
    assert picture[16, 20] == pytest.approx(0.4) and picture[17, 16] == pytest.approx(0.4) and picture[20, 16] < 0.05


def test_pictures_that_all_share_are_always_the_same():
    for made in (pores.heights, mottle.amounts):
        one, again = made(128), made(128)
        assert (one == again).all() and one.shape == (128, 128, 3) and one.min() >= 0 and one.max() <= 1
    assert (pores.heights(128).max(axis=(0, 1)) == 1).all()


def test_fine_colour_moves_no_mean():
    means = mottle.amounts(256).mean(axis=(0, 1))
    np.testing.assert_allclose(means[:2], mottle.MIDDLE, atol=0.002)
    assert 0.01 < means[2] < 0.15                          # of the scalp, follicles cover so much


def test_texels_are_as_wide_as_they_are(pack):
    """On a face about 0.3 mm; the sides of the ears are drawn out, the neck is coarse: there the shared pictures show."""
    wide, coarse = areas.texel(pack), areas.coarse(pack)
    for name in ("forehead", "cheek.L", "chin", "nose_tip"):
        there = pack.regions[name] > 0.5
        assert 0.2 < np.median(wide[there]) < 0.4 and np.median(coarse[there]) < 0.1
    throat = (areas.frontal(pack)[:, 2] < -140) & pack.exterior
    assert np.median(wide[throat]) > 2 and np.median(coarse[throat]) == 1
    assert np.median(wide[pack.regions["ear.L"] > 0.5, 0]) > 1


def test_the_neck_is_duller_than_the_nose_and_has_relief(pack):
    throat = (areas.frontal(pack)[:, 2] < -140) & pack.exterior
    sheen, grain, fine = areas.sheen(pack), areas.grain(pack), areas.fine(pack)
    assert sheen[throat, 0].max() < 0 < sheen[pack.regions["nose_tip"] > 0.5, 0].min()
    assert (grain[throat, 1:] > 0.5).all() and (fine[throat, :2] > 0.9).all()
    assert not any(values[~pack.exterior].any() for values in (grain, fine))


@pytest.mark.parametrize("group", ["White", "Middle Eastern", "Black"])
def test_grey_hair_paints_no_blue_on_the_skin(someone, pack, group):
    """A grey beard, grey brows: b* of the skin beneath is not pulled down to grey, and little darker than without."""
    here = ground.of(pack, SIZE)

    def ground_of(density, style):
        look = {"facial_hair": {"style": style, "density": 0.8, "shadow": 0.0}, "hair": {"grey": 1.0, "colour": "black"},
                "brows": {"density": density}}
        person = someone(1, group, gender=0.95, age=85.0, look=look)
        rgb = paint.albedo(person, SIZE)
        return [mean_lab(person, rgb, where) for where in (here.beard * here.chin * (1 - here.lip), here.brow)]
    for bare, painted in zip(ground_of(0.0, "none"), ground_of(1.0, "full_beard"), strict=True):
        assert painted[2] > bare[2] - 2 and abs(painted[0] - bare[0]) < 6


def test_old_skin_loses_melanin_in_spots_and_dark_cheeks_get_papules(someone, pack):
    here = ground.of(pack, SIZE)

    def spotted(group, age, spots_):
        who = someone(1, group, age=age, look={"skin": {"spots": spots_, "moles": 0.0, "freckles": 0.0}}).identity
        return layers.melanin(who, here, paint.draws)
    pale = spotted("White", 85.0, 1.0) - spotted("White", 85.0, 0.0)
    assert (pale < -0.03).any() and (pale > 0.1).any()
    dark = spotted("Black", 85.0, 1.0) - spotted("Black", 85.0, 0.0)
    assert (dark > 0.2).sum() > 5


def test_eyes_are_ringed_most_in_brown_skin(someone, pack):
    def ringed(lightness):
        who = someone(1, skin_lab=(lightness, 11.0, 16.0), age=30.0).identity
        return layers._ringed(who, paint.draws(who, "rings"))
    assert ringed(72.0) < ringed(45.0) > ringed(27.0)
    assert pigments.darkness((72.0, 11.0, 16.0)) == 0


def test_old_cheeks_are_red_in_flecks_not_in_discs(someone, pack):
    here = ground.of(pack, SIZE)
    young, old = (layers._flush(here, age, np.random.default_rng(1)) for age in (0.0, 1.0))
    assert young is here.cheek
    middle, around = here.cheek > 0.7, (here.cheek > 0.08) & (here.cheek < 0.25)
    assert old[middle].mean() < 0.8 * young[middle].mean()
    assert old[around].mean() / old[middle].mean() > young[around].mean() / young[middle].mean()
    assert old[middle].std() > 1.3 * young[middle].std()


def test_old_dark_skin_is_less_even_than_young(someone, pack):
    here = ground.of(pack, SIZE)
    young, old = (layers.melanin(someone(1, "Black", skin_lab=(36, 12, 17), age=age).identity, here, paint.draws) for age in (25.0, 85.0))
    where = here.exterior * (1 - here.lip) * (1 - here.brow) * here.crisp > 0.5
    assert old[where].std() > 1.3 * young[where].std()


def test_pictures_are_the_same_in_blocks_of_any_size(pack, monkeypatch):
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, 64)
    values = {"x": pack.base[:, 0], "z": pack.base[:, 2]}
    whole = ground.Raster(found, 2).pictures(values)
    monkeypatch.setattr(ground, "BLOCK", 97)
    parts = ground.Raster(found, 2).pictures(values)
    assert all(np.array_equal(whole[name], parts[name]) and np.ptp(whole[name]) > 0.1 for name in values)
