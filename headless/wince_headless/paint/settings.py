"""What a painting is made with.  A value: equal settings, model files, person and device give equal bytes."""

from dataclasses import dataclass, field

BACKENDS = ("procedural", "sd15", "sdxl", "zimage", "qwen")
PROFILES = ("research", "release")
OFFLOADS = ("auto", "none", "model")


@dataclass(frozen=True)
class Settings:
    """How a skin is painted; None where the backend's preset decides, see `preset`."""

    __pydantic_config__ = {"extra": "forbid"}              # noqa: RUF012 -- read by pydantic only: an unknown key is an error
    backend: str = "procedural"
    models: dict[str, str] = field(default_factory=dict)   # role ("base", "control") -> folder or hub id[@revision]; else the catalogue's
    profile: str = "research"                              # "release": only models whose licence is on the allow list
    seed: int = 0
    tries: int = 1                                         # how many seeds at most, from `seed` on, until a painting passes its verdict
    size: int = 2048                                       # texels along a side of the albedo
    view_size: int = 0                                     # pixels along a side of a view; 0: the backend's
    views: str = "face7"                                   # the camera rig, see views.RIGS
    steps: int = 0                                         # 0: the backend's
    strength: float = 0.75                                 # how much noise is laid over the built-in skin: at 1 nothing is left of it
    guidance: float = -1.0                                 # classifier-free guidance; below 0: the backend's
    control: float = -1.0                                  # scale of the geometry's control; below 0: the backend's
    sync_share: float = 0.8                                # of the steps after which views agree through the atlas
    sync_every: int = 1                                    # steps from one agreement to the next
    sync_size: int = 1024                                  # texels along a side of the atlas between the views
    sharpness: tuple[float, float] = (1.0, 6.0)            # exponent of the cosine weights, first and last agreement
    fuse_sharpness: float = 6.0                            # of the last fusing
    delight: bool = True
    prompt: str = ""                                       # words added to the templates'; negative: to what is not wanted
    negative: str = ""
    licence: str = ""                                      # of an image that is painted from, as its owner states it
    batch: int = 0                                         # views at once; 0: as many as fit
    device: str = "auto"                                   # "auto", "cpu", "cuda", "cuda:1", "mps"
    dtype: str = "auto"                                    # "auto", "float32", "bfloat16", "float16"
    offload: str = "auto"                                  # "auto", "none", "model": weights wait in main memory
    checkpoint_every: int = 5                              # steps
