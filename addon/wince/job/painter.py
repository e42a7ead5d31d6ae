"""The painter, `wince paint`, in a Python of its own: never torch in Blender. How it is started, what it says, what its death means.

The program is PYTHON -m wince_headless; the face's identity goes to it as a file, the skin comes back as a folder, see textures.py.
Painting never goes to the network, only fetching a model does.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..core.errors import WinceError
from . import textures
from .process import DONE, FAILED, RUNNING, STOPPED, Process

MODULE = "wince_headless"
WAITING = "waiting"                    # the state of a painting whose turn has not come: one paints at a time
WITH_MODELS = ("sd15", "sdxl", "zimage", "qwen")      # backends that need weights
BUILT_IN = "procedural"                # the backend that paints the built-in skin
PHOTO = "photo"                        # for a backend: paint from an image on the atlas
OF_IMAGE = "image"                     # as what was painted so calls its painter
OTHERWISE = ": give another folder"    # begins the cure of a folder that holds another painting; the panel has no --out
CHOOSE = "choose the Python that has Wince and torch in Wince's preferences"
INSTALL = 'pip install "wince[paint]"'
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
OF_BLENDER = "PYTHON"                  # begins the names of variables that are for another Python than the painter's
MISSING = "No module named "
KILLED = (-9, 137)                     # exit codes of what the system has ended


@dataclass(frozen=True)
class Order:
    """What to paint with, beside the person; defaults are the painter's own.

    places    file of an image's other layout
    contents  hash of the image and its layout: another picture under the same name is another painting
    further   ((name, value), ...) of the painter's other settings
    """

    backend: str = "procedural"
    model: str = ""
    photo: str = ""
    places: str = ""
    contents: str = ""
    seed: int = 0
    steps: int = 0
    size: int = 2048
    profile: str = "research"
    further: tuple = ()
    device: str = "auto"
    pack: str = ""
    force: bool = False

    def words(self, identity, out):
        """Return the command line after the module's name, list of str.

        identity  path of the person's file
        out       folder for painted skins
        """
        of_image = self.backend == PHOTO
        how = ["--from-uv", self.photo] if of_image else ["--backend", self.backend]
        named = {"--places": self.places if of_image else "", "--model": "" if of_image else self.model, "--pack": self.pack,
                 "--steps": str(self.steps or "")}
        given = [word for name, value in named.items() if value for word in (name, value)]
        given += [word for name, value in self.further for word in ("--set", f"{name}={json.dumps(value, ensure_ascii=False)}")]
        return ["paint", str(identity), *how, *given, "--seed", str(self.seed), "--size", str(self.size), "--profile", self.profile,
                "--device", self.device, "--out", str(out), "--events", "--leash", *(["--force"] if self.force else [])]

    def folder(self, who):
        """Return the name of a person's folder of skins painted so: equal wishes for the same person go on there, others elsewhere.

        who   core.identity.Identity
        """
        matters = {name: value for name, value in asdict(self).items() if name not in ("device", "force", "pack")}
        matters["person"] = textures.key(who)
        name = hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:8]
        return f"{self.backend}_seed{self.seed}_{name}"


def command(python, words):
    """Return the argument list of a painter: its Python's path, and words for the `wince` command."""
    return [str(python), "-m", MODULE, *words]


def fetch_words(what, sure):
    """Return the words that download a backend's models, or a hub id's; unless `sure`, that say what would be downloaded."""
    return ["models", "fetch", what, "--events", *([] if sure else ["--dry-run"])]


def environment(models="", online=False):
    """Return the environment of a painter, {name: value}: nothing of Blender's Python, and no network unless it is asked for.

    models   folder of the models' cache (HF_HOME); "" leaves it where it is
    online   whether it may go to the network
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(OF_BLENDER)}
    return kept | ({"HF_HOME": models} if models else {}) | ({} if online else OFFLINE)


class Helper(Process):
    """A run of the painter's Python: beside what every Process tells, what it said in words.

    python   path of its Python
    said     sentences, in order
    """

    KIND, REMEMBERED = "painter", 400

    def __init__(self, name, python, words):
        super().__init__(name)
        self.python, self.words, self.said = str(python), list(words), []

    def start(self, models="", online=False):
        """Start it; where it cannot be, it has failed and says why. Arguments as `environment` takes them."""
        try:
            self.launch(command(self.python, self.words), environment(models, online), self.scratch)
        except OSError as error:
            self.fail(f"{self.python} cannot be started ({error.strerror}): {CHOOSE}")

    def fail(self, sentence):
        """Give up, with a sentence."""
        self.state, self.sentence = FAILED, sentence
        self.clear()

    def take(self, event):
        """Note what it says; it belongs into the log as well."""
        super().take(event)
        if text := event.get("text") or event.get("message"):
            self.said.append(text)
            self.talk.append(text)

    def verdict(self, code):
        """Return what it died of."""
        talk = "\n".join(self.talk)
        if MISSING in talk:
            name = talk.rpartition(MISSING)[2].split()[0].strip("'\";:").partition(".")[0]
            what = "Wince" if name == MODULE else name
            return f"{self.python} has no {what}: in a terminal, run {self.python} -m {INSTALL}"
        if code in KILLED:
            return "the system ended the painter, most likely because memory ran out: choose a smaller texture, or close other programs"
        return super().verdict(code)

    def log(self):
        """Return the command and all that is remembered of what it said, text to send to whoever can help."""
        end = [f"({self.state}: {self.sentence})" if self.sentence else f"({self.state})"]
        return "\n".join([" ".join(command(self.python, self.words)), *self.talk, *end]) + "\n"


class Painting(Helper):
    """One skin being painted. Only `poll`, `start`, `stop` and `kill` change what can be read of it.

    label               what paints it, for people
    out                 folder for painted skins
    face                session_uid of the face's armature, which this skin is for
    stage, done, total  what is done now, and its steps
    folder              of the finished skin, "" before
    passed, faults      of a finished skin: whether its numbers are good enough, and sentences that say why not
    worn                whether the face has got it, or was given up on
    """

    def __init__(self, name, label, python, who, order, out, face=0):
        super().__init__(name, python, ())
        self.label, self.state, self.out, self.face = label, WAITING, Path(out), face
        self.stage, self.done, self.total, self.folder, self.worn = "", 0, 0, "", False
        self.passed, self.faults = False, ()
        identity = self.scratch / "identity.json"
        identity.write_text(who.json(), encoding="utf-8")
        self.words = order.words(identity, out)

    def launch(self, words, environment, folder=None):
        """Start it; it has waited."""
        super().launch(words, environment, folder)
        self.state = RUNNING

    def stop(self):
        """Ask it to stop after the step in hand; one that waits does not begin."""
        if self.state == WAITING:
            self.state = STOPPED
            self.clear()
        super().stop()

    def kill(self):
        """End it at once."""
        if self.state == WAITING:
            self.stop()
        super().kill()

    def take(self, event):
        """Note how far it is."""
        super().take(event)
        if event["event"] == "stage":
            self.stage, self.done, self.total = event["stage"], 0, 0
            self.talk.append(event["stage"])
        self.done, self.total = event.get("done", self.done), event.get("total", self.total)
        self.folder = event.get("folder", self.folder)
        if OTHERWISE in self.sentence:
            self.sentence = f"{self.sentence.partition(OTHERWISE)[0]}: choose another seed, or remove that folder"

    def how_far(self):
        """Return what it is at, for a bar: (share 0..1, words)."""
        steps = f" {self.done} of {self.total}" if self.total > 1 else ""
        return self.done / max(self.total, 1), f"{self.stage or 'starting'}{steps}"

    def _end(self, code):
        super()._end(code)
        if self.state == DONE and self.folder:
            with suppress(WinceError):                    # whoever puts it on a face says what is wrong with it
                facts = textures.read(self.folder, hashed=False).facts
                self.passed, self.faults = facts["quality"]["passed"], textures.faults(facts)


class Check(Helper):
    """What a painter's Python has: `facts` [(label, value)], and `problems`, sentences with their cure; a failed one has a `sentence`."""

    def __init__(self, python, version):
        super().__init__("Check", python, ["paint", "--doctor", "--events"])
        self.facts, self.problems, self.version, self.answered = [], [], version, False

    def take(self, event):
        """Read the answer, and compare its Wince with ours."""
        super().take(event)
        if event["event"] != "doctor":
            return
        self.answered = True
        self.facts, self.problems = [tuple(pair) for pair in event["facts"]], list(event["problems"])
        theirs = dict(self.facts).get("wince", self.version)
        if theirs != self.version:
            self.problems.insert(0, f"{self.python} has Wince {theirs}, this add-on is {self.version}: install the same version of both")

    @property
    def sound(self):
        """Whether it has answered, and nothing is wrong."""
        return self.answered and not self.problems

    def verdict(self, code):
        """Return what is wrong with a Python that gave no answer."""
        if MISSING in "\n".join(self.talk):
            return super().verdict(code)
        last = self.talk[-1] if self.talk else "it said nothing"
        return (f"{self.python} does not answer as a Python with Wince does (exit code {code}: {last}): {CHOOSE}")

    def _end(self, code):
        super()._end(code)
        if self.answered:                                 # with problems it ends like a failure, which it is not
            self.state, self.sentence = DONE, ""
        elif self.state == DONE:
            self.fail(self.verdict(code))
