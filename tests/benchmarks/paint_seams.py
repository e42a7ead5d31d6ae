"""How much textures step across the borders of the atlas: seam step / interior step at equal distance in space, before and after the pass.

python tests/benchmarks/paint_seams.py [SIZE] [PEOPLE]: white noise, soft noise, noise that differs from view to view, one tint per end of
the atlas, the built-in skin. Issue 5 asks for 1.5 at most after the pass. Gap: difference at one and the same point of the skin.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless")]

from wince.core import demographics, face  # noqa: E402
from wince.core import pack as packs  # noqa: E402
from wince.core.skin import paint as skin  # noqa: E402
from wince.core.streams import stream  # noqa: E402
from wince.job import spec  # noqa: E402
from wince_headless.paint import surface as surfaces  # noqa: E402
from wince_headless.paint.finish import seams  # noqa: E402


def textures(person, surface, number):
    """Yield (name, colours (N, 3)) of textures that know nothing of the atlas's borders, and of the built-in skin."""
    size, rng = surface.size, stream(number, "benchmark.paint.seams")
    yield "white noise", rng.random((len(surface.index), 3)).astype(np.float32)
    for name, texels in (("soft noise", 2), ("broad noise", size / 40)):
        field = ndimage.gaussian_filter(rng.normal(size=(size, size, 3)), (texels, texels, 0))
        yield name, surface.at(0.4 + 0.1 * field / field.std()).astype(np.float32)
    builtin = surface.at(skin.albedo(person, size))
    yield "tinted ends", builtin * (0.8 + 0.4 * (surface.index % size)[:, None] / size).astype(np.float32)
    yield "built-in skin", builtin


def main(size, people):
    """Print one row per texture and place: mean of all people, the worst in brackets."""
    pack, rows = packs.load(), {}
    model, seconds = face.FaceModel(pack), []
    seams.pairs(pack, size)
    for number in range(people):
        person = model.person(demographics.sample(21, number, spec.People(), pack))
        surface = surfaces.of(person, size)
        for name, colour in textures(person, surface, number):
            start = time.perf_counter()
            out = seams.smooth(colour, surface, pack)
            seconds.append(time.perf_counter() - start)
            for place, where in (("all", None), ("painted", surface.paint)):
                pair = [seams.measure(c, surface, pack, where=where) for c in (colour, out)]
                rows.setdefault((name, place), []).append([one[key] for one in pair for key in ("ratio", "gap")])
    print(f"{size} x {size}, {people} people, {np.median(seconds):.2f} s a pass\n")
    print(f"{'texture':15} {'borders':8} {'ratio before':>16} {'after':>14} {'gap before':>12} {'after':>9}")
    for (name, place), found in rows.items():
        mean, worst = np.mean(found, axis=0), np.max(found, axis=0)
        ratios = f"{mean[0]:9.2f} ({worst[0]:5.2f}) {mean[2]:7.2f} ({worst[2]:4.2f})"
        print(f"{name:15} {place:8} {ratios} {mean[1]:12.4f} {mean[3]:9.5f}")


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["512", "4"][len(sys.argv) - 1:])))
