"""Workers: what they are told, what they say, how they stop and how they die.

The workers here are small scripts that speak the protocol, because a real Blender cannot be made to crash on demand;
`test_end_to_end.py` does the same with the real one.
"""

import os
import signal
import sys
import threading
import time

import pytest

from wince.core.errors import WinceError
from wince.job import spec
from wince_headless import exits, launch

SPEAK = """
import json, os, signal, sys, time
def say(event, **facts): print("wince: " + json.dumps({"event": event, **facts}), flush=True)
words = sys.argv[sys.argv.index("--") + 1:]
shard, count = map(int, words[words.index("--shard") + 1].split("/"))
"""
GOOD = SPEAK + """
print("Blender talks", flush=True)
say("start", total=2, done=0)
for n in (1, 2): say("view", key=f"id0000{shard}/e00/v{n}", done=n, total=2)
say("done", total=2)
"""
PATIENT = SPEAK + """
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
say("start", total=100, done=0)
for n in range(100):
    time.sleep(0.1)
    say("view", key=f"id00000/e00/v{n}", done=n + 1, total=100)
    if stop: sys.exit(75)
"""
STUBBORN = SPEAK + """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
say("start", total=1, done=0)
time.sleep(600)
"""


@pytest.fixture
def play(tmp_path, monkeypatch):
    """A function: the text of a worker's script -> (exit code, events), rendered by `workers` of them.

    ctrl_c   kinds of events: when the first has come Ctrl-C is pressed, when the second has come once more
    """
    def run(script, workers=1, ctrl_c=(), **orders):
        (tmp_path / "render.py").write_text(script)
        monkeypatch.setattr(launch, "SCRIPTS", tmp_path)
        events = []
        progress = lambda event, done, total: events.append((event["event"], done, total))       # noqa: E731
        threading.Thread(target=interrupt, args=(events, ctrl_c), daemon=True).start()
        return launch.render(spec.Job(), launch.Orders(tmp_path / "out", workers, **orders), progress), events
    return run


def interrupt(events, kinds, most_s=120):
    """Send Ctrl-C to ourselves, from a thread, while the main thread renders; before a worker has spoken it may not listen yet."""
    end = time.monotonic() + most_s
    for kind in kinds:
        while kind not in [said for said, *_ in events]:
            if time.monotonic() > end:
                return
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)


def test_workers_share_the_work_and_their_progress_is_summed(play):
    code, events = play(GOOD, workers=3)
    assert code == exits.DONE
    assert [kind for kind, *_ in events].count("view") == 6
    assert events[-1][1:] == (6, 6)


def test_a_worker_is_told_its_shard_its_threads_and_the_job(play):
    code, _ = play(SPEAK + """
from pathlib import Path
assert json.loads(Path(words[0]).read_text())["format"] == "wince-job-1"
assert words[words.index("--only") + 1] == "id00000/e00/frontal"
assert int(words[words.index("--threads") + 1]) >= 0
""", only="id00000/e00/frontal")
    assert code == exits.DONE


def test_ctrl_c_finishes_the_picture_in_hand_and_says_that_it_can_go_on(play):
    code, events = play(PATIENT, ctrl_c=["view"])
    assert code == exits.STOPPED
    assert 0 < sum(kind == "view" for kind, *_ in events) < 100
    assert "stopping" in [kind for kind, *_ in events]


def test_a_second_ctrl_c_does_not_wait(play):
    begun = time.perf_counter()
    assert play(STUBBORN, ctrl_c=["start", "stopping"])[0] == exits.STOPPED
    assert time.perf_counter() - begun < 300                                # it would have gone on for 600


def test_signal_handlers_are_put_back(play):
    before = signal.getsignal(signal.SIGINT)
    play(GOOD)
    assert signal.getsignal(signal.SIGINT) is before


def test_what_a_worker_refuses_is_the_users_error_in_its_own_words(play):
    with pytest.raises(WinceError, match=r"^lighting\.worlds: this Blender has no 'hdri:mars'$"):
        play(SPEAK + """say("error", message="lighting.worlds: this Blender has no 'hdri:mars'"); sys.exit(2)""", workers=2)


def test_a_bug_shows_what_the_worker_said_last(play):
    with pytest.raises(launch.WorkerDied, match="exit code 3") as death:
        play(SPEAK + """say("view", key="id00001/e02/frontal", done=1, total=9); raise_ = 1; print("Traceback: boom"); sys.exit(3)""")
    assert "[view id00001/e02/frontal]" in str(death.value) and "Traceback: boom" in str(death.value)
    assert death.value.code == exits.BUG


def test_a_crash_is_named_by_its_signal(play):
    with pytest.raises(launch.WorkerDied, match="SIGSEGV"):
        play(SPEAK + "os.kill(os.getpid(), signal.SIGSEGV)")


def test_a_worker_killed_for_memory_can_go_on(play):
    with pytest.raises(launch.WorkerDied, match="want of memory") as death:
        play(SPEAK + "os.kill(os.getpid(), signal.SIGKILL)")
    assert death.value.code == exits.STOPPED


def test_no_worker_is_left_running_when_one_refuses(play):
    with pytest.raises(WinceError, match="no"):
        play(PATIENT.replace("stop = []", "stop = []\nif shard == 0: say('error', message='no'); sys.exit(2)"), workers=2)
    assert not [thread for thread in threading.enumerate() if "_listen" in thread.name]


@pytest.mark.parametrize(("line", "events"), [
    ('wince: {"event": "view", "done": 1}', [{"event": "view", "done": 1}]),
    ('wince: {"event": "view"}wince: {"event": "done"}', [{"event": "view"}, {"event": "done"}]),       # two threads, one line
    ('Fra:1 wince: {"event": "view"}', [{"event": "view"}]),
    ("Fra:1 Mem:20M | Rendering", []),
    ("wince: error: bad", []),
    ("wince: {broken", []),
    ("", []),
])
def test_events_are_told_from_talk(line, events):
    assert launch.parse(line) == events


def test_the_command_for_the_module_and_for_a_program(tmp_path):
    assert launch.command("render.py", ["JOB.json"])[0] == sys.executable
    words = launch.command("render.py", ["JOB.json"], sys.executable)
    assert words.index("--python-exit-code") < words.index("--python")      # or a failing script ends with 0
    assert words[-2:] == ["--", "JOB.json"]
    with pytest.raises(WinceError, match="is not a program"):
        launch.command("render.py", [], tmp_path / "blender")
    with pytest.raises(WinceError, match="is not a program"):
        launch.command("render.py", [], tmp_path)


def test_threads_are_shared_out_and_what_the_job_says_holds():
    cores = os.cpu_count()
    assert launch.threads(spec.Job(), 1) == 0
    assert launch.threads(spec.Job(), 2) == max(1, cores // 2)
    assert launch.threads(spec.Job(), 10_000) == 1
    assert launch.threads(spec.Job(render=spec.Render(threads=3)), 2) == 3
