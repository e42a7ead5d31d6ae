"""Stable Diffusion XL with one union ControlNet that takes depth and normals together: the strongest hold on geometry."""

import torch

from ..models.catalogue import CATALOGUE
from . import checks, unet
from .quiet import quiet
from .unet import Text, UNetBackend

TITLE = "Stable Diffusion XL"
DEPTH, NORMAL = 1, 4                       # of the union's kinds of picture
TOLD_SIZE = 1024                           # pixels that a picture is said to come from at least: from smaller ones the model learnt blur


class StableDiffusionXL(UNetBackend):
    """Two text encoders, of which the second also gives one vector for a whole text; pictures' sizes are told."""

    name = "sdxl"
    needs = CATALOGUE["sdxl"]
    view_size = 1024
    steps, guidance, control = 25, 6.0, 0.7

    @classmethod
    def load(cls, folders, device, dtype, settings):
        """Load base and control, and vae where it is given (the fixed one runs in float16); see `Backend.load`."""
        own = folders.get("vae")
        base = checks.check_pipeline(folders["base"], "base", TITLE, _is_sdxl, given=("vae",) if own else ())
        vae = checks.check_network(own, "vae") if own else base / "vae"
        unet.check_control(base, checks.check_network(folders["control"], "control"), vae, "control", TITLE, union=True)
        with quiet():
            pipe = _pipeline(base, _control(folders["control"], dtype), _vae(vae, "vae" if own else "base", device, dtype), dtype)
            for name in ("unet", "text_encoder", "text_encoder_2"):
                checks.check_complete(getattr(pipe, name), base / name, "base")
            return cls(pipe, device, dtype, settings)

    def _embedded(self, piece):
        embeds, _, pooled, _ = self.pipe.encode_prompt(piece, device=self.device, do_classifier_free_guidance=False)
        return Text(embeds.to(self.dtype), pooled.to(self.device, self.dtype))

    def _unsaid(self, text, negative):
        """Return nought for an empty text where the model was trained so."""
        if negative or not self.pipe.config.force_zeros_for_empty_prompt:
            return text
        return Text(torch.zeros_like(text.embeds), torch.zeros_like(text.pooled))

    def _added(self, text, size):
        told = [max(side, TOLD_SIZE) for side in size]
        times = torch.tensor([[*told, 0, 0, *size]], device=self.device, dtype=self.dtype)     # came from, cut at, wanted
        return {"text_embeds": text.pooled, "time_ids": times.expand(len(text.pooled), -1)}

    def _control_words(self, count):
        kinds = torch.zeros(count, self.pipe.controlnet.config.num_control_type, device=self.device, dtype=self.dtype)
        kinds[:, [DEPTH, NORMAL]] = 1
        return {"control_type": kinds, "control_type_idx": [DEPTH, NORMAL]}

    def _text_encoders(self):
        return self.pipe.text_encoder, self.pipe.text_encoder_2


BACKEND = StableDiffusionXL


def _is_sdxl(kind):
    return kind.startswith("StableDiffusionXL")


def _control(folder, dtype):
    from diffusers import ControlNetUnionModel
    with checks.loading(folder, "control"):
        net = ControlNetUnionModel.from_pretrained(folder, dtype=dtype, variant=checks.variant(folder), local_files_only=True,
                                                   use_safetensors=True)
    checks.check_complete(net, folder, "control")
    return net


def _vae(folder, role, device, dtype):
    from diffusers import AutoencoderKL
    with checks.loading(folder, role):
        vae = AutoencoderKL.from_pretrained(folder, dtype=unet.vae_dtype(folder, device, dtype), variant=checks.variant(folder),
                                            local_files_only=True, use_safetensors=True)
    checks.check_complete(vae, folder, role)
    return vae


def _pipeline(base, control, vae, dtype):
    from diffusers import StableDiffusionXLControlNetUnionPipeline
    with checks.loading(base, "base"):
        return StableDiffusionXLControlNetUnionPipeline.from_pretrained(
            base, controlnet=control, vae=vae, image_encoder=None, feature_extractor=None, add_watermarker=False, dtype=dtype,
            variant=checks.variant(base), local_files_only=True, use_safetensors=True)
