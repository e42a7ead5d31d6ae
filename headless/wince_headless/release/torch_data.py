"""Faces for PyTorch: a dataset over a release in any layout, or over a folder as it was rendered.

    from torch.utils.data import DataLoader
    from wince_headless.release.torch_data import Faces

    for batch in DataLoader(Faces("out/release", "train", pairs=True), batch_size=32, shuffle=True, num_workers=4):
        batch["image"], batch["neutral"]        # (32, 3, H, W) float32 in 0..1
        batch["heat"]                           # (32, 1, H, W) float32, millimetres
        batch["pspi"], batch["aus"]             # (32,) and (32, 35) float32, AUs in the order of `au_order`

Items are found by number without reading others; nothing is opened before the first item, so workers may be forked or spawned.
"""

import io

import numpy as np
from PIL import Image

from wince.core.errors import WinceError

from . import reading
from .schemes.wince import AU_ORDER

try:
    from torch.utils.data import Dataset
except ImportError:                    # only who trains needs PyTorch
    Dataset = object


class Faces(Dataset):
    """A map-style dataset of faces with their labels.

    folder      path of a release of the scheme wince, or of a dataset folder
    split       train, val or test
    pairs       whether items have the neutral face of the same person, camera and light; then only expressive ones that have it are items
    transform   called with an item {"image": PIL image, "heat": (H, W) float32 array, ...}, returns what is to be returned; none: `tensors`
    raises      WinceError when there is no such folder or split, the release has other columns, or PyTorch is not installed; with a
                transform of one's own it is not needed
    """

    au_order = AU_ORDER

    def __init__(self, folder, split="train", pairs=False, transform=None):
        if transform is None and Dataset is object:
            raise WinceError("`Faces` makes tensors by PyTorch, which this Python has not: install it with `pip install torch`, or give a "
                             "transform of your own")
        self._items = reading.opened(folder).items(split)
        self._pairs, self._transform = pairs, transform or tensors
        if len(self._items) and "au" not in self._items[0].row:
            raise WinceError(f"{folder} has no column au: `Faces` reads the scheme wince; pack it again with --scheme wince")
        self._neutrals = self._items.pairs() if pairs else {}
        self._numbers = list(self._neutrals) if pairs else range(len(self._items))

    def __len__(self):
        return len(self._numbers)

    def __getitem__(self, index):
        item = self._items[self._numbers[index]]
        row = item.row
        said = {"key": row["key"], "image": picture(item.file("image")), "heat": millimetres(item.file("heat_mm")),
                "pspi": row["pspi"], "aus": row["au"], "pain": row["pain"], "is_neutral": row["is_neutral"], "identity": row["identity"]}
        if self._pairs:
            said["neutral"] = picture(self._items[self._neutrals[self._numbers[index]]].file("image"))
        return self._transform(said)


def tensors(item):
    """Return an item for training.

    item     as `Faces` makes it
    returns  image and neutral (3, H, W) float32 0..1, heat (1, H, W) float32 millimetres, pspi () and aus (35,) float32,
             pain and is_neutral bool, key and identity str
    """
    import torch

    def channels_first(face):
        return torch.from_numpy(np.asarray(face, np.float32).transpose(2, 0, 1) / 255)

    faces = {name: channels_first(item[name]) for name in ("image", "neutral") if name in item}
    return item | faces | {"heat": torch.from_numpy(item["heat"])[None], "pspi": torch.tensor(item["pspi"], dtype=torch.float32),
                           "aus": torch.tensor(item["aus"], dtype=torch.float32)}


def picture(data):
    """Return the bytes of a picture as a PIL image, RGB, decoded."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def millimetres(data):
    """Return the bytes of a .npy as (H, W) float32."""
    return np.load(io.BytesIO(data), allow_pickle=False)
