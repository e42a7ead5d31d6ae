"""The Z-Image backend: what diffusers' own pipelines compute, and what joins the views."""

import json
import math
import shutil
import socket

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

import tiny_dit  # noqa: E402

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint import backends  # noqa: E402
from wince_headless.paint.backends import zimage  # noqa: E402
from wince_headless.paint.denoise import levels  # noqa: E402
from wince_headless.paint.settings import Settings  # noqa: E402

SIDE, LATENT = 32, 16
PROMPT = "a face, front view"


@pytest.fixture(scope="module", autouse=True)
def threads():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return tiny_dit.zimage(tmp_path_factory.mktemp("zimage"))


def load(folders, dtype=torch.float32, **wishes):
    return backends.of("zimage").load(folders, torch.device("cpu"), dtype, Settings(backend="zimage", view_size=SIDE, **wishes))


@pytest.fixture(scope="module")
def backend(folders):
    return load(folders)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("painting went to the network")
    monkeypatch.setattr(socket.socket, "connect", refuse)


def told(backend, count=1, words=PROMPT, seed=0):
    prompts = [words] if count == 1 else [f"{words} {number}" for number in range(count)]
    return backend.condition(prompts, "shadows", tiny_dit.conditions(count, SIDE, seed))


def theirs(folders, latents, depth, guidance, scale, steps=4):
    from diffusers import ZImageControlNetModel, ZImageControlNetPipeline
    control = ZImageControlNetModel.from_pretrained(folders["control"])
    pipe = ZImageControlNetPipeline.from_pretrained(folders["base"], controlnet=control)
    return pipe(PROMPT, height=SIDE, width=SIDE, num_inference_steps=steps, guidance_scale=guidance, negative_prompt="shadows",
                control_image=2 * depth - 1, controlnet_conditioning_scale=scale, latents=latents, output_type="latent").images


@pytest.mark.parametrize("guidance", [0.0, 3.0])
def test_one_view_is_what_diffusers_own_pipeline_paints(folders, guidance):
    backend = load(folders, guidance=guidance, control=0.7)
    start = tiny_dit.noise(1, 4, LATENT, LATENT)
    ours = tiny_dit.denoised(backend, told(backend), start, backend.levels(4, 1.0))
    depth = torch.from_numpy(tiny_dit.conditions(1, SIDE).depth)[:, None].expand(-1, 3, -1, -1)
    wanted = theirs(folders, start, depth, guidance, 0.7)
    assert (wanted - start).abs().max() > 0.5
    assert torch.allclose(ours, wanted, atol=1e-4)


def test_it_begins_where_diffusers_img2img_begins(folders):
    from diffusers import ZImageImg2ImgPipeline
    backend = load(folders, control=0.0)
    base = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    ladder, noise = backend.levels(8, 0.5), tiny_dit.noise(1, 4, LATENT, LATENT, seed=4)
    clean = backend.encode(base)
    ours = tiny_dit.denoised(backend, told(backend), levels.start(clean, noise, ladder[0]), ladder)
    pipe = ZImageImg2ImgPipeline.from_pretrained(folders["base"])
    pipe.scheduler.set_timesteps(sigmas=torch.linspace(1, 1 / 8, 8).tolist())
    begun = pipe.scheduler.scale_noise(clean, pipe.scheduler.timesteps[4:5], noise)
    wanted = pipe(PROMPT, image=base, strength=0.5, height=SIDE, width=SIDE, num_inference_steps=8, guidance_scale=0.0, latents=begun,
                  output_type="latent").images
    assert torch.allclose(ours, wanted, atol=1e-4)


def test_levels_by_hand(backend):
    ladder = backend.levels(8, 0.75)
    assert len(ladder) == 7 and (ladder[-1].alpha, ladder[-1].sigma) == (1.0, 0.0)
    assert ladder[0].sigma == pytest.approx(3 * 0.75 / (1 + 2 * 0.75))          # shift 3 of the third of eight steps
    assert sorted(ladder, key=lambda level: -level.sigma) == ladder
    assert all(level.alpha == pytest.approx(1 - level.sigma) and level.t == pytest.approx(level.alpha) for level in ladder)


def test_no_strength_is_no_step(backend):
    assert [(level.alpha, level.sigma) for level in backend.levels(8, 0.0)] == [(1.0, 0.0)]


def test_views_see_one_another(backend):
    conditioning, level, every = told(backend, 3), backend.levels(4, 1.0)[1], slice(0, 3)
    latents = tiny_dit.noise(3, 4, LATENT, LATENT)
    changed = latents.clone()
    changed[0] += 1
    first, second = (backend.predict_x0(some, level, conditioning, every) for some in (latents, changed))
    moved = (first - second).abs().amax((1, 2, 3))
    assert first.shape == latents.shape
    assert (moved[1:] > 1e-3).all()


def test_views_are_encoded_and_decoded_alone(backend):
    images = torch.rand(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    latents = backend.encode(images)
    assert torch.equal(backend.encode(images[1:2]), latents[1:2])
    assert torch.equal(backend.decode(latents[1:2]), backend.decode(latents)[1:2])


def test_encode_is_the_mean_the_pipeline_means(backend):
    config, image = backend.pipe.vae.config, torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        mean = backend.pipe.vae.encode(2 * image - 1).latent_dist.mean
        picture = backend.pipe.vae.decode(mean).sample
    assert torch.allclose(backend.encode(image), (mean - config.shift_factor) * config.scaling_factor)
    assert torch.allclose(backend.decode(backend.encode(image)), picture / 2 + 0.5, atol=1e-5)


def test_control_and_its_scale_matter(folders, backend):
    latents, level = tiny_dit.noise(2, 4, LATENT, LATENT), backend.levels(4, 1.0)[1]
    first = backend.predict_x0(latents, level, told(backend, 2), slice(0, 2))
    other = backend.predict_x0(latents, level, told(backend, 2, seed=1), slice(0, 2))
    assert (first - other).abs().max() > 1e-3
    none = load(folders, control=0.0)
    assert torch.equal(*(none.predict_x0(latents, level, told(none, 2, seed=seed), slice(0, 2)) for seed in (0, 1)))


def test_the_prompt_matters_and_the_negative_one_does_not(backend):
    latents, level, scene = tiny_dit.noise(1, 4, LATENT, LATENT), backend.levels(4, 1.0)[1], tiny_dit.conditions(1, SIDE)
    one, other, negative = (backend.predict_x0(latents, level, backend.condition([words], unwanted, scene), slice(0, 1))
                            for words, unwanted in (("old", ""), ("young", ""), ("old", "shadows")))
    assert not torch.equal(one, other)
    assert torch.equal(one, negative)


def test_a_text_is_embedded_once(folders):
    backend, calls = load(folders), []
    backend.pipe.text_encoder.register_forward_hook(lambda *_: calls.append(1))
    told(backend, 2)
    told(backend, 2, seed=5)
    assert len(calls) == 1
    told(backend, 2, words="someone else")
    assert len(calls) == 2


def test_the_same_seed_gives_the_same_empty_cells_and_another_seed_others(folders, backend):
    assert torch.equal(told(backend, 3).noise, told(load(folders), 3).noise)
    assert not torch.equal(told(backend, 3).noise, told(load(folders, seed=1), 3).noise)
    assert torch.allclose(told(backend, 3).blank, backend.encode(torch.full((1, 3, SIDE, SIDE), 0.5))[0])


def test_bfloat16_stays_near_float32(folders, backend):
    small = load(folders, torch.bfloat16)
    latents, level = tiny_dit.noise(2, 4, LATENT, LATENT), backend.levels(4, 1.0)[1]
    exact, near = (some.predict_x0(latents, level, told(some, 2), slice(0, 2)) for some in (backend, small))
    assert small.pipe.transformer.dtype == torch.bfloat16 and near.dtype == torch.float32
    assert (exact - near).abs().mean() < 0.05 * exact.abs().mean()


def test_layers_that_wait_compute_the_same(folders, backend):
    other = load(folders)
    other.place.layers()
    assert all(value.is_meta for value in other.pipe.transformer.layers.parameters())
    latents, level = tiny_dit.noise(2, 4, LATENT, LATENT), backend.levels(4, 1.0)[1]
    first, second = (some.predict_x0(latents, level, told(some, 2), slice(0, 2)) for some in (backend, other))
    assert torch.equal(first, second)


def test_on_the_processor_only_tiles_can_be_spared(folders):
    backend = load(folders)
    assert backend.spare() == "pictures are decoded in tiles"
    assert backend.spare() == ""


def test_presets_and_wishes(folders, backend):
    assert (backend.steps, backend.guidance, backend.control, backend.multiple) == (8, 0.0, 0.75, 4)
    other = load(folders, guidance=2.0, control=0.0, steps=5)
    assert (other.steps, other.guidance, other.control) == (5, 2.0, 0.0)


def test_views_of_an_odd_size_are_refused(backend):
    with pytest.raises(WinceError, match="multiple of 4"):
        backend.condition([PROMPT], "", tiny_dit.conditions(1, 30))


def test_float16_is_refused(folders):
    with pytest.raises(WinceError, match="bfloat16"):
        load(folders, torch.float16)


def copied(folders, tmp_path):
    return {role: shutil.copytree(path, tmp_path / role) for role, path in folders.items()}


def test_another_pipeline_is_refused_by_name(folders, tmp_path):
    wrong = copied(folders, tmp_path)
    tiny_dit.rename(wrong["base"], "StableDiffusionXLPipeline")
    with pytest.raises(WinceError, match="StableDiffusionXLPipeline, not Z-Image: choose the backend sdxl"):
        load(wrong)


def test_a_folder_that_is_none_and_weights_that_are_gone(folders, tmp_path):
    with pytest.raises(WinceError, match="there is no folder"):
        load(folders | {"base": tmp_path / "nowhere"})
    wrong = copied(folders, tmp_path)
    for path in (wrong["base"] / "transformer").glob("*.safetensors"):
        path.unlink()
    with pytest.raises(WinceError, match="transformer"):
        load(wrong)


def test_another_network_as_control_is_refused(folders, tmp_path):
    wrong = copied(folders, tmp_path)
    tiny_dit.rename(wrong["control"], "QwenImageControlNetModel")
    with pytest.raises(WinceError, match="QwenImageControlNetModel, not a Z-Image ControlNet"):
        load(wrong)


@pytest.mark.parametrize("version", ["1", "2.0", "2.1"])
def test_a_single_file_is_read_as_the_version_it_is(folders, tmp_path, version):
    made = tiny_dit.zimage_control(version)
    zeros = tiny_dit.zimage_control("2.1") if version == "2.0" else None
    path = tiny_dit.single_file(tmp_path / "control.safetensors", made, zeros)
    net = zimage.load_control(path, folders["base"], torch.float32)
    assert net.config.control_layers_places == [0, 2]
    assert net.config.add_control_noise_refiner == made.config.add_control_noise_refiner
    assert net.config.control_in_dim == made.config.control_in_dim
    loaded = net.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in made.state_dict().items())


@pytest.mark.parametrize("version", ["1", "2.0", "2.1"])
def test_a_single_file_paints_as_its_network_does_in_diffusers(folders, tmp_path, version):
    made = tiny_dit.zimage_control(version)
    zeros = tiny_dit.zimage_control("2.1") if version == "2.0" else None
    tiny_dit.single_file(tmp_path / "any.safetensors", made, zeros)
    made.save_pretrained(tmp_path / "control")
    backend = load({"base": folders["base"], "control": tmp_path / "any.safetensors"})
    start = tiny_dit.noise(1, 4, LATENT, LATENT)
    ours = tiny_dit.denoised(backend, told(backend), start, backend.levels(2, 1.0))
    depth = torch.from_numpy(tiny_dit.conditions(1, SIDE).depth)[:, None].expand(-1, 3, -1, -1)
    wanted = theirs({"base": folders["base"], "control": tmp_path / "control"}, start, depth, 0.0, 0.75, steps=2)
    assert torch.allclose(ours, wanted, atol=1e-4)


def test_a_lite_file_lies_on_every_few_layers(folders, tmp_path):
    from diffusers import ZImageControlNetModel
    lite = tiny_dit.drawn(ZImageControlNetModel(control_layers_places=[0], control_refiner_layers_places=[0, 1], control_in_dim=9, dim=16,
                                                add_control_noise_refiner="control_noise_refiner", n_heads=2, n_kv_heads=2))
    config = zimage.control_config(tiny_dit.single_file(tmp_path / "lite.safetensors", lite), folders["base"])
    assert config["control_layers_places"] == [0]
    assert config["add_control_noise_refiner"] == "control_noise_refiner"


@pytest.mark.parametrize(("layers", "places"), [(6, [0, 5, 10, 15, 20, 25]), (15, list(range(0, 30, 2))), (3, [0, 10, 20])])
def test_published_controls_lie_where_their_configurations_say(tmp_path, layers, places):
    from safetensors.torch import save_file
    base = {"dim": 8, "n_layers": 30, "n_refiner_layers": 2, "in_channels": 16}
    (tmp_path / "transformer").mkdir()
    (tmp_path / "transformer" / "config.json").write_text(json.dumps(base))
    tensors = {f"control_layers.{number}.after_proj.weight": torch.ones(1) for number in range(layers)}
    save_file(tensors | {zimage.EMBEDDER: torch.ones(8, 132), zimage.REFINER: torch.ones(8, 8)}, tmp_path / "a.safetensors")
    config = zimage.control_config(tmp_path / "a.safetensors", tmp_path)
    assert (config["control_layers_places"], config["control_in_dim"]) == (places, 33)


def test_the_keys_we_look_for_are_those_of_the_real_network():
    from diffusers import ZImageControlNetModel
    from diffusers.loaders.single_file_utils import CHECKPOINT_KEY_NAMES
    with torch.device("meta"):
        net = ZImageControlNetModel(control_layers_places=[*range(0, 30, 2)], control_refiner_layers_places=[0, 1], control_in_dim=33,
                                    add_control_noise_refiner="control_noise_refiner")
    sizes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert sizes[zimage.EMBEDDER] == (3840, 33 * zimage.PATCH) and zimage.REFINER in sizes
    assert CHECKPOINT_KEY_NAMES["z-image-turbo-controlnet"] == zimage.EMBEDDER
    assert CHECKPOINT_KEY_NAMES["z-image-turbo-controlnet-2.x"] in sizes
    assert 6.6e9 < 2 * sum(map(math.prod, sizes.values())) < 6.8e9             # the published file has 6.7 GB


def test_the_pinned_file_among_several_and_none_of_several(tmp_path):
    for name in ("b.safetensors", "a.safetensors"):
        (tmp_path / name).touch()
    with pytest.raises(WinceError, match=r"2 files \(a.safetensors, b.safetensors\)"):
        zimage.control_file(tmp_path)
    (tmp_path / zimage.CONTROL_FILE).touch()
    assert zimage.control_file(tmp_path).name == zimage.CONTROL_FILE


def test_a_single_file_beside_a_configuration_that_is_not_its_own(folders, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"_class_name": "ZImageControlTransformer2DModel"}))
    tiny_dit.single_file(tmp_path / zimage.CONTROL_FILE, tiny_dit.zimage_control())
    assert zimage.load_control(tmp_path, folders["base"], torch.float32).config.control_in_dim == 9


def test_a_file_of_something_else_and_one_that_is_not_whole(folders, tmp_path):
    other = next((folders["base"] / "vae").glob("*.safetensors"))
    with pytest.raises(WinceError, match="no Z-Image ControlNet"):
        zimage.load_control(other, folders["base"], torch.float32)
    path = tiny_dit.single_file(tmp_path / "half.safetensors", tiny_dit.zimage_control())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WinceError, match="not whole"):
        zimage.load_control(path, folders["base"], torch.float32)


def test_a_file_without_some_of_its_weights(folders, tmp_path):
    from safetensors.torch import load_file, save_file
    path = tiny_dit.single_file(tmp_path / "c.safetensors", tiny_dit.zimage_control())
    save_file({name: value for name, value in load_file(path).items() if "control_layers.1.after_proj" not in name}, path)
    with pytest.raises(WinceError, match=r"lacks 2 of its network's weights"):
        zimage.load_control(path, folders["base"], torch.float32)


def test_a_control_of_another_width(folders, tmp_path):
    from diffusers import ZImageControlNetModel
    wide = tiny_dit.drawn(ZImageControlNetModel(control_layers_places=[0], control_refiner_layers_places=[0, 1], control_in_dim=9, dim=32,
                                                n_heads=2, n_kv_heads=2))
    wide.save_pretrained(tmp_path / "folder")
    for path in (tiny_dit.single_file(tmp_path / "wide.safetensors", wide), tmp_path / "folder"):
        with pytest.raises(WinceError, match="width 32"):
            zimage.load_control(path, folders["base"], torch.float32)
