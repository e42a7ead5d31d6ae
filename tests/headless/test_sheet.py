"""The page: one file with everything in it, true to the records."""

import json
import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wince.core import look as looks
from wince.core.errors import WinceError
from wince.core.identity import Identity
from wince.job.record import look_facts
from wince_headless import dataset, sheet
from wince_headless.sheet import book, colours, contact, content, page, pictures


@pytest.fixture(scope="module")
def written(tmp_path_factory, sketch):
    """A drawn dataset with its page and contact sheet."""
    folder = sketch.dataset(tmp_path_factory.mktemp("page") / "sketch", people=3, expressions=4, size=64)
    sheet.write(folder)
    return folder


@pytest.fixture(scope="module")
def embedded(written):
    """The content of the page, read back from it."""
    html = (written / "index.html").read_text()
    return json.loads(re.search(r'id="content">(.*?)</script>', html, re.DOTALL).group(1))


def test_the_page_needs_nothing_but_itself(written):
    html = (written / "index.html").read_text()
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert not [url for url in re.findall(r"https?://[^\s'\"]+", html) if not url.startswith("http://www.w3.org/")]     # XML names
    assert "@import" not in html and "fetch(" not in html


def test_the_page_shows_everybody_and_every_face(embedded):
    assert [person["id"] for person in embedded["people"]] == ["id00000", "id00001", "id00002"]
    for person in embedded["people"]:
        assert [face["kind"] for face in person["expressions"]] == ["neutral", "pain", "pain", "joy"]
        for face in person["expressions"]:
            assert set(face["views"]) == {"three_quarter_right", "frontal", "three_quarter_left"}


def test_views_run_from_the_persons_right_to_the_persons_left(embedded):
    assert [view["label"] for view in embedded["views"]] == ["¾ right", "Frontal", "¾ left"]


def test_labels_are_those_of_the_records(embedded):
    pain = embedded["people"][0]["expressions"][1]
    assert (pain["pspi"], pain["terms"]) == (10, {"brow": 3, "orbit": 4, "levator": 2, "eyes": 1})
    assert [(au["n"], au["term"], au["sides"][0][1]) for au in pain["aus"]] == [
        (4, "brow", 3), (6, "orbit", 4), (9, "levator", 2), (25, "", 2), (43, "eyes", 5)]


def test_heat_is_there_where_it_is_and_absent_on_neutral_faces(embedded):
    neutral, pain = embedded["people"][0]["expressions"][:2]
    assert neutral["views"]["frontal"]["heat"] is None
    assert pain["views"]["frontal"]["heat"].startswith("data:image/webp;base64,")


def test_people_are_limited_and_the_page_says_of_how_many(written):
    chosen = [dataset.open_dataset(written).records("id00000")]
    text = page.html(dataset.open_dataset(written), chosen, 4, 64)
    assert '"total":{"people":3}' in text
    assert "id00001" not in text


def test_the_key_to_parts_names_what_any_picture_shows(embedded):
    assert [name for name, _ in embedded["parts"]] == ["skin", "sclera", "mouth interior"]


def test_a_twin_is_called_what_it_is_and_not_what_was_drawn(drawn):
    record = dataset.open_dataset(drawn).records("id00000")[0]
    twin = record | {"demographics": record["demographics"] | {"gender": 1.0, "age": 80.0}}
    assert record["cell"]["gender"] == "woman"
    assert (content.person([record])["title"], content.person([twin])["title"]) == ("Woman, 27", "Man, 80")


def test_a_caption_stays_under_its_photograph():
    font = contact._font(13)
    first, second = contact._lines("4C+6D+7B+9E+10C+12A+20B+25D+26B+43E" * 2, font, 180)
    assert first.endswith("+") and second.endswith("…")
    assert max(font.getlength(first), font.getlength(second)) <= 180
    assert contact._lines("4C+6D", font, 180) == ("4C+6D", "")


def test_text_from_a_dataset_cannot_become_markup(spoilable, sketch):
    for record in spoilable.glob("*/*/*/record.json"):
        sketch.rewrite(spoilable, record.parent.relative_to(spoilable).as_posix(), facs="</script><script>alert(1)</script><!--")
    sheet.write(spoilable)
    html = (spoilable / "index.html").read_text()
    assert "alert(1)" in html and "<script>alert" not in html
    assert html.count("</script>") == 2


def test_the_contact_sheet_is_a_picture_of_all_rows(written):
    with Image.open(written / "contact_sheet.png") as image:
        assert image.mode == "RGB"
        assert image.width > image.height > 3 * 64


def test_the_look_book_has_a_row_per_group_and_a_block_per_person(written):
    path = sheet.write_book(written, size=48)
    with Image.open(path) as image:
        wide, tall = image.size
        pixels = np.asarray(image.convert("RGB"))
    assert wide == 2 * book.MARGIN + 4 * 48                                     # one person in each row, four expressions
    assert tall == book.HEAD + 3 * (48 + book.NAME + book.GAP) + book.MARGIN    # Black, White, East Asian
    face = pixels[book.HEAD:book.HEAD + 48, book.MARGIN:book.MARGIN + 48]
    assert face.std() > 10                                                     # a picture lies there, not paper


def test_writing_again_gives_the_same_bytes(written):
    before = [(written / name).read_bytes() for name in ("index.html", "contact_sheet.png")]
    sheet.write(written)
    assert [(written / name).read_bytes() for name in ("index.html", "contact_sheet.png")] == before


def test_a_folder_with_nothing_finished(spoilable):
    for record in spoilable.glob("*/*/*/record.json"):
        record.unlink()
    with pytest.raises(WinceError, match="holds no finished picture yet"):
        sheet.write(spoilable)


def test_heat_is_divided_by_coverage_and_never_lies_beside_the_skin(tmp_path):
    heat = np.array([[4000, 2400, 1000, 0]], np.uint16)
    Image.fromarray(heat).save(tmp_path / "heat.png")
    Image.fromarray(np.array([[255, 153, 51, 0]], np.uint8)).save(tmp_path / "coverage.png")
    assert pictures.heat_mm(tmp_path / "heat.png", tmp_path / "coverage.png") == pytest.approx(np.array([[4.0, 4.0, 0, 0]]))


@given(st.floats(0.001, 200))
def test_the_scale_covers_what_it_is_for_and_not_much_more(highest):
    assert highest <= pictures.nice_scale(highest) <= max(0.5, 2 * highest)


def test_heat_colours_grow_lighter_with_heat():
    luminance = colours.heat_rgb(np.linspace(0, 1, 100)) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(luminance) > 0).all()
    assert colours.heat_alpha(0) == 0


@pytest.mark.parametrize(("lab", "colour"), [((100, 0, 0), "#ffffff"), ((0, 0, 0), "#000000"), ((53.24, 80.09, 67.2), "#ff0000")])
def test_lab_colours_known_by_heart(lab, colour):
    channels = zip(colours.rgb(colours.lab_hex(lab)), colours.rgb(colour), strict=True)
    assert all(abs(a - b) <= 1 for a, b in channels)


def test_every_term_and_part_has_its_own_colour():
    assert len(set(colours.TERMS.values())) == 4
    assert len({colour for _, colour in colours.PARTS.values()}) == len(colours.PARTS) == 12
    assert sum(colours.TERM_SIZE.values()) == 16


def test_words_of_a_look():
    who = Identity("x", 0, 0, 80.0, 0.9, {"pole_a": 1.0, "pole_b": 0.0, "pole_c": 0.0})
    look = looks.changed(looks.changed(who.look, "facial_hair", style="full_beard"), "glasses", kind="round")
    words = content.look(look_facts(replace(who, look=look), False, {}))
    assert words == "Short straight grey hair, full beard, T-shirt, round glasses, brown eyes"
    assert content.look(look_facts(who, True, {})) == content.look({}) == ""


def test_words_of_what_is_fixed_and_of_what_hides_the_face():
    assert content.fixed({"fixed": {"age": 80.0, "look.hair.style": "side_part", "look.clothes.colour": [1.0, 0.0, 0.2]}}) \
        == "age 80, hair style side part, clothes colour #ff0033"
    assert content.fixed({}) == content.fixed({"fixed": {}}) == ""
    assert content.cover({"face_covered": {"hair": 0.123, "facial_hair": 0.0, "glasses": 0.041}}) == "hair 12 %, glasses 4 %"


def test_a_person_says_whose_twin_they_are(written):
    records = dataset.open_dataset(written).records("id00001")
    assert content.person(records)["twin_of"] == ""
    twins = [record | {"twin_of": "id00000", "demographics": record["demographics"] | {"fixed": {"iris": "blue"}}} for record in records]
    assert (content.person(twins)["twin_of"], content.person(twins)["fixed"]) == ("id00000", "iris blue")


def test_words_of_a_view():
    assert content._words("three_quarter_left") == "¾ left"
    assert content._words("profile_right") == "Profile right"


@pytest.mark.skipif(not shutil.which("node"), reason="needs node")
def test_the_script_is_good_javascript(tmp_path):
    script = tmp_path / "page.js"
    script.write_text((page.HERE / "page.js").read_text())
    assert subprocess.run(["node", "--check", str(script)], check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs chromium")
def test_a_browser_draws_it(written):
    address = f"{(written / 'index.html').as_uri()}#heat&id00000/e01/frontal"
    done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom", address],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.count('class="person"') == 3
    assert done.stdout.count('class="face"') == 12
    assert 'data-layer="heat"' in done.stdout
    assert "id00000/e01/frontal" in re.search(r"<dialog.*</dialog>", done.stdout, re.DOTALL).group(0)
