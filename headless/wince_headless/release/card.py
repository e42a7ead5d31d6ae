"""What a release says of itself: README.md with the head that hubs read, CITATION.cff, LICENSES/.

No dates, no hosts, no absolute paths.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from string import Template

import yaml

from ..progress import plural
from . import licences, parquet, texts, webdataset

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"), (10_000_000, "1M<n<10M"))


@dataclass(frozen=True)
class Content:
    """What papers are written from: pack.Wishes, the scheme, release.json, surveys.Survey."""

    wishes: object
    scheme: object
    facts: dict
    found: object

    @property
    def licences(self):
        """What lies in the release by licence, {licence: [what, ...]}, sorted; first the release's own."""
        found = defaultdict(list, {self.wishes.licence: ["the release"]})
        for what, licence in self.found.under("licence"):
            found[licence].append({"pack": "the face pack (geometry of the faces)"}.get(what, what))
        return dict(found)

    def patterns(self):
        """Return {split: glob of its files, or a list}. Lines that name pictures in a folder for all splits need it beside them."""
        glob = {"webdataset": lambda split: webdataset.path(split, 0, 0).replace("00000", "*"),
                "parquet": lambda split: parquet.path(split, 0, 0).split("-00000")[0] + "-*.parquet",
                "imagefolder": self._loose}[self.wishes.format]
        return {split: glob(split) for split in self.facts["splits"]}

    def _loose(self, split):
        ours = f"data/{split}/**"
        return [ours, f"{self.scheme.folder}/*"] if self.scheme.folder else ours


def papers(content):
    """Return {path below the release: text}."""
    return {"README.md": readme(content), "CITATION.cff": citation(content), **licence_files(content)}


def readme(content):
    """Return the card."""
    head = yaml.safe_dump(front(content), sort_keys=False, allow_unicode=True)
    return f"---\n{head}---\n\n" + Template(texts.CARD).substitute(_values(content))


def front(content):
    """Return the head of the card, for hubs: `load_dataset(folder)` reads configs."""
    licence = content.wishes.licence
    other = {"license": "other", "license_name": licence.lower(), "license_link": "LICENSES"}
    named = {"license": known} if (known := licences.on_hub(licence)) else other
    size = next((words for limit, words in SIZES if content.facts["items"] < limit), "10M<n<100M")
    config = {"config_name": "default", "data_files": [{"split": split, "path": path} for split, path in content.patterns().items()]}
    return {**named, "pretty_name": content.wishes.name, "task_categories": ["image-classification", "image-segmentation"],
            "size_categories": [size], "tags": ["synthetic", "faces", "pain", "facial-action-units", "pspi"], "configs": [config]}


def citation(content):
    """Return CITATION.cff."""
    wince = {"type": "software", "title": "Wince", "authors": [{"name": "The Wince authors"}], "version": _wince(content)}
    said = {"cff-version": "1.2.0", "message": "If you use this dataset, please cite it, and Wince, which made it.", "type": "dataset",
            "title": f"{content.wishes.name}: synthetic faces with pain labels",
            "authors": [{"name": f"The makers of {content.wishes.name}"}], "version": content.facts["version"],
            "keywords": ["synthetic faces", "pain", "FACS", "PSPI"], "references": [wince]}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)


def licence_files(content):
    """Return LICENSES/, a file per licence: what it covers and where its text stands."""
    files = {}
    for licence, what in content.licences.items():
        name = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in licence)
        files[f"LICENSES/{name}.txt"] = texts.licence(licence, what)
    return files


def _values(content):
    """Return what the texts have blanks for."""
    facts, found, scheme = content.facts, content.found, content.scheme
    return {"name": content.wishes.name, "items": f"{facts['items']:,}", "people": f"{facts['people']:,}", "folds": facts["folds"],
            "layout": facts["layout"], "scheme": scheme.title, "about": "\n\n".join(scheme.about),
            "twins": _twins(found.counts[("twins",)]), "loading": _loading(scheme, facts), "reading": _reading(scheme),
            "splits": _splits(content), "cells": _cells(found), "scores": _scores(found), "kinds": _kinds(found), "files": _files(content),
            "columns": _columns(scheme),
            "painters": _painters(found), "licence": texts.own_licence(content.wishes.licence), "left_out": _left_out(facts),
            "licences": _table(("licence", "covers"), [(name, "; ".join(what)) for name, what in content.licences.items()]),
            "versions": _versions(found), "plan": _plan(facts), "views": ", ".join(view for view, in found.under("view")),
            "sizes": ", ".join(f"{width} x {height}" for width, height in found.under("size"))}


def _loading(scheme, facts):
    """Return how to load it: the first of its splits that is trained on, its tars by number."""
    split = min(facts["splits"], key=("train", "val", "test").index)
    count = sum(part["split"] == split for part in facts["parts"])
    tars = f"{split}-{{00000..{count - 1:05d}}}.tar" if count > 1 else f"{split}-00000.tar"
    said = scheme.loading or texts.LOADING[facts["layout"]]
    return said.replace("$tars", tars).replace('split="train"', f'split="{split}"')


def _reading(scheme):
    """Return what is said below it, where the scheme has it."""
    pairs = texts.PAIRS if "neutral_key" in scheme.columns else ""
    said = pairs + (texts.FACES if scheme.name == "wince" else "")
    return f"{said}\n" if said else ""


def _columns(scheme):
    return _table(("column", "type", "what"), [(f"`{name}`", _type(kind), words) for name, (kind, words) in scheme.columns.items()])


def _plan(facts):
    return f"Its plan is plan.json, hash `{facts['plan']}`." if facts["plan"] else "It was rendered without a plan."


def _splits(content):
    rows = [(name, f"{count['items']:,}", f"{count['people']:,}") for name, count in content.facts["splits"].items()]
    return _table(("split", "items", "people"), rows)


def _cells(found):
    """Return people per cell and split, and in all."""
    cells = defaultdict(dict)
    for (split, *cell), people in found.under("cell").items():
        cells[tuple(cell)][split] = people
    splits = [split for split in ("train", "val", "test") if any(split in row for row in cells.values())]
    rows = [(*cell, *(row.get(split, 0) for split in splits), sum(row.values())) for cell, row in sorted(cells.items())]
    return _table(("age", "gender", "group", *splits, "all"), rows)


def _scores(found):
    scores = defaultdict(int)
    for (_, score), count in found.under("pspi").items():
        scores[score] += count
    return _table(("PSPI", "pictures"), [(score, f"{scores[score]:,}") for score in sorted(scores)])


def _kinds(found):
    kinds = defaultdict(int)
    for (_, kind), count in found.under("kind").items():
        kinds[kind] += count
    return ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()))


def _painters(found):
    rows = [(painter, models.replace("; ", ", ") or "none", f"{people:,}") for (painter, models), people in found.under("painter").items()]
    return _table(("painter", "models, revision and licence", "people"), rows)


def _files(content):
    return _table(("file", "kind", "what"), [(f"`{role}`", kind, words) for role, (kind, words) in content.scheme.roles.items()])


def _left_out(facts):
    less = "; ".join(f"{count:,} ({what})" for what, count in facts["said_less"].items())
    less = f" Said with less than the dataset knows: {less}." if less else ""
    if not facts["left_out"]:
        return f"Nothing was left out of it.{less}"
    return "Left out of it: " + "; ".join(f"{count:,} ({why})" for why, count in facts["left_out"].items()) + f".{less}"


def _twins(count):
    if not count:
        return ""
    words = plural(count, "of them is a counterfactual twin", "of them are counterfactual twins")
    return f" {words}: the same as another person but for one thing, in the same split."


def _versions(found):
    return _table(("what", "version"), list(found.under("version")))


def _wince(content):
    return ", ".join(version for what, version in content.found.under("version") if what == "wince") or "unknown"


def _type(kind):
    return f"`{kind}`" if isinstance(kind, str) else f"`{json.dumps(kind).replace(chr(34), '')}`"


def _table(header, rows):
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
