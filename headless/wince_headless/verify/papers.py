"""What a release says of itself: card, licences, Croissant, plan; they must be there, be valid, and count what is there."""

import json
import logging
import re
from contextlib import contextmanager

import yaml

from wince.job import plan

from ..release import archives, checksums, croissant, parts, reading
from .samples import MALFORMED, MISSING, PRIVATE

NAMES = ("README.md", "00_README.txt", "CITATION.cff", reading.RELEASE, parts.MAP)
TEXTS = (".md", ".txt", ".cff", ".json", ".csv", ".jsonl")
LONGEST = 4_000_000                     # characters of a text that are looked at in one go


def papers(folder, facts):
    """Yield the faults of a release's papers, (check, path, sentence).

    folder   Path of the release
    facts    its release.json
    """
    wanted = (*NAMES, *([croissant.NAME] if facts["layout"] != archives.LAYOUT else []), *([plan.PLAN] if facts["plan"] else []))
    missing = [name for name in wanted if not (folder / name).is_file()]
    yield from (("papers", name, MISSING) for name in missing)
    checks = {"README.md": _card, "00_README.txt": _counted, croissant.NAME: _croissant, plan.PLAN: _plan}
    for name, check in checks.items():
        if name in wanted and name not in missing:
            yield from ((kind, name, sentence) for kind, sentence in check(folder / name, facts))
    yield from _private(folder)


def _card(path, facts):
    """The card's head must be YAML with a configuration per split, its text must count alike."""
    text = path.read_text(encoding="utf-8")
    try:
        head = yaml.safe_load(text.split("---\n")[1])
        configs = () if facts["layout"] == archives.LAYOUT else head["configs"]        # hubs find nothing to show in archives
        named = [entry["split"] for config in configs for entry in config["data_files"]]
        if configs != () and sorted(named) != sorted(facts["splits"]):
            yield "papers", f"names the splits {', '.join(named)}, release.json {', '.join(facts['splits'])}"
    except (yaml.YAMLError, *MALFORMED) as error:
        yield "papers", f"has no head that hubs can read ({error})"
    yield from _counted(path, facts)
    for split, count in facts["splits"].items():
        if f"| {split} | {count['items']:,} | {count['people']:,} |" not in text:
            yield "complete", f"does not say that {split} has {count['items']:,} items of {count['people']:,} people"


def _counted(path, facts):
    text = path.read_text(encoding="utf-8")
    if not re.search(rf"(?<![\d,]){facts['items']:,} items[ ,].*?(?<![\d,]){facts['people']:,} people", text):
        yield "complete", f"does not say that there are {facts['items']:,} items of {facts['people']:,} people"


def _croissant(path, facts):
    """Croissant must validate, and know the hashes of the files."""
    import mlcroissant

    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        with _quiet():
            mlcroissant.Dataset(jsonld=known)
        files = {entry["contentUrl"]: entry["sha256"] for entry in known["distribution"] if "sha256" in entry}
    except (mlcroissant.ValidationError, *MALFORMED) as error:
        said = [line.strip(" -") for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        yield "papers", f"is not valid Croissant ({said[-1]})"
        return
    sums = checksums.read(path.parent)
    for name, digest in files.items():
        if sums.get(name) != digest:
            yield "papers", f"has another hash for {name} than {checksums.NAME}"
    if absent := [part["path"] for part in facts["parts"] if "path" in part and part["path"] not in files]:
        yield "papers", f"does not know {absent[0]}"
    yield from _counted(path, facts)


@contextmanager
def _quiet():
    """Keep what mlcroissant recommends to itself; faults are raised."""
    log = logging.getLogger("absl")
    was = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(was)


def _plan(path, facts):
    """The plan must be the one that release.json names, and have as many samples as are here and were left out."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        named, samples = known["hash"], known["counts"]["samples"]
    except MALFORMED as error:
        yield "papers", f"is damaged ({error})"
        return
    if named != plan.digest(known) or named != facts["plan"]:
        yield "papers", "is not the plan that release.json names"
    left_out = facts.get("left_out", {})
    gone = sum(left_out.values())
    if facts["scheme"] == "wince" and not any("people" in why for why in left_out) and facts["items"] + gone != samples:
        yield "complete", f"has {samples:,} samples: {facts['items']:,} are here, {gone:,} were left out"


def _private(folder):
    """Yield what of the texts names a machine or its paths; rows are looked at with their items."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix in TEXTS and path.is_file()):
        with open(path, encoding="utf-8", errors="replace") as file:
            while text := file.read(LONGEST):
                for match in PRIVATE.finditer(text):
                    yield "private", path.relative_to(folder).as_posix(), f"holds {match[0][:200]}"
