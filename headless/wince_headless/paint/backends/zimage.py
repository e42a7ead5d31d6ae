"""Z-Image-Turbo with its Fun union ControlNet, depth; all views in one picture.

The model is distilled: 8 steps without guidance, so the negative prompt does nothing (it is used only where a guidance above 1
is asked for, which suits the undistilled Z-Image).  The ControlNet knows depth, canny, HED, pose, MLSD, scribble and grey, no normals.

Not checked here, for want of the weights: that the published control file (2.1, 2602, 8 steps) loads, beyond what the key names and
configurations of its siblings say; how well depth alone holds lips, lids and nostrils; whether a sheet of views keeps one identity.
"""

import json
import tempfile
from pathlib import Path

import torch

from wince.core.errors import WinceError

from ..models import weights
from ..models.catalogue import CATALOGUE
from . import checks
from .flow import Flow, loaded, refuse_half

TITLE = "Z-Image"
CURE = "give a Z-Image Fun ControlNet, such as alibaba-pai/Z-Image-Turbo-Fun-Controlnet-Union-2.1, with --model control=ID_OR_FOLDER"
CONTROL_FILE = "Z-Image-Turbo-Fun-Controlnet-Union-2.1-2602-8steps.safetensors"
EMBEDDER = "control_all_x_embedder.2-1.weight"
REFINER = "control_noise_refiner.0.before_proj.weight"
PATCH = 2 * 2                          # latents in a token
FROM_BASE = ("all_patch_size", "all_f_patch_size", "dim", "n_heads", "n_kv_heads", "norm_eps", "qk_norm", "n_refiner_layers")


class ZImage(Flow):
    """Z-Image, 6 billion parameters, by depth."""

    name = "zimage"
    needs = CATALOGUE["zimage"]
    steps, guidance, control = 8, 0.0, 0.75
    multiple = 16

    @classmethod
    def load(cls, folders, device, dtype, settings):
        """Load base and control; the control is a diffusers folder, a .safetensors file, or a folder with the published file."""
        from diffusers import ZImageControlNetPipeline
        refuse_half(cls.name, dtype)
        base = checks.check_pipeline(folders["base"], "base", TITLE, lambda kind: kind.startswith("ZImage"))
        return loaded(cls, ZImageControlNetPipeline, base, lambda: load_control(folders["control"], base, dtype), device, dtype,
                      settings)

    def _times(self, timesteps):
        return (1000 - timesteps) / 1000

    def _embed(self, text, device):
        words, _ = self.pipe.encode_prompt([text], device=device, do_classifier_free_guidance=False)
        return words[0].to(self.device)

    def _encoded(self, values):
        config = self.pipe.vae.config
        return (self.pipe.vae.encode(values).latent_dist.mode() - config.shift_factor) * config.scaling_factor

    def _decoded(self, latents):
        config = self.pipe.vae.config
        return self.pipe.vae.decode(latents.to(self.dtype) / config.scaling_factor + config.shift_factor, return_dict=False)[0]

    def _velocity(self, picture, level, conditioning):
        words = [conditioning.words] if conditioning.unwanted is None else [conditioning.words, conditioning.unwanted]
        pictures, control = [picture[0, :, None].to(self.dtype)] * len(words), [self._hint(conditioning.control)] * len(words)
        time = torch.full((len(words),), level.t, device=self.device)
        hints = self.pipe.controlnet(pictures, time, words, control, conditioning_scale=self.control)
        seen = self.pipe.transformer(pictures, time, words, controlnet_block_samples=hints, return_dict=False)[0]
        wanted = seen[0].float()
        if conditioning.unwanted is not None:
            wanted = wanted + self.guidance * (wanted - seen[1].float())
        return -wanted.transpose(0, 1)                          # (c, 1, h, w) -> (1, c, h, w); the network points from noise to picture

    def _hint(self, control):
        """Return control latents (c, 1, h, w), with zeros where a control that can also inpaint expects mask and picture."""
        missing = self.pipe.controlnet.config.control_in_dim - control.shape[1]
        return torch.cat([control[0], control.new_zeros(missing, *control.shape[2:])])[:, None].to(self.dtype)


BACKEND = ZImage


def load_control(path, base, dtype):
    """Return the ZImageControlNetModel of a diffusers folder, or of a single file whose shape is read from its own keys.

    path    Path of a folder or a .safetensors file; base: Path of the Z-Image pipeline it is for
    raises  WinceError for what is no control of this base
    """
    from diffusers import ZImageControlNetModel
    path = Path(path)
    kind = checks.config(path).get("_class_name") if (path / checks.CONFIG).is_file() else None
    if kind != "ZImageControlNetModel":
        if kind and any(path.glob("diffusion_pytorch_model*")):            # as diffusers saves networks, but another one
            raise WinceError(f"control: {path} holds a {kind}, not a Z-Image ControlNet: {CURE}")
        return _from_file(control_file(path), base, dtype)
    checks.check_network(path, "control")
    _same_width(path, checks.config(path).get("dim"), base)
    with checks.loading(path, "control"):
        net = ZImageControlNetModel.from_pretrained(path, dtype=dtype, local_files_only=True, use_safetensors=True)
    checks.check_complete(net, path, "control")
    return net


def control_file(path):
    """Return the one control file that a path means: itself, the pinned one in a folder, or the only one there."""
    if path.is_file():
        return path
    found = sorted(path.glob(f"*{weights.SUFFIX}"))
    chosen = [file for file in found if file.name == CONTROL_FILE] or found
    if not chosen:
        raise WinceError(f"control: {path} holds no {weights.SUFFIX} file: {CURE}")
    if len(chosen) > 1:
        raise WinceError(f"control: {path} holds {len(chosen)} files ({', '.join(file.name for file in chosen[:4])}): give the path of one")
    return chosen[0]


def _from_file(path, base, dtype):
    from diffusers import ZImageControlNetModel
    weights.header(path)                                        # whole, and safetensors
    config = control_config(path, base)
    _refuse_gaps(path, config)
    with tempfile.TemporaryDirectory() as folder:               # without a local configuration diffusers asks the hub for one
        Path(folder, checks.CONFIG).write_text(json.dumps({"_class_name": "ZImageControlNetModel", **config}), encoding="utf-8")
        with checks.loading(path, "control"):
            return ZImageControlNetModel.from_single_file(str(path), config=folder, dtype=dtype, local_files_only=True)


def _refuse_gaps(path, config):
    """Refuse a file without all the weights of its network, before the loader stumbles over it."""
    from diffusers import ZImageControlNetModel
    from safetensors import safe_open
    with torch.device("meta"):
        wanted = ZImageControlNetModel(**config).state_dict()
    with safe_open(path, framework="pt") as file:
        lacking = sorted(set(wanted) - set(file.keys()))
    if lacking:
        raise WinceError(f"control: {path} lacks {len(lacking)} of its network's weights, such as {lacking[0]}: {CURE}")


def control_config(path, base):
    """Return the arguments of ZImageControlNetModel for a single file, from the names and shapes of its tensors.

    path    Path of the .safetensors file; base: Path of the Z-Image pipeline it is for
    raises  WinceError for what is no control of this base

    Layers sit on every (layers of the base / their number)th: 0, 5, ... 25 in version 1 (6 layers), 0, 2, ... 28 in 2.0 and 2.1 (15),
    0, 10, 20 in the lite files (3), as the configurations in aigc-apps/VideoX-Fun have it; diffusers 0.42 knows no lite file and would
    take one for version 1.  2.0 was trained with its layers in the refiner's place, whose own are zeros (diffusers pull request 12861).
    """
    from safetensors import safe_open
    with safe_open(path, framework="pt") as file:
        names = set(file.keys())
        if EMBEDDER not in names:
            raise WinceError(f"control: {path} is no Z-Image ControlNet, it has no {EMBEDDER}: {CURE}")
        width, inputs = file.get_slice(EMBEDDER).get_shape()
        refines = REFINER in names and bool(torch.any(file.get_tensor(REFINER)))
    wanted = _same_width(path, width, base)
    count, layers, refiners = wanted["n_layers"], _blocks(names, "control_layers"), _blocks(names, "control_noise_refiner")
    if not 1 <= layers <= count:
        raise WinceError(f"control: {path} has {layers} layers for a base of {count}: {CURE}")
    inpaints = inputs // PATCH != wanted["in_channels"]         # all versions after the first
    return {
        **{key: wanted[key] for key in FROM_BASE if key in wanted},
        "control_in_dim": inputs // PATCH,
        "control_layers_places": list(range(0, count, count // layers))[:layers],
        "control_refiner_layers_places": list(range(refiners or wanted["n_refiner_layers"])),
        "add_control_noise_refiner": ("control_noise_refiner" if refines else "control_layers") if inpaints else None,
    }


def _same_width(path, width, base):
    """Return the configuration of the base's transformer; refuse a control of another width."""
    wanted = checks.config(base / "transformer")
    if width != wanted["dim"]:
        raise WinceError(f"control: {path} is for a model of width {width}, and {base} has {wanted['dim']}: {CURE}")
    return wanted


def _blocks(names, stem):
    return len({name.split(".")[1] for name in names if name.startswith(f"{stem}.")})
