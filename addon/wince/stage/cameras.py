"""A View into Blender's one camera, which is moved, never made anew."""

import bpy
from mathutils import Matrix

NAME = "wince camera"


def build(scene):
    """Make the camera of a scene and return its object."""
    camera = bpy.data.objects.new(NAME, bpy.data.cameras.new(NAME))
    camera.data.sensor_fit = "AUTO"                       # the sensor's long side along the picture's, as in core.cameras
    camera.data.clip_start, camera.data.clip_end = 0.01, 100.0
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def place(scene, camera, view):
    """Put the camera where a View stands, and give the scene the picture's size."""
    camera.data.lens, camera.data.sensor_width = view.lens_mm, view.sensor_mm
    camera.matrix_world = Matrix(view.matrix_world.tolist())
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
    scene.render.resolution_percentage = 100
