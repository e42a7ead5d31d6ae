"""Render this frame with labels, or a dataset of this person, in the background."""

from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty

from .. import preferences
from ..bridge import people
from ..bridge.face import IDENTITY
from ..core.errors import WinceError
from ..job import check, disk, expand, layout, resume, spec
from ..job.child import Child
from ..properties.render import KINDS, PAINS, SCENE
from ..stage import cameras
from . import background
from .base import IntoOutputs

PAIN = {"PSPI": None, "YES": True, "NO": False}


class _InBackground(IntoOutputs):
    """Starts a render of the active face, which a Blender of its own makes."""

    bl_options = {"REGISTER"}                             # noqa: RUF012 -- as Blender writes it

    wait: BoolProperty(name="Wait", options={"HIDDEN", "SKIP_SAVE"}, description="Wait for the end, as scripts do")


class WINCE_OT_render_frame(_InBackground, bpy.types.Operator):
    """Render this frame of the scene as it stands from all cameras, with labels of the active face, in the background.
Motion blur, depth of field, compositing, borders and transparent film are left out: they would blend the labels"""

    bl_idname = "wince.render_frame"
    bl_label = "Render Frame with Labels"

    kind: EnumProperty(name="Expression", items=KINDS, default="given", description="What the expression was meant to be")
    pain: EnumProperty(name="Pain", items=PAINS, default="PSPI", description="Whether pain was meant")

    def act(self, context, face):
        """Save a copy of the file, and have its frame rendered."""
        number = context.scene.frame_current
        expand.found(face.aus(), self.kind, PAIN[self.pain])             # refuse here what would be refused there
        out, take = preferences.outputs(context), take_of(context, face, self.kind, PAIN[self.pain])
        render = Child(f"Frame {number} of {face.mesh_object.name}", free_folder(out / f"frame_{number:04d}"))
        take = replace(take, blend=str(render.scratch / "scene.blend"))
        bpy.ops.wm.save_as_mainfile(filepath=take.blend, copy=True, check_existing=False)
        file = render.scratch / "TAKE.json"
        disk.write(file, spec.to_json(take).encode())
        background.start(context, render, [str(file), "--take"], self.wait)
        return f"{render.name}: {len(take.cameras)} cameras, into {render.out}{_unsaved()}"


class WINCE_OT_render_dataset(_InBackground, bpy.types.Operator):
    """Render a dataset of this person in the background: neutral, drawn expressions, named cameras and light, every label.
The face is the one of its identity: sculpts, own materials and props are not in it. The same dataset, cancelled, goes on"""

    bl_idname = "wince.render_dataset"
    bl_label = "Render Dataset of This Person"

    def act(self, context, face):
        """Write who it is, and have the job rendered."""
        options = context.scene.wince_render
        out = preferences.outputs(context) / options.dataset
        job = job_of(context, face, out)
        check.check(job, "the dataset's options")
        views = len(expand.samples(job))
        resume.refuse_other_job(out, job)
        _keep_identity(out, face.armature[IDENTITY])
        render = Child(f"Dataset {options.dataset}", out)
        file = render.scratch / "JOB.json"
        disk.write(file, spec.to_json(job).encode())
        background.start(context, render, [str(file)], self.wait)
        return f"{render.name}: {views} views, into {out}"


def take_of(context, face, kind, pain):
    """Return the Take of the present frame, its `blend` yet to be named.

    raises   WinceError where there is no camera
    """
    scene, options = context.scene, context.scene.wince_render
    job = spec.Job(name=f"{Path(bpy.data.filepath).stem or 'scene'}, frame {scene.frame_current}", seed=options.seed,
                   render=_settings(context), outputs=_outputs(options))
    check.check(job, "the render's options")
    return spec.Take("", scene.name, context.view_layer.name, face.armature.name,
                     cameras=tuple(obj.name for obj in _seen_by(context, face)), frame=float(scene.frame_current_final),
                     kind=kind, pain=pain, scripts=context.preferences.filepaths.use_scripts_auto_execute, job=job)


def job_of(context, face, out):
    """Return the Job of a dataset of one face's person, whose identity will lie in `out`."""
    options = context.scene.wince_render
    views = tuple(camera for _, camera in cameras.in_scene(context.scene, face))
    if options.dataset_cameras == SCENE and not views:
        raise WinceError("no camera stands around this face: add some in Wince's Cameras panel, or choose a named rig")
    return spec.Job(
        name=options.dataset, seed=options.seed, outputs=_outputs(options), pack=people.path_of(face.person.identity.pack_hash),
        people=spec.People(count=1, identities=(str(out / layout.IDENTITY),)),
        expressions=spec.Expressions(pain=options.pain_count, nonpain=options.nonpain_count,
                                     codes=(str(face.aus()),) if options.present_pose else ()),
        cameras=views if options.dataset_cameras == SCENE else (options.dataset_cameras,),
        lighting=spec.Lighting(lights=_chosen(options, "lights"), worlds=_chosen(options, "worlds")),
        render=spec.Render(resolution=tuple(options.resolution), samples=options.samples, denoiser=options.denoiser,
                           device=preferences.get(context).device))


def free_folder(folder):
    """Return a folder's path, numbered if there is one already: what was rendered before stays."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f"{folder.name}_{number}")
    return free


def _seen_by(context, face):
    """Return the camera objects to render from."""
    scene, wish = context.scene, context.scene.wince_render.cameras
    known = [obj for obj, _ in cameras.in_scene(scene, face if wish == "FACE" else None)] if wish != "ACTIVE" else []
    if not known and scene.camera is None:
        raise WinceError("the scene has no camera: add some in Wince's Cameras panel, or one with Add > Camera")
    return known or [scene.camera]


def _settings(context):
    """Return spec.Render as the options say."""
    scene, options, device = context.scene, context.scene.wince_render, preferences.get(context).device
    render = scene.render
    size = tuple(side * render.resolution_percentage // 100 for side in (render.resolution_x, render.resolution_y))
    if options.quality == "WINCE":
        return spec.Render(resolution=size, samples=options.samples, denoiser=options.denoiser, device=device)
    eevee = "EEVEE" in render.engine
    return spec.Render(engine="eevee" if eevee else "cycles", resolution=size, device=device,
                       samples=scene.eevee.taa_render_samples if eevee else scene.cycles.samples,
                       denoiser="auto" if scene.cycles.use_denoising else "none", view_transform=scene.view_settings.view_transform)


def _outputs(options):
    return tuple(name for name in spec.OPTIONAL_OUTPUTS if name in options.outputs)


def _chosen(options, name):
    """Return the chosen words of an option that takes several, in the order of its items."""
    items = options.bl_rna.properties[name].enum_items
    return tuple(item.identifier for item in items if item.identifier in getattr(options, name))


def _keep_identity(out, text):
    """Write who the dataset is of; refuse to mix two people under one name."""
    path = out / layout.IDENTITY
    if path.is_file() and path.read_text(encoding="utf-8") != text and resume.holds_samples(out):
        raise WinceError(f"{out} holds a dataset of another person: give this one another name")
    disk.write(path, text.encode())


def _unsaved():
    """Return a clause about painted images that the copy of the file cannot hold."""
    dirty = [image.name for image in bpy.data.images if image.is_dirty and image.source == "FILE" and not image.packed_file]
    return f"; {dirty[0]} has unsaved paint, which is not in the picture: save it (Image > Save)" if dirty else ""


CLASSES = (WINCE_OT_render_frame, WINCE_OT_render_dataset)
