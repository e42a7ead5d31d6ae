"""A worker driven by hand, for benchmarks and tests: a plan of a job, serve.py in a process of its own, all it says with the time."""

import gzip
import hashlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

from wince.core import pack
from wince.job import expand, layout, people, plan, spec
from wince.job.process import parse

SCRIPT = Path(__file__).resolve().parents[2] / "blender_scripts" / "serve.py"


def planned(job, folder):
    """Write a plan of a job as `job.plan` describes it, a person to a shard, and return it: only what a worker reads."""
    folder.mkdir(parents=True)
    loaded, rows, packed, count = pack.load(job.pack), b"", b"", 0
    for number in expand.people(job):
        person = line(job, number, loaded)
        text = (json.dumps(person) + "\n").encode()
        member, samples = gzip.compress(text, mtime=0), len(list(plan.keys(person)))
        rows += plan.ROW.pack(len(packed), len(member), samples, 1, hashlib.sha256(text).digest())
        packed, count = packed + member, count + samples
    (folder / plan.INDEX).write_bytes(rows)
    (folder / plan.LINES).write_bytes(packed)
    (folder / layout.JOB).write_text(spec.to_json(job))
    facts = {"format": plan.FORMAT, "job": json.loads(spec.to_json(job)), "fraction": 1.0, "versions": {}, "paint": None,
             "counts": {"people": len(expand.people(job)), "twins": 0, "samples": count, "shards": len(expand.people(job))},
             "index_sha256": hashlib.sha256(rows).hexdigest()}
    (folder / plan.PLAN).write_text(json.dumps(facts | {"hash": plan.digest(facts)}))
    return plan.read(folder)


def line(job, number, loaded):
    """Return a person's line, what a worker compares of it."""
    views, shown = list(expand.views(job, number)), expand.expressions(job, number)
    return {"id": layout.person_name(number), "person": people.one(job, number, loaded).id, "number": number, "texture": None,
            "views": views,
            "shows": [{"name": name, "kind": face.kind, "pain": face.pain, "facs": str(face.aus.rounded()),
                       "seeds": [expand.cycles_seed(job, number, name, view) for view in views]} for name, face in shown.items()]}


class Served:
    """One worker.

    begun    when it was started, seconds
    events   [(seconds, event)] as it said them
    talk     its other lines
    """

    def __init__(self, asked, owner, threads, cores=None, command=(sys.executable, str(SCRIPT))):
        words = ["--", str(asked.folder), "--owner", owner, "--threads", str(threads)] + (["--cores", cores] if cores else [])
        self.events, self.talk, self._ordered, self._said, self.begun = [], [], 0, threading.Condition(), time.perf_counter()
        self.process = subprocess.Popen([*command, *words], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def order(self, person, samples):
        """Ask for samples of a person."""
        self._ordered += 1
        self.process.stdin.write(json.dumps({"person": person, "samples": samples}) + "\n")
        self.process.stdin.flush()

    def wait(self):
        """Wait until all that was asked for is served or the worker is gone, let it go, and return its exit code."""
        with self._said:
            self._said.wait_for(lambda: self.process.stdout.closed or self.count("served") == self._ordered)
        return self.end()

    def until(self, kind, count=1):
        """Wait until it has said so many events of a kind, or is gone."""
        with self._said:
            self._said.wait_for(lambda: self.process.stdout.closed or self.count(kind) >= count)

    def end(self):
        """Close its stdin and return its exit code."""
        self.process.stdin.close()
        code = self.process.wait()
        self._listener.join()
        return code

    def count(self, kind):
        """Return how many events of a kind it has said."""
        return sum(event["event"] == kind for _, event in self.events)

    def keys(self, kind):
        """Return the keys of its events of a kind."""
        return [event["key"] for _, event in self.events if event["event"] == kind]

    def _listen(self):
        for text in self.process.stdout:
            with self._said:
                found = parse(text)
                self.events += [(time.perf_counter(), event) for event in found]
                self.talk += [] if found else [text]
                self._said.notify_all()
        with self._said:
            self.process.stdout.close()
            self._said.notify_all()
