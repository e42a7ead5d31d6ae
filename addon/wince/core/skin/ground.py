"""What a pack's atlas shows where: areas of the face as pictures of one size, made once and shared by all people."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import atlas
from ..steps import smoothstep
from . import areas

GROWN = 6                              # texels that a picture is grown over its edges, at 1024
BLOCK = 1 << 15                        # texels that are worked on at once: a picture's scratch would not fit the processor's cache
RINGS_OUT = 12.0                       # ring number where there are no rings
VERMILION = (6.7, 6.15)                # the ring where the red of the lips ends, above and below
WET = 0.6                              # ring inside which lips are wet lining
LID_MARGIN = 2.6                       # ring inside which an eyelid is its pink margin


@dataclass(frozen=True, eq=False)
class Ground:
    """Pictures (size * size,) float32 by name, flat, row 0 at v = 0; what does not show the mesh repeats the nearest that does.

    covered   (size * size,) bool: texels that show the mesh
    area      (size * size,) m2 of exterior skin that a texel shows on the average adult, without lips and brows
    raster    Raster, for what is not the same for all people
    """

    size: int
    covered: np.ndarray
    area: np.ndarray
    maps: dict
    raster: object

    def __getattr__(self, name):
        try:
            return self.__dict__["maps"][name]
        except KeyError:
            raise AttributeError(name) from None

    def at(self, texels):
        """Return what the pictures say at some texels (n,) alone, under the same names."""
        return _Places(self.maps, texels)

    @property
    def texel(self):
        """Texels of this picture per texel of one with 1024: how sizes scale."""
        return self.size / 1024


class _Places:
    """Some texels of pictures: each picture is looked up when it is asked for."""

    def __init__(self, maps, texels):
        self._maps, self._texels = maps, texels

    def __getattr__(self, name):
        return self._maps[name][self._texels]


@lru_cache(4)
def of(pack, size):
    """Return a pack's Ground of one size."""
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, size)
    raster = Raster(found, max(1, round(GROWN * size / 1024)))
    maps = raster.pictures(_values(pack))
    maps |= _in_blocks(_shapes, maps)
    area = raster.picture(_area(pack)) * maps["exterior"] * (1 - maps["lip"]) * (1 - maps["brow"]) * raster.covered
    return Ground(size, raster.covered, area, maps, raster)


class Raster:
    """Vertex values as flat pictures whose edges are grown."""

    def __init__(self, found, rounds):
        self.covered = found.covered().ravel()
        source = nearest(self.covered.reshape(found.size, -1), rounds)
        self._corners, self._weights = np.zeros((3, found.size ** 2), np.int32), np.zeros((3, found.size ** 2), np.float32)
        entry = np.zeros(found.size ** 2, np.int32)       # of `found`, by texel
        entry[found.index] = np.arange(len(found.index), dtype=np.int32)
        for part in blocks(len(source)):
            shown, one = np.flatnonzero(source[part] >= 0), source[part]
            one = entry[one[shown]]
            self._corners[:, part.start + shown], self._weights[:, part.start + shown] = found.corners[one].T, found.weights[one].T

    def picture(self, values):
        """Return values (V,) as a picture."""
        return self.pictures({"": values})[""]

    def pictures(self, values):
        """Return values {name: (V,)} as pictures; all at once is quicker."""
        rows = {name: row.astype(np.float32) for name, row in values.items()}
        out = {name: np.zeros(self._corners.shape[1], np.float32) for name in rows}
        scratch = np.empty(BLOCK, np.float32)
        for part in blocks(self._corners.shape[1]):
            corners, weights, part_scratch = self._corners[:, part], self._weights[:, part], scratch[:part.stop - part.start]
            for name, row in rows.items():
                for corner, weight in zip(corners, weights, strict=True):
                    np.take(row, corner, out=part_scratch, mode="clip")               # "raise" would make a copy
                    part_scratch *= weight
                    out[name][part] += part_scratch
        return out


def blocks(count):
    """Return slices that cover a flat picture."""
    return [slice(first, min(first + BLOCK, count)) for first in range(0, count, BLOCK)]


def add(out, pairs):
    """Add pictures (N,) to one, in place: each times its factor, pairs of (float, picture) in order."""
    scratch = np.empty(BLOCK, np.float32)
    for part in blocks(len(out)):
        here, spare = out[part], scratch[:part.stop - part.start]
        for factor, picture in pairs:
            here += np.multiply(picture[part], np.float32(factor), out=spare)


def _in_blocks(function, maps):
    """Return what a function makes of pictures {name: (N,)} texel by texel."""
    count, out = len(next(iter(maps.values()))), {}
    for part in blocks(count):
        for name, values in function({name: picture[part] for name, picture in maps.items()}).items():
            out.setdefault(name, np.empty(count, values.dtype))[part] = values
    return out


def nearest(covered, rounds):
    """Return which covered texel each texel repeats, flat: itself, one that is near, or -1; grown ring by ring."""
    size = len(covered)
    source = np.where(covered, np.arange(size * size, dtype=np.int32).reshape(size, size), -1)
    for _ in range(rounds):
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            beside = np.roll(source, step, axis)
            np.copyto(source, beside, where=source < 0)
    return source.ravel()


def _values(pack):
    """Return what vertices say, {name: (V,)}."""
    points, region = areas.frontal(pack), pack.regions
    mouth, lid = np.full(len(points), RINGS_OUT), np.full(len(points), RINGS_OUT)
    for number, ring in reversed(list(enumerate(pack.mouth_rings))):
        mouth[ring] = number
    for eye in pack.eye_rings:
        for number, ring in reversed(list(enumerate(eye))):
            lid[ring] = np.minimum(lid[ring], number)
    both = {name: region[f"{name}.L"] + region[f"{name}.R"] for name in ("nose_wing", "lower_lid", "upper_lid", "mouth_corner")}
    return {"x": points[:, 0], "y": points[:, 1], "z": points[:, 2], "mouth": mouth, "lid": lid, "depth": pack.brow,
            "exterior": pack.exterior.astype(float), "beard": areas.beard_area(pack), "scalp": areas.scalp_area(pack),
            "auricle": areas.auricle(pack), "nose_tip": region["nose_tip"], "neck": region["neck"],
            "across": areas.texel(pack)[:, 0], "down": areas.texel(pack)[:, 1], "crisp": 1 - areas.coarse(pack), **both}


def _shapes(maps):
    """Return what follows from those texel by texel, where edges are crisp."""
    x, y, z = np.abs(maps["x"]), maps["y"], maps["z"]
    upper = smoothstep(z, -67.5, -64.5)
    edge = VERMILION[0] * upper + VERMILION[1] * (1 - upper)
    lip = smoothstep(edge - maps["mouth"], -0.18, 0.22)
    out = {
        "lip": lip, "upper": upper, "wet": smoothstep(WET - maps["mouth"], -0.5, 0.5),
        "lid_margin": smoothstep(LID_MARGIN - maps["lid"], -0.5, 0.5),
        "brow": smoothstep(maps["depth"], -0.9, 1.1),
        "rim": np.exp(-((maps["mouth"] - edge - 0.55) / 0.35) ** 2) * (maps["mouth"] < 9),
        "cheek": _blob(x, z, 38, -36, 20, 17) * (y < 80),
        "trough": _blob(x, z, 24, -14, 13, 6) * (y < 60),
        "socket": _blob(x, z, 30, -2, 21, 13) * (y < 70),
        "orbit": np.maximum(_blob(x, z, 29, -8, 19, 8), _blob(x, z, 17, -3, 8, 9)) * (y < 70),
        "temple": _blob(x, z, 60, 22, 13, 20) * (y < 95),
        "alar": _blob(x, z, 20, -41, 6, 9) * (y < 50),
        "bridge": _blob(x, z, 0, -22, 11, 14) * (y < 40),
        "throat": smoothstep(-z, 100, 125) * (y < 110),
        "breast": smoothstep(-z, 165, 205) * (y < 120) * smoothstep(-x, -110, -50),
        "forehead": smoothstep(z, 18, 34) * (y < 90) * (1 - maps["scalp"]),
        "freckled": _blob(x, z, 26, -28, 34, 20) * (y < 85),
        "sunned": smoothstep(x, 22, 50) * (y < 110) * smoothstep(z, -80, -20) + smoothstep(z, 25, 45),
        "chin": _blob(x, z, 0, -90, 18, 12) * (y < 50),
        "muzzle": _blob(x, z, 0, -62, 34, 24) * (y < 60),
        "corner": np.maximum(_blob(x, z, 27, -70, 8, 9), 0.7 * _blob(x, z, 0, -80, 16, 5)) * (y < 60),
    }
    return {name: np.asarray(values, np.float32) for name, values in out.items()}


def _blob(x, z, at_x, at_z, wide, high):
    """Return a soft spot around a point of the frontal plane, 1 in its middle."""
    return np.exp(-1.1 * (((x - at_x) / wide) ** 2 + ((z - at_z) / high) ** 2))


def _area(pack):
    """Return how much of the mesh there is per unit of the atlas around each vertex, (V,) m2."""
    mesh, chart = np.zeros(len(pack.base)), np.zeros(len(pack.base))
    points, uv = pack.base.astype(float), pack.uv.astype(float)
    for half in ([0, 1, 2], [0, 2, 3]):
        a, b, c = np.moveaxis(points[pack.faces[:, half]], 1, 0)
        p, q, r = np.moveaxis(uv[pack.uv_faces[:, half]], 1, 0)
        real = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        flat = np.abs((q - p)[:, 0] * (r - p)[:, 1] - (q - p)[:, 1] * (r - p)[:, 0])
        for k in half:
            np.add.at(mesh, pack.faces[:, k], real)
            np.add.at(chart, pack.faces[:, k], flat)
    return mesh / np.maximum(chart, 1e-12)
