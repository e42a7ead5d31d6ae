"""A person of a job in the studio: everything that is drawn or computed once per person, once per expression, once per view."""

from ..core import aims, cameras
from ..stage import setting
from . import expand, people
from .session import Session


class Sitting(Session):
    """One person in the studio, in drawn light, seen by cameras that are placed around the face."""

    def __init__(self, job, out, owner, studio, model, number):
        super().__init__(job, out, owner, studio, number, model.person(people.one(job, number, model.pack)))
        self.expressions = expand.expressions(job, number)
        self.views = self._views()
        self.setting = None                            # (which light, Setting) that the studio is set to
        self.keep_identity()

    def setting_of(self, name):
        """Return the Setting of an expression."""
        return self.light(expand.light_of(name))

    def light(self, keys):
        """Set the studio's light to the one of these stream keys, unless it is, and return it."""
        if self.setting is None or self.setting[0] != keys:
            self.setting = keys, setting.draw(self.job.lighting, self.job.seed, self.drawn, keys, self.skin["luminance"])
            self.place.set_light(self.setting[1], aims.aims(self.person)["face"])
        return self.setting[1]

    def _views(self):
        """Return the person's Views by name; every one looks at the neutral face, whatever it will show."""
        targets, height, triangles = aims.aims(self.person), aims.height(self.person), aims.outside(self.person.pack)
        views = {name: cameras.view(camera, targets[camera.look_at], height, self.job.render.resolution)
                 for name, camera in expand.views(self.job, self.number).items()}
        for view in views.values():
            cameras.check_outside(view, self.person.base, triangles)
        return views
