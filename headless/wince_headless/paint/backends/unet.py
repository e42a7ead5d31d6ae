"""What the families of Stable Diffusion share: a UNet with ControlNets that predicts noise, v or the sample, and a variational autoencoder.

A family says how it is loaded, how it encodes text, and what its ControlNet is told.
"""

from dataclasses import dataclass

import torch

from wince.core.errors import WinceError

from . import checks, words
from .base import Backend, Level
from .quiet import quiet

# The red, green, blue of the normals that the ControlNets were trained with (ScanNet's protocol, as NormalBae paints them) are left, up,
# towards the viewer. Ours are right, up, towards the viewer.
NORMAL_SIGNS = (-1.0, 1.0, 1.0)
PREDICTIONS = ("epsilon", "v_prediction", "sample")
SHAPE_KEYS = ("in_channels", "block_out_channels", "layers_per_block", "cross_attention_dim")     # in which UNet and ControlNet are alike
SMALLEST = 2.0 ** -24                      # of the signal's share, where noise is predicted: x0 is divided by its root


@dataclass(frozen=True, eq=False)
class Text:
    """Embedded texts: `embeds` (n, tokens, d), `pooled` (n, p) or None where the family has none."""

    embeds: torch.Tensor
    pooled: torch.Tensor | None

    def rows(self, chosen):
        """Return the texts of a slice, or of a list of places."""
        return Text(self.embeds[chosen], None if self.pooled is None else self.pooled[chosen])

    def joined(self, other):
        """Return these texts and others."""
        return Text(torch.cat([self.embeds, other.embeds]), None if self.pooled is None else torch.cat([self.pooled, other.pooled]))


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What is known of one person's V views.

    text      Text of the V views; `negative` Text of one row
    controls  tuple of (V, 3, H, W), depth and normals as the ControlNets want them
    """

    text: Text
    negative: Text
    controls: tuple


class UNetBackend(Backend):
    """A diffusers pipeline with `unet`, `controlnet` and `vae`, taken apart: one prediction at a time."""

    def __init__(self, pipe, device, dtype, settings):
        """Take a loaded pipeline; `load` makes one.

        pipe      the pipeline; device, dtype as in `load`
        settings  Settings: guidance, control, offload; below 0: the preset
        """
        self.pipe, self.device, self.dtype = pipe, device, dtype
        self.guidance = settings.guidance if settings.guidance >= 0 else type(self).guidance
        self.control = settings.control if settings.control >= 0 else type(self).control
        self.multiple = _factor(pipe.vae.config.block_out_channels)
        self.offloads = settings.offload == "model" and device.type != "cpu"
        self.two_passes, self._texts = False, {}
        self._schedule = _schedule(pipe.scheduler, self.name)
        self._ways = self._ways_to_spare(settings)
        self._here = set()                                     # groups of networks that are on the device
        for group in self._groups():
            self._leave(group)

    # ---- noise levels ----

    def levels(self, steps, strength):
        """Return the Levels: the model's own schedule and spacing, its beginning cut off as img2img does."""
        self._schedule.set_timesteps(steps)
        count = min(max(int(steps * strength), 1), steps)
        smallest = SMALLEST if self._schedule.config.prediction_type == "epsilon" else 0.0
        shares = self._schedule.alphas_cumprod
        times = [min(int(t), len(shares) - 1) for t in self._schedule.timesteps[-count:]]     # an offset leads beyond the last
        found = [(t, max(float(shares[t]), smallest)) for t in times]
        return [Level(float(t), share ** 0.5, (1 - share) ** 0.5) for t, share in found] + [Level(0.0, 1.0, 0.0)]

    # ---- images and latents ----

    @torch.no_grad()
    def encode(self, images):
        """Return latents (n, c, h, w) float32 of images (n, 3, H, W) 0..1."""
        self._bring("vae")
        vae, (shift, scale) = self.pipe.vae, self._latent_range()
        latents = vae.encode((images.to(self.device) * 2 - 1).to(vae.dtype)).latent_dist.mode().float()
        return (latents - shift) * scale

    @torch.no_grad()
    def decode(self, latents):
        """Return images (n, 3, H, W) float32, about 0..1."""
        self._bring("vae")
        vae, (shift, scale) = self.pipe.vae, self._latent_range()
        latents = latents.to(self.device, torch.float32) / scale + shift
        return vae.decode(latents.to(vae.dtype), return_dict=False)[0].float() / 2 + 0.5

    def _latent_range(self):
        """Return (shift, scale): a model's latent is what the encoder gives, less the shift, times the scale."""
        config, channels = self.pipe.vae.config, (1, -1, 1, 1)
        mean, spread = config.get("latents_mean"), config.get("latents_std")
        if mean is not None and spread is not None:
            return (torch.tensor(mean, device=self.device).view(channels),
                    config.scaling_factor / torch.tensor(spread, device=self.device).view(channels))
        return config.get("shift_factor") or 0.0, config.scaling_factor

    # ---- one person ----

    @torch.no_grad()
    def condition(self, prompts, negative, conditions):
        """Return the Conditioning of one person.

        raises   WinceError when the views' sides are no multiples of what the VAE makes of a pixel
        """
        self._check_size(*conditions.depth.shape[1:])
        with quiet():                                          # texts that are measured are said to be too long
            cut = {text: words.pieces(text, self._fits) for text in {*prompts, negative}}
            self._embed({piece for pieces in cut.values() for piece in pieces} | {""})
        longest = max(map(len, cut.values()))
        text = self._told([cut[prompt] for prompt in prompts], longest)
        return Conditioning(text, self._unsaid(self._told([cut[negative]], longest), negative), self._controls(conditions))

    def _check_size(self, height, width):
        step = self.multiple
        if height % step or width % step:
            low = max(min(height, width) // step * step, step)
            raise WinceError(f"the views are {width} x {height} pixels and {self.name} paints multiples of {step}: "
                             f"give view_size={low} or view_size={low + step}")

    def _fits(self, text):
        tokenizer = self.pipe.tokenizer
        return len(tokenizer.tokenize(text)) + tokenizer.num_special_tokens_to_add() <= tokenizer.model_max_length

    def _embed(self, pieces):
        """Embed the pieces of text that were not yet; one by one, so that no embedding depends on its neighbours."""
        new = sorted(pieces - self._texts.keys())
        if new:
            self._bring("text")
            self._texts |= {piece: self._embedded(piece) for piece in new}
            self._leave("text")

    def _told(self, texts, longest):
        """Return the Text of n texts, lists of pieces, filled up with nothing to the longest."""
        whole = [[self._texts[piece] for piece in pieces + [""] * (longest - len(pieces))] for pieces in texts]
        pooled = None if whole[0][0].pooled is None else torch.cat([pieces[0].pooled for pieces in whole])
        return Text(torch.cat([torch.cat([piece.embeds for piece in pieces], 1) for pieces in whole]), pooled)

    def _unsaid(self, text, negative):
        """Return the Text that guidance leads away from."""
        return text

    def _controls(self, conditions):
        depth = torch.as_tensor(conditions.depth, dtype=torch.float32)[:, None].expand(-1, 3, -1, -1)
        normal = torch.as_tensor(conditions.normal, dtype=torch.float32).permute(0, 3, 1, 2)
        normal = ((normal * 2 - 1) * torch.tensor(NORMAL_SIGNS).view(1, 3, 1, 1) + 1) / 2
        return tuple(picture.to(self.device, self.dtype).contiguous() for picture in (depth, normal))

    # ---- one prediction ----

    @torch.no_grad()
    def predict_x0(self, latents, level, conditioning, views):
        """Return the predicted clean latents, float32; guidance in one pass of both texts, or in two where memory is short."""
        self._bring("denoiser")
        noisy = latents.to(self.device, torch.float32)
        told, controls = conditioning.text.rows(views), [picture[views] for picture in conditioning.controls]
        output = self._guided(noisy.to(self.dtype), level.t, told, conditioning.negative, controls)
        return _clean(noisy, output, level, self._schedule.config.prediction_type)

    def _guided(self, latents, t, told, negative, controls):
        """Return the network's output (n, c, h, w) float32, led away from the negative text (Ho and Salimans 2022)."""
        if self.guidance <= 1:
            return self._output(latents, t, told, controls)
        unsaid = negative.rows([0] * len(latents))
        if self.two_passes:
            without, given = (self._output(latents, t, text, controls) for text in (unsaid, told))
        else:
            twice = [torch.cat([picture, picture]) for picture in (latents, *controls)]
            without, given = self._output(twice[0], t, unsaid.joined(told), twice[1:]).chunk(2)
        return without + self.guidance * (given - without)

    def _output(self, latents, t, text, controls):
        t = torch.tensor(t, device=self.device)
        added = self._added(text, controls[0].shape[-2:])
        down, mid = self.pipe.controlnet(latents, t, encoder_hidden_states=text.embeds, controlnet_cond=controls, added_cond_kwargs=added,
                                         conditioning_scale=[self.control] * len(controls), return_dict=False,
                                         **self._control_words(len(latents)))
        return self.pipe.unet(latents, t, encoder_hidden_states=text.embeds, added_cond_kwargs=added, down_block_additional_residuals=down,
                              mid_block_additional_residual=mid, return_dict=False)[0].float()

    def _added(self, text, size):
        """Return what the family's networks are told beside the text, a dict or None."""
        return None

    def _control_words(self, count):
        """Return further keywords of the family's ControlNet for a batch of `count`."""
        return {}

    # ---- memory ----

    def spare(self):
        """Make the next try need less memory; what leaves every bit as it was comes first."""
        if not self._ways:
            return ""
        phrase, act = self._ways.pop(0)
        act()
        return phrase

    def _ways_to_spare(self, settings):
        ways = [("the autoencoder takes one view at a time", self.pipe.vae.enable_slicing)]
        if self.guidance > 1:
            ways.append(("guidance takes two passes", self._pass_twice))
        if self.device.type != "cpu" and settings.offload == "auto":
            ways.append(("weights wait in main memory", self._offload))
        if self.device.type != "cuda":                         # whose own attention holds no matrix of all with all
            ways.append(("attention is computed in slices", self.pipe.enable_attention_slicing))
        ways.append(("the autoencoder works in tiles", self._tile))
        return ways

    def _pass_twice(self):
        self.two_passes = True

    def _offload(self):
        self.offloads = True

    def _tile(self):
        """Halve the autoencoder's own tiles, which are as large as the views; each has its own statistics, so colours change a little."""
        vae = self.pipe.vae
        vae.tile_latent_min_size = max(vae.tile_latent_min_size // 2, 8)
        vae.tile_sample_min_size = vae.tile_latent_min_size * self.multiple
        vae.enable_tiling()

    def _groups(self):
        """Return {name: networks that work together}."""
        return {"text": self._text_encoders(), "vae": (self.pipe.vae,), "denoiser": (self.pipe.unet, self.pipe.controlnet)}

    def _text_encoders(self):
        return (self.pipe.text_encoder,)

    def _bring(self, group):
        """Have a group of networks on the device; where weights are offloaded, the others leave it first."""
        for other in tuple(self._here - {group}) if self.offloads else ():
            self._leave(other)
        if group not in self._here:
            self._move(group, self.device)
            self._here.add(group)

    def _leave(self, group):
        self._move(group, "cpu")
        self._here.discard(group)
        if self.device.type in ("cuda", "mps"):
            getattr(torch, self.device.type).empty_cache()

    def _move(self, group, place):
        for network in self._groups()[group] if self.device.type != "cpu" else ():
            network.to(place)


def _clean(noisy, output, level, prediction):
    """Return x0 of a noisy sample and what the network made of it (v: Salimans and Ho 2022)."""
    if prediction == "epsilon":
        return (noisy - level.sigma * output) / level.alpha
    return level.alpha * noisy - level.sigma * output if prediction == "v_prediction" else output


def _schedule(scheduler, name):
    """Return the noise schedule that a pipeline's own scheduler is configured for; only its noise and its time steps are used."""
    from diffusers import DDIMScheduler
    made = DDIMScheduler.from_config(scheduler.config)
    if made.config.prediction_type not in PREDICTIONS or "alphas_cumprod" not in vars(scheduler):
        raise WinceError(f"the model's {type(scheduler).__name__} with prediction type {made.config.prediction_type!r} is none that {name} "
                         f"knows: give a model that predicts {', '.join(PREDICTIONS)}")
    return made


def _factor(channels):
    """Return how many pixels make one latent, along a side: each of an autoencoder's blocks but the last halves."""
    return 2 ** (len(channels) - 1)


def check_control(base, control, vae, role, title, union):
    """Refuse a ControlNet that was made for another UNet, before weights are read.

    base, control, vae   folders of the pipeline, of the ControlNet and of the autoencoder
    title                the family's name, for people
    union                whether the family wants one that takes several kinds of picture
    """
    unet, net, vae = (checks.config(folder) for folder in (base / "unet", control, vae))
    kind = f"a {'' if union else 'plain '}ControlNet {'of the union kind ' if union else ''}made for {title}"
    if bool(net.get("num_control_type")) != union:
        raise WinceError(f"{role}: {control} is {'no' if union else 'a'} union ControlNet: give {kind}")
    for key in SHAPE_KEYS:
        if key in net and key in unet and net[key] != unet[key]:
            raise WinceError(f"{role}: {control} is of another width ({key} {net[key]}, the base model's is {unet[key]}): give {kind}")
    if unet.get("in_channels", 4) != vae.get("latent_channels", 4):
        raise WinceError(f"base: {base} takes {unet['in_channels']} channels, as inpainting models do: give a plain text-to-image model")
    read = net.get("conditioning_embedding_out_channels")
    if read and _factor(read) != _factor(vae["block_out_channels"]):
        raise WinceError(f"{role}: {control} reads pictures at another scale than the base model's autoencoder: give {kind}")


def vae_dtype(folder, device, dtype):
    """Return the number type for an autoencoder: 32 bits unless its configuration says that 16 do.

    Most overflow in float16, and bfloat16 is too coarse for colours.
    """
    half = dtype != torch.float32 and device.type != "cpu" and not checks.config(folder).get("force_upcast", True)
    return torch.float16 if half else torch.float32
