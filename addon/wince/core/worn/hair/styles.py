"""How each style is cut and combed, as numbers on the average adult's head; how one person's cut differs from the next one's."""

from dataclasses import dataclass, replace

import numpy as np

from ...streams import stream

BROW, CHIN = 0.160, 0.040                           # heights, metres


@dataclass(frozen=True)
class Style:
    """Lengths in metres; directions are weights that add up, see `grow.flow`.

    count                strands before the hairline thins them out
    top, side, nape      length of the hair on the top, at the sides, at the nape
    width                of a strand at its root
    whorl                away from the crown
    fall                 down
    back, lift           to the back of the head; off the skin, at the root
    part, split          metres left of the middle where the hair is parted, and how strongly; None: not
    parting_width        metres over which it parts: 0 at a line
    under                whether the side of the parting is cut like the sides
    sweep                (x, y, z) of the hair at the front alone
    turn                 metres in which a strand turns into its direction: small is limp
    hold                 how closely hair keeps to the head
    layer, crown         how thick the coat of hair is, metres; its share of that on top of the head
    hem, ragged          height at which it is cut, how unevenly, metres; None: by length alone
    fringe               height at which hair that grows ahead is cut, metres; None: as the rest
    curve                how the tips turn in, -1 out .. 1 in
    gather               (x, y, z) where all hair is tied, metres, or None
    tail                 "" | "tail" | "bun": what becomes of it there
    opens                whether hair keeps off the face like a curtain
    made                 texture that it is made to have where it has less: "" | one of texture.TEXTURES | "set"
    taper                metres inside the hairline over which sides and nape are faded, of a man
    uneven               how much lengths differ from strand to strand
    under_coat           whether a coat on the scalp keeps it from shining through
    bared                whether its hairline is seen from before: fine hair is laid along it
    rope                 "" | one of ropes.MAKERS: hair that is braided all over
    """

    count: int
    top: float
    side: float
    nape: float
    width: float = 0.00042
    whorl: float = 0.0
    fall: float = 0.0
    back: float = 0.0
    lift: float = 0.3
    part: float | None = None
    split: float = 0.0
    parting_width: float = 0.0
    under: bool = False
    sweep: tuple = (0.0, 0.0, 0.0)
    turn: float = 0.02
    hold: float = 1.6
    layer: float = 0.006
    crown: float = 1.0
    hem: float | None = None
    ragged: float = 0.010
    fringe: float | None = None
    curve: float = 0.0
    gather: tuple | None = None
    tail: str = ""
    opens: bool = False
    made: str = ""
    taper: float = 0.0
    uneven: float = 0.10
    under_coat: bool = False
    bared: bool = False
    rope: str = ""


STYLES = {
    "buzz": Style(42000, 0.0075, 0.0055, 0.0045, 0.00030, whorl=1.0, fall=0.3, lift=0.55, layer=0.002, taper=0.050, uneven=0.28),
    "short": Style(22000, 0.032, 0.013, 0.008, 0.00036, whorl=0.9, fall=0.35, lift=0.6, sweep=(-0.35, 0.15, 0.7), turn=0.018, layer=0.008,
                   taper=0.045, uneven=0.22),
    "side_part": Style(20000, 0.075, 0.024, 0.012, 0.00036, whorl=0.3, fall=0.45, back=0.35, lift=0.5, part=0.030, split=0.9, under=True,
                       sweep=(-0.3, 0.5, 0.45), turn=0.017, layer=0.012, taper=0.040, uneven=0.14, under_coat=True),
    "crop": Style(20000, 0.078, 0.042, 0.026, 0.00036, whorl=0.7, fall=0.8, lift=0.35, part=0.030, split=0.4, sweep=(-0.9, -0.1, 0.1),
                  turn=0.014, hold=2.2, layer=0.012, fringe=0.172, uneven=0.2, under_coat=True),
    "bob": Style(20000, 0.300, 0.220, 0.150, whorl=0.15, fall=1.0, lift=0.35, part=0.022, split=0.8, sweep=(0.0, 0.4, 0.25), turn=0.018,
                 layer=0.013, crown=0.7, hem=0.035, ragged=0.010, curve=0.8, opens=True, under_coat=True),
    "fringe": Style(20000, 0.320, 0.250, 0.200, whorl=0.6, fall=0.9, lift=0.35, turn=0.020, layer=0.013, hem=-0.005, ragged=0.014,
                    fringe=BROW, curve=0.5, opens=True, under_coat=True),
    "long": Style(24000, 0.460, 0.380, 0.300, whorl=0.1, fall=1.0, back=0.2, lift=0.35, part=0.004, split=0.8, sweep=(0.0, 0.4, 0.25),
                  turn=0.020, layer=0.015, crown=0.6, hem=-0.115, ragged=0.020, opens=True, under_coat=True),
    "ponytail": Style(19000, 0.300, 0.240, 0.200, layer=0.0045, gather=(0.0, 0.066, 0.200), tail="tail", under_coat=True, bared=True),
    "bun": Style(19000, 0.300, 0.240, 0.240, layer=0.0055, gather=(0.0, 0.022, 0.246), tail="bun", under_coat=True, bared=True),
    "permed": Style(19000, 0.070, 0.056, 0.036, 0.00038, whorl=0.9, fall=0.75, lift=0.6, sweep=(0.0, -0.35, 0.25), turn=0.014, hold=2.2,
                    layer=0.020, crown=1.3, fringe=0.192, made="set", under_coat=True),
    "afro": Style(15000, 0.075, 0.060, 0.045, 0.00055, lift=6.0, whorl=0.1, turn=0.4, hold=0.0, layer=0.001),
    "braids": Style(120, 0.400, 0.320, 0.260, whorl=0.15, fall=1.0, back=0.3, lift=0.2, turn=0.012, layer=0.016, crown=0.5, hem=-0.085,
                    ragged=0.030, opens=True, rope="braids"),
    "cornrows": Style(11, 0.0, 0.0, 0.0, rope="cornrows"),
}
MIDDLE = -0.385                                      # of a normal draw; below it, a third, long hair is parted in the middle
LENGTHS, HEMS, PARTS = 0.12, 0.006, 0.35             # spread of lengths (share), of hems (metres), of partings (share)


def own(style, man, seed):
    """Return a Style as one person wears it: somewhat longer or shorter, parted elsewhere, faded more or less.

    style   Style
    man     0 woman .. 1 man
    seed    the look's
    """
    length, hem, part, ragged, taper, middle = stream(seed, "hair.cut").standard_normal(6).clip(-1.8, 1.8)
    times = float(np.exp(LENGTHS * length))
    wear = {"top": style.top * times, "side": style.side * times**0.7, "nape": style.nape * times**0.7,
            "taper": style.taper * man * float(np.clip(0.9 + 0.4 * taper, 0.35, 1.4)), "ragged": style.ragged * float(np.exp(0.3 * ragged))}
    if style.hem is not None:
        wear["hem"] = style.hem + HEMS * hem
    if style.part is not None:
        share = 0.1 if style.opens and middle < MIDDLE else np.exp(PARTS * part)
        wear["part"] = float(np.clip(style.part * share, 0.002, 0.038))
    return replace(style, **wear)
