"""One frame of an artist's scene, from its cameras, with labels: the same files and records as a job's samples.

    OUT/job.json   one person, one expression, the cameras: what `wince verify` and `wince sheet` read
    OUT/id00000/e01/VIEW/...   or e00, when the face is at rest
"""

import tempfile
from dataclasses import replace

from ..bridge import version
from ..core.cameras import Camera
from ..core.facs.expressions import NEUTRAL
from ..stage import device, setting
from ..stage.setting import Setting
from . import expand, layout, record, resume, spec
from .render import Shift, Tally, begin, origin
from .session import Session
from .set import Set

OWN = {"kind": "scene"}                # light that nobody has drawn: it is in the picture, and no record can tell it
PERSON = 0                             # the one person's number


class Snapshot(Session):
    """The face of a Set, as it is there, in the light that is there, seen by the scene's cameras."""

    def __init__(self, job, out, owner, place, shown):
        super().__init__(job, out, owner, place, PERSON, place.face.person)
        self.expressions = {expand.expression_names(job)[0]: shown}
        self.views = {name: view for name, (_, view) in place.views.items()}
        self.keep_identity()

    def setting_of(self, name):
        """Return the scene's light as a Setting: as the add-on set it, or just "scene" where an artist has changed it."""
        known = setting.as_set(self.place.scene)
        return known["setting"] if known else Setting(OWN, OWN, OWN, round(self.place.scene.view_settings.exposure, 6))


def render(take, out, say, stopped, owner="", threads=None):
    """Render one frame of a scene into an output folder; arguments and results as `render.render` has them.

    take     spec.Take
    raises   WinceError for a scene that cannot be labelled
    """
    version.check()
    chosen = device.choose(take.job.render)
    with tempfile.TemporaryDirectory(prefix="wince-") as scratch:
        place = Set(take, chosen, scratch, threads or take.job.render.threads)
        loaded = place.face.person.pack
        shown = expand.found(place.aus(), take.kind, take.pain)
        job = job_of(take.job, place, shown)
        bound = origin(job, chosen, loaded) | {"scene": True}
        resume.begin(out, job, bound)
        todo = expand.samples(job)
        begin(say, chosen, len(todo), 0)
        constant = record.constant_facts(job, chosen, loaded, version.name()) | {"frame": _whole(take.frame)}
        shift = Shift(job, out, owner, constant, bound, again=True)
        whole = shift.work(todo, lambda _: Snapshot(job, out, owner, place, shown), Tally(say, 0, len(todo)), stopped)
    say("done" if whole else "stopped", total=len(todo))
    return whole


def job_of(wishes, place, shown):
    """Return the job that says what is in a take's folder.

    wishes   spec.Job: the take's
    place    Set
    shown    Expression
    """
    neutral = shown.kind == NEUTRAL.kind
    who = layout.identity_path("", f"{layout.person_name(PERSON)}/e00/-").as_posix()
    subdivision, subsurface = place.skin
    return replace(wishes, people=spec.People(count=1, identities=(who,)),
                   expressions=spec.Expressions(pain=0, neutral=neutral, codes=() if neutral else (str(shown.aus),)),
                   cameras=tuple(_described(view) for _, view in place.views.values()),
                   render=replace(wishes.render, subdivision=subdivision, subsurface=subsurface))


def _whole(frame):
    """Return a frame's number as people write it: whole unless it lies between two."""
    return int(frame) if frame == int(frame) else frame


def _described(view):
    """Return a Camera with what can be said of a view without its face; where it stands is in the records."""
    return Camera(view.name, lens_mm=view.lens_mm, sensor_mm=view.sensor_mm, distance_m=view.distance_m,
                  resolution=(view.width, view.height))
