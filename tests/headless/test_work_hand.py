"""One worker's process: what it leaves running and lying when it is gone."""

import queue
import sys

from wince_headless.work import hand


def test_a_hand_ends_what_its_worker_started(tmp_path, ends):
    events = queue.Queue()
    parent = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True)"
    one = hand.Hand(0, [sys.executable, "-c", parent], events)
    assert events.get(timeout=120)[1] is None and one.code == 0
    assert ends(int(one.talk[0])) and not one.scratch.exists()


def test_a_scratch_folder_is_swept_when_nobody_holds_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one = hand.Hand(0, [sys.executable, "-c", "import sys; sys.stdin.read()"], queue.Queue())
    left = tmp_path / f"{hand.SCRATCH}left"
    left.mkdir()
    (left / hand.LOCK).touch()
    hand.sweep()
    assert one.scratch.is_dir() and not left.exists()
    one.close()
    one.wait()
    assert not one.scratch.exists()
