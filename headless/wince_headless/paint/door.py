"""What the command line calls: words to settings, people and an exit code; says what a painting needs before it begins."""

import sys
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

from .. import exits
from . import pipeline, planned, run
from .telling import Events, Teller


@dataclass(frozen=True)
class Wishes:
    """The words of `wince paint`; see its help."""

    source: Path | None
    backend: str
    models: tuple
    from_uv: Path | None
    places: Path | None
    out: Path | None
    seed: int
    size: int
    steps: int
    profile: str
    device: str
    set: tuple
    pack: Path | None
    only: str | None
    force: bool
    dry_run: bool
    events: bool
    leash: bool = False
    shards: str | None = None


def paint(wishes):
    """Paint whom `wishes` names; return the exit code."""
    tell = Events() if wishes.events else Teller()
    try:
        return _paint(wishes, tell)
    except WinceError as error:
        tell.error(str(error))
        raise


def _paint(wishes, tell):
    wishes, crowd, pack = planned.take(wishes) if planned.meant(wishes) else (wishes, *_crowd(wishes))
    settings = _settings(wishes)
    order = run.Order(wishes.out or Path("out", f"{_name(wishes.source)}_skins"), wishes.force)
    if wishes.dry_run:
        _plan(settings, wishes, order, len(crowd), tell)
    painter = pipeline.painter(settings, tell, wishes.from_uv, wishes.places)
    if sentence := painter.needs(order.out, len(crowd)):
        tell.say(sentence)
    if wishes.dry_run:
        return exits.DONE
    tell.listen(wishes.leash)
    code = run.paint(crowd, pack, order, painter, tell)
    if code == exits.STOPPED:
        tell.say("stopped; the same command goes on from here")
    return code


def _crowd(wishes):
    """Return whom to paint, [Identity], and the FacePack."""
    if wishes.source is None:
        raise WinceError("say whom to paint: wince paint CONFIG, an identity.json, or the folder of a rendered dataset")
    crowd, pack = run.people(wishes.source, wishes.pack, wishes.only)
    if wishes.from_uv and len(crowd) > 1:
        raise WinceError(f"--from-uv {wishes.from_uv}: one image makes one person's skin, and here are {len(crowd)} people: "
                         "choose one with --only")
    return crowd, pack


def _plan(settings, wishes, order, people, tell):
    """Say what a painting by a model needs while its models are not here yet; the painter names them then."""
    if wishes.from_uv is not None or settings.backend == "procedural":
        return
    from . import diffusion

    if sentence := diffusion.planned(settings, order.out, people):
        tell.say(sentence)


def doctor(wishes):
    """Say what this Python can paint with; return the exit code."""
    from .models import doctor as doctors

    report = doctors.gather()
    _print(report.json() if wishes.events else report.text())
    return exits.DONE if report.ok else exits.FAULTS


def benchmark(wishes):
    """Measure time and memory; return the exit code."""
    tell = Teller()
    try:
        from . import benchmark as bench

        _print(bench.run(_settings(wishes), say=tell.say))
    except KeyboardInterrupt:                            # there is nothing to keep
        tell.say("stopped; nothing was measured")
        return exits.STOPPED
    return exits.DONE


def list_models():
    """Print the catalogue, and what of it is on this machine."""
    from .models import doctor as doctors

    _print(doctors.table())


def fetch(what, dry_run, events):
    """Download models; return the exit code."""
    from .models import fetch as hub

    tell = Events() if events else Teller()
    try:
        hub.fetch(what, tell.say, dry_run)
    except WinceError as error:
        tell.error(str(error))
        raise
    return exits.DONE


def _settings(wishes):
    return run.settings(wishes.set, backend=wishes.backend, models=models_of(wishes.models), profile=wishes.profile, seed=wishes.seed,
                        size=wishes.size, steps=wishes.steps, device=wishes.device)


def _print(text):
    sys.stdout.write(f"{text}\n")


def models_of(words):
    """Return {role: model} of the words after --model; one without a role is the base."""
    found = {}
    for word in words:
        role, equals, value = word.partition("=")
        found |= {role: value} if equals else {"base": word}
    return found


def _name(source):
    """Return what a source is called; an identity by the folder it lies in."""
    return source.parent.name if source.name == "identity.json" and source.parent.name else source.stem

