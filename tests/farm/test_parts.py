"""The recipe of docs/farm/README.md for nodes without shared storage, run as it stands there: a plan is copied, worked on, brought back."""

import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

from wince.core import pack
from wince.job import plan as planned
from wince_headless import exits

_spec = importlib.util.spec_from_file_location("farms", Path(__file__).with_name("farms.py"))
farms = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(farms)

pytestmark = pytest.mark.skipif(not (pack.DEFAULT.is_file() and importlib.util.find_spec("bpy")), reason="needs bpy and the face pack")

JOB = """
seed: 8
people: {count: 10}
expressions: {pain: 0, codes: ["4B+6C"], neutral: false}
cameras: [frontal]
render: {look: plain, resolution: [48, 48], samples: 1, denoiser: none, device: cpu, subdivision: 0, subsurface: false}
"""


def recipe():
    """Return the commands of the recipe, a line each."""
    text = (farms.ROOT / "docs/farm/README.md").read_text(encoding="utf-8")
    return re.search(r"bring back what was made:\n\n```\n(.*?)```", text, re.S)[1]


def test_a_plan_is_worked_on_elsewhere_and_brought_back(tmp_path):
    program = farms.real(tmp_path / "bin")
    (tmp_path / "job.yaml").write_text(JOB)
    for name in ("shared/pain3d", "alone"):
        made = subprocess.run([program, "plan", tmp_path / "job.yaml", "--out", tmp_path / name, "--shard-people", "1"],
                              capture_output=True, text=True, check=False)
        assert made.returncode == exits.DONE, made.stderr
    assert planned.read(tmp_path / "alone").shards == 10
    script = recipe().replace("/shared", str(tmp_path / "shared")).replace("/local", str(tmp_path / "local"))
    ran = subprocess.run(["bash", "-euc", script], env=farms.environment(program), capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == exits.DONE, ran.stdout + ran.stderr
    subprocess.run([program, "work", tmp_path / "alone", "--shards", "all"], capture_output=True, check=True)
    assert farms.pictures(tmp_path / "shared/pain3d") == farms.pictures(tmp_path / "alone")
    assert len(list((tmp_path / "shared/pain3d/state/done").iterdir())) == 10


def test_a_node_that_differs_refuses(tmp_path):
    program = farms.real(tmp_path / "bin")
    (tmp_path / "job.yaml").write_text(JOB)
    out = tmp_path / "shared/pain3d"
    subprocess.run([program, "plan", tmp_path / "job.yaml", "--out", out, "--shard-people", "1"], capture_output=True, check=True)
    moved = "\n".join(recipe().splitlines()[:3]).replace("/shared", str(tmp_path / "shared")).replace("/local", str(tmp_path / "local"))
    subprocess.run(["bash", "-euc", moved], env=farms.environment(program), capture_output=True, check=True)
    there = tmp_path / "local/pain3d"
    origin = json.loads((there / "origin.json").read_text())
    (there / "origin.json").write_text(json.dumps(origin | {"device": "another"}))
    refused = subprocess.run([program, "work", there, "--shards", "1"], capture_output=True, text=True, check=False)
    assert refused.returncode == exits.USER and "device = 'another'" in refused.stderr, refused.stderr
    assert not (there / "id00001").exists()
