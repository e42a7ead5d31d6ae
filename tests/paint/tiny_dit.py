"""Z-Image and Qwen-Image as small as they can be, saved as their makers save them: what the real loaders read, with no hub.

Every weight is drawn from one generator, since the real classes leave padding tokens uninitialised and make controls that do nothing yet.
"""

import json
from itertools import pairwise
from pathlib import Path

import torch

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>")
TEMPLATE = ("{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
WORDS = 16                             # channels of the text encoders' embeddings
TURBO = {"num_train_timesteps": 1000, "shift": 3.0, "use_dynamic_shifting": False}
DYNAMIC = {"num_train_timesteps": 1000, "base_image_seq_len": 256, "base_shift": 0.5, "max_image_seq_len": 8192, "max_shift": 0.9,
           "shift_terminal": 0.02, "time_shift_type": "exponential", "use_dynamic_shifting": True}


def drawn(module, seed=0, scale=0.15):
    """Return a module with all its weights drawn anew, those of norms around 1."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in module.named_parameters():
            noise = torch.randn(value.shape, generator=generator) * scale
            value.copy_(1 + noise if "norm" in name and name.endswith("weight") and value.ndim == 1 else noise)
    return module.eval()


def tokenizer():
    """Return a tokenizer of bytes with the chat's special tokens."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer
    signs = sorted(ByteLevel.alphabet())
    vocab = {sign: number for number, sign in enumerate([*signs, *SPECIAL])}
    made = Qwen2Tokenizer(vocab=vocab, merges=[], additional_special_tokens=list(SPECIAL[1:]), model_max_length=4096)
    made.chat_template = TEMPLATE
    return made


def _scheduler(config):
    from diffusers import FlowMatchEulerDiscreteScheduler
    return FlowMatchEulerDiscreteScheduler(**config)


def zimage_parts():
    """Return the components of a Z-Image pipeline; a latent has 2 x 2 pixels."""
    from diffusers import AutoencoderKL, ZImageTransformer2DModel
    from transformers import Qwen3Config, Qwen3Model
    text = Qwen3Config(hidden_size=WORDS, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2,
                       head_dim=8, vocab_size=256 + len(SPECIAL), max_position_embeddings=1024)
    vae = AutoencoderKL(block_out_channels=(8, 8), latent_channels=4, norm_num_groups=4, down_block_types=("DownEncoderBlock2D",) * 2,
                        up_block_types=("UpDecoderBlock2D",) * 2, scaling_factor=0.5, shift_factor=0.1, use_quant_conv=False,
                        use_post_quant_conv=False)
    return {"scheduler": _scheduler(TURBO), "tokenizer": tokenizer(), "text_encoder": drawn(Qwen3Model(text), 1), "vae": drawn(vae, 2),
            "transformer": drawn(ZImageTransformer2DModel(**zimage_config()), 3)}


def zimage_config():
    """Return the arguments of the tiny transformer."""
    return {"in_channels": 4, "dim": 16, "n_layers": 4, "n_refiner_layers": 2, "n_heads": 2, "n_kv_heads": 2, "cap_feat_dim": WORDS,
            "axes_dims": [4, 2, 2], "axes_lens": [1024, 64, 64]}


def zimage_control(version="2.1", seed=4):
    """Return a ZImageControlNetModel as a version of the published control is built; width and depth fit `zimage_config`."""
    from diffusers import ZImageControlNetModel
    refiner = {"1": None, "2.0": "control_layers", "2.1": "control_noise_refiner"}[version]
    return drawn(ZImageControlNetModel(
        control_layers_places=[0, 2], control_refiner_layers_places=[0, 1], control_in_dim=4 if version == "1" else 9,
        add_control_noise_refiner=refiner, dim=16, n_refiner_layers=2, n_heads=2, n_kv_heads=2), seed)


def zimage(folder):
    """Save a Z-Image pipeline and its control; return {role: Path}."""
    from diffusers import ZImagePipeline
    roles = {"base": Path(folder, "base"), "control": Path(folder, "control")}
    ZImagePipeline(**zimage_parts()).save_pretrained(roles["base"])
    zimage_control().save_pretrained(roles["control"])
    return roles


def single_file(path, control, refiner_zeros=None):
    """Write a control as its makers do: one safetensors file of its own weights, named as in the network, none of the base's.

    refiner_zeros   a 2.1 control whose refiner is zero: how version 2.0 was published
    """
    from safetensors.torch import save_file
    own = {name: value.contiguous() for name, value in control.state_dict().items() if name.startswith("control_")}
    if refiner_zeros is not None:
        borrowed = refiner_zeros.state_dict().items()
        own |= {name: torch.zeros_like(value) for name, value in borrowed if name.startswith("control_noise_refiner")}
    save_file(own, path)
    return Path(path)


def qwen_parts():
    """Return the components of a Qwen-Image pipeline; a latent has 4 x 4 pixels."""
    from diffusers import AutoencoderKLQwenImage, QwenImageTransformer2DModel
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1000000.0}
    text = Qwen2_5_VLConfig(
        text_config={"hidden_size": WORDS, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
                     "num_key_value_heads": 2, "rope_parameters": rope, "vocab_size": 256 + len(SPECIAL)},
        vision_config={"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": WORDS},
        image_token_id=259, video_token_id=260, vision_start_token_id=261, vision_end_token_id=262)
    vae = AutoencoderKLQwenImage(base_dim=8, z_dim=4, dim_mult=[1, 2, 4], num_res_blocks=1, temperal_downsample=[False, True],
                                 latents_mean=[0.1, -0.2, 0.3, 0.0], latents_std=[1.5, 0.8, 1.2, 1.0])
    network = QwenImageTransformer2DModel(num_layers=2, out_channels=4, **_qwen_config())
    return {"scheduler": _scheduler(DYNAMIC), "tokenizer": tokenizer(), "text_encoder": drawn(Qwen2_5_VLForConditionalGeneration(text), 5),
            "vae": _certain(drawn(vae, 6)), "transformer": drawn(network, 7)}


def _certain(vae):
    """Return an autoencoder whose latents have no spread: diffusers draws the control's, and ours are their mean."""
    with torch.no_grad():
        vae.quant_conv.weight[vae.config.z_dim:] = 0
        vae.quant_conv.bias[vae.config.z_dim:] = -30
    return vae


def _qwen_config():
    return {"patch_size": 2, "in_channels": 16, "attention_head_dim": 16, "num_attention_heads": 2, "joint_attention_dim": WORDS,
            "axes_dims_rope": (8, 4, 4)}


def qwen_control(**changed):
    """Return a QwenImageControlNetModel that fits the tiny transformer."""
    from diffusers import QwenImageControlNetModel
    return drawn(QwenImageControlNetModel(num_layers=1, **(_qwen_config() | changed)), 8)


def qwen(folder):
    """Save a Qwen-Image pipeline and its control; return {role: Path}."""
    from diffusers import QwenImagePipeline
    roles = {"base": Path(folder, "base"), "control": Path(folder, "control")}
    QwenImagePipeline(**qwen_parts()).save_pretrained(roles["base"])
    qwen_control().save_pretrained(roles["control"])
    return roles


def rename(folder, name):
    """Write another class name into a saved pipeline's index or network's configuration."""
    for path in (Path(folder, "model_index.json"), Path(folder, "config.json")):
        if path.is_file():
            path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": name}), encoding="utf-8")


def conditions(count, side, seed=0):
    """Return Conditions of `count` views whose depth and base are noise from a generator."""
    import numpy as np

    from wince_headless.paint.conditions import Conditions
    rng = np.random.default_rng(seed)
    flat, colours = np.zeros((count, side, side), np.float32), rng.random((count, side, side, 3), dtype=np.float32)
    return Conditions(rng.random((count, side, side), dtype=np.float32), colours, colours, flat, flat, colours)


def noise(*shape, seed=0):
    """Return standard normal noise of a shape."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def denoised(backend, conditioning, latents, ladder):
    """Return latents after all levels, by our own steps."""
    from wince_headless.paint.denoise import levels
    for now, then in pairwise(ladder):
        latents = levels.step(latents, backend.predict_x0(latents, now, conditioning, slice(0, len(latents))), now, then)
    return latents
