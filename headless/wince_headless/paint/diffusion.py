"""The painter that asks a diffusion model: models are found and allowed, the head is seen from around, views agree, colours are fused."""

import importlib.metadata
import importlib.util
from dataclasses import replace

from wince.core import colour
from wince.core.errors import WinceError
from wince.core.streams import stream

from . import backends, conditions, cost, devices, projection, prompts, surface, views, zbuffer
from .models import licences, sources
from .pipeline import Painter, Raw

NEEDED = ("torch", "diffusers", "transformers", "accelerate")


class Diffusion(Painter):
    """Paints with one of the backends; the model is loaded when the first person needs it, and kept."""

    def __init__(self, settings, tell):
        _refuse_without_torch(settings.backend)
        self.kind, self._nets = backends.of(settings.backend), []            # shared by copies of this painter
        self.device = devices.pick(settings.device)
        super().__init__(preset(settings, self.kind))
        self.elsewhere = self.device != "cpu"
        self.name = settings.backend
        licences.check(sources.outlook(settings.backend, settings.models).values(), settings.profile)    # before anything is fetched for it
        self.sources = sources.resolve_all(settings.backend, settings.models)
        self.models = tuple(self.sources.values())
        for source in self.models:
            tell.say(source.sentence())

    def needs(self, out, people=1):
        """Return what a painting needs and what is free, see `Painter.needs`; the batch that fits is the one it begins with."""
        found = cost.estimate(self.settings, self.device, self.sources, out)
        cost.check(found)
        self.settings = replace(self.settings, batch=found.batch)
        return found.sentence(people)

    def made_on(self):
        """Return what bytes depend on besides settings and models: kind of device, number type, libraries."""
        found = {name: importlib.metadata.version(name) for name in NEEDED}
        return super().made_on() | found | {"device": self.device.partition(":")[0],
                                            "dtype": devices.number_type(self.settings.dtype, self.device)}

    def words(self, who):
        """Return the prompts."""
        return self._prompts(who).facts()

    def colours(self, person, place, builtin, scratch, tell):
        """Return the Raw skin: views denoised together, fused at the full size."""
        from .denoise import checkpoint, fuse, sync

        around = views.around(person, self.settings)
        rasters = zbuffer.of_views(around, place.mesh)
        shown = conditions.of(place, around, place.picture(builtin), rasters)
        between = projection.of(surface.of(person, self.settings.sync_size), around, rasters)
        told, backend = self._prompts(person.identity), self._loaded(tell)
        wishes, seed = self.settings, noise_seed(self.settings.seed, person.identity)
        store = checkpoint.Store(scratch / "latents.safetensors", self.key(person.identity), wishes.checkpoint_every, tell.say)
        tell.stage("denoising")
        images = sync.paint(backend, told.positive, told.negative, shown, between, wishes, seed, tell.step, store, tell.say)
        tell.stage("fusing")
        full = projection.of(place, around, rasters)
        fused = fuse.fuse(images, full, wishes.fuse_sharpness, backend.device)
        by_view = {one.view.name: seen for one, seen in zip(around, full.cosine, strict=True)}
        return Raw(colour.decode(fused.colours).astype("f4"), full.cosine.max(axis=0), fused.disagreement(place.area), by_view)

    def _prompts(self, who):
        words = [line[-1] for line in views.RIGS[self.settings.views]]
        return prompts.of(who, words, self.settings.backend, self.settings.prompt, self.settings.negative)

    def _loaded(self, tell):
        if not self._nets:
            import torch

            tell.stage("loading the model")
            dtype = getattr(torch, devices.number_type(self.settings.dtype, self.device))
            folders = {role: source.folder for role, source in self.sources.items()}
            self._nets.append(self.kind.load(folders, torch.device(self.device), dtype, self.settings))
        return self._nets[0]


def planned(settings, out, people=1):
    """Return what a painting will need and what is free, a sentence, by the catalogue's sizes: no model has to be here.

    settings  Settings, as for `Diffusion`
    out       folder that the textures go to; people: how many there are to paint
    returns   "" where all models are here, so that `Diffusion.needs` knows it better; and what `cost.check` would refuse, at its end
    raises    WinceError: no torch, no such device, settings that the backend does not take
    """
    _refuse_without_torch(settings.backend)
    here = {role for role, source in sources.outlook(settings.backend, settings.models).items() if source.folder}
    if here == set(sources.needed(settings.backend, settings.models)):
        return ""
    filled = preset(settings, backends.of(settings.backend))
    found = cost.estimate(filled, devices.pick(settings.device), None, out)
    said = f"by the catalogue's sizes: {found.sentence(people)}"
    try:
        cost.check(found)
    except WinceError as error:
        return f"{said}; {error}"
    return said


def noise_seed(seed, who):
    """Return the seed of a person's noise: with one for all, everybody would have the same blemishes."""
    return int(stream(seed, "paint.noise", who.seed, who.number, who.id).integers(2 ** 31))


def preset(settings, kind):
    """Return Settings with the backend's own numbers where none were given; `kind` is its class.

    raises   WinceError for a view size that the model cannot take
    """
    if settings.views not in views.RIGS:
        raise WinceError(f"the painting's views are {settings.views!r}: known are {', '.join(views.RIGS)}")
    filled = replace(settings, view_size=settings.view_size or kind.view_size, steps=settings.steps or kind.steps,
                     guidance=settings.guidance if settings.guidance >= 0 else kind.guidance,
                     control=settings.control if settings.control >= 0 else kind.control)
    if settings.profile == "release" and (settings.prompt or settings.negative):
        raise WinceError("a release paints from the templates alone: leave prompt and negative out, or choose --profile research")
    if filled.view_size % kind.multiple:
        raise WinceError(f"the painting's view_size is {filled.view_size}: {settings.backend} takes multiples of {kind.multiple}")
    return filled


def _refuse_without_torch(backend):
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise WinceError(f"the backend {backend} needs {', '.join(missing)}, which this Python has not: pip install '.[paint]'; "
                         "--backend procedural needs nothing")
