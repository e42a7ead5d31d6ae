"""The doctor: what is there and what is wrong, for people and for the panel."""

import importlib.metadata

import pytest

pytest.importorskip("torch")
pytest.importorskip("huggingface_hub")

import fake_hub

from wince.job import child
from wince_headless.paint import devices
from wince_headless.paint.models import doctor
from wince_headless.paint.models.catalogue import CATALOGUE


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return tmp_path / "hub"


def without(monkeypatch, *names, **versions):
    real = importlib.metadata.version

    def version(name):
        if name in names:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions.get(name) or real(name)
    monkeypatch.setattr(importlib.metadata, "version", version)


def lay_sd15(cache):
    for need in CATALOGUE["sd15"]:
        model, _, sha = need.default.partition("@")
        network = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": fake_hub.tensors(len(model))}
        fake_hub.keep(cache, model, sha, fake_hub.pipeline() if need.role == "base" else network, refs=())


def test_the_panel_reads_one_event_on_one_line(cache):
    line = doctor.gather().json()
    events = child.parse(line)
    assert "\n" not in line and len(events) == 1
    event = events[0]
    assert event["event"] == "doctor" and event["ok"] is False and event["ready"] == []
    facts = dict(event["facts"])
    assert facts["wince"] and facts["torch"] == importlib.metadata.version("torch") and "free" in facts["cpu"]
    assert facts["sd15"] == "not here: `wince models fetch sd15`, not for release" and facts["zimage"].endswith("zimage`")
    assert [len(event["models"][name]) for name in CATALOGUE] == [len(needs) for needs in CATALOGUE.values()]
    assert event["devices"][-1]["name"] == "cpu" and event["devices"][-1]["free"] > 0


def test_a_whole_set_is_ready_and_its_size_is_told(cache):
    lay_sd15(cache)
    report = doctor.gather()
    assert report.ok and report.ready() == ["sd15"] and not [problem for problem in report.problems if "no backend" in problem]
    size = sum(map(len, fake_hub.pipeline().values())) + 2 * (2 + len(fake_hub.tensors()))
    assert sum(model.size for model in report.models["sd15"]) == size
    assert dict(report.facts())["sd15"] == f"{doctor.size_of(size)}, not for release"
    rows = doctor.table().splitlines()
    assert rows[0] == f"sd15: not for release, {doctor.size_of(size)} here"
    assert rows[1].split()[:3] == ["base", *doctor.size_of(size - 2 * (2 + len(fake_hub.tensors()))).split()]
    assert "Apache-2.0" in rows[1] and " for release  " in rows[1] and "not for release" not in rows[1]           # what its card says


def test_the_catalogues_sizes_licences_and_pins_are_listed(cache):
    said = doctor.table()
    rows = {line.split()[-1].partition("@")[0]: " ".join(line.split()) for line in said.splitlines() if line.startswith("  ")}
    heads = [line for line in said.splitlines() if line[:1] not in ("", " ")]
    assert heads == ["sd15: not for release, 7.2 GB of weights to fetch: wince models fetch sd15",
                     "sdxl: not for release, 16.7 GB of weights to fetch: wince models fetch sdxl",
                     "zimage: for release, 39.5 GB of weights to fetch: wince models fetch zimage",
                     "qwen: not for release, 61.2 GB of weights to fetch: wince models fetch qwen",
                     "one model alone: wince models fetch BACKEND/ROLE"]
    assert rows["xinsir/controlnet-union-sdxl-1.0"] == (
        "control 2.5 GB, not here Apache-2.0 for release not pinned xinsir/controlnet-union-sdxl-1.0")
    assert rows["InstantX/Qwen-Image-ControlNet-Union"].startswith("control 3.5 GB, not here licence unknown not for release pinned ")
    assert [line for line in said.splitlines() if "not pinned" in line] == [line for line in said.splitlines() if "xinsir" in line]
    assert len(rows) == sum(map(len, CATALOGUE.values()))


def test_a_set_with_a_hole_names_it(cache):
    lay_sd15(cache)
    (next((cache / "models--lllyasviel--control_v11p_sd15_normalbae").glob("snapshots/*"))).rename(cache / "elsewhere")
    assert dict(doctor.gather().facts())["sd15"] == "control.normal not here: `wince models fetch sd15`, not for release"


def test_a_missing_package_is_said_with_its_cure(cache, monkeypatch):
    without(monkeypatch, "diffusers", "accelerate")
    report = doctor.gather()
    assert not report.ok and dict(report.facts())["diffusers"] == "not installed"
    said = report.problems[0]
    assert said.startswith("diffusers, accelerate are not installed: run ") and ".[paint]" in said


def test_without_torch_and_hub_it_still_answers(cache, monkeypatch):
    without(monkeypatch, "torch", "huggingface_hub")
    report = doctor.gather()
    assert report.devices == () and report.models == {} and not report.ok
    assert "torch, huggingface_hub are not installed" in report.text()
    assert child.parse(report.json())[0]["problems"] == list(report.problems)


def test_an_old_package_is_said(cache, monkeypatch):
    without(monkeypatch, diffusers="0.30.1")
    assert any("diffusers 0.30.1 is older than 0.42" in problem for problem in doctor.gather().problems)


@pytest.mark.parametrize("error", [ImportError("libcudart.so.12: cannot open shared object file"), OSError("[WinError 126] no DLL")])
def test_a_torch_that_cannot_be_loaded_is_said_with_its_reason(cache, monkeypatch, error):
    def broken():
        raise error
    monkeypatch.setattr(devices, "listed", broken)
    report = doctor.gather()
    assert any("torch is installed and cannot be loaded" in problem and str(error) in problem for problem in report.problems)


def test_a_driver_that_torch_cannot_use_is_said(cache, monkeypatch):
    monkeypatch.setattr(devices, "listed", lambda: [devices.Device("cpu", "2 cores", 1, 1)])
    monkeypatch.setattr(doctor.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert any("there is an NVIDIA driver and this torch cannot use it" in problem for problem in doctor.gather().problems)


def test_a_gpu_is_no_problem(cache, monkeypatch):
    lay_sd15(cache)
    monkeypatch.setattr(devices, "listed", lambda: [devices.Device("cuda:0", "NVIDIA X", 6 * 10 ** 9, 8 * 10 ** 9)])
    report = doctor.gather()
    assert report.problems == () and "cuda:0" in report.text() and "NVIDIA X, 6.0 GB of 8.0 GB free" in report.text()
    assert report.text().endswith("nothing is wrong")


def test_offline_is_told(cache, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert dict(doctor.gather().facts())["network"] == "off (HF_HUB_OFFLINE)"


def test_versions_are_compared_by_number():
    assert doctor._numbers("2.13.0+cpu") == (2, 13) and doctor._numbers("0.42.1") == (0, 42) and doctor._numbers("5.0rc1") == (5, 0)
    assert doctor._numbers("10.0") > doctor._numbers("9.9")
