"""A disk that is full: a small tmpfs under the dataset. It stops with a sentence, whole samples only, and goes on when there is room.

A tmpfs can only be mounted by root; elsewhere these are skipped, saying so.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from wince.core.errors import WinceError
from wince.job import plan as plans
from wince.job import resume, spec
from wince_headless import exits
from wince_headless.plan import write
from wince_headless.work import drive, places, shards, trouble

SMALL, LARGE = 900_000, 64_000_000


@pytest.fixture
def disk(tmp_path):
    """A function size -> folder on a disk of so many bytes; called again, it gives the same disk another size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    kept = []

    def mount(size):
        how = f"{'remount,' if kept else ''}size={size}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", how, "wince-test", str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no tmpfs can be mounted here (root is needed): {done.stderr.strip()}")
        kept.append(size)
        return folder
    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    yield mount
    if kept:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def job():
    """24 views of four people, some 40 kB each with what disks round up."""
    return spec.Job(name="full", seed=3, people=spec.People(count=4), expressions=spec.Expressions(pain=1),
                    lighting=spec.Lighting(worlds=("plain",)),
                    render=spec.Render(resolution=(64, 64), samples=1, denoiser="none", device="cpu", look="plain", subdivision=0))


def tree(folder):
    """{relative path: sha256} of all files of a dataset but its state."""
    files = (path for path in sorted(Path(folder).rglob("*")) if path.is_file())
    named = {path.relative_to(folder): path for path in files}
    return {str(name): hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items() if name.parts[0] != places.STATE}


def work(plan, **wishes):
    return drive.run(plan, range(plan.shards), drive.Wishes(workers=2, threads=1, **wishes), lambda *_: None)


def keys(plan):
    return [key for shard in range(plan.shards) for person in plan.shard(shard) for key in plans.keys(person)]


def refuse_half_samples(plan):
    """Assert that whatever has a record is whole, and that nothing half written is left."""
    for record in plan.folder.glob("id*/*/*/record.json"):
        assert resume.finished(plan.folder, str(record.parent.relative_to(plan.folder)))
    assert not list(plan.folder.rglob("*.part"))


@pytest.fixture
def whole(tmp_path, job):
    """What an undisturbed run makes."""
    plan = write.plan(job, tmp_path / "whole", shard_people=2)
    assert work(plan) == exits.DONE
    return tree(plan.folder)


def test_a_disk_that_is_too_small_is_refused_before_anything_is_rendered(disk, job):
    plan = write.plan(job, disk(SMALL // 3) / "set", shard_people=2)
    with pytest.raises(WinceError, match=r"the 24 missing views of these shards need about .* are free there"):
        work(plan)
    assert not list(plan.folder.glob("id*"))


def test_a_disk_that_fills_up_stops_with_a_sentence_and_more_room_ends_in_the_same_bytes(disk, job, whole, monkeypatch):
    plan = write.plan(job, disk(SMALL) / "set", shard_people=2)
    monkeypatch.setattr(drive, "BEAT", 0.2)                 # a disk as small as this fills up in a moment
    with pytest.raises(WinceError, match=r"its disk is nearly full .* left.*free some, then run the same command again"):
        work(plan, tight=True)
    refuse_half_samples(plan)
    there = sum(resume.finished(plan.folder, key) for key in keys(plan))
    assert 0 < there < 24 and not trouble.keys(plan.folder)
    disk(LARGE)
    assert work(plan) == exits.DONE
    assert tree(plan.folder) == whole and shards.done(plan) == {0, 1}


def test_a_disk_that_somebody_else_fills_up_meanwhile_stops_the_same_way(disk, job, whole, monkeypatch):
    plan = write.plan(job, disk(SMALL) / "set", shard_people=2)
    monkeypatch.setattr(drive.room.Room, "short", lambda *_: None)       # nobody looks: writing itself has to fail
    with pytest.raises(WinceError, match=r"no space left for .*: free some, then run the same command again, finished samples are kept"):
        work(plan, tight=True)
    refuse_half_samples(plan)
    assert not trouble.keys(plan.folder)
    with pytest.raises(WinceError, match=r"no space left|nearly full"):
        work(plan, tight=True)                              # still full: says so again, and breaks nothing
    refuse_half_samples(plan)
    disk(LARGE)
    assert work(plan) == exits.DONE
    assert tree(plan.folder) == whole
    assert os.statvfs(plan.folder).f_favail > 0
