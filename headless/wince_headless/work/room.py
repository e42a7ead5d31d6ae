"""Is there space left on the disk: before, against an estimate of what is missing, and during, for the views in hand."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError
from wince.job import layout
from wince.job import plan as planned

from .. import estimate
from . import shards

BLOCK = 4096                        # bytes: a file takes whole ones of these, half of one is lost on the mean
FILES, FOLDERS = 5, 1.5             # of a sample beside what `outputs:` asks for; inodes are a disk's other measure
SPARE = 0.01                        # share of the disk that is left alone ...
SPARE_MOST = 500e6                  # ... but not more than this, in bytes
IN_HAND = 3                         # views that a worker may have between Blender and the disk
SCRATCH_LEAST = 1e6                 # bytes: below this the disk for temporary files is to blame for a death


@dataclass(frozen=True)
class Room:
    """What a plan's views take, and whether the disk below it has that.

    folder   of the dataset
    bytes    of a view on disk, about
    inodes   of a view
    """

    folder: Path
    bytes: float
    inodes: float

    def short(self, workers):
        """Return a sentence when the disk is too full for the views in hand, or None."""
        free, total, inodes = self._left()
        spare = min(SPARE * total, SPARE_MOST) + IN_HAND * workers * self.bytes
        if free >= spare and (inodes is None or inodes >= IN_HAND * workers * self.inodes):
            return None
        what = f"{estimate.size_in_words(free)} are left" if free < spare else f"{inodes} files can still be made"
        return f"{self.folder}: its disk is nearly full ({what}): free some, then run the same command again, finished samples are kept"

    def refuse(self, plan, numbers):
        """Raise WinceError when the disk has not enough for what is missing of some shards."""
        free, _, inodes = self._left()

        def fits(views):
            return views * self.bytes <= free and (inodes is None or views * self.inodes <= inodes)

        if fits(at_most(plan, numbers)):                                # the quick answer first: it looks at no sample
            return
        views = exactly(plan, numbers)
        if not fits(views):
            full = views * self.bytes > free
            need, have = (estimate.size_in_words(views * self.bytes), estimate.size_in_words(free)) if full else \
                (f"{views * self.inodes:,.0f} files", f"{inodes:,}")
            raise WinceError(f"{self.folder}: the {views:,} missing views of these shards need about {need} and {have} are free there: "
                             f"free some, ask for fewer --shards, or begin all the same with --tight; it stops in time")

    def _left(self):
        """Return (bytes free, bytes in all, inodes free) of the disk; None for inodes where it does not count them."""
        usage = shutil.disk_usage(self.folder)
        told = os.statvfs(self.folder) if hasattr(os, "statvfs") else None
        return usage.free, usage.total, told.f_favail if told and told.f_files else None


def of(plan):
    """Return the Room of a plan."""
    job = plan.located
    files = FILES + len(job.outputs)
    return Room(plan.folder, estimate.view_bytes(job) + files * BLOCK / 2, files + FOLDERS)


def at_most(plan, numbers):
    """Return how many views of some shards are missing at most: those of all shards that are not marked done."""
    marked = shards.done(plan)
    return sum(plan.row(number).samples for number in numbers if number not in marked)


def exactly(plan, numbers):
    """Return how many views of some shards have no record yet."""
    marked = shards.done(plan)
    return sum(not layout.record_path(plan.folder, key).is_file() for number in numbers if number not in marked
               for person in plan.shard(number) for key in planned.keys(person))


def short_scratch(folder):
    """Return a sentence when the disk for temporary files is full, which kills workers and is no sample's fault; or None."""
    free = shutil.disk_usage(folder).free
    if free >= SCRATCH_LEAST:
        return None
    return f"{folder}, the folder for temporary files, is full: free some there or set TMPDIR, then run the same command again"
