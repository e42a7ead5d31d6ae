"""What the flow transformers share: noise levels from the scheduler, all views as one picture, the pipeline's parts and where they lie."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from wince.core.errors import WinceError
from wince.core.streams import stream

from ..conditions import GREY
from . import checks
from .base import Backend, Level
from .placement import Placement
from .quiet import quiet
from .sheet import Sheet, describe, sheet

USUAL_VIEWS = 7                        # of a sheet, until `condition` has said how many


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What the network is told of one person's V views.

    sheet     Sheet of the V views
    prompt    str, the one that describes the sheet
    words     embeddings of the prompt, as the backend wants them; `unwanted` of the negative one, None without guidance
    control   (1, c, rows * h, columns * w) latents of the control pictures
    blank     (c, h, w) latents of a cell without a view; `noise` (empty, c, h, w) what is laid over them
    """

    sheet: Sheet
    prompt: str
    words: object
    unwanted: object
    control: torch.Tensor
    blank: torch.Tensor
    noise: torch.Tensor


def loaded(kind, pipeline, base, control_of, device, dtype, settings):
    """Return a backend around a pipeline that diffusers has loaded from a folder, all of it there.

    kind        class of the backend; pipeline: class of the diffusers pipeline
    base        Path of the checked base
    control_of  returns the ControlNet
    """
    with quiet():
        control = control_of()
        with checks.loading(base, "base"):
            pipe = pipeline.from_pretrained(base, controlnet=control, dtype=dtype, local_files_only=True, use_safetensors=True)
        for part in ("transformer", "vae", "text_encoder"):
            checks.check_complete(getattr(pipe, part), base / part, "base")
        return kind(pipe, device, dtype, settings)


class Flow(Backend):
    """A rectified-flow transformer with a ControlNet, in a diffusers pipeline; all views are one picture of V cells.

    Views are encoded and decoded one by one, not as a sheet: a cell's latents then hold nothing of its neighbours, and a view
    that goes through the atlas and back changes no other.  The transformer is what is joint: every cell attends to every other.
    """

    joint = True
    view_size = 512                    # seven views make 2048 x 1024, about what the models are trained on

    def __init__(self, pipe, device, dtype, settings):
        """Take a loaded pipeline; `load` makes it."""
        self.pipe, self.device, self.dtype, self.seed = pipe, torch.device(device), dtype, settings.seed
        for name, least in (("view_size", 1), ("steps", 1), ("guidance", 0), ("control", 0)):
            given = getattr(settings, name)
            setattr(self, name, given if given >= least else getattr(type(self), name))
        self.factor = pipe.vae_scale_factor                     # pixels along a side of a latent
        self.multiple = 2 * self.factor                         # the transformer takes latents in patches of 2 x 2
        self.place = Placement(pipe, device, settings.offload)
        self.embedded = {}
        self._tokens = self._count(sheet(USUAL_VIEWS), self.view_size // self.factor, self.view_size // self.factor)

    def levels(self, steps, strength):
        """Return the Levels of the pipeline's own scheduler, its shift included, from the place where img2img pipelines begin.

        A shift that depends on the picture's size takes it from the sheet of the last `condition`, so that comes first.  As in
        diffusers, strength is the share of the steps that are made, not the first sigma, which the shift has raised.

        raises  WinceError for a single step where the scheduler makes none of it
        """
        scheduler, config = self.pipe.scheduler, self.pipe.scheduler.config
        low, high = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
        least, most = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
        mu = least + (most - least) * (self._tokens - low) / (high - low)
        if steps < 2 and config.get("shift_terminal"):          # which stretches the levels between the first and the last
            raise WinceError(f"{self.name} cannot paint in one step, its noise levels need two: give --set steps={type(self).steps}")
        scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps), mu=mu)
        begin = int(max(steps - min(steps * strength, steps), 0))
        sigmas = scheduler.sigmas[begin:]
        times = self._times(torch.cat([scheduler.timesteps[begin:], torch.zeros(1)]))
        return [Level(*level) for level in zip(times.tolist(), (1.0 - sigmas).tolist(), sigmas.tolist(), strict=True)]

    @torch.no_grad()
    def encode(self, images):
        """Return latents (n, c, h, w) float32 of images (n, 3, H, W) 0..1, each for itself."""
        values = (2.0 * images - 1.0).to(self.device, self.dtype)
        return torch.cat([self._encoded(value[None]).float() for value in values])

    @torch.no_grad()
    def decode(self, latents):
        """Return images (n, 3, H, W) float32, about 0..1, each for itself."""
        return torch.cat([self._decoded(latent[None].to(self.device)).float() for latent in latents]) * 0.5 + 0.5

    @torch.no_grad()
    def condition(self, prompts, negative, conditions):
        """Return the Conditioning of V views: their prompts become one, their depth the control's sheet.

        raises  WinceError when the sides of the views are no multiple of `multiple`
        """
        depth = torch.from_numpy(np.ascontiguousarray(conditions.depth))
        if depth.shape[1] % self.multiple or depth.shape[2] % self.multiple:
            raise WinceError(f"views of {depth.shape[2]} x {depth.shape[1]} pixels cannot be painted with {self.name}: "
                             f"give a view size that is a multiple of {self.multiple}")
        of = sheet(len(depth))
        prompt = describe(list(prompts), of)
        words = self._words(prompt)
        unwanted = self._words(negative or " ") if self.guidance > 1 else None
        controls = self.encode(depth[:, None].expand(-1, 3, -1, -1))
        nothing = self.encode(torch.zeros_like(depth[:1, None]).expand(-1, 3, -1, -1))[0]
        blank = self.encode(torch.full((1, 3, *depth.shape[1:]), GREY))[0]
        noise = stream(self.seed, "paint.sheet").standard_normal((of.empty, *blank.shape), dtype=np.float32)
        self._tokens = self._count(of, *blank.shape[1:])
        return Conditioning(of, prompt, words, unwanted, of.tile(controls, nothing), blank, torch.from_numpy(noise).to(self.device))

    @torch.no_grad()
    def predict_x0(self, latents, level, conditioning, views):
        """Return the clean latents (V, c, h, w) float32 that the network sees in all V views at `level`; guidance included.

        Cells without a view hold plain grey at the same level, with noise of their own that never changes.
        """
        of = conditioning.sheet
        blank = level.alpha * conditioning.blank + level.sigma * conditioning.noise if of.empty else None
        picture = of.tile(latents.to(self.device, torch.float32), blank)
        return of.untile(picture - level.sigma * self._velocity(picture, level, conditioning))

    def spare(self):
        """Let the text encoder wait in main memory, decode in tiles, let layers wait; the phrase of what was done."""
        if not self.place.waits and (phrase := self.place.spare()):
            return phrase
        if not self.pipe.vae.use_tiling:
            self.pipe.vae.enable_tiling()
            return "pictures are decoded in tiles"
        return self.place.spare()

    def _words(self, text):
        if text not in self.embedded:
            with self.place.encoder() as device:
                self.embedded[text] = self._embed(text, device)
        return self.embedded[text]

    def _count(self, of, height, width):
        return (of.rows * height // 2) * (of.columns * width // 2)

    @abstractmethod
    def _times(self, timesteps):
        """Return what the network is told of the scheduler's timesteps 1000..0, float32, in the pipeline's own arithmetic.

        The networks multiply it by 1000 and take sines: a rounding of 1e-7 here is one of 1e-4 there.
        """

    @abstractmethod
    def _embed(self, text, device):
        """Return a text's embeddings on self.device, made with the text encoder, which is on `device`."""

    @abstractmethod
    def _encoded(self, values):
        """Return the latents, as the transformer knows them, of images (1, 3, H, W) -1..1."""

    @abstractmethod
    def _decoded(self, latents):
        """Return images (1, 3, H, W) -1..1 of latents as the transformer knows them."""

    @abstractmethod
    def _velocity(self, picture, level, conditioning):
        """Return noise - x0 (1, c, h, w) float32 for a picture at a level, guidance included."""


def refuse_half(name, dtype):
    """Raise WinceError for float16: activations of Z-Image and Qwen-Image leave its range, and pictures come out black.

    Tongyi-MAI/Z-Image issue 14, ComfyUI issue 10751.
    """
    if dtype == torch.float16:
        raise WinceError(f"{name} cannot be painted in float16, whose range its activations leave: give --set dtype=bfloat16, or float32")
