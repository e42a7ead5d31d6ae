"""What the backends of Stable Diffusion 1.5 and XL share, against diffusers' own pipelines, schedulers and autoencoders, on tiny models."""

import dataclasses
import itertools
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
tiny = pytest.importorskip("tiny")

from wince.core.errors import WinceError  # noqa: E402
from wince_headless.paint import backends, settings  # noqa: E402
from wince_headless.paint.backends import words  # noqa: E402

CPU = torch.device("cpu")
FAMILIES = ("sd15", "sdxl")
PROMPTS, NEGATIVE = ["front view of a face, calm", "side view of a face, awake"], "blurry, light"
TRAILING = {"timestep_spacing": "trailing", "rescale_betas_zero_snr": True}
SCHEDULES = [("sd15", {}), ("sd15", {"prediction_type": "v_prediction", **TRAILING}), ("sd15", {"prediction_type": "sample"}),
             ("sdxl", {}), ("sdxl", {"prediction_type": "v_prediction"}), ("sdxl", {"timestep_spacing": "trailing"})]
LONG = ", ".join(f"phrase number {number} of a long text" for number in range(9))


def load(name, folders, dtype=torch.float32, **given):
    wishes = settings.Settings(backend=name, **{"guidance": 4.0, "control": 0.8} | given)
    return backends.of(name).load(folders, CPU, dtype, wishes)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks so small are slower on more threads, which wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {name: getattr(tiny, name)(tmp_path_factory.mktemp(name)) for name in FAMILIES}


@pytest.fixture(scope="module")
def loaded(folders):
    """A backend that no test changes."""
    return {name: load(name, folders[name]) for name in FAMILIES}


@pytest.fixture(params=FAMILIES)
def name(request):
    return request.param


@pytest.fixture
def backend(name, loaded):
    return loaded[name]


def walked(backend, latents, levels, conditioning):
    """Return where our deterministic step leads from noise to a clean latent."""
    for now, then in itertools.pairwise(levels):
        x0 = backend.predict_x0(latents, now, conditioning, slice(0, len(latents)))
        latents = then.alpha * x0 + then.sigma * (latents - now.alpha * x0) / now.sigma
    return latents


def theirs(backend, latents, controls, steps, **given):
    """Return what diffusers' pipeline makes of the same latents, prompts and pictures."""
    same = dict(prompt=PROMPTS, negative_prompt=[NEGATIVE] * 2, num_inference_steps=steps, guidance_scale=4.0, latents=latents, eta=0.0,
                output_type="latent", controlnet_conditioning_scale=0.8)
    xl = {"control_image": controls, "control_mode": [1, 4], "original_size": (1024, 1024)}
    own = {"image": controls} if backend.name == "sd15" else xl
    backend.pipe.set_progress_bar_config(disable=True)
    return backend.pipe(**same | own | given).images


@pytest.mark.parametrize(("family", "schedule"), SCHEDULES)
def test_our_steps_are_those_of_the_real_pipeline(family, schedule, tmp_path):
    backend = load(family, getattr(tiny, family)(tmp_path, **schedule))
    start, conditioning = tiny.latents((2, 4, 16, 16)), backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    wanted = theirs(backend, start, list(conditioning.controls), 4)
    levels = backend.levels(4, 1.0)
    share = levels[0].sigma if schedule.get("timestep_spacing") and family == "sdxl" else 1.0      # Euler begins without a signal there
    got = walked(backend, start * share, levels, conditioning)
    assert float(wanted.abs().max()) > 0.5
    torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_without_guidance_too(name, folders):
    backend = load(name, folders[name], guidance=1.0)
    start, conditioning = tiny.latents((2, 4, 16, 16)), backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    wanted = theirs(backend, start, list(conditioning.controls), 3, guidance_scale=1.0)
    torch.testing.assert_close(walked(backend, start, backend.levels(3, 1.0), conditioning), wanted, rtol=1e-4, atol=1e-4)


def test_levels_are_the_schedulers_and_start_where_img2img_does(backend):
    steps, strength = 25, 0.75
    scheduler = backend.pipe.scheduler
    scheduler.set_timesteps(steps)
    levels = backend.levels(steps, strength)
    assert [level.t for level in levels[:-1]] == [float(t) for t in scheduler.timesteps[steps - int(steps * strength):]]
    shares = [float(scheduler.alphas_cumprod[int(level.t)]) for level in levels[:-1]]
    np.testing.assert_allclose([level.alpha ** 2 for level in levels], [*shares, 1], rtol=1e-6)
    np.testing.assert_allclose([level.alpha ** 2 + level.sigma ** 2 for level in levels], 1, rtol=1e-12)
    assert len(levels) == 19 and (levels[-1].alpha, levels[-1].sigma) == (1.0, 0.0)
    assert all(a.sigma > b.sigma for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize(("steps", "strength", "count"), [(25, 1.0, 26), (4, 0.05, 2), (1, 0.5, 2), (1000, 1.0, 1001)])
def test_how_many_levels(backend, steps, strength, count):
    assert len(backend.levels(steps, strength)) == count


def test_the_hubs_scheduler_of_sd15_gives_the_same_levels(folders, loaded, tmp_path):
    import diffusers
    other = tiny.sd15(tmp_path, diffusers.PNDMScheduler, skip_prk_steps=True, set_alpha_to_one=False, clip_sample=None)
    assert load("sd15", other).levels(25, 0.75) == loaded["sd15"].levels(25, 0.75)


def test_images_and_latents_are_the_autoencoders(backend):
    image = torch.from_numpy(np.moveaxis(tiny.conditions(2).base, 3, 1).copy())
    vae, latents = backend.pipe.vae, backend.encode(image)
    with torch.no_grad():
        wanted = vae.encode(image * 2 - 1).latent_dist.mean * vae.config.scaling_factor
        shown = vae.decode(wanted / vae.config.scaling_factor).sample / 2 + 0.5
    assert latents.shape == (2, 4, 16, 16) and latents.dtype == torch.float32
    torch.testing.assert_close(latents, wanted)
    torch.testing.assert_close(backend.decode(latents), shown)


def test_an_autoencoder_with_means_of_its_own(name, folders):
    backend = load(name, folders[name])
    image = torch.from_numpy(np.moveaxis(tiny.conditions(1).base, 3, 1).copy())
    plain = backend.encode(image) / backend.pipe.vae.config.scaling_factor
    backend.pipe.vae.register_to_config(latents_mean=[0.1, 0.2, 0.3, 0.4], latents_std=[1.0, 2.0, 3.0, 4.0], scaling_factor=0.5)
    mean, spread = (torch.tensor(values).view(1, 4, 1, 1) for values in ([0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0]))
    torch.testing.assert_close(backend.encode(image), (plain - mean) * 0.5 / spread)
    torch.testing.assert_close(backend.decode(backend.encode(image)), backend.decode((plain - mean) * 0.5 / spread))
    backend.pipe.vae.register_to_config(latents_mean=None, shift_factor=0.25)
    torch.testing.assert_close(backend.encode(image), (plain - 0.25) * 0.5)


def test_depth_and_normals_matter_each(backend):
    seen, start, level = tiny.conditions(1), tiny.latents((1, 4, 16, 16)), backend.levels(4, 1.0)[1]
    given = {"as it is": seen, "depth": dataclasses.replace(seen, depth=1 - seen.depth),
             "normal": dataclasses.replace(seen, normal=1 - seen.normal), "lines": dataclasses.replace(seen, lines=1 - seen.lines)}
    told = {what: backend.condition(PROMPTS[:1], NEGATIVE, shown) for what, shown in given.items()}
    made = {what: backend.predict_x0(start, level, conditioning, slice(0, 1)) for what, conditioning in told.items()}
    difference = {what: float((made["as it is"] - x0).abs().mean()) for what, x0 in made.items()}
    assert difference["depth"] > 1e-2 and difference["normal"] > 1e-2 and difference["lines"] == 0.0


def test_normals_are_red_to_the_left_as_the_controls_learnt(backend):
    seen = tiny.conditions(2)
    depth, normal = (picture.numpy() for picture in backend.condition(PROMPTS, NEGATIVE, seen).controls)
    np.testing.assert_allclose(depth, np.repeat(seen.depth[:, None], 3, axis=1), atol=1e-6)
    np.testing.assert_allclose(normal[:, 0], 1 - seen.normal[..., 0], atol=1e-6)
    np.testing.assert_allclose(normal[:, 1:], np.moveaxis(seen.normal[..., 1:], 3, 1), atol=1e-6)


def test_views_are_predicted_alike_together_and_alone(backend):
    start, level = tiny.latents((2, 4, 16, 16)), backend.levels(4, 1.0)[0]
    conditioning = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    both = backend.predict_x0(start, level, conditioning, slice(0, 2))
    alone = [backend.predict_x0(start[k:k + 1], level, conditioning, slice(k, k + 1)) for k in range(2)]
    torch.testing.assert_close(torch.cat(alone), both, rtol=1e-4, atol=1e-4)
    assert float((both[0] - both[1]).abs().mean()) > 0.1
    assert torch.equal(both, backend.predict_x0(start, level, conditioning, slice(0, 2)))


def test_texts_are_embedded_once(name, folders):
    backend, calls = load(name, folders[name]), []
    backend.pipe.text_encoder.register_forward_hook(lambda *_: calls.append(1))
    first = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    assert len(calls) == 4                                  # two prompts, the negative, and nothing, with which short texts are filled up
    again = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    assert len(calls) == 4 and torch.equal(first.text.embeds, again.text.embeds)
    backend.condition([PROMPTS[0], "somebody else"], NEGATIVE, tiny.conditions(2))
    assert len(calls) == 5


def test_a_long_prompt_is_read_to_its_end(backend, capfd, caplog):
    seen = tiny.conditions(2)
    short, long, other = (backend.condition([text] * 2, NEGATIVE, seen).text.embeds for text in ("short", LONG, LONG[:-4] + "word"))
    assert short.shape[1] == 77 and long.shape[1] > 77 and long.shape[1] % 77 == 0
    assert long.shape == other.shape and not torch.equal(long, other)
    level, start = backend.levels(4, 1.0)[0], tiny.latents((2, 4, 16, 16))
    conditioning = backend.condition([LONG, "short"], NEGATIVE, seen)
    assert backend.predict_x0(start, level, conditioning, slice(0, 2)).isfinite().all()
    assert not caplog.messages and capfd.readouterr() == ("", "")


def test_views_of_other_sizes(backend):
    with pytest.raises(WinceError, match=r"33 x 33 pixels and .* multiples of 2: give view_size=32 or view_size=34"):
        backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2, size=33))
    conditioning = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2, size=34))
    x0 = backend.predict_x0(tiny.latents((2, 4, 17, 17)), backend.levels(4, 1.0)[0], conditioning, slice(0, 2))
    assert x0.shape == (2, 4, 17, 17)


def test_sparing_memory_ends_and_changes_nothing_but_the_tiles(name, folders):
    backend, seen, start = load(name, folders[name]), tiny.conditions(2, size=48), tiny.latents((2, 4, 24, 24))
    level, conditioning = backend.levels(4, 1.0)[0], backend.condition(PROMPTS, NEGATIVE, seen)
    wanted, shown, said = backend.predict_x0(start, level, conditioning, slice(0, 2)), backend.decode(start), []
    while phrase := backend.spare():
        said.append(phrase)
        torch.testing.assert_close(backend.predict_x0(start, level, conditioning, slice(0, 2)), wanted, rtol=1e-4, atol=1e-4)
        if "tiles" not in phrase:
            torch.testing.assert_close(backend.decode(start), shown, rtol=1e-4, atol=1e-4)
    assert len(said) == len(set(said)) == 4 and backend.decode(start).shape == shown.shape


def test_offloaded_groups_take_turns(name, folders):
    backend = load(name, folders[name])
    backend.offloads = True
    conditioning = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    assert backend._here == set()
    backend.predict_x0(tiny.latents((2, 4, 16, 16)), backend.levels(4, 1.0)[0], conditioning, slice(0, 2))
    assert backend._here == {"denoiser"}
    backend.decode(tiny.latents((2, 4, 16, 16)))
    assert backend._here == {"vae"}


def test_sixteen_bits(name, folders):
    backend = load(name, folders[name], torch.bfloat16)
    conditioning = backend.condition(PROMPTS, NEGATIVE, tiny.conditions(2))
    x0 = backend.predict_x0(tiny.latents((2, 4, 16, 16)), backend.levels(4, 1.0)[1], conditioning, slice(0, 2))
    assert backend.pipe.unet.dtype == backend.pipe.controlnet.dtype == conditioning.text.embeds.dtype == torch.bfloat16
    assert backend.pipe.vae.dtype == x0.dtype == torch.float32 and x0.isfinite().all()


def test_presets_hold_where_nothing_is_set(name, folders):
    backend = load(name, folders[name], guidance=-1.0, control=-1.0)
    assert (backend.guidance, backend.control) == (type(backend).guidance, type(backend).control)
    assert backend.multiple == 2 and not backend.joint


@pytest.mark.parametrize("some", ["", "unet"])
def test_a_folder_with_sixteen_bit_copies_only(name, some, folders, tmp_path):
    for role, folder in folders[name].items():
        shutil.copytree(folder, tmp_path / role)
    for path in [path for path in tmp_path.rglob("*.safetensors") if some in str(path.relative_to(tmp_path))]:
        path.rename(path.with_name(path.name.replace(".safetensors", ".fp16.safetensors")))
    backend = load(name, {role: tmp_path / role for role in folders[name]})
    assert backend.encode(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 4, 4)


def test_loading_says_nothing(folders):
    code = ("import torch\nfrom wince_headless.paint import backends, settings\n"
            f"folders = {({role: str(path) for role, path in folders['sd15'].items()})!r}\n"
            "backends.of('sd15').load(folders, torch.device('cpu'), torch.float32, settings.Settings(backend='sd15'))")
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": f"{root / 'addon'}:{root / 'headless'}"}, capture_output=True,
                          text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("text", "limit", "wanted"), [
    ("", 5, [""]), ("a b", 5, ["a b"]), ("one two, three four", 12, ["one two,", "three four"]), ("one two three", 7, ["one two", "three"]),
    ("a, b c d e f", 8, ["a, b c d", "e f"]), ("abcdefghij k", 4, ["abcdefghij", "k"])])
def test_pieces(text, limit, wanted):
    assert words.pieces(text, lambda piece: len(piece) <= limit) == wanted


def test_pieces_lose_nothing():
    made = words.pieces(LONG, lambda piece: len(piece) <= 60)
    assert " ".join(made) == LONG and all(len(piece) <= 60 for piece in made)
