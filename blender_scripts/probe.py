"""Say what this Blender has, as one line of JSON.  blender -b --factory-startup --python-exit-code 3 --python <this>"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addon"))

from wince.bridge import version
from wince.stage import device, world

if __name__ == "__main__":
    facts = {
        "blender": version.name(), "python": sys.version.split()[0], "gpus": device.available_backends(),
        "denoisers": device.available_denoisers(), "worlds": sorted(world.hdris()), "oldest": version.OLDEST,
    }
    print("wince: " + json.dumps({"event": "probe", **facts}), flush=True)
