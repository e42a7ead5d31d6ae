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
    from dataclasses import replace

    good, bad = source("a/good", "MIT"), source("a/bad", "OpenRAIL")
    odd = source("a/odd", "unknown", "control")
    with pytest.raises(WinceError) as caught:
        licences.check([good, bad, odd], "release")
    said = str(caught.value)
    assert "a/good" not in said and "a/bad (base) has the licence OpenRAIL, which forbids" in said and "a/odd (control)" in said
    assert said.endswith(": take --backend zimage, whose models are Apache-2.0, or read the licence of a/odd and write it as `license:` "
                         "at the head of its README.md once you have read it, or paint with --profile research")
    assert "a/odd (control) has an unknown licence, and nothing says what that allows" in said and "\n" not in said
    with pytest.raises(WinceError, match="or fetch a/odd alone with `wince models fetch a/odd@v1`, and where its card states no licence"):
        licences.check([replace(odd, folder=None, revision="v1")], "release")


ALLOWED = "Apache-2.0, MIT, MIT-0, BSD-2-Clause, BSD-3-Clause, ISC, Unlicense, CC0-1.0, CC-BY-4.0"


@pytest.mark.parametrize(("role", "licence", "said"), [
    ("image", "unknown", "not for release: a.png (image) has an unknown licence, and nothing says what that allows: state the owner's "
                         f"licence with --set licence=ID, one of {ALLOWED}, or paint with --profile research"),
    ("image", "CC-BY-NC-4.0", "not for release: a.png (image) has the licence CC-BY-NC-4.0, which forbids commercial use: give an image "
                              f"that its owner has put under one of {ALLOWED}, and say so with --set licence=ID, "
                              "or paint with --profile research"),
    ("places", "unknown", "not for release: a.png (places) has an unknown licence, and nothing says what that allows: state the owner's "
                          f"licence with --set licence=ID, one of {ALLOWED}, or paint with --profile research"),
])
def test_an_images_licence_is_stated_by_whoever_paints(role, licence, said):
    with pytest.raises(WinceError) as caught:
        licences.check([source("a.png", licence, role)], "release")
    assert str(caught.value) == said


@pytest.mark.parametrize(("words", "licence"), [
    ("CC0", "CC0-1.0"), ("cc0", "CC0-1.0"), ("CC0 1.0", "CC0-1.0"), ("cc0-1.0", "CC0-1.0"), ("apache2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("Apache_2.0", "Apache-2.0"), ("Apache License 2.0", "Apache-2.0"), ("apache-2", "Apache-2.0"), ("CC BY 4.0", "CC-BY-4.0"),
    ("MIT License", "MIT"), (" mit ", "MIT"), ("CC BY-SA 4.0", "CC-BY-SA-4.0"), ("Unknown", "unknown"), ("", "unknown"),
    ("My Own", "My Own"), ("cc-by", "cc-by"),                     # which version is not said
])
def test_a_licence_as_people_write_it(words, licence, tmp_path):
    from wince_headless.paint.pipeline import Image

    assert licences.normalised(words) == licence
    (tmp_path / "a.png").write_bytes(b"x")
    assert Image.read("image", tmp_path / "a.png", words).licence == licence


def test_the_backends_that_may_paint_for_release():
    clean = {name for name, needs in CATALOGUE.items() if not any(licences.reason(need.licence) for need in needs)}
    assert clean == {"zimage"}                                     # qwen's control has no licence that was confirmed


def test_a_card_at_hand_counts_more_than_the_catalogue(tmp_path):
    model = CATALOGUE["sd15"][0].default.partition("@")[0]
    assert licences.of(Source("base", model, "", "", "", {}, tmp_path)) == "CreativeML-OpenRAIL-M"
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert licences.of(Source("base", model, "", "", "", {}, tmp_path)) == "MIT"
    assert licences.of(Source("base", "some/body", "", "", "", {}, tmp_path / "none")) == "unknown"
