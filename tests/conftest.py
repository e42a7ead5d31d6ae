"""What every test may ask for, and how hypothesis behaves here."""

import contextlib
import gc
import time

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, settings

# Rendering machines are slow and busy: examples are not timed. The examples are the same in every run, so that a red test stays red.
settings.register_profile("wince", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wince")
with contextlib.suppress(ImportError, AttributeError):                        # an older hypothesis, which does not do this
    from hypothesis.internal.conjecture import providers

    # It would draw numbers out of our modules, too: of those that are loaded by then, which is another choice in every run with -n 2.
    providers._get_local_constants = providers.Constants


def pytest_unconfigure():
    """Take hypothesis's callback back from the garbage collector: through it and typing's caches bpy would outlive Python.

    glTF export fills those caches with classes whose modules hold bpy. A bpy module that is not freed stops no threads, and Blender 4.5
    then waits for its sound thread forever (Blender issue 146640; 5.0 stops it).
    """
    gc.callbacks[:] = [callback for callback in gc.callbacks if not getattr(callback, "__module__", "").startswith("hypothesis.")]


@pytest.fixture
def rng():
    """A random generator, the same in every run."""
    return np.random.default_rng(1)


@pytest.fixture
def ends():
    """A function: numbers of processes -> whether all end in time. A signal is sent at once, and arrives when the system gets to it."""
    def wait(*numbers, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not any(map(_runs, numbers)):
                return True
            time.sleep(0.05)
        return False
    return wait


def _runs(number):
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE          # a zombie has ended; nobody has asked how
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def bpy():
    """An empty Blender; skips where the bpy module is not installed."""
    module = pytest.importorskip("bpy")
    module.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    return module


@pytest.fixture
def addon(bpy):
    """An empty Blender with the add-on enabled from source; every test with it also proves that disabling leaves nothing behind."""
    before = registered(bpy)
    bpy.ops.preferences.addon_enable(module="wince")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)      # keeps the add-on, read_factory_settings would not
    yield bpy
    bpy.ops.preferences.addon_disable(module="wince")
    assert registered(bpy) == before, "unregister() left something behind"


def registered(bpy):
    """Return the names of everything that an add-on can leave behind: classes, RNA pointers, handlers, menu entries."""
    types = {name for name in dir(bpy.types) if "wince" in name.lower()}
    pointers = {f"{kind}.{name}" for kind in ("Object", "Scene", "WindowManager", "Camera", "Material")
                for name in dir(getattr(bpy.types, kind)) if name.startswith("wince")}
    handlers = {f"{name}: {entry}" for name in dir(bpy.app.handlers) if isinstance(entries := getattr(bpy.app.handlers, name), list)
                for entry in entries if "wince" in str(getattr(entry, "__module__", ""))}
    menus = {f"{name}: {entry}" for name in dir(bpy.types) if name.startswith(("VIEW3D_MT", "TOPBAR_MT"))
             for entry in getattr(getattr(bpy.types, name).draw, "_draw_funcs", ()) if "wince" in entry.__module__}
    return types | pointers | handlers | menus
