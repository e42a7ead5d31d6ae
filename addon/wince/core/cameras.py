"""Views: where a camera stands, and its K, R, t.

A description (`Camera`) becomes numbers (`View`), and a camera that stands somewhere becomes a description. Pixel centres have
whole numbers, as in OpenCV: the centre of the top left pixel is (0, 0), so a projected point (x, y) lies in the pixel
`image[round(y), round(x)]`, and cx = (width - 1) / 2.
"""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from . import turns
from .errors import WinceError
from .streams import stream

LOOK_AT = ("face", "eyes", "mouth")
NEAREST_M = 0.03                       # a lens closer than this to the skin sees nothing one would call a view

# Columns: the x, y, z axes of a Blender camera that looks the face in the eyes (it looks along its own -Z).
FRONTAL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
BLENDER_TO_OPENCV = np.diag([1.0, -1.0, -1.0])
UNMOVED_M = 1e-6                       # a camera that stands this near to where its description says was not moved, Blender rounded it
UNCHANGED = 1e-6                       # the same for a lens, as a share


@dataclass(frozen=True)
class Camera:
    """One view, or with `generator` a family of views; the rest of a generator's words are in `params`."""

    __pydantic_config__ = {"extra": "forbid"}          # noqa: RUF012 -- read by pydantic only: an unknown key is an error
    name: str
    yaw_deg: float = 0.0                               # positive: the camera goes to the character's left
    pitch_deg: float = 0.0                             # positive: the camera goes up
    roll_deg: float = 0.0
    pan_deg: float = 0.0                               # after it has aimed, about its own axes; positive: it looks further to its right
    tilt_deg: float = 0.0                              # positive: it looks further up
    lens_mm: float = 85.0
    sensor_mm: float = 36.0
    distance_m: float | None = None                    # none: far enough that the face fills `fill` of the height
    fill: float = 0.6                                  # face height / picture height, when no distance is given
    resolution: tuple[int, int] | None = None          # none: the job's
    look_at: str = "face"                              # "face", "eyes", "mouth"
    generator: str | None = None                       # "arc", "dome", "jitter"
    params: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class View:
    """One camera in one place.

    K             (3, 3)  pixels
    R, t          (3, 3), (3,)  world -> OpenCV camera: x right, y down, z forward; metres
    matrix_world  (4, 4)  Blender camera -> world
    """

    name: str
    K: np.ndarray
    R: np.ndarray
    t: np.ndarray
    width: int
    height: int
    lens_mm: float
    sensor_mm: float
    distance_m: float
    matrix_world: np.ndarray


def view(camera, target, face_height, resolution):
    """Place a described camera before a face.

    camera       Camera without a generator
    target       (3,) metres, the point it looks at
    face_height  metres, chin to hairline; decides the distance where the camera gives none
    resolution   (width, height) of the job, where the camera has none of its own
    returns      View
    raises       WinceError for impossible numbers
    """
    check(camera)
    width, height = camera.resolution or resolution
    focal = camera.lens_mm / camera.sensor_mm * max(width, height)        # the sensor's long side lies along the picture's
    distance = camera.distance_m or focal * face_height / (camera.fill * height)
    turn = turns.rotation(*np.radians([camera.yaw_deg, camera.pitch_deg, camera.roll_deg])) @ FRONTAL
    matrix = np.eye(4)
    matrix[:3, 3] = np.asarray(target, float) + distance * turn[:, 2]
    matrix[:3, :3] = turn @ _swing(camera.pan_deg, camera.tilt_deg) if camera.pan_deg or camera.tilt_deg else turn
    K = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    return View(camera.name, K, *_extrinsics(matrix), width, height, camera.lens_mm, camera.sensor_mm, float(distance), matrix)


def moved(view, frame):
    """Return a view of a face that stands elsewhere: the picture stays the same.

    frame   core.aims.Frame of that face
    """
    matrix = frame.place(view.matrix_world)
    R, t = _extrinsics(matrix)
    return replace(view, R=R, t=t, distance_m=view.distance_m * frame.scale, matrix_world=matrix)


def describe(camera, matrix, lens_mm, sensor_mm, target, face_height, resolution, slack=UNMOVED_M):
    """Return the description of a camera as it stands: the inverse of `view`, exact for any place but the target itself.

    camera       Camera, what it was; a camera that still stands where that says comes back as it is, with its `fill`
    matrix       (4, 4) Blender camera -> the face's space, rigid
    lens_mm, sensor_mm   what it has now, the sensor along the picture's longer side
    target, face_height, resolution   as `view` takes them
    slack        metres and radians within which it still stands where it stood
    returns      Camera; a moved one has a `distance_m`, and `pan_deg` and `tilt_deg` where it looks past its target
    """
    if np.allclose([lens_mm, sensor_mm], [camera.lens_mm, camera.sensor_mm], rtol=UNCHANGED, atol=0):
        if np.abs(view(camera, target, face_height, resolution).matrix_world - matrix).max() <= slack:
            return camera
        lens_mm, sensor_mm = camera.lens_mm, camera.sensor_mm
    away = matrix[:3, 3] - target
    yaw, pitch = turns.bearing(away)
    left = (turns.rotation(yaw, pitch, 0) @ FRONTAL).T @ matrix[:3, :3]         # roll, pan, tilt; each is taken off before the next
    roll = -np.arctan2(left[1, 0], left[0, 0])
    left = FRONTAL.T @ turns.rotation(0, 0, -roll) @ FRONTAL @ left
    pan = np.arctan2(left[2, 0], left[0, 0])
    left = _swing(np.degrees(-pan), 0) @ left
    angles = np.degrees([yaw, pitch, roll, pan, np.arctan2(left[2, 1], left[1, 1])]) + 0.0      # no -0.0 in files
    named = dict(zip(("yaw_deg", "pitch_deg", "roll_deg", "pan_deg", "tilt_deg"), map(float, angles), strict=True))
    return replace(camera, **named, lens_mm=lens_mm, sensor_mm=sensor_mm, distance_m=float(np.linalg.norm(away)))


def _swing(pan_deg, tilt_deg):
    """Return the turn (3, 3) of a camera about its own axes: pan first."""
    (cp, sp), (ct, st) = ((np.cos(a), np.sin(a)) for a in np.radians([-pan_deg, tilt_deg]))
    return np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]]) @ np.array([[1, 0, 0], [0, ct, -st], [0, st, ct]])


def _extrinsics(matrix):
    """Return R (3, 3) and t (3,), world -> OpenCV camera, of a Blender camera's (4, 4)."""
    R = BLENDER_TO_OPENCV @ matrix[:3, :3].T
    return R, -R @ matrix[:3, 3]


def to_camera(view, points):
    """Return (N, 3) world points in the OpenCV frame of a view; z is the planar depth in metres."""
    return np.asarray(points, float) @ view.R.T + view.t


def project(view, points):
    """Return the pixel coordinates (N, 2) of world points (N, 3); points behind the camera come out as nan."""
    seen = to_camera(view, points) @ view.K.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(seen[:, 2:] > 0, seen[:, :2] / seen[:, 2:], np.nan)


def face_to_camera(view, head):
    """Return yaw, pitch, roll in radians of a head (3, 3 rotation, identity at rest) as the camera sees it."""
    camera = view.matrix_world[:3, :3] @ FRONTAL.T
    return turns.angles(camera.T @ head)


def check(camera):
    """Refuse a camera that could not exist.

    raises  WinceError, naming the camera, the field and what it may be
    """
    rules = (("lens_mm", camera.lens_mm > 0, "more than 0"),
             ("sensor_mm", camera.sensor_mm > 0, "more than 0"),
             ("fill", 0 < camera.fill <= 4, "between 0 and 4"),
             ("distance_m", camera.distance_m is None or camera.distance_m > 0, "more than 0"),
             ("look_at", camera.look_at in LOOK_AT, "one of " + ", ".join(LOOK_AT)),
             ("resolution", camera.resolution is None or min(camera.resolution) >= 8, "at least 8 x 8 pixels"))
    for name, good, cure in rules:
        if not good:
            raise WinceError(f"camera {camera.name!r}: {name} is {getattr(camera, name)!r}, it must be {cure}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", camera.name):
        raise WinceError(f"camera {camera.name!r}: a view's name becomes a folder, use small letters, digits, _ and -")


def check_outside(view, vertices, triangles):
    """Refuse a camera that stands in the head or touches it.

    vertices   (V, 3) metres
    triangles  (T, 3) int, the outer surface; it may be open at the neck
    raises     WinceError
    """
    if is_inside(view.matrix_world[:3, 3], vertices, triangles):
        raise WinceError(f"camera {view.name!r} stands inside the head or touches it ({view.distance_m:.2f} m from what it "
                         f"looks at): give it more distance_m, a longer lens_mm or a smaller fill")


def is_inside(point, vertices, triangles):
    """Tell whether a point (3,) is in the head or nearly touches it; the other arguments as in `check_outside`."""
    near = np.min(np.linalg.norm(vertices - point, axis=1))
    return bool(near < NEAREST_M or winding(point, vertices, triangles) > 0.5)


def winding(point, vertices, triangles):
    """Return how often a surface winds around a point: 1 inside a closed one, 0 outside, in between near an opening.

    point      (3,)
    vertices   (V, 3)
    triangles  (T, 3) int
    returns    float >= 0
    """
    corners = vertices[triangles] - point
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    volume = np.einsum("ti,ti->t", a, np.cross(b, c))
    spread = (la * lb * lc + np.einsum("ti,ti->t", a, b) * lc
              + np.einsum("ti,ti->t", b, c) * la + np.einsum("ti,ti->t", c, a) * lb)
    return abs(float(np.arctan2(volume, spread).sum())) / (2 * np.pi)


# Generators: one description, many cameras ---------------------------------------------------------------------------

def expand(cameras, seed=0, person=0):
    """Return the single cameras of a list in which some have a generator.

    cameras  descriptions
    seed     the dataset's seed and
    person   the person's number: only `jitter` draws, once per person, so that a person's views stay aligned
    returns  list of descriptions without a generator; names do not depend on seed or person
    raises   WinceError for an unknown generator or parameter, or two views of one name
    """
    single = [one for camera in cameras for one in _family(camera, seed, person)]
    names = [camera.name for camera in single]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WinceError(f"two views are called {twice[0]!r}: give each camera its own name")
    for camera in single:
        check(camera)
    return single


def _family(camera, seed, person):
    """Return the cameras that one description stands for."""
    if camera.generator is None:
        _refuse_unknown(camera, {})
        return [camera]
    if camera.generator not in GENERATORS:
        raise WinceError(f"camera {camera.name!r}: unknown generator {camera.generator!r}, known are {', '.join(GENERATORS)}")
    make, defaults = GENERATORS[camera.generator]
    _refuse_unknown(camera, defaults)
    given = defaults | camera.params
    if not 1 <= given["count"] <= 1000:
        raise WinceError(f"camera {camera.name!r}: count is {given['count']:g}, it must be between 1 and 1000")
    offsets = make(given, stream(seed, "camera", person, camera.name))
    return [_moved(camera, number, offset) for number, offset in enumerate(offsets)]


def _refuse_unknown(camera, known):
    """Refuse parameters that the camera's generator does not have."""
    if unknown := sorted(camera.params.keys() - known.keys()):
        words = ", ".join(known) if known else "none without a generator"
        raise WinceError(f"camera {camera.name!r}: unknown parameter {unknown[0]!r} in params, known are {words}")


def _moved(camera, number, offset):
    """Return a copy of a camera under its number, its angles moved by (yaw, pitch, roll) degrees and its fill scaled."""
    yaw, pitch, roll, closer = offset
    return replace(camera, name=f"{camera.name}_{number:02d}", generator=None, params={},
                   yaw_deg=camera.yaw_deg + float(yaw), pitch_deg=camera.pitch_deg + float(pitch),
                   roll_deg=camera.roll_deg + float(roll), fill=camera.fill * float(closer),
                   distance_m=camera.distance_m and camera.distance_m / float(closer))


def _arc(given, rng):
    """Evenly spaced yaws, both ends included."""
    yaws = np.linspace(given["from_deg"], given["to_deg"], int(given["count"]))
    return [(yaw, 0.0, 0.0, 1.0) for yaw in yaws]


def _dome(given, rng):
    """Arcs above each other: `count` cameras on each of `rings` rings."""
    pitches = np.linspace(given["low_deg"], given["high_deg"], int(given["rings"]))
    return [(yaw, pitch, 0.0, 1.0) for pitch in pitches for yaw, *_ in _arc(given, rng)]


def _jitter(given, rng):
    """Normal deviations around the description, in angle and in size on the picture."""
    spread = [given["yaw_deg"], given["pitch_deg"], given["roll_deg"], given["fill"]]
    drawn = rng.normal(size=(int(given["count"]), 4)).clip(-2.5, 2.5) * spread
    return [(yaw, pitch, roll, np.exp(closer)) for yaw, pitch, roll, closer in drawn]


GENERATORS = {
    "arc": (_arc, {"count": 5, "from_deg": -90.0, "to_deg": 90.0}),
    "dome": (_dome, {"count": 5, "rings": 3, "from_deg": -60.0, "to_deg": 60.0, "low_deg": -20.0, "high_deg": 40.0}),
    "jitter": (_jitter, {"count": 1, "yaw_deg": 15.0, "pitch_deg": 8.0, "roll_deg": 4.0, "fill": 0.08}),
}
