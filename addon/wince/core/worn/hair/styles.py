"""How each style is cut and combed, as numbers on the average adult's head."""

from dataclasses import dataclass

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
    made                 texture that it is made to have where it has less: "" | one of texture.TEXTURES
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


STYLES = {
    "buzz": Style(34000, 0.008, 0.006, 0.005, 0.00038, whorl=1.0, lift=0.7, layer=0.003),
    "short": Style(20000, 0.034, 0.014, 0.009, 0.00038, whorl=1.0, fall=0.25, lift=0.75, sweep=(-0.25, 0.1, 0.9), turn=0.022, layer=0.010),
    "side_part": Style(19000, 0.075, 0.026, 0.014, 0.00038, whorl=0.3, fall=0.35, back=0.35, lift=0.6, part=0.030, split=0.9, under=True,
                       sweep=(-0.3, 0.5, 0.5), turn=0.020, layer=0.013),
    "crop": Style(19000, 0.070, 0.058, 0.034, 0.00038, whorl=0.9, fall=0.5, lift=0.5, part=0.030, split=0.4, sweep=(-0.9, -0.1, 0.1),
                  turn=0.022, layer=0.012, fringe=0.172),
    "bob": Style(16000, 0.300, 0.220, 0.150, whorl=0.15, fall=1.0, lift=0.35, part=0.022, split=0.8, sweep=(0.0, 0.4, 0.25), turn=0.020,
                 layer=0.015, crown=0.6, hem=0.035, ragged=0.006, curve=1.1, opens=True),
    "fringe": Style(17000, 0.320, 0.250, 0.200, whorl=0.6, fall=0.9, lift=0.35, turn=0.020, layer=0.014, hem=-0.005, ragged=0.010,
                    fringe=BROW, curve=0.7, opens=True),
    "long": Style(16000, 0.460, 0.380, 0.300, whorl=0.1, fall=1.0, back=0.15, lift=0.35, part=0.004, split=0.8, sweep=(0.0, 0.4, 0.25),
                  turn=0.022, layer=0.017, crown=0.5, hem=-0.115, ragged=0.030, opens=True),
    "ponytail": Style(16000, 0.300, 0.240, 0.200, lift=0.14, turn=0.014, layer=0.007, gather=(0.0, 0.066, 0.200), tail="tail"),
    "bun": Style(16000, 0.300, 0.240, 0.240, lift=0.16, turn=0.014, layer=0.010, gather=(0.0, 0.022, 0.246), tail="bun"),
    "permed": Style(17000, 0.072, 0.062, 0.040, 0.00045, whorl=0.6, fall=0.35, back=0.15, lift=0.8, part=0.034, split=0.3,
                    sweep=(-0.8, -0.05, 0.35), turn=0.018, hold=1.6, layer=0.017, fringe=0.188, made="curly"),
    "afro": Style(15000, 0.075, 0.060, 0.045, 0.00055, lift=6.0, whorl=0.1, turn=0.4, hold=0.0, layer=0.001),
}
