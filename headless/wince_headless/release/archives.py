"""A release in 3DPain's folders, packed as that set is published: parts of .tar.gz, and a README.txt beside them.

    images/images_00000.tar.gz              meshes_inpainted/, whole people per part
    annotations/annotations_00000.tar.gz    annotations/
    heatmaps/heatmaps_00000.tar.gz          heatmaps/
    textured_meshes/meshes_00000.tar.gz     textured_meshes/: identities, see the scheme

Whatever else the release has (card, tables, samples) goes along. Parts are equal bytes for equal files and an equal zlib: no times, no
names, no owners. Pictures are not compressed again.
"""

import gzip
import json
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import yaml

from wince.core.errors import WinceError
from wince.job import disk

from ..progress import plural
from . import checksums, inventory, tars, texts
from .pack import MEGABYTE, RELEASE
from .schemes import pain3d_names

LAYOUT, CARD, FIRST = inventory.ARCHIVES, "README.md", "00_README.txt"
LOOSE, PACKED = "The layout is imagefolder", "The layout is archives, to be unpacked as the README.txt beside them says"
FOLDERS = {             # folder: (folder of its parts, their name, gzip's level)
    "meshes_inpainted": ("images", "images", 0),
    "annotations": ("annotations", "annotations", 9),
    "heatmaps": ("heatmaps", "heatmaps", 0),
    "textured_meshes": ("textured_meshes", "meshes", 9),
}
LEFT = {"data", "croissant.json", checksums.NAME, RELEASE, *FOLDERS}          # they speak of loose files, or are written anew


@dataclass(frozen=True)
class Archived:
    """A release in parts that was made: its folder, and release.json."""

    folder: Path
    facts: dict

    def text(self):
        """Return what was made, for a terminal."""
        parts = self.facts["parts"]
        size = sum(part["bytes"] for part in parts) / MEGABYTE
        files = plural(sum(part["items"] for part in parts), "file", "files")
        return f"{self.folder}: {files} in {plural(len(parts), 'part', 'parts')} of .tar.gz, {size:,.1f} MB"


def archive(release, out, part_mb=1000):
    """Pack the folders of a release into parts.

    release   path of a release of the scheme 3dpain in the format imagefolder
    out       path of the packed release, which must not be there yet
    part_mb   about how many megabytes (10^6 bytes) of files a part has
    returns   Archived
    raises    WinceError when the release is another one or was changed, or `out` is taken
    """
    release, out = Path(release), Path(out)
    facts = _facts(release)
    if out.exists():
        raise WinceError(f"{out} is there already: give another folder with --out")
    if faults := checksums.check(release):
        raise WinceError(f"{release}: {faults[0]}: pack it again with `wince pack-dataset`")
    work = out.with_name(f".{out.name}{disk.TEMPORARY}")
    shutil.rmtree(work, ignore_errors=True)
    try:
        facts = _written(release, work, facts, round(part_mb * MEGABYTE))
        os.replace(work, out)
    except OSError as error:
        raise _explained(out, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Archived(out, facts)


def subject(name):
    """Return whose file a name is: flame_sample_0000."""
    return name[:len(pain3d_names.subject(0))]


def cut(sizes, limit):
    """Cut files into parts of whole people.

    sizes    [(name, bytes)] in order of names
    limit    bytes; a person alone may have more
    returns  [[name]]
    """
    parts, room = [], 0
    for _, files in groupby(sizes, key=lambda entry: subject(entry[0])):
        files = list(files)
        size = sum(size for _, size in files)
        if not parts or size > room:
            parts, room = [*parts, []], limit
        parts[-1] += [name for name, _ in files]
        room -= size
    return parts


def _facts(release):
    path = release / RELEASE
    facts = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if (facts.get("scheme"), facts.get("layout")) != ("3dpain", "imagefolder"):
        raise WinceError(f"{release} has not 3DPain's folders: make it with `wince pack-dataset --scheme 3dpain --format imagefolder`")
    return facts


def _written(release, work, facts, limit):
    """Write everything and return the content of release.json."""
    shutil.copytree(release, work, ignore=lambda folder, names: LEFT & {*names} if Path(folder) == release else ())
    known, parts = {}, []
    for folder, (target, name, level) in FOLDERS.items():
        sizes = [(path.name, path.stat().st_size) for path in sorted((release / folder).glob("*"))]
        for number, members in enumerate(cut(sizes, limit)):
            path = f"{target}/{name}_{number:05d}.tar.gz"
            known[path], size = _part(release / folder, members, work / path, level)
            parts.append({"path": path, "items": len(members), "bytes": size})
        if sizes:
            disk.write(work / target / "README.txt", _readme(folder, name, len(sizes)).encode())
    facts = facts | {"layout": LAYOUT, "parts": parts}
    disk.write(work / CARD, card((release / CARD).read_text(encoding="utf-8")).encode())
    disk.write(work / FIRST, inventory.text(facts, work).encode())
    disk.write(work / RELEASE, (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode())
    checksums.write(work, known)
    return facts


def _part(folder, members, path, level):
    """Write one .tar.gz; returns (SHA-256, bytes)."""
    file = checksums.Hashing(path)
    with gzip.GzipFile("", "wb", level, file, mtime=0) as packed:
        count = 0
        for name in members:
            data = (folder / name).read_bytes()
            block = tars.header(name, len(data)) + data + bytes(-len(data) % tarfile.BLOCKSIZE)
            packed.write(block)
            count += len(block)
        packed.write(bytes(2 * tarfile.BLOCKSIZE + -(count + 2 * tarfile.BLOCKSIZE) % tarfile.RECORDSIZE))
    file.close()
    return file.sha256, file.bytes


def _readme(folder, name, count):
    return (f"{count} files. Unpack all parts into {folder}/, one folder up, which is where loaders of 3DPain look. Here:\n\n"
            f"    mkdir -p ../{folder}; for part in {name}_*.tar.gz; do tar -xzf $part -C ../{folder}; done\n")


def _unpack():
    """Return what unpacks all parts, in the release's own folder."""
    return "\n".join(f"mkdir -p {folder}; for part in {target}/{name}_*.tar.gz; do tar -xzf $part -C {folder}; done"
                     for folder, (target, name, _) in FOLDERS.items())


def card(text):
    """Return a card without what is said of loose files, in its head, where hubs would look for them, and in its text."""
    _, head, body = text.split("---\n", 2)
    said = {name: value for name, value in yaml.safe_load(head).items() if name != "configs"}
    loading = texts.ARCHIVES.replace("$unpack", _unpack())
    body = re.sub(r"(## Loading\n\n).*?(\n## Splits)", lambda match: f"{match[1]}{loading}\n{match[2]}", body, flags=re.DOTALL)
    body = re.sub(r"## Columns\n.*?(?=## )", "", body, flags=re.DOTALL)                    # of metadata.jsonl, which stays behind
    return f"---\n{yaml.safe_dump(said, sort_keys=False, allow_unicode=True)}---\n{body.replace(LOOSE, PACKED)}"


def _explained(out, error):
    if error.errno in disk.FULL:
        return WinceError(f"no space left for {out}: free some, then run the same command again")
    if error.errno in disk.FORBIDDEN:
        return WinceError(f"cannot write {out} ({error.strerror}): give another folder with --out")
    return error
