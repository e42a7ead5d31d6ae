"""What renders: engine, device, denoiser. What is asked for and missing is refused; what `auto` takes is recorded."""

from dataclasses import dataclass

import bpy

from ..core.errors import WinceError

BACKENDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")        # fastest first, where a machine has several
DENOISERS = {"oidn": "OPENIMAGEDENOISE", "none": None}


@dataclass(frozen=True)
class Chosen:
    """What is used: engine "cycles" or "eevee", device "CPU" or a GPU backend, denoiser "oidn" or "none"."""

    engine: str
    device: str
    denoiser: str


def available_backends():
    """Return the GPU backends that this Blender offers and that find a device, fastest first."""
    preferences = _preferences()
    return tuple(backend for backend in BACKENDS if _devices(preferences, backend))


def available_denoisers():
    """Return the denoisers of this Blender by our names; a build without OIDN has "none" only."""
    return tuple(name for name, identifier in DENOISERS.items() if identifier is None or _accepts(identifier))


def choose(render):
    """Return what a job's wishes come to on this machine.

    render   job.spec.Render
    returns  Chosen
    raises   WinceError when the wish cannot be met
    """
    _known("engine", render.engine, ("cycles", "eevee"))
    _check_view_transform(render.view_transform)
    denoiser = _denoiser(render.denoiser) if render.engine == "cycles" else "none"
    device = _device(render.device) if render.engine == "cycles" else "GPU"
    return Chosen(render.engine, device, denoiser)


def apply(scene, chosen, samples, threads=0):
    """Set a scene up for Cycles as chosen; EEVEE pictures still take their labels from Cycles.

    threads  0: all
    """
    scene.render.engine = "CYCLES"
    scene.cycles.samples = scene.eevee.taa_render_samples = samples
    scene.cycles.use_adaptive_sampling = False            # would blend the label passes over fewer samples
    scene.cycles.use_light_tree = False                   # with three lamps it only costs, a tenth of the time
    scene.cycles.denoising_prefilter = "NONE"             # the guides are clean enough; smoothed, pores and wrinkles go with the noise
    scene.cycles.device = "CPU" if chosen.device == "CPU" or chosen.engine == "eevee" else "GPU"
    if scene.cycles.device == "GPU":
        _use(chosen.device)
    scene.cycles.use_denoising = chosen.denoiser != "none"
    if scene.cycles.use_denoising:
        scene.cycles.denoiser = DENOISERS[chosen.denoiser]
    scene.render.threads_mode = "FIXED" if threads else "AUTO"
    if threads:
        scene.render.threads = threads


def _denoiser(wish):
    """Return the denoiser for a wish of "auto", "oidn" or "none"."""
    _known("denoiser", wish, ("auto", *DENOISERS))
    have = available_denoisers()
    if wish == "auto":
        return have[0]
    if wish not in have:
        raise WinceError(f"render.denoiser is {wish!r}, but this Blender {bpy.app.version_string} was built without it: "
                         f"use a Blender from blender.org, or say denoiser: auto")
    return wish


def _device(wish):
    """Return "CPU" or a GPU backend for a wish of "auto", "cpu" or "gpu"."""
    _known("device", wish, ("auto", "cpu", "gpu"))
    backends = available_backends() if wish != "cpu" else ()
    if wish == "gpu" and not backends:
        raise WinceError("render.device is 'gpu', but Blender finds no GPU it can render on: mend the driver, or say device: auto")
    return backends[0] if backends else "CPU"


def _check_view_transform(wish):
    """Refuse a view transform that Blender's colour configuration lacks; only trying tells, and the error lists what there is."""
    try:
        bpy.context.scene.view_settings.view_transform = wish
    except TypeError as error:
        known = str(error).partition("not found in ")[2].strip("()")
        raise WinceError(f"render.view_transform: this Blender has no {wish!r}, known are {known}") from None


def _known(field, wish, words):
    """Refuse a word that is none."""
    if wish not in words:
        raise WinceError(f"render.{field} is {wish!r}, it must be one of {', '.join(words)}")


def _preferences():
    """Return the preferences of Cycles."""
    return bpy.context.preferences.addons["cycles"].preferences


def _devices(preferences, backend):
    """Return the devices of a backend; none where this build does not know it."""
    try:
        preferences.compute_device_type = backend
    except TypeError:                                     # Blender's way to say: no such item
        return []
    found = [device for device in preferences.get_devices_for_type(backend) if device.type == backend]
    preferences.compute_device_type = "NONE"
    return found


def _use(backend):
    """Switch a backend and its GPUs on, the CPU beside them off: its share would change the pixels."""
    preferences = _preferences()
    preferences.compute_device_type = backend
    for device in preferences.get_devices_for_type(backend):
        device.use = device.type == backend


def _accepts(identifier):
    """Return whether Cycles takes a denoiser; its list is made at run time, so asking is trying."""
    try:
        bpy.context.scene.cycles.denoiser = identifier
    except TypeError:
        return False
    return True
