"""The benchmark: real sizes are the real ones, a meter counts what is asked and made, a small painting is measured from end to end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")

import torch

from wince.core.errors import WinceError
from wince_headless import exits
from wince_headless.paint import benchmark, devices, measured
from wince_headless.paint.backends import lifesize, metered
from wince_headless.paint.models.catalogue import CATALOGUE
from wince_headless.paint.settings import Settings

# Of the published models: texture.md 1.5, counted from their configurations.
PUBLISHED = {"sd15": {"unet": 859.5, "depth": 361.3, "normal": 361.3, "vae": 83.7},
             "sdxl": {"unet": 2567.5, "union": 1256.0, "vae": 83.7},
             "zimage": {"transformer": 6154.9, "union": 3356.2, "vae": 83.8},
             "qwen": {"transformer": 20430.4, "union": 1768.0, "vae": 126.9}}
SMALL = {"backend": "sd15", "size": 256, "view_size": 64, "sync_size": 128, "steps": 4, "device": "cpu"}


@pytest.fixture(autouse=True)
def threads():
    torch.set_num_threads(2)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "wince"


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_sizes_are_the_published_ones(name):
    assert {part: round(count / 1e6, 1) for part, count in lifesize.parameters(name).items()} == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_catalogue_agrees_with_the_sizes(name):
    from wince_headless.paint import cost

    nets = sum(count for count in lifesize.parameters(name).values()) / 1e9
    told = sum(need.parameters for need in CATALOGUE[name] if need.role != "vae") - cost.WORKING[name].text
    assert told == pytest.approx(nets, rel=0.01)


def test_random_weights_are_the_same_everywhere_and_overflow_nothing():
    made = [lifesize.network("AutoencoderKL", {**lifesize.VAE, "block_out_channels": (32, 32, 32, 32)}, torch.device("cpu"), torch.bfloat16)
            for _ in range(2)]
    assert all(torch.equal(a, b) for a, b in zip(made[0].parameters(), made[1].parameters(), strict=True))
    with torch.no_grad():
        shown = made[0].decode(torch.ones(1, 4, 8, 8, dtype=torch.bfloat16)).sample
    assert shown.shape == (1, 3, 64, 64) and shown.isfinite().all() and 0.01 < shown.float().std() < 100


def test_tables_of_positions_are_made_again():
    small = {"num_layers": 1, "attention_head_dim": 16, "num_attention_heads": 1, "axes_dims_rope": (8, 4, 4), "joint_attention_dim": 8,
             "in_channels": 16, "out_channels": 4}
    net = lifesize.network("QwenImageTransformer2DModel", small, torch.device("cpu"), torch.float32)
    assert net.pos_embed.pos_freqs.device.type == "cpu" and net.pos_embed.pos_freqs.abs().mean() == pytest.approx(1)


def test_a_meter_counts_in_views_and_answers_when_enough_was_made(stub):
    backend = stub.Stub(lambda latents, *_: latents * 0)
    meter = metered.Metered(backend, 2, benchmark.Part, time.perf_counter)
    images = torch.rand(3, 3, 8, 8)
    level = backend.levels(2, 1.0)[0]
    latents = meter.encode(images)
    assert torch.equal(latents, backend.encode(images))
    for _ in range(3):
        shown = meter.decode(latents)
        assert shown.shape == images.shape
        predicted = meter.predict_x0(latents, level, torch.zeros(3, 1, 4, 4), slice(0, 3))
    assert torch.equal(shown, torch.full_like(shown, 0.5)) and torch.equal(predicted, latents * level.alpha)        # the third was answered
    assert backend.calls == [3, 3] and meter.name == "stub" and meter.joint is False
    assert {name: (part.times, len(part.seconds)) for name, part in meter.parts.items()} == {
        "network": (9, 6), "decoder": (9, 6), "encoder": (3, 3), "conditions": (0, 0)}
    assert meter.spent >= sum(sum(part.seconds) for part in meter.parts.values())


def test_a_part_counts_what_was_made_and_the_median_for_the_rest():
    assert benchmark.Part("x", True, 2, [1.0, 3.0]).total == 4.0
    assert benchmark.Part("x", True, 10, [1.0, 2.0, 9.0]).total == 12.0 + 7 * 2.0
    assert benchmark.Part("x", True, 10).total == 0.0


def test_a_stage_is_timed_without_the_network(monkeypatch):
    clock, spent, said = [0.0], [0.0], []
    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: clock[0])
    watch = benchmark.Watch(said.append, lambda: spent[0])
    watch.stage("one")
    clock[0] += 5
    spent[0] += 4                                         # of which the network had this much
    watch.stage("two")
    watch.step(1, 2)
    watch.say("hm")
    clock[0] += 2
    watch.stage("one")
    clock[0] += 0.5
    one, two = watch.ended()
    assert (one.name, two.name, one.network) == ("one", "two", False)
    assert (one.total, two.total) == (1.5, 2) and said == ["one", "two", "two: 1 of 2", "hm", "one"]


def test_a_painting_is_measured_from_end_to_end(stub, person, cache):
    made = []

    def make(name, device, dtype, settings):
        made.append((name, device.type, dtype))
        backend = stub.Stub(lambda latents, *_: latents * 0.5)
        backend.pipe = torch.nn.Module()
        backend.pipe.unet = torch.nn.Linear(3, 3)
        return backend

    told = []
    result = benchmark.run(Settings(**SMALL), person, told.append, runs=2, make=make)
    assert made == [("sd15", "cpu", torch.float32)]
    wanted = ["making the networks", "geometry", "denoising", "network: call 1 of 2", "network: call 2 of 2", "denoising: 1 of 3",
              "denoising: 3 of 3", "fusing", "finishing", "preview"]
    assert [sentence for sentence in told if sentence in wanted] == wanted and told.count("network: call 2 of 2") == 1
    assert not [sentence for sentence in told if sentence.startswith("network: call 3")]
    parts = {part.name: part for part in result.parts}
    steps, agreements = 3, round(0.8 * 3)                 # 4 steps at strength 0.75
    assert parts["network, a view"].times == 7 * steps and len(parts["network, a view"].seconds) == 2
    assert parts["encoder, a view"].times == 7 * (1 + 2 * agreements) and parts["decoder, a view"].times == 7 * (1 + agreements)
    assert {"geometry", "denoising", "fusing", "finishing", "preview"} <= {part.name for part in result.parts if not part.network}
    assert 0 < result.overhead < 1 and result.seconds == pytest.approx(sum(part.total for part in result.parts))
    table = result.table()
    assert "unet 0 M" in table and "7 views of 64 px" in table and "parts run less often than needed are multiplied" in table
    assert result.peak > 1e8 and not (cache / measured.KEPT).exists()
    assert json.loads(json.dumps(benchmark.as_facts(result)))["overhead"] == result.overhead


def test_what_was_measured_is_remembered_and_scaled(cache):
    settings = Settings(**SMALL | {"steps": 10, "dtype": "bfloat16"})
    assert measured.seconds(settings, "cpu") is None
    measured.keep("sd15", devices.title("cpu"), "bfloat16", 64, 7, 10, 75.0)
    assert measured.seconds(settings, "cpu") == 75.0
    assert measured.seconds(Settings(**SMALL | {"steps": 20, "dtype": "bfloat16", "view_size": 128}), "cpu") == 75.0 * 4 * 2
    assert measured.seconds(Settings(**SMALL | {"steps": 10}), "cpu") is None              # another number type
    (cache / measured.KEPT).write_text("{")
    assert measured.seconds(settings, "cpu") is None


def test_the_verdict_is_the_limit_of_the_issue():
    parts = (benchmark.Part("network, a view", True, 9, [1.0] * 9), benchmark.Part("finishing", False, 1, [1.0]))
    result = benchmark.Result("sd15", "cpu", "2 cores", "bfloat16", 64, 7, 10, 256, {"unet": 1}, parts, 0)
    assert result.overhead == pytest.approx(0.1) and "10.0% of it is not the network, within the limit of 10%" in str(result)
    assert "multiplied" not in str(result) and "peak memory unknown" in str(result)


def test_what_has_no_network_is_not_measured(monkeypatch):
    with pytest.raises(WinceError, match="the backend procedural has no network to measure: give --backend sd15 or sdxl"):
        benchmark.run(Settings())
    monkeypatch.setattr(benchmark.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WinceError, match="measuring needs torch and diffusers, which this Python has not"):
        benchmark.run(Settings(backend="sd15"))


def test_ctrl_c_is_one_line_and_75(tmp_path):
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join([str(root / "addon"), str(root / "headless")])
    command = [sys.executable, "-m", "wince_headless", "paint", "--benchmark", "--backend", "sd15", "--device", "cpu",
               "--set", "dtype=bfloat16", "--set", "view_size=64", "--size", "256"]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths, "XDG_CACHE_HOME": str(tmp_path)}, stderr=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, rest = process.communicate(timeout=200)
    assert first.strip() == "making the networks" and process.returncode == exits.STOPPED
    assert rest.splitlines()[-1].strip() == "stopped; nothing was measured" and "Traceback" not in rest and out == ""
    assert not list(tmp_path.rglob(measured.KEPT))


def test_networks_that_do_not_fit_are_not_made(monkeypatch, cache):
    monkeypatch.setattr(devices, "main_memory", lambda: (4 * 10 ** 9, 8 * 10 ** 9))
    with pytest.raises(WinceError, match=r"qwen needs .* GB of main memory for one view and 4.0 GB are free"):
        benchmark.run(Settings(backend="qwen", device="cpu"))
