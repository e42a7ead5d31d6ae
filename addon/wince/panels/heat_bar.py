"""The colour bar in the corner of a 3D view, while a face shows its heat: drawn, it is no part of the file."""

import blf
import bpy
import gpu
import numpy as np
from gpu_extras.batch import batch_for_shader

from ..bridge import face as faces
from ..bridge import geometry_nodes, heat
from ..core import heat_colours
from ..core.heatmap import TERMS

CLASSES = ()
WIDTH, HEIGHT, TICK, MARGIN, PAD, LINE = 14, 180, 5, 20, 10, 16           # pixels at interface scale 1
SLICES = 64
BACK, INK, FAINT = (0.06, 0.06, 0.07, 0.92), (0.95, 0.95, 0.95, 1.0), (0.72, 0.72, 0.72, 1.0)
FONT, SIZE = 0, 11.0
BESIDE = {"UI": "width", "ASSET_SHELF": "height"}         # regions that lie over the corner, and what they take of it
_handle = []


def _draw():
    context = bpy.context
    if context.space_data.overlay.show_overlays and (face := _shown(context)) is not None:
        term, maximum, _ = heat.settings(face)
        _draw_bar(context, _title(term), maximum)


def _shown(context):
    """Return the face whose bar is drawn: the active one, or the first that shows heat; None without."""
    if not any(geometry_nodes.GROUP in group for group in bpy.data.node_groups):
        return None                                       # the usual case, and scenes may be large
    first = faces.active(context)
    return next((face for face in (first, *faces.in_scene(context.scene)) if face is not None and heat.is_shown(face)), None)


def _title(term):
    """Return the lines above the bar."""
    aus = ", ".join(f"AU{number}" for number in TERMS.get(term.lower(), ()))
    return ("Pain heat, mm", f"{term}: {aus}") if aus else ("Pain heat, mm",)


def _draw_bar(context, title, maximum):
    scale = context.preferences.system.ui_scale
    px = {name: round(scale * size) for name, size in (("width", WIDTH), ("height", HEIGHT), ("tick", TICK), ("pad", PAD), ("line", LINE))}
    blf.size(FONT, SIZE * scale)
    box = max(blf.dimensions(FONT, line)[0] for line in title) + 2 * px["pad"]
    right, bottom = _corner(context, round(scale * MARGIN))
    left, top = right - box, bottom + px["height"] + 2 * px["pad"] + px["line"] * len(title) + px["pad"] // 2
    gpu.state.blend_set("ALPHA")
    _fill([(left, bottom, right, top)], BACK)
    x, y = left + px["pad"], bottom + px["pad"]
    _gradient(x, y, px["width"], px["height"])
    _ticks(x + px["width"], y, px, maximum)
    gpu.state.blend_set("NONE")
    for number, line in enumerate(title):
        _write(line, x, top - px["line"] * (number + 1), FAINT if number else INK)


def _corner(context, margin):
    """Return the lower right corner (x, y) that is free, pixels of the region."""
    over = [region for region in context.area.regions if min(region.width, region.height) > 1]
    taken = {kind: sum(getattr(region, side) for region in over if region.type == kind) for kind, side in BESIDE.items()}
    return context.region.width - taken["UI"] - margin, taken["ASSET_SHELF"] + margin


def _gradient(x, y, width, height):
    """Draw the scale, from 0 at the bottom up."""
    shares = np.linspace(0, 1, SLICES)
    colours = np.concatenate([heat_colours.overlay_rgb(shares) / 255, np.ones((SLICES, 1))], axis=1)
    points = [(x + side * width, y + share * height) for share in shares for side in (0, 1)]
    shader = gpu.shader.from_builtin("SMOOTH_COLOR")
    batch_for_shader(shader, "TRI_STRIP", {"pos": points, "color": np.repeat(colours, 2, axis=0).tolist()}).draw(shader)


def _ticks(x, y, px, maximum):
    marks = [(round(y + mark / maximum * px["height"]), mark) for mark in heat_colours.ticks(maximum)]
    _fill([(x, at, x + px["tick"], at + 1) for at, _ in marks], INK)
    for at, mark in marks:
        text = f"{mark:.3g}"
        _write(text, x + 2 * px["tick"], at - blf.dimensions(FONT, text)[1] / 2, INK)


def _fill(boxes, colour):
    """Fill rectangles (left, bottom, right, top) with one colour."""
    points = [corner for left, bottom, right, top in boxes
              for corner in ((left, bottom), (right, bottom), (right, top), (left, bottom), (right, top), (left, top))]
    shader = gpu.shader.from_builtin("UNIFORM_COLOR")
    shader.uniform_float("color", colour)
    batch_for_shader(shader, "TRIS", {"pos": points}).draw(shader)


def _write(text, x, y, colour):
    blf.color(FONT, *colour)
    blf.position(FONT, x, y, 0)
    blf.draw(FONT, text)


def register():
    """Draw it from now on, where heat is shown."""
    if not bpy.app.background:
        _handle.append(bpy.types.SpaceView3D.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister():
    """Draw it no more."""
    while _handle:
        bpy.types.SpaceView3D.draw_handler_remove(_handle.pop(), "WINDOW")
