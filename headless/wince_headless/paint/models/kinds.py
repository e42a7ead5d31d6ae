"""What each backend's models are by the class that their configuration names: a wrong folder is found before gigabytes are hashed.

Only small files and the headers of weights are read. Widths and shapes are compared when the backend loads.
"""

from dataclasses import dataclass

from wince.core.errors import WinceError

from ..backends import checks
from . import weights


@dataclass(frozen=True)
class Kind:
    """A family of models.

    title     its name, for people
    start     what the classes of its pipelines begin with
    others    words in the names of pipelines that begin so and have other networks
    controls  what the classes of its controls begin with
    alone     whether a control may be one .safetensors file, or a folder without a configuration
    """

    title: str
    start: str
    others: tuple[str, ...] = ()
    controls: str = "ControlNet"
    alone: bool = False

    def accepts(self, name):
        """Tell whether a pipeline's class is of this family."""
        return name.startswith(self.start) and not any(word in name for word in self.others)


KINDS = {
    "sd15": Kind("Stable Diffusion 1.5", "StableDiffusion", ("StableDiffusionXL", "StableDiffusion3")),
    "sdxl": Kind("Stable Diffusion XL", "StableDiffusionXL"),
    "zimage": Kind("Z-Image", "ZImage", controls="ZImageControlNet", alone=True),
    "qwen": Kind("Qwen-Image", "QwenImage", ("Edit", "Layered", "21"), "QwenImageControlNet"),
}
NETWORKS = {"vae": "AutoencoderKL"}       # roles that are no controls -> what their classes begin with


def check(backend, role, path, given=()):
    """Refuse what is not the model that a backend's role wants.

    path     Path of a folder, or of a .safetensors file
    given    roles that are named beside the base
    raises   WinceError: what it is taken for, what is missing, the cure
    """
    kind = KINDS[backend]
    if role == "base":
        _refuse_file(path, role)
        checks.check_pipeline(path, role, kind.title, kind.accepts, given)
    elif not kind.alone:
        _refuse_file(path, role)
        _check_network(role, path, kind)
    elif path.is_dir():
        _check_loose(role, path, kind)


def _check_network(role, path, kind):
    """Refuse a folder that is no network, or names another class; one that names none is taken as it is."""
    checks.check_network(path, role)
    wanted, name = NETWORKS.get(role, kind.controls), str(checks.config(path).get("_class_name", ""))
    if name and not name.startswith(wanted):
        what = "an autoencoder" if role in NETWORKS else "a ControlNet"
        raise WinceError(f"{role}: {path} holds a {name}, not {what} for {kind.title}: give another with --model {role}=ID_OR_FOLDER")


def _check_loose(role, path, kind):
    """Refuse a folder with neither a network nor a file of weights at its top."""
    if (path / checks.CONFIG).is_file() and any(path.glob("diffusion_pytorch_model*")):            # as diffusers saves networks
        _check_network(role, path, kind)
    elif not any(path.glob(f"*{weights.SUFFIX}")):
        raise WinceError(f"{role}: {path} holds no {weights.SUFFIX} file: "
                         f"give a ControlNet for {kind.title} with --model {role}=ID_OR_FOLDER")


def _refuse_file(path, role):
    if path.is_file():
        raise WinceError(f"{role}: {path} is a single file, and those are not read: give a folder as diffusers saves one")
