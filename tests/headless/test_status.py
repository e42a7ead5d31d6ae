"""How far a plan is: exact counts in every state of its folder, and what to do next."""

import json
import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.job import layout, spec, textures
from wince.job import plan as plans
from wince_headless.plan import status, write
from wince_headless.work import places, trouble

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Five people in shards of two; everyone has 3 expressions x 2 views = 6 samples."""
    job = spec.Job(people=spec.People(count=5), expressions=spec.Expressions(pain=2), cameras=("frontal", "half_left"))
    return write.plan(job, tmp_path_factory.mktemp("status") / "set", shard_people=2)


@pytest.fixture
def plan(made, tmp_path):
    """A copy of it to render into."""
    return plans.read(shutil.copytree(made.folder, tmp_path / "set"))


def keys(plan, *shards):
    """Return the keys of shards, all by default."""
    return [key for number in shards or range(plan.shards) for person in plan.shard(number) for key in plans.keys(person)]


def render(plan, wanted):
    """Leave records where samples would be."""
    for key in wanted:
        path = layout.record_path(plan.folder, key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def mark(plan, *shards):
    """Mark shards done."""
    for number in shards:
        places.done(plan.folder, number).parent.mkdir(parents=True, exist_ok=True)
        places.done(plan.folder, number).touch()


def pace(plan, owner, views, seconds, age=0.0):
    """Leave a driver's pace, written `age` seconds ago."""
    path = places.pace(plan.folder, owner)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"views": views, "seconds": seconds}))
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - age))


def counts(found):
    """Return (done, missing, quarantined), (done, begun, untouched)."""
    return (found.done, found.missing, found.quarantined), tuple(found.shards[name] for name in ("done", "begun", "untouched"))


def test_nothing_is_done(plan):
    found = status.gather(plan)
    assert counts(found) == ((0, 30, 0), (0, 0, 3)) and found.open == (0, 1, 2)
    assert found.seconds_left is None and found.next == f"wince run {plan.folder}"


def test_a_marked_shard_costs_no_look(plan):
    mark(plan, 0)
    render(plan, keys(plan, 1)[:4])
    found = status.gather(plan)
    assert counts(found) == ((16, 14, 0), (1, 1, 1)) and found.open == (1, 2)
    assert found.next == f"wince run {plan.folder}, or these shards only: wince work {plan.folder} --shards 1-2"


def test_all_samples_without_marks_are_to_be_marked(plan):
    render(plan, keys(plan))
    found = status.gather(plan)
    assert counts(found) == ((30, 0, 0), (0, 3, 0)) and found.open == (0, 1, 2) and found.seconds_left == 0
    assert found.next.startswith(f"wince run {plan.folder}")


def test_all_is_done(plan):
    mark(plan, 0, 1, 2)
    found = status.gather(plan)
    assert counts(found) == ((30, 0, 0), (3, 0, 0)) and found.open == ()
    assert found.next == f"wince verify {plan.folder}, then: wince pack-dataset {plan.folder} --out {plan.folder}_release"
    assert "all done" in found.text() and "At work" not in found.text()


def test_marks_of_shards_that_are_none_do_not_count(plan):
    mark(plan, 0, 7)
    assert counts(status.gather(plan)) == ((12, 18, 0), (1, 0, 2))


@QUIET
@given(data=st.data())
def test_any_half_done_state_is_counted_exactly(made, tmp_path_factory, data):
    plan = plans.read(shutil.copytree(made.folder, tmp_path_factory.mktemp("half") / "set"))
    everything = keys(plan)
    there = data.draw(st.sets(st.sampled_from(everything)))
    given_up = data.draw(st.sets(st.sampled_from(everything), max_size=4))
    render(plan, there)
    for key in given_up:
        trouble.blame(plan.folder, key, "died", trouble.LIMIT)
    found = status.gather(plan)
    assert (found.done, found.quarantined) == (len(there), len(given_up - there)) and set(found.troubled) == given_up - there
    assert found.missing == 30 - len(there) - len(given_up - there)
    begun = [number for number in range(3) if (there | given_up) & set(keys(plan, number))]
    assert found.shards["begun"] == len(begun)
    only_given_up = {n for n in range(3) if (given_up - there) & set(keys(plan, n)) and not set(keys(plan, n)) - there - given_up}
    assert found.open == tuple(number for number in range(3) if number not in only_given_up)


def test_quarantine_is_named_with_the_way_on(plan):
    render(plan, keys(plan)[1:])
    trouble.blame(plan.folder, keys(plan)[0], "died", trouble.LIMIT)
    trouble.blame(plan.folder, keys(plan)[1], "died", trouble.FULL)                  # trouble, and no quarantine
    mark(plan, 1, 2)
    found = status.gather(plan)
    assert counts(found) == ((29, 0, 1), (2, 1, 0)) and found.troubled == ("id00000/e00/frontal",) and found.open == ()
    assert str(plan.folder / "state" / "trouble") in found.next and found.next.endswith(f"wince run {plan.folder} --retry")
    assert "id00000/e00/frontal" in found.text()


def test_paces_of_the_living_add_up(plan):
    pace(plan, "node1-7", 100, 50.0)
    pace(plan, "node2-8", 30, 10.0, age=20)
    pace(plan, "node3-9", 1000, 10.0, age=1000)
    render(plan, keys(plan)[:5])
    found = status.gather(plan)
    assert found.rate == 5.0 and found.seconds_left == 25 / 5.0
    assert [(one.name, one.live) for one in found.drivers] == [("node2-8", True), ("node1-7", True), ("node3-9", False)]
    text = found.text()
    assert "node2-8" in text and "node3-9" not in text and "5.00 views a second" in text
    assert found.next.startswith("wait")


def test_the_clock_is_the_file_servers(plan):
    """A machine whose clock is an hour off reads the same ages: only times of files are compared."""
    pace(plan, "node1-7", 100, 50.0, age=30)
    assert 29 < status.gather(plan).drivers[0].silent < 60
    assert sorted(path.name for path in (plan.folder / "state" / "pace").iterdir()) == ["node1-7.json"], "the probe is gone"


def test_where_nothing_can_be_written_the_newest_pace_is_now(plan, monkeypatch):
    pace(plan, "node1-7", 100, 50.0, age=500)
    pace(plan, "node2-8", 10, 50.0, age=520)
    monkeypatch.setattr(status.Path, "write_bytes", _refuse)
    silent = {one.name: one.silent for one in status.drivers(plan.folder)}
    one, two = (places.pace(plan.folder, name).stat().st_mtime for name in ("node1-7", "node2-8"))
    assert silent == {"node1-7": 0, "node2-8": pytest.approx(one - two)}


def _refuse(*_):
    raise PermissionError


def test_a_torn_pace_is_no_pace(plan):
    pace(plan, "node1-7", 100, 50.0)
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"views": 3}'), ("d", '{"views": null, "seconds": 1}')):
        places.pace(plan.folder, name).write_text(text)
    assert [one.name for one in status.drivers(plan.folder)] == ["node1-7"]


def test_of_too_few_views_nothing_is_foretold(plan):
    pace(plan, "node1-7", 2, 50.0)
    found = status.gather(plan)
    assert found.rate == 0 and found.seconds_left is None and found.next.startswith("wait")
    assert "At work: too few views yet to say how fast" in found.text() and "node1-7" in found.text()


def test_a_command_is_never_broken(plan):
    mark(plan, 0, 1, 2)
    assert f"pack-dataset {plan.folder} --out {plan.folder}_release\n" in status.gather(plan).text(width=30)


def test_the_past_tells_how_long_it_would_take(plan):
    pace(plan, "node1-7", 10, 100.0, age=5000)
    found = status.gather(plan)
    assert found.rate == 0 and found.seconds_left is None
    assert "Nothing is at work. At the pace so far, one driver alone needs 5 min more." in found.text()


def test_skins_come_first(tmp_path):
    job = spec.Job(people=spec.People(count=3), cameras=("frontal",))
    plan = write.plan(job, tmp_path / "set", paint={"backend": "sd15", "seed": 0})
    assert status.gather(plan).painted == (0, 3)
    for person in plan.shard(0)[:2]:
        (tmp_path / "set" / "textures" / person["person"]).mkdir(parents=True)
        (tmp_path / "set" / "textures" / person["person"] / textures.FACTS).touch()
    found = status.gather(plan)
    assert found.painted == (2, 3) and found.next == f"wince paint {tmp_path / 'set'} --shards all"
    assert "2 of 3" in found.text() and found.json()["painted"] == {"done": 2, "planned": 3}


def test_a_damaged_index_is_refused(plan):
    path = plan.folder / plans.INDEX
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(WinceError, match=r"index of .* is damaged"):
        status.gather(plan)


def test_json_has_the_documented_keys_and_nothing_that_json_cannot_say(plan):
    pace(plan, "node1-7", 100, 50.0)
    told = status.gather(plan).json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert set(told) == {"folder", "plan", "people", "samples", "shards", "open_shards", "quarantined", "painted", "rate",
                         "seconds_left", "drivers", "next"}
    assert told["samples"] == {"planned": 30, "done": 0, "missing": 30, "quarantined": 0} and told["open_shards"] == "0-2"
    assert told["shards"] == {"planned": 3, "done": 0, "begun": 0, "untouched": 3} and told["plan"] == plan.hash
    assert set(told["drivers"][0]) == {"name", "views", "seconds", "rate", "silent_s", "live"}


def test_looking_leaves_the_folder_as_it_is(plan):
    render(plan, keys(plan)[:7])
    before = sorted(plan.folder.rglob("*"))
    status.gather(plan)
    assert sorted(plan.folder.rglob("*")) == before
