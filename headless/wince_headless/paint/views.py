"""The cameras that a head is painted from."""

from dataclasses import dataclass

import numpy as np

from wince.core import aims, cameras
from wince.core.errors import WinceError

from . import surface

LENS_MM = 100.0                        # long, so that a face looks as portraits do and no cheek hides behind its own curve
MARGIN = 0.04                          # of the picture left free around the head
PIXELS = 512                           # where neither settings nor backend say
ROUNDS = 4                             # of aiming and stepping back

# name: yaw, pitch in degrees, and the words that a prompt begins with
FACE7 = (("front", 0, 0, "front view of"),
         ("left40", 40, 0, "left three-quarter view of"), ("right40", -40, 0, "right three-quarter view of"),
         ("left90", 90, 0, "left profile view of"), ("right90", -90, 0, "right profile view of"),
         ("above", 0, 25, "high angle front view of"), ("below", 0, -25, "low angle front view of"))
BACK = (("back", 180, 0, "back view of"),)
REAR = (("left140", 140, 0, "rear left side view of"), ("right140", -140, 0, "rear right side view of"))
# Of what is painted, by area, 10 people: face7 sees 91 % at a cosine above 0.2 (the nape and the backs of the ears are missing),
# face8 96 %, face9 97 % (nostrils, folds of the ears and where lips touch are missing).
RIGS = {"face7": FACE7, "face8": (*FACE7, *BACK), "face9": (*FACE7, *REAR)}


@dataclass(frozen=True, eq=False)
class PaintView:
    """One view of a head, and how a prompt calls it: "front view of"."""

    view: cameras.View
    words: str


def around(person, settings):
    """Return the PaintViews of a rig, a list: all at one distance, each with the head in the middle of its picture, whole.

    person    core.face.Person
    settings  paint.settings.Settings: `views`, `view_size` in pixels
    raises    WinceError for a rig that there is not
    """
    if settings.views not in RIGS:
        raise WinceError(f"there is no camera rig {settings.views!r}, set views to one of {', '.join(RIGS)}")
    size = settings.view_size or PIXELS
    head = person.base[surface.painted(person.pack) > 0.05]
    start = aims.aims(person)["face"]
    rig = [(cameras.Camera(name, yaw_deg=yaw, pitch_deg=pitch, lens_mm=LENS_MM), words) for name, yaw, pitch, words in RIGS[settings.views]]
    found = [_aimed(camera, head, start, size) for camera, _ in rig]
    distance = max(distance for _, distance in found)
    return [PaintView(_placed(camera, target, distance, size), words) for (camera, words), (target, _) in zip(rig, found, strict=True)]


def _placed(camera, target, distance, size):
    """Return the View of a camera that stands so far from where it looks."""
    given = cameras.Camera(camera.name, camera.yaw_deg, camera.pitch_deg, lens_mm=camera.lens_mm, distance_m=float(distance))
    return cameras.view(given, target, 1.0, (size, size))


def _aimed(camera, head, target, size):
    """Return where a camera looks (3,) and from how far, so that points (N, 3) fill its picture from margin to margin."""
    distance = 1.0
    for _ in range(ROUNDS):
        view = _placed(camera, target, distance, size)
        x, y = (cameras.project(view, head) / (size - 1) - 0.5).T
        middle, spread = np.array([x.max() + x.min(), y.max() + y.min()]) / 2, max(np.ptp(x), np.ptp(y))
        metres = middle * (size - 1) * distance / view.K[0, 0]
        target = target + metres @ view.R[:2]
        distance = distance * spread / (1 - 2 * MARGIN)
    return target, distance
