"""The words of a release's papers; $blanks are filled in by card.py."""

from .licences import UNSTATED

URLS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/legalcode",
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0", "MIT": "https://opensource.org/license/mit",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/legalcode",
    "CreativeML-OpenRAIL-M": "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    "CreativeML-OpenRAIL++-M": "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
}
FACES = """
`wince_headless.release.torch_data.Faces(PATH, split="train", pairs=True)` is a PyTorch dataset over any layout of the scheme wince."""
PAIRS = """In each row `neutral_key` names the neutral face of the same person, camera and light: what pairwise models compare with."""

LOADING = {
    "webdataset": """```python
from datasets import load_dataset                      # columns rgb.png, heat.png, heat.npy, json, ...
rows = load_dataset("PATH", split="train", streaming=True)

import webdataset as wds                               # pictures as arrays; heat from .npy: its own "pil" would make the 16 bits 8
samples = wds.WebDataset("PATH/shards/$tars", shardshuffle=False).decode("rgb8").to_tuple("rgb.png", "heat.npy", "json")
```

`mlcroissant` keeps what it unpacks by the tars' names alone: give each release a cache of its own with CROISSANT_CACHE.""",
    "parquet": """```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train")             # rows[0]["image"], ["heat"] (16 bit), ["neutral"], ["au"], ["pspi"], ...

import io, numpy as np
millimetres = np.load(io.BytesIO(rows[0]["heat_mm"]))  # float32
```""",
    "imagefolder": """```python
from datasets import load_dataset
rows = load_dataset("PATH", split="train")             # rows[0]["image"], ["heat"] (16 bit), ["neutral"], ["au"], ["pspi"], ...
```""",
}

CARD = """# $name

$items items of $people people who do not exist, rendered with labels of facial action units (AUs), pain (PSPI) and a pain heatmap
in millimetres.$twins

Pictures are $sizes pixels, from these cameras: $views. The layout is $layout, the naming scheme $scheme.

$about

## What the labels are, and what they are not

- **Everything here is synthetic.** No picture shows a real person, no label was given by a person looking at a picture, and nobody
  was in pain.
- **AUs and PSPI are generation parameters, not observer ratings.** The AU codes moved the mesh; PSPI is the formula
  AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43 on them. A certified FACS coder may read another intensity in the picture: how far the
  two agree was not measured.
- **PSPI is not felt pain.** It is a score of the face. `pain` says what was meant by an expression: faces that are not in pain can
  have PSPI above 0.
- **The heatmap is geometry**: how far the pain AUs move the skin, in millimetres. It is no attention map and no measure of how much
  a place hurts.
- **Demographics are generation targets**: age, gender and group are parameters of shape, skin and hair. They name a look, not an
  identity, an origin or a self-description.
- **Skin** was painted as listed below. A model that painted it brought the biases of what it was trained on.

## Loading

$loading

$reading
## Splits

$splits

By whole identities, a twin with the person whose twin it is: $folds, where the numbers are folds 0 to 9 that are stratified over
the cells. Adding people to the set moves nobody.

People per cell (generation targets) and split:

$cells

Pictures per PSPI:

$scores

Pictures by what was meant: $kinds.

$left_out

## Files of an item

$files

## Columns

$columns

## Who painted the skin

$painters

## Licences

$licence

$licences

Licences of models are as their records state them. This is no legal advice: read them before you publish anything made from this set.

## Intended uses

Pre-training and augmentation of models for AU intensity, PSPI and pain localisation; tests of fairness and robustness under
controlled changes of
age, gender, skin tone, light and camera; research on methods. Validate on real faces, with consent, before you say anything about
real people.

## Excluded uses

- **Not a clinical device, and no part of one.** Do not diagnose, triage, dose or withhold treatment by what was trained on it alone.
- No judging of whether a person's pain is real, for insurance, employment, law enforcement, migration or interrogation.
- No inference of age, gender, ethnicity or identity of real people; no identification; no deception with the pictures.

## Known limits

- A domain gap: skin texture, hair, light and sensor noise are simulated; models trained on it alone do worse on photographs. The
  gap was not measured for this set.
- One rig for everyone: how an AU looks differs between real people more than here. There are no injuries, tubes, swelling, palsy or
  dementia.
- Single frames: no onset, no duration, no tremor. PSPI leaves out sound, posture and context.
- Groups are few and coarse, skin tones are balanced by design and not by any population.

## Personal data

None. There are no photographs of people in it. Who had a model paint the skins depends on that model's training data, see above.

## How it was made

$versions

$plan Every record holds the seeds, the hashes and the versions that made it. `checksums.sha256` covers every file.
"""


ARCHIVES = """Unpack the parts first, as the README.txt beside them says:

```sh
$unpack
```

Then PATH is the root that loaders of 3DPain take, and `splits/fold10_70_20_10_split.csv` (0 train, 1 val, 2 test) their split file;
`action_units.csv` has a line per picture."""


def own_licence(licence):
    """Return the sentence about the release's own licence."""
    if licence == UNSTATED:
        return "Its maker has not stated a licence for the pictures and labels: ask before you use or share them."
    return f"The pictures and labels are released by their maker under **{licence}**. What went into them:"


def licence(name, what):
    """Return the file of a licence."""
    covers = "\n".join(f"  - {thing}" for thing in what)
    if name == UNSTATED:
        return f"No licence was stated by the maker for\n{covers}\n\nAsk them before you use or share it.\n"
    where = f"Its text: {URLS[name]}" if name in URLS else "Its text stands with what it covers."
    return f"{name}\n\nCovers, as the records of the release state it:\n{covers}\n\n{where}\n"
