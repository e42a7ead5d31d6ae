"""Tiny pipelines of the real classes with random weights, made at test time and saved as real ones are; nothing from a hub.

The sizes follow diffusers' own fast tests. The autoencoders make one latent of 2 x 2 pixels. ControlNets begin with output convolutions
of nought, so that they have no effect: here those are drawn, so that control matters.
"""

import json
from pathlib import Path

import numpy as np
import torch

from wince_headless.paint.backends.quiet import quiet
from wince_headless.paint.conditions import Conditions

BLOCKS = {"block_out_channels": (4, 8), "layers_per_block": 1, "in_channels": 4,
          "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"), "cross_attention_dim": 32, "norm_num_groups": 1}
XL_BLOCKS = {"block_out_channels": (32, 64), "layers_per_block": 1, "in_channels": 4,
             "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"), "cross_attention_dim": 64, "attention_head_dim": (2, 4),
             "use_linear_projection": True, "addition_embed_type": "text_time", "addition_time_embed_dim": 8,
             "transformer_layers_per_block": (1, 2), "projection_class_embeddings_input_dim": 80}
UP_BLOCKS = ("CrossAttnUpBlock2D", "UpBlock2D")
TEXT = {"hidden_size": 32, "intermediate_size": 37, "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 514, "bos_token_id": 0,
        "eos_token_id": 1, "pad_token_id": 1, "projection_dim": 32, "max_position_embeddings": 77}
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
DDIM = BETAS | {"clip_sample": False, "set_alpha_to_one": True, "steps_offset": 1, "prediction_type": "epsilon"}


def sd15(folder, scheduler=None, **schedule):
    """Save a tiny Stable Diffusion 1.5 and two ControlNets below a folder; return {role: Path} as a backend's `load` takes them.

    scheduler   class of the scheduler, DDIM by default; schedule: its settings, see DDIM; None leaves one out
    """
    with quiet():
        import diffusers
        torch.manual_seed(0)
        unet = diffusers.UNet2DConditionModel(**BLOCKS, sample_size=32, out_channels=4, up_block_types=UP_BLOCKS)
        settings = {key: value for key, value in (DDIM | schedule).items() if value is not None}
        pipe = diffusers.StableDiffusionPipeline(
            vae=autoencoder(), text_encoder=_text_encoder(), tokenizer=tokenizer(Path(folder, "words")), unet=unet,
            scheduler=(scheduler or diffusers.DDIMScheduler)(**settings), safety_checker=None, feature_extractor=None,
            requires_safety_checker=False)
        pipe.save_pretrained(Path(folder, "base"))
        for role in ("depth", "normal"):
            net = diffusers.ControlNetModel(**BLOCKS, conditioning_embedding_out_channels=(16, 32))
            with_effect(net).save_pretrained(Path(folder, f"control.{role}"))
    return {role: Path(folder, role) for role in ("base", "control.depth", "control.normal")}


def sdxl(folder, **schedule):
    """Save a tiny Stable Diffusion XL and a union ControlNet below a folder; return {role: Path}."""
    with quiet():
        import diffusers
        torch.manual_seed(1)
        unet = diffusers.UNet2DConditionModel(**XL_BLOCKS, sample_size=32, out_channels=4, up_block_types=UP_BLOCKS)
        settings = BETAS | {"steps_offset": 1, "timestep_spacing": "leading", "prediction_type": "epsilon"} | schedule
        pipe = diffusers.StableDiffusionXLPipeline(
            vae=autoencoder(), text_encoder=_text_encoder(hidden_act="gelu"), text_encoder_2=_text_encoder(True, hidden_act="gelu"),
            tokenizer=tokenizer(Path(folder, "words")), tokenizer_2=tokenizer(Path(folder, "words")), unet=unet,
            scheduler=diffusers.EulerDiscreteScheduler(**settings), add_watermarker=False)
        pipe.save_pretrained(Path(folder, "base"))
        net = diffusers.ControlNetUnionModel(**XL_BLOCKS, conditioning_embedding_out_channels=(16, 32), num_trans_channel=32,
                                             num_trans_head=2, num_proj_channel=32)
        with_effect(net).save_pretrained(Path(folder, "control"))
    return {role: Path(folder, role) for role in ("base", "control")}


def autoencoder(**settings):
    """Return a tiny AutoencoderKL: 2 pixels to a latent."""
    from diffusers import AutoencoderKL
    return AutoencoderKL(block_out_channels=[4, 8], in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * 2,
                         up_block_types=["UpDecoderBlock2D"] * 2, latent_channels=4, norm_num_groups=2, **settings)


def tokenizer(folder):
    """Return a CLIPTokenizer of single bytes, its two files written into a folder."""
    from transformers import CLIPTokenizer
    folder.mkdir(parents=True, exist_ok=True)
    symbols = _byte_symbols()
    vocabulary = ["<|startoftext|>", "<|endoftext|>", *symbols, *(f"{symbol}</w>" for symbol in symbols)]
    Path(folder, "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(vocabulary)}), encoding="utf-8")
    Path(folder, "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def with_effect(net, seed=3):
    """Draw a ControlNet's convolutions of nought, so that its pictures matter; return it."""
    generator = torch.Generator().manual_seed(seed)
    silent = [net.controlnet_mid_block, *net.controlnet_down_blocks, net.controlnet_cond_embedding.conv_out]
    silent += [net.spatial_ch_projs] if hasattr(net, "spatial_ch_projs") else []
    for layer in silent:
        torch.nn.init.normal_(layer.weight, std=0.2, generator=generator)
        torch.nn.init.constant_(layer.bias, 0.1)
    return net


def conditions(views, size=32, seed=5):
    """Return Conditions of noise: V views of size x size pixels."""
    rng = np.random.Generator(np.random.PCG64(seed))
    flat, coloured = (views, size, size), (views, size, size, 3)
    drawn = {name: rng.random(shape, np.float32) for name, shape in (("depth", flat), ("normal", coloured), ("position", coloured),
                                                                    ("lines", flat), ("mask", flat), ("base", coloured))}
    return Conditions(**drawn)


def latents(shape, seed=7):
    """Return standard normal latents."""
    return torch.from_numpy(np.random.Generator(np.random.PCG64(seed)).standard_normal(shape).astype(np.float32))


def _text_encoder(projected=False, **settings):
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(CLIPTextConfig(**TEXT, **settings)).eval()


def _byte_symbols():
    """Return the 256 printable characters that byte-level vocabularies write bytes as (Radford et al. 2019)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    shown = {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [shown[byte] for byte in printable + others]
