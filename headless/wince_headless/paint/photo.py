"""An image on the pack's atlas as a painting: read, checked, and told how much of it can be believed.

Only what lies on our atlas can be taken as it is. An image on another layout, such as FFHQ-UV's, needs a map that says for every texel of
our atlas where it lies in that image: wrap our head onto the other one (any registration tool does) and bake the other's UV onto ours.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wince.core import colour as colours
from wince.core.errors import WinceError
from wince.core.skin import ground
from wince.core.skin import paint as skin

SMALLEST, LARGEST = 256, 8192          # pixels along a side
BLACK = 6 / 255                        # a pixel with no channel above this shows nothing
LEAST_SEEN = 0.25                      # of the skin that may be painted, by area: with less there is no tone to go by
FLAT = 0.01                            # deviation of log luminance below which a picture is one colour
GREY = 0.004                           # the same of red against green below which it has no colour at all
ALIKE = 0.25                           # agreement with the built-in skin below which we say so
FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")


@dataclass(frozen=True, eq=False)
class Photo:
    """What an image shows of a skin.

    colour     (N, 3) float32 linear sRGB, over the texels of a Surface
    seen       (N,)   float32 0..1: 0 where the image is transparent, black, or has no place
    agreement  -1..1: how its lips and brows lie where the built-in skin has them
    warnings   sentences for the user's eyes
    """

    colour: np.ndarray
    seen: np.ndarray
    agreement: float
    warnings: tuple


def read(path, person, surface, places=None):
    """Read an image of a skin.

    path      PNG, JPEG, TIFF, WebP or BMP, square, sRGB or with a profile; transparent or black is what it does not show
    person    core.face.Person whom it is for
    surface   surface.Surface
    places    path of a .npy or .npz: (S, S, 2) where each texel of the pack's atlas lies in the image, u and v 0..1 from below, row 0 at
              v = 0, nan where the image shows nothing of it; None: the image is on the pack's atlas
    returns   Photo
    raises    WinceError when it cannot be read, is no picture of a skin, or shows too little of it
    """
    image, said = _opened(Path(path))
    picture, alpha = _linear(image, Path(path), said)
    _check(picture, alpha, path)
    u, v = _own(surface) if places is None else _elsewhere(Path(places), surface)
    colour, seen = _sampled(picture, alpha, u, v, surface.size if places is None else None)
    share = surface.paint * surface.area
    if share @ seen < LEAST_SEEN * share.sum():
        raise WinceError(f"{path} shows {share @ seen / share.sum():.0%} of the skin that is painted: at least {LEAST_SEEN:.0%} are "
                         f"needed, give an image on the pack's atlas (`wince paint --backend procedural` writes one to paint over)")
    found = agreement(colour, seen, person, surface)
    if found < ALIKE:
        said.append(_doubt(path, found, places, agreement(*_sampled(picture, alpha, u, 1 - v, None), person, surface)))
    return Photo(colour, seen, found, tuple(said))


def agreement(colour, seen, person, surface):
    """Return how well a picture's lips and brows lie where the built-in skin has them, -1..1: correlation of what differs around them.

    colour, seen   (N, 3), (N,) over the texels of the Surface
    """
    here = ground.of(person.pack, surface.size)
    own = surface.at(skin.albedo(person, surface.size))
    scores = []
    for name, wide in (("lip", here.muzzle), ("brow", here.socket)):
        mask = surface.at(np.maximum(here.maps[name], wide > 0.15).reshape(surface.size, -1)) * seen * (surface.paint > 0.5) * surface.area
        for measure in (_brightness, _redness):
            scores.append((_correlation(measure(colour), measure(own), mask, surface.points), _weight(measure(own), mask)))
    total = sum(weight for _, weight in scores)
    return float(sum(score * weight for score, weight in scores) / total) if total > 0 else 0.0


def _opened(path):
    """Return an image as PIL has it, upright, and a list of what is to be said of it."""
    from PIL import Image, ImageOps
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)          # size is checked before anything is unpacked
            image = Image.open(io.BytesIO(path.read_bytes()), formats=FORMATS)
        width, height = image.size
        _check_size(width, height, path)
        image.load()
    except FileNotFoundError:
        raise WinceError(f"there is no image at {path}: give a file with --from-uv") from None
    except Image.DecompressionBombError:
        raise WinceError(f"{path} has far more pixels than a skin needs: give at most {LARGEST} x {LARGEST}") from None
    except (OSError, SyntaxError, ValueError) as error:               # what PIL raises for broken and unknown files
        raise WinceError(f"{path} cannot be read as an image ({error}): give a PNG, JPEG or TIFF of 8 or 16 bits") from None
    return ImageOps.exif_transpose(image), []


def _check_size(width, height, path):
    if width != height:
        raise WinceError(f"{path} has {width} x {height} pixels: an atlas is square, give the whole of it")
    if not SMALLEST <= width <= LARGEST:
        raise WinceError(f"{path} has {width} x {height} pixels: give {SMALLEST} to {LARGEST} along a side")


def _linear(image, path, said):
    """Return linear sRGB (M, M, 3) float32 and what is shown (M, M) float32 0..1, both with row 0 at v = 0."""
    if image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;"):
        raise WinceError(f"{path} is a grey picture: give one in colour")
    clear = "A" in image.getbands() or "transparency" in image.info
    alpha = np.asarray(image.convert("RGBA").getchannel("A"), np.float32) / 255 if clear else np.ones(image.size[::-1], np.float32)
    display = np.asarray(_in_srgb(image.convert("RGB"), image.info.get("icc_profile"), path, said), np.float32) / 255
    shown = alpha * _opening(display.max(axis=2) > BLACK)
    return colours.decode(display[::-1]).astype(np.float32), np.ascontiguousarray(shown[::-1])


def _in_srgb(image, profile, path, said):
    """Return an image in sRGB, by the profile in its file if there is one."""
    if not profile:
        return image
    from PIL import ImageCms
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        said.append(f"{path}: its colour profile cannot be used, its colours are taken as sRGB")
        return image


def _opening(shown):
    """Return what is shown (M, M) float32 without its outermost pixels, whose colours are half black."""
    wide = np.pad(shown, 1, mode="edge")
    side = len(shown)
    return np.min([wide[i:i + side, j:j + side] for i in range(3) for j in range(3)], axis=0).astype(np.float32)


def _check(picture, alpha, path):
    known = alpha > 0.5
    if known.mean() < 0.05:
        raise WinceError(f"{path} is {1 - known.mean():.0%} black or transparent: give an image that shows the skin")
    if _brightness(picture[known]).std() < FLAT:
        raise WinceError(f"{path} is all of one colour: give an image that shows a skin")
    if np.abs(_redness(picture[known])).max() < GREY:
        raise WinceError(f"{path} is a grey picture: give one in colour")


def _own(surface):
    """Return u, v (N,) 0..1 of the texels of a Surface."""
    row, column = np.divmod(surface.index, surface.size)
    return (column + 0.5) / surface.size, (row + 0.5) / surface.size


def _elsewhere(path, surface):
    """Return u, v (N,) in another image of the texels of a Surface, nan where they have no place there."""
    try:
        found = np.load(path, allow_pickle=False)
        table = found if isinstance(found, np.ndarray) else found[found.files[0]]
    except (OSError, ValueError, IndexError, EOFError) as error:
        raise WinceError(f"the map of places {path} cannot be read ({error}): give a .npy of (size, size, 2), u and v 0..1") from None
    if table.ndim != 3 or table.shape[2] != 2 or table.shape[0] != table.shape[1] or not np.issubdtype(table.dtype, np.floating):
        raise WinceError(f"the map of places {path} holds {table.dtype} {table.shape}: give floats (size, size, 2), u and v 0..1")
    at = bilinear(table.astype(np.float64), *_own(surface))            # nan next to nan: what is half outside is outside
    outside = ~((at >= 0) & (at <= 1)).all(axis=1)
    at[outside] = np.nan
    return at[:, 0], at[:, 1]


def _sampled(picture, alpha, u, v, size):
    """Return colour (N, 3) and seen (N,) float32 of a picture at u, v; first made as small as `size` where that is given."""
    known = np.isfinite(u) & np.isfinite(v)
    layers = np.concatenate([picture * alpha[..., None], alpha[..., None]], axis=2)      # transparent pixels lend no colour to others
    if size is not None and len(layers) > size:
        layers = _smaller(layers, size)
    at = bilinear(layers, np.where(known, u, 0.5), np.where(known, v, 0.5))
    seen = np.where(known, np.clip(at[:, 3], 0, 1), 0)
    colour = at[:, :3] / np.maximum(at[:, 3:], 1e-4)
    return np.where(seen[:, None] > 0.01, colour, 0).astype(np.float32), np.where(seen > 0.01, seen, 0).astype(np.float32)


def _smaller(layers, size):
    """Return a picture (M, M, C) as (size, size, C): every pixel the mean of those it covers."""
    from PIL import Image
    parts = [Image.fromarray(np.ascontiguousarray(layer)).resize((size, size), Image.Resampling.BOX) for layer in np.moveaxis(layers, 2, 0)]
    return np.stack([np.asarray(part) for part in parts], axis=2)


def bilinear(picture, u, v):
    """Return the colours (N, C) of a picture (M, M, C) at u, v (N,) 0..1; row 0 at v = 0, edges repeat."""
    side = len(picture)
    x, y = (np.clip(np.asarray(at, float) * side - 0.5, 0, side - 1) for at in (u, v))
    left, low = (np.minimum(at.astype(int), side - 2) for at in (x, y))
    dx, dy = (x - left)[:, None], (y - low)[:, None]
    return ((1 - dy) * ((1 - dx) * picture[low, left] + dx * picture[low, left + 1])
            + dy * ((1 - dx) * picture[low + 1, left] + dx * picture[low + 1, left + 1]))


def _brightness(rgb):
    return np.log(np.maximum(colours.luminance(rgb), 1e-3))


def _redness(rgb):
    return np.log(np.maximum(rgb[..., 0], 1e-3) / np.maximum(rgb[..., 1], 1e-3))


def _levelled(values, mask, points):
    """Return values (N,) without what grows evenly along x, y and z: light does."""
    basis = np.concatenate([np.ones((len(points), 1)), points], axis=1).astype(float)
    root = np.sqrt(mask)
    return values - basis @ np.linalg.lstsq(basis * root[:, None], values * root, rcond=None)[0]


def _correlation(one, two, mask, points):
    here = mask > 0
    if np.count_nonzero(here) < 50:
        return 0.0
    mask, points = mask[here].astype(float), points[here]
    one, two = (_levelled(values[here], mask, points) for values in (one, two))
    spread = np.sqrt((mask @ one ** 2) * (mask @ two ** 2))
    return float(mask @ (one * two) / spread) if spread > 0 else 0.0


def _weight(values, mask):
    """Return how much a measure tells: how much the built-in skin itself differs there."""
    if not mask.sum() > 0:
        return 0.0
    share = mask / mask.sum()
    return float(np.sqrt(max(share @ values ** 2 - (share @ values) ** 2, 0)))


def _doubt(path, found, places, upside_down):
    """Return the sentence for an image that does not look as if it lay on the atlas."""
    start = f"{path} hardly looks like a skin on this atlas (agreement {found:.2f}, at least {ALIKE} is usual)"
    if upside_down > max(2 * found, ALIKE):
        return f"{start}: it seems to stand upside down"
    if places is not None:
        return f"{start}: check the map of places"
    return f"{start}: FFHQ-UV's and other layouts need a map of places, give it with --places"
