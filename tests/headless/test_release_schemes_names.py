"""3DPain's and SynPAIN's names, numbers, pairs and colours: what was published is the known answer, then laws."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from wince.core.errors import WinceError
from wince.core.facs.published import from_binary_coded
from wince_headless.release.schemes import hot, jpeg, pain3d_names, panels, synpain_names

PUBLISHED = {               # the records of 3DPain that are shown in public: AU4, 6, 7, 9, 10, 43, PSPI
    "flame_sample_0000_pain_1": (4, 2, 4, 3, 1, 1, 12),
    "flame_sample_0000_pain_2": (4, 5, 5, 0, 5, 0, 14),
    "flame_sample_0000_pain_3": (5, 3, 4, 1, 3, 0, 12),
    "flame_sample_0000_pain_4": (4, 4, 4, 2, 5, 0, 13),
    "flame_sample_0000_pain_10": (0, 3, 3, 0, 0, 1, 4),
}


@pytest.mark.parametrize(("text", "kind", "name"), [
    ("flame_sample_0000_pain_1_textured_view_000_inpainted.jpg", "picture", (0, 1, 0)),
    ("flame_sample_0000_neutral_textured_view_002_inpainted.jpg", "picture", (0, 0, 2)),
    ("flame_sample_2499_pain_10_textured_view_002_inpainted.jpg", "picture", (2499, 10, 2)),
    ("flame_sample_0000_pain_1_annotations.json", "annotation", (0, 1, None)),
    ("flame_sample_0000_pain_10", "base", (0, 10, None)),
    ("flame_sample_0000_neutral", "base", (0, 0, None)),
])
def test_3dpain_names_as_published(text, kind, name):
    assert pain3d_names.read(text) == (kind, pain3d_names.Name(*name))
    assert pain3d_names.read(text.upper())[1] == name
    write = {"picture": pain3d_names.picture, "annotation": pain3d_names.annotation, "base": pain3d_names.base}[kind]
    assert write(pain3d_names.Name(*name)) == text


@given(st.integers(0, 9999), st.integers(0, 999), st.integers(0, 999))
def test_3dpain_names_come_back(person, pain, view):
    name = pain3d_names.Name(person, pain, view)
    assert pain3d_names.read(pain3d_names.picture(name)) == ("picture", name)
    for kind, write in (("base", pain3d_names.base), ("annotation", pain3d_names.annotation), ("heatmap", pain3d_names.heatmap)):
        assert pain3d_names.read(write(name)) == (kind, name._replace(view=None))


@pytest.mark.parametrize("text", ["", "flame_sample_000_pain_1", "flame_sample_0000_pain_0", "flame_sample_0000_pain_01",
                                  "flame_sample_0000_pain_1.jpg", "../flame_sample_0000_pain_1", "flame_sample_0000_pain_1\n",
                                  "flame_sample_٠٠٠٠_pain_1"])
def test_no_name_of_3dpain(text):
    with pytest.raises(WinceError, match="not a name of 3DPain"):
        pain3d_names.read(text)


def test_people_and_views_beyond_the_digits_have_no_name():
    with pytest.raises(WinceError, match="four digits"):
        pain3d_names.base(pain3d_names.Name(10_000, 1))
    with pytest.raises(WinceError, match="three digits"):
        pain3d_names.picture(pain3d_names.Name(0, 1, 1000))


@pytest.mark.parametrize("base", PUBLISHED)
def test_published_annotations_come_back(base):
    published = dict(zip(pain3d_names.KEYS, PUBLISHED[base], strict=True))
    aus = from_binary_coded(published)
    record = {"au_code": aus.json((4, 6, 7, 9, 10, 12, 43)), "pspi": published["PSPI"]}
    assert pain3d_names.annotations(record) == published
    assert list(pain3d_names.annotations(record)) == ["AU4", "AU6", "AU7", "AU9", "AU10", "AU43", "PSPI"]
    assert {type(value) for value in pain3d_names.annotations(record).values()} == {int}


def test_the_greater_side_is_written_and_one_eye_is_not_closed_eyes():
    record = {"au_code": {"4": {"L": 1, "R": 4}, "7": {"L": 2, "R": 0}, "43": {"L": 5, "R": 0}, "25": {"B": 3}}, "pspi": 6}
    assert pain3d_names.annotations(record) == {"AU4": 4, "AU6": 0, "AU7": 2, "AU9": 0, "AU10": 0, "AU43": 0, "PSPI": 6}


@pytest.mark.parametrize(("text", "name"), [
    ("1110124850_Pain_Woman_Young.jpg", (True, True, False, "South Asian", 24850)),
    ("1000000000_NoPain_Man_Young.jpg", (False, False, False, "Black", 0)),
    ("1101399999_Pain_Man_Old.jpg", (True, False, True, "White", 99999)),
    ("1011400007_NoPain_Woman_Old.jpg", (False, True, True, "East Asian", 7)),
    ("1001200007_NoPain_Man_Old.jpg", (False, False, True, "Middle Eastern", 7)),
])
def test_synpain_names(text, name):
    assert synpain_names.read(text) == name
    assert synpain_names.picture(synpain_names.Name(*name)) == text
    assert synpain_names.read(text.replace("Woman", "woman").replace("Man", "man")) == name        # both are met
    assert synpain_names.read(text.replace(".jpg", ".mp4")) == name


@given(st.booleans(), st.booleans(), st.booleans(), st.sampled_from(synpain_names.GROUPS), st.integers(0, 99_999), st.randoms())
def test_synpain_names_come_back(pain, woman, old, group, own, chance):
    name = synpain_names.Name(pain, woman, old, group, own)
    text = synpain_names.picture(name)
    assert synpain_names.read("".join(chance.choice((letter.upper(), letter.lower())) for letter in text)) == name
    assert synpain_names.read_identifier(synpain_names.identifier(name)) == name
    assert len(synpain_names.identifier(name)) == 10


@given(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2))
def test_digits_and_words_that_disagree_are_refused(pain, woman, old, which):
    text = synpain_names.picture(synpain_names.Name(pain, woman, old, "White", 1))
    flipped = [(pain, woman, old)[k] != (k == which) for k in range(3)]
    words = synpain_names.picture(synpain_names.Name(*flipped, "White", 1))[10:]
    with pytest.raises(WinceError, match="one thing in digits"):
        synpain_names.read(text[:10] + words)


@pytest.mark.parametrize("text", ["", "110124850_Pain_Woman_Young.jpg", "1110124850_Pain.jpg", "1110124850_Pain_Woman_Young.png",
                                  "../1110124850_Pain_Woman_Young.jpg"])
def test_no_name_of_synpain(text):
    with pytest.raises(WinceError, match="not a name of SynPAIN"):
        synpain_names.read(text)


@pytest.mark.parametrize("digits", ["2110124850", "1210124850", "1110524850", "111012485", "11101248500"])
def test_no_id_of_synpain(digits):
    with pytest.raises(WinceError, match="not an ID of SynPAIN"):
        synpain_names.read_identifier(digits)


def test_what_synpain_has_no_digit_for():
    with pytest.raises(WinceError, match="no digit for the group 'Latino'"):
        synpain_names.identifier(synpain_names.Name(True, True, True, "Latino", 0))
    with pytest.raises(WinceError, match="five digits"):
        synpain_names.identifier(synpain_names.Name(True, True, True, "Black", 100_000))


@pytest.mark.parametrize(("years", "old"), [(19.9, None), (20, False), (35, False), (35.1, None), (50, None), (74.9, None), (75, True),
                                            (93, True)])
def test_ages_in_words(years, old):
    assert synpain_names.age_word(years) is old


@pytest.mark.parametrize(("gender", "woman"), [(0, True), (0.25, True), (0.5, None), (0.75, False), (1, False)])
def test_genders_in_words(gender, woman):
    assert synpain_names.gender_word(gender) is woman


FACES = st.integers(8, 40).flatmap(lambda width: st.tuples(*[arrays(np.uint8, (9, width, 3))] * 2))


@given(FACES)
def test_pairs_are_cut_where_they_were_joined(faces):
    pair = panels.join(*faces)
    assert all(np.array_equal(*both) for both in zip(panels.split(pair), faces, strict=True))


def test_white_backgrounds_do_not_move_the_cut():
    left, right = np.full((16, 32, 3), 255, np.uint8), np.full((16, 32, 3), 255, np.uint8)
    left[4:12, 8:24], right[4:12, 4:28] = 90, 120
    assert all(np.array_equal(*both) for both in zip(panels.split(panels.join(left, right)), (left, right), strict=True))


def test_a_jpeg_of_a_pair_holds_each_face_as_if_alone():
    rng = np.random.default_rng(5)
    left, right = rng.integers(0, 256, (2, 32, 48, 3)).astype(np.uint8)
    cut = panels.split(jpeg.decode(jpeg.encode(panels.join(left, right))))
    for face, alone in zip(cut, (left, right), strict=True):
        assert np.array_equal(face, jpeg.decode(jpeg.encode(alone)))


@pytest.mark.parametrize(("start", "stop"), [(651, 659), (652, 653), (650, 657)])
def test_gaps_as_synpain_has_them(start, stop):
    picture = np.random.default_rng(3).integers(20, 200, (40, 1312, 3)).astype(np.uint8)
    picture[:, start:stop] = 252
    assert panels.find_gap(picture) == (start, stop)
    left, right = panels.split(picture)
    assert (left.shape[1], right.shape[1]) == (start, 1312 - stop)


def test_without_a_gap_the_middle_is_cut():
    assert panels.find_gap(np.full((8, 100, 3), 30, np.uint8)) == (50, 50)


def test_white_strips_off_the_middle_are_no_gap():
    picture = np.full((8, 200, 3), 30, np.uint8)
    picture[:, 60:66] = 255
    assert panels.find_gap(picture) == (100, 100)
    picture[:, 97:100] = 255
    assert panels.find_gap(picture) == (97, 100)


def test_pairs_of_two_sizes_are_a_bug():
    with pytest.raises(ValueError, match="one size"):
        panels.join(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8))


@pytest.mark.parametrize(("value", "colour"), [(0, (0, 0, 0)), (3 / 8, (1, 0, 0)), (3 / 4, (1, 1, 0)), (1, (1, 1, 1))])
def test_hot_goes_from_black_over_red_and_yellow_to_white(value, colour):
    assert hot.colours(value).tolist() == pytest.approx(colour)


@given(arrays(np.uint16, (6, 7), elements=st.integers(0, 12_000)))
def test_colours_of_heat_can_be_read_back(heat):
    pixels, peak = hot.picture(heat, np.full(heat.shape, 255, np.uint8))
    assert peak == round(heat.max() / 1000, 6)
    assert np.allclose(hot.share(pixels) * peak, heat / 1000, atol=0.006 * max(peak, 1e-9))


def test_background_is_black_and_still_skin_is_not():
    coverage = np.array([[0, 255, 255, 128]], np.uint8)
    pixels, peak = hot.picture(np.array([[0, 0, 2000, 1000]], np.uint16), coverage)
    assert pixels[0, 0].tolist() == [0, 0, 0]
    assert pixels[0, 1].tolist() == [68, 0, 0]
    assert pixels[0, 2].tolist() == [255, 255, 255] and peak == pytest.approx(2.0, abs=0.01)
    still, nothing = hot.picture(np.zeros((1, 4), np.uint16), coverage)
    assert nothing == 0 and still[0, 1].tolist() == [68, 0, 0]


def test_jpegs_are_equal_for_equal_pixels_and_say_nothing_else():
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    data = jpeg.encode(pixels)
    assert data == jpeg.encode(pixels.copy())
    opened = Image.open(io.BytesIO(data))
    assert opened.format == "JPEG" and not opened.getexif() and opened.layer[1][1:3] == (1, 1)        # colours at full resolution
    assert "quality 95" in jpeg.encoder()


def test_pictures_are_known_by_content_not_by_name():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")                         # as most of SynPAIN's sample .jpg
    assert np.array_equal(jpeg.decode(stream.getvalue()), pixels)
