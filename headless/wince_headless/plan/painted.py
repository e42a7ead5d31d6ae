"""What a plan says of skins that are to be painted before anything is rendered: the words of `wince plan --paint`, checked."""

from wince.core.errors import WinceError

from .. import config

OWN = {"seed": 0, "size": 2048, "steps": 0, "profile": "research"}     # what `wince paint` has options of its own for


def wishes(backend, models=(), words=()):
    """Return what plan.json says under "paint", or None where nothing is painted.

    backend  of `wince paint`, or None
    models   its --model words
    words    `key=value`: its --set words, and seed, size, steps, profile
    raises   WinceError for settings that `wince paint` would refuse
    """
    if backend is None:
        if models or words:
            raise WinceError("--paint-model and --paint-set say how skins are painted: say by what, with --paint sd15 or another backend")
        return None
    own, others = dict(OWN), []
    for word in words:
        key, _, value = word.partition("=")
        if key.strip() in OWN:
            own[key.strip()] = config.value_of(value, word)
        else:
            others.append(word)
    _check(backend, models, own, others)
    return {"backend": backend, "models": list(models), **own, "set": others}


def _check(backend, models, own, others):
    from ..paint import door, run  # neither needs torch

    run.settings(others, backend=backend, models=door.models_of(models), **own)
