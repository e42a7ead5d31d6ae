"""A person before the cameras, in the studio or on an artist's set: the record of every view is composed here and nowhere else."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import cameras
from ..core.streams import STREAM_VERSION
from . import dealing, disk, expand, layout, people, record, textures
from .sitter import Stance


@dataclass(frozen=True, eq=False)
class Shown:
    """An expression before the cameras: how it stands there, exposure in stops, facts."""

    stance: Stance
    exposure: float
    facts: dict


@dataclass(frozen=True, eq=False)
class Shot:
    """A rendered view on its way to disk: what was shown, and the files Blender wrote."""

    shown: Shown
    view: cameras.View
    layers: Path
    picture: Path | None
    facts: dict


class Session:
    """One person's pictures. Who it is, what they show and from where one sees them is found out by a subclass:

    expressions   {name: core.facs.expressions.Expression}
    views         {name: core.cameras.View}
    setting_of    name of an expression -> stage.setting.Setting
    """

    def __init__(self, job, out, owner, place, number, person):
        self.job, self.out, self.owner, self.place, self.number, self.person = job, out, owner, place, number, person
        self.name, self.drawn = layout.person_name(number), expand.source(job, number)[0]
        self.texture = textures.of(job.people.textures, person.identity) if job.people.textures else None
        self.skin = place.seat(person, self.texture)

    def keep_identity(self):
        """Write who it is, and what the skin was painted by."""
        path = layout.identity_path(self.out, f"{self.name}/e00/-")
        disk.write(path, self.person.identity.json().encode(), self.owner)
        disk.sweep(path.parent)
        if self.texture is not None:
            textures.refuse_other(path.with_name(textures.FACTS), self.texture)
            disk.write(path.with_name(textures.FACTS), (self.texture.folder / textures.FACTS).read_bytes(), self.owner)

    def show(self, name, writer):
        """Give the face an expression, in its light, and have the writer keep its heat."""
        shown = self.expressions[name]
        setting = self.setting_of(name)
        stance = self.place.show(shown.aus)
        writer.do(self._keep_heat, layout.expression_path(self.out, layout.sample_key(self.name, name, "-")), stance.heat)
        facts = self._who() | record.expression_facts(shown) | {"expression": name} | setting.facts()
        return Shown(stance, setting.exposure, facts)

    def shoot(self, sample, shown, constant):
        """Render one view of what is shown.

        constant   facts that are the same for all samples; "render" gets seed and exposure here
        """
        view, seed = self.views[sample.view], expand.cycles_seed(self.job, self.number, sample.expression, sample.view)
        layers, picture = self.place.shoot(view, seed)
        render = constant["render"] | {"seed": seed, "exposure": shown.exposure}
        facts = {"key": sample.key, "view": sample.view, "render": render,
                 "neutral_keys": expand.neutral_keys(self.job, self.number, sample.view),
                 "seeds": {"dataset": self.job.seed, "cycles": seed, "stream_version": STREAM_VERSION}}
        return Shot(shown, view, layers, picture, constant | shown.facts | facts)

    def _who(self):
        """Return what a record says about the person."""
        who = self.person.identity
        return {"identity": self.name, "person": who.id, "fold10": people.fold10(self.job, who, self.number), "cell": who.cell,
                "twin_of": expand.twin_of(self.job, self.number), "texture": self.place.texture,
                "look": record.look_facts(who, self.place.plain, dict(self.place.by_hand)),
                "demographics": {"age": who.age, "gender": who.gender, "ancestry": who.ancestry, "group": who.group,
                                 "fixed": dict(dealing.twin(self.job.people, expand.source(self.job, self.number)[1]).fixed),
                                 "skin_target_lab": list(who.skin_lab), **{f"skin_{name}": value for name, value in self.skin.items()}}}

    def _keep_heat(self, path, heat):
        """Write the heat of every vertex; runs in the writer's thread."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, heat=heat.total, terms=heat.terms)
        disk.write(path, buffer.getvalue(), self.owner)
        disk.sweep(path.parent)
