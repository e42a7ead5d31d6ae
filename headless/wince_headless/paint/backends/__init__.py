"""One small file per model family.

    base     what every backend is: levels, encode, decode, condition, predict_x0
    sd15     Stable Diffusion 1.5 with depth and normal ControlNets
    sdxl     Stable Diffusion XL with the union ControlNet, depth and normal
    zimage   Z-Image with its union ControlNet, depth; all views in one picture
    qwen     Qwen-Image with its union ControlNet, depth; all views in one picture
    unet     what sd15 and sdxl share
    flow     what zimage and qwen share: levels, all views in one picture
    sheet    views tiled into one picture and back, the words for it
    placement where the parts of a large pipeline lie, and what waits in main memory
    checks   whether a folder is the pipeline or the network it is taken for
    words    long prompts in pieces that text encoders read
    lifesize every backend in its real size with random weights, for measuring
    metered  a backend behind a meter
    quiet    libraries that say too much
"""

from importlib import import_module

NAMES = ("sd15", "sdxl", "zimage", "qwen")


def of(name):
    """Return the class of a backend by name, its file imported now."""
    return import_module(f".{name}", __name__).BACKEND
