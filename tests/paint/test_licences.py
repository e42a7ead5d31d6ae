"""Licences: as cards write them, and who may paint what is released."""

from pathlib import Path

import pytest

from wince.core.errors import WinceError
from wince_headless.paint.models import licences
from wince_headless.paint.models.catalogue import CATALOGUE
from wince_headless.paint.models.sources import Source


def source(name, licence, role="base"):
    return Source(role, name, "", "", licence, {}, Path("x"))


@pytest.mark.parametrize(("card", "licence"), [
    ("---\nlicense: apache-2.0\n---\n# X", "Apache-2.0"),
    ("\ufeff---\nlicense: MIT\ntags: [a]\n---\n", "MIT"),
    ("---\nlicense: creativeml-openrail-m\n---\n", "CreativeML-OpenRAIL-M"),
    ("---\nlicense: openrail++\n---\n", "CreativeML-OpenRAIL++-M"),
    ("---\nlicense: openrail\n---\n", "OpenRAIL"),
    ("---\nlicense: other\nlicense_name: flux-1-dev-non-commercial-license\n---\n", "FLUX.1-dev-Non-Commercial"),
    ("---\nlicense: other\nlicense_name: tencent-hunyuan-community\n---\n", "Tencent-Hunyuan-Community"),
    ("---\nlicense: other\n---\n", "unknown"),
    ("---\nlicense: something-new\n---\n", "something-new"),
    ("---\nlicense: [mit, openrail]\n---\n", "OpenRAIL"),
    ("---\nlicense: [mit, apache-2.0]\n---\n", "MIT"),
    ("---\nlicense:\n---\n", "unknown"),
    ("---\nlicense: []\n---\n", "unknown"),
    ("---\ntags: [x]\n---\n", "unknown"),
    ("# license: mit", "unknown"),
    ("---\nlicense: mit\n", "unknown"),                            # no end of the head
    ("---\nlicense: [\n---\n", "unknown"),                         # no YAML
    ("---\n- license\n---\n", "unknown"),
    ("---\nx: !!python/object/apply:os.system ['true']\n---\n", "unknown"),
    ("", "unknown"),
])
def test_what_a_card_says(card, licence):
    assert licences.from_front_matter(card) == licence


@pytest.mark.parametrize(("licence", "word"), [
    ("CreativeML-OpenRAIL-M", "medical advice"), ("CreativeML-OpenRAIL++-M", "medical advice"), ("OpenRAIL", "medical advice"),
    ("FLUX.1-dev-Non-Commercial", "commercial use"), ("CC-BY-NC-4.0", "commercial use"), ("Tencent-Hunyuan-Community", "any other model"),
    ("Stability-Community", "revenue"), ("CC-BY-SA-4.0", "alike"), ("GPL-3.0", "alike"), ("unknown", "nothing says"),
    ("something-new", "not on the allow list"),
])
def test_why_a_licence_is_refused(licence, word):
    assert word in licences.reason(licence)
    with pytest.raises(WinceError, match=word):
        licences.check([source("some/body", licence)], "release")
    licences.check([source("some/body", licence)], "research")


@pytest.mark.parametrize("licence", licences.ALLOWED)
def test_the_allow_list_is_allowed(licence):
    assert licences.reason(licence) == "" and licences.normalised(licence.upper()) == licence
    licences.check([source("some/body", licence)], "release")


def test_a_refusal_names_each_model_its_licence_the_reason_and_the_cure():
    good, bad = source("a/good", "MIT"), source("a/bad", "OpenRAIL")
    odd = source("a/odd", "unknown", "control")
    with pytest.raises(WinceError) as caught:
        licences.check([good, bad, odd], "release")
    said = str(caught.value)
    assert "a/good" not in said and "a/bad (base) has the licence OpenRAIL, which forbids" in said and "a/odd (control)" in said
    assert "--backend zimage" in said and "`license:` at the head of its README.md" in said and "--profile research" in said
    assert "\n" not in said


def test_the_backends_that_may_paint_for_release():
    clean = {name for name, needs in CATALOGUE.items() if not any(licences.reason(need.licence) for need in needs)}
    assert clean == {"zimage"}                                     # qwen's control has no licence that was confirmed


def test_a_card_at_hand_counts_more_than_the_catalogue(tmp_path):
    model = CATALOGUE["sd15"][0].default.partition("@")[0]
    assert licences.of(Source("base", model, "", "", "", {}, tmp_path)) == "CreativeML-OpenRAIL-M"
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert licences.of(Source("base", model, "", "", "", {}, tmp_path)) == "MIT"
    assert licences.of(Source("base", "some/body", "", "", "", {}, tmp_path / "none")) == "unknown"
