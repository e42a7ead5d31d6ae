"""How 3D views are shaded while a face shows its heat; what the artist had is kept in the screen, and comes back."""

from . import face as faces
from . import heat

BEFORE = "wince_shading_before"  # ID property of a screen: {number of an area: {setting: value}}
# The mesh's active colour in Solid shading; a highlight would look like heat.
FOR_HEAT = {"color_type": "VERTEX", "show_specular_highlight": False}


def sync(scene, screen):
    """Shade a screen's 3D views for heat once a face of the scene shows it, and as they were when none does any more."""
    if screen is None:
        return
    shown = any(map(heat.is_shown, faces.in_scene(scene)))
    if shown and BEFORE not in screen:
        screen[BEFORE] = {place: {name: getattr(shading, name) for name in FOR_HEAT} for place, shading in _shadings(screen).items()}
        for shading in _shadings(screen).values():
            for name, value in FOR_HEAT.items():
                setattr(shading, name, value)
    elif not shown and BEFORE in screen:
        _restore(_shadings(screen), screen[BEFORE].to_dict())
        del screen[BEFORE]


def _restore(shadings, before):
    for place in shadings.keys() & before.keys():
        for name, value in before[place].items():
            if getattr(shadings[place], name) == FOR_HEAT[name]:              # else the artist has chosen another since
                setattr(shadings[place], name, value)


def _shadings(screen):
    """Return {number of the area as text: shading} of a screen's 3D views."""
    return {str(place): area.spaces.active.shading for place, area in enumerate(screen.areas) if area.type == "VIEW_3D"}
