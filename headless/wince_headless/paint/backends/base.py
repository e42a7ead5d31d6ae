"""What every backend is.  A backend is made once per run by `load`, told of one person by `condition`, asked for x0 step by step."""

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """One noise level: a latent is alpha * x0 + sigma * noise.  The same for epsilon, v and flow models (there alpha = 1 - sigma).

    t   what the network is told, in the backend's own units
    """

    t: float
    alpha: float
    sigma: float


@dataclass(frozen=True)
class Need:
    """One model that a backend loads: its role, the pinned default, its licence, which of its files are wanted."""

    role: str                                  # "base", "control", "control.depth", ...
    default: str                               # hub id@revision
    licence: str                               # SPDX-like id of the default: "Apache-2.0", "CreativeML-OpenRAIL-M", ...
    parameters: float                          # billions, for the estimate
    patterns: tuple[str, ...] = ()             # of files, as huggingface_hub's allow_patterns; empty: all


class Backend(ABC):
    """A model that predicts the clean sample.  All tensors are on `device`; images are (n, 3, H, W) display colours 0..1."""

    name = ""
    needs: tuple[Need, ...] = ()
    joint = False                              # whether all views must be predicted in one call (they share attention)
    view_size = 512                            # pixels along a side of a view
    steps, guidance, control = 25, 7.5, 0.8    # the preset
    multiple = 8                               # of which the sides of a view are
    device = None
    dtype = None

    @classmethod
    @abstractmethod
    def load(cls, folders, device, dtype, settings):
        """Load the real pipeline with `from_pretrained`, local files only.

        folders   {role: Path of a snapshot}
        device, dtype   torch.device, torch.dtype
        settings  paint.settings.Settings, presets filled in
        raises    WinceError for a folder that holds no such model: what is missing, what it was taken for, the cure
        """

    @abstractmethod
    def levels(self, steps, strength):
        """Return the Levels, noisiest first, the last one clean (alpha 1, sigma 0): about steps * strength + 1 of them.

        Asked for after `condition`: the noise of a joint backend may depend on how large a picture the views make.
        """

    @abstractmethod
    def encode(self, images):
        """Return latents (n, c, h, w) of images (n, 3, H, W) 0..1: the mean, no noise."""

    @abstractmethod
    def decode(self, latents):
        """Return images (n, 3, H, W), about 0..1 and not clamped."""

    @abstractmethod
    def condition(self, prompts, negative, conditions):
        """Return whatever `predict_x0` needs to know of one person's V views; prompt embeddings are cached by their text.

        prompts     V strings; negative: one string
        conditions  paint.conditions.Conditions
        """

    @abstractmethod
    def predict_x0(self, latents, level, conditioning, views):
        """Return the predicted clean latents (n, c, h, w), guidance included.

        latents       (n, c, h, w) at `level`
        conditioning  of `condition`
        views         slice of the V views that these are; all of them where `joint`
        """

    def spare(self):
        """Make the next try need less memory (slicing, tiling, offload); return what was done as a phrase, "" when nothing is left."""
        return ""
