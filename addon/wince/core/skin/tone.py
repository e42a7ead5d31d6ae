"""The tone of a whole skin: its mean colour as painted, its ITA, the nearest step of the Monk scale."""

import numpy as np

from .. import colour

# The Monk Skin Tone scale, steps 1 to 10, display colours (E. Monk, skintone.google, CC BY 4.0).
MONK = ("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96", "#a07e56", "#825c43", "#604134", "#3a312a", "#292420")


def ita(lab):
    """Return the individual typology angle of a Lab colour, degrees: above 55 very light, below -30 dark (Chardon et al. 1991)."""
    return float(np.degrees(np.arctan2(lab[0] - 50, lab[2])))


def monk_lab():
    """Return the scale's ten colours, (10, 3) Lab."""
    shown = [[int(code[k:k + 2], 16) / 255 for k in (1, 3, 5)] for code in MONK]
    return colour.to_lab(colour.decode(shown))


def monk(lab):
    """Return the step 1..10 of the Monk scale that a Lab colour is nearest to by CIEDE2000."""
    return int(np.argmin(colour.difference(monk_lab(), np.asarray(lab, float)))) + 1


def facts(mean):
    """Return what a record says of a skin whose mean albedo is `mean` (3,), linear sRGB: {"lab", "luminance", "ita_deg", "monk"}."""
    lab = [round(float(v), 2) for v in colour.to_lab(mean)]              # angle and step follow from the colour as it is written
    return {"lab": lab, "luminance": round(float(colour.luminance(mean)), 4),
            "ita_deg": round(ita(lab), 2), "monk": monk(lab)}
