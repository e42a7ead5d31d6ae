"""The face pack is built whole from the pinned wheel, or not at all."""

import zipfile

import pytest

from wince.core import pack as face_pack
from wince.core.errors import WinceError
from wince_headless import pack_build
from wince_headless.pack_build import fetch, source


@pytest.fixture(scope="module")
def wheel():
    return fetch.wheel()


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_building_anew_gives_the_same_pack(wheel, own_cache, tmp_path):
    out = pack_build.build(wheel, tmp_path / "deep" / "pack.npz")
    assert out.stat().st_size <= 4_000_000
    assert face_pack.load(out).hash == face_pack.load().hash
    assert [p.name for p in out.parent.iterdir()] == ["pack.npz"], "temporary files are left behind"


def test_another_file_is_refused_before_it_is_read(own_cache, tmp_path):
    fake = tmp_path / fetch.NAME
    fake.write_bytes(b"not the wheel")
    with pytest.raises(WinceError, match=r"is not the pinned wheel .* expected bad70bdc2be0"):
        pack_build.build(fake, tmp_path / "pack.npz")
    assert not (tmp_path / "pack.npz").exists()


def test_a_missing_wheel_says_how_to_get_it(tmp_path):
    with pytest.raises(WinceError, match="--wheel"):
        pack_build.build(tmp_path / "nowhere.whl", tmp_path / "pack.npz")


def test_a_truncated_wheel_and_a_missing_target_are_sentences(wheel, tmp_path):
    cut = tmp_path / "cut.whl"
    cut.write_bytes(wheel.read_bytes()[:100_000])
    with pytest.raises(WinceError, match="not a whole wheel"):
        source.Source(cut)
    bare = tmp_path / "bare.whl"
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(bare, "w") as less:
        less.writestr(source.MESH, whole.read(source.MESH))
    with source.Source(bare) as opened, pytest.raises(WinceError, match=r"no .*jawOpen\.target"):
        opened.face_unit("jawOpen")


def test_an_unwritable_place_keeps_the_old_pack(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WinceError, match="cannot write"):
        pack_build.write(tmp_path / "file" / "pack.npz", b"x")
    assert (tmp_path / "file").read_text() == "in the way"


def test_an_empty_target_is_no_error(wheel):
    with source.Source(wheel) as opened:
        assert not opened.shape("macrodetails/universal-female-young-averagemuscle-averageweight").any()
