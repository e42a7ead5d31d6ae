"""Where the parts of a large pipeline lie: what does not fit beside the network waits in main memory."""

from contextlib import contextmanager

import torch

WORK = 3.5e9                           # bytes that the network needs for a sheet beside its weights, about; `spare` goes on from there
READING = 1e9                          # bytes that the text encoder needs beside its weights


class Placement:
    """The parts `text_encoder`, `transformer`, `controlnet` and `vae` of a diffusers pipeline on one device.

    offload   "none": all stay on the device; "model": the text encoder waits in main memory; "auto": what does not fit waits, in
              the end the layers of the network too.  Where memory runs out all the same, `spare` goes on, but for "none"
    """

    def __init__(self, pipe, device, offload):
        """Move the parts to where they belong."""
        self.pipe, self.device, self.offload = pipe, torch.device(device), offload
        self.layered = False
        apart, room = self.device.type != "cpu", free(self.device) - WORK
        network = sum(weight(part, self.device) for part in (pipe.transformer, pipe.controlnet, pipe.vae))
        self.waits = apart and (offload == "model" or (offload == "auto" and network + weight(pipe.text_encoder, self.device) > room))
        pipe.vae.to(self.device)
        if apart and offload == "auto" and network > room:
            self.layers()
        else:
            pipe.transformer.to(self.device)
            pipe.controlnet.to(self.device)
        pipe.text_encoder.to("cpu" if self.waits else self.device)

    @contextmanager
    def encoder(self):
        """Give the device on which the text encoder works: the fast one if there is room now, else the processor."""
        if not self.waits:
            yield self.device
            return
        place = self.device if free(self.device) > weight(self.pipe.text_encoder, self.device) + READING else torch.device("cpu")
        self.pipe.text_encoder.to(place)
        try:
            yield place
        finally:
            self.pipe.text_encoder.to("cpu")
            _let_go(self.device)

    def spare(self):
        """Free memory of the device by one more step; return what was done, "" when nothing is left or the user wants all in place."""
        if self.device.type == "cpu" or self.offload == "none":
            return ""
        if not self.waits:
            self.waits = True
            self.pipe.text_encoder.to("cpu")
            _let_go(self.device)
            return "the text encoder waits in main memory"
        if not self.layered:
            self.layers()
            return "the network's layers wait in main memory, which is slow"
        return ""

    def layers(self):
        """Keep the network's layers in main memory and bring each to the device for the time it works (accelerate's cpu_offload)."""
        from accelerate import cpu_offload

        network, control = self.pipe.transformer, self.pipe.controlnet
        shared = {id(module) for module in network.modules()}                # Z-Image's control borrows the network's embedders
        for name, value in list(control.named_parameters(recurse=False)):    # and its padding, which would be left on no device
            control._parameters[name] = torch.nn.Parameter(value.detach().to(self.device), requires_grad=False)
        cpu_offload(network, self.device)
        for child in control.children():
            if id(child) not in shared:
                cpu_offload(child, self.device)
        self.layered = True
        _let_go(self.device)


def weight(module, device):
    """Return the bytes of a module's weights that are not on a device yet."""
    return sum(value.numel() * value.element_size() for value in module.parameters() if value.device.type != device.type)


def free(device):
    """Return the bytes that are free on a device; infinite where it cannot be told."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return float("inf")


def _let_go(device):
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
