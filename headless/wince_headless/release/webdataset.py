"""WebDataset: tar files of samples, a sample's files beside each other under one key; keys in order, names below a key in order."""

import json

from .tars import Tar

LABELS = "labels.csv"                  # the labels that are one value each, for who wants a table and not the pictures
WHOLE = "record"                       # a column that repeats all others


def path(split, number, count):
    """Return where the number-th file of a split lies."""
    return f"shards/{split}-{number:05d}.tar"


class Writer:
    """Writes one tar. `person` takes a person's Items; afterwards `files` is [(path, sha256, bytes)]."""

    def __init__(self, folder, part, count, scheme):
        self._path = path(part.split, part.number, count)
        self._tar = Tar(folder / self._path)
        self.files = []

    def person(self, name, items):
        """Add a person's samples, one at a time in memory."""
        for item in items:
            contents = {file.name: file.data for file in item.files} | {"json": to_json(item.row)}
            for name in sorted(contents):
                self._tar.add(f"{item.key}.{name}", contents[name])
            yield item

    def close(self):
        """End the file."""
        self._tar.close()
        self.files.append((self._path, self._tar.file.sha256, self._tar.file.bytes))


def to_json(row):
    """Return the labels as the bytes of a sample's .json."""
    return (json.dumps(row, sort_keys=True, allow_nan=False) + "\n").encode()


def plain(scheme):
    """Return the columns of labels.csv."""
    return tuple(name for name, (kind, _) in scheme.columns.items() if isinstance(kind, str) and name != WHOLE)
