"""How far painted skin is off its albedo before and after delighting: people light and dark, lights with cast shadows, in Cycles.

    python tests/benchmarks/delight.py [--size 256] [--samples 64]

Each head wears another one's skin in its own tone, so that what delighting expects is not what is painted. CIEDE2000 over bare skin,
median / mean / 95 %, and the relative RMS of luminance, both after the mean is set right; both models, and the first without expectation.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless"), str(ROOT / "tests/paint")]

import cycles_light  # noqa: E402

from wince.core import demographics, face, pack  # noqa: E402
from wince.core.skin import paint  # noqa: E402
from wince.job import spec  # noqa: E402
from wince_headless.paint import surface  # noqa: E402
from wince_headless.paint.finish import delight, transfer  # noqa: E402

PEOPLE = ((0, 8), (7, 3), (8, 0), (3, 7))                          # of seed 7: who, and whose skin


def measured(number, other, size, samples):
    """Print the table of one head."""
    loaded = pack.load()
    model = face.FaceModel(loaded)
    person, stranger = (model.person(demographics.sample(7, n, spec.People(), loaded)) for n in (number, other))
    here = surface.of(person, size)
    start = time.perf_counter()
    carried = transfer.of(here.mesh, transfer.directions())
    print(f"head {number}, L* {person.identity.skin_lab[0]:.0f}, visibility in {time.perf_counter() - start:.1f} s")
    expected, painted = (here.at(paint.albedo(who, size)) for who in (person, stranger))
    weight = here.skin * here.area
    truth = np.clip(painted * ((weight @ expected) / (weight @ painted)), 0.004, 0.92).astype(np.float32)
    shown("no light", truth, truth, here, expected, carried)
    for light in cycles_light.LIGHTS:
        lit = here.at(cycles_light.baked(person, here.picture(truth), light, samples))
        shown(light, lit, truth, here, expected, carried)


def shown(light, lit, truth, here, expected, carried):
    """Print one line: before, both models, the first without expectation, and a second time."""
    seen = np.ones(len(lit), np.float32)
    start = time.perf_counter()
    found, report = delight.delight(lit, seen, here, expected, carried=carried)
    took = time.perf_counter() - start
    plain, _ = delight.delight(lit, seen, here, expected, model="harmonics")
    blind, _ = delight.delight(lit, seen, here, carried=carried)
    again, _ = delight.delight(found, seen, here, expected, carried=carried)
    pairs = (lit, truth), (found, truth), (plain, truth), (blind, truth), (again, found)
    cells = [told(one, other, here) for one, other in pairs]
    baked = f"R2 {report.baked_r2_before:.2f} -> {report.baked_r2_after:.2f}"
    print(f"  {light:<18}", *(f"{cell:<24}" for cell in cells), baked, f" {took:.1f} s", flush=True)


def told(found, truth, here):
    """Return the numbers of one cell."""
    off = cycles_light.errors(found, truth, here)
    return f"{off['median']:.2f}/{off['mean']:.2f}/{off['p95']:.1f} {off['rms']:.1%}"


def main():
    """Read the command line, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, help="texels along a side of the atlas")
    parser.add_argument("--samples", type=int, default=64, help="of Cycles, for each texel")
    parser.add_argument("--heads", type=int, default=len(PEOPLE), help="how many")
    given = parser.parse_args()
    heads = ("before", "shadows", "harmonics", "shadows, no expected", "shadows twice, change")
    print(f"  {'light':<18}", *(f"{name:<24}" for name in heads))
    for number, other in PEOPLE[:given.heads]:
        measured(number, other, given.size, given.samples)


if __name__ == "__main__":
    main()
