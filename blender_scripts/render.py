"""Render a job.  blender -b --factory-startup --python-exit-code 3 --python <this> -- JOB.json --out DIR

The same with the bpy module: python <this> JOB.json --out DIR.  Exit codes: see addon/wince/job/run.py.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addon"))

from wince.job.run import main

if __name__ == "__main__":
    sys.exit(main())
