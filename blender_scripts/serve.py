"""Render people of a plan, as stdin asks for them.  blender -b --factory-startup --python-exit-code 3 --python <this> -- DIR --owner NAME

The same with the bpy module: python <this> -- DIR --owner NAME.  What goes in and out: see addon/wince/job/serve.py.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addon"))

from wince.job.serve import main

if __name__ == "__main__":
    sys.exit(main())
