"""What is Stable Diffusion XL's own: two text encoders, one vector per text, told sizes, the union ControlNet, a second autoencoder."""

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
tiny = pytest.importorskip("tiny")

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint import backends, settings  # noqa: E402
from wince_headless.paint.backends import unet  # noqa: E402
from wince_headless.paint.models.catalogue import CATALOGUE  # noqa: E402

WISHES = settings.Settings(backend="sdxl", guidance=4.0, control=0.8)
CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    torch.set_num_threads(1)
    return tiny.sdxl(tmp_path_factory.mktemp("sdxl"))


@pytest.fixture(scope="module")
def backend(folders):
    return load(folders)


def load(folders, **others):
    return backends.of("sdxl").load(folders | others, CPU, torch.float32, WISHES)


def test_what_it_needs(backend):
    assert type(backend).needs == CATALOGUE["sdxl"] and backend.view_size == 1024 and backend.pipe.watermark is None


def test_the_autoencoder_that_is_given(folders, tmp_path):
    torch.manual_seed(9)
    own = tiny.autoencoder(force_upcast=False, scaling_factor=0.13025)
    own.save_pretrained(tmp_path / "vae")
    backend = load(folders, vae=tmp_path / "vae")
    image = torch.full((1, 3, 8, 8), 0.25)
    with torch.no_grad():
        torch.testing.assert_close(backend.encode(image), own.encode(image * 2 - 1).latent_dist.mode() * 0.13025)


def test_the_bases_own_autoencoder_may_be_missing_then(folders, tmp_path):
    base = Path(shutil.copytree(folders["base"], tmp_path / "base"))
    vae = Path(shutil.move(base / "vae", tmp_path / "vae"))
    assert load(folders, base=base, vae=vae).encode(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 4, 4)


@pytest.mark.parametrize(("says", "device", "dtype", "wanted"), [
    ({}, CUDA, torch.float16, torch.float32), ({"force_upcast": True}, CUDA, torch.bfloat16, torch.float32),
    ({"force_upcast": False}, CUDA, torch.float16, torch.float16), ({"force_upcast": False}, CUDA, torch.bfloat16, torch.float16),
    ({"force_upcast": False}, CUDA, torch.float32, torch.float32), ({"force_upcast": False}, CPU, torch.bfloat16, torch.float32)])
def test_an_autoencoder_that_overflows_keeps_32_bits(tmp_path, says, device, dtype, wanted):
    Path(tmp_path, "config.json").write_text(json.dumps(says))
    assert unet.vae_dtype(tmp_path, device, dtype) == wanted


def test_texts_are_those_of_both_encoders(backend):
    made = backend.condition(["a calm face"], "blurry", tiny.conditions(1))
    embeds, negative, pooled, unwanted = backend.pipe.encode_prompt("a calm face", negative_prompt="blurry")
    assert made.text.embeds.shape == (1, 77, 64) and made.text.pooled.shape == (1, 32)
    for ours, theirs in ((made.text.embeds, embeds), (made.text.pooled, pooled), (made.negative.embeds, negative),
                         (made.negative.pooled, unwanted)):
        torch.testing.assert_close(ours, theirs)


def test_an_empty_negative_is_nought_as_in_training(backend):
    made = backend.condition(["a calm face"], "", tiny.conditions(1)).negative
    assert not made.embeds.any() and not made.pooled.any()


@pytest.mark.parametrize(("size", "wanted"), [((512, 768), [1024, 1024, 0, 0, 512, 768]), ((1024, 1280), [1024, 1280, 0, 0, 1024, 1280])])
def test_sizes_are_told(backend, size, wanted):
    text = backend.condition(["a calm face"] * 2, "", tiny.conditions(2)).text
    assert backend._added(text, size)["time_ids"].tolist() == [wanted] * 2


def test_depth_and_normal_are_the_unions_first_and_fourth_kind(backend):
    said = backend._control_words(2)
    assert said["control_type"].tolist() == [[0, 1, 0, 0, 1, 0]] * 2 and said["control_type_idx"] == [1, 4]


def test_other_families_are_refused(folders, tmp_path):
    base = Path(shutil.copytree(folders["base"], tmp_path / "base"))
    index = json.loads(Path(base, "model_index.json").read_text())
    Path(base, "model_index.json").write_text(json.dumps(index | {"_class_name": "StableDiffusionPipeline"}))
    with pytest.raises(WinceError, match="not Stable Diffusion XL: choose the backend sd15, or give another model"):
        load(folders, base=base)


def test_a_plain_control_is_refused(folders, tmp_path):
    control = Path(shutil.copytree(folders["control"], tmp_path / "control"))
    config = json.loads(Path(control, "config.json").read_text())
    config.pop("num_control_type")
    Path(control, "config.json").write_text(json.dumps(config))
    with pytest.raises(WinceError, match="is no union ControlNet: give a ControlNet of the union kind made for Stable Diffusion XL"):
        load(folders, control=control)


def test_a_missing_second_encoder(folders, tmp_path):
    base = Path(shutil.copytree(folders["base"], tmp_path / "base"))
    shutil.rmtree(base / "text_encoder_2")
    with pytest.raises(WinceError, match="text_encoder_2 is missing: the model is not whole"):
        load(folders, base=base)
