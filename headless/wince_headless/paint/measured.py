"""What paintings took on this machine's devices, remembered from benchmarks: so that the next can be told how long it will be."""

import json

from wince.job import disk

from ..pack_build.fetch import cache
from . import devices, views
from .models.hashes import notes

KEPT = "paint_benchmark.json"            # in the user's cache; safe to delete


def keep(backend, title, dtype, view_size, count, steps, seconds):
    """Remember the seconds of one identity.

    title   of the device, see devices.title
    count   of views
    """
    table = notes(KEPT) | {_key(backend, title, dtype): {"seconds": seconds, "like": [view_size, count, steps]}}
    disk.write(cache() / KEPT, json.dumps(table, indent=1, sort_keys=True).encode(), owner="benchmark")


def seconds(settings, device):
    """Return the seconds of an identity by what was measured on a device, scaled by steps, views and pixels; None where nothing was.

    settings  paint.settings.Settings, presets filled in
    device    name, see devices.pick
    """
    table = notes(KEPT)
    found = table and table.get(_key(settings.backend, devices.title(device), devices.number_type(settings.dtype, device)))
    if not found:
        return None
    size, count, steps = found["like"]
    return found["seconds"] * (settings.view_size / size) ** 2 * len(views.RIGS[settings.views]) / count * settings.steps / steps


def _key(backend, title, dtype):
    return f"{backend} | {title} | {dtype}"
