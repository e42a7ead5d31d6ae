"""Drawing a look: every axis by draws of its own, and by frequencies that depend on who somebody is.

A word is drawn by a race: each word has a waiting time of its own (exponential, its rate the word's weight), and the first one wins.
So a new word, or another weight, moves only those people who take it; a twin of the other gender, or in another tone, keeps
every other word. Frequencies of a group lie in data/groups.json; those here are ours, to make sets varied and nobody odd. A word that
no table knows has a small weight. A twin in another age or tone keeps the look: `ageing` greys it.
"""

import math
from dataclasses import replace
from functools import cache

import numpy as np

from . import look as looks
from .errors import WinceError
from .look import Look
from .steps import smoothstep
from .streams import normals, stream

UNKNOWN = 0.03                       # weight of a word that a table does not know
BEARDED = (0.6, 0.85)                # gender from where to where facial hair becomes as frequent as among men
READ = (0.2, 0.8)                    # gender from where to where hair styles turn from women's to men's: both wear what the table says

STYLES = {                           # style: weight for a woman, for a man
    "bald": (0.002, 0.10), "buzz": (0.010, 0.20), "short": (0.02, 0.30), "side_part": (0.02, 0.22), "crop": (0.03, 0.10),
    "bob": (0.26, 0.003), "long": (0.28, 0.03), "ponytail": (0.16, 0.015), "bun": (0.13, 0.015), "afro": (0.10, 0.08),
    "fringe": (0.12, 0.03), "permed": (0.02, 0.0), "braids": (0.14, 0.03), "cornrows": (0.05, 0.08),
}
LATER = {                            # style: how many times as many old women, and old men, wear it
    "bald": (0.1, 1.0), "long": (0.3, 0.3), "ponytail": (0.04, 0.35), "bun": (0.9, 1.0), "fringe": (0.7, 0.6), "afro": (0.9, 0.6),
    "buzz": (0.1, 0.6), "short": (0.6, 1.6), "side_part": (0.4, 1.0), "crop": (0.8, 1.6), "bob": (1.5, 1.3), "permed": (18.0, 1.0),
    "braids": (1e-6, 1e-6), "cornrows": (1e-6, 1e-6),
}
LATER_AGES = (50, 78)                # from where to where
FITS = {                             # style: how well each texture wears it, straight to coily; any style not named: equally
    "afro": (0.0, 0.0, 0.25, 1.6), "side_part": (1.0, 1.0, 0.6, 0.15), "fringe": (1.0, 0.8, 0.3, 0.05), "bob": (1.0, 1.0, 0.7, 0.2),
    "long": (1.0, 1.0, 0.9, 0.3), "buzz": (0.7, 0.7, 1.0, 2.0), "crop": (1.0, 1.0, 0.9, 0.6), "short": (1.0, 1.0, 1.0, 0.7),
    "permed": (1.0, 1.0, 0.9, 0.35), "braids": (0.0, 0.0, 0.05, 1.6), "cornrows": (0.0, 0.0, 0.05, 1.6),
}
BEARDS = {"none": 0.52, "stubble": 0.17, "moustache": 0.06, "goatee": 0.07, "short_beard": 0.12, "full_beard": 0.06}
DARKNESS = {"black": 1.0, "dark_brown": 0.9, "brown": 0.7, "light_brown": 0.5, "auburn": 0.45, "red": 0.3, "dark_blond": 0.3, "blond": 0.15}
FRECKLED = {"red": 1.0, "auburn": 0.7, "blond": 0.5, "dark_blond": 0.45}          # share of fair people of a hair colour
WORN = {"none": 0.0, "tshirt": 0.42, "vneck": 0.18, "gown": 0.25, "pyjama": 0.22, "sweater": 0.18}
FRAMES = {"round": 0.22, "rectangular": 0.40, "half_rim": 0.25, "oval": 0.22}
GLASSES_AGE = ((20, 45, 65, 90), (0.16, 0.26, 0.50, 0.58))       # years, share of people who wear glasses

# sRGB, bytes: what clothes and frames are sold in, washed often; gowns are the blues and greens of hospitals
FABRICS = ("38424e 5d6b78 8a9299 c9c6bf 2f3a33 56684f 6e383a 8a5f4e b09a74 3b3f5e 70839c 8f7f8b 1d1f24 e3dfd6 4f3a2e",
           "a9c3cf b7cdbf 8fb0c4 c6d3d8 9cbcae", "8797ab b9c1cc 5f6f88 a89aa6 9caa98 3f4d63 7a5c63 c9c2b4")
PALETTES = {"gown": 1, "pyjama": 2}    # kind of clothes: which of them; any other, the first
FRAME_COLOURS = "15130f 2b2019 4a3322 6b6b70 8c7a4e 22283a 3d1a1c"

BELLS = {                            # numbers that vary around a middle: (woman's, man's, spread)
    "skin.blood": (0.52, 0.46, 0.13), "skin.spots": (0.42, 0.40, 0.20), "skin.veins": (0.34, 0.26, 0.15), "skin.pores": (0.42, 0.56, 0.15),
    "skin.oil": (0.38, 0.44, 0.16), "skin.lines": (0.50, 0.50, 0.18), "eyes.limbus": (0.52, 0.48, 0.20), "eyes.redness": (0.16, 0.20, 0.10),
    "eyes.lashes": (0.68, 0.42, 0.16), "brows.thickness": (0.40, 0.56, 0.16), "brows.density": (0.58, 0.66, 0.14),
    "hair.grey": (0.46, 0.50, 0.15), "facial_hair.density": (0.30, 0.60, 0.18),
}
SHARES = ("hair.receding", "facial_hair.shadow", "facial_hair.grows", "skin.freckles", "skin.moles", "glasses.worn", "clothes.colour",
          "glasses.colour")          # other axes with a draw of their own
LIMITS = {"hair.grey": (0.15, 0.85)}                              # nobody is drawn grey in their twenties


def draw(seed, number, who, group, wishes=None):
    """Draw the look of one person.

    seed, number  the dataset's seed and the person's number
    who           the person so far: `gender`, and `years` and `skin_lab` as drawn, whatever a twin has fixed
    group         {"texture": {word: frequency}, "colour": {...}}: the hair of the person's group, see data/groups.json
    wishes        spec.Looks: which words are drawn from; none: all
    returns       Look
    """
    dice = _Dice(seed, number, wishes)
    values = {name: dice.bell(name, _between(who.gender, woman, man), spread) for name, (woman, man, spread) in BELLS.items()}
    values |= _hair(dice, who, group)
    values |= _beard(dice, who, values) | _marks(dice, who, values) | _clothes(dice) | _glasses(dice, who)
    return changed(Look(seed=int(stream(seed, "look.seed", number).integers(1, 2**31))), values)


def changed(look, values):
    """Return a look with some axes set, {"part.axis": value}; axes that a part does not have are refused.

    raises  WinceError for an axis or a value that cannot be
    """
    known = _known()
    if strange := [name for name in values if name not in known]:
        raise WinceError(f"a look has no axis {strange[0]!r}: known are {', '.join(known)}")
    parts = {}
    for name, value in values.items():
        part, _, axis = name.partition(".")
        parts.setdefault(part, {})[axis] = value
    return replace(look, **{part: replace(getattr(look, part), **new) for part, new in parts.items()})


@cache
def _known():
    return [f"{part}.{item.name}" for part, item in looks.axes()]


class _Dice:
    """One person's draws; each axis, and each word of an axis, has draws of its own, so that a new one moves no other."""

    def __init__(self, seed, number, wishes):
        self._seeds, self._wishes = (seed, number), wishes
        self._draws = _draws_of(seed, number, _names())

    def share(self, name):
        """Return a number in 0..1, all alike."""
        return _tail(-self._draws[name])

    def bell(self, name, middle, spread):
        """Return a number around a middle."""
        low, high = LIMITS.get(name, (0.0, 1.0))
        return round(min(max(middle + spread * self._draws[name], low), high), 3)

    def word(self, name, weights, wish=""):
        """Return one word by weight, of those wished for; where none of them has weight, all of them alike."""
        wished = (getattr(self._wishes, wish, ()) if wish else ()) or weights
        rates = {word: rate for word, rate in weights.items() if word in wished}
        if not any(rates.values()):
            rates = dict.fromkeys(rates, 1.0)
        wait = {word: -math.log(max(_tail(self._draws[name, word]), 1e-300)) / rate for word, rate in rates.items() if rate > 0}
        return min(wait, key=wait.get)

    def colour(self, name, palette, wish):
        """Return one of a palette's colours, sRGB 0..1, a little lighter or darker; one that was wished for just as it is."""
        if wished := getattr(self._wishes, wish, ()):
            self._draws |= _draws_of(*self._seeds, [(name, code) for code in wished])
            return looks.rgb(self.word(name, dict.fromkeys(wished, 1.0)))
        code = self.word(name, dict.fromkeys(palette.split(), 1.0))
        light = 1 + 0.04 * float(np.clip(self._draws[name], -2, 2))
        return tuple(round(min(int(code[k:k + 2], 16) / 255 * light, 1.0), 3) for k in (0, 2, 4))

    def wish(self, name):
        """Return what was wished for, None for nothing."""
        return getattr(self._wishes, name, None)


def _draws_of(seed, number, names):
    """Return {axis or (axis, word): standard normal draw} of some names."""
    salts = [name if isinstance(name, str) else "=".join(name) for name in names]
    return dict(zip(names, map(float, normals(seed, "look", number, names=salts)), strict=True))


@cache
def _names():
    """Return every axis, and (axis, word), that is drawn."""
    words = [(f"{part}.{item.name}", word) for part, item in looks.axes() for word in item.metadata.get("options", ())]
    colours = [("clothes.colour", code) for row in FABRICS for code in row.split()]
    return [*BELLS, *SHARES, *words, *colours, *(("glasses.colour", code) for code in FRAME_COLOURS.split())]


def _tail(z):
    """Return how much of the normal distribution lies above z: uniform for a standard normal draw."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def _hair(dice, who, group):
    texture = dice.word("hair.texture", _weights(looks.HAIR_TEXTURES, group["texture"], 0.0), "hair_textures")
    place = looks.HAIR_TEXTURES.index(texture)
    old = float(np.interp(who.years, LATER_AGES, (0, 1)))
    leaning = smoothstep(who.gender, *READ)
    styles = {style: _between(leaning, *STYLES.get(style, (UNKNOWN, UNKNOWN))) * FITS.get(style, (1.0,) * 4)[min(place, 3)]
              * _between(leaning, *LATER.get(style, (1.0, 1.0))) ** old for style in looks.HAIR_STYLES}
    back = dice.share("hair.receding")
    return {"hair.texture": texture, "hair.style": dice.word("hair.style", styles, "hair_styles"),
            "hair.colour": dice.word("hair.colour", _weights(looks.HAIR_COLOURS, group["colour"], 0.0), "hair_colours"),
            "hair.receding": round(_between(float(np.clip(2 * who.gender - 0.6, 0, 1)), 0.06 * back, back), 3)}


def _beard(dice, who, values):
    """Facial hair: of men, and of nobody else, whatever is wished for; what is shaved leaves a shadow, the darker the denser."""
    manly = float(np.clip((who.gender - BEARDED[0]) / (BEARDED[1] - BEARDED[0]), 0, 1))
    shaved = dice.share("facial_hair.shadow")
    shadow = manly * DARKNESS.get(values["hair.colour"], 0.5) * (0.25 + 0.75 * shaved) * (0.4 + values["facial_hair.density"])
    style = dice.word("facial_hair.style", _weights(looks.FACIAL_HAIR, BEARDS, UNKNOWN), "facial_hair")
    grows = dice.share("facial_hair.grows") < manly
    return {"facial_hair.style": style if grows else "none", "facial_hair.shadow": round(min(shadow, 1.0), 3)}


def _marks(dice, who, values):
    """Freckles are of fair skin, most of red hair; moles of anybody, in most few."""
    fair = float(np.clip((who.skin_lab[0] - 52) / 18, 0, 1)) * FRECKLED.get(values["hair.colour"], 0.25)
    amount = (dice.share("skin.freckles") - (1 - fair)) / max(fair, 1e-6)
    return {"skin.freckles": round(max(0.0, amount) * (0.3 + 0.6 * fair), 3), "skin.moles": round(0.7 * dice.share("skin.moles") ** 2, 3)}


def _clothes(dice):
    kind = dice.word("clothes.kind", _weights(looks.CLOTHES, WORN, 0.2), "clothes")
    return {"clothes.kind": kind, "clothes.colour": dice.colour("clothes.colour", FABRICS[PALETTES.get(kind, 0)], "clothes_colours")}


def _glasses(dice, who):
    """Glasses: the older the more; `wishes.glasses` is the share of people who wear some."""
    wished = dice.wish("glasses")
    share = float(np.interp(who.years, *GLASSES_AGE)) if wished is None else wished
    frames = _weights([name for name in looks.GLASSES if name != "none"], FRAMES, 0.2)
    worn = dice.share("glasses.worn") < share
    return {"glasses.kind": dice.word("glasses.kind", frames, "frames") if worn else "none",
            "glasses.colour": dice.colour("glasses.colour", FRAME_COLOURS, "frame_colours")}


def _weights(words, table, unknown):
    return {word: float(table.get(word, unknown)) for word in words}


def _between(gender, woman, man):
    return (1 - gender) * woman + gender * man
