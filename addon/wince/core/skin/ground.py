"""What a pack's atlas shows where: areas of the face as pictures of one size, made once and shared by all people."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .. import atlas
from ..steps import smoothstep
from . import areas

GROWN = 6                              # texels that a picture is grown over its edges, at 1024
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

    @property
    def texel(self):
        """Texels of this picture per texel of one with 1024: how sizes scale."""
        return self.size / 1024


@lru_cache(4)
def of(pack, size):
    """Return a pack's Ground of one size."""
    found = atlas.texels(pack.faces, pack.uv, pack.uv_faces, size)
    raster = Raster(found, max(1, round(GROWN * size / 1024)))
    maps = {name: raster.picture(values) for name, values in _values(pack).items()}
    maps |= _shapes(maps)
    area = raster.picture(_area(pack)) * maps["exterior"] * (1 - maps["lip"]) * (1 - maps["brow"]) * raster.covered
    return Ground(size, raster.covered, area, maps, raster)


class Raster:
    """Vertex values as flat pictures whose edges are grown."""

    def __init__(self, found, rounds):
        self.covered = found.covered().ravel()
        source = nearest(self.covered.reshape(found.size, -1), rounds)
        self._corners, self._weights = np.zeros((3, found.size ** 2), np.int32), np.zeros((3, found.size ** 2), np.float32)
        self._corners[:, found.index], self._weights[:, found.index] = found.corners.T, found.weights.T
        for whole in (self._corners, self._weights):
            for row in whole:
                np.multiply(row[source], source >= 0, out=row)

    def picture(self, values):
        """Return values (V,) as a picture."""
        values = values.astype(np.float32)
        return sum(weight * values[corner] for corner, weight in zip(self._corners, self._weights, strict=True))


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
            "auricle": areas.auricle(pack), "nose_tip": region["nose_tip"], "neck": region["neck"], **both}


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
        "temple": _blob(x, z, 60, 22, 13, 20) * (y < 95),
        "forehead": smoothstep(z, 18, 34) * (y < 90) * (1 - maps["scalp"]),
        "freckled": _blob(x, z, 26, -28, 34, 20) * (y < 85),
        "sunned": smoothstep(x, 22, 50) * (y < 110) * smoothstep(z, -80, -20) + smoothstep(z, 25, 45),
        "chin": _blob(x, z, 0, -90, 18, 12) * (y < 50),
        "muzzle": _blob(x, z, 0, -62, 34, 24) * (y < 60),
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
