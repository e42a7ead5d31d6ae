"""How far views agree after denoising together, how much detail is left, and what agreeing costs; no weights needed.

python tests/benchmarks/paint_sync.py [--seeds 6] [--device cpu] [--views 512] [--atlas 1024] [--quick] [--threads 2]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon"), str(ROOT / "headless"), str(ROOT / "tests" / "paint")]

import stub  # noqa: E402

from wince.core import demographics, face, pack  # noqa: E402
from wince.job import spec  # noqa: E402
from wince_headless.paint import projection, surface, views  # noqa: E402
from wince_headless.paint.denoise import fuse, sync  # noqa: E402
from wince_headless.paint.denoise.atlas import Atlas  # noqa: E402
from wince_headless.paint.settings import Settings  # noqa: E402

SIDE, SIZE, STEPS = 128, 256, 16
SHARES = 0.0, 0.5, 0.8, 0.9, 1.0
NETWORK_S = 0.05, 0.5, 5.0, 20.0        # of one view in one step, guidance and control included


def head(side, size):
    """Return a real head's Projection and Surface."""
    loaded = pack.load()
    person = face.FaceModel(loaded).person(demographics.sample(7, 3, spec.People(), loaded))
    shown = surface.of(person, size)
    return projection.of(shown, views.around(person, Settings(view_size=side))), shown


def backends(count, side, seed):
    """Return {name: prediction}: the best denoiser of 1 / f noise, and a random picture of its own for every view."""
    chance = np.random.default_rng(seed).random((count, side // 8, side // 8, 3), dtype=np.float32).repeat(8, 1).repeat(8, 2)
    return {"1/f denoiser": stub.Wiener(side), "chance per view": stub.oracle(chance)}


def detail(fused, size, index):
    """Return the mean square of the colours' Laplacian over the texels: how much of the finest detail is there."""
    picture = np.zeros((size * size, 3), np.float32)
    seen = np.zeros(size * size, bool)
    picture[index], seen[index] = fused.colours, fused.weight > 0.05
    picture, seen = picture.reshape(size, size, 3), seen.reshape(size, size)
    around = [(1, 0), (-1, 0), (1, 1), (-1, 1)]
    inner = np.logical_and.reduce([seen, *(np.roll(seen, step, axis) for step, axis in around)])
    return float(((4 * picture - sum(np.roll(picture, step, axis) for step, axis in around))[inner] ** 2).mean())


def agreement(where, seeds, area=None):
    """Print disagreement and detail of all backends and shares."""
    count, side = where.inside.shape[:2]
    print(f"{'backend':18}{'share':>6}{'disagreement':>14}{'+-':>8}{'factor':>8}{'least':>7}{'detail kept':>13}")
    for name in backends(count, side, 0):
        alone = None
        for share in SHARES if name != "chance per view" else (0.0, 1.0):              # it does not look at what it is given
            rows = np.array([_one(where, name, share, seed, area) for seed in range(seeds)])
            alone = rows if alone is None else alone
            factor = alone[:, 0] / rows[:, 0]
            print(f"{name:18}{share:6.1f}{rows[:, 0].mean():14.4f}{rows[:, 0].std():8.4f}{factor.mean():8.2f}{factor.min():7.2f}"
                  f"{rows[:, 1].mean() / alone[:, 1].mean():13.0%}", flush=True)


def _one(where, name, share, seed, area):
    count, side = where.inside.shape[:2]
    backend = stub.Stub(backends(count, side, seed)[name])
    told = stub.settings(steps=STEPS, sync_share=share)
    fused = fuse.fuse(sync.paint(backend, ["a face"] * count, "", stub.conditions(count, side), where, told, seed), where)
    return fused.disagreement(area), detail(fused, where.size, where.index)


def costs(where, device):
    """Print what an agreement and a fusing cost beside networks of given speed."""
    count, side = where.inside.shape[:2]
    images = torch.rand((count, 3, side, side), generator=torch.Generator().manual_seed(0)).to(device)
    atlas = Atlas(where, device)
    agree = seconds(lambda: atlas.agreed(images, 2.0), device)
    once = seconds(lambda: fuse.fuse(images.movedim(1, -1).cpu().numpy(), where, device=device), device)
    print(f"\n{count} views of {side} px, atlas {where.size}, {len(where.index)} texels, {device}: "
          f"agreeing {agree * 1000:.0f} ms without the codec, fusing {once * 1000:.0f} ms")
    for network in NETWORK_S:
        print(f"  network {network:5.2f} s per view and step: agreeing in 80 % of the steps adds {0.8 * agree / (network * count):7.2%}")


def seconds(function, device, repeats=3):
    """Return the median time of a call."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        if torch.device(device).type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seeds", type=int, default=6)
    words.add_argument("--device", default="cpu")
    words.add_argument("--views", type=int, default=512)
    words.add_argument("--atlas", type=int, default=1024)
    words.add_argument("--threads", type=int, default=2)
    words.add_argument("--quick", action="store_true", help="without the real head's table")
    given = words.parse_args()
    torch.set_num_threads(given.threads)
    print(f"a ball, 5 views of {SIDE} px, atlas {SIZE}, {STEPS} steps, {given.seeds} seeds")
    agreement(stub.sphere(SIDE, SIZE), given.seeds)
    if not given.quick:
        where, shown = head(SIDE, SIZE)
        print(f"\na head, 7 views of {SIDE} px, atlas {SIZE}, {STEPS} steps, {given.seeds} seeds")
        agreement(where, given.seeds, shown.area)
    costs(head(given.views, given.atlas)[0], given.device)


if __name__ == "__main__":
    main()
