"""What every test may ask for, and how hypothesis behaves here."""

import numpy as np
import pytest
from hypothesis import settings

# Rendering machines are slow and busy: examples are not timed. The examples are the same in every run, so that a red test stays red.
settings.register_profile("wince", deadline=None, derandomize=True)
settings.load_profile("wince")


@pytest.fixture
def rng():
    """A random generator, the same in every run."""
    return np.random.default_rng(1)


@pytest.fixture
def bpy():
    """An empty Blender; skips where the bpy module is not installed."""
    module = pytest.importorskip("bpy")
    module.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return module
