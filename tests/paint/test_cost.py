"""What a painting needs: the arithmetic by hand, and the table of what lives at once against the networks themselves."""

import json

import fake_hub
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince_headless.paint import cost, devices
from wince_headless.paint.models import sources
from wince_headless.paint.settings import Settings

GB = 10 ** 9
FILLED = {"sd15": {"view_size": 512, "guidance": 7.5}, "sdxl": {"view_size": 1024, "guidance": 6.0},
          "zimage": {"view_size": 512, "guidance": 0.0}, "qwen": {"view_size": 512, "guidance": 4.0}}


def settings(backend="sd15", **changes):
    return Settings(**{"backend": backend, "dtype": "bfloat16", **FILLED[backend], **changes})


@pytest.fixture
def memory(monkeypatch):
    """Set what is free and what there is, in GB; nothing was measured."""
    monkeypatch.setattr(cost.measured, "seconds", lambda settings, device: None)

    def set_to(free, total=80):
        monkeypatch.setattr(devices, "memory", lambda name: (int(free * GB), int(total * GB)))
    return set_to


def test_weights_by_hand(memory):
    memory(60)
    found = cost.estimate(settings(), "cuda:0")
    assert found.weights == pytest.approx((0.8595 + 2 * 0.3613 + 0.0837) * 2 * GB, rel=0.002)
    assert found.text == pytest.approx(0.123 * 2 * GB)
    assert cost.estimate(settings("zimage"), "cuda:0").weights == pytest.approx((6.155 + 3.356 + 0.084) * 2 * GB, rel=0.01)


def test_a_large_card_takes_all_views_a_small_one_fewer_a_tiny_one_waits(memory):
    memory(60)
    one = cost.view_bytes("sd15", 512, 7.5, "bfloat16")
    room = cost.estimate(settings(), "cuda:0").weights + cost.context("cuda")
    for views, free in ((7, room + 7.5 * one), (3, room + 3.5 * one), (1, room + 1.2 * one)):
        memory(free / GB)
        found = cost.estimate(settings(), "cuda:0")
        assert (found.batch, found.offload) == (views, False) and found.needed <= free
    memory((room - 0.5 * GB) / GB)
    assert cost.estimate(settings(), "cuda:0").offload
    assert not cost.estimate(settings(offload="none"), "cuda:0").offload


def test_joint_backends_take_all_views_at_once(memory):
    memory(70)
    found = cost.estimate(settings("zimage", views="face9"), "cuda:0")
    assert (found.views, found.batch) == (9, 9)
    assert found.view == pytest.approx(9 / 7 * cost.estimate(settings("zimage"), "cuda:0").view)


def test_a_wished_batch_is_a_limit(memory):
    memory(70)
    assert cost.estimate(settings(batch=2), "cuda:0").batch == 2


@given(st.sampled_from(["sd15", "sdxl"]), st.integers(4, 80), st.integers(4, 80))
def test_more_memory_never_means_fewer_views(backend, one, two):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cost.measured, "seconds", lambda settings, device: None)
        found = []
        for free in sorted((one, two)):
            patch.setattr(devices, "memory", lambda name, free=free: (free * GB, 80 * GB))
            found.append(cost.estimate(settings(backend), "cuda:0"))
    assert found[0].offload >= found[1].offload
    if not found[0].offload:
        assert found[0].batch <= found[1].batch


def test_half_the_numbers_half_the_bytes_and_no_guidance_half_the_network(memory):
    memory(70)
    assert cost.estimate(settings(dtype="float32"), "cuda:0").weights == 2 * cost.estimate(settings(), "cuda:0").weights
    assert cost.view_bytes("zimage", 512, 0, "float32", 7) == 2 * cost.view_bytes("zimage", 512, 0, "bfloat16", 7)
    assert cost.view_bytes("sd15", 1024, 7.5, "float32") == 4 * cost.view_bytes("sd15", 512, 7.5, "float32")


def test_the_sentence_says_what_is_needed_and_what_is_free(memory, monkeypatch):
    memory(20, 24)
    said = cost.estimate(settings(), "cuda:0").sentence()
    assert said.startswith("sd15 on cuda:0, bfloat16: ") and "3.3 GB weights" in said and "20.0 GB of 24.0 GB free" in said
    assert "all views at once" in said and "of disk a person; " in said
    assert said.endswith("; time not measured here yet: wince paint --benchmark --backend sd15")
    assert cost.estimate(settings("qwen"), "cuda:0").sentence().endswith(": wince paint --benchmark --backend qwen")
    memory(4.2, 6)
    assert "at once" in cost.estimate(settings(), "cuda:0").sentence()
    memory(0, 0)
    assert "it cannot be told how much is free" in cost.estimate(settings(), "cuda:0").sentence()
    monkeypatch.setattr(cost.measured, "seconds", lambda settings, device: 120.0)
    found = cost.estimate(settings(), "cuda:0")
    assert found.sentence().endswith("24.6 MB of disk a person; about 2 min a person")
    assert found.sentence(90).endswith("24.6 MB of disk a person, 2.2 GB for 90; about 2 min a person, 3 h 0 min for 90")


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without models."""
    pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    monkeypatch.setattr(pytest.importorskip("huggingface_hub.constants"), "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path


def test_a_painting_is_planned_without_models(memory, bare, monkeypatch):
    from wince_headless.paint import diffusion

    memory(20, 24)
    said = diffusion.planned(Settings(backend="sd15", device="cpu"), bare / "out", 3)
    assert said.startswith("by the catalogue's sizes: sd15 on cpu, float32: ") and "(6.7 GB weights), 20.0 GB of 24.0 GB free" in said
    assert said.endswith("for 3; time not measured here yet: wince paint --benchmark --backend sd15")
    assert "about" not in said and not (bare / "out").exists()
    monkeypatch.setattr(cost.measured, "seconds", lambda settings, device: 3600.0)
    assert diffusion.planned(Settings(backend="sd15", device="cpu"), None, 3).endswith("about 60 min a person, 3 h 0 min for 3")
    memory(3, 8)
    assert "are free: close other programs" in diffusion.planned(Settings(backend="sd15", device="cpu"), None)


def test_a_stranger_that_is_not_here_is_planned_as_well_and_what_is_here_is_not(memory, bare):
    from wince_headless.paint import diffusion

    memory(20, 24)
    for name, data in (fake_hub.pipeline() | {"config.json": b"{}", "diffusion_pytorch_model.safetensors": fake_hub.tensors()}).items():
        (bare / "sd" / name).parent.mkdir(parents=True, exist_ok=True)
        (bare / "sd" / name).write_bytes(data)
    every = dict.fromkeys(("base", "control.depth", "control.normal"), str(bare / "sd"))
    assert diffusion.planned(Settings(backend="sd15", device="cpu", models=every), None) == ""
    assert "sd15 on cpu" in diffusion.planned(Settings(backend="sd15", device="cpu", models=every | {"base": "some/stranger"}), None)


def test_a_dry_run_says_the_estimate_then_what_is_missing(memory, bare, capsys):
    from wince_headless.paint import door

    config = bare / "two.yaml"
    config.write_text("seed: 3\npeople: {count: 2}\n")
    wishes = door.Wishes(config, "sd15", (), None, None, bare / "out", 0, 256, 0, "research", "cpu", (), None, None, False, True, False)
    memory(20, 24)
    with pytest.raises(WinceError, match=r"is not on this machine: run `wince models fetch sd15`, or give its folder"):
        door.paint(wishes)
    assert "by the catalogue's sizes: sd15 on cpu" in capsys.readouterr().err


@pytest.mark.parametrize("backend", ["sd15", "sdxl", "qwen"])
def test_release_is_refused_before_a_download_is_asked_for(bare, backend):
    from wince_headless.paint import diffusion, telling

    with pytest.raises(WinceError) as caught:
        diffusion.Diffusion(Settings(backend=backend, device="cpu", profile="release"), telling.Teller())
    assert str(caught.value).startswith("not for release: ") and "not on this machine" not in str(caught.value)
    with pytest.raises(WinceError, match="wince models fetch zimage"):
        diffusion.Diffusion(Settings(backend="zimage", device="cpu", profile="release"), telling.Teller())


def test_main_memory_that_does_not_suffice_is_refused_a_small_card_is_not(memory):
    memory(3, 8)
    with pytest.raises(WinceError) as caught:
        cost.check(cost.estimate(settings(dtype="float32"), "cpu"))
    said = str(caught.value)
    assert "sd15 needs 10.9 GB" in said and "3.0 GB are free" in said and "--set dtype=bfloat16 takes half" in said
    cost.check(cost.estimate(settings(), "cuda:0"))
    memory(0, 0)
    cost.check(cost.estimate(settings(), "cpu"))                          # nobody knows: try


def test_a_full_disk_is_refused(memory, tmp_path, monkeypatch):
    memory(60)
    monkeypatch.setattr(cost.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10 ** 6}))
    with pytest.raises(WinceError, match=r"a texture needs 24\.6 MB of disk and 1\.0 MB are free: choose another disk with --out"):
        cost.check(cost.estimate(settings(), "cuda:0", out=tmp_path / "not" / "yet"))


def test_the_files_own_sizes_are_taken_where_they_are_here(memory, tmp_path, monkeypatch):
    pytest.importorskip("huggingface_hub")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    memory(60)
    for name, data in fake_hub.pipeline().items():
        (tmp_path / "sd" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sd" / name).write_bytes(data)
    single = tmp_path / "control.safetensors"
    single.write_bytes(fake_hub.tensors(0, 1000))
    found = {"base": sources.resolve(str(tmp_path / "sd"), "base"), "control": sources.resolve(str(single), "control")}
    estimate = cost.estimate(settings(), "cuda:0", found)
    assert (estimate.weights, estimate.text) == ((4096 + 256 + 1000) * 2, 256 * 2)


def test_a_containers_limit_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "CGROUP", tmp_path)
    monkeypatch.setattr(devices, "_installed", lambda: (50 * GB, 64 * GB))
    assert devices.main_memory() == (50 * GB, 64 * GB)
    (tmp_path / "memory.max").write_text("max\n")
    assert devices.main_memory() == (50 * GB, 64 * GB)
    (tmp_path / "memory.max").write_text(f"{8 * GB}\n")
    (tmp_path / "memory.current").write_text(f"{5 * GB}\n")
    (tmp_path / "memory.stat").write_text(f"anon {4 * GB}\ninactive_file {GB}\n")
    assert devices.main_memory() == (4 * GB, 8 * GB)


def test_this_machine_has_a_processor_and_memory():
    free, total = devices.memory("cpu")
    assert 0 < free <= total and devices.cores() >= 1
    pytest.importorskip("torch")
    assert devices.listed()[-1].name == "cpu" and devices.pick("cpu") == "cpu" and devices.pick("auto") == devices.listed()[0].name
    assert devices.number_type("auto", "cpu") == "float32" and devices.number_type("float16", "cpu") == "float16"
    with pytest.raises(WinceError, match="there is no device 'cuda:9' for this Python: choose --device cpu"):
        devices.pick("cuda:9")
    with pytest.raises(WinceError, match="the painting's dtype is 'int8'"):
        devices.number_type("int8", "cpu")


@pytest.mark.parametrize(("backend", "size", "views"), [("sd15", 256, 2), ("zimage", 256, 7)])
def test_the_table_is_what_the_networks_have_alive(backend, size, views):
    """Fake tensors have shapes and no numbers: the real sizes, without their memory or time."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    import live

    from wince_headless.paint.backends.base import Level
    from wince_headless.paint.conditions import Conditions

    found, wish, table = {}, settings(backend, view_size=size), cost.WORKING[backend]
    with live.fake():
        model = live.backend(backend, torch.bfloat16, wish)
        flat, colour = np.zeros((views, size, size), "f4"), np.zeros((views, size, size, 3), "f4")
        told = model.condition(["a"] * views, "b", Conditions(flat, colour, colour, flat, flat, colour))
        latents = torch.zeros(views, model.pipe.vae.config.latent_channels, size // table.factor, size // table.factor)
        level = Level(500.0 if backend == "sd15" else 0.5, 0.7, 0.7)
        found["network"] = live.peak(lambda: model.predict_x0(latents, level, told, slice(0, views)))
        found["codec"] = live.peak(lambda: model.decode(latents[:1]))
    network = table.network * views * (size / table.factor) ** 2 * 2
    codec = table.codec * size ** 2 * (4 if table.exact else 2)
    assert found["network"] == pytest.approx(network, rel=0.05) and found["codec"] == pytest.approx(codec, rel=0.1)
    joined = views if table.joint else 1
    assert cost.view_bytes(backend, size, wish.guidance, "bfloat16", joined) >= max(found["network"] * joined / views, found["codec"])


def test_an_estimate_is_plain_data(memory):
    memory(60)
    assert json.dumps(vars(cost.estimate(settings(), "cuda:0")))
