"""Counterfactual twins as they are rendered: one thing differs, the labels of the rest are equal."""

import json

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("bpy")

from wince.job import expand, spec
from wince.job.render import render

JOB = spec.Job(seed=4, people=spec.People(count=1, first=2, twins=({"age": 85.0},)),
               expressions=spec.Expressions(pain=1, head_jitter_deg=6), cameras=("frontal",), lighting=spec.Lighting(worlds=("plain",)),
               render=spec.Render(resolution=(64, 64), samples=1, denoiser="none", device="cpu", look="plain", subdivision=0))
SAME = ("au_code", "au_realised", "cell", "expression_kind", "facs", "fold10", "gaze", "head_pose", "light", "pain", "pspi", "seeds",
        "view", "world")


def read(out, key):
    return json.loads((out / key / "record.json").read_text())


def test_a_twin_is_seen_as_the_person_is(tmp_path):
    assert render(JOB, tmp_path, expand.samples(JOB), lambda *_, **__: None, lambda: False)
    person, twin = (read(tmp_path, f"{name}/e01/frontal") for name in ("id00004", "id00005"))
    assert (person["twin_of"], twin["twin_of"]) == (None, "id00004")
    assert {key: person[key] for key in SAME} == {key: twin[key] for key in SAME}
    assert twin["demographics"]["fixed"] == {"age": 85.0} and person["demographics"]["fixed"] == {}
    assert twin["demographics"]["age"] == 85.0 and person["demographics"]["age"] < 85.0
    assert twin["neutral_keys"] == ["id00005/e00/frontal"]
    assert np.allclose(person["camera"]["R"], twin["camera"]["R"], atol=0.05)        # both look at the middle of their own face
    pictures = [np.asarray(Image.open(tmp_path / name / "e01/frontal/rgb.png"), dtype=float) for name in ("id00004", "id00005")]
    assert np.abs(pictures[0] - pictures[1]).max() > 10
