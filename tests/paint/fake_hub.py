"""A model hub on this machine: what huggingface_hub asks of the real one, and its cache laid out by hand.

Spoken through HF_ENDPOINT, which the library reads when it is imported: so in a process of its own, see `ask`.
"""

import hashlib
import json
import os
import struct
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
LARGE = (".safetensors", ".bin", ".ckpt")
OPEN = "---\nlicense: apache-2.0\n---\n# A model\n"


def sha_of(text):
    """Return a commit: 40 hex digits."""
    return hashlib.sha1(text.encode()).hexdigest()


def tensors(seed=0, count=256, dtype="F32"):
    """Return the bytes of a safetensors file with one tensor of `count` numbers, without the library."""
    width = {"F32": 4, "BF16": 2, "F16": 2}[dtype]
    entry = {"dtype": dtype, "shape": [count], "data_offsets": [0, count * width]}
    head = json.dumps({"__metadata__": {"format": "pt"}, "w": entry}).encode()
    return struct.pack("<Q", len(head)) + head + bytes((seed + k) % 251 for k in range(count * width))


def pipeline(card=OPEN, seed=0):
    """Return {name: bytes} of something laid out as a Stable Diffusion folder."""
    parts = {f"{part}/config.json": f'{{"of": "{part}"}}'.encode() for part in ("unet", "vae", "text_encoder")}
    return {"README.md": card.encode(), "model_index.json": b'{"_class_name": "StableDiffusionPipeline"}',
            "scheduler/scheduler_config.json": b'{"of": "scheduler"}', "tokenizer/vocab.json": b'{"a": 0}', **parts,
            "unet/diffusion_pytorch_model.safetensors": tensors(seed, 4096), "vae/diffusion_pytorch_model.safetensors": tensors(seed + 1),
            "text_encoder/model.safetensors": tensors(seed + 2)}


def etag(name, data):
    """Return what the hub calls a file: the SHA-256 of a large one, git's hash of a small one."""
    if name.endswith(LARGE):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def keep(cache, model, sha, files, refs=("main",)):
    """Lay out a snapshot as the library's cache has it, and return its folder.

    cache   folder that HF_HUB_CACHE names
    files   {relative name: bytes}
    """
    home = Path(cache) / f"models--{model.replace('/', '--')}"
    for name, data in files.items():
        blob = home / "blobs" / etag(name, data)
        link = home / "snapshots" / sha / name
        for path in (blob, link):
            path.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(data)
        link.symlink_to(os.path.relpath(blob, link.parent))
    for ref in refs:
        (home / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (home / "refs" / ref).write_text(sha)
    return home / "snapshots" / sha


class FakeHub:
    """A hub that serves models: {id: {"sha", "files", "gated", "card"}}; use it in a `with`.

    cut       {file name: bytes after which the line drops, once}
    spoilt    {file name: bytes that are sent in place of the right ones}
    asked     "METHOD path" of every request
    """

    def __init__(self, models, cut=None, spoilt=None):
        self.models, self.cut, self.spoilt, self.asked = models, dict(cut or {}), dict(spoilt or {}), []

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def loaded(self):
        """Return the names of the files that were asked for with their bytes."""
        return [line.split("/", 5)[5] for line in self.asked if line.startswith("GET /") and "/resolve/" in line]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, body):
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        words = path.strip("/").split("/")
        if words[:2] == ["api", "models"]:
            self._api(words[2:])
        elif len(words) > 4 and words[2] == "resolve":
            self._file("/".join(words[:2]), words[3], "/".join(words[4:]), body)
        else:
            self._error(404, "EntryNotFound")

    def _model(self, model, revision):
        """Return the model, or none after answering why not."""
        found = self.hub.models.get(model)
        if not found:
            self._error(401, "RepoNotFound")
        elif found.get("gated"):
            self._error(403, "GatedRepo")
        elif revision not in (None, "main", found["sha"]):
            self._error(404, "RevisionNotFound")
        else:
            return found
        return None

    def _api(self, words):
        model, rest = "/".join(words[:2]), words[2:]
        found = self._model(model, rest[1] if len(rest) > 1 else None)
        if not found:
            return
        files = found["files"].items()
        if rest[:1] == ["tree"]:
            self._json([{"type": "file", "path": n, "size": len(d), "oid": sha_of(n), **_lfs(n, d, "oid")} for n, d in files])
        else:
            self._json({"id": model, "sha": found["sha"], "cardData": found.get("card", {"license": "apache-2.0"}), "tags": [],
                        "siblings": [{"rfilename": n, "size": len(d), "blobId": sha_of(n), **_lfs(n, d, "sha256")} for n, d in files]})

    def _file(self, model, revision, name, body):
        found = self._model(model, revision)
        if not found:
            return
        data = found["files"][name]
        right = etag(name, data)
        data = self.hub.spoilt.get(name, data) if body else data
        self.send_response(200)
        heads = {"X-Repo-Commit": found["sha"], "ETag": f'"{right}"', "Content-Length": len(data), "Accept-Ranges": "bytes"}
        for key, value in heads.items():
            self.send_header(key, str(value))
        self.end_headers()
        if body and name in self.hub.cut:
            self.wfile.write(data[:self.hub.cut.pop(name)])
            self.close_connection = True
        elif body:
            self.wfile.write(data)

    def _json(self, answer):
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _error(self, code, word):
        self.send_response(code)
        self.send_header("X-Error-Code", word)
        self.send_header("X-Error-Message", word)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _lfs(name, data, key):
    return {"lfs": {key: hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}} if name.endswith(LARGE) else {}


def ask(code, home, endpoint="http://127.0.0.1:9", **more):
    """Run code in a Python whose hub and cache are these, and return what it printed; a WinceError is printed with "refused: " before it.

    home   folder that becomes HF_HOME and XDG_CACHE_HOME
    """
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "HF_HOME": str(home), "XDG_CACHE_HOME": str(home), "HF_ENDPOINT": endpoint,
           "HF_HUB_DISABLE_PROGRESS_BARS": "1", "PYTHONPATH": os.pathsep.join(str(ROOT / room) for room in ("addon", "headless"))} | more
    code = "\n    ".join(["from wince.core.errors import WinceError", *code.strip().splitlines()])
    code = code.replace("\n    ", "\ntry:\n    ", 1) + "\nexcept WinceError as error:\n    print('refused:', error)\n"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
