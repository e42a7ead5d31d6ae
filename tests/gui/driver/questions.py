"""Runs inside Blender: answers questions about its state; whatever is done, is done by mouse and keyboard.

A question is a Python expression in the file `ask.json` of the shared folder, its answer a JSON object in `answer.json`.
A timer of Blender's looks for it, so that questions are answered while a menu is open or a slider is dragged.
"""

import base64
import json
import os
import sys
import traceback
from pathlib import Path

import blf
import bpy
import gpu
import numpy as np
from mathutils import Matrix

FOLDER = Path(__file__).parent
EVERY = 0.03                    # seconds between two looks
AU_BONE = "face"


def label(text, points=None):
    """Draw a text as Blender's buttons have it; return [width, height, base64 of its coverage, a byte a pixel, top row first]."""
    system, style = bpy.context.preferences.system, bpy.context.preferences.ui_styles[0]
    size = (points or style.widget.points) * system.dpi / 72
    blf.size(0, size)
    width, height = int(blf.dimensions(0, text)[0]) + 16, int(size * 2)
    screen = gpu.types.GPUOffScreen(width, height)
    with screen.bind(), gpu.matrix.push_pop(), gpu.matrix.push_pop_projection():
        frame = gpu.state.active_framebuffer_get()
        frame.clear(color=(0, 0, 0, 1))
        gpu.matrix.load_matrix(Matrix.Identity(4))
        gpu.matrix.load_projection_matrix(Matrix(((2 / width, 0, 0, -1), (0, 2 / height, 0, -1), (0, 0, 1, 0), (0, 0, 0, 1))))
        blf.position(0, 4, int(size * 0.6), 0)
        blf.color(0, 1, 1, 1, 1)
        blf.draw(0, text)
        pixels = frame.read_color(0, 0, width, height, 4, 0, "UBYTE")
    screen.free()
    pixels.dimensions = width * height * 4
    cover = np.frombuffer(bytes(pixels), np.uint8).reshape(height, width, 4)[::-1, :, 0]
    return [width, height, base64.b64encode(cover.tobytes()).decode()]


def faces():
    """Return the names of the face meshes in the scene."""
    return sorted(obj.name for obj in bpy.context.scene.objects if obj.get("wince_part") == "face")


def points(name=None):
    """Return where the vertices of a face's evaluated mesh are, [x, y, z, x, ...] in metres, own space, without subdivision."""
    obj = bpy.data.objects[name or faces()[0]]
    evaluated = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
    out = np.empty(len(evaluated.data.vertices) * 3, np.float32)
    evaluated.data.vertices.foreach_get("co", out)
    return np.round(out.astype(float), 6).tolist()


def rig(name=None):
    """Return the armature of a face mesh."""
    return bpy.data.objects[name or faces()[0]].parent


def aus(name=None):
    """Return the face's action units that are not zero, {key: value}, as they lie in the file."""
    held = rig(name).pose.bones[AU_BONE]
    return {key: held[key] for key in held.keys() if key.startswith("AU") and held[key]}


def painted():
    """Return the names of painted skins that a face shows."""
    return [image.name for image in bpy.data.images if "wince_texture" in image and image.users]


def operators():
    """Return {bl_idname: label} of the operators of ours that are meant for people."""
    ours = [cls for cls in bpy.types.Operator.__subclasses__() if getattr(cls, "bl_idname", "").startswith("wince.")]
    return {cls.bl_idname: cls.bl_label for cls in ours if "INTERNAL" not in getattr(cls, "bl_options", ())}


def area(kind="VIEW_3D"):
    """Return the rectangles of an area's regions on the screen, {region type: [left, top, right, bottom]}; top row is 0."""
    window = bpy.context.window_manager.windows[0]
    found = next(area for area in window.screen.areas if area.type == kind)
    return {r.type: [r.x, window.height - r.y - r.height, r.x + r.width, window.height - r.y] for r in found.regions if r.width > 1}


def _serve():
    question = FOLDER / "ask.json"
    if question.is_file():
        text = json.loads(question.read_text())
        question.unlink()
        _answer(text)
    return EVERY


def _answer(text):
    try:
        answer = {"value": eval(text, globals())}
    except Exception:                                       # whatever went wrong is the test's to show
        answer = {"error": traceback.format_exc()}
    temporary = FOLDER / "answer.part"
    temporary.write_text(json.dumps(answer, default=str))
    os.replace(temporary, FOLDER / "answer.json")


if __name__ == "__main__":
    sys.path.append(str(FOLDER))
    bpy.app.timers.register(_serve, persistent=True)
