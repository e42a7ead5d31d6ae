"""Skin under known light: a head whose albedo is known, lit by Cycles with its shadows and bounces, baked on the atlas; and how far off."""

import bpy
import mathutils
import numpy as np

from wince.core import aims, colour

# Each light: suns (towards, strength, degrees wide, colour), lamps (off the face in m, metres wide, watts, colour), sky (colour, strength)
WHITE, WARM, COOL = (1, 1, 1), (1, 0.9, 0.78), (0.82, 0.91, 1)
LIGHTS = {
    "sun from the side": ([((0.8, -0.5, 0.35), 3, 0.5, WHITE)], [], (WHITE, 0.35)),
    "sun from above": ([((0.15, -0.45, 0.88), 3, 0.5, WHITE)], [], (WHITE, 0.4)),
    "hazy sun": ([((0.75, -0.6, 0.3), 2.5, 40, WHITE)], [], (WHITE, 0.2)),
    "window": ([], [((0.9, -0.7, 0.3), 1.0, 25, COOL)], (WARM, 0.15)),
    "three points": ([], [
        ((0.8, -1.0, 0.6), 0.5, 22, WARM), ((-1.0, -0.9, 0.1), 0.9, 9, COOL), ((-0.5, 0.9, 0.7), 0.4, 22, WHITE)], (WHITE, 0.05)),
    "softbox": ([], [((0.0, -1.0, 0.7), 1.0, 30, WHITE)], (WHITE, 0.12)),
    "even sky": ([], [], (WHITE, 1.0)),
}


def baked(person, albedo, light, samples):
    """Return the colours (S, S, 3) float32 linear of a diffuse skin of an albedo (S, S, 3) under one of LIGHTS, row 0 at v = 0."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.diffuse_bounces = "CYCLES", samples, 3
    scene.render.threads_mode, scene.render.threads = "FIXED", 2
    head = _head(person)
    target = _painted(head, albedo)
    _lit(light, aims.aims(person)["face"])
    head.select_set(True)
    bpy.context.view_layer.objects.active = head
    scene.render.bake.use_pass_color = False
    bpy.ops.object.bake(type="DIFFUSE", pass_filter={"DIRECT", "INDIRECT"}, margin=0, use_clear=True)
    return _pixels(target)[..., :3] * albedo


def errors(found, truth, surface):
    """Return how far an albedo (N, 3) is off the true one over bare skin, its mean set right.

    returns   {"median", "mean", "p95": CIEDE2000, "rms": relative, of luminance}
    """
    weight = surface.skin * surface.area
    found, truth, weight = found[weight > 0], truth[weight > 0], weight[weight > 0] / weight.sum()
    found = np.clip(found * ((weight @ truth) / (weight @ found)), 0, 4)
    off = colour.difference(colour.to_lab(found), colour.to_lab(truth))
    order = np.argsort(off)
    median, most = (float(off[order][np.searchsorted(np.cumsum(weight[order]), share)]) for share in (0.5, 0.95))
    ratio = colour.luminance(found) / colour.luminance(truth) - 1
    return {"median": median, "mean": float(weight @ off), "p95": most, "rms": float(np.sqrt(weight @ ratio ** 2))}


def _head(person):
    pack = person.pack
    mesh = bpy.data.meshes.new("head")
    corners = [3 if face[2] == face[3] else 4 for face in pack.faces]
    mesh.from_pydata(person.base.tolist(), [], [face[:count].tolist() for face, count in zip(pack.faces, corners, strict=True)])
    loops = np.concatenate([face[:count] for face, count in zip(pack.uv_faces, corners, strict=True)])
    mesh.uv_layers.new(name="atlas").data.foreach_set("uv", pack.uv[loops].astype(np.float32).ravel())
    mesh.shade_smooth()
    head = _linked("head", mesh)
    finer = head.modifiers.new("finer", "SUBSURF")
    finer.levels = finer.render_levels = 1
    finer.uv_smooth = "NONE"
    for side, eye in person.eyes.items():
        ball = bpy.data.meshes.new(f"eye.{side}")
        ball.from_pydata((pack.eye_vertices * eye.radius + eye.centre).tolist(), [], pack.eye_faces.tolist())
        _linked(ball.name, ball)
    return head


def _painted(head, albedo):
    """Give a head a diffuse albedo; returns the image that is baked to."""
    size = len(albedo)
    material = bpy.data.materials.new("skin")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    out, diffuse, picture, target = (nodes.new(f"ShaderNode{kind}") for kind in ("OutputMaterial", "BsdfDiffuse", "TexImage", "TexImage"))
    links.new(diffuse.outputs[0], out.inputs[0])
    links.new(picture.outputs[0], diffuse.inputs[0])
    for node, name in ((picture, "albedo"), (target, "baked")):
        node.image = bpy.data.images.new(name, size, size, float_buffer=True)
        node.image.colorspace_settings.name = "Non-Color"
    picture.image.pixels.foreach_set(np.dstack([albedo, np.ones((size, size), np.float32)]).astype(np.float32).ravel())
    nodes.active = target
    head.data.materials.append(material)
    return target.image


def _lit(light, middle):
    suns, lamps, (tint, strength) = LIGHTS[light]
    for number, (towards, power, wide, rgb) in enumerate(suns):
        sun = bpy.data.lights.new(f"sun {number}", "SUN")
        sun.energy, sun.angle, sun.color = power, np.radians(wide), rgb
        _linked(sun.name, sun).rotation_euler = mathutils.Vector(towards).to_track_quat("Z", "Y").to_euler()
    for number, (off, wide, watts, rgb) in enumerate(lamps):
        lamp = bpy.data.lights.new(f"lamp {number}", "AREA")
        lamp.energy, lamp.size, lamp.color = watts, wide, rgb
        stand = _linked(lamp.name, lamp)
        stand.location = middle + np.array(off)
        stand.rotation_euler = mathutils.Vector(off).to_track_quat("Z", "Y").to_euler()
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    sky = world.node_tree.nodes["Background"]
    sky.inputs[0].default_value, sky.inputs[1].default_value = (*tint, 1), strength
    bpy.context.scene.world = world


def _linked(name, data):
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def _pixels(image):
    out = np.empty(image.size[0] * image.size[1] * 4, np.float32)
    image.pixels.foreach_get(out)
    return out.reshape(image.size[1], image.size[0], 4)
