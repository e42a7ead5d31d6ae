"""What a supervisor takes for Blender: the protocol of serve.py, samples of a few bytes, and tricks on demand, from tricks.json beside it.

It keeps its own account of what it did in log.jsonl, because a supervisor that is killed cannot tell.
"""

# ruff: noqa: E701, E702, T201
import hashlib
import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

words = sys.argv[sys.argv.index("--") + 1:]
folder, owner = Path(words[0]), words[words.index("--owner") + 1]
tricks = json.loads(Path(__file__).with_name("tricks.json").read_text())
log = open(Path(__file__).with_name("log.jsonl"), "a")
def say(event, **facts):
    line = json.dumps({"event": event, **facts})
    log.write(json.dumps({"owner": owner, **json.loads(line)}) + "\n"); log.flush()
    try: print("wince: " + line, flush=True)
    except OSError: pass
lines, closed = queue.Queue(), []
def listen():
    for line in sys.stdin: lines.put(line)
    closed.append(1); lines.put(None)
threading.Thread(target=listen, daemon=True).start()
def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{owner}.part"); part.write_bytes(data); os.replace(part, path)
def make(key):
    name = key.split("/")
    write(folder / name[0] / "identity.json", name[0].encode())
    write(folder / name[0] / name[1] / "expression.npz", name[1].encode())
    data = key.encode() * 20
    write(folder / key / "rgb.png", data)
    record = {"format": "wince-record-1", "key": key,
              "files": {"rgb": {"path": "rgb.png", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}}}
    write(folder / key / "record.json", json.dumps(record).encode())
held, made = Path(__file__).with_name("held"), 0               # how many views a worker may make while that file is there
def hold():
    while not closed:
        try: limit = int(held.read_text())
        except FileNotFoundError: return
        if made < limit: return
        time.sleep(0.01)
def there(key):
    try: return bool(json.loads((folder / key / "record.json").read_text())) and (folder / key / "rgb.png").stat().st_size == len(key) * 20
    except (OSError, ValueError): return False
def trick(what):
    if what == "crash": print("Blender says: the end is near", flush=True); os.abort()
    if what == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang": time.sleep(600)
    if what == "refuse": say("error", message="the skin of id00001 is missing: paint it"); sys.exit(2)
if "start" in tricks: trick(tricks["start"])
say("start", blender="0.0", device="CPU", denoiser="none")
leftover = [bytearray(tricks.get("grow", 0))]
while (line := lines.get()) is not None:
    order = json.loads(line)
    for key in order["samples"]:
        if closed: sys.exit(75)
        if there(key): continue                                 # somebody else's work
        say("begin", key=key)
        once = Path(__file__).with_name("once." + key.replace("/", "."))
        what = tricks.get(key, tricks.get(key.split("/")[0]))
        if what == "crash once":
            what = None if once.exists() else "crash"; once.touch()
        if what: trick(what)
        time.sleep(tricks.get("pause", 0))
        hold()
        make(key)
        made += 1
        say("view", key=key, cycles=0.1, seconds=0.2, **({"placed": False} if tricks.get("late") else {}))
    say("served", id=order["person"]["id"])
sys.exit(0)
