"""Expression, a face with what it was meant to be, and the kinds of faces that are not pain.

The AUs of the emotions follow the prototypes that the FACS literature names for them (Ekman and Friesen's EMFACS); intensities and
probabilities are ours, not fitted to any population. Hard negatives are what a pain detector mistakes: parts of the pain face
without pain, some of them with a PSPI above 0.
"""

from dataclasses import dataclass, field

from .action_units import ActionUnits


@dataclass(frozen=True)
class Expression:
    """A face, and what was meant by it: the same AUs can be a grimace or a smile.

    aus    ActionUnits   sampled faces hold whole FACS codes
    kind   str           "neutral", "pain", or a key of KINDS
    pain   bool          pain was meant; not the same as PSPI > 0
    """

    aus: ActionUnits
    kind: str
    pain: bool


NEUTRAL = Expression(ActionUnits(), "neutral", False)


@dataclass(frozen=True)
class Recipe:
    """How one kind of face varies.

    always         tuple of variants, {AU: (low, high)}; one is picked, each AU uniform between its codes, sides alike
    sometimes      {AU: (low, high)}; each joins with `chance`
    hard_negative  part of the pain face without pain
    """

    always: tuple[dict[int, tuple[int, int]], ...]
    sometimes: dict[int, tuple[int, int]] = field(default_factory=dict)
    chance: float = 0.5
    hard_negative: bool = False


ANY = (1, 5)
KINDS: dict[str, Recipe] = {
    "joy": Recipe(({6: (1, 5), 12: (2, 5)}, {6: (2, 5), 12: (3, 5), 25: (2, 5)}, {6: (2, 5), 12: (3, 5), 25: (3, 5), 26: (1, 4)})),
    "surprise": Recipe(({1: (2, 5), 2: (2, 5), 5: (1, 4), 25: (1, 4), 26: (2, 5)},
                        {1: (3, 5), 2: (3, 5), 5: (2, 5), 25: (3, 5), 27: (2, 5)})),
    "disgust": Recipe(({9: (2, 5), 17: (1, 4)}, {10: (2, 5), 15: (1, 4)}, {9: (2, 5), 10: (1, 4), 25: (1, 4)}), {4: (1, 3), 7: (1, 3)}),
    "fear": Recipe(({1: (2, 5), 2: (1, 4), 4: (1, 4), 5: (2, 5), 20: (1, 5), 25: (1, 4), 26: (1, 4)},
                    {1: (2, 5), 2: (1, 4), 4: (1, 4), 5: (2, 5), 7: (1, 3), 20: (2, 5), 25: (1, 4)})),
    "anger": Recipe(({4: (2, 5), 5: (1, 4), 7: (1, 5), 24: (1, 5)}, {4: (3, 5), 7: (2, 5), 23: (1, 5)},
                     {4: (2, 5), 5: (1, 4), 7: (2, 5), 25: (1, 4), 26: (1, 3)}), {17: (1, 3), 38: (1, 4)}),
    "sadness": Recipe(({1: (2, 5), 4: (1, 4), 15: (1, 5)}, {1: (2, 5), 15: (2, 5), 17: (1, 4)}), {11: (1, 3), 64: (1, 3)}),
    "speech": Recipe(({25: (1, 4), 26: (1, 4)}, {18: (1, 4), 25: (1, 3)}, {22: (1, 5), 25: (1, 4), 26: (1, 3)}, {24: (1, 4)},
                      {20: (1, 3), 25: (1, 4)}, {16: (1, 3), 25: (1, 4), 26: (1, 2)}, {25: (2, 4), 27: (1, 3)}),
                     {17: (1, 2), 14: (1, 2)}, 0.2),
    "blink": Recipe(({45: (3, 5)},), {1: (1, 1), 64: (1, 3)}, 0.2),
    "gaze": Recipe(({61: (1, 5)}, {62: (1, 5)}, {63: (1, 4)}, {64: (1, 5)}, {61: (1, 4), 63: (1, 3)}, {61: (1, 4), 64: (1, 4)},
                    {62: (1, 4), 63: (1, 3)}, {62: (1, 4), 64: (1, 4)})),
    # PSPI 0
    "brow_raise": Recipe(({1: ANY, 2: ANY, 5: ANY},), hard_negative=True),
    "smile": Recipe(({12: ANY},), hard_negative=True),
    "mouth_open": Recipe(({25: ANY, 26: ANY},), hard_negative=True),
    "pout": Recipe(({15: ANY, 17: ANY},), hard_negative=True),
    # PSPI above 0
    "duchenne_smile": Recipe(({6: ANY, 12: ANY},), hard_negative=True),
    "frown_squint": Recipe(({4: ANY, 7: ANY},), hard_negative=True),
}
NONPAIN_KINDS = tuple(KINDS)
HARD_NEGATIVES = tuple(kind for kind, recipe in KINDS.items() if recipe.hard_negative)
