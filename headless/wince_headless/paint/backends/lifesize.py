"""Every backend's networks in their real sizes with random weights: for measuring time and memory without any download.

The configurations are those that the published models state (diffusers' own defaults where those are the model's). Text encoders are left
out: in a run they have done their work before the first step, and random embeddings of the right shape stand in for what they say.
"""

import math

import torch

from wince.core.streams import stream

from .quiet import quiet
from .qwen import Qwen
from .sd15 import StableDiffusion15
from .sdxl import StableDiffusionXL
from .unet import Text
from .zimage import ZImage

CELLS = 1 << 20                            # random numbers that are repeated through all weights: drawing billions would take minutes
TOKENS = 256                               # of a sheet's description, about

VAE = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4, "sample_size": 512,
       "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
PICTURE = {"conditioning_embedding_out_channels": (16, 32, 96, 256)}
SD15 = {"block_out_channels": (320, 640, 1280, 1280), "layers_per_block": 2, "cross_attention_dim": 768, "attention_head_dim": 8,
        "in_channels": 4}
SDXL = {"block_out_channels": (320, 640, 1280), "layers_per_block": 2, "cross_attention_dim": 2048, "attention_head_dim": (5, 10, 20),
        "in_channels": 4, "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "transformer_layers_per_block": (1, 2, 10), "use_linear_projection": True, "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816}
SDXL_UP = {"up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), "sample_size": 128}

# Network -> (class of diffusers, arguments); those of a backend by role.
NETWORKS = {
    "sd15": {"unet": ("UNet2DConditionModel", SD15 | {"sample_size": 64}), "depth": ("ControlNetModel", SD15 | PICTURE),
             "normal": ("ControlNetModel", SD15 | PICTURE), "vae": ("AutoencoderKL", VAE | {"scaling_factor": 0.18215})},
    "sdxl": {"unet": ("UNet2DConditionModel", SDXL | SDXL_UP), "union": ("ControlNetUnionModel", SDXL | PICTURE | {"num_control_type": 6}),
             "vae": ("AutoencoderKL", VAE | {"scaling_factor": 0.13025, "sample_size": 1024, "force_upcast": False})},
    "zimage": {"transformer": ("ZImageTransformer2DModel", {}),
               "union": ("ZImageControlNetModel", {"control_layers_places": [*range(0, 30, 2)], "control_refiner_layers_places": [0, 1],
                                                   "control_in_dim": 33, "add_control_noise_refiner": "control_noise_refiner"}),
               "vae": ("AutoencoderKL", VAE | {"latent_channels": 16, "scaling_factor": 0.3611, "shift_factor": 0.1159, "sample_size": 1024,
                                               "use_quant_conv": False, "use_post_quant_conv": False})},
    "qwen": {"transformer": ("QwenImageTransformer2DModel", {}), "union": ("QwenImageControlNetModel", {"num_layers": 5}),
             "vae": ("AutoencoderKLQwenImage", {})},
}
NOISE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False, "set_alpha_to_one": False,
         "steps_offset": 1}


def parameters(name):
    """Return {network: numbers in its weights} of a backend's networks, without making them."""
    with torch.device("meta"):
        return {part: sum(value.numel() for value in _empty(*made).parameters()) for part, made in NETWORKS[name].items()}


def make(name, device, dtype, settings):
    """Return a backend of the real size with random weights.

    device, dtype, settings   as Backend.load takes them
    """
    device = torch.device(device)
    with quiet():
        nets = {part: network(*made, device, _dtype(part, name, device, dtype)) for part, made in NETWORKS[name].items()}
        return MAKERS[name](nets, device, dtype, settings)


def network(kind, arguments, device, dtype):
    """Return one network with random weights: matrices of variance 1 / inputs, so that nothing overflows; norms as they begin."""
    with torch.device("meta"):
        net = _empty(kind, arguments)
    _restore_positions(net)
    net = net.to(dtype).to_empty(device=device).eval().requires_grad_(False)
    cells = torch.from_numpy(stream(0, "paint.lifesize").standard_normal(CELLS, dtype="float32")).to(device, dtype)
    for label, value in net.named_parameters():
        _fill(label, value, cells)
    return net


def _empty(kind, arguments):
    import diffusers

    return getattr(diffusers, kind)(**arguments)


def _dtype(part, name, device, dtype):
    """Return a network's number type: as `unet.vae_dtype` has it for the autoencoders of Stable Diffusion."""
    if part != "vae" or name not in ("sd15", "sdxl") or dtype == torch.float32:
        return dtype
    return torch.float16 if name == "sdxl" and device.type != "cpu" else torch.float32


def _restore_positions(net):
    """Make the tables of positions again that are no weights and so would stay empty."""
    for label, module in list(net.named_modules()):
        if hasattr(module, "pos_freqs"):
            parent = net.get_submodule(label.rpartition(".")[0])
            setattr(parent, label.rpartition(".")[2], type(module)(module.theta, module.axes_dim, scale_rope=module.scale_rope))


def _fill(label, value, cells):
    if value.ndim > 1:
        count = value.numel()
        many = cells.repeat(-(-count // CELLS))[:count].view(value.shape)
        value.copy_(many * (1 / math.sqrt(count / len(value))))
    else:
        value.fill_(0.0 if label.endswith("bias") else 1.0)


def _words(shape, text, like):
    """Return random numbers that stand in for a text's embedding."""
    return torch.from_numpy(stream(0, "paint.lifesize.words", text).standard_normal(shape, dtype="float32")).to(like.device, like.dtype)


# ---- the backends, told nothing by their text encoders ----

class LifeSizeSD15(StableDiffusion15):
    """Stable Diffusion 1.5, random."""

    def _fits(self, text):
        return True

    def _embedded(self, piece):
        return Text(_words((1, 77, 768), piece, self), None)


class LifeSizeSDXL(StableDiffusionXL):
    """Stable Diffusion XL, random."""

    def _fits(self, text):
        return True

    def _embedded(self, piece):
        return Text(_words((1, 77, 2048), piece, self), _words((1, 1280), f"{piece} pooled", self))


class LifeSizeZImage(ZImage):
    """Z-Image, random."""

    def _embed(self, text, device):
        return _words((TOKENS, 2560), text, self)


class LifeSizeQwen(Qwen):
    """Qwen-Image, random."""

    def _embed(self, text, device):
        return _words((1, TOKENS, 3584), text, self), None


def _sd15(nets, device, dtype, settings):
    from diffusers import DDIMScheduler, StableDiffusionControlNetPipeline
    pipe = StableDiffusionControlNetPipeline(nets["vae"], torch.nn.Identity(), None, nets["unet"], [nets["depth"], nets["normal"]],
                                             DDIMScheduler(**NOISE), None, None, requires_safety_checker=False)
    return LifeSizeSD15(pipe, device, dtype, settings)


def _sdxl(nets, device, dtype, settings):
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLControlNetUnionPipeline
    noise = EulerDiscreteScheduler(1000, 0.00085, 0.012, "scaled_linear", steps_offset=1, timestep_spacing="leading")
    pipe = StableDiffusionXLControlNetUnionPipeline(nets["vae"], torch.nn.Identity(), torch.nn.Identity(), None, None, nets["unet"],
                                                    nets["union"], noise, add_watermarker=False)
    return LifeSizeSDXL(pipe, device, dtype, settings)


def _zimage(nets, device, dtype, settings):
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImageControlNetPipeline
    pipe = ZImageControlNetPipeline(FlowMatchEulerDiscreteScheduler(shift=3.0), nets["vae"], torch.nn.Identity(), None, nets["transformer"],
                                    nets["union"])
    return LifeSizeZImage(pipe, device, dtype, settings)


def _qwen(nets, device, dtype, settings):
    from diffusers import FlowMatchEulerDiscreteScheduler, QwenImageControlNetPipeline
    levels = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, base_shift=0.5, max_shift=0.9, max_image_seq_len=8192,
                                             shift_terminal=0.02)
    pipe = QwenImageControlNetPipeline(levels, nets["vae"], torch.nn.Identity(), None, nets["transformer"], nets["union"])
    return LifeSizeQwen(pipe, device, dtype, settings)


MAKERS = {"sd15": _sd15, "sdxl": _sdxl, "zimage": _zimage, "qwen": _qwen}
