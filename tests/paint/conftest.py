"""A few people, one surface, one ring of views for all tests of the painter."""

import importlib.util
from pathlib import Path

import pytest

from wince.core import demographics, face
from wince.core import pack as face_pack
from wince.job import spec
from wince_headless.paint import projection as projections
from wince_headless.paint import settings as paint_settings
from wince_headless.paint import surface as surfaces
from wince_headless.paint import views as paint_views
from wince_headless.paint import zbuffer

SIZE, PIXELS = 256, 96
OTHERS = {"old_woman": {"age": 82.0, "gender": 0.05}, "young_man": {"age": 20.0, "gender": 0.95}, "woman": {"age": 45.0, "gender": 0.0}}


@pytest.fixture(scope="session")
def pack():
    return face_pack.load()


@pytest.fixture(scope="session")
def model(pack):
    return face.FaceModel(pack)


@pytest.fixture(scope="session")
def person(model, pack):
    return model.person(demographics.sample(7, 3, spec.People(), pack))


@pytest.fixture(scope="session")
def people(model, pack):
    """Three people of different age, gender and group, by name."""
    groups = spec.People().groups
    return {name: model.person(demographics.sample(11, k, spec.People(groups=(groups[k % len(groups)],), fixed=fixed), pack))
            for k, (name, fixed) in enumerate(sorted(OTHERS.items()))}


@pytest.fixture(scope="session")
def surface(person):
    return surfaces.of(person, SIZE)


@pytest.fixture(scope="session")
def views(person):
    return paint_views.around(person, paint_settings.Settings(view_size=PIXELS))


@pytest.fixture(scope="session")
def rasters(surface, views):
    return zbuffer.of_views(views, surface.mesh)


@pytest.fixture(scope="session")
def projection(surface, views, rasters):
    return projections.of(surface, views, rasters)


class _Symmetric:
    """An identity whose face has no shapes but those that are the same left and right."""

    def __init__(self, who):
        self._who = who

    def __getattr__(self, name):
        return getattr(self._who, name)

    def weights(self):
        return {name: weight for name, weight in self._who.weights().items() if name.startswith("macro:")}


@pytest.fixture(scope="session")
def symmetric(model, person):
    """Somebody whose left is the mirror of the right."""
    return model.person(_Symmetric(person.identity))


@pytest.fixture(scope="session")
def weight_at(pack, surface):
    """Return values (V,) of the pack's vertices as values (N,) of `surface`'s texels: weight_at(values)."""
    from wince.core.skin import ground

    return lambda values: ground.of(pack, surface.size).raster.picture(values)[surface.index]


@pytest.fixture(scope="session")
def stub():
    """The module of the backend whose codec loses nothing; importlib mode has no `import stub`."""
    pytest.importorskip("torch").set_num_threads(1)      # small pictures: threads only wait for each other
    found = importlib.util.spec_from_file_location("stub", Path(__file__).with_name("stub.py"))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def toys():
    """The module of small meshes with an atlas."""
    found = importlib.util.spec_from_file_location("toys", Path(__file__).with_name("toys.py"))
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
