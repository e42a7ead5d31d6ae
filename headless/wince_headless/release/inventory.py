"""What lies in a release, by layout and scheme: 00_README.txt, for who opens the folder."""

from pathlib import Path

from wince.job import plan

ARCHIVES = "archives"
LABELS = {"webdataset": [("labels.csv", "labels that are one value each, as a table; all of them stand beside the pictures")]}
DATA = {
    "webdataset": [("shards/", "the data: tar files, a sample's pictures and its labels (.json) beside each other under one name")],
    "parquet": [("data/", "the data: tables, a row per item, the pictures in it")],
    "imagefolder": [("data/", "the data: a folder per split, metadata.jsonl in it has the labels and names the pictures")],
}
TABLES = {
    "wince": [],
    "3dpain": [("splits/", "fold10_70_20_10_split.csv: expressions that show pain and their split, 0 train, 1 val, 2 test"),
               ("action_units.csv", "a line per picture: codes of both sides, PSPI, whose it is")],
    "synpain": [("SynPain_folds.txt", "ID,fold: five folds"),
                ("action_units.csv", "a line per picture: codes of both sides, PSPI, whose it is")],
}
FOLDERS = {
    "3dpain": [("meshes_inpainted/", "the pictures, all splits together"),
               ("annotations/", "seven numbers per expression"),
               ("heatmaps/", "a heatmap per expression"),
               ("textured_meshes/", "what Wince builds each person's mesh from; no mesh")],
    "synpain": [("Images/", "the pictures, all splits together")],
}
BESIDE = [("data/", "the labels: a folder per split, in it metadata.jsonl, which names the pictures")]
PARTS = [("images/", "meshes_inpainted/ in parts of .tar.gz, whole people per part; README.txt there says how to unpack"),
         ("annotations/", "annotations/ likewise"), ("heatmaps/", "heatmaps/ likewise"), ("textured_meshes/", "textured_meshes/ likewise")]
PLANNED = [(plan.PLAN, "the plan that was rendered: the job, what it counts to, its hash"),
           (plan.LINES, "who shows what from where, decided before it was rendered: a JSON line per person (zcat)")]
PAPERS = [("README.md", "what it is, what its labels are and are not, how to load it"), ("LICENSES/", "what is under which licence"),
          ("CITATION.cff", "how to cite it"), ("croissant.json", "the card for machines (Croissant, with RAI fields)"),
          ("release.json", "its counts and files"), ("checksums.sha256", "check all files: sha256sum -c checksums.sha256"),
          ("map.csv", "every item and the samples of the dataset that it shows"), ("samples/", "some loose pictures to look at")]


def text(facts, folder):
    """Return 00_README.txt.

    facts    release.json
    folder   Path of the release, as far as it is written: what optional files there are
    """
    lines = [entry for entry in listed(facts) if _there(entry[0], folder)]
    width = max(len(name) for name, _ in lines)
    said = "\n".join(f"{name:<{width}}  {words}" for name, words in lines)
    return (f"{facts['name']}: synthetic faces with pain labels\n"
            f"{facts['items']:,} items, {facts['people']:,} people who do not exist, as {facts['layout']}.\n\n{said}\n\n"
            "The labels are parameters of the generation, not observations. Not for clinical use.\n")


def listed(facts):
    """Return [(name, words)] of all that may lie in a release: data first, then papers."""
    layout, scheme = facts["layout"], facts["scheme"]
    if layout == ARCHIVES:
        return [*PARTS, *TABLES[scheme], *(entry for entry in PAPERS if entry[0] != "croissant.json"), *PLANNED]
    apart = layout == "imagefolder" and scheme in FOLDERS
    return [*([*FOLDERS[scheme], *BESIDE] if apart else DATA[layout]), *LABELS.get(layout, []), *TABLES[scheme], *PAPERS, *PLANNED]


def _there(name, folder):
    """Tell whether something lies there, or will: what is written last is always there."""
    if name in (plan.PLAN, plan.LINES, "samples/", *(entry for entry, _ in PARTS)):
        return Path(folder, name).exists()
    return True
