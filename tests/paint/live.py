"""The bytes that live at once while code runs, counted without running it: fake tensors have shapes and no numbers."""

import weakref
from contextlib import contextmanager
from unittest import mock

import torch
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Live(TorchDispatchMode):
    """Counts the bytes of tensors that are made inside and not yet gone: `now`, and the most so far, `peak`."""

    def __init__(self):
        super().__init__()
        self.now = self.peak = 0
        self._seen = weakref.WeakSet()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        given = {id(leaf.untyped_storage()) for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)}
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor) and id(leaf.untyped_storage()) not in given:
                self._add(leaf.untyped_storage())
        return out

    def _add(self, storage):
        if storage in self._seen:
            return
        self._seen.add(storage)
        size = storage.nbytes()
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._drop, size)

    def _drop(self, size):
        self.now -= size


@contextmanager
def fake():
    """Make every tensor inside a fake one."""
    moved = torch.nn.Module.to
    torch.nn.Module.to = lambda self, *_, **__: self                       # fake weights cannot be moved, and need not be
    try:
        with FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad():
            yield
    finally:
        torch.nn.Module.to = moved


def peak(function):
    """Return the most bytes that live at once while a function runs, beside what was there before; inside `fake`."""
    with Live() as live:
        function()
    return live.peak


def backend(name, dtype, settings):
    """Return a lifesize backend of fake tensors on the processor; inside `fake`."""
    import diffusers

    from wince_headless.paint.backends import lifesize

    with mock.patch.object(lifesize, "network", _network), \
            mock.patch.object(diffusers, "FlowMatchEulerDiscreteScheduler", _real(diffusers.FlowMatchEulerDiscreteScheduler)):
        return lifesize.make(name, "cpu", dtype, settings)


def _network(kind, arguments, device, dtype):
    from wince_headless.paint.backends import lifesize

    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        return lifesize._empty(kind, arguments).eval().requires_grad_(False)
    finally:
        torch.set_default_dtype(before)


def _real(kind):
    """Return what makes a scheduler of real tensors: it reads their numbers."""
    def made(*args, **kwargs):
        with unset_fake_temporarily():
            return kind(*args, **kwargs)
    return made
