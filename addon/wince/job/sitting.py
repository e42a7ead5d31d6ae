"""A person before the cameras: everything that is drawn or computed once per person, once per expression, once per view."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import cameras, demographics, heatmap, identity, rig
from ..core.streams import STREAM_VERSION, stream
from ..stage import lights, world
from . import disk, expand, layout, record
from .studio import Face, Setting

HIGHEST_SEED = 2 ** 31 - 1
OUTER = ("skin", "brows", "mouth", "socket")           # parts whose surface tells inside from outside
MOUTH = slice(48, 68)                                  # of the 68 landmarks


@dataclass(frozen=True, eq=False)
class Shown:
    """An expression on the face: the Face that Blender shows, the head's rotation (3, 3), exposure in stops, facts."""

    face: Face
    head: np.ndarray
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


class Sitting:
    """One person in the studio."""

    def __init__(self, job, out, owner, studio, model, number):
        self.job, self.out, self.owner, self.studio, self.number = job, out, owner, studio, number
        self.name = layout.person_name(number)
        self.person = model.person(_identity(job, number, model.pack))
        self.skin_lab, self.luminance = studio.seat(self.person)
        self.expressions = expand.expressions(job, number)
        self.views = self._views()
        self.setting = None                            # (which light, Setting) that the studio is set to
        disk.write(layout.identity_path(out, f"{self.name}/e00/-"), self.person.identity.json().encode(), owner)

    def show(self, name, writer):
        """Give the face an expression, in its light, and have the writer keep its heat."""
        shown = self.expressions[name]
        setting = self.light(expand.light_of(name))
        heat = heatmap.pspi_heat(self.person, shown.aus)
        face = self.studio.show(shown.aus, heat)
        writer.do(self._keep, layout.expression_path(self.out, layout.sample_key(self.name, name, "-")), heat)
        facts = self._who() | record.expression_facts(shown) | {"expression": name, "light": setting.light,
                                                                 "world": setting.world | {"backdrop": setting.backdrop}}
        head = rig.bone_matrices(shown.aus, self.person.pack.joints)["head"][:3, :3]
        return Shown(face, head, setting.exposure, facts)

    def shoot(self, sample, shown, constant):
        """Render one view of what is shown.

        constant   facts that are the same for all samples of the job; "render" gets seed and exposure here
        """
        view, seed = self.views[sample.view], self._seed(sample)
        layers, picture = self.studio.shoot(view, seed)
        render = constant["render"] | {"seed": seed, "exposure": shown.exposure}
        facts = {"key": sample.key, "view": sample.view, "render": render,
                 "neutral_keys": expand.neutral_keys(self.job, self.number, sample.view),
                 "seeds": {"dataset": self.job.seed, "cycles": seed, "stream_version": STREAM_VERSION}}
        return Shot(shown, view, layers, picture, constant | shown.facts | facts)

    def _views(self):
        """Return the person's Views by name; every one looks at the neutral face, whatever it will show."""
        base, front = self.person.base, self.person.pack.face_front
        height = float(np.ptp(base[front, 2]))
        aims, triangles = self._aims(), _triangles(self.person.pack)
        views = {name: cameras.view(camera, aims[camera.look_at], height, self.job.render.resolution)
                 for name, camera in expand.views(self.job, self.number).items()}
        for view in views.values():
            cameras.check_outside(view, base, triangles)
        return views

    def _aims(self):
        """Return what a camera may look at, {name: (3,)}: the middle of the face, of the eyes, of the mouth."""
        base, pack = self.person.base, self.person.pack
        front = base[pack.face_front]
        landmarks = np.einsum("nk,nkc->nc", pack.landmark_weights, base[pack.faces[pack.landmark_faces]])
        return {"face": (front.min(axis=0) + front.max(axis=0)) / 2,
                "eyes": np.mean([eye.centre for eye in self.person.eyes.values()], axis=0), "mouth": landmarks[MOUTH].mean(axis=0)}

    def light(self, keys):
        """Set the studio's light to the one of these stream keys, unless it is, and return it."""
        if self.setting is None or self.setting[0] != keys:
            self.setting = keys, self._draw_light(keys)
            self.studio.set_light(self.setting[1], self._aims()["face"])
        return self.setting[1]

    def _draw_light(self, keys):
        """Draw lamps, world and backdrop, each from its own stream, and expose for the person's skin."""
        wishes, seed = self.job.lighting, self.job.seed
        light = lights.draw(wishes.lights, stream(seed, "light", self.number, *keys))
        surround = world.draw(wishes.worlds, stream(seed, "light.world", self.number, *keys))
        backdrop = world.draw_backdrop(wishes.backgrounds, stream(seed, "light.backdrop", self.number, *keys))
        stops = world.exposure(self.studio.white(light, surround), self.luminance, wishes.exposure)
        return Setting(light, surround, backdrop, round(stops, 4))

    def _who(self):
        """Return what a record says about the person."""
        who = self.person.identity
        return {"identity": self.name, "person": who.id, "fold10": _fold(self.job, who, self.number), "cell": who.cell,
                "demographics": {"age": who.age, "gender": who.gender, "ancestry": who.ancestry, "group": who.group,
                                 "fixed": dict(self.job.people.fixed),
                                 "skin_target_lab": list(who.skin_lab), "skin_lab": self.skin_lab,
                                 "skin_luminance": self.luminance}}

    def _seed(self, sample):
        """Return the seed of Cycles' noise for a sample."""
        return int(stream(self.job.seed, "cycles", self.number, sample.expression, sample.view).integers(HIGHEST_SEED))

    def _keep(self, path, heat):
        """Write the heat of every vertex; runs in the writer's thread."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, heat=heat.total, terms=heat.terms)
        disk.write(path, buffer.getvalue(), self.owner)


def _identity(job, number, pack):
    """Return who a number is: drawn, or read from the job's identity files."""
    if not job.people.identities:
        return demographics.sample(job.seed, number, job.people, pack)
    return identity.read(job.people.identities[number - job.people.first])


def _fold(job, who, number):
    """Return the person's fold10: by place in its cell when drawn, by its own number when given."""
    if job.people.identities:
        return demographics.fold10(who.seed, who.cell, who.number)
    cell, index = demographics.cell_of(job.people, job.seed, number)
    return demographics.fold10(job.seed, cell, index)


def _triangles(pack):
    """Return the outer surface as triangles (T, 3)."""
    quads = pack.faces_of(*OUTER)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
