"""From a person to an albedo: the stages of a painting in their order."""

import copy
import dataclasses
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wince.core.errors import WinceError
from wince.core.skin import ground, hairs
from wince.core.skin import paint as skin
from wince.job import textures

from . import photo, preview, procedural, surface, texture
from .finish import delight, fill, quality, seams, shine, tone
from .models import licences

SPARED = ("models", "device", "dtype", "batch", "offload", "checkpoint_every")        # of the settings: not the painting's own


@dataclass(frozen=True, eq=False)
class Raw:
    """A skin before it is finished, over the texels of a Surface.

    colour        (N, 3) float32 linear sRGB
    seen          (N,) float32 0..1 how well each texel was seen
    disagreement  of the views; None where there were none
    by_view       {name of a view: (N,) float32 0..1 how well it saw each texel}, for the sheet
    """

    colour: np.ndarray
    seen: np.ndarray
    disagreement: float | None = None
    by_view: dict = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Begun:
    """A painting on its way: the core.face.Person, its Surface, the built-in skin (N, 3) on it, and the Raw colours."""

    person: object
    place: surface.Surface
    builtin: np.ndarray
    raw: Raw


def painter(settings, tell, image=None, places=None):
    """Return what paints, a Painter.

    settings   Settings
    tell       telling.Teller
    image      path of an image on the atlas to paint from, instead of a model; places: see `photo.read`
    raises     WinceError: no torch, models that are not here or not allowed, an image that is none
    """
    if image is not None and settings.backend != "procedural":
        raise WinceError(f"--from-uv paints from an image and --backend {settings.backend} from a model: leave one of the two out")
    if image is not None:
        return FromImage(settings, image, places)
    if settings.backend == "procedural":
        return BuiltIn(dataclasses.replace(settings, seed=0, tries=1))       # a person has one built-in skin
    from . import diffusion

    return diffusion.Diffusion(settings, tell)


class Painter:
    """What all painters do: finish, measure, say what was done.  How colours come about is a subclass's `colours`."""

    name, models, finishes = "", (), True
    elsewhere = False                  # whether the painting itself leaves the processor free, to finish another one meanwhile

    def __init__(self, settings):
        self.settings = settings

    def needs(self, out, people=1):
        """Return what a painting needs and what is free, a sentence, "" for next to nothing; `out` is where it goes for so many people.

        raises   WinceError when it cannot go well
        """
        return ""

    def reseeded(self, number):
        """Return this painter with another seed: the number-th after its own."""
        other = copy.copy(self)
        other.settings = dataclasses.replace(self.settings, seed=self.settings.seed + number)
        return other

    def made_on(self):
        """Return what bytes depend on besides settings and models, for the record: kind of device, number type, libraries."""
        return {"numpy": np.__version__}

    def words(self, who):
        """Return what was told to the painter, for the record: a dict, {} for nothing."""
        return {}

    def key(self, who):
        """Return the hash of what is painted, see `texture.key`."""
        return texture.key(who, dataclasses.asdict(self.settings), [model.record() for model in self.models], self.words(who))

    def begin(self, person, scratch, tell):
        """Return a person's skin Begun: its colours, not finished.

        person    core.face.Person
        scratch   Path for what a killed painting goes on from
        """
        tell.stage("geometry")
        place = surface.of(person, self.settings.size)
        builtin = procedural.colours(person, place)
        return Begun(person, place, builtin, self.colours(person, place, builtin, scratch, tell))

    def finish(self, begun, tell):
        """Return what `texture.write` takes: picture (S, S, 3) linear, coverage (S, S), preview PNG bytes, facts."""
        person, place, builtin, raw = begun.person, begun.place, begun.builtin, begun.raw
        tell.stage("finishing")
        colour, judged = self.finished(raw, person, place, builtin)
        picture = place.picture(np.clip(colour, 0, 1))
        facts = self.facts(person, judged)
        tell.stage("preview")
        seen = place.picture(raw.seen)
        views = {name: place.picture(values) for name, values in raw.by_view.items()}
        sheet = preview.sheet(picture, seen, place, facts, place.picture(builtin) if self.finishes else None, views or None)
        return picture, seen, sheet, facts

    def finished(self, raw, person, place, builtin):
        """Return the albedo (N, 3) and its quality: light out, holes filled, the built-in skin around, tone, seams."""
        pack, target = person.pack, person.identity.skin_lab
        if not self.finishes:
            colour = seams.smooth(raw.colour, place, pack)
            return colour, quality.measure(colour, place, pack, target, raw.seen, builtin, raw.colour)
        colour, report, seed = raw.colour, None, self.settings.seed
        if self.settings.delight:
            colour, report = delight.delight(colour, raw.seen, place, builtin)
        colour, shone = shine.clamp(colour, place)
        colour, _ = fill.fill(colour, raw.seen, place, builtin, seed)
        colour, drift = tone.anchor(colour, place, target)         # before it meets the built-in skin
        before = fill.blend(colour, place, builtin, seed)
        before += (_hair(person, place) * (1 - place.paint))[:, None] * (builtin - before)       # hair keeps the plan's colour
        colour, _ = tone.anchor(seams.smooth(before, place, pack), place, target)
        baked = None if report is None else (report.baked_r2_before, report.baked_r2_after)
        judged = quality.measure(colour, place, pack, target, raw.seen, builtin, before, raw.disagreement, baked)
        judged |= {"shine_before": round(float(shone), 6), "tone_before": round(drift, 4)}
        judged["features"] = round(float(photo.agreement(colour, np.ones_like(raw.seen), person, place)), 4)
        return colour, quality.verdict(judged)

    def facts(self, person, judged):
        """Return what texture.json says of the painting; nothing of this machine."""
        kept = {name: value for name, value in dataclasses.asdict(self.settings).items() if name not in SPARED}
        who = person.identity
        return {"person": {"id": who.id, "key": textures.key(who), "pack": who.pack_hash}, "painter": self.name,
                "seed": self.settings.seed, "profile": self.settings.profile, "settings": kept, "quality": judged,
                "models": [model.record() for model in self.models], "prompts": self.words(who), "made_on": self.made_on()}


def _hair(person, place):
    """Return how much of a texel painted hair covers, (N,) 0..1."""
    here = ground.of(person.pack, place.size)
    return place.at(hairs.cover(person, here).reshape(place.size, place.size))


class BuiltIn(Painter):
    """Paints the skin that every face wears anyway."""

    name, finishes = "procedural", False

    def words(self, who):
        """Return which version of the built-in skin it is."""
        return {"built-in": skin.VERSION}

    def colours(self, person, place, builtin, scratch, tell):
        """Return the Raw skin."""
        tell.stage("painting")
        return Raw(builtin, np.ones(len(builtin), np.float32))


@dataclass(frozen=True)
class Image:
    """An image that a skin is taken from, for the record: what it is called, what its owner says of its licence, its hash."""

    role: str
    id: str
    licence: str
    sha256: str

    @classmethod
    def read(cls, role, path, licence):
        """Return it for a file.

        raises   WinceError when it cannot be read
        """
        try:
            return cls(role, Path(path).name, licences.normalised(licence), hashlib.sha256(Path(path).read_bytes()).hexdigest())
        except OSError as error:
            raise WinceError(f"--from-uv: {path} cannot be read ({error.strerror}): give an image on the face's atlas") from None

    def record(self):
        """Return what is written beside the texture."""
        return {"role": self.role, "id": self.id, "revision": "", "sha": "", "licence": self.licence, "files": {self.id: self.sha256}}


class FromImage(Painter):
    """Takes an image on the pack's atlas, or on another one that a file of places leads to."""

    name = "image"

    def __init__(self, settings, path, places):
        super().__init__(settings)
        self.path, self.places = Path(path), places
        self.models = tuple(Image.read(kind, path, settings.licence) for kind, path in (("image", path), ("places", places)) if path)
        licences.check(self.models, settings.profile)

    def colours(self, person, place, builtin, scratch, tell):
        """Return the Raw skin."""
        tell.stage("reading the image")
        found = photo.read(self.path, person, place, self.places)
        for sentence in found.warnings:
            tell.say(sentence)
        return Raw(found.colour, found.seen)
