"""Drawn looks: of a person's group, gender and age, varied, and each axis on its own."""

import dataclasses
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from wince.core import ageing, demographics, looks_drawn
from wince.core import look as looks
from wince.core.errors import WinceError
from wince.job import check, spec

HAIR = {"texture": {"straight": 3, "coily": 1}, "colour": {"black": 1}}


@pytest.fixture(scope="module")
def crowd(pack):
    return [demographics.sample(3, number, spec.People(), pack) for number in range(720)]


def drawn(number, wishes=None, gender=0.9, years=30.0, lightness=60.0, group=HAIR):
    who = SimpleNamespace(gender=gender, years=years, skin_lab=(lightness, 12.0, 18.0))
    return looks_drawn.draw(1, number, who, group, wishes)


def count(people, part, axis):
    return Counter(getattr(getattr(who.look, part), axis) for who in people)


def of(people, gender):
    return [who for who in people if who.cell["gender"] == gender]


def test_the_same_person_has_the_same_look_and_two_people_have_two():
    assert drawn(4) == drawn(4) and len({drawn(n) for n in range(50)}) == 50
    assert len({drawn(n).seed for n in range(50)}) == 50


def test_words_come_as_often_as_their_weight_says():
    textures = Counter(drawn(n).hair.texture for n in range(2000))
    assert set(textures) == {"straight", "coily"} and abs(textures["coily"] / 2000 - 0.25) < 0.03


def test_a_word_of_more_weight_takes_people_and_moves_nobody_else():
    before = [drawn(n) for n in range(300)]
    after = [drawn(n, group={**HAIR, "texture": {"straight": 3, "coily": 1, "wavy": 1}}) for n in range(300)]
    taken = [b.hair.texture == "wavy" for b in after]
    assert 30 < sum(taken) < 90
    assert all(b == a for a, b, new in zip(before, after, taken, strict=True) if not new)


def test_a_style_that_no_table_knows_is_drawn_now_and_then(monkeypatch):
    monkeypatch.setattr(looks, "HAIR_STYLES", (*looks.HAIR_STYLES, "mohawk"))
    dice = looks_drawn._Dice(0, 0, None)
    dice._draws |= {("hair.style", "mohawk"): 0.0}
    assert looks_drawn._hair(dice, SimpleNamespace(gender=0.5, years=40.0), HAIR)["hair.style"] in looks.HAIR_STYLES
    assert looks_drawn.UNKNOWN > 0


def test_every_table_names_words_that_there_are():
    assert set(looks_drawn.STYLES) | set(looks_drawn.FITS) | set(looks_drawn.LATER) <= set(looks.HAIR_STYLES)
    assert set(looks_drawn.BEARDS) <= set(looks.FACIAL_HAIR) and set(looks_drawn.DARKNESS) <= set(looks.HAIR_COLOURS)
    assert set(looks_drawn.WORN) <= set(looks.CLOTHES) and set(looks_drawn.FRAMES) <= set(looks.GLASSES)
    assert set(looks_drawn.BELLS) <= {f"{part}.{item.name}" for part, item in looks.axes()}
    for row in demographics.read_groups().values():
        assert set(row["hair"]["texture"]) <= set(looks.HAIR_TEXTURES) and set(row["hair"]["colour"]) <= set(looks.HAIR_COLOURS)


def test_no_axis_is_left_at_its_default_for_everybody(crowd):
    still = [f"{part}.{item.name}" for part, item in looks.axes() if len({getattr(getattr(w.look, part), item.name) for w in crowd}) < 2]
    assert still == []


def test_women_and_men_differ_and_overlap_in_hair(crowd):
    women, men = count(of(crowd, "woman"), "hair", "style"), count(of(crowd, "man"), "hair", "style")
    assert women["long"] > 3 * men["long"] > 0 and men["short"] > 3 * women["short"] > 0 and min(women["crop"], men["crop"]) > 5
    assert np.mean([who.look.hair.receding for who in of(crowd, "man")]) > 0.4
    assert max(who.look.hair.receding for who in of(crowd, "woman")) < 0.35


def test_beards_are_mens(crowd):
    assert set(count(of(crowd, "woman"), "facial_hair", "style")) == {"none"}
    assert max(who.look.facial_hair.shadow for who in of(crowd, "woman")) == 0
    men = count(of(crowd, "man"), "facial_hair", "style")
    assert set(men) == set(looks.FACIAL_HAIR) and 0.4 < men["none"] / men.total() < 0.7


def test_groups_have_their_hair_and_overlap(crowd):
    def texture(group):
        return count([who for who in crowd if who.group == group], "hair", "texture")
    assert texture("Black")["coily"] > 60 and texture("East Asian")["straight"] > 80
    assert texture("White").keys() >= {"straight", "wavy", "curly"}
    assert texture("Black").keys() & texture("East Asian").keys()


def test_freckles_are_of_fair_skin(crowd):
    freckled = [who.skin_lab[0] for who in crowd if who.look.skin.freckles > 0.2]
    assert len(freckled) > 20 and min(freckled) > 52


def test_glasses_come_with_the_years(crowd):
    def share(age):
        return np.mean([who.look.glasses.kind != "none" for who in crowd if who.cell["age"] == age])
    assert 0.08 < share("20-35") < share("40-60") < share("75-93") < 0.7


def test_nobody_young_is_grey_and_everybody_old_is_somewhat(crowd):
    assert max(ageing.grey(who) for who in crowd if who.age < 30) < 0.12
    assert min(ageing.grey(who) for who in crowd if who.age > 80) > 0.4


def test_a_twin_grown_old_or_in_another_tone_keeps_the_look_and_one_of_the_other_gender_what_gender_leaves(pack):
    plain, old, dark, other = (demographics.sample(0, 0, spec.People(fixed=fixed), pack)
                               for fixed in ({}, {"age": 84.0}, {"skin_lightness": 32.0}, {"gender": 0.05}))
    assert plain.look == old.look == dark.look and plain.cell["gender"] == "man"
    assert other.look != plain.look and other.look.facial_hair.style == "none"
    assert (other.look.hair.texture, other.look.hair.colour, other.look.clothes, other.look.glasses, other.look.seed) == \
        (plain.look.hair.texture, plain.look.hair.colour, plain.look.clothes, plain.look.glasses, plain.look.seed)


def test_iris_and_colours_can_be_fixed_and_move_nothing_else(pack):
    fixed = {"iris": "grey", "look.clothes.colour": "#ff0033", "look.glasses.colour": (0.1, 0.2, 0.3)}
    plain, twin = (demographics.sample(0, 0, spec.People(fixed=chosen), pack) for chosen in ({}, fixed))
    assert (twin.iris, twin.look.clothes.colour, twin.look.glasses.colour) == ("grey", (1.0, 0.0, 0.2), (0.1, 0.2, 0.3))
    back = looks.changed(twin.look, "clothes", colour=plain.look.clothes.colour)
    assert looks.changed(back, "glasses", colour=plain.look.glasses.colour) == plain.look
    assert dataclasses.replace(twin, iris=plain.iris, look=plain.look, id=plain.id) == plain


def test_one_colour_said_in_two_ways_is_one_twin(pack):
    text, numbers = (demographics.sample(0, 0, spec.People(fixed={"look.clothes.colour": colour}), pack)
                     for colour in ("#FF0033", (1, 0, 0.2)))
    assert text == numbers


def test_irises_and_colours_are_narrowed(pack):
    wishes = spec.Looks(irises=("blue", "green"), clothes_colours=("#112233", "#FF0033"), frame_colours=("#112233",))
    before, after = ([demographics.sample(3, n, spec.People(looks=looks_), pack) for n in range(72)] for looks_ in (spec.Looks(), wishes))
    assert {who.iris for who in after} == {"blue", "green"}
    assert {who.look.clothes.colour for who in after} == {looks.rgb("#112233"), (1.0, 0.0, 0.2)}
    assert {who.look.glasses.colour for who in after} == {looks.rgb("#112233")}
    assert [who.look.hair for who in after] == [who.look.hair for who in before]
    black = [who.iris for who in after if who.group == "Black"]           # whose row knows neither: both alike
    assert set(black) == {"blue", "green"}


def test_a_twin_may_have_one_axis_of_the_look_fixed(pack):
    plain, bald = (demographics.sample(0, 0, spec.People(fixed=fixed), pack) for fixed in ({}, {"look.hair.style": "bald"}))
    assert bald.look == looks.changed(plain.look, "hair", style="bald") and bald.id.startswith(f"{plain.id}-t")
    assert dataclasses.replace(bald, look=plain.look, id=plain.id) == plain


def test_wishes_narrow_what_is_drawn():
    wishes = spec.Looks(hair_styles=("afro", "bun"), hair_colours=("red",), facial_hair=("goatee",), clothes=("gown",), frames=("round",),
                        glasses=1.0)
    for look in (drawn(n, wishes) for n in range(40)):
        assert look.hair.style in ("afro", "bun") and look.hair.colour == "red" and look.facial_hair.style == "goatee"
        assert (look.clothes.kind, look.glasses.kind) == ("gown", "round")
    assert drawn(0, wishes, gender=0.1).facial_hair.style == "none"
    assert {drawn(n, spec.Looks(glasses=0.0)).glasses.kind for n in range(40)} == {"none"}


def test_an_axis_that_a_look_lacks_is_named():
    with pytest.raises(WinceError, match=r"no axis 'hair.length'"):
        looks_drawn.changed(looks.Look(), {"hair.length": 1.0})


@pytest.mark.parametrize(("people", "words"), [
    (spec.People(looks=spec.Looks(hair_styles=("bobb",))), r"people.looks.hair_styles.0 is 'bobb'.*'bob'"),
    (spec.People(looks=spec.Looks(glasses=1.5)), r"people.looks.glasses is 1.5"),
    (spec.People(fixed={"look.hair.style": "mohawk"}), r"'mohawk', which is not known"),
    (spec.People(fixed={"look.hair.styl": "bald"}), r"did you mean 'look.hair.style'"),
    (spec.People(fixed={"look.skin.oil": 3.0}), r"give a number from 0 to 1"),
    (spec.People(fixed={"age": "old"}), r"is 'old': give a number from 18 to 95"),
])
def test_wrong_wishes_are_one_sentence(people, words):
    with pytest.raises(WinceError, match=words):
        check.check(spec.Job(people=people))
    assert spec.from_json(spec.to_json(spec.Job(people=people))).people == people


def test_the_old_are_not_braided(pack):
    for years, braided in ((25.0, True), (66.0, False)):
        wish = spec.People(groups=("Black",), genders=("woman",), ages=((years, years + 1),), looks=spec.Looks(hair_textures=("coily",)))
        styles = {demographics.sample(0, number, wish, pack).look.hair.style for number in range(150)}
        assert bool(styles & {"braids", "cornrows"}) == braided, years
