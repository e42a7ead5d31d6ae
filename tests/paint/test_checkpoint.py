"""Latents on disk between steps."""

import numpy as np
import pytest

pytest.importorskip("safetensors")

from wince_headless.paint.denoise.checkpoint import Store


@pytest.fixture
def latents(rng):
    return rng.standard_normal((7, 4, 8, 8)).astype(np.float32)


def test_what_was_saved_comes_back(tmp_path, latents):
    Store(tmp_path / "deep" / "latents.safetensors", "anna").save("key", 12, latents)
    step, found = Store(tmp_path / "deep" / "latents.safetensors", "anna").load("key")
    assert step == 12 and np.array_equal(found, latents) and found.dtype == np.float32
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["latents.safetensors"]


def test_the_order_in_memory_does_not_matter(tmp_path, latents):
    last = np.moveaxis(np.ascontiguousarray(np.moveaxis(latents, 1, -1)), -1, 1)
    Store(tmp_path / "x").save("key", 1, last)
    assert not last.flags.c_contiguous and np.array_equal(Store(tmp_path / "x").load("key")[1], latents)


def test_nothing_there_is_nothing_said(tmp_path):
    said = []
    assert Store(tmp_path / "x", say=said.append).load("key") is None and not said


@pytest.mark.parametrize(("belongs", "key"), [("berta", "key"), ("anna", "other"), ("annak", "ey")])
def test_another_paintings_checkpoint_is_ignored_with_a_sentence(tmp_path, latents, belongs, key):
    said = []
    Store(tmp_path / "x", "anna").save("key", 12, latents)
    assert Store(tmp_path / "x", belongs, say=said.append).load(key) is None
    assert len(said) == 1 and "another painting" in said[0]


@pytest.mark.parametrize("spoil", [lambda data: b"", lambda data: data[:100], lambda data: data[:-5], lambda data: b"\xff" * len(data),
                                   lambda data: data[8:]])
def test_a_broken_one_is_ignored_with_a_sentence(tmp_path, latents, spoil):
    said, path = [], tmp_path / "x"
    Store(path).save("key", 12, latents)
    path.write_bytes(spoil(path.read_bytes()))
    assert Store(path, say=said.append).load("key") is None
    assert len(said) == 1 and "cannot be read" in said[0] and str(path) in said[0]


def test_a_strange_safetensors_file_is_ignored(tmp_path, latents):
    from safetensors.numpy import save_file
    said = []
    save_file({"other": latents}, tmp_path / "x")
    assert Store(tmp_path / "x", say=said.append).load("key") is None and len(said) == 1


def test_remove_takes_what_a_killed_write_left(tmp_path, latents):
    store = Store(tmp_path / "x")
    store.remove()
    store.save("key", 1, latents)
    (tmp_path / ".x.checkpoint.part").write_bytes(b"half")
    (tmp_path / "other").write_bytes(b"stays")
    store.remove()
    store.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
