"""Words for a person, from templates: what a model is told to paint, and what to keep out.

What is said comes from what an identity holds as facts: years, gender, measured tone, the signs of age as the built-in skin draws them.
A group's name is only a generation target, so it is never said; where an identity has one, words of descent by ANCESTRY are. Scalp
hair, beards and glasses are geometry that is worn over the skin: painted people wear none. The words are neutral and of adults.
The texts are stored whole with the texture.
"""

from dataclasses import asdict, dataclass

import numpy as np

from wince.core import ageing
from wince.core.skin import tone

VERSION = 1                            # of the templates: other words, another version

ANCESTRY = {                           # group of data/groups.json -> words; a group that is not here is left unsaid
    "Black": "of African descent", "South Asian": "of South Asian descent", "Middle Eastern": "of Middle Eastern descent",
    "White": "of European descent", "East Asian": "of East Asian descent", "Latino": "of Latin American descent",
}
GENDERS = ((0.35, "woman", "her"), (0.65, "person of androgynous appearance", "their"), (np.inf, "man", "his"))     # up to which gender
YOUNG_ADULT = 26                       # years, until when decades are not said: nobody is called a teen
DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
# Words above an individual typology angle, degrees: the classes of Chardon et al. 1991 and Del Bino et al. 2006.
TONES = (
    (55, "very light skin"), (41, "light skin"), (28, "medium light skin"), (10, "medium tan skin"), (-30, "brown skin"),
    (-np.inf, "dark brown skin"))
DEEPEST = (9, "very dark brown skin")  # from this step of the Monk scale on
UNDERTONES = ((52, "rosy undertone"), (61, "neutral undertone"), (np.inf, "golden undertone"))     # up to a hue angle of a*, b*, degrees

# sign -> (from how much on, words), strongest first
WRINKLES = ((0.75, "deep wrinkles and folds"), (0.35, "wrinkles around eyes and mouth"), (0.1, "fine lines around the eyes"))
AGE_SPOTS = ((0.35, "age spots"), (0.12, "a few faint age spots"))
FRECKLES = ((0.45, "freckles over nose and cheeks"), (0.15, "a few faint freckles"))
MOLES = ((0.45, "a few moles"),)
BLOOD = ((0.7, "slightly flushed cheeks and nose"),)
PORES = ((0.65, "visible pores"), (0.0, "fine pores"))
SHADOW = 0.25                          # of beard shadow, from which on it is said
GREY_BROWS = 0.6                       # share of grey hair, from which on brows are called grey

KIND = "close-up portrait photograph"
SHAVEN = "bald shaved head"
FACE = ("relaxed neutral expression", "closed mouth", "bare skin without make-up")
LIGHT = ("even flat shadowless lighting", "matte natural skin texture", "sharp focus", "plain grey background")
INSTEAD = ("lit softly from all sides", "bare ears and neck", "unadorned")    # where no negative is heard; "no glasses" would bring glasses
NEGATIVE = ("shadows, highlights, glossy oily skin, directional light, rim light, backlight, ambient occlusion, hair, bangs, hat, beard, "
            "moustache, glasses, jewellery, make-up, lipstick, smile, teeth, open mouth, closed eyes, hands, clothes over the chin, "
            "second face, text, watermark, blur, noise, painting, drawing, cartoon, 3d render, plastic skin, child, teenager")
UNHEARD = ("zimage",)                  # backends without guidance
BEHIND = ("rear", "back")              # what the words of views begin with that show no face


@dataclass(frozen=True)
class Prompts:
    """What the views of a person are painted from.

    positive   one str per view
    negative   str
    version    of the templates
    """

    positive: tuple[str, ...]
    negative: str
    version: int = VERSION

    def facts(self):
        """Return what a texture's record says: everything."""
        return asdict(self) | {"positive": list(self.positive)}


def of(identity, views, backend, extra="", without=""):
    """Return the Prompts of a person.

    identity   core.identity.Identity
    views      words of each view, such as "front view of"
    backend    name of the backend
    extra      free text that is added to what is wanted; without: to what is not; phrases parted by commas
    """
    person, face = [*_person(identity), tone_words(identity.skin_lab)], [*_marks(identity), *_beard(identity), *_face(identity)]
    rest = [*_phrases(extra), SHAVEN, *LIGHT, *(INSTEAD if backend in UNHEARD else ())]
    texts = [[KIND, f"{words} the head".strip(), *person, *([] if words.startswith(BEHIND) else face), *rest] for words in views]
    return Prompts(tuple(", ".join(text) for text in texts), ", ".join([NEGATIVE, *_phrases(without)]))


def age_words(years, pronoun="their"):
    """Return an age as it is said: "young adult", "in her late sixties"."""
    if years < YOUNG_ADULT:
        return "young adult"
    decade, year = divmod(int(years), 10)
    third = "early" if year < 4 else "mid" if year < 7 else "late"
    return f"in {pronoun} {third} {DECADES[decade - 2]}"


def tone_words(lab):
    """Return a skin's colour in words, such as "light skin with a rosy undertone", from its angle, its Monk step and its hue.

    lab   (3,) CIE L*a*b* of the skin, D65
    """
    step, word = DEEPEST
    name = word if tone.monk(lab) >= step else next(words for least, words in TONES if tone.ita(lab) > least)
    hue = np.degrees(np.arctan2(lab[2], lab[1]))
    return f"{name} with a {next(words for most, words in UNDERTONES if hue < most)}"


def _person(who):
    """Return who is seen, as phrases."""
    noun, pronoun = next((noun, pronoun) for most, noun, pronoun in GENDERS if who.gender < most)
    words = age_words(who.age, pronoun)
    said = f"{words} {noun}" if who.age < YOUNG_ADULT else f"{noun} {words}"
    descent = ANCESTRY.get(who.group)
    return [f"one {said}", f"{int(who.age)} years old", *([descent] if descent else [])]


def _marks(who):
    """Return what is seen on the skin of a face, as phrases."""
    skin = who.look.skin
    signs = ((WRINKLES, ageing.static_lines(who)), (AGE_SPOTS, ageing.spots(who)), (FRECKLES, skin.freckles), (MOLES, skin.moles),
             (BLOOD, skin.blood), (PORES, skin.pores))
    found = [next((words for least, words in steps if amount >= least), "") for steps, amount in signs]
    return [words for words in found if words]


def _beard(who):
    """Return what shaving leaves on the skin: beards themselves are worn."""
    grown = who.look.facial_hair
    if grown.style != "none" or grown.shadow >= SHADOW:
        return ["clean-shaven with a faint beard shadow"]
    return ["clean-shaven"] if who.gender >= GENDERS[1][0] else []


def _face(who):
    """Return what belongs to a face that is seen, as phrases."""
    brows = "grey" if ageing.grey(who) >= GREY_BROWS else who.look.hair.colour.replace("_", " ")
    return [f"natural {brows} eyebrows", f"{who.iris.replace('_', ' ')} eyes open looking straight ahead", *FACE]


def _phrases(text):
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]
