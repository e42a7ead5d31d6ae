"""Is a folder the model it is taken for?  Read from its small files and its weights' headers, before gigabytes are read.

A pipeline is a folder as diffusers saves one (model_index.json, a folder per component); a network is one such component alone.
"""

import json
import re
from contextlib import contextmanager
from pathlib import Path

from wince.core.errors import WinceError

from ..models import weights

INDEX = "model_index.json"
CONFIG = "config.json"
UNUSED = ("safety_checker", "feature_extractor", "image_encoder")           # components that painting never loads
BACKEND_OF = (("StableDiffusionXL", "sdxl"), ("StableDiffusion3", ""), ("StableDiffusion", "sd15"), ("ZImage", "zimage"),
              ("QwenImage", "qwen"))                # what a pipeline's class begins with
READ = re.compile(r"(model|diffusion_pytorch_model)(\.fp16)?(-\d+-of-\d+)?(\.fp16)?\.safetensors")
WEIGHTLESS = ("Tokenizer", "Processor", "Scheduler")                  # words in the class names of components without weights


def check_pipeline(folder, role, title, accepts, given=()):
    """Refuse a folder that holds no whole pipeline of a family.

    folder   Path; role: what it is wanted for, such as "base"
    title    the family's name, for people
    accepts  predicate of the class named in model_index.json
    given    names of components that come from elsewhere
    returns  Path
    raises   WinceError: what is missing, what the folder was taken for, the cure
    """
    folder = _there(folder, role)
    index = _json(folder / INDEX, f"{role}: {folder} has no {INDEX}: give a folder as diffusers saves one, with {title} in it; "
                                  "checkpoints in a single file are not read")
    kind = str(index.get("_class_name", ""))
    if not accepts(kind):
        raise WinceError(f"{role}: {folder} holds a {kind or 'pipeline without a name'}, not {title}: {_cure(kind)}")
    for name, (_, kind) in components(index).items():
        if name not in given:
            _check_component(folder / name, role, kind)
    return folder


def components(index):
    """Return {name: (library, class)} of the components that painting loads from a model_index.json."""
    return {name: tuple(value) for name, value in index.items()
            if isinstance(value, list) and len(value) == 2 and value[1] and name not in UNUSED}


def check_network(folder, role):
    """Refuse a folder that holds no whole network: its configuration and safetensors; return its Path."""
    folder = _there(folder, role)
    _json(folder / CONFIG, f"{role}: {folder} has no {CONFIG}: give the folder of one network as diffusers saves it")
    _check_weights(folder, role)
    return folder


def config(folder):
    """Return a network's configuration, a dict."""
    return json.loads(Path(folder, CONFIG).read_text(encoding="utf-8"))


def variant(folder):
    """Return "fp16" where the network in a folder, or one of a pipeline's, has 16-bit safetensors only, else None.

    As `from_pretrained` wants it, which then takes the plain ones of all networks that have no others.
    """
    found = [_weights_in(place) for place in (Path(folder), *Path(folder).glob("*/"))]
    return "fp16" if any(files and all(".fp16" in path.name for path in files) for files in found) else None


def check_complete(module, folder, role):
    """Refuse weights with fewer numbers than the network they were read into: the loaders would leave the rest at random."""
    kind = variant(folder)
    files = [path for path in _weights_in(folder) if (".fp16" in path.name) == bool(kind)]
    found, wanted = sum(weights.header(path).parameters for path in files), sum(p.numel() for p in module.parameters())
    if found < wanted:
        raise WinceError(f"{role}: the weights in {folder} have {found:,} of the {wanted:,} numbers of their network: "
                         "config.json and weights are of different models, or the copy is not whole: fetch it again")


@contextmanager
def loading(folder, role):
    """Say what cannot be loaded from where; memory that runs out and bugs travel on."""
    from safetensors import SafetensorError
    try:
        yield
    except (OSError, ValueError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:300]
        raise WinceError(f"{role}: {folder} cannot be loaded ({reason}): fetch the model again, or give another") from error


def _there(folder, role):
    folder = Path(folder)
    if not folder.is_dir():
        raise WinceError(f"{role}: there is no folder {folder}: give the folder of a model, or fetch one with wince models fetch")
    return folder


def _json(path, missing):
    """Return what a JSON file holds, a dict; `missing` is said where there is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise WinceError(missing) from None
    except ValueError:
        raise WinceError(f"{path} is not JSON: fetch the model again") from None
    if not isinstance(value, dict):
        raise WinceError(f"{path} is not a model's: fetch the model again")
    return value


def _cure(kind):
    name = next((name for start, name in BACKEND_OF if kind.startswith(start)), "")
    return f"choose the backend {name}, or give another model" if name else "give another model"


def _check_component(folder, role, kind):
    """Refuse a component's folder that lacks a file."""
    if not folder.is_dir():
        raise WinceError(f"{role}: {folder} is missing: the model is not whole, fetch it again")
    if any(word in kind for word in WEIGHTLESS):
        if not any(folder.iterdir()):
            raise WinceError(f"{role}: {folder} is empty: the model is not whole, fetch it again")
        return
    _json(folder / CONFIG, f"{role}: {folder / CONFIG} is missing: the model is not whole, fetch it again")
    _check_weights(folder, role)


def _check_weights(folder, role):
    files = _weights_in(folder)
    if not files and any(path.suffix in weights.PICKLES for path in folder.iterdir()):
        raise WinceError(f"{role}: {folder} has its weights as pickles only, which can run programs: give the model's safetensors")
    if not files:
        raise WinceError(f"{role}: {folder} has no {weights.SUFFIX} file: the model is not whole, fetch it again")
    if absent := weights.missing_shards(folder):
        raise WinceError(f"{role}: {folder / absent[0]} is missing: the model is not whole, fetch it again")
    for path in files:
        weights.header(path)


def _weights_in(folder):
    """Return the files that `from_pretrained` may read a network's weights from; other copies, such as `.non_ema`, are left out."""
    return sorted(path for path in Path(folder).glob(f"*{weights.SUFFIX}") if READ.fullmatch(path.name))
