"""What the core costs: posing a face with every AU set, building a person, drawing an identity, importing `wince.core`."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "addon")]

from wince.core import demographics, face, pack, rig  # noqa: E402
from wince.core.facs.action_units import ActionUnits  # noqa: E402
from wince.core.facs.table import AU_KEYS, EXCLUSIONS, NUMBER_OF, ONE_SIDE_ONLY  # noqa: E402
from wince.job import spec  # noqa: E402

IMPORT = "import sys, time; import numpy; start = time.perf_counter(); import wince.core{}; print(time.perf_counter() - start)"
MODULES = "", ".rig", ".face", ".facs.samplers"


def every_au():
    """Return the fullest face there is: every AU at D, one of each excluding set."""
    rivals = {number for group in EXCLUSIONS for number in sorted(group)[1:]} | ONE_SIDE_ONLY
    return ActionUnits.from_keys({key: 4.0 for key in AU_KEYS if NUMBER_OF[key] not in rivals})


def milliseconds(function, repeats=30):
    """Return the median time of a call."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))


def import_milliseconds(module):
    """Return the median time that importing takes after numpy, in a fresh process each, without bpy."""
    code = f"import sys; sys.modules['bpy'] = None; sys.path.insert(0, {str(ROOT / 'addon')!r}); " + IMPORT.format(module)
    return 1000 * float(np.median([float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7)]))


def main():
    loaded = pack.load()
    model, people = face.FaceModel(loaded), spec.People()
    who = demographics.sample(0, 0, people, loaded)
    person, aus = model.person(who), every_au()
    rows = [(f"pose one face, {len(aus.numbers)} AUs at D", milliseconds(lambda: rig.pose(person, aus)), 5.0),
            ("build a person", milliseconds(lambda: model.person(who)), None),
            ("draw an identity", milliseconds(lambda: demographics.sample(0, 1, people, loaded)), None),
            *((f"import wince.core{module} after numpy", import_milliseconds(module), 50.0 if not module else None) for module in MODULES)]
    print(f"{'':45}{'median ms':>10}{'at most':>10}")
    for name, value, limit in rows:
        print(f"{name:45}{value:10.2f}{limit or '':>10}")


if __name__ == "__main__":
    main()
