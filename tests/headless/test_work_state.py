"""What outlives a driver: trouble on disk; and what it asks of the disk."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.job import plan as plans
from wince.job import spec
from wince_headless import estimate
from wince_headless.plan import write
from wince_headless.work import places, room, shards, telling, trouble

KEY = "id00003/e02/three_quarter-left_1"


@pytest.fixture
def plan(tmp_path):
    """Four people in two shards, six samples each; nothing is rendered."""
    job = spec.Job(people=spec.People(count=4), expressions=spec.Expressions(pain=2), cameras=("frontal", "three_quarter_left"))
    return write.plan(job, tmp_path / "set", shard_people=2)


@pytest.mark.parametrize(("weights", "quarantined"), [
    ([trouble.FULL] * 2, False), ([trouble.FULL] * 3, True), ([trouble.KILLED] * 9, False), ([trouble.KILLED] * 10, True),
    ([trouble.FULL, trouble.FULL, *[trouble.KILLED] * 3], False), ([trouble.LIMIT], True)])
def test_three_crashes_or_ten_kills_are_enough(tmp_path, weights, quarantined):
    said = [trouble.blame(tmp_path, KEY, "died", weight) for weight in weights]
    assert said[-1] is quarantined and not any(said[:-1])
    assert trouble.quarantined(tmp_path) == [KEY] * quarantined and trouble.keys(tmp_path) == [KEY]


def test_a_log_can_be_read_and_taken_back(tmp_path):
    trouble.blame(tmp_path, KEY, "died (signal SIGSEGV)", trouble.FULL, "node7-12-0", ["first", "last"])
    known = json.loads(places.trouble(tmp_path, KEY).read_text())
    assert known == {"format": "wince-trouble-1", "key": KEY, "quarantined": False, "tries": [
        {"how": "died (signal SIGSEGV)", "weight": 10, "worker": "node7-12-0", "talk": ["first", "last"]}]}
    trouble.forget(tmp_path, KEY)
    trouble.forget(tmp_path, KEY)
    assert trouble.keys(tmp_path) == [] and trouble.read(tmp_path, KEY)["tries"] == []


def test_a_damaged_log_is_none(tmp_path):
    trouble.blame(tmp_path, KEY, "died", trouble.LIMIT)
    places.trouble(tmp_path, KEY).write_text("{")
    assert trouble.quarantined(tmp_path) == [] and not trouble.blame(tmp_path, KEY, "died", trouble.FULL)


def test_one_machines_tries_count_once_and_others_stay(tmp_path):
    for worker in ("node1-5-0", "node2-7-0", "node2-7-1", "node2-7-0"):
        trouble.blame(tmp_path, KEY, "died", trouble.FULL, worker)
    assert trouble.quarantined(tmp_path) == [KEY]
    trouble.soften(tmp_path, KEY, "node2-7")
    known = trouble.read(tmp_path, KEY)
    assert [tried["worker"] for tried in known["tries"]] == ["node1-5-0", "node2-7-0"] and not known["quarantined"]


def test_what_was_given_up_untried_is_blank_again(tmp_path):
    trouble.blame(tmp_path, KEY, "not tried any more", trouble.LIMIT, "node2-7-0")
    trouble.soften(tmp_path, KEY, "node2-7")
    assert trouble.read(tmp_path, KEY)["tries"] == [] and not trouble.quarantined(tmp_path)


@given(st.integers(0, 99999), st.integers(0, 99), st.sampled_from(["frontal", "a-b", "x_1"]))
def test_keys_come_back_from_the_names_of_logs(number, expression, view):
    key = f"id{number:05d}/e{expression:02d}/{view}"
    assert places.trouble("x", key).stem.replace(".", "/") == key


def test_what_is_missing_comes_by_person_in_the_plans_order(plan):
    found = shards.missing(plan, 1)
    assert [person["id"] for person, _ in found] == ["id00002", "id00003"]
    assert [key for _, keys in found for key in keys] == [key for person in plan.shard(1) for key in plans.keys(person)]
    assert shards.mark(plan, 1) != [] and shards.done(plan) == set()


def test_a_plan_counts_what_is_missing_for_the_disk(plan):
    assert (room.at_most(plan, (0, 1)), room.exactly(plan, (0, 1)), room.exactly(plan, (1,))) == (24, 24, 12)
    record = plan.folder / "id00000/e00/frontal/record.json"
    record.parent.mkdir(parents=True)
    record.touch()
    assert (room.at_most(plan, (0, 1)), room.exactly(plan, (0, 1))) == (24, 23)
    places.done(plan.folder, 0).parent.mkdir(parents=True)
    places.done(plan.folder, 0).touch()
    assert room.at_most(plan, (0, 1)) == 12


class Disk(room.Room):
    """A disk with so much left."""

    left = (0, 0, None)

    def _left(self):
        return self.left


@pytest.mark.parametrize(("left", "words"), [
    ((10e9, 1e12, None), None), ((0.4e9, 1e12, None), "its disk is nearly full (400 MB are left)"),
    ((10e9, 1e12, 10), "10 files can still be made"), ((1.4e6, 100e6, 1000), None), ((0.9e6, 100e6, 1000), "900 kB")])
def test_a_disk_is_short_when_the_views_in_hand_might_not_fit(tmp_path, left, words):
    disk = Disk(tmp_path, 50_000.0, 6.0)
    object.__setattr__(disk, "left", left)
    said = disk.short(2)
    assert said is None if words is None else words in said and "run the same command again" in said


@pytest.mark.parametrize(("left", "words"), [
    ((2e6, 1e9, None), None), ((1e6, 1e9, None), r"the 24 missing views of these shards need about 1\.2 MB and 1\.0 MB are free"),
    ((2e6, 1e9, 100), "need about 144 files and 100 are free")])
def test_a_disk_is_refused_when_what_is_missing_does_not_fit(plan, left, words):
    disk = Disk(plan.folder, 50_000.0, 6.0)
    object.__setattr__(disk, "left", left)
    if words is None:
        disk.refuse(plan, (0, 1))
        return
    with pytest.raises(WinceError, match=words):
        disk.refuse(plan, (0, 1))


def test_a_views_estimate_is_the_jobs(plan):
    assert 50_000 < estimate.view_bytes(plan.job) < 500_000
    assert 1 < estimate.view_seconds(plan.job) < 60
    assert room.of(plan).bytes > estimate.view_bytes(plan.job)


def test_openjd_is_told_a_percent_once_and_the_end_in_one_line():
    said, passed = [], []
    tell = telling.OpenJD(lambda *args: passed.append(args), said.append)
    for done in range(0, 301):
        tell({"event": "view", "key": "k"}, done, 300)
    tell({"event": "end", "code": 75, "sentence": "stopped:\n the rest"}, 300, 300)
    assert said[:3] == ["openjd_progress: 0", "openjd_progress: 1", "openjd_progress: 2"]
    assert said[100:] == ["openjd_progress: 100", "openjd_fail: stopped: the rest"] and len(passed) == 302
