"""Words of a job that the add-on's menus offer too, where a menu can be made without reading the whole of `spec`."""

GROUPS = ("Black", "South Asian", "Middle Eastern", "White", "East Asian", "Latino")
LIGHTS = ("studio", "window", "ceiling", "bedside", "none")      # what stage/lights.py can build
