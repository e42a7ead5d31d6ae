"""What years, and being a woman or a man, do to a head and a look, for somebody who tends to it so much. Pure numbers.

The model's own age and gender axes say too little: from 25 to 85 they move a face by 2 mm, and make of an old woman an old man.
What is added here is kept out of an identity's shapes, so that one number, age or gender, makes the counterfactual twin.
"""

from .steps import smoothstep

SENESCENCE = (35.0, 88.0)                      # from where to where local signs of age grow

# What gender does beyond the model's own axis, at any age: axis -> value added, for a woman and for a man.
DIMORPHISM = {
    "eyebrows-trans-forward": (-0.22, 0.10), "eyebrows-trans-up": (0.12, -0.05), "chin-bones": (-0.28, 0.06), "chin-width": (-0.32, 0.08),
    "neck-scale-horiz": (-0.34, -0.08), "forehead-trans-forward": (0.07, -0.04), "nose-scale-horiz": (-0.10, 0.0),
    "nose-volume": (-0.09, 0.0), "nose-scale-vert": (0.0, 0.04), "mouth-scale-vert": (0.10, -0.03), "mouth-upperlip-volume": (0.14, -0.05),
    "mouth-lowerlip-volume": (0.10, -0.03), "mouth-scale-horiz": (0.0, 0.06),
    "outline-oval": (0.06, 0.0), "outline-invertedtriangular": (0.18, 0.0), "head-taper": (0.15, -0.05),
    "eye-lids-up": (-0.07, 0.2), "ear-scale.L": (-0.12, 0.04), "ear-scale.R": (-0.12, 0.04), "chin-height": (-0.05, 0.0),
    "eye-push2-out.L": (0.0, 0.22), "eye-push2-out.R": (0.0, 0.22), "eye-height2.L": (0.04, 0.06), "eye-height2.R": (0.04, 0.06),
    "eye-scale.L": (0.13, -0.03), "eye-scale.R": (0.13, -0.03), "neck-muscles": (-0.12, 0.2), "neck-larynx": (-0.3, 0.8),
}
# What years do to a face beyond the age axis, at full age: axis -> value added, for a woman and for a man. Bone grows coarser in men
# (brow ridge, nose, jaw, neck); in women it does not, and the model's old shapes, which do it to both, are held back.
AGEING = {
    "age-jowls": (0.66, 0.85), "age-cheeks": (0.85, 0.9), "age-folds": (0.7, 0.78),
    "age-temples": (1.1, 0.95), "age-orbits": (0.78, 0.85),
    "age-lips": (0.54, 0.78), "age-neck": (0.6, 0.9), "head-age": (1.0, 0.5), "mouth-angles-up": (0.1, 0.14), "mouth-trans-up": (0.12, 0.0),
    "nose-scale-vert": (-0.24, 0.08), "nose-point-up": (0.05, -0.04), "nose-volume": (-0.1, 0.05), "nose-scale-depth": (-0.5, -0.2),
    "nose-scale-horiz": (-0.18, 0.05), "mouth-upperlip-volume": (0.15, -0.25), "mouth-lowerlip-volume": (0.15, -0.2),
    "mouth-upperlip-height": (0.17, -0.18), "mouth-lowerlip-height": (0.24, 0.0), "mouth-laugh-lines-in": (0.25, 0.35),
    "chin-jaw-drop": (0.1, 0.25), "chin-width": (-0.2, 0.0), "chin-bones": (-0.25, 0.0), "neck-double": (0.3, 0.25),
    "neck-scale-horiz": (-0.4, -0.2), "neck-muscles": (0.1, 0.2), "eyebrows-trans-up": (0.16, -0.05), "eyebrows-angle-up": (-0.1, -0.1),
    "eyebrows-trans-forward": (-0.45, 0.05), "head-scale-vert": (-0.02, -0.02), "outline-invertedtriangular": (0.12, 0.0),
    "eye-lids-up": (0.14, 0.45), "ear-hang": (0.2, 0.6), "head-fat": (0.16, 0.0),
}
AGEING_SIDED = {
    "eye-bag": (0.05, 0.2), "eye-eyefold-up": (-0.4, -0.5), "eye-height2": (0.0, 0.05), "eye-height3": (-0.04, -0.1),
    "cheek-volume": (0.22, -0.25), "cheek-inner": (-0.2, -0.25), "cheek-trans-up": (-0.7, -0.25), "ear-scale": (0.0, 0.35),
    "ear-lobe": (0.0, 0.15), "ear-scale-vert": (-0.15, 0.0), "ear-wing": (-0.2, -0.1), "eye-scale": (0.12, 0.0),
}


def signs(age, gender):
    """Return {axis: value to add}: what age and gender make of a head beyond the model's own axes.

    age, gender   years; 0 woman .. 1 man
    """
    senescence = _rise(age, *SENESCENCE)
    out = {axis: _between(values, gender) for axis, values in DIMORPHISM.items()}
    for axis, values in _both_sides().items():
        out[axis] = out.get(axis, 0.0) + senescence * _between(values, gender)
    return out


def _both_sides():
    return AGEING | {f"{axis}.{side}": values for axis, values in AGEING_SIDED.items() for side in "LR"}


def _between(values, gender):
    woman, man = values
    return (1 - gender) * woman + gender * man


def _rise(age, start, full):
    """Return 0 before `start`, 1 from `full` on, smooth between."""
    return float(smoothstep(age, start, full))


def static_lines(who):
    """Return how deep the lines of a face at rest are: nearly none when young."""
    return _rise(who.age, 28, 82) * (0.4 + 0.9 * who.look.skin.lines)


def folding(who):
    """Return how readily skin folds when a face moves: young skin in soft folds, old and thin skin more."""
    return (0.98 + 0.22 * _rise(who.age, 20, 70)) * (0.80 + 0.4 * who.look.skin.lines)


def creased(who):
    """Return how sharp lines are at the bottom of folds: young skin folds softly, old skin is creased there."""
    return (0.16 + 0.84 * _rise(who.age, 26, 74)) * (0.6 + 0.8 * who.look.skin.lines)


def spots(who):
    """Return how many age spots there are."""
    return _rise(who.age, 45, 85) * who.look.skin.spots


def grey(who):
    """Return the share of hair that is grey; whose `grey` is 0.5 is half grey at about 58."""
    half = 78 - 40 * who.look.hair.grey
    return _rise(who.age, half - 22, half + 22)


def receded(who):
    """Return how far the hairline has gone back."""
    return _rise(who.age, 22, 75) * who.look.hair.receding


def sparse(who):
    """Return how much hair, brows and lashes have thinned: in men more."""
    return (0.28 + 0.22 * who.gender) * _rise(who.age, 55, 92)


def dryness(who):
    """Return how dry, thin and uneven skin has become."""
    return _rise(who.age, 35, 85)


def limbus_faded(who):
    """Return how far the ring around the iris has faded, and the white of the eye yellowed."""
    return _rise(who.age, 45, 88)


def shows(who):
    """Return {sign: how much of it shows} at the person's age, rounded, for records."""
    return {sign.__name__: round(sign(who), 4) for sign in (static_lines, folding, spots, grey, receded, sparse)}
