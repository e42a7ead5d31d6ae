"""What a job will cost, said before it begins: pictures, disk, time.  Measured once on two cores; good to about a factor of two."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import expand, layout, rigs

from .progress import duration, plural

BYTES_PER_PIXEL = {             # of PNGs as they come out; depth and after only where `outputs:` asks for them
    "rgb": 0.6, "seg": 0.02, "heat": 0.17, "coverage": 0.03,
    "depth": 0.7, "normal": 2.2, "regions": 0.06, "surface": 2.5, "heat_terms": 0.8, "heat_float": 4.0, "exr": 90.0,
}
ALWAYS = ("rgb", "seg", "heat", "coverage")
RECORD_BYTES, EXPRESSION_BYTES = 13_500, 9_000
CORE_SECONDS = {"view": 0.3, "sample": 0.75, "oidn": 9.0}       # of a plain face: per view; per megapixel and sample; per megapixel
FULL_LOOK = 1.9                                                 # how many times a plain face's view one with hair, clothes and skin costs
BUILD_SECONDS = {"first": 3.0, "person": 1.0}                   # Blender and the first face; each person; on one core, whatever there are


@dataclass(frozen=True)
class Estimate:
    """Views to render, those already there, bytes and seconds for the rest, processors counted on."""

    people: int
    views: int
    present: int
    size: int
    seconds: float
    cores: int

    def sentence(self):
        """Return the estimate as one line."""
        head = f"{plural(self.views, 'picture', 'pictures')} of {plural(self.people, 'person', 'people')}"
        if self.present >= self.views:
            return f"{head}: all are there already"
        there = f", {self.present:,} there already" if self.present else ""
        return f"{head}{there}: about {size_in_words(self.size)} and {duration(self.seconds)} on {self.cores} processors"


def estimate(job, orders):
    """Estimate a job.

    job      spec.Job
    orders   launch.Orders: where it goes, and whether it is one sample only
    returns  Estimate
    raises   WinceError when the output folder's disk has not enough room
    """
    samples = [sample for sample in expand.samples(job) if not orders.only or sample.key == orders.only]
    present = 0 if orders.only else sum(layout.record_path(orders.out, sample.key).is_file() for sample in samples)
    left = len(samples) - present
    cores = job.render.threads * orders.workers or os.cpu_count() or 1
    people = len({sample.person for sample in samples})
    building = _building_seconds(people * left / max(len(samples), 1), orders.workers)
    result = Estimate(people, len(samples), present, round(left * view_bytes(job)),
                      left * view_seconds(job) / cores + building, cores)
    _refuse_full_disk(result, orders.out)
    return result


def view_bytes(job):
    """Return about how many bytes a view of a job takes on disk."""
    per_pixel = sum(BYTES_PER_PIXEL[name] for name in (*ALWAYS, *job.outputs))
    return RECORD_BYTES + EXPRESSION_BYTES / len(job.cameras) + _pixels(job) * per_pixel


def view_seconds(job):
    """Return about how many seconds of one processor a view of a job takes, the building of people aside."""
    denoise = CORE_SECONDS["oidn"] if job.render.denoiser != "none" else 0
    plain = CORE_SECONDS["view"] + _pixels(job) / 1e6 * (CORE_SECONDS["sample"] * job.render.samples + denoise)
    return plain * (1.0 if job.render.look == "plain" else FULL_LOOK)


def size_in_words(size):
    """Return bytes as people say them: `230 MB`."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}" if size < 10 * factor else f"{size / factor:.0f} {unit}"
    return f"{max(1, round(size / 1000))} kB"


def _pixels(job):
    """Return the mean number of pixels of a job's views."""
    sizes = [camera.resolution or job.render.resolution for camera in rigs.resolve(job.cameras)]
    return sum(width * height for width, height in sizes) / len(sizes)


def _building_seconds(people, workers):
    """Return the seconds that it takes to build people, workers beside one another; none where nothing is left."""
    return BUILD_SECONDS["first"] + BUILD_SECONDS["person"] * people / max(workers, 1) if people else 0.0


def _refuse_full_disk(result, out):
    folder = next(folder for folder in (Path(out).absolute(), *Path(out).absolute().parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    if result.size > free:
        raise WinceError(f"{out}: the job needs about {size_in_words(result.size)} and {size_in_words(free)} are free there: "
                         f"choose another disk with --out, or ask for less")
