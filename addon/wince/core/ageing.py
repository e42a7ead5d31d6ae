"""What years, and being a woman or a man, do to a head and a look, for somebody who tends to it so much. Pure numbers.

The model's own age and gender axes say too little: from 25 to 85 they move a face by 2 mm, and make of an old woman an old man.
What is added here is kept out of an identity's shapes, so that one number, age or gender, makes the counterfactual twin.
"""

from .steps import smoothstep

SENESCENCE = (35.0, 88.0)                      # from where to where local signs of age grow

# What gender does beyond the model's own axis, at any age: axis -> value added, for a woman and for a man.
DIMORPHISM = {
    "eyebrows-trans-forward": (-0.14, 0.03), "eyebrows-trans-up": (0.10, -0.03), "chin-bones": (-0.26, 0.04), "chin-width": (-0.26, 0.05),
    "neck-scale-horiz": (-0.2, 0.05), "forehead-trans-forward": (0.05, -0.03), "nose-scale-horiz": (-0.10, 0.0),
    "nose-volume": (-0.09, 0.0), "mouth-scale-vert": (0.10, -0.03), "mouth-upperlip-volume": (0.06, -0.03), "outline-oval": (0.18, 0.0),
    "eye-scale.L": (0.13, -0.03), "eye-scale.R": (0.13, -0.03), "ear-scale.L": (-0.12, 0.04), "ear-scale.R": (-0.12, 0.04),
    "chin-height": (-0.06, 0.02),
}
# What years do to a face beyond the age axis, at full age: axis -> value added, for a woman and for a man. Bone grows coarser in men
# (brow ridge, nose, jaw, neck); in women it does not, and the model's old shapes, which do it to both, are held back.
AGEING = {
    "age-jowls": (0.6, 0.92), "age-cheeks": (1.32, 0.92), "age-folds": (0.6, 0.85),
    "age-temples": (1.1, 0.9), "age-orbits": (0.85, 0.92),
    "age-lips": (0.7, 0.8), "age-neck": (1.0, 0.9), "head-age": (1.0, 0.4), "mouth-angles-up": (0.1, 0.05), "mouth-trans-up": (0.2, 0.0),
    "nose-scale-vert": (-0.22, 0.12), "nose-point-up": (0.03, -0.04), "nose-volume": (-0.4, 0.05), "nose-scale-depth": (-0.25, -0.05),
    "nose-scale-horiz": (-0.35, 0.05), "mouth-upperlip-volume": (0.05, -0.35), "mouth-lowerlip-volume": (0.05, -0.3),
    "mouth-upperlip-height": (0.05, -0.2), "mouth-laugh-lines-in": (0.3, 0.35), "chin-jaw-drop": (0.1, 0.3), "chin-width": (-0.5, 0.0),
    "chin-bones": (-0.55, 0.0), "neck-double": (0.25, 0.25), "neck-scale-horiz": (-0.5, -0.1), "eyebrows-trans-up": (0.12, -0.1),
    "eyebrows-angle-up": (-0.15, -0.15), "eyebrows-trans-forward": (-0.4, 0.05), "head-scale-vert": (-0.02, -0.02),
    "outline-oval": (0.12, 0.0),
}
AGEING_SIDED = {
    "eye-bag": (0.15, 0.3), "eye-eyefold-up": (-0.5, -0.6), "eye-height2": (0.0, -0.15), "eye-height3": (-0.06, -0.25),
    "cheek-volume": (0.0, -0.25), "cheek-inner": (-0.2, -0.25), "cheek-trans-up": (-0.42, -0.2), "ear-scale": (-0.1, 0.4),
    "ear-lobe": (-0.1, 0.45), "ear-scale-vert": (-0.25, 0.0), "ear-wing": (-0.2, 0.0), "eye-scale": (0.12, 0.0),
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
    """Return how readily skin folds when a face moves: young skin somewhat, old and thin skin much."""
    return (0.62 + 0.48 * _rise(who.age, 20, 70)) * (0.6 + 0.8 * who.look.skin.lines)


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
