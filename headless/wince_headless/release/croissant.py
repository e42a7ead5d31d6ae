"""croissant.json: the release for machines, with the fields of responsible AI. Built by `mlcroissant`, which also reads it back."""

import json

from wince.core.errors import WinceError

from . import imagefolder, needs, webdataset

NAME = "croissant.json"
RAI = {
    "data_collection": "Rendered with Blender by Wince from random numbers: identities, expressions, light and cameras are drawn from a "
    "seed. Nothing was collected from people.",
    "data_collection_type": ["Software Collection"],
    "data_annotation_protocol": [
        "Labels are the parameters that generated the picture (FACS codes, PSPI, camera, heat in millimetres), not ratings by observers."],
    "annotations_per_item": "1, by construction",
    "machine_annotation_tools": ["Wince"],
    "data_biases": [
        "Age, gender and group are generation targets over a few coarse cells, balanced by design; skins painted by a diffusion model "
        "carry the biases of its training data.", "One facial rig moves everyone alike."],
    "data_limitations": [
        "Synthetic: there is a domain gap to photographs.", "PSPI is a score of the face, not felt pain.", "Single frames, no dynamics.",
        "Not validated for clinical use."],
    "data_use_cases": [
        "Pre-training and testing of models of facial action units, PSPI and pain localisation; validation on real faces is needed.",
        "Excluded: clinical decisions, judging whether pain is real, identification, inference about real people."],
    "data_social_impact": "May help where pain cannot be told and real pictures are scarce and private; may harm where a model trained "
    "on it is trusted with real people without validation.",
    "personal_sensitive_information": ["None: no picture shows a real person. Age, gender and group are generation targets."],
    "data_release_maintenance_plan": "A release never changes; a new one has another version, and `wince diff` says what differs.",
}
KEYWORDS = ["synthetic", "faces", "pain", "FACS", "PSPI"]
URL = "https://example.org/unpublished"        # to be replaced by who publishes it: Croissant wants one
TYPES = {"string": "TEXT", "bool": "BOOL", "float32": "FLOAT", "float64": "FLOAT"}     # all others are whole numbers
MIME = {"tar": "application/x-tar", "parquet": "application/x-parquet", "png": "image/png", "jpg": "image/jpeg"}
KEY_OF_NAME = r"^([^.]+)\..*$"


def text(content, hashes):
    """Return croissant.json as text.

    content   card.Content
    hashes    {path: SHA-256} of the data files
    raises    WinceError when mlcroissant is not installed, or finds fault with it
    """
    mlc = _library()
    distribution, records = LAYOUTS[content.wishes.format](Pen(mlc, content, hashes))
    try:
        metadata = mlc.Metadata(
            name=content.wishes.name, description=_words(content.facts), license=[content.wishes.licence], version=content.facts["version"],
            url=URL, cite_as=f"The makers of {content.wishes.name}, see CITATION.cff", keywords=KEYWORDS, distribution=distribution,
            record_sets=records, **RAI)
    except mlc.ValidationError as error:
        raise WinceError(f"the Croissant metadata of {content.wishes.name} is not valid ({error}): give a plain --name") from None
    return json.dumps(metadata.to_json(), indent=1, default=str) + "\n"


def _words(facts):
    return (f"{facts['items']:,} items of {facts['people']:,} people who do not exist, with labels of facial action units, PSPI and pain "
            "heat; labels are generation parameters, not observer ratings.")


def _library():
    needs.check("packing a release", "mlcroissant")
    import mlcroissant

    return mlcroissant


class Pen:
    """Writes Croissant's nodes, each with the id that others know it by."""

    def __init__(self, mlc, content, hashes):
        self.mlc, self.content, self.hashes = mlc, content, hashes

    def files(self):
        """Return a FileObject per data file, with its hash."""
        return [self.mlc.FileObject(id=part["path"], name=part["path"], content_url=part["path"], content_size=f"{part['bytes']} B",
                                    encoding_formats=[MIME[part["path"].rsplit(".")[-1]]], sha256=self.hashes[part["path"]])
                for part in self.content.facts["parts"]]

    def set(self, name, mime, pattern, within=()):
        """Return a FileSet, of files in archives or beside croissant.json."""
        return self.mlc.FileSet(id=name, name=name, encoding_formats=[mime], includes=[pattern], contained_in=list(within) or None)

    def field(self, record, name, kind, words, files, transforms=(), **extract):
        """Return a Field that is taken from a FileSet."""
        if "file_property" in extract:
            extract["file_property"] = self.mlc.FileProperty[extract["file_property"]]
        source = self.mlc.Source(file_set=files, extract=self.mlc.Extract(**extract),
                                 transforms=[self.mlc.Transform(**transform) for transform in transforms])
        return self.mlc.Field(id=f"{record}/{name}", name=f"{record}/{name}", description=words,
                              data_types=getattr(self.mlc.DataType, kind), source=source)

    def records(self, name, words, fields):
        """Return a RecordSet."""
        return self.mlc.RecordSet(id=name, name=name, description=words, fields=fields)

    def plain(self):
        """Yield (name, Croissant's type, words) of the columns that are one value: lists and structs are described in the card."""
        for name, (kind, words) in self.content.scheme.columns.items():
            if isinstance(kind, str):
                yield name, TYPES.get(kind, "INTEGER"), words

    def picture(self):
        """Return (role, file name, MIME type, words) of the picture to look at."""
        role, (_, words) = next(iter(self.content.scheme.roles.items()))
        name = self.content.facts["names"][role]
        return role, name, MIME[name.rsplit(".")[-1]], words

    def pictures(self):
        """Return the fields of a record set of picture files."""
        role, _, _, words = self.picture()
        key = {"regex": KEY_OF_NAME}
        return [self.field("pictures", "key", "TEXT", "name of the item", "pictures-files", [key], file_property="filename"),
                self.field("pictures", role, "IMAGE_OBJECT", words, "pictures-files", file_property="content")]


def _webdataset(pen):
    """Tars: pictures and labels as record sets that share the key."""
    tars = pen.files()
    within = [tar.id for tar in tars]
    _, name, mime, _ = pen.picture()
    sets = [pen.set("pictures-files", mime, f"*.{name}", within), pen.set("labels-files", "text/csv", webdataset.LABELS)]
    pictures = pen.pictures()
    labels = [pen.field("labels", column, kind, words, "labels-files", column=column)
              for column, kind, words in pen.plain() if column != webdataset.WHOLE]
    return [*tars, *sets], [pen.records("pictures", "the pictures by key", pictures), pen.records("labels", "the labels by key", labels)]


def _parquet(pen):
    """Tables, pictures and labels in one."""
    role, _, _, words = pen.picture()
    fields = [pen.field("items", role, "IMAGE_OBJECT", words, "tables", [{"json_path": "bytes"}], column=role),
              *(pen.field("items", column, kind, words, "tables", column=column) for column, kind, words in pen.plain())]
    return [*pen.files(), pen.set("tables", MIME["parquet"], "data/*.parquet")], [pen.records("items", "pictures and labels", fields)]


def _imagefolder(pen):
    """Loose pictures, and lines of labels that name them."""
    _, name, mime, _ = pen.picture()
    sets = [pen.set("pictures-files", mime, f"{pen.content.scheme.folder or 'data'}/*.{name}"),
            pen.set("lines", "application/jsonlines", f"data/*/{imagefolder.METADATA}")]
    pictures = pen.pictures()
    labels = [pen.field("labels", column, kind, words, "lines", column=column) for column, kind, words in pen.plain()]
    return sets, [pen.records("pictures", "the pictures by key", pictures), pen.records("labels", "the labels by key", labels)]


LAYOUTS = {"webdataset": _webdataset, "parquet": _parquet, "imagefolder": _imagefolder}
