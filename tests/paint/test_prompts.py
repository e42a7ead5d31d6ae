"""Words for people: whole texts of a few, and what must hold for everybody."""

import dataclasses
import json
import re

import pytest

from wince.core import demographics, look
from wince.core.identity import Identity
from wince.job import spec
from wince_headless.paint import prompts

LIGHT = "even flat shadowless lighting, matte natural skin texture, sharp focus, plain grey background"
REST = "relaxed neutral expression, closed mouth, bare skin without make-up, bald shaved head, " + LIGHT
THIRDS = {"pole_a": 1 / 3, "pole_b": 1 / 3, "pole_c": 1 / 3}


def someone(age=40.0, gender=0.1, **changes):
    parts = {name: changes.pop(name) for name in ("skin", "hair", "facial_hair") if name in changes}
    made = look.Look()
    for part, values in parts.items():
        made = dataclasses.replace(made, **{part: dataclasses.replace(getattr(made, part), **values)})
    return Identity(id="a", seed=0, number=0, age=age, gender=gender, ancestry=THIRDS, look=made, **changes)


@pytest.mark.parametrize(("who", "wanted"), [
    (someone(22.4, 0.1, skin_lab=(72.0, 12.0, 14.0), iris="blue", hair={"colour": "red"}, skin={"freckles": 0.6}),
     "close-up portrait photograph, front view of the head, one young adult woman, 22 years old, very light skin with a rosy undertone, "
     f"freckles over nose and cheeks, fine pores, natural red eyebrows, blue eyes open looking straight ahead, {REST}"),
    (someone(67.9, 0.05, skin_lab=(47.0, 11.5, 17.0), iris="dark_brown", group="Black", hair={"grey": 0.9}),
     "close-up portrait photograph, front view of the head, one woman in her late sixties, 67 years old, of African descent, "
     "brown skin with a neutral undertone, wrinkles around eyes and mouth, a few faint age spots, fine pores, natural grey eyebrows, "
     f"dark brown eyes open looking straight ahead, {REST}"),
    (someone(84.0, 0.95, skin_lab=(60.0, 9.5, 18.0), skin={"lines": 0.9, "spots": 0.9, "pores": 0.8, "moles": 0.5}),
     "close-up portrait photograph, front view of the head, one man in his mid eighties, 84 years old, medium light skin with a golden "
     "undertone, deep wrinkles and folds, age spots, a few moles, visible pores, clean-shaven, natural grey eyebrows, "
     f"brown eyes open looking straight ahead, {REST}"),
    (someone(31.0, 0.9, skin_lab=(30.0, 11.0, 12.0), facial_hair={"style": "full_beard"}, skin={"blood": 0.8}, hair={"colour": "black"}),
     "close-up portrait photograph, front view of the head, one man in his early thirties, 31 years old, dark brown skin with a rosy "
     "undertone, slightly flushed cheeks and nose, fine pores, clean-shaven with a faint beard shadow, natural black eyebrows, "
     f"brown eyes open looking straight ahead, {REST}"),
    (someone(45.0, 0.5, skin_lab=(57.0, 11.0, 17.0)),
     "close-up portrait photograph, front view of the head, one person of androgynous appearance in their mid forties, 45 years old, "
     "medium tan skin with a neutral undertone, fine lines around the eyes, fine pores, natural dark brown eyebrows, "
     f"brown eyes open looking straight ahead, {REST}"),
])
def test_a_person_in_words(who, wanted):
    assert prompts.of(who, ["front view of"], "sd15").positive == (wanted,)


def test_the_back_of_a_head_has_no_face():
    front, back = prompts.of(someone(), ["front view of", "rear side view of"], "sd15").positive
    assert "eyes" in front and "mouth" in front
    assert not re.search("eye|mouth|brow|expression", back)


@pytest.mark.parametrize(("age", "words"), [(18, "young adult"), (25.9, "young adult"), (26, "in her mid twenties"),
                                            (30, "in her early thirties"), (47, "in her late forties"), (95, "in her mid nineties")])
def test_ages(age, words):
    assert prompts.age_words(age, "her") == words


@pytest.mark.parametrize(("lab", "words"), [
    ((75, 8, 16), "very light skin with a golden undertone"), ((65, 11, 15), "light skin with a neutral undertone"),
    ((60, 12, 15), "medium light skin with a rosy undertone"), ((55, 11, 17), "medium tan skin with a neutral undertone"),
    ((45, 12, 18), "brown skin with a neutral undertone"), ((38, 11, 15), "dark brown skin with a neutral undertone"),
    ((22, 4, 5), "very dark brown skin with a rosy undertone")])
def test_tones(lab, words):
    assert prompts.tone_words(lab) == words


def test_free_text_comes_before_the_light():
    made = prompts.of(someone(), ["front view of"], "sd15", extra=" a scar  on the chin ,, tired ", without="tan lines")
    assert "make-up, a scar on the chin, tired, bald shaved head, even" in made.positive[0]
    assert made.negative == prompts.NEGATIVE + ", tan lines"


def test_a_model_without_guidance_hears_what_is_wanted_instead():
    plain, deaf = (prompts.of(someone(), ["front view of"], name).positive[0] for name in ("sdxl", "zimage"))
    assert deaf == plain + ", lit softly from all sides, bare ears and neck, unadorned"
    assert not re.search(r"\bno\b|\bnot\b", deaf)


def test_they_are_stored_whole():
    made = prompts.of(someone(), ["front view of", "side view of"], "sd15")
    assert json.loads(json.dumps(made.facts())) == {"positive": list(made.positive), "negative": made.negative, "version": prompts.VERSION}


def test_every_built_in_group_has_words_and_none_is_named(pack):
    assert set(prompts.ANCESTRY) == set(demographics.read_groups())
    for number in range(60):
        who = demographics.sample(11, number, spec.People(), pack)
        text = prompts.of(who, ["front view of"], "sdxl").positive[0]
        assert prompts.ANCESTRY[who.group] in text
        assert not re.search(r"\b(White|Black|Latino)\b|pole|[a-z]_[a-z]|None|nan|,\s*,", text)


def test_an_unknown_group_is_left_unsaid():
    assert prompts.of(someone(group="Ours"), ["front view of"], "sd15") == prompts.of(someone(), ["front view of"], "sd15")


def test_the_descent_is_nothing_to_a_person_without_a_group():
    assert "descent" not in prompts.of(someone(), ["front view of"], "sd15").positive[0]


@pytest.mark.parametrize("age", range(18, 96))
def test_everybody_is_an_adult(age):
    text = prompts.of(someone(float(age)), ["front view of"], "sd15").positive[0]
    assert f"{age} years old" in text and not re.search("teen|child|girl|boy|kid|baby", text)
