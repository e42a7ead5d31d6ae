"""The local axes along which heads differ: one row per folder of the source's targets.

An axis has a negative and a positive end, each a target of its own; a row lists axes either by a stem whose ends are called
decr and incr, or by the two ends' own names, of which the positive one names the axis.
"""

# (folder, prefix of the file names, also the axis's; stems with -decr and -incr; pairs of ends)
MIDLINE = (
    ("head", "head", "age fat back-scale-depth scale-depth scale-horiz scale-vert", ("angle-in angle-out",)),
    ("forehead", "forehead", "nubian scale-vert temple", ("trans-backward trans-forward",)),
    ("eyebrows", "eyebrows", "", ("angle-down angle-up", "trans-backward trans-forward", "trans-down trans-up")),
    ("nose", "nose", "flaring greek hump nostrils-width point-width scale-depth scale-horiz scale-vert septumangle volume width1 "
                     "width2 width3",
     ("base-down base-up", "compression-compress compression-uncompress", "curve-concave curve-convex",
      "nostrils-angle-down nostrils-angle-up", "point-down point-up", "trans-backward trans-forward", "trans-down trans-up")),
    ("mouth", "mouth", "cupidsbow cupidsbow-width lowerlip-height lowerlip-volume lowerlip-width philtrum-volume scale-depth scale-horiz "
                       "scale-vert upperlip-height upperlip-volume upperlip-width",
     ("angles-down angles-up", "dimples-out dimples-in", "laugh-lines-out laugh-lines-in", "lowerlip-middle-down lowerlip-middle-up",
      "trans-backward trans-forward", "trans-down trans-up", "upperlip-middle-down upperlip-middle-up")),
    ("chin", "chin", "bones cleft height jaw-drop prognathism prominent width", ()),
    ("neck", "neck", "back-scale-depth double scale-depth scale-horiz", ()),
)
SIDED = (
    ("eyes", "eye", "bag bag-height height1 height2 height3 scale",
     ("bag-in bag-out", "corner1-down corner1-up", "corner2-down corner2-up", "epicanthus-in epicanthus-out",
      "eyefold-angle-down eyefold-angle-up", "eyefold-concave eyefold-convex", "eyefold-down eyefold-up", "push1-in push1-out",
      "push2-in push2-out", "trans-down trans-up", "trans-in trans-out")),
    ("cheek", "cheek", "bones inner volume", ("trans-down trans-up",)),
    ("ears", "ear", "flap lobe scale scale-depth scale-vert wing", ("rot-backward rot-forward", "trans-down trans-up")),
)
OUTLINES = "diamond invertedtriangular oval rectangular round square triangular"
ASYMMETRIES = ("brown-1 brown-2 cheek-1 cheek-2 eye-1 eye-2 eye-3 eye-4 eye-5 eye-6 eye-7 eye-8 ear-1 ear-2 jaw-1 jaw-2 jaw-3 "
               "mouth-1 mouth-2 nose-1 nose-2 nose-3 nose-4 temple-1 temple-2 top-1 top-2")


def targets():
    """Return {axis: (target of its negative end, of its positive end)}; sided axes end in .L or .R; "" where there is no end."""
    out = {}
    for row in MIDLINE:
        out |= _axes(*row, file_prefix="", suffix="")
    for side in "lr":
        for row in SIDED:
            out |= _axes(*row, file_prefix=f"{side}-", suffix=f".{side.upper()}")
    out |= {f"local:outline-{name}": ("", f"head/head-{name}") for name in OUTLINES.split()}
    out |= {f"asym:{name}": (f"asym/asym-{name}-l", f"asym/asym-{name}-r") for name in ASYMMETRIES.split()}
    return out


def _axes(folder, axis, stems, pairs, file_prefix, suffix):
    ends = {stem: (f"{stem}-decr", f"{stem}-incr") for stem in stems.split()}
    ends |= {pair.split()[1]: tuple(pair.split()) for pair in pairs}
    path = f"{folder}/{file_prefix}{axis}-"
    return {f"local:{axis}-{name}{suffix}": (path + low, path + high) for name, (low, high) in ends.items()}
