"""Parquet: a table with the pictures in it, a row per sample, a row group per person.

Pictures are structs {bytes, path}, which the `datasets` library decodes as they are, 16 bit kept. A neutral picture stands in every row of
its person and once in the file: its column is dictionary-encoded, with a dictionary as large as it needs to be.
"""

import json

from .checksums import Hashing
from .schemes import IMAGE

DICTIONARY = 1 << 30                   # bytes; by default pyarrow gives up at one megabyte and writes every copy
LEVEL = 3                              # of zstd


def path(split, number, count):
    """Return where the number-th of a split's `count` files lies."""
    return f"data/{split}-{number:05d}-of-{count:05d}.parquet"


def schema(scheme):
    """Return the pyarrow schema of a scheme's table: pictures to look at, labels, pairs, other files."""
    import pyarrow as pa

    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    first = next(iter(scheme.roles))
    files = {role: image if kind == IMAGE else pa.binary() for role, (kind, _) in scheme.roles.items()}
    columns = {first: files.pop(first)} | {name: arrow(kind) for name, (kind, _) in scheme.columns.items()}
    columns |= dict.fromkeys(scheme.pairs, image) | files
    hub = {"info": {"features": {name: {"_type": "Image"} for name, kind in columns.items() if kind == image}}}
    return pa.schema(list(columns.items()), metadata={"huggingface": json.dumps(hub)})


def arrow(kind):
    """Return the pyarrow type of a column's: "int8", ["float64"] a list, {"x": "int8"} a struct."""
    import pyarrow as pa

    if isinstance(kind, dict):
        return pa.struct([(name, arrow(below)) for name, below in kind.items()])
    if isinstance(kind, list):
        return pa.list_(arrow(kind[0]))
    return pa.type_for_alias(kind)


class Writer:
    """Writes one Parquet file. `person` takes a person's Items; afterwards `files` is [(path, sha256, bytes)]."""

    def __init__(self, folder, part, count, scheme):
        self._scheme, self._schema = scheme, schema(scheme)
        self._path = path(part.split, part.number, count)
        self._file = Hashing(folder / self._path)
        self._writer = _writer(self._file, self._schema, scheme)
        self.files = []

    def person(self, name, items):
        """Add a person's samples as a row group."""
        import pyarrow as pa

        items = list(items)
        first = {item.key: _picture(item.key, item.files[0]) for item in items}
        rows = [_row(self._scheme, item, first) for item in items]
        if rows:
            self._writer.write_table(pa.Table.from_pylist(rows, self._schema), row_group_size=len(rows))
        yield from items

    def close(self):
        """End the file."""
        self._writer.close()
        self._file.close()
        self.files.append((self._path, self._file.sha256, self._file.bytes))


def _row(scheme, item, first):
    """Return a row; first: {key: its picture}, of the person."""
    files = {file.role: _picture(item.key, file) if scheme.roles[file.role][0] == IMAGE else file.data for file in item.files}
    return item.row | {name: first.get(item.row[column]) for name, column in scheme.pairs.items()} | files


def _picture(key, file):
    return {"bytes": file.data, "path": f"{key}.{file.name}"}


def _writer(file, schema, scheme):
    import pyarrow.parquet as pq

    def bulky(leaf):
        return leaf.split(".")[0] in {*scheme.roles, *scheme.pairs}

    leaves = list(_leaves(schema))
    packed = {leaf: "none" if leaf.endswith(".bytes") else "zstd" for leaf in leaves}      # PNG and JPEG are packed already
    twice = [leaf for leaf in leaves if not bulky(leaf) or leaf.split(".")[0] in scheme.pairs]
    return pq.ParquetWriter(file, schema, compression=packed, use_dictionary=twice, dictionary_pagesize_limit=DICTIONARY,
                            compression_level={leaf: LEVEL for leaf, codec in packed.items() if codec == "zstd"},
                            write_statistics=[leaf for leaf in leaves if not bulky(leaf)], store_schema=True)


def _leaves(schema):
    """Yield the dotted names of a schema's columns as Parquet has them."""
    import pyarrow as pa

    def walk(name, kind):
        if pa.types.is_struct(kind):
            for field in kind:
                yield from walk(f"{name}.{field.name}", field.type)
        elif pa.types.is_list(kind):
            yield from walk(f"{name}.list.element", kind.value_type)
        else:
            yield name

    for field in schema:
        yield from walk(field.name, field.type)
