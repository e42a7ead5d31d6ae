"""The views of one head denoised together: each step they say what they will be, agree about it through the atlas, and go on from there."""

import dataclasses
import hashlib
import json
from contextlib import contextmanager

import numpy as np
import torch

from ..telling import Stopped
from . import levels
from .atlas import Atlas
from .batches import Batches

# Of the settings; the views come out the same.
NO_MATTER = ("batch", "offload", "checkpoint_every", "size", "fuse_sharpness", "delight", "fill")


def paint(backend, prompts, negative, conditions, projection, settings, seed, report=None, store=None, say=lambda sentence: None):
    """Denoise the views of one person.

    backend     backends.base.Backend
    prompts     V strings; negative: one string
    conditions  paint.conditions.Conditions; base is what denoising starts from
    projection  paint.projection.Projection of the same views, at the size of the atlas between them
    settings    paint.settings.Settings, presets filled in
    seed        int, of the noise
    report      called with (steps done, of how many) after each; True, or raising Stopped, stops
    store       checkpoint.Store, None for none; what it holds is kept for the caller to remove: a finished loop is not done again
    say         called with a sentence when less memory is used than was asked for
    returns     (V, H, W, 3) float32 display colours 0..1
    raises      Stopped when told to, the checkpoint written; WinceError when it does not fit into memory
    Liu et al. 2023, "Text-Guided Texturing by Synchronized Multi-View Diffusion"; Kim et al. 2024, "SyncTweedies", which shows that the
    clean prediction is the place to agree.
    """
    with torch.no_grad(), _repeatable():
        views = Views(backend, prompts, negative, conditions, projection, settings.batch, say)
        key = _key(backend, prompts, negative, (conditions, projection), settings, seed)
        latents = _loop(views, settings, seed, _Keeper(key, store, report))
        images = views.decoded(latents).clamp(0, 1)
    return images.movedim(1, -1).contiguous().cpu().numpy()


class Views:
    """One person's V views before one backend: images are (V, 3, H, W) display colours, latents (V, c, h, w), float32."""

    def __init__(self, backend, prompts, negative, conditions, projection, batch, say):
        count = len(conditions.base)
        self.backend, self.base, self.projection = backend, conditions.base, projection
        told = Batches("the prompts", 1, 0, backend.spare, say=say).run(lambda one: backend.condition(prompts, negative, conditions))
        self.conditioning = told[0]
        self.atlas = Atlas(projection, backend.device)
        self._merge = Batches("the atlas", 1, 0, backend.spare, say=say)
        self._predict = Batches("the network", count, batch, backend.spare, backend.joint, say)
        self._decode, self._encode = (Batches(f"the image {name}", count, batch, backend.spare, say=say) for name in ("decoder", "encoder"))

    def clean(self):
        """Return the latents of what denoising starts from."""
        return self.encoded(torch.tensor(self.base, dtype=torch.float32, device=self.backend.device).movedim(-1, 1).contiguous())

    def predicted(self, latents, level):
        """Return the clean latents that the network sees in noisy ones."""
        return self._predict(lambda part, some: self.backend.predict_x0(some, level, self.conditioning, part).float(), latents)

    def decoded(self, latents):
        """Return the images of latents, not clamped."""
        return self._decode(lambda part, some: self.backend.decode(some).float(), latents)

    def encoded(self, images):
        """Return the latents of images."""
        return self._encode(lambda part, some: self.backend.encode(some).float(), images)

    def agreed(self, x0, exponent):
        """Return clean latents whose images show one atlas, moved by what agreeing changed: what the codec loses is not lost each time."""
        old = self.decoded(x0)
        new = self._merge(lambda one: self.atlas.agreed(old, exponent))
        return x0 + (self.encoded(new) - self.encoded(old))


def exponents(steps, settings):
    """Return {step: exponent of the cosine weights} of the steps after which views agree: from soft to sharp."""
    agreeing = range(0, round(settings.sync_share * steps), settings.sync_every)
    return dict(zip(agreeing, np.linspace(*settings.sharpness, len(agreeing)).tolist(), strict=True))


def _loop(views, settings, seed, keeper):
    """Return the clean latents after all steps."""
    ladder = views.backend.levels(settings.steps, settings.strength)
    agree = exponents(len(ladder) - 1, settings)
    done, latents = keeper.begin(len(ladder) - 1, views.backend.device)
    if latents is None:
        clean = views.clean()
        noise = levels.noise(seed, tuple(clean.shape[1:]), views.projection)
        latents = levels.start(clean, noise.to(clean.device), ladder[0])
    for number in range(done, len(ladder) - 1):
        x0 = views.predicted(latents, ladder[number])
        if number in agree:
            x0 = views.agreed(x0, agree[number])
        latents = levels.step(latents, x0, ladder[number], ladder[number + 1]).contiguous()          # as a checkpoint gives them back
        keeper.after(number + 1, latents)
    return latents


class _Keeper:
    """Keeps the latents, tells how far they are, and hears when to stop."""

    def __init__(self, key, store, report):
        self.key, self.store, self.report, self.total = key, store, report, 0

    def begin(self, total, device):
        """Return (steps done, latents), (0, None) where there is no checkpoint."""
        self.total = total
        found = self.store.load(self.key) if self.store else None
        return (found[0], torch.from_numpy(found[1]).to(device)) if found else (0, None)

    def after(self, step, latents):
        stop = self._told(step)
        if self.store and (stop or step == self.total or step % self.store.every == 0):
            self.store.save(self.key, step, latents.cpu().numpy())
        if stop:
            raise Stopped

    def _told(self, step):
        try:
            return bool(self.report and self.report(step, self.total))
        except Stopped:
            return True


def _key(backend, prompts, negative, arrays, settings, seed):
    """Return a hash of all that the latents of a step depend on, but for the model's files."""
    kept = {name: value for name, value in dataclasses.asdict(settings).items() if name not in NO_MATTER}
    words = [backend.name, str(backend.device), str(backend.dtype), list(prompts), negative, kept, int(seed)]
    key = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    for holder in arrays:
        for field in dataclasses.fields(holder):
            key.update(np.ascontiguousarray(getattr(holder, field.name)))
    return key.hexdigest()


@contextmanager
def _repeatable():
    """Let the same call give the same bytes on one device: no trying which algorithm is fastest just now."""
    cudnn = torch.backends.cudnn
    before = cudnn.deterministic, cudnn.benchmark
    cudnn.deterministic, cudnn.benchmark = True, False
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = before
