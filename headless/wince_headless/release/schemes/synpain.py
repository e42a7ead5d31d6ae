"""SynPAIN's scheme: a neutral and an expressive face of one person in one picture, named by an ID of ten digits.

In folders a release is laid out as that set is:

    Images/1110100000_Pain_Woman_Young.jpg      left neutral, right expressive, a white gap between: `panels.split` cuts them again
    SynPain_folds.txt                           ID,fold 0..4: two of our ten folds each, whole people
    action_units.csv                                  a line per picture, with the action units that SynPAIN does not have
"""

from collections import Counter
from string import Template

from wince.core.facs.pspi import UNBC_AUS
from wince.job import expand, layout

from . import FORMATS, IMAGE, File, Item, Line, jpeg, panels
from . import synpain_names as names

FOLDS, LABELS = "SynPain_folds.txt", "action_units.csv"

UNALIGNED = "a neutral in another pose: SynPAIN's pairs are aligned"
ALONE = "a neutral without an expression that SynPAIN can say"
UNPAIRED = "an expression without an aligned neutral in its view: SynPAIN has pairs"
AGE = "an age that SynPAIN has no word for: it has 20 to 35 and 75 and older"
GENDER = "a gender between woman and man: SynPAIN has these two"
TOO_MANY = f"more than {names.PAIRS} pairs: SynPAIN's numbers have five digits"

DIGITS = ", ".join(f"{digit} {group}" for digit, group in enumerate(names.GROUPS))
ABOUT = (
    "Pictures are named and laid out as in SynPAIN (arXiv 2507.19673), so that tools made for that set read these: the neutral face "
    "left, the expressive one right, same camera and light, and a white gap between; faces and labels are Wince's.",
    f"`Young` is 20 to 35 and `Old` 75 and older; the group's digit is {DIGITS} (their \"Caucasian\" is our White).",
    f"The gap is {panels.GAP} pixels, a JPEG block: where the width of a face is a multiple of 8, none of one face leaks into the "
    "other. `wince_headless.release.schemes.panels.split` cuts a picture again, and SynPAIN's own by finding their gap.",
    "A person has as many pairs as expressions and views, each with an ID of its own; `action_units.csv` says whose they are. What a name "
    "cannot say: action units, PSPI, heat, the exact age, camera and light; `action_units.csv` has the first two, `map.csv` leads to the "
    "records.",
    "`SynPain_folds.txt` has a line `ID,fold` per picture, five folds of whole people (twins together). How the published file is laid "
    "out is not known to us.",
)
LOADING = Template("""```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train")                      # rows[0]["$picture"], and $labels: pain, woman, old, group, fold, ...

import numpy as np
from wince_headless.release.schemes import panels
neutral, expressive = panels.split(np.array(rows[0]["$picture"]))
```""")
WHERE = {"webdataset": {"picture": "jpg", "labels": 'in ["json"]'}}     # elsewhere: an image, and a column each
COLUMNS = {
    "key": ("string", "name of the picture"),
    "sample": ("string", "key of the expressive sample, identity/expression/view"),
    "neutral_sample": ("string", "key of the neutral one"),
    "split": ("string", "train, val, test"),
    "id": ("string", "SynPAIN's ten digits"),
    "pain": ("bool", "whether the right face shows pain"),
    "woman": ("bool", "generation target"),
    "old": ("bool", "generation target: 75 and older, else 20 to 35"),
    "group": ("string", "generation target, a look and no origin"),
    "fold": ("int8", "one of five, whole people"),
    "fold10": ("int8", "tenth of the people, by cells"),
    "identity": ("string", "who, by number"),
    "pspi": ("int8", "of the right face; the left has 0"),
    "gap": ("int32", "where the gap begins: width of the left face, pixels"),
}
LABEL_HEADER = ("name", "id", "key", "neutral_key", "identity", "fold10", "fold", "split", "pspi", "pain", "kind", "age", "gender", "group",
                *(f"AU{number}{side}" for number in UNBC_AUS for side in "LR"), "facs")

ROLES = {"image": (IMAGE, "the pair: left neutral, right expressive")}
TABLES = {FOLDS: ("ID", "fold"), LABELS: LABEL_HEADER}
NO_PAIRS = {}                       # both faces are in the one picture


class Scheme:
    """SynPAIN's scheme, opened for a job and a format; what the attributes are stands in `schemes`."""

    name, formats, usual, folder, limit = "synpain", FORMATS, "imagefolder", "Images", None
    scale = 0.07                        # measured at 384 pixels
    title = "named and paired as SynPAIN"
    roles, columns, tables, pairs = ROLES, COLUMNS, TABLES, NO_PAIRS

    def __init__(self, job, format):
        self.loading = LOADING.substitute(WHERE.get(format, {"picture": "image", "labels": "a column each"}))
        self.about = (*ABOUT, f"Pictures: {jpeg.encoder()}.")
        faces = len(expand.expression_names(job)) - len(expand.neutral_names(job))
        self.each = max(1, faces * len(expand.view_names(job)))
        self.first = min(expand.people(job), default=0)

    def refused(self, person):
        """Return {our key: reason} of what SynPAIN's names cannot say."""
        reasons = {record["key"]: self._reason(person, record) for record in person.records if record["expression_kind"] != "neutral"}
        used = {person.neutral(record)["key"] for record in person.records if reasons.get(record["key"], "") is None}
        for record in person.records:
            if record["expression_kind"] == "neutral":
                reasons[record["key"]] = None if record["key"] in used else ALONE if record["expression"] == layout.NEUTRAL else UNALIGNED
        return {key: reason for key, reason in reasons.items() if reason}

    def lost(self, person):
        """Return {words: how many pairs} of what is packed, and of which the name does not say all."""
        refused = self.refused(person)
        said = [record for record in person.records if record["key"] not in refused and record["expression_kind"] != "neutral"]
        counts = {"action units and PSPI, which stand in action_units.csv only": sum(bool(record["facs"]) for record in said),
                  "no pain meant, but a PSPI above 0: named NoPain": sum(record["pspi"] > 0 and not record["pain"] for record in said)}
        return dict(Counter({words: count for words, count in counts.items() if count}))

    def say(self, person):
        """Yield a person's pairs and their lines."""
        refused = self.refused(person)
        said = [record for record in person.records if record["key"] not in refused and record["expression_kind"] != "neutral"]
        for place, record in enumerate(said):
            who = record["demographics"]
            name = names.Name(record["pain"], names.gender_word(who["gender"]), names.age_word(who["age"]), who["group"],
                              person.place * self.each + place)
            yield from self._pair(person, record, name)

    def _reason(self, person, record):
        """Return why an expression cannot be said, or None."""
        who, neutral = record["demographics"], person.neutral(record)
        if (person.number - self.first + 1) * self.each > names.PAIRS:
            return TOO_MANY
        if who["group"] not in names.GROUPS:
            return f"the group {who['group']}: SynPAIN has no digit for it"
        if names.age_word(who["age"]) is None:
            return AGE
        if names.gender_word(who["gender"]) is None:
            return GENDER
        return None if neutral is not None and neutral["expression"] == layout.NEUTRAL else UNPAIRED

    def _pair(self, person, record, name):
        neutral = person.neutral(record)
        left, right = (jpeg.decode(person.read(one, "rgb")) for one in (neutral, record))
        file, digits, fold = names.picture(name), names.identifier(name), record["fold10"] // 2
        key = file.removesuffix(".jpg")
        row = {**name._asdict(), "key": key, "sample": record["key"], "neutral_sample": neutral["key"], "split": person.split, "id": digits,
               "fold": fold, "fold10": record["fold10"], "identity": record["identity"], "pspi": record["pspi"], "gap": left.shape[1]}
        del row["own"]                                          # the ID ends in it
        pair = File("image", "jpg", jpeg.encode(panels.join(left, right)), f"/{self.folder}/{file}")
        yield Item(key, (pair,), row, (("neutral", neutral["key"]), ("expressive", record["key"])))
        yield Line(FOLDS, (digits, fold))
        yield Line(LABELS, label(key, digits, neutral, record, person.split))


def label(key, digits, neutral, record, split):
    """Return the line of a pair in action_units.csv, in the order of LABEL_HEADER."""
    who = record["demographics"]
    sides = [record["au_code"].get(str(number), {}) for number in UNBC_AUS]
    codes = [int(values.get(side, values.get("B", 0))) for values in sides for side in "LR"]
    return (key, digits, record["key"], neutral["key"], record["identity"], record["fold10"], record["fold10"] // 2, split, record["pspi"],
            int(record["pain"]), record["expression_kind"], who["age"], who["gender"], who["group"], *codes, record["facs"])
