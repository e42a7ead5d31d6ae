"""Real workers and drivers under `kill -9`: what comes out is, byte for byte, what an undisturbed run makes, and a kill costs one view.

The kills come every 5 to 20 seconds, from a seeded stream; a driver that is killed is started again. Run with -s to see the table.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from wince.core.streams import stream
from wince.job import plan as plans
from wince.job import spec
from wince_headless import launch
from wince_headless.plan import write
from wince_headless.work import hand, places, shards, trouble

SEED, WORKERS = 6, 2
EVERY_S = (5.0, 20.0)
LONGEST_S = 1500

TEE = '''
import os, runpy, sys
class Tee:
    """Events go to the driver, who may be dead, and to a file that nobody kills."""
    def __init__(self, out):
        self.out, self.log = out, os.open(os.environ["WINCE_TEST_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    def write(self, text):
        if text.startswith("wince: "): os.write(self.log, text.encode())
        return self.out.write(text)
    def __getattr__(self, name): return getattr(self.out, name)
sys.stdout = Tee(sys.stdout)
runpy.run_path(os.environ["WINCE_TEST_SERVE"], run_name="__main__")
'''
DRIVER = f"""
import sys
from pathlib import Path
from wince.job import plan
from wince_headless import launch
from wince_headless.work import drive, telling
launch.SCRIPTS = Path(sys.argv[2])
asked = plan.read(sys.argv[1])
with telling.WorkProgress() as progress:
    sys.exit(drive.run(asked, range(asked.shards), drive.Wishes(workers={WORKERS}, threads=1), progress))
"""


class Site:
    """A planned folder, workers that keep a log, and a place for their temporary files."""

    def __init__(self, folder, job):
        self.set, self.scripts, self.tmp, self.events = (folder / name for name in ("set", "scripts", "tmp", "events.log"))
        for path in (self.scripts, self.tmp):
            path.mkdir(parents=True)
        (self.scripts / "serve.py").write_text(TEE)
        self.plan = write.plan(job, self.set, shard_people=3)

    def driver(self):
        """Start a driver."""
        told = {"WINCE_TEST_LOG": str(self.events), "WINCE_TEST_SERVE": str(launch.SCRIPTS / "serve.py"), "TMPDIR": str(self.tmp),
                "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen([sys.executable, "-c", DRIVER, str(self.set), str(self.scripts)], env=os.environ | told)

    def said(self, kind):
        """How often each key was in an event of a kind."""
        events = (json.loads(line.removeprefix("wince: ")) for line in self.events.read_text().splitlines())
        return Counter(event["key"] for event in events if event["event"] == kind)

    def tree(self):
        """{relative path: sha256} of all files of the dataset."""
        files = (path for path in sorted(self.set.rglob("*")) if path.is_file())
        named = {path.relative_to(self.set): path for path in files}
        return {str(name): hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items() if name.parts[0] != places.STATE}


@pytest.fixture
def job():
    """300 views that take a moment each: 10 people, 10 expressions, 3 cameras."""
    return spec.Job(name="kill", seed=SEED, people=spec.People(count=10), expressions=spec.Expressions(pain=9),
                    lighting=spec.Lighting(worlds=("plain",)),
                    render=spec.Render(resolution=(64, 64), samples=64, denoiser="none", device="cpu", look="plain", subdivision=0))


def workers_of(driver):
    """Return the living workers of a driver."""
    try:
        return [child for child in psutil.Process(driver.pid).children() if child.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []


def kill_until_done(site, rng):
    """Run drivers to the end, killing workers and drivers meanwhile; return how many of each."""
    kills, driver, deadline = Counter(), site.driver(), time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        try:
            assert driver.wait(timeout=rng.uniform(*EVERY_S)) == 0
            return kills
        except subprocess.TimeoutExpired:
            victims = [driver, *workers_of(driver)]
            victims = victims[:1] if kills.total() == 1 else victims          # whatever the stream says, a driver is among them
            victim = victims[rng.integers(len(victims))]
            victim.kill()
            kills["driver" if victim is driver else "worker"] += 1
            if victim is driver:
                driver.wait()
                driver = site.driver()
    driver.kill()
    raise AssertionError("it does not come to an end")


def table(undisturbed, site, kills, seconds):
    """Return what it cost, as text."""
    begun, rendered, one, other = site.said("begin"), site.said("view"), undisturbed.tree(), site.tree()
    rows = [("views planned", site.plan.samples),
            ("seconds undisturbed", f"{seconds[0]:.0f}"), ("seconds under kills", f"{seconds[1]:.0f}"),
            ("kills of workers", kills["worker"]), ("kills of drivers", kills["driver"]), ("views begun", begun.total()),
            ("views begun and lost", begun.total() - site.plan.samples), ("views rendered twice", sum(n - 1 for n in rendered.values())),
            ("files", len(other)), ("files that differ", sum(one.get(name) != other.get(name) for name in {*one, *other}))]
    return "\n".join(f"{name:24}{value!s:>8}" for name, value in rows)


def test_a_run_under_kills_ends_with_the_bytes_of_an_undisturbed_one_and_loses_a_view_per_kill(tmp_path, job):
    calm, site = Site(tmp_path / "calm", job), Site(tmp_path / "killed", job)
    began = time.monotonic()
    assert calm.driver().wait(timeout=LONGEST_S) == 0
    between = time.monotonic()
    kills = kill_until_done(site, stream(SEED, "kill"))
    print("\n" + table(calm, site, kills, (between - began, time.monotonic() - between)))             # noqa: T201 -- it is the result

    assert site.plan.samples >= 300 and calm.said("begin").total() == 300
    assert kills["driver"] and kills.total() >= 2
    assert site.tree() == calm.tree()
    assert site.said("begin").total() - 300 <= kills.total()
    assert shards.done(site.plan) == set(range(site.plan.shards)) and not trouble.keys(site.set)
    assert not list(Path(site.tmp).glob(f"{hand.SCRATCH}*")) and not list((site.set / places.STATE / places.PACE).iterdir())
    assert not [found for shard in range(site.plan.shards) for found in shards.missing(site.plan, shard, check=True)]


def test_a_corrupted_file_is_found_and_it_alone_is_done_again(tmp_path, job):
    small = spec.Job(**{**vars(job), "people": spec.People(count=2), "expressions": spec.Expressions(pain=1)})
    site = Site(tmp_path, small)
    assert site.driver().wait(timeout=300) == 0
    before, begun = site.tree(), site.said("begin")
    spoiled = site.set / "id00001/e01/frontal/heat.png"
    spoiled.write_bytes(spoiled.read_bytes()[:-9] + b"no picture")
    data = bytearray(spoiled.read_bytes())[:-1]
    spoiled.write_bytes(data)                               # as long as it was: only its hash can tell
    assert shards.missing(site.plan, 0) == []
    ((person, keys),) = shards.missing(site.plan, 0, check=True)
    assert (person["id"], keys) == ("id00001", ["id00001/e01/frontal"])
    assert site.driver().wait(timeout=300) == 0
    assert site.tree() == before and site.said("begin") - begun == Counter(["id00001/e01/frontal"])
    assert plans.read(site.set).hash == site.plan.hash
