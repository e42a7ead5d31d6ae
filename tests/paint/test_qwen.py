"""The Qwen-Image backend: what diffusers' own pipelines compute, and what joins the views."""

import shutil
import socket

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

import tiny_dit  # noqa: E402

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint import backends  # noqa: E402
from wince_headless.paint.backends import qwen  # noqa: E402
from wince_headless.paint.denoise import levels  # noqa: E402
from wince_headless.paint.settings import Settings  # noqa: E402

SIDE, LATENT = 32, 8
PROMPT = "a face, front view"


@pytest.fixture(scope="module", autouse=True)
def threads():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return tiny_dit.qwen(tmp_path_factory.mktemp("qwen"))


def load(folders, dtype=torch.float32, **wishes):
    return backends.of("qwen").load(folders, torch.device("cpu"), dtype, Settings(backend="qwen", view_size=SIDE, **wishes))


@pytest.fixture(scope="module")
def backend(folders):
    return load(folders)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("painting went to the network")
    monkeypatch.setattr(socket.socket, "connect", refuse)


def told(backend, count=1, words=PROMPT, seed=0, negative="shadows"):
    prompts = [words] if count == 1 else [f"{words} {number}" for number in range(count)]
    return backend.condition(prompts, negative, tiny_dit.conditions(count, SIDE, seed))


def predicted(backend, conditioning, latents):
    return backend.predict_x0(latents, backend.levels(4, 1.0)[1], conditioning, slice(0, len(latents)))


@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_one_view_is_what_diffusers_own_pipeline_paints(folders, guidance):
    from diffusers import QwenImageControlNetModel, QwenImageControlNetPipeline
    backend = load(folders, guidance=guidance, control=0.7)
    start = tiny_dit.noise(1, 4, LATENT, LATENT)
    conditioning = told(backend)
    ours = tiny_dit.denoised(backend, conditioning, start, backend.levels(4, 1.0))
    control = QwenImageControlNetModel.from_pretrained(folders["control"])
    pipe = QwenImageControlNetPipeline.from_pretrained(folders["base"], controlnet=control)
    depth = torch.from_numpy(tiny_dit.conditions(1, SIDE).depth)[:, None].expand(-1, 3, -1, -1)
    packed = pipe._pack_latents(start[:, None], 1, 4, LATENT, LATENT)
    wanted = pipe(PROMPT, negative_prompt="shadows", true_cfg_scale=guidance, height=SIDE, width=SIDE, num_inference_steps=4,
                  latents=packed, control_image=2 * depth - 1, controlnet_conditioning_scale=0.7, output_type="latent").images
    wanted = pipe._unpack_latents(wanted, SIDE, SIDE, pipe.vae_scale_factor)[:, :, 0]
    assert (wanted - start).abs().max() > 0.5
    assert torch.allclose(ours, wanted, atol=1e-4)


def test_pictures_are_those_of_diffusers_own_pipeline(folders, backend):
    from diffusers import QwenImageImg2ImgPipeline
    pipe = QwenImageImg2ImgPipeline.from_pretrained(folders["base"])
    image = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    latents = pipe._encode_vae_image(2 * image[:, :, None] - 1, torch.Generator().manual_seed(0))
    assert torch.allclose(backend.encode(image), latents[:, :, 0], atol=1e-4)
    ladder = backend.levels(4, 0.5)
    begun = levels.start(backend.encode(image), tiny_dit.noise(1, 4, LATENT, LATENT), ladder[0])
    off = load(folders, control=0.0, guidance=1.0)
    ours = off.decode(tiny_dit.denoised(off, told(off), begun, off.levels(4, 0.5)))
    wanted = pipe(PROMPT, image=image, strength=0.5, height=SIDE, width=SIDE, num_inference_steps=4, true_cfg_scale=1.0, output_type="pt",
                  latents=pipe._pack_latents(begun[:, None], 1, 4, LATENT, LATENT)).images
    assert torch.allclose(ours.clamp(0, 1), wanted, atol=1e-4)


def test_levels_shift_with_the_size_of_the_sheet(backend):
    told(backend, 1)
    assert [level.t for level in backend.levels(2, 1.0)] == pytest.approx([1000.0, 20.0, 0.0], abs=1e-3)
    small = backend.levels(4, 1.0)
    told(backend, 9)
    large = backend.levels(4, 1.0)
    assert all(big.sigma > little.sigma for big, little in zip(large[1:3], small[1:3]))
    assert [level.sigma for level in (*large[:1], *large[-2:])] == pytest.approx([1.0, 0.02, 0.0])
    assert len(backend.levels(4, 0.5)) == 3 and backend.levels(4, 0.5)[0].sigma == large[2].sigma


def test_a_single_step_has_no_levels(backend):
    with pytest.raises(WinceError, match="steps=30"):
        backend.levels(1, 1.0)


def test_views_see_one_another(backend):
    conditioning, latents = told(backend, 3), tiny_dit.noise(3, 4, LATENT, LATENT)
    changed = latents.clone()
    changed[0] += 1
    moved = (predicted(backend, conditioning, latents) - predicted(backend, conditioning, changed)).abs().amax((1, 2, 3))
    assert (moved[1:] > 1e-4).all()


def test_views_are_encoded_and_decoded_alone(backend):
    images = torch.rand(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    latents = backend.encode(images)
    assert latents.shape == (3, 4, LATENT, LATENT)
    assert torch.equal(backend.encode(images[1:2]), latents[1:2])
    assert torch.equal(backend.decode(latents[1:2]), backend.decode(latents)[1:2])


def test_control_prompt_and_negative_prompt_matter(folders, backend):
    latents = tiny_dit.noise(2, 4, LATENT, LATENT)
    first = predicted(backend, told(backend, 2), latents)
    for other in (told(backend, 2, seed=1), told(backend, 2, words="a mask"), told(backend, 2, negative="colours")):
        assert (first - predicted(backend, other, latents)).abs().max() > 1e-4
    plain = load(folders, guidance=1.0)
    assert torch.equal(*(predicted(plain, told(plain, 2, negative=words), latents) for words in ("shadows", "colours")))


def test_a_text_is_embedded_once(folders):
    backend, calls = load(folders), []
    backend.pipe.text_encoder.register_forward_hook(lambda *_: calls.append(1))
    told(backend, 2)
    told(backend, 2, seed=3)
    assert len(calls) == 2                                      # the prompt and the negative one
    told(backend, 2, words="someone else")
    assert len(calls) == 3


def test_guided_tokens_by_hand():
    wanted, unwanted = torch.tensor([[[3.0, 4.0]]]), torch.tensor([[[3.0, 0.0]]])
    assert torch.allclose(qwen.guided(wanted, unwanted, 3.0), 5 * torch.tensor([[[3.0, 12.0]]]) / 153 ** 0.5)
    assert torch.allclose(qwen.guided(wanted, unwanted, 1.0), wanted)


def test_packing_by_hand():
    latents = torch.arange(32.0).reshape(1, 2, 4, 4)
    tokens = qwen.pack(latents)
    assert tokens.shape == (1, 4, 8)
    assert tokens[0, 1].tolist() == [2, 3, 6, 7, 18, 19, 22, 23]                # the patch on the top right, channel by channel
    assert torch.equal(qwen.unpack(tokens, 4, 4), latents)


def test_bfloat16_stays_near_float32(folders):
    plain, small = (load(folders, kind, guidance=1.0) for kind in (torch.float32, torch.bfloat16))
    exact, near = (predicted(some, told(some, 2), tiny_dit.noise(2, 4, LATENT, LATENT)) for some in (plain, small))
    assert small.pipe.transformer.dtype == torch.bfloat16 and near.dtype == torch.float32
    assert torch.cosine_similarity(exact.flatten(), near.flatten(), dim=0) > 0.97          # time is rounded to 1/256, as in the pipeline


def test_layers_that_wait_compute_the_same(folders, backend):
    other, latents = load(folders), tiny_dit.noise(2, 4, LATENT, LATENT)
    other.place.layers()
    assert all(value.is_meta for value in other.pipe.transformer.transformer_blocks.parameters())
    assert all(value.is_meta for value in other.pipe.controlnet.transformer_blocks.parameters())
    assert torch.equal(*(predicted(some, told(some, 2), latents) for some in (backend, other)))


def test_on_the_processor_only_tiles_can_be_spared(folders):
    backend = load(folders)
    assert [backend.spare(), backend.spare()] == ["pictures are decoded in tiles", ""]


def test_float16_is_refused(folders):
    with pytest.raises(WinceError, match="bfloat16"):
        load(folders, torch.float16)


def copied(folders, tmp_path):
    return {role: shutil.copytree(path, tmp_path / role) for role, path in folders.items()}


@pytest.mark.parametrize("kind", ["QwenImageEditPlusPipeline", "ZImagePipeline"])
def test_another_pipeline_is_refused_by_name(folders, tmp_path, kind):
    wrong = copied(folders, tmp_path)
    tiny_dit.rename(wrong["base"], kind)
    with pytest.raises(WinceError, match=f"{kind}, not Qwen-Image"):
        load(wrong)


@pytest.mark.parametrize(("changed", "says"), [({"extra_condition_channels": 4}, "for inpainting"),
                                               ({"num_attention_heads": 1}, "another base")])
def test_a_control_that_does_not_fit_is_refused(folders, tmp_path, changed, says):
    tiny_dit.qwen_control(**changed).save_pretrained(tmp_path / "control")
    with pytest.raises(WinceError, match=says):
        load(folders | {"control": tmp_path / "control"})


def test_weights_that_are_gone(folders, tmp_path):
    wrong = copied(folders, tmp_path)
    for path in wrong["control"].glob("*.safetensors"):
        path.unlink()
    with pytest.raises(WinceError, match=r"no \.safetensors file"):
        load(wrong)
