"""Folders that are no Stable Diffusion 1.5, no ControlNet of its kind, or not whole: one sentence each; and what is the family's own."""

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
tiny = pytest.importorskip("tiny")

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint import backends, settings  # noqa: E402
from wince_headless.paint.models.catalogue import CATALOGUE  # noqa: E402

VAE = Path("base/vae/diffusion_pytorch_model.safetensors")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("sd15")
    tiny.sd15(folder)
    return folder


@pytest.fixture
def room(made, tmp_path):
    """A copy of the folders, to be spoilt."""
    return Path(shutil.copytree(made, tmp_path / "room"))


def load(room, **others):
    folders = {role: room / role for role in ("base", "control.depth", "control.normal")}
    return backends.of("sd15").load(folders | others, torch.device("cpu"), torch.float32, settings.Settings(backend="sd15"))


def edit(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def refusal(room, **others):
    with pytest.raises(WinceError) as caught:
        load(room, **others)
    sentence = str(caught.value)
    assert "\n" not in sentence and len(sentence) < 600
    return sentence


def test_what_it_needs(room):
    assert backends.of("sd15").needs == CATALOGUE["sd15"]
    backend = load(room)
    assert (backend.name, backend.guidance, backend.pipe.safety_checker) == ("sd15", 7.5, None)


def test_depth_goes_to_the_depth_control(room):
    from safetensors.torch import load_file
    nets = load(room).pipe.controlnet.nets
    for net, role in zip(nets, ("control.depth", "control.normal"), strict=True):
        assert torch.equal(net.conv_in.weight, load_file(room / role / "diffusion_pytorch_model.safetensors")["conv_in.weight"])
    assert not torch.equal(nets[0].conv_in.weight, nets[1].conv_in.weight)


def test_no_folder(room):
    assert refusal(room, base=room / "nowhere") == (
        f"base: there is no folder {room / 'nowhere'}: give the folder of a model, or fetch one with wince models fetch")


def test_no_pipeline(room):
    Path(room, "base/model_index.json").unlink()
    assert "has no model_index.json: give a folder as diffusers saves one, with Stable Diffusion 1.5 in it" in refusal(room)


def test_a_pipeline_of_another_family(room):
    edit(room / "base/model_index.json", _class_name="StableDiffusionXLPipeline")
    assert refusal(room) == (f"base: {room / 'base'} holds a StableDiffusionXLPipeline, not Stable Diffusion 1.5: choose the backend sdxl, "
                             "or give another model")
    edit(room / "base/model_index.json", _class_name="FluxPipeline")
    assert refusal(room).endswith("holds a FluxPipeline, not Stable Diffusion 1.5: give another model")


def test_a_control_in_place_of_the_base(room):
    assert "has no model_index.json" in refusal(room, base=room / "control.depth")


def test_a_base_in_place_of_a_control(room):
    assert "has no config.json: give the folder of one network" in refusal(room, **{"control.depth": room / "base"})


@pytest.mark.parametrize("lost", ["vae", "unet", "text_encoder", "tokenizer", "scheduler"])
def test_a_missing_component(room, lost):
    shutil.rmtree(room / "base" / lost)
    assert refusal(room) == f"base: {room / 'base' / lost} is missing: the model is not whole, fetch it again"


def test_missing_weights(room):
    Path(room, VAE).unlink()
    assert refusal(room) == f"base: {room / 'base/vae'} has no .safetensors file: the model is not whole, fetch it again"


def test_pickles(room):
    Path(room, VAE).rename(room / "base/vae/diffusion_pytorch_model.bin")
    assert "has its weights as pickles only, which can run programs: give the model's safetensors" in refusal(room)


def test_half_a_file(room):
    data = Path(room, VAE).read_bytes()
    Path(room, VAE).write_bytes(data[:len(data) // 2])
    assert f"{room / VAE} is not whole" in refusal(room)


def test_a_file_of_something_else(room):
    Path(room, VAE).write_text("<html>not found</html>")
    assert f"{room / VAE} is no safetensors file" in refusal(room)


def test_a_missing_shard(room):
    index = {"metadata": {}, "weight_map": {"a": "diffusion_pytorch_model-00001-of-00002.safetensors"}}
    Path(room, "base/unet/diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    assert "diffusion_pytorch_model-00001-of-00002.safetensors is missing" in refusal(room)


def test_weights_with_less_than_the_network(room):
    from safetensors.torch import load_file, save_file
    path = room / "control.normal/diffusion_pytorch_model.safetensors"
    held = load_file(path)
    held.pop("conv_in.weight")
    save_file(held, path)
    sentence = refusal(room)
    assert sentence.startswith("control.normal: ") and ("numbers of their network" in sentence or "cannot be loaded" in sentence)


def test_weights_of_other_shapes(room):
    edit(room / "base/vae/config.json", latent_channels=4, layers_per_block=2)
    assert refusal(room).startswith("base: ")


def test_a_configuration_that_is_no_json(room):
    Path(room, "control.depth/config.json").write_text("{")
    assert refusal(room) == f"{room / 'control.depth/config.json'} is not JSON: fetch the model again"


def test_a_control_of_another_width(room):
    edit(room / "control.depth/config.json", cross_attention_dim=1024)
    assert refusal(room) == (f"control.depth: {room / 'control.depth'} is of another width (cross_attention_dim 1024, the base model's is "
                             "32): give a plain ControlNet made for Stable Diffusion 1.5")


def test_a_control_of_another_scale(room):
    edit(room / "control.depth/config.json", conditioning_embedding_out_channels=[16, 32, 96])
    assert "reads pictures at another scale" in refusal(room)


def test_a_union_control(room):
    edit(room / "control.normal/config.json", num_control_type=6)
    assert refusal(room).endswith("is a union ControlNet: give a plain ControlNet made for Stable Diffusion 1.5")


def test_an_inpainting_model(room):
    for part in ("base/unet", "control.depth", "control.normal"):
        edit(room / part / "config.json", in_channels=9)
    assert "takes 9 channels, as inpainting models do: give a plain text-to-image model" in refusal(room)


def test_a_schedule_that_is_none_of_ours(room):
    edit(room / "base/model_index.json", scheduler=["diffusers", "FlowMatchEulerDiscreteScheduler"])
    Path(room, "base/scheduler/scheduler_config.json").write_text(json.dumps({"_class_name": "FlowMatchEulerDiscreteScheduler"}))
    assert "FlowMatchEulerDiscreteScheduler with prediction type 'epsilon' is none that sd15 knows" in refusal(room)


def test_a_pipeline_saved_with_its_safety_checker_folder_missing(room):
    edit(room / "base/model_index.json", safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
         feature_extractor=["transformers", "CLIPImageProcessor"])
    assert load(room).pipe.safety_checker is None
