"""Is a release of a plan there already?  For schedulers, which run the same command again."""

import json
from pathlib import Path

from . import checksums, licences, pack, samples
from . import splits as folds


def same(folder, out, format=None, scheme="wince", splits=None, licence=None, name=None):
    """Tell whether `out` is the release that `pack` would make of a planned folder, whole: no file of it is missing; none is hashed again.

    A set without a plan may have grown since, and a release that left something out may be one of less than there is now: never the same.
    Arguments as `pack.pack` takes them; a format of None is any.
    """
    source, out = samples.opened(folder), Path(out)
    if source.plan is None or not (out / checksums.NAME).is_file():
        return False
    facts = _facts(out)
    wanted = {"format": pack.FORMAT, "plan": source.plan.hash, "layout": format or facts.get("layout"), "scheme": scheme, "left_out": {},
              "folds": folds.words(folds.parse(splits)), "name": name or source.job.name, "licence": licences.spdx(licence)}
    return all(facts.get(key) == value for key, value in wanted.items()) and all((out / path).is_file() for path in checksums.read(out))


def _facts(out):
    """Return release.json, {} where it cannot be read."""
    try:
        facts = json.loads((out / pack.RELEASE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
