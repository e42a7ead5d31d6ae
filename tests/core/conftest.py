"""One face pack, one model, a few people for all tests of the core."""

import pytest

from wince.core import demographics, face
from wince.core import pack as face_pack
from wince.job import spec


@pytest.fixture(scope="session")
def pack():
    return face_pack.load()


@pytest.fixture(scope="session")
def model(pack):
    return face.FaceModel(pack)


@pytest.fixture(scope="session")
def draw(pack):
    """Draw an identity by number: draw(number, seed=0, **fields of spec.People)."""
    return lambda number, seed=0, **people: demographics.sample(seed, number, spec.People(**people), pack)


@pytest.fixture(scope="session")
def person(model, draw):
    return model.person(draw(0))
