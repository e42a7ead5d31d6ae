"""Slurm: the files of `wince farm slurm`, submitted to a real slurmctld, slurmd and munged on this machine, with a GPU that is /dev/null.

Most tests have a stand-in for `wince` do the work, since they ask what Slurm does with the files; the last one renders.
"""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from wince.core import pack
from wince.job import plan as planned
from wince.job import spec
from wince_headless import exits
from wince_headless.farm import slurm
from wince_headless.plan import write


def _beside(name):
    found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module                      # dataclasses look their module up
    found.loader.exec_module(module)
    return module


clusters, farms = _beside("cluster"), _beside("farms")
pytestmark = pytest.mark.skipif(bool(clusters.missing()), reason=f"no {', '.join(clusters.missing())} here: .ci/farm-setup installs Slurm")

PAINT = {"backend": "procedural", "models": [], "seed": 0, "size": 256, "steps": 0, "profile": "research", "set": []}
TINY = spec.Render(resolution=(64, 64), samples=1, denoiser="none", device="cpu", subdivision=0, subsurface=False)
QUICK = slurm.Options(cpus=1, memory="100M", throttle=8)

# Does what its orders.json says of a command and its shards: {"work 3": [seconds, exit code], ...}; with "first" behind, in its first turn.
# Instead of seconds it may have the name of another command, which has to begin first.
STAND_IN = """#!{python} -u
import json, os, pathlib, signal, sys, time
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
name = " ".join([words[0], *(words[words.index("--shards") + 1:][:1] if "--shards" in words else [])])
turn = int(os.environ.get("SLURM_RESTART_COUNT", 0))
def note(**facts):
    with open(here / "noted.jsonl", "a") as file:
        file.write(json.dumps(dict(name=name, at=time.monotonic(), pid=os.getpid(), turn=turn) | facts) + "\\n")
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
folders = [os.environ["TMPDIR"], os.environ["BLENDER_USER_CONFIG"]]
note(what="begin", words=words, gpu=os.environ.get("CUDA_VISIBLE_DEVICES"), folders=folders)
seconds, code, *first = json.loads((here / "orders.json").read_text()).get(name, [0.3, 0])
if first and turn:
    seconds, code = 0.2, 0
def begun(other):
    return any(json.loads(line)["name"] == other for line in (here / "noted.jsonl").read_text().splitlines())
other, seconds = (seconds, 60) if isinstance(seconds, str) else (None, seconds)
end = time.monotonic() + seconds
while time.monotonic() < end and not heard and not (other and begun(other)):
    time.sleep(0.02)
time.sleep(0.3 if heard else 0)
note(what="end", code=75 if heard else code, heard=len(heard))
sys.exit(75 if heard else code)
"""


@pytest.fixture(scope="module")
def cluster():
    """A cluster that runs."""
    folder = Path(tempfile.mkdtemp(prefix="wince-slurm-"))
    made = clusters.Cluster(folder, {})
    try:
        clusters.start(made)
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Laid:
    """A plan laid out for Slurm with a stand-in for `wince`: submitted by `submit`, and what was noted while it ran."""

    def __init__(self, folder, cluster, shards, orders, paint=None, **options):
        self.cluster, self.folder = cluster, folder
        job = spec.Job(seed=7, people=spec.People(count=shards), expressions=spec.Expressions(pain=1), cameras=("frontal",), render=TINY)
        self.plan = write.plan(job, folder / "data", shard_people=1, paint=paint, processes=1)
        self.program = folder / "bin" / "wince"
        self.program.parent.mkdir()
        self.program.write_text(STAND_IN.format(python=sys.executable))
        self.program.chmod(0o755)
        (self.program.parent / "orders.json").write_text(json.dumps(orders))
        chosen = {**vars(QUICK), "wince": str(self.program), "elements": shards, **options}
        slurm.write(self.plan, options=slurm.Options(**chosen))
        self.place = self.plan.folder / "farm" / "slurm"

    def submit(self, *words):
        """Submit everything; return {"paint": number, "render": number, "verify": number}, those that there are."""
        said = self.cluster.run("bash", self.place / "submit.sh", *words)
        return {line.split()[0]: line.split()[1] for line in said.splitlines() if line.split()[1].isdigit()}

    def noted(self, what="begin"):
        """Return what was noted, {name: [facts of each turn]}."""
        path = self.program.with_name("noted.jsonl")
        found = {}
        for line in path.read_text().splitlines() if path.is_file() else ():
            facts = json.loads(line)
            if facts["what"] == what:
                found.setdefault(facts["name"], []).append(facts)
        return found

    def begun(self, name, turn=0):
        """Wait until a command has begun a turn, and return what it noted."""
        return self.cluster.until(lambda: next((facts for facts in self.noted().get(name, ()) if facts["turn"] == turn), None), 180)

    def most_at_once(self, prefix):
        """Return how many commands of a kind ran at the same time."""
        edges = [(facts["at"], step) for what, step in (("begin", 1), ("end", -1))
                 for name, turns in self.noted(what).items() if name.startswith(prefix) for facts in turns]
        at_once = most = 0
        for _, step in sorted(edges):
            at_once += step
            most = max(most, at_once)
        return most


@pytest.fixture
def laid(tmp_path, cluster):
    """Lays a plan out: laid(shards, orders, paint, **options)."""
    return lambda shards, orders, paint=None, **options: Laid(tmp_path, cluster, shards, orders, paint, **options)


def ends(jobs):
    """Return {element: (state, exit code)} of jobs as Slurm tells them."""
    return {int(job.get("ArrayTaskId", -1)): (job["JobState"], job["ExitCode"]) for job in jobs}


DONE = ("COMPLETED", "0:0")


def test_what_is_painted_first_is_rendered_first_and_the_gpu_is_given_to_one_at_a_time(laid, cluster):
    """aftercorr: an element that paints sets free the element of the same number, not the array behind it."""
    orders = {"paint 1": ["work 0", 0], "paint 3": ["work 2", 0]}               # end when the one before is being rendered
    made = laid(4, orders, paint=PAINT)
    jobs = made.submit()
    elements = cluster.wait(*jobs.values())
    assert {*ends(elements).values()} == {DONE} and len(elements) == 9
    begun, ended = made.noted("begin"), made.noted("end")
    for shard in range(4):
        assert ended[f"paint {shard}"][0]["at"] <= begun[f"work {shard}"][0]["at"]
        assert begun[f"paint {shard}"][0]["gpu"] == "0" and not begun[f"work {shard}"][0]["gpu"]
    assert made.most_at_once("paint") == 1                                      # there is one GPU
    assert begun["work 0"][0]["at"] < ended["paint 1"][0]["at"] and begun["work 2"][0]["at"] < ended["paint 3"][0]["at"]
    assert begun["verify"][0]["at"] >= max(ended[f"work {shard}"][0]["at"] for shard in range(4))


def test_no_more_at_once_than_the_throttle_says_and_elements_share_no_folders(laid, cluster):
    made = laid(6, {"work 0": ["work 1", 0], **{f"work {k}": [1.0, 0] for k in range(1, 6)}}, throttle=2)
    assert {*ends(cluster.wait(*made.submit().values())).values()} == {DONE}
    assert made.most_at_once("work") == 2
    begun = [made.noted()[f"work {shard}"][0] for shard in range(6)]
    folders = [folder for facts in begun for folder in facts["folders"]]
    assert len({*folders}) == 12 and not any(map(os.path.exists, folders))      # each element's own, and cleared away
    assert begun[0]["words"] == ["work", "../..", "--shards", "0", "--workers", "1", "--threads", "1"]


def test_exit_codes_reach_slurm_and_a_bad_element_stops_no_other(laid, cluster):
    made = laid(4, {"paint 1": [0.2, 2], "work 2": [0.2, 1], "work 3": [0.2, 2], "verify": [0.1, 1]}, paint=PAINT)
    jobs = made.submit()
    cluster.wait(*jobs.values())
    painted, rendered = (ends(cluster.jobs(jobs[step])) for step in ("paint", "render"))
    assert painted == {0: DONE, 1: ("FAILED", "2:0"), 2: DONE, 3: DONE}
    assert rendered[0] == DONE and rendered[2] == ("FAILED", "1:0") and rendered[3] == ("FAILED", "2:0")
    assert rendered[1][0] == "CANCELLED" and "work 1" not in made.noted()       # without its skin it cannot be rendered
    assert ends(cluster.jobs(jobs["verify"])) == {-1: ("FAILED", "1:0")}        # but it was looked at
    assert "status" in made.noted()
    log = made.place / "logs" / f"wince-render_{jobs['render']}_0.log"
    assert "element 0, start 1 on" in log.read_text()


def test_an_element_that_has_no_time_left_stops_and_goes_on_in_another_turn(laid, cluster):
    """--signal=B:USR1 reaches the shell alone; wince hears one SIGTERM, ends with 75, and the element puts itself back."""
    made = laid(2, {"work 0": [60, 0, "first"], "work 1": [0.2, 0]})
    job = made.submit()["render"]
    made.begun("work 0")
    cluster.run("scancel", "--batch", "--signal=USR1", f"{job}_0")
    again = made.begun("work 0", turn=1)
    assert ends(cluster.wait(job)) == {0: DONE, 1: DONE}
    stopped = made.noted("end")["work 0"][0]
    assert stopped["heard"] == 1 and stopped["code"] == exits.STOPPED and again["at"] > stopped["at"]
    assert cluster.element(job, 0)["Restarts"] == "1"
    log = (made.place / "logs" / f"wince-render_{job}_0.log").read_text()
    assert "start 1 on" in log and "goes back into the queue" in log and "start 2 on" in log        # appended, not written over


def test_slurm_says_in_time_that_the_time_is_up(laid, cluster):
    """The same without us: of two minutes, the last 100 seconds are left for stopping; Slurm looks every half minute or so."""
    made = laid(1, {"work 0": [110, 0, "first"]})
    job = made.submit("--time=2", "--signal=B:USR1@100")["render"]
    assert ends(cluster.wait(job)) == {0: DONE}
    assert [(facts["heard"], facts["code"]) for facts in made.noted("end")["work 0"]] == [(1, exits.STOPPED), (0, 0)]


def test_a_wince_that_is_killed_is_tried_again_and_requeueing_by_hand_goes_on(laid, cluster):
    made = laid(2, {"work 0": [60, 0, "first"], "work 1": [60, 0, "first"]})
    job = made.submit()["render"]
    os.kill(made.begun("work 0")["pid"], signal.SIGKILL)
    made.begun("work 1")
    cluster.run("scontrol", "requeue", f"{job}_1")
    assert ends(cluster.wait(job)) == {0: DONE, 1: DONE}
    assert [facts["turn"] for name in ("work 0", "work 1") for facts in made.noted()[name]] == [0, 1, 0, 1]
    assert made.noted("end")["work 1"][0]["heard"] == 1                         # Slurm told it, nobody told it twice


def test_an_element_that_is_killed_whole_is_submitted_again(laid, cluster):
    made = laid(2, {"work 0": [60, 0], "work 1": [0.2, 0]})
    job = made.submit()["render"]
    pid = made.begun("work 0")["pid"]
    shell = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(shell, signal.SIGKILL)
    assert ends(cluster.wait(job)) == {0: ("FAILED", "0:9"), 1: DONE}
    (made.program.parent / "orders.json").write_text("{}")
    assert ends(cluster.wait(made.submit()["render"])) == {0: DONE, 1: DONE}
    os.kill(pid, signal.SIGTERM)                    # a cluster with cgroups kills it with its shell; two on one shard are harmless


def test_an_element_gives_up_after_so_many_turns(laid, cluster):
    made = laid(1, {"work 0": [0.1, 75]}, requeues=1)
    job = made.submit()["render"]
    assert ends(cluster.wait(job)) == {0: ("FAILED", "75:0")}
    assert [facts["turn"] for facts in made.noted()["work 0"]] == [0, 1]
    assert "that is enough" in (made.place / "logs" / f"wince-render_{job}_0.log").read_text()


def test_submit_runs_the_engines_own_command(laid, cluster):
    made = laid(1, {})
    code = "import sys; from wince_headless.farm import submit; submit.submit('slurm', sys.argv[1])"
    roots = os.pathsep.join(str(farms.ROOT / name) for name in ("addon", "headless"))
    done = subprocess.run([sys.executable, "-c", code, made.place], env=cluster.environment | {"PYTHONPATH": roots}, capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    job = done.stdout.split()[1]
    assert ends(cluster.wait(job)) == {0: DONE}


@pytest.mark.skipif(not (pack.DEFAULT.is_file() and importlib.util.find_spec("bpy")), reason="needs bpy and the face pack")
def test_a_plan_is_painted_and_rendered_by_slurm_through_a_kill(tmp_path, cluster):
    """The real thing: painted on the GPU that is none, rendered at 64 pixels, an element killed in the middle; then all is there."""
    job = spec.Job(seed=5, people=spec.People(count=4), expressions=spec.Expressions(pain=1), cameras=("frontal", "profile_left"),
                   render=TINY)
    plan = write.plan(job, tmp_path / "data", shard_people=1, paint=PAINT, processes=1)
    program = farms.real(tmp_path / "bin")
    files = slurm.write(plan, options=slurm.Options(cpus=2, memory="4G", throttle=2, elements=2, wince=program))
    said = cluster.run("bash", files[0].with_name("submit.sh")).split()
    jobs = dict(zip(said[::2], said[1::2]))
    cluster.until(lambda: any((plan.folder / "id00000").glob("*/*/record.json")), 200)
    shell = _child(program, "work", "0-1")
    os.kill(shell, signal.SIGKILL)
    assert {*ends(cluster.wait(jobs["paint"], jobs["render"], seconds=400)).values()} == {DONE}
    assert cluster.element(jobs["render"], 0)["Restarts"] == "1"
    keys = [key for shard in range(plan.shards) for person in plan.shard(shard) for key in planned.keys(person)]
    assert len(keys) == 16 and all((plan.folder / key / "record.json").is_file() for key in keys)
    assert len(list((plan.folder / "state" / "done").iterdir())) == plan.shards
    verified = cluster.wait(jobs["verify"])[0]
    log = files[0].with_name("logs") / f"wince-verify_{jobs['verify']}.log"
    assert (verified["JobState"], verified["ExitCode"]) == DONE, log.read_text()


def _child(program, *words):
    """Return the process id of a command that runs."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if os.fsencode(program) in line and all(os.fsencode(word) in line for word in words):
            return int(path.parent.name)
    raise AssertionError(f"{program} {words} does not run")
