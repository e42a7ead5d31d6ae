"""A plan -> files for Slurm, without Slurm: how shards become elements, and what the files say.

What Slurm makes of them: tests/farm/test_slurm.py.
"""

import dataclasses
import math
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince.job import plan as planned
from wince.job import spec
from wince_headless import estimate
from wince_headless.farm import chunks, slurm, submit, times
from wince_headless.plan import ranges
from wince_headless.work import places

PAINT = {"backend": "sd15", "models": [], "seed": 0, "size": 2048, "steps": 0, "profile": "research", "set": []}


def counted(folder, shards=2500, paint=None, job=None):
    """Return a plan of shards of one person and 33 samples that nobody has drawn: its index is there, its lines are not."""
    folder.mkdir()
    (folder / planned.INDEX).write_bytes(planned.ROW.pack(0, 0, 33, 1, bytes(32)) * shards)
    counts = {"people": shards, "twins": 0, "samples": 33 * shards, "shards": shards}
    return planned.Plan(folder, {"format": planned.FORMAT, "hash": "ab" * 32, "counts": counts, "paint": paint}, job or spec.Job())


def laid(plan, out=None, **options):
    """Lay a plan out; return {file name: text}."""
    return {path.name: path.read_text() for path in slurm.write(plan, out, slurm.Options(**options))}


def lines(table):
    """Return {element: shards} of shards.txt, as words."""
    return {int(line.split()[0]): line.split()[1] for line in table.splitlines() if not line.startswith("#")}


def test_elements_by_hand():
    assert chunks.elements(range(7), 3) == [(0, 1), (2, 3), (4, 5, 6)]
    assert chunks.elements((3, 9), 5) == [(3,), (9,)]
    assert chunks.elements((), 5) == []
    assert chunks.count(10, 60.0) == 1 and chunks.count(10, 3600.0) == 4
    assert chunks.count(3, 1e9) == 3 and chunks.count(10 ** 6, 1e12) == 500


@given(st.lists(st.integers(0, 10 ** 6), unique=True, max_size=300).map(sorted), st.integers(1, 400))
def test_every_shard_is_in_one_element(shards, count):
    found = chunks.elements(shards, count)
    assert [shard for run in found for shard in run] == shards and len(found) == min(count, len(shards))
    assert not found or max(map(len, found)) - min(map(len, found)) <= 1


@pytest.mark.parametrize("shards", [1, 499, 2500, 300_000])
def test_any_number_of_shards_fits_an_array_as_clusters_come(tmp_path, shards):
    files = laid(counted(tmp_path / "data", shards))
    table = lines(files["shards.txt"])
    assert list(table) == list(range(len(table))) and len(table) <= 500 < 1001       # MaxArraySize is 1001, and counts from 0
    assert sum(len(ranges.parse(words, shards)) for words in table.values()) == shards
    assert f"#SBATCH --array=0-{len(table) - 1}%50\n" in files["render.sbatch"]


def test_the_files_of_a_plan_that_paints_and_of_one_that_does_not(tmp_path):
    plain, painted = laid(counted(tmp_path / "a", 8)), laid(counted(tmp_path / "b", 8, PAINT))
    assert {*painted} - {*plain} == {"paint.sbatch"}
    array = re.compile(r"^#SBATCH --array=.*$", re.M)
    assert array.findall(painted["paint.sbatch"]) == array.findall(painted["render.sbatch"])      # or aftercorr pairs nothing
    assert "aftercorr" in painted["submit.sh"] and "aftercorr" not in plain["submit.sh"]
    assert "#SBATCH --gres=gpu:1" in painted["paint.sbatch"] and "--gres" not in painted["render.sbatch"]
    for name in ("paint.sbatch", "render.sbatch"):
        for option in ("--requeue", "--open-mode=append", "--signal=B:USR1@120", "--mem", "--time=", "--cpus-per-task=4"):
            assert f"#SBATCH {option}" in painted[name]


def test_what_was_given_stands_in_the_files_and_nothing_of_this_machine(tmp_path):
    out = tmp_path / "elsewhere" / "slurm"
    files = laid(counted(tmp_path / "my data", 4, PAINT), out, partition="cpu", gpu_partition="gpu", account="lab-7", time="2-00:00:00",
                 throttle=3, memory="2500M", gres="gpu:a100:1", wince="'/opt/my wince/bin/python' -m wince_headless", requeues=2)
    assert "#SBATCH --partition=gpu\n" in files["paint.sbatch"] and "#SBATCH --partition=cpu\n" in files["render.sbatch"]
    assert "#SBATCH --gres=gpu:a100:1" in files["paint.sbatch"] and "#SBATCH --time=2-00:00:00" in files["render.sbatch"]
    assert "#SBATCH --mem-per-cpu=2500M" in files["render.sbatch"] and "%3\n" in files["render.sbatch"]
    assert "\nWINCE=('/opt/my wince/bin/python' -m wince_headless)\n" in files["settings.sh"]
    assert "\nDATASET='../../my data'\n" in files["settings.sh"] and "\nREQUEUES=2\n" in files["settings.sh"]
    assert all("--account=lab-7" in files[name] for name in ("paint.sbatch", "render.sbatch", "verify.sbatch"))
    plain = laid(counted(tmp_path / "plain", 4))
    assert "##SBATCH --partition=NAME" in plain["render.sbatch"] and "WINCE=(wince)\n" in plain["settings.sh"]
    assert not any(str(tmp_path) in text for text in plain.values())


def test_time_and_elements_follow_the_estimate(tmp_path):
    small = laid(counted(tmp_path / "a", 8), cpus=8)
    large = laid(counted(tmp_path / "b", 8, job=spec.Job(render=spec.Render(resolution=(2048, 2048), samples=4096))), cpus=8)
    assert len(lines(small["shards.txt"])) < len(lines(large["shards.txt"])) == 8
    assert "--time=0:30:00" in small["render.sbatch"] and "--time=24:00:00" in large["render.sbatch"]
    assert times.hours(0) == "0:30:00" and times.hours(700) == "1:00:00" and times.hours(1e9) == "24:00:00"


@pytest.mark.parametrize(("words", "found"), [
    ("90", 5400), ("90:30", 5430), ("1:30:05", 5405), ("1-12", 129600), ("1-12:30", 131400), ("1-12:30:05", 131405), ("0", math.inf),
    ("unlimited", math.inf), ("infinite", math.inf)])
def test_times_as_slurm_writes_them(words, found):
    assert times.seconds(words) == found


def test_an_element_is_told_early_enough_to_finish_a_picture():
    slow = spec.Job(render=spec.Render(resolution=(2048, 2048), samples=4096))
    assert times.notice(spec.Job()) == 120 and times.notice(slow) >= 2 * estimate.view_seconds(slow) and times.notice(slow) % 60 == 0
    with pytest.raises(WinceError, match="too short") as refused:
        times.check(slow, "1:00")
    times.check(slow, re.search(r"give (\S+) or more", str(refused.value))[1])          # the cure is one
    times.check(slow, "0")


def test_a_check_that_a_day_may_not_be_enough_for_says_so(tmp_path):
    small, large = laid(counted(tmp_path / "a", 8)), laid(counted(tmp_path / "b", 40_000))
    assert "hours: give it more processors" not in small["verify.sbatch"]
    assert "is 55 hours: give it more processors" in large["verify.sbatch"]                 # 1,320,000 x 0.2 s x 3 / 4 processors
    assert "#SBATCH --time=24:00:00" in large["verify.sbatch"] and '--processes "$PROCESSORS"' in large["verify.sbatch"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("painter", "words"), [("", ["a b", "-m", "w"]), ("/gpu/wince", ["/gpu/wince"])])
def test_nodes_that_paint_may_have_a_command_of_their_own(tmp_path, painter, words):
    slurm.write(plan := counted(tmp_path / "data", 4, PAINT), options=slurm.Options(wince="'a b' -m w", paint_wince=painter))
    folder = plan.folder / "farm" / "slurm"
    said = subprocess.run(["bash", "-c", 'source ./settings.sh; printf "%s\\n" "${PAINT_WINCE[@]}"'], cwd=folder, capture_output=True,
                          text=True, check=True).stdout
    assert said.splitlines() == words and 'run "${PAINT_WINCE[@]}" paint' in (folder / "paint.sbatch").read_text()


def test_what_somebody_changed_is_kept_and_fits_the_new_shards(tmp_path):
    plan = counted(tmp_path / "data", 6, PAINT)
    folder = slurm.write(plan, options=slurm.Options(elements=6))[0].parent
    mine = {"settings.sh": "\nmodule load python\n", "render.sbatch": "\n#SBATCH --qos=low\n", "shards.txt": "99 0\n"}
    for name, text in mine.items():
        (folder / name).write_text((folder / name).read_text() + text)
    for _ in range(2):                                                                    # the second time they are still a person's
        files = slurm.write(plan, options=slurm.Options(shards="1,4", elements=2, cpus=16))
        assert files.kept == ("render.sbatch", "settings.sh")
        found = {path.name: path.read_text() for path in files}
        assert found["settings.sh"].endswith(mine["settings.sh"]) and found["render.sbatch"].endswith(mine["render.sbatch"])
        assert "--cpus-per-task=16" in found["paint.sbatch"] and "--cpus-per-task=4" in found["render.sbatch"]
        assert lines(found["shards.txt"]) == {0: "1", 1: "4"}
        assert all("\n#SBATCH --array=0-1%50\n" in found[name] for name in ("paint.sbatch", "render.sbatch"))      # aftercorr pairs
    forced = slurm.write(plan, options=slurm.Options(elements=6), force=True)
    assert forced.kept == () and not any(text in path.read_text() for path in forced for text in mine.values())


def test_only_what_is_missing(tmp_path):
    plan = counted(tmp_path / "data", 6)
    for shard in (0, 1, 4):
        path = places.done(plan.folder, shard)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    assert list(lines(laid(plan, shards="missing", elements=2)["shards.txt"]).values()) == ["2", "3,5"]
    for shard in (2, 3, 5):
        places.done(plan.folder, shard).write_text("{}")
    with pytest.raises(WinceError, match="every shard"):
        slurm.write(plan, options=slurm.Options(shards="missing"))


def test_writing_again_replaces_and_takes_paint_away(tmp_path):
    plan = counted(tmp_path / "data", 4, PAINT)
    first = laid(plan)
    assert laid(plan) == first
    slurm.write(dataclasses.replace(plan, facts=plan.facts | {"paint": None}))
    assert not (plan.folder / "farm" / "slurm" / "paint.sbatch").exists()


def test_a_gpu_job_renders_with_one_blender_on_a_gpu(tmp_path):
    files = laid(counted(tmp_path / "data", 4, job=spec.Job(render=spec.Render(device="gpu"))))
    assert "#SBATCH --gres=gpu:1" in files["render.sbatch"] and '--workers 1 --threads "$PROCESSORS"' in files["render.sbatch"]


@pytest.mark.parametrize(("options", "said"), [
    ({"partition": "a\n#SBATCH --exclusive"}, "--partition"), ({"gpu_partition": "a b"}, "--gpu-partition"),
    ({"memory": "4 G"}, "--memory"), ({"cpus": 0}, "--cpus"), ({"elements": 0}, "--elements"), ({"wince": ""}, "--wince"),
    ({"wince": "'open"}, "--wince"), ({"paint_wince": "'open"}, "--paint-wince"), ({"shards": "0-9999"}, "--shards"),
    ({"time": "soon"}, "hours:minutes:seconds"), ({"time": "1:2:3:4"}, "hours:minutes:seconds"),
    ({"time": "0:02:00"}, "--time 0:02:00 is too short"), ({"time": "2"}, "or more"), ({"time": "0-0:03"}, "0:04:00 or more"),
])
def test_what_sbatch_would_not_take_is_refused(tmp_path, options, said):
    with pytest.raises(WinceError, match=said):
        slurm.write(counted(tmp_path / "data", 10), options=slurm.Options(**options))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_files_are_bash(tmp_path):
    for path in slurm.write(counted(tmp_path / "data", 10, PAINT, spec.Job(name='it\'s "$(odd)"\nname'))):
        if path.suffix != ".txt":
            assert subprocess.run(["bash", "-n", path], check=False).returncode == 0, path


def test_submitting_where_there_is_no_slurm_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WinceError, match="sbatch is not on this machine"):
        submit.submit("slurm", tmp_path)
    with pytest.raises(WinceError, match="not flamenco"):
        submit.submit("flamenco", tmp_path)


def test_submitting_runs_the_script_and_a_failure_is_told(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "sbatch"
    program.parent.mkdir()
    program.write_text(f'#!/bin/bash\necho "$*" >>{tmp_path}/called\necho "$(wc -l <{tmp_path}/called);cluster"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    plan = counted(tmp_path / "data", 10, PAINT)
    slurm.write(plan)
    submit.submit("slurm", plan.folder / "farm" / "slurm")
    assert (tmp_path / "called").read_text().splitlines() == [
        "--parsable paint.sbatch", "--parsable --dependency=aftercorr:1 --kill-on-invalid-dep=yes render.sbatch",
        "--parsable --dependency=afterany:2 verify.sbatch"]                    # what stands behind a ; is the cluster's name
    program.write_text("#!/bin/bash\nexit 1\n")
    with pytest.raises(WinceError, match="ended with 1"):
        submit.submit("slurm", plan.folder / "farm" / "slurm")

