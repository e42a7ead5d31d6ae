"""Modules that are read when something in them is first asked for: enabling the add-on reads what it registers, and little else.

`from ..room import module` gives a module that is not read yet, `from ..room.module import name` reads it.
"""

import sys
import threading
from contextlib import contextmanager
from importlib.machinery import PathFinder
from types import ModuleType

ROOMS = tuple(f"{__package__}.{room}." for room in ("core", "bridge", "stage", "job"))


class _Unread(ModuleType):
    """A module without names of its own yet. What every module has (`__file__` ...) does not read it: on quitting Blender looks at that."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        later = self.__loader__
        with later.lock:                                            # who misses a name waits until another thread has read the module
            if type(self) is _Unread and not later.reading:         # nor again for what it itself asks for meanwhile
                later.read(self)
        return ModuleType.__getattribute__(self, name)


class _Later:
    """Loads a module but for its names; `file` is what reads the file."""

    def __init__(self, file):
        self.file, self.lock, self.reading = file, threading.RLock(), False

    def create_module(self, spec):
        """Return None: an ordinary module will do."""

    def exec_module(self, module):
        """Make a module one that reads itself."""
        module.__class__ = _Unread

    def read(self, module):
        """Fill a module from its file; one that fails is read again when it is asked again, as an import is."""
        self.reading = True
        try:
            self.file.exec_module(module)
            module.__class__ = ModuleType
        finally:
            self.reading = False


class _Finder:
    """Finds the modules of the rooms, packages excepted."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Return how a module is loaded, None where that is not ours to say."""
        spec = PathFinder.find_spec(name, path, target) if name.startswith(ROOMS) else None
        if spec is not None and spec.submodule_search_locations is None:
            spec.loader = _Later(spec.loader)
        return spec


@contextmanager
def modules():
    """Have the rooms' modules that are imported meanwhile read later; what is imported when they are read is read at once."""
    sys.meta_path.insert(0, _Finder)
    try:
        yield
    finally:
        sys.meta_path.remove(_Finder)
