"""What a job is made of and what it writes, without Blender: PNG, EXR, layout, disk, encoding, resuming, visibility."""

import errno
import io
import json
import os
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from wince.core import cameras
from wince.core.errors import WinceError
from wince.job import disk, encode, expand, exr, layout, png, resume, spec, visibility
from wince.job.writer import Writer

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9))


# PNG -----------------------------------------------------------------------------------------------------------------

def chunks(data):
    at, found = 8, []
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        assert zlib.crc32(data[at + 4:at + 8 + length]) == struct.unpack_from(">I", data, at + 8 + length)[0]
        found.append(kind)
        at += 12 + length
    return found


@given(st.one_of(arrays(np.uint8, SHAPES), arrays(np.uint16, SHAPES), arrays(np.uint8, SHAPES.map(lambda s: (*s, 3)))), st.booleans())
def test_pngs_read_back_as_they_were(image, flat):
    data = png.encode(image, flat)
    np.testing.assert_array_equal(np.array(Image.open(io.BytesIO(data))), image)
    assert chunks(data) == [b"IHDR", b"IDAT", b"IEND"]


def test_sixteen_bit_colour_by_hand():
    """Pillow reads 16 bit RGB as 8 bit, so the bytes are looked at."""
    image = np.array([[[1, 2, 65535]], [[3, 2, 0]]], np.uint16)
    data = png.encode(image, flat=True)
    length, = struct.unpack_from(">I", data, 33)
    assert zlib.decompress(data[41:41 + length]) == b"\0" + b"\0\1\0\2\xff\xff" + b"\0" + b"\0\3\0\2\0\0"
    assert data[24:26] == b"\x10\x02"


def test_strip_keeps_the_picture_alone():
    buffer = io.BytesIO()
    text = PngInfo()
    text.add_text("File", "/home/somebody/secret.blend")
    Image.new("RGB", (5, 4), (9, 8, 7)).save(buffer, "PNG", pnginfo=text, dpi=(72, 72))
    bare = png.strip(buffer.getvalue())
    assert chunks(bare) == [b"IHDR", b"IDAT", b"IEND"] and b"secret" not in bare
    assert np.array(Image.open(io.BytesIO(bare))).tolist() == [[[9, 8, 7]] * 5] * 4


@pytest.mark.parametrize("image", [np.zeros((2, 2), np.float32), np.zeros((2, 2, 4), np.uint8), np.zeros(3, np.uint8)])
def test_what_is_no_picture_is_refused(image):
    with pytest.raises(ValueError, match="PNG takes"):
        png.encode(image)


# EXR -----------------------------------------------------------------------------------------------------------------

@given(arrays(np.float32, SHAPES, elements=st.floats(width=32, allow_nan=False)))
def test_exr_there_and_back(plane):
    layers = {"Depth": plane, "Normal": np.stack([plane, plane + 1, plane - 1], axis=-1), "Combined": np.stack([plane] * 4, axis=-1)}
    back = exr.parse(exr.write(layers))
    assert back.keys() == layers.keys()
    for name, layer in layers.items():
        np.testing.assert_array_equal(back[name], layer)


def test_an_exr_says_nothing_of_when_or_where():
    data = exr.write({"Depth": np.zeros((2, 2), np.float32)})
    assert b"Date" not in data and b"File" not in data and b"time" not in data.lower()


def test_what_is_no_exr_is_refused():
    with pytest.raises(ValueError, match="not an EXR"):
        exr.parse(b"\x89PNG....")


# Encoding ------------------------------------------------------------------------------------------------------------

def test_heat_is_in_micrometres():
    np.testing.assert_array_equal(encode.heat(np.array([[0, 0.001, 1.2345, 99.0]])), [[0, 1, 1234, 65535]])


def test_depth_is_in_tenths_of_millimetres_and_zero_for_nothing():
    np.testing.assert_array_equal(encode.depth(np.array([[0.8, 1.23456, 1e10, 7.0]], np.float32)), [[8000, 12346, 0, 65535]])


def test_a_normal_towards_the_camera_points_to_minus_z():
    R = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])               # the frontal camera
    world = np.array([[[0, -1, 0], [1, 0, 0], [0, 0, 0.5]]], np.float32)
    coded = encode.normal(world, np.array([[1, 1, 0]], np.uint8), R)
    back = (coded.astype(float) - 1) / 32767 - 1
    np.testing.assert_allclose(back[0, :2], [[0, 0, -1], [1, 0, 0]], atol=1e-4)
    assert not coded[0, 2].any()


def test_skin_between_hairs_is_hair_and_a_brow_is_one_area():
    index = np.array([[0, 1, 2, 8, 1, 1, 1, 9, 1, 10, 1]])
    coverage = np.array([[0, 1, 1, 0.2, 0.25, 1, 1, 1, 1, 0, 0]])
    brow = np.array([[0, 0, 0.1, 0, 0, 0, 0.2, 0, 0, 0, 0]])
    hair = np.array([[0, 0.1, 0, 0.2, 0.2, 0, 1, 0, 0.4, 0, 0]])      # times coverage: 0.2 of a quarter of skin is dense hair
    beard = np.array([[0, 0, 0, 0, 0, 0.8, 0, 0, 0.9, 0, 0]])
    seg = encode.classes(index, brow, hair, beard, coverage)
    assert seg.dtype == np.uint8
    assert seg.tolist() == [[0, 1, 1, 8, 8, 9, 2, 9, 8, 10, 1]]


def test_exposure_doubles_light_per_stop():
    grey = np.full((1, 1, 3), 0.1, np.float32)
    np.testing.assert_array_equal(encode.rgb(grey, 1.0), encode.rgb(grey * 2, 0.0))
    assert encode.rgb(np.full((1, 1, 3), 0.21586, np.float32), 0.0).tolist() == [[[128, 128, 128]]]


# Layout and disk -----------------------------------------------------------------------------------------------------

@given(st.integers(0, 200_000), st.integers(0, 150), st.sampled_from(["frontal", "arc_03"]))
def test_keys_there_and_back(person, index, view):
    key = layout.sample_key(layout.person_name(person), layout.expression_name(index), view)
    assert layout.split_key(key) == (layout.person_name(person), layout.expression_name(index), view)


@pytest.mark.parametrize("key", ["", "id00003", "id00003/e02", "id3/e02/frontal", "id00003/e02/../x", "/id00003/e02/frontal"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(WinceError, match="not a sample's key"):
        layout.split_key(key)


def test_a_file_is_written_whole_and_nothing_else_stays(tmp_path):
    disk.write(tmp_path / "a" / "b.json", b"one")
    disk.write(tmp_path / "a" / "b.json", b"two")
    assert [(p.name, p.read_bytes()) for p in (tmp_path / "a").iterdir()] == [("b.json", b"two")]


def test_sweep_takes_leftovers_of_one_owner_or_all(tmp_path):
    for owner in ("0-2", "1-2"):
        (tmp_path / f".rgb.png.{owner}{layout.TEMPORARY}").write_bytes(b"half")
    (tmp_path / "rgb.png").write_bytes(b"whole")
    disk.sweep(tmp_path, "0-2")
    assert len(list(tmp_path.iterdir())) == 2
    disk.sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["rgb.png"]


def test_a_full_disk_is_said_in_a_sentence(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)               # the one thing that cannot be made to happen in a test
    with pytest.raises(WinceError, match=r"no space left for .*rgb\.png: free some"):
        disk.write(tmp_path / "rgb.png", b"x")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_said_in_a_sentence(tmp_path):
    (tmp_path / "out").write_text("I am a file")
    with pytest.raises(WinceError, match=r"cannot write .*--out"):
        disk.write(tmp_path / "out" / "job.json", b"x")


def test_the_writer_keeps_order_and_raises_what_went_wrong():
    done = []
    with Writer() as writer:
        for number in range(20):
            writer.do(done.append, number)
    assert done == list(range(20))
    with pytest.raises(ZeroDivisionError), Writer() as writer:
        writer.do(lambda: 1 / 0)


# Expansion -----------------------------------------------------------------------------------------------------------

def job(**fields):
    return spec.Job(people=spec.People(count=3), **fields)


def test_samples_come_in_order_and_once():
    everything = [sample.key for sample in expand.samples(job(expressions=spec.Expressions(pain=1, extra_neutrals=1)))]
    assert len(set(everything)) == len(everything) == 3 * 3 * 3
    assert everything[:4] == ["id00000/e00/three_quarter_right", "id00000/e00/frontal", "id00000/e00/three_quarter_left",
                              "id00000/n01/three_quarter_right"]


@given(st.integers(1, 9))
def test_shards_are_a_partition_that_keeps_expressions_whole(count):
    everything = expand.samples(job())
    parts = [expand.shard(everything, index, count) for index in range(count)]
    assert [sample for part in parts for sample in part] == everything
    shown = [{sample.shown for sample in part} for part in parts]
    assert sum(map(len, shown)) == len({sample.shown for sample in everything})
    assert max(map(len, parts)) - min(map(len, parts)) <= 3


def test_a_shard_that_is_none_is_refused():
    with pytest.raises(WinceError, match="--shard 2/2"):
        expand.shard([], 2, 2)


def test_expressions_of_a_person_do_not_depend_on_who_else_is_there():
    asked = spec.Expressions(pain=3, nonpain=2, codes=("12C",), extra_neutrals=1, head_jitter_deg=5)
    few, many = (expand.expressions(spec.Job(people=spec.People(count=n), expressions=asked), 2) for n in (3, 50))
    assert few == many
    assert [face.kind for face in few.values()][:2] == ["neutral", "neutral"] and few["e06"].kind == "given"
    assert str(few["e00"].aus) == "" or not few["e00"].aus.numbers
    assert few["n01"].aus.numbers                                    # an unaligned neutral looks elsewhere


def test_jitter_moves_no_expression():
    still, moved = (expand.expressions(job(expressions=spec.Expressions(pain=4, head_jitter_deg=deg)), 1) for deg in (0, 6))
    for name, face in still.items():
        assert {k: v for k, v in moved[name].aus.codes().items() if k in dict(face.aus.pairs)} == \
               {k: v for k, v in face.aus.codes().items() if v}


# Resuming ------------------------------------------------------------------------------------------------------------

ORIGIN = {"versions": {"blender": "4.5.15"}, "denoiser": "oidn"}


def sample(out, key="id00000/e00/frontal"):
    folder = layout.sample_folder(out, key)
    disk.write(folder / "rgb.png", b"12345")
    record = {"format": "wince-record-1", "key": key, "files": {"rgb": {"path": "rgb.png", "bytes": 5, "sha256": ""}}}
    disk.write(folder / "record.json", json.dumps(record).encode())
    return folder


def test_a_sample_is_there_when_its_record_and_files_are(tmp_path):
    key = "id00000/e00/frontal"
    assert not resume.finished(tmp_path, key)
    folder = sample(tmp_path)
    assert resume.finished(tmp_path, key)
    (folder / "rgb.png").write_bytes(b"1234")
    assert not resume.finished(tmp_path, key)
    sample(tmp_path)
    (folder / "record.json").write_bytes(b'{"format"')
    assert not resume.finished(tmp_path, key)


def test_a_folder_takes_the_same_job_again_and_no_other(tmp_path):
    resume.claim(tmp_path, job(), ORIGIN)
    sample(tmp_path)
    resume.claim(tmp_path, job(), ORIGIN)
    resume.claim(tmp_path, job(render=spec.Render(threads=3)), ORIGIN)
    for refusing in (resume.begin, resume.claim):
        with pytest.raises(WinceError, match="begun with seed = 0, now it is 4: give another folder"):
            refusing(tmp_path, job(seed=4), ORIGIN)
    with pytest.raises(WinceError, match=r"begun with versions\.blender = '4\.5\.15', now it is '5\.0\.1'"):
        resume.claim(tmp_path, job(), {"versions": {"blender": "5.0.1"}, "denoiser": "oidn"})
    with pytest.raises(WinceError, match="begun with denoiser = 'oidn', now it is 'none'"):
        resume.claim(tmp_path, job(), ORIGIN | {"denoiser": "none"})


def test_a_folder_without_pictures_binds_nobody(tmp_path):
    resume.claim(tmp_path, job(), ORIGIN)
    resume.begin(tmp_path, job(seed=4), ORIGIN)
    resume.claim(tmp_path, job(seed=4), ORIGIN)
    assert json.loads((tmp_path / "job.json").read_text())["seed"] == 4


# Visibility ----------------------------------------------------------------------------------------------------------

def test_what_lies_behind_the_surface_is_not_seen():
    view = cameras.view(spec.Camera("v", distance_m=1.0), np.zeros(3), 0.2, (64, 64))
    depth = np.full((64, 64), 1.0)                                   # a wall through the origin
    points = np.array([[0, 0, 0], [0, -0.1, 0], [0, 0.1, 0], [9, 0, 0], [0, -2, 0]])
    assert visibility.visible(view, points, depth).tolist() == [True, True, False, False, False]
    facing = np.array([[0, -1, 0], [0, 1, 0], [0, -1, 0], [0, -1, 0], [0, -1, 0]])
    assert visibility.visible(view, points, depth, facing).tolist() == [True, False, False, False, False]


def test_shares_weigh_by_area():
    view = cameras.view(spec.Camera("v", distance_m=1.0), np.zeros(3), 0.2, (64, 64))
    points, normals = np.array([[0, 0, 0], [0, 0.1, 0.0]]), np.array([[0, -1, 0], [0, -1, 0]])
    shown = visibility.shares(view, points, normals, np.array([3.0, 1.0]), {"all": np.ones(2), "none": np.zeros(2)}, np.ones((64, 64)))
    assert shown == {"all": 0.75, "none": 0.0}
