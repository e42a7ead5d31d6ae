"""Views and Blender's cameras: the one of a job, which is moved and never made anew, and those that an artist has in a scene.

A camera of a scene says by ID properties, which need no add-on to be kept: what it was described as (`wince_camera`, JSON of a
core.cameras.Camera), which face it is for (`wince_face`, the armature), and how both stood then (`wince_placed`, JSON). Where it
is now, and its lens, are Blender's own business: an artist changes them, and `described` reads them back.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

import bpy
import numpy as np
from mathutils import Matrix

from ..bridge import face as faces
from ..core import aims, cameras
from ..core.errors import WinceError
from . import collections

NAME = "wince camera"
CAMERA, FACE, PLACED = "wince_camera", "wince_face", "wince_placed"
DISPLAY_M = 0.08                       # size of a camera as drawn around a face of natural size; Blender's own is a metre
NEAR_M, FAR_M = 0.01, 100.0            # a face of natural size is seen between these
ROUNDED = 3e-7                         # by this share of its coordinates Blender may move what is put somewhere
SHEARED = 1e-4                         # cosine between two axes of a camera


def build(scene):
    """Make the camera of a scene and return its object."""
    camera = _new(NAME, scene.collection)
    scene.camera = camera
    return camera


def place(scene, camera, view):
    """Put the camera where a View stands, and give the scene the picture's size."""
    _put(camera, view)
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
    scene.render.resolution_percentage = 100


def _new(name, collection):
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    camera.data.sensor_fit = "AUTO"                       # the sensor's long side along the picture's, as in core.cameras
    camera.data.clip_start, camera.data.clip_end = NEAR_M, FAR_M
    collection.objects.link(camera)
    return camera


def _put(camera, view):
    camera.data.lens, camera.data.sensor_width = view.lens_mm, view.sensor_mm
    camera.matrix_world = Matrix(view.matrix_world.tolist())


# In an artist's scene ------------------------------------------------------------------------------------------------

@dataclass(frozen=True, eq=False)
class Stand:
    """How a face stands: its core.aims.Frame, what one may look at {name: (3,)} and its height in its own space, metres."""

    frame: aims.Frame
    targets: dict
    height: float

    def view(self, camera, resolution):
        """Return the View, in the world, of a description."""
        return cameras.moved(cameras.view(camera, self.targets[camera.look_at], self.height, resolution), self.frame)

    def describe(self, camera, matrix, optics, resolution):
        """Return the description of a camera that stands at a rigid (4, 4) in the world, with (lens_mm, sensor_mm)."""
        slack = cameras.UNMOVED_M + ROUNDED * float(np.abs(matrix[:3, 3]).max()) / self.frame.scale
        return cameras.describe(camera, self.frame.local(matrix), *optics, self.targets[camera.look_at], self.height, resolution, slack)


def stand(face):
    """Return the Stand of a RiggedFace as Blender last updated it; raises WinceError for one that is stretched or mirrored."""
    matrix = np.array(face.mesh_object.matrix_world)
    return Stand(aims.frame(matrix, face.mesh_object.name), aims.aims(face.person), aims.height(face.person))


def add(scene, face, wanted):
    """Make camera objects around a face, in a collection of their own; one that would stand in the head makes none.

    wanted   list of core.cameras.Camera without generators; a name that is taken gets a number
    returns  list of objects
    raises   WinceError
    """
    here, size = stand(face), scene_size(scene)
    for camera in wanted:
        _check_outside(cameras.view(camera, here.targets[camera.look_at], here.height, camera.resolution or size), face.person)
    taken, made = set(_names(scene).values()), []
    collection = collections.holding(scene, "cameras", "Wince Cameras")
    for camera in wanted:
        camera = replace(camera, name=_free(camera.name, taken))
        obj = _new(camera.name, collection)
        obj[FACE] = face.armature
        obj.data.display_size = DISPLAY_M * here.frame.scale
        _stand_at(obj, camera, here, size)
        made.append(obj)
    scene.camera = scene.camera or made[0]
    return made


def adopt(scene, face, obj):
    """Make any camera of a scene one for a face, as it stands."""
    here, size = stand(face), scene_size(scene)
    named = cameras.Camera(_free(_slug(obj.name), set(_names(scene).values())))
    camera = here.describe(named, _matrix(obj), _optics(obj, *size, scene), size)
    obj[FACE] = face.armature
    obj[CAMERA], obj[PLACED] = _to_text(camera), _placed(obj, camera, here)


def re_aim(scene, face, as_described=False):
    """Put a face's cameras where they belong after it has moved, or has become another person.

    Cameras that nobody has touched go where their description says; one that was moved by hand keeps how it stood to the face,
    unless `as_described`: then it goes back as well.
    returns   how many there are
    """
    here, size = stand(face), scene_size(scene)
    mine = [(obj, _told(obj) if as_described else _then(obj, scene)) for obj in of_face(scene, face)]
    for obj, camera in mine:
        _stand_at(obj, camera, here, size)
    return len(mine)


def listed(scene):
    """Return the camera objects of a scene that are for a face, by name."""
    return sorted((obj for obj in scene.objects if obj.type == "CAMERA" and CAMERA in obj), key=lambda obj: obj.name)


def of_face(scene, face):
    """Return the camera objects that are for a face, by name."""
    return [obj for obj in listed(scene) if obj.get(FACE) == face.armature
            or ((seen := face_of(obj, scene)) and seen.armature == face.armature)]


def in_scene(scene, face=None):
    """Return the cameras of a scene as they stand now, [(object, core.cameras.Camera)], by name; those whose face is gone left out.

    face     RiggedFace, to have its cameras only
    raises   WinceError for a camera that cannot be described
    """
    objects = [obj for obj in listed(scene) if face_of(obj, scene)] if face is None else of_face(scene, face)
    return [(obj, described(obj, scene)) for obj in objects]


def meant(context):
    """Return the face that is meant: as `bridge.face.active` has it, or the one that the active camera is for; None when unclear."""
    obj = context.active_object
    face = faces.active(context)
    return face_of(obj, context.scene) if face is None and obj and obj.type == "CAMERA" and CAMERA in obj else face


def remove(obj):
    """Delete a camera object, and its data unless another uses it."""
    data = obj.data
    bpy.data.objects.remove(obj)
    if not data.users:
        bpy.data.cameras.remove(data)


def face_of(obj, scene):
    """Return the RiggedFace that a camera is for: its own, or the only one in the scene; None when that is not clear."""
    armature = obj.get(FACE)
    if isinstance(armature, bpy.types.Object) and scene.objects.get(armature.name) == armature:
        return faces.of(armature)
    others = faces.in_scene(scene)
    return others[0] if len(others) == 1 else None


def described(obj, scene):
    """Return the core.cameras.Camera of a camera object as it stands now, in the space of its face: what a job would name.

    raises   WinceError for a camera that no View can be (orthographic, shifted, mirrored ...) or that has no face
    """
    size = size_of(obj, scene)
    camera = replace(_told(obj) if CAMERA in obj else cameras.Camera(_slug(obj.name)), name=_names(scene).get(obj) or _slug(obj.name))
    return stand(_face_of(obj, scene)).describe(camera, _matrix(obj), _optics(obj, *size, scene), size)


def view_of(obj, scene):
    """Return the core.cameras.View of a camera object as it stands, world metres; raises WinceError as `described` does."""
    return stand(_face_of(obj, scene)).view(described(obj, scene), size_of(obj, scene))


def size_of(obj, scene):
    """Return the (width, height) of a camera's picture: its own, or the scene's."""
    return (_told(obj).resolution if CAMERA in obj else None) or scene_size(scene)


def scene_size(scene):
    """Return the (width, height) of a scene's pictures."""
    render = scene.render
    return tuple(side * render.resolution_percentage // 100 for side in (render.resolution_x, render.resolution_y))


def was_moved(obj, face):
    """Tell whether a camera, or the RiggedFace it is for, stands elsewhere than when the camera was placed: "camera", "face" or None."""
    then = json.loads(obj.get(PLACED, "{}"))
    if not then:
        return None
    if differs(face.mesh_object.matrix_world, then["face"]):
        return "face"
    return None if _untouched(obj, then) else "camera"


def is_inside(obj, face):
    """Tell whether a camera stands inside the head of a RiggedFace or touches it; cheap where it is well away from it."""
    corners = np.array(face.mesh_object.bound_box)
    at = np.array(face.mesh_object.matrix_world.inverted_safe() @ obj.matrix_world.translation)
    if (at < corners.min(axis=0) - cameras.NEAREST_M).any() or (at > corners.max(axis=0) + cameras.NEAREST_M).any():
        return False
    return _in_head(face.person, tuple(at.round(4).tolist()))


def check_stands_outside(obj, scene):
    """Refuse a camera object that stands in the head of its face or touches it, with the sentence of `core.cameras.check_outside`."""
    face = _face_of(obj, scene)
    here, camera, size = stand(face), described(obj, scene), size_of(obj, scene)
    _check_outside(cameras.view(camera, here.targets[camera.look_at], here.height, size), face.person)


@lru_cache(maxsize=256)
def _in_head(person, at):
    return cameras.is_inside(np.array(at), person.base, aims.outside(person.pack))


def _check_outside(view, person):
    cameras.check_outside(view, person.base, aims.outside(person.pack))


# What a camera object says of itself ---------------------------------------------------------------------------------

def _stand_at(obj, camera, here, size):
    """Put a camera object where a description says, and have it say so."""
    _put(obj, here.view(camera, camera.resolution or size))
    obj.data.type, obj.data.sensor_fit, obj.data.shift_x, obj.data.shift_y = "PERSP", "AUTO", 0.0, 0.0
    obj.data.clip_start, obj.data.clip_end = NEAR_M * here.frame.scale, FAR_M * here.frame.scale
    obj[CAMERA], obj[PLACED] = _to_text(camera), _placed(obj, camera, here)


def _placed(obj, camera, here):
    """Return how a camera and its face stand, as text: enough to describe the camera later as it stood to the face."""
    face = faces.of(obj[FACE]).mesh_object.matrix_world
    return json.dumps({"camera": _rows(obj.matrix_world), "lens": _lens(obj), "face": _rows(face),
                       "target": here.targets[camera.look_at].tolist(), "height": here.height})


def _then(obj, scene):
    """Return the description of a camera as it stands now to its face as that stood when the camera was placed."""
    camera, size = _told(obj), size_of(obj, scene)
    then = json.loads(obj.get(PLACED, "{}"))
    if not then or _untouched(obj, then):
        return camera
    before = Stand(aims.frame(then["face"]), {camera.look_at: np.array(then["target"])}, then["height"])
    return before.describe(camera, _matrix(obj), _optics(obj, *size, scene), size)


def _untouched(obj, then):
    return not differs(obj.matrix_world, then["camera"]) and _lens(obj) == then["lens"]


def _lens(obj):
    return [obj.data.lens, obj.data.sensor_width, obj.data.sensor_fit]


def _told(obj):
    """Return the description that a camera object carries."""
    try:
        known = json.loads(obj[CAMERA])
        return cameras.Camera(**known | {"resolution": known.get("resolution") and tuple(known["resolution"])})
    except (ValueError, TypeError, AttributeError):
        raise WinceError(f"the camera {obj.name} no longer says what it was ({CAMERA} among its custom properties): delete it, "
                         f"or delete that property and use the camera anew") from None


def _to_text(camera):
    return json.dumps(asdict(camera))


def _names(scene):
    """Return the names of a scene's views, {object: name}: as described, or as the object was called since; no two are the same."""
    out = {}
    for obj in listed(scene):
        told = _told(obj).name
        kept = re.sub(r"\.\d+$", "", obj.name) == told       # Blender numbers what is called alike
        out[obj] = _free(told if kept else _slug(obj.name), set(out.values()))
    return out


def _slug(name):
    """Return a name that may be a view's, and so a folder's."""
    return re.sub(r"[^a-z0-9_-]+", "_", name.lower()).strip("_-") or "camera"


def _free(name, taken):
    """Return a name, numbered if it is among those taken; it counts as taken from now on."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _face_of(obj, scene):
    """Return the face of a camera, or raise."""
    face = face_of(obj, scene)
    if face is None:
        raise WinceError(f"the camera {obj.name} is for no face of this scene: select the face and the camera, and press Use Camera")
    return face


# What Blender knows of a camera --------------------------------------------------------------------------------------

def _matrix(obj):
    """Return the rigid (4, 4) at which a camera stands; Blender ignores a camera's scale, so do we."""
    matrix = np.array(obj.matrix_world)
    axes = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    if np.linalg.det(axes) < 0 or np.abs(axes.T @ axes - np.eye(3)).max() > SHEARED:
        raise WinceError(f"the camera {obj.name} is mirrored or sheared by its scale or its parent's: clear its scale (Alt-S)")
    across, _, along = np.linalg.svd(axes)
    matrix[:3, :3] = across @ along
    return matrix


def _optics(obj, width, height, scene):
    """Return (lens_mm, sensor_mm) of a camera, the sensor along the picture's longer side."""
    data, render = obj.data, scene.render
    if data.type != "PERSP":
        raise WinceError(f"the camera {obj.name} is {data.type.lower()}, and labels need a perspective one: choose that in its Lens panel")
    if data.shift_x or data.shift_y:
        raise WinceError(f"the camera {obj.name} is shifted: set Shift X and Y to 0 in its Lens panel, and turn the camera instead")
    if render.pixel_aspect_x != render.pixel_aspect_y:
        raise WinceError("the scene's pixels are not square: set both to 1 in Output Properties > Format > Aspect")
    fit = {"VERTICAL": (data.sensor_height, height), "HORIZONTAL": (data.sensor_width, width)}
    sensor, side = fit.get(data.sensor_fit, (data.sensor_width, max(width, height)))
    return data.lens, sensor * max(width, height) / side


def _rows(matrix):
    return [list(row) for row in matrix]


def differs(matrix, rows):
    """Tell whether a matrix (4, 4) is another than rows, beyond what Blender rounds."""
    have, had = np.array(matrix), np.array(rows)
    return bool(np.abs(have - had).max() > cameras.UNMOVED_M + ROUNDED * np.abs(had).max())
