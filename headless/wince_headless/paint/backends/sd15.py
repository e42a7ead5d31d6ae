"""Stable Diffusion 1.5 with two ControlNets, depth and normals: the smallest memory, the coarsest skin."""

from ..models.catalogue import CATALOGUE
from . import checks, unet
from .quiet import quiet
from .unet import Text, UNetBackend

TITLE = "Stable Diffusion 1.5"


class StableDiffusion15(UNetBackend):
    """One text encoder, one ControlNet per kind of picture."""

    name = "sd15"
    needs = CATALOGUE["sd15"]
    view_size = 512
    steps, guidance, control = 25, 7.5, 0.7        # the control's scale is that of each of the two

    @classmethod
    def load(cls, folders, device, dtype, settings):
        """Load base, control.depth and control.normal; see `Backend.load`."""
        base = checks.check_pipeline(folders["base"], "base", TITLE, _is_sd)
        roles = ("control.depth", "control.normal")
        for role in roles:
            unet.check_control(base, checks.check_network(folders[role], role), base / "vae", role, TITLE, union=False)
        with quiet():
            pipe = _pipeline(base, [_control(folders[role], role, dtype) for role in roles], device, dtype)
            for name in ("unet", "vae", "text_encoder"):
                checks.check_complete(getattr(pipe, name), base / name, "base")
            return cls(pipe, device, dtype, settings)

    def _embedded(self, piece):
        return Text(self.pipe.encode_prompt(piece, self.device, 1, False)[0].to(self.dtype), None)


BACKEND = StableDiffusion15


def _is_sd(kind):
    return kind.startswith("StableDiffusion") and not kind.startswith(("StableDiffusionXL", "StableDiffusion3"))


def _control(folder, role, dtype):
    from diffusers import ControlNetModel
    with checks.loading(folder, role):
        net = ControlNetModel.from_pretrained(folder, dtype=dtype, variant=checks.variant(folder), local_files_only=True,
                                              use_safetensors=True)
    checks.check_complete(net, folder, role)
    return net


def _pipeline(base, controls, device, dtype):
    from diffusers import StableDiffusionControlNetPipeline
    with checks.loading(base, "base"):
        return StableDiffusionControlNetPipeline.from_pretrained(
            base, controlnet=controls, safety_checker=None, feature_extractor=None, image_encoder=None, requires_safety_checker=False,
            dtype={"default": dtype, "vae": unet.vae_dtype(base / "vae", device, dtype)}, variant=checks.variant(base),
            local_files_only=True, use_safetensors=True)
