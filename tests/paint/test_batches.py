"""As many views at once as fit."""

import pytest

torch = pytest.importorskip("torch")

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint.denoise.batches import Batches  # noqa: E402

CUDA = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 4.00 GiB of which 1.00 GiB is free. See more."
SAYINGS = {
    torch.OutOfMemoryError: (CUDA,),
    RuntimeError: ("[enforce fail] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.",
                   "[enforce fail] data. DefaultCPUAllocator: not enough memory: you tried to allocate 14745600000 bytes.",
                   "MPS backend out of memory (MPS allocated: 8.88 GB). Tried to allocate 256 bytes on shared pool.",
                   "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    MemoryError: ("",),
}
FAULTS = [(kind, text) for kind, texts in SAYINGS.items() for text in texts]


def doubling(most, kind=torch.OutOfMemoryError, text=CUDA, seen=None):
    """Return a function of slices that runs out of memory for more than `most` views."""
    def function(part, values):
        if seen is not None:
            seen.append(part)
        if len(values) > most:
            raise kind(text)
        return values * 2 + part.start
    return function


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 9])
def test_all_views_come_back_in_their_order(size):
    values = torch.arange(7.0)
    found = Batches("it", 7, size)(lambda part, some: some * 2, values)
    assert torch.equal(found, values * 2)


def test_slices_cover_the_views():
    assert Batches("it", 7, 3).run(lambda part: (part.start, part.stop)) == [(0, 3), (3, 6), (6, 7)]


@pytest.mark.parametrize(("kind", "text"), FAULTS)
def test_half_as_many_when_memory_runs_out(kind, text):
    said, seen = [], []
    batches = Batches("the network", 7, say=said.append)
    values = torch.arange(7.0)
    found = batches(doubling(2, kind, text, seen), values)
    assert batches.size == 1 and len(found) == 7 and len(said) == 2
    assert [part.stop - part.start for part in seen] == [7, 3, *[1] * 7]
    assert "now takes 1 of 7" in said[-1]


def test_what_is_done_is_not_done_again_and_the_size_is_kept():
    seen, full = [], [False]

    def function(part):
        seen.append((part.start, part.stop))
        if part.start >= 4 and part.stop - part.start > 1 and not full[0]:
            full[0] = True
            raise torch.OutOfMemoryError(CUDA)
        return part.start
    batches = Batches("it", 8, 4)
    assert batches.run(function) == [0, 4, 6] and seen == [(0, 4), (4, 8), (4, 6), (6, 8)]
    seen.clear()
    batches.run(function)
    assert seen == [(0, 2), (2, 4), (4, 6), (6, 8)]


def test_at_one_view_the_backend_spares_and_it_goes_on():
    phrases, fits = ["the decoder works in tiles", "weights wait in main memory"], [False]
    said = []

    def spare():
        fits[0] = len(phrases) == 1
        return phrases.pop(0)

    def function(part):
        if not fits[0]:
            raise torch.OutOfMemoryError(CUDA)
        return part.stop - part.start
    assert Batches("it", 4, spare=spare, say=said.append).run(function) == [1, 1, 1, 1]
    assert phrases == [] and "weights wait in main memory" in said[-1]


def test_when_nothing_is_left_it_says_what_was_needed_and_the_cure():
    with pytest.raises(WinceError, match=r"the network has not enough memory for even one view \(.*2\.00 GiB.*\): close .* view size"):
        Batches("the network", 4)(doubling(0), torch.arange(4.0))


def test_joint_views_are_never_parted():
    seen = []
    with pytest.raises(WinceError, match="all 4 views, which it needs at once"):
        Batches("the network", 4, 2, joint=True)(doubling(3, seen=seen), torch.arange(4.0))
    assert seen == [slice(0, 4)]


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), ValueError("out of memory"), KeyError("x")])
def test_other_faults_travel(error):
    def function(part):
        raise error
    with pytest.raises(type(error)):
        Batches("it", 4).run(function)
