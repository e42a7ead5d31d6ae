"""An image on the atlas: the colours it has, what it does not show, and what is refused."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from wince.core import colour
from wince.core.errors import WinceError
from wince.core.skin import paint
from wince.job import png
from wince_headless.paint import photo


@pytest.fixture(scope="module")
def skin(person):
    return paint.albedo(person, 256)


def eight(linear):
    return np.round(colour.encode(linear[::-1]) * 255).astype(np.uint8)


@pytest.fixture
def saved(tmp_path):
    def save(picture, name="uv.png", **words):
        path = tmp_path / name
        (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(path, **words)
        return path
    return save


def test_what_is_on_the_atlas_comes_back(saved, skin, person, surface):
    found = photo.read(saved(eight(skin)), person, surface)
    assert np.abs(colour.encode(found.colour) - colour.encode(surface.at(skin))).max() <= 1 / 255
    assert found.seen.min() == 1 and found.agreement > 0.9 and not found.warnings
    assert found.colour.dtype == found.seen.dtype == np.float32 and found.colour.shape == (len(surface.index), 3)


def test_any_size_will_do(saved, person, surface, skin):
    for size in (512, 384):
        image = Image.fromarray(eight(skin)).resize((size, size), Image.Resampling.BICUBIC)
        found = photo.read(saved(image), person, surface)
        assert np.median(np.abs(colour.encode(found.colour) - colour.encode(surface.at(skin)))) < 0.01 and found.agreement > 0.9


def test_sixteen_bits_and_jpeg(tmp_path, saved, skin, person, surface):
    deep = tmp_path / "deep.png"
    deep.write_bytes(png.encode(np.round(colour.encode(skin[::-1]) * 65535).astype(np.uint16)))
    for path, most in ((deep, 1.01 / 255), (saved(eight(skin), "uv.jpg", quality=95), 40 / 255), (saved(eight(skin), "uv.tif"), 1 / 255)):
        found = photo.read(path, person, surface)
        shown = found.seen > 0.9
        assert shown.mean() > 0.9
        assert np.quantile(np.abs(colour.encode(found.colour) - colour.encode(surface.at(skin)))[shown], 0.99) <= most


def test_transparent_and_black_are_not_seen(saved, skin, person, surface):
    picture, left = eight(skin), np.arange(256) < 100
    clear = np.dstack([picture, np.where(left, 0, 255)[None].repeat(256, 0).astype(np.uint8)])
    black = np.where(left[None, :, None], 0, picture)
    column = surface.index % 256
    for path in (saved(clear, "clear.png"), saved(black, "black.png")):
        found = photo.read(path, person, surface)
        assert (found.seen[column < 99] == 0).all() and (found.seen[column > 101] == 1).all()
        edge = (found.seen > 0) & (column < 103)
        assert np.abs(colour.encode(found.colour[edge]) - colour.encode(surface.at(skin)[edge])).max() < 0.02     # no dark fringe


def test_a_profile_is_heeded(saved, skin, person, surface):
    image = Image.fromarray(eight(skin))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = photo.read(saved(image, icc_profile=profile), person, surface)
    assert np.abs(colour.encode(found.colour) - colour.encode(surface.at(skin))).max() <= 2.1 / 255
    found = photo.read(saved(image, "broken.png", icc_profile=b"no profile at all"), person, surface)
    assert "profile" in found.warnings[0]


def test_another_layout_by_a_map_of_places(tmp_path, saved, person, surface, skin):
    place = (np.arange(256) + 0.5) / 256
    u, v = np.meshgrid(1 - place, place)                                      # an image that is mirrored
    np.save(tmp_path / "places.npy", np.stack([u, v], axis=2))
    found = photo.read(saved(eight(skin[:, ::-1])), person, surface, tmp_path / "places.npy")
    assert np.abs(colour.encode(found.colour) - colour.encode(surface.at(skin))).max() <= 1.01 / 255
    u[:, :128] = np.nan
    np.savez(tmp_path / "places.npz", places=np.stack([u, v], axis=2))
    found = photo.read(saved(eight(skin[:, ::-1])), person, surface, tmp_path / "places.npz")
    column = surface.index % 256
    assert (found.seen[column < 127] == 0).all() and (found.seen[column > 128] == 1).all()


def test_upside_down_and_elsewhere_are_said(saved, skin, person, surface, rng):
    turned = photo.read(saved(eight(skin)[::-1]), person, surface)
    assert turned.agreement < photo.ALIKE and "upside down" in turned.warnings[0]
    lumps = Image.fromarray(rng.integers(40, 220, (12, 12, 3), dtype=np.uint8)).resize((256, 256), Image.Resampling.BICUBIC)
    other = photo.read(saved(lumps, "lumps.png"), person, surface)
    assert other.agreement < photo.ALIKE and "--places" in other.warnings[0]


def test_light_does_not_hide_that_it_is_a_face(saved, skin, person, surface):
    shade = np.linspace(0.2, 1.2, 256)[None, :, None]
    found = photo.read(saved(eight(skin * shade)), person, surface)
    assert found.agreement > 0.5 and not found.warnings


@pytest.mark.parametrize(("picture", "what"), [
    (np.full((256, 300, 3), 90, np.uint8), "256|300"), (np.full((64, 64, 3), 90, np.uint8), "64 x 64"),
    (np.full((256, 256, 3), (150, 110, 90), np.uint8), "one colour"), (np.zeros((256, 256, 3), np.uint8), "black"),
    (np.arange(65536, dtype=np.uint32).reshape(256, 256).astype(np.uint8), "grey"),
    (np.random.default_rng(0).integers(20, 200, (256, 256, 1), dtype=np.uint8).repeat(3, 2), "grey"),
])
def test_what_is_no_skin_is_refused(saved, person, surface, picture, what):
    with pytest.raises(WinceError, match=what):
        photo.read(saved(picture), person, surface)


def test_too_little_shown_is_refused(saved, person, surface, skin):
    picture = eight(skin)
    picture[:, 18:] = 0
    with pytest.raises(WinceError, match="shows"):
        photo.read(saved(picture), person, surface)


def test_broken_missing_and_monstrous_files_are_refused(tmp_path, person, surface):
    with pytest.raises(WinceError, match="there is no image"):
        photo.read(tmp_path / "none.png", person, surface)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(WinceError, match="cannot be read"):
        photo.read(tmp_path / "text.png", person, surface)
    for side, name in ((60000, "bomb.png"), (9000, "large.png")):              # a header is enough to tell
        whole = png.encode(np.zeros((8, 8, 3), np.uint8))
        (tmp_path / name).write_bytes(whole[:8] + png._chunk(b"IHDR", side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00") + whole[33:])
        with pytest.raises(WinceError, match=r"at most|give 256 to"):
            photo.read(tmp_path / name, person, surface)


def test_a_bad_map_of_places_is_refused(tmp_path, saved, person, surface, skin):
    path = saved(eight(skin))
    np.save(tmp_path / "flat.npy", np.zeros((4, 4)))
    (tmp_path / "text.npy").write_text("no map")
    for name in ("flat.npy", "text.npy", "none.npy"):
        with pytest.raises(WinceError, match="map of places"):
            photo.read(path, person, surface, tmp_path / name)
