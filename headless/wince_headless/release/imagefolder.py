"""ImageFolder: loose pictures, a folder per person, and a metadata.jsonl per split that names each row's pictures. For small releases."""

import hashlib
import json
from pathlib import Path

from .schemes import IMAGE

METADATA = "metadata.jsonl"


class Writer:
    """Writes the loose files of a part. Afterwards `files` is [(path, sha256, bytes)], `lines` those of metadata.jsonl, dictionaries."""

    def __init__(self, folder, part, count, scheme):
        self._folder, self._split, self._scheme = Path(folder), part.split, scheme
        self.files, self.lines = [], []

    def person(self, name, items):
        """Write a person's Items, in a folder of its own below the split's, and yield them."""
        paths, lines = {}, []
        for item in items:
            places = [file.path or f"{name}/{item.key}.{file.name}" for file in item.files]
            for file, place in zip(item.files, places, strict=True):
                self.extra(place if place.startswith("/") else f"data/{self._split}/{place}", file.data)
            places = [f"../..{place}" if place.startswith("/") else place for place in places]
            paths[item.key] = places[0]
            lines.append(self._line(item, places))
            yield item
        for line in lines:                                     # pairs are known when the whole person is
            line |= {f"{role}_file_name": paths.get(line[column]) for role, column in self._scheme.pairs.items()}
        self.lines += lines

    def alone(self, folder, item):
        """Write one Item flat into a folder, its pictures only."""
        pictures = [file for file in item.files if self._scheme.roles[file.role][0] == IMAGE]
        places = [f"{item.key}.{file.name}" for file in pictures]
        for file, place in zip(pictures, places, strict=True):
            self.extra(f"{folder}/{place}", file.data)
        self.lines.append(self._line(item, places, pictures))

    def extra(self, path, data):
        """Write a file of the release."""
        path = path.lstrip("/")
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.files.append((path, hashlib.sha256(data).hexdigest(), len(data)))

    def close(self):
        """Nothing is left open."""

    def _line(self, item, places, files=None):
        """Return a line: pictures as ROLE_file_name, which libraries open; other files by path, under their role; and the labels."""
        said = {}
        for index, (file, place) in enumerate(zip(files or item.files, places, strict=True)):
            picture = f"{file.role}_file_name" if self._scheme.roles[file.role][0] == IMAGE else file.role
            said["file_name" if index == 0 else picture] = place
        return said | item.row


def to_lines(lines):
    """Return lines as bytes of a metadata.jsonl."""
    return "".join(json.dumps(line, allow_nan=False) + "\n" for line in lines).encode()
