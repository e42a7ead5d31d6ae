"""A plan on disk: what its lines say, that every byte is vouched for, and that neither processes, kills nor fractions change one."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wince.core import pack
from wince.core.errors import WinceError
from wince.core.streams import stream
from wince.job import expand, layout, people, resume, spec, textures
from wince.job import plan as plans
from wince_headless.plan import write

ROOT = Path(__file__).resolve().parents[2]
SLOW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLANNER = """
import sys
from wince.job import spec
from wince_headless.plan import write
if __name__ == "__main__":
    write.plan(spec.from_json(sys.argv[2]), sys.argv[1], processes=2)
"""


def job(count=7, **changes):
    """Return a small job: everyone has (1 neutral + 2 pain + 1 other) x 2 views = 8 samples."""
    who = {name: changes.pop(name) for name in ("twins", "identities", "textures", "fixed") if name in changes}
    return spec.Job(seed=7, people=spec.People(count=count, **who), expressions=spec.Expressions(pain=2, nonpain=1),
                    cameras=("frontal", "half_left"), **changes)


def everyone(plan):
    """Return all lines of a plan."""
    return [line for number in range(plan.shards) for line in plan.shard(number)]


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """A plan of seven people in shards of two: look, do not touch."""
    return write.plan(job(), tmp_path_factory.mktemp("plan") / "set", shard_people=2)


@pytest.fixture
def spoilable(planned, tmp_path):
    """A copy of it for a test to damage."""
    return plans.read(shutil.copytree(planned.folder, tmp_path / "set"))


# What it says


def test_a_line_says_who_what_and_every_seed(planned):
    line = planned.shard(1)[1]
    who = people.one(job(), 3, pack.load())
    assert (line["id"], line["number"], line["person"], line["twin_of"]) == ("id00003", 3, who.id, None)
    assert (line["age"], line["gender"], line["group"], line["cell"]) == (who.age, who.gender, who.group, who.cell)
    assert line["look"]["hair"] == vars(who.look.hair) and line["look"]["seed"] == who.look.seed
    assert line["look"]["iris"] == who.iris
    assert line["texture"] is None and line["views"] == ["frontal", "half_left"]
    assert [shown["name"] for shown in line["shows"]] == ["e00", "e01", "e02", "e03"]
    assert [shown["pain"] for shown in line["shows"]] == [False, True, True, False]
    for shown, face in zip(line["shows"], expand.expressions(job(), 3).values(), strict=True):
        assert shown["facs"] == str(face.aus) and shown["kind"] == face.kind
        assert shown["seeds"] == [int(stream(7, "cycles", 3, shown["name"], view).integers(2**31 - 1)) for view in line["views"]]


def test_the_lines_are_the_samples_of_the_job_in_order(planned):
    keys = [key for line in everyone(planned) for key in plans.keys(line)]
    assert keys == [sample.key for sample in expand.samples(planned.job)]
    assert planned.samples == len(keys) == 56


def test_counts_rows_and_the_last_shorter_shard(planned):
    assert planned.facts["counts"] == {"people": 7, "twins": 0, "samples": 56, "shards": 4}
    assert [(row.people, row.samples) for row in planned.rows()] == [(2, 16), (2, 16), (2, 16), (1, 8)]
    assert planned.intact() and (planned.facts["fraction"], planned.facts["shard_people"], planned.facts["paint"]) == (1.0, 2, None)


def test_zcat_reads_all_of_it(planned):
    text = gzip.decompress((planned.folder / plans.LINES).read_bytes()).decode()
    assert [json.loads(line) for line in text.splitlines()] == everyone(planned)


def test_job_json_is_what_a_worker_would_write(planned, tmp_path):
    resume.claim(tmp_path, planned.job, {})
    assert (planned.folder / layout.JOB).read_bytes() == (tmp_path / layout.JOB).read_bytes()


def test_a_shard_has_about_three_hundred_samples_by_default(tmp_path):
    assert write.plan(job(), tmp_path / "a").facts["shard_people"] == 38
    assert write.plan(job(2, twins=({"age": 80}, {"skin_lightness": 35})), tmp_path / "b").facts["shard_people"] == 36


def test_nothing_but_the_plan_lies_there(planned):
    assert sorted(path.name for path in planned.folder.iterdir()) == ["job.json", "plan.index", "plan.json", "plan.jsonl.gz"]


# Every byte is vouched for, and reading one shard needs no other


def test_reading_a_shard_touches_no_other_bytes(spoilable):
    expected = spoilable.shard(2)
    row = spoilable.row(2)
    for name, first, length in ((plans.LINES, row.offset, row.length), (plans.INDEX, 2 * plans.ROW.size, plans.ROW.size)):
        path = spoilable.folder / name
        data = path.read_bytes()
        path.write_bytes(b"\xaa" * first + data[first:first + length] + b"\xaa" * (len(data) - first - length))
    assert spoilable.shard(2) == expected
    assert not spoilable.intact()
    with pytest.raises(WinceError, match="damaged at shard 0"):
        spoilable.shard(0)


@settings(SLOW, max_examples=60)
@given(data=st.data())
def test_any_changed_byte_of_a_shard_is_noticed(spoilable, planned, data):
    row, path = planned.row(1), spoilable.folder / plans.LINES
    place, bit = data.draw(st.integers(0, row.length - 1)), data.draw(st.integers(1, 255))
    changed = bytearray((planned.folder / plans.LINES).read_bytes())
    changed[row.offset + place] ^= bit
    path.write_bytes(changed)
    try:
        assert spoilable.shard(1) == planned.shard(1), "a byte that says nothing, such as the name of the system in gzip's head"
    except WinceError as error:
        assert "damaged at shard 1" in str(error)
    assert spoilable.shard(0) and spoilable.shard(2)


@SLOW
@given(data=st.data())
def test_no_byte_of_a_line_changes_unseen(planned, tmp_path, data):
    text = gzip.decompress((planned.folder / plans.LINES).read_bytes())
    place, bit = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(1, 255))
    changed = text[:place] + bytes([text[place] ^ bit]) + text[place + 1:]
    rows, at = [], 0
    for row, size in zip(planned.rows(), _sizes(planned), strict=True):
        rows.append(replace(row, sha256=plans.hashlib.sha256(changed[at:at + size]).digest()))
        at += size
    assert plans.index_digest(rows) != planned.facts["index_sha256"] == plans.index_digest(planned.rows())


def _sizes(plan):
    data = (plan.folder / plans.LINES).read_bytes()
    return [len(gzip.decompress(data[row.offset:row.offset + row.length])) for row in plan.rows()]


def test_a_damaged_shard_a_damaged_index_and_a_changed_plan_are_refused(spoilable):
    path = spoilable.folder / plans.LINES
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(WinceError, match="damaged at shard 3"):
        spoilable.shard(3)
    assert spoilable.shard(0)
    facts = json.loads((spoilable.folder / plans.PLAN).read_text())
    facts["counts"]["samples"] += 1
    (spoilable.folder / plans.PLAN).write_text(json.dumps(facts))
    with pytest.raises(WinceError, match="was changed since it was written"):
        plans.read(spoilable.folder)


def test_how_gzip_packs_is_not_in_the_hash(spoilable):
    """Another zlib packs otherwise; the plan is the same plan."""
    rows, offset = [], 0
    with open(spoilable.folder / plans.LINES, "r+b") as file:
        data = file.read()
        file.seek(0)
        for row in spoilable.rows():
            packed = gzip.compress(gzip.decompress(data[row.offset:row.offset + row.length]), 1, mtime=0)
            file.write(packed)
            rows.append(plans.ROW.pack(offset, len(packed), row.samples, row.people, row.sha256))
            offset += len(packed)
        file.truncate()
    (spoilable.folder / plans.INDEX).write_bytes(b"".join(rows))
    assert spoilable.intact() and len(everyone(plans.read(spoilable.folder))) == 7


# Processes, kills, fractions


def test_two_processes_write_the_same_bytes(tmp_path):
    one, two = (write.plan(job(150), tmp_path / str(n), shard_people=4, processes=n) for n in (1, 2))
    assert one.hash == two.hash
    for name in (plans.LINES, plans.INDEX, plans.PLAN, layout.JOB):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes(), name


def test_a_kill_leaves_no_plan_and_no_process_and_the_next_run_is_the_same(tmp_path, ends):
    asked, out = job(3000), tmp_path / "killed"
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'addon'}{os.pathsep}{ROOT / 'headless'}"}
    (tmp_path / "planner.py").write_text(PLANNER)
    process = subprocess.Popen([sys.executable, str(tmp_path / "planner.py"), str(out), spec.to_json(asked)], env=environment)
    try:
        _until(lambda: any(path.stat().st_size for path in out.glob(".plan.jsonl.gz.*")) or process.poll() is not None, 300)
        family = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(family) >= 2 and not plans.exists(out)
    assert ends(*(one.pid for one in family))
    again, undisturbed = (write.plan(job(40), tmp_path / name) for name in ("killed", "undisturbed"))
    assert again.hash == undisturbed.hash and everyone(again) == everyone(undisturbed)
    assert not list(out.glob(".*")), "what the killed one had begun is gone"


def _until(true, seconds):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


@SLOW
@given(fraction=st.floats(0.001, 1.0), twins=st.integers(0, 2), groups=st.integers(1, 4))
def test_a_fraction_is_the_beginning_of_the_whole_byte_for_byte(tmp_path_factory, fraction, twins, groups):
    asked, folder = job(9, twins=({"age": 80}, {"skin_lightness": 35})[:twins]), tmp_path_factory.mktemp("fraction")
    size = groups * (1 + twins)
    whole, part = (write.plan(asked, folder / str(share), size, share) for share in (1.0, fraction if fraction < 1 else 0.5))
    assert part.facts["counts"]["people"] == max(1, round(9 * part.facts["fraction"])) == part.job.people.count
    whole_text, text = (gzip.decompress((plan.folder / plans.LINES).read_bytes()) for plan in (whole, part))
    assert whole_text.startswith(text)
    full = [row for row in part.rows() if row.people == size]
    assert whole.rows(0, len(full)) == full
    packed = full[-1].offset + full[-1].length if full else 0
    assert (whole.folder / plans.LINES).read_bytes()[:packed] == (part.folder / plans.LINES).read_bytes()[:packed]


@SLOW
@given(count=st.integers(1, 7), twins=st.integers(0, 3), groups=st.integers(1, 3))
def test_no_shard_parts_twins(tmp_path_factory, count, twins, groups):
    asked = job(count, twins=({"age": 80}, {"age": 30}, {"skin_lightness": 35})[:twins])
    plan = write.plan(asked, tmp_path_factory.mktemp("twins") / "set", groups * (1 + twins))
    assert plan.facts["counts"]["people"] == count and plan.facts["counts"]["twins"] == count * twins
    for number in range(plan.shards):
        lines = plan.shard(number)
        assert lines[0]["twin_of"] is None and len(lines) % (1 + twins) == 0
        for line in lines:
            original = lines[line["number"] - line["number"] % (1 + twins) - lines[0]["number"]]
            assert line["twin_of"] == (None if line is original else original["id"])
            assert line["shows"] == original["shows"] and line["fold10"] == original["fold10"] and line["cell"] == original["cell"]


def test_a_shard_that_would_part_twins_is_refused(tmp_path):
    with pytest.raises(WinceError, match="multiple of 2: give 4"):
        write.plan(job(twins=({"age": 80},)), tmp_path / "set", shard_people=5)
    with pytest.raises(WinceError, match="room in memory"):
        write.plan(job(10**6), tmp_path / "set", shard_people=10**6)


# What is refused, and what is left alone


def test_the_same_plan_again_changes_nothing(planned):
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in planned.folder.iterdir()}
    assert write.plan(job(), planned.folder, shard_people=2).hash == planned.hash
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in planned.folder.iterdir()}


@pytest.mark.parametrize(("asked", "more", "what"), [
    (job(8), {}, "people.count is 7 there, now it is 8"), (job(), {"fraction": 0.5}, "fraction is 1.0 there, now it is 0.5"),
    (replace(job(), seed=8), {}, "seed is 7 there, now it is 8"), (job(), {"shard_people": 3}, "shard_people is 2 there, now it is 3"),
    (job(), {"paint": {"backend": "sd15", "seed": 1}}, "paint is None there")])
def test_another_plan_is_refused(planned, asked, more, what):
    with pytest.raises(WinceError, match=f"holds another plan: .*{what}"):
        write.plan(asked, planned.folder, **{"shard_people": 2} | more)


@pytest.mark.parametrize(("asked", "more", "what"), [
    (replace(job(9), name="other", seed=3), {}, "name is 'wince' there, now it is 'other'"),
    (replace(job(9), cameras=("profile_left",)), {}, "people.count is 7"), (job(70), {"fraction": 0.5}, "fraction is 1.0"),
    (replace(job(), expressions=spec.Expressions(pain=5)), {"fraction": 0.5}, "fraction is 1.0"),
    (replace(job(), expressions=spec.Expressions(pain=5, nonpain=1)), {"shard_people": 3}, "expressions.pain is 2")])
def test_what_differs_is_what_people_tell_plans_apart_by(planned, asked, more, what):
    with pytest.raises(WinceError, match=f"holds another plan: {what}"):
        write.plan(asked, planned.folder, **more)


def test_shards_of_another_size_are_found_when_no_size_is_asked_for(planned):
    assert write.plan(job(), planned.folder).hash == planned.hash


def test_a_dataset_that_was_not_planned_is_refused(drawn):
    with pytest.raises(WinceError, match="was not planned"):
        write.plan(job(), drawn)


@pytest.mark.parametrize(("asked", "more", "what"), [
    (job(), {"fraction": 0}, "--fraction 0"), (job(), {"fraction": 1.5}, "--fraction 1.5"), (job(), {"processes": 0}, "--processes 0"),
    (job(), {"shard_people": 0}, "--shard-people 0"), (replace(job(), cameras=()), {}, "cameras"),
    (replace(job(), cameras=("nowhere",)), {}, "nowhere"), (job(textures="skins"), {"paint": {"backend": "sd15", "seed": 1}}, "leave one")])
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, asked, more, what):
    with pytest.raises(WinceError, match=what):
        write.plan(asked, tmp_path / "set", **more)
    assert not (tmp_path / "set").exists()


def test_a_folder_that_cannot_be_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WinceError, match="cannot write"):
        write.plan(job(), tmp_path / "file" / "set")


def test_progress_counts_people(tmp_path):
    told = []
    write.plan(job(), tmp_path / "set", shard_people=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 7), (6, 7), (7, 7)]


# People from files, skins


@pytest.fixture
def files(tmp_path):
    """Three identity files under names of their own."""
    loaded, folder = pack.load(), tmp_path / "faces"
    folder.mkdir()
    for number, name in enumerate(("anna", "berta", "carl")):
        (folder / f"{name}.json").write_text(people.one(job(), number, loaded).json())
    return tuple(str(folder / f"{name}.json") for name in ("anna", "berta", "carl"))


def test_identity_files_travel_with_the_plan(files, tmp_path):
    plan = write.plan(job(identities=files), tmp_path / "set", shard_people=2)
    assert plan.job.people.identities == tuple(f"identities/id{number:05d}.json" for number in range(3))
    moved = plans.read(shutil.copytree(plan.folder, tmp_path / "elsewhere" / "set"))
    shutil.rmtree(plan.folder)
    for line in everyone(moved):
        assert people.one(moved.located, line["number"], pack.load()).id == line["person"]
    assert [line["person"] for line in everyone(moved)] == [people.one(job(), number, pack.load()).id for number in range(3)]


def test_other_content_of_an_identity_file_is_another_plan(files, tmp_path):
    asked = job(identities=files)
    plan = write.plan(asked, tmp_path / "set")
    assert write.plan(asked, tmp_path / "set").hash == plan.hash
    path = Path(files[1])
    path.write_text(path.read_text().replace('"iris": "', '"iris":  "'))
    with pytest.raises(WinceError, match="identities_sha256"):
        write.plan(asked, tmp_path / "set")
    assert write.plan(asked, tmp_path / "part", fraction=0.34).facts["counts"]["people"] == 1


def test_skins_that_are_to_be_painted_are_in_the_lines(tmp_path):
    paint = {"backend": "sd15", "seed": 4, "models": ["sd15=/x"]}
    plan = write.plan(job(), tmp_path / "set", paint=paint)
    assert plan.facts["paint"] == paint and plan.job.people.textures == "textures"
    assert plan.located.people.textures == str(tmp_path / "set" / "textures")
    assert {json.dumps(line["texture"]) for line in everyone(plan)} == {'{"painter": "sd15", "seed": 4, "planned": true}'}


def test_painted_skins_are_cited_and_their_folder_is_found_from_the_plan(tmp_path):
    skins, facts = tmp_path / "skins", {}
    for number in range(2):
        who = people.one(job(), number, pack.load())
        facts[who.id] = {
            "format": textures.FORMAT, "person": {"key": textures.key(who)}, "painter": "sd15", "seed": number, "profile": "research",
            "files": {"albedo": {"sha256": f"{number}"}}, "models": [], "versions": {"wince": "1"}, "quality": {"passed": True}}
        (skins / who.id).mkdir(parents=True)
        (skins / who.id / textures.ALBEDO).touch()
        (skins / who.id / textures.FACTS).write_text(json.dumps(facts[who.id]))
    plan = write.plan(job(2, textures=str(skins)), tmp_path / "sets" / "one")
    assert [line["texture"] for line in everyone(plan)] == [textures.cite(facts[line["person"]]) for line in everyone(plan)]
    assert plan.job.people.textures == "../../skins" and os.path.samefile(plan.located.people.textures, skins)
    with pytest.raises(WinceError, match="holds no painted skin"):
        write.plan(job(3, textures=str(skins)), tmp_path / "sets" / "two")
    assert not plans.exists(tmp_path / "sets" / "two")
