"""A backend behind a meter: how long its parts take, how often they are asked for; in the end it answers in their place."""

import torch


class Metered:
    """Any backend, its slow calls timed; all else is the backend's own.

    backend   backends.base.Backend
    runs      how many calls of each part are really made; after them come grey pictures and latents as they are
    part      (name, network, times) -> an object with `times` and `seconds`, see benchmark.Part; counted in views
    clock     returns seconds
    say       takes a sentence before each call of which only some are made
    parts     {name: part}
    spent     seconds in all calls, answered or made
    """

    def __init__(self, backend, runs, part, clock, say=None):
        self._backend, self._runs, self._seconds, self._say = backend, runs, clock, say
        self.parts = {name: part(f"{name}, a view", True, 0) for name in ("network", "decoder", "encoder")}
        self.parts["conditions"] = part("conditions", True, 0)
        self.spent, self._calls, self._like = 0.0, {}, None

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def encode(self, images):
        """Time the encoder."""
        found = self._timed("encoder", len(images), lambda: self._backend.encode(images))
        if found is not None:
            self._like = found[:1]
        return self._like.expand(len(images), -1, -1, -1).clone() if found is None else found

    def decode(self, latents):
        """Time the decoder."""
        side = [length * self._factor() for length in latents.shape[2:]]
        found = self._timed("decoder", len(latents), lambda: self._backend.decode(latents))
        return torch.full((len(latents), 3, *side), 0.5, device=self._backend.device) if found is None else found

    def condition(self, prompts, negative, conditions):
        """Time what is done once for a person."""
        return self._timed("conditions", 1, lambda: self._backend.condition(prompts, negative, conditions), always=True)

    def predict_x0(self, latents, level, conditioning, views):
        """Time the network."""
        found = self._timed("network", len(latents), lambda: self._backend.predict_x0(latents, level, conditioning, views))
        return latents * level.alpha if found is None else found

    def sizes(self):
        """Return {network: numbers in its weights}."""
        pipe, found = self._backend.pipe, {}
        for name in ("unet", "transformer", "controlnet", "vae"):
            if getattr(pipe, name, None) is not None:
                found[name] = sum(value.numel() for value in getattr(pipe, name).parameters())
        return found

    def _factor(self):
        """Return how many pixels make one latent along a side; the backends call it by two names."""
        return getattr(self._backend, "factor", self._backend.multiple)

    def _timed(self, name, count, call, always=False):
        """Return what a call gives, none where enough of its kind were made; a call that fails for want of memory counts as none."""
        if self._say and not always and self._calls.get(name, 0) < self._runs:
            self._say(f"{name}: call {self._calls.get(name, 0) + 1} of {self._runs}")
        began = self._clock()
        made = always or self._calls.get(name, 0) < self._runs
        found = call() if made else None
        took = self._clock() - began
        self._calls[name] = self._calls.get(name, 0) + made
        self.parts[name].times += count
        self.parts[name].seconds += [took / count] * (count if made else 0)
        self.spent += took
        return found

    def _clock(self):
        device = self._backend.device
        if device.type != "cpu":
            getattr(torch, device.type).synchronize()
        return self._seconds()
