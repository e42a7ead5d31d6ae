"""Which passes a render writes, and what the label AOVs are called.

A float AOV keeps its unit: millimetres go in, millimetres come out, blended over a pixel as the picture is. An AOV must not
have the name of the mesh attribute it shows, or it reads zero everywhere, silently.
"""

TERMS = ("brow", "orbit", "levator", "eyes")
HEAT, COVERAGE = "HeatAOV", "CoverageAOV"
TERM = {term: f"Heat{term.capitalize()}AOV" for term in TERMS}
REGION = "RegionAOV"
BROW = "BrowAOV"                       # millimetres inside a brow: a length, so it may be blended and cut at a level
HAIR, BEARD = "HairAOV", "BeardAOV"    # 0..1: how much grows there, times the share of the pixel that is skin
CENTRES = "centres"                    # the view layer of one sample per pixel, at its centre: for what must never be blended
ATTRIBUTES = {REGION: "wince_region", BROW: "wince_brow", HAIR: "wince_scalp", BEARD: "wince_beard",
              HEAT: "wince_heat", COVERAGE: "wince_skin", **{aov: f"wince_heat_{term}" for term, aov in TERM.items()}}


def wanted_aovs(outputs):
    """Return the AOVs that a job's outputs need."""
    return (HEAT, COVERAGE, BROW, HAIR, BEARD,
            *(TERM.values() if "heat_terms" in outputs else ()), *((REGION,) if "regions" in outputs else ()))


def needs_centres(outputs):
    """Tell whether a job's outputs need the view layer of pixel centres."""
    return bool({"regions", "surface"} & set(outputs))


def apply(view_layer, outputs, proof=False):
    """Switch the passes of a view layer on that a job needs, and all others off.

    outputs  job.outputs
    proof    True to add the position pass, with which tests show that pixels and cameras agree
    """
    view_layer.use_pass_combined = True
    view_layer.use_pass_z = True
    view_layer.use_pass_material_index = True
    view_layer.use_pass_normal = bool({"normal", "exr"} & set(outputs))
    view_layer.use_pass_position = proof or "exr" in outputs
    _set_aovs(view_layer, wanted_aovs(outputs))


def add_centres(scene, outputs):
    """Add the view layer of pixel centres to a scene: Cycles aims a pixel's first sample at its centre.

    It has the AOVs of the main layer, in the same order: with persistent data, shaders keep the places of the layer that came
    first, and a layer with other AOVs reads the wrong ones (seen in 4.5).
    """
    layer = scene.view_layers.new(CENTRES)
    layer.samples = 1
    layer.cycles.use_denoising = False
    layer.use_pass_uv = True
    _set_aovs(layer, wanted_aovs(outputs))


def _set_aovs(view_layer, names):
    """Give a view layer these float AOVs and no others."""
    for name in [aov.name for aov in view_layer.aovs]:
        view_layer.aovs.remove(view_layer.aovs[name])
    for name in names:
        aov = view_layer.aovs.add()
        aov.name, aov.type = name, "VALUE"
