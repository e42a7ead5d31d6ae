"""Qwen-Image with InstantX's union ControlNet, depth; all views in one picture.

Guidance is true classifier-free guidance: two passes of the transformer a step (the ControlNet's one serves both), each token's
velocity kept as long as it was, as in the pipeline.  The ControlNet knows canny, soft edges, depth and pose, and no normals.
The decoder itself clamps, so that decoded pictures never leave 0..1.

Not checked here, for want of the weights: quality, the best scale of the control, whether a sheet of views keeps one identity.
"""

import torch
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

from wince.core.errors import WinceError

from ..models.catalogue import CATALOGUE
from . import checks
from .flow import Flow, loaded, refuse_half

TITLE = "Qwen-Image"
CURE = "give the ControlNet of Qwen-Image, such as InstantX/Qwen-Image-ControlNet-Union, with --model control=ID_OR_FOLDER"
SAME = ("in_channels", "joint_attention_dim", "num_attention_heads", "attention_head_dim")       # of a control and its base
OTHERS = ("Edit", "Layered", "21")                              # in the names of pipelines of the family with other networks
TINY = 1e-12


class Qwen(Flow):
    """Qwen-Image, 20 billion parameters, by depth."""

    name = "qwen"
    needs = CATALOGUE["qwen"]
    steps, guidance, control = 30, 4.0, 0.9
    multiple = 16

    @classmethod
    def load(cls, folders, device, dtype, settings):
        """Load base and control, both as diffusers saves them; see `Backend.load`."""
        from diffusers import QwenImageControlNetPipeline
        refuse_half(cls.name, dtype)
        base = checks.check_pipeline(folders["base"], "base", TITLE, _is_qwen)
        return loaded(cls, QwenImageControlNetPipeline, base, lambda: load_control(folders["control"], base, dtype), device, dtype,
                      settings)

    def _times(self, timesteps):
        return timesteps

    def _embed(self, text, device):
        words, mask = self.pipe.encode_prompt([text], device=device)
        return words.to(self.device, self.dtype), None if mask is None else mask.to(self.device)

    def _encoded(self, values):
        mean, deviation = self._spread()
        return (self.pipe.vae.encode(values[:, :, None]).latent_dist.mode()[:, :, 0] - mean) / deviation

    def _decoded(self, latents):
        mean, deviation = self._spread()
        return self.pipe.vae.decode((latents * deviation + mean).to(self.dtype)[:, :, None], return_dict=False)[0][:, :, 0]

    def _spread(self):
        """Return mean and deviation (2, c, 1, 1) float32 of the autoencoder's latents."""
        config = self.pipe.vae.config
        return torch.tensor([config.latents_mean, config.latents_std], device=self.device)[..., None, None]

    def _velocity(self, picture, level, conditioning):
        height, width = picture.shape[2:]
        time = torch.full((1,), level.t, dtype=self.dtype, device=self.device) / 1000       # rounded as in the pipeline
        same = {"hidden_states": pack(picture).to(self.dtype), "timestep": time, "img_shapes": [[(1, height // 2, width // 2)]],
                "return_dict": False}
        words, mask = conditioning.words
        hints = self.pipe.controlnet(controlnet_cond=pack(conditioning.control).to(self.dtype), conditioning_scale=self.control,
                                     encoder_hidden_states=words, encoder_hidden_states_mask=mask, **same)
        wanted = self._seen(conditioning.words, hints, same)
        if conditioning.unwanted is not None:
            wanted = guided(wanted, self._seen(conditioning.unwanted, hints, same), self.guidance)
        return unpack(wanted, height, width)

    def _seen(self, words, hints, same):
        return self.pipe.transformer(encoder_hidden_states=words[0], encoder_hidden_states_mask=words[1],
                                     controlnet_block_samples=hints, **same)[0].float()


BACKEND = Qwen


def guided(wanted, unwanted, guidance):
    """Return tokens (n, t, c) led from unwanted to wanted ones and past them, each as long as the wanted one."""
    both = unwanted + guidance * (wanted - unwanted)
    return both * (wanted.norm(dim=-1, keepdim=True) / both.norm(dim=-1, keepdim=True).clamp_min(TINY))


def pack(latents):
    """Return tokens (n, h / 2 * w / 2, 4 c) of latents (n, c, h, w): each holds a patch of 2 x 2, row by row."""
    return pixel_unshuffle(latents, 2).flatten(2).transpose(1, 2)


def unpack(tokens, height, width):
    """Return latents (n, c, height, width) of tokens: the inverse of `pack`."""
    return pixel_shuffle(tokens.transpose(1, 2).reshape(len(tokens), -1, height // 2, width // 2), 2)


def load_control(path, base, dtype):
    """Return the QwenImageControlNetModel of a diffusers folder.

    raises  WinceError for what is no control of the pipeline in the folder `base`
    """
    from diffusers import QwenImageControlNetModel
    path = checks.check_network(path, "control")
    config, wanted = checks.config(path), checks.config(base / "transformer")
    kind = config.get("_class_name", "network without a name")
    if kind != "QwenImageControlNetModel":
        raise WinceError(f"control: {path} holds a {kind}, not a Qwen-Image ControlNet: {CURE}")
    if config.get("extra_condition_channels"):
        raise WinceError(f"control: {path} is for inpainting and wants a mask as well: {CURE}")
    for key in SAME:
        if config.get(key) != wanted.get(key):
            raise WinceError(f"control: {path} is for another base, its {key} is {config.get(key)} and not {wanted.get(key)}: {CURE}")
    with checks.loading(path, "control"):
        net = QwenImageControlNetModel.from_pretrained(path, dtype=dtype, local_files_only=True, use_safetensors=True)
    checks.check_complete(net, path, "control")
    return net


def _is_qwen(kind):
    return kind.startswith("QwenImage") and not any(word in kind for word in OTHERS)
