"""A model by its words: found on this machine or named with its cure, hashed, never fetched."""

import hashlib
import json
import os
import struct
from pathlib import Path

import fake_hub
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wince.core.errors import WinceError
from wince_headless.paint.backends.base import Need
from wince_headless.paint.models import hashes, kinds, sources, weights
from wince_headless.paint.models.catalogue import CATALOGUE

ONE, TWO = fake_hub.sha_of("one"), fake_hub.sha_of("two")
UNET = "unet/diffusion_pytorch_model.safetensors"
BASE = CATALOGUE["sd15"][0]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The hub's local cache, empty, and Wince's own."""
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "hub"


def lay(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def refusal(text, role="base", need=None):
    with pytest.raises(WinceError) as caught:
        sources.resolve(text, role, need)
    return str(caught.value)


def test_a_folder_is_known_by_its_name_and_hashed_file_by_file(cache, tmp_path):
    folder = lay(tmp_path / "mine", fake_hub.pipeline())
    source = sources.resolve(str(folder), "base", BASE)
    assert (source.id, source.revision, source.sha, source.licence, source.folder) == ("mine", "", "", "Apache-2.0", folder)
    assert source.files == {name: hashlib.sha256(data).hexdigest() for name, data in fake_hub.pipeline().items()}
    assert str(tmp_path) not in json.dumps(source.record()) and "mine, a folder, Apache-2.0" in source.sentence()


def test_a_relative_folder_wins_over_a_hub_id_of_the_same_words(cache, tmp_path, monkeypatch):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline())
    lay(tmp_path / "some" / "body", fake_hub.pipeline(seed=7))
    monkeypatch.chdir(tmp_path)
    assert sources.resolve("some/body", "base").sha == ""


def test_a_single_file_is_a_source(cache, tmp_path):
    path = tmp_path / "control.safetensors"
    path.write_bytes(fake_hub.tensors())
    source = sources.resolve(str(path), "control")
    assert (source.id, source.folder, source.licence) == ("control.safetensors", path, "unknown")
    assert list(source.files) == ["control.safetensors"] and source.sentence() == "control: control.safetensors, a file, licence unknown"


def test_a_hub_id_is_resolved_to_its_commit_and_that_is_said(cache):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline())
    source = sources.resolve("some/body", "base")
    assert (source.id, source.revision, source.sha, source.pinned) == ("some/body", "", ONE, False)
    assert f"which main is on this machine: name @{ONE} to keep to it" in source.sentence()


def test_a_pinned_revision_is_itself(cache):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline(), refs=())
    source = sources.resolve(f"some/body@{ONE}", "base", BASE)
    assert source.pinned and "main" not in source.sentence()


def test_the_catalogues_pin_is_the_default(cache):
    model, _, sha = BASE.default.partition("@")
    fake_hub.keep(cache, model, sha, fake_hub.pipeline(card="# no licence"), refs=())
    source = sources.resolve("", "base", BASE)
    assert (source.id, source.sha, source.licence) == (model, sha, "CreativeML-OpenRAIL-M")


def test_a_snapshot_given_as_a_folder_is_known_for_what_it_is(cache):
    folder = fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline(), refs=())
    source = sources.resolve(str(folder), "base", BASE)
    assert (source.id, source.sha) == ("some/body", ONE)


def test_a_large_blob_is_named_by_its_hash_and_not_read(cache, monkeypatch):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline())
    monkeypatch.setattr(hashes, "SMALL", 0)
    read = []
    real = hashes.digest
    monkeypatch.setattr(hashes, "digest", lambda path: read.append(path.name) or real(path))
    files = sources.resolve("some/body", "base", BASE).files
    assert files[UNET] == hashlib.sha256(fake_hub.pipeline()[UNET]).hexdigest()
    assert not [name for name in read if name.endswith(".safetensors")]


def test_a_folders_hashes_are_remembered_until_a_file_changes(cache, tmp_path, monkeypatch):
    folder = lay(tmp_path / "mine", {"model.safetensors": fake_hub.tensors()})
    monkeypatch.setattr(hashes, "SMALL", 0)
    read = []
    real = hashes.digest
    monkeypatch.setattr(hashes, "digest", lambda path: read.append(path.name) or real(path))
    first = sources.resolve(str(folder), "base").files
    assert sources.resolve(str(folder), "base").files == first and read == ["model.safetensors"]
    (folder / "model.safetensors").write_bytes(fake_hub.tensors(seed=3))
    os.utime(folder / "model.safetensors", ns=(1, 1))                       # the same size, another time
    assert sources.resolve(str(folder), "base").files != first and len(read) == 2


def test_a_damaged_table_of_hashes_is_made_again(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(hashes, "SMALL", 0)
    path = tmp_path / "a.safetensors"
    path.write_bytes(fake_hub.tensors())
    kept = tmp_path / "cache" / "wince" / hashes.KEPT
    for text in ("{", "[1]", ""):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
        assert hashes.of({"a": path}) == {"a": hashlib.sha256(fake_hub.tensors()).hexdigest()}
    assert len(json.loads(kept.read_text())) == 1
    path.unlink()
    (tmp_path / "b.safetensors").write_bytes(fake_hub.tensors(1))
    hashes.of({"b": tmp_path / "b.safetensors"})
    assert all("b.safetensors" in key for key in json.loads(kept.read_text()))             # what is gone is forgotten


@pytest.mark.parametrize("text", [
    "/no/such/place", "./models/sd", "../x", "~/nowhere-at-all", "C:\\models\\sd", "a/b/c", "weights.safetensors"])
def test_a_path_that_is_none_is_said_to_be_none(cache, text):
    assert refusal(text).startswith(f"{text} (base): there is no such folder or file: name a folder that exists")


@pytest.mark.parametrize("text", ["gpt2", "some/body@", "so me/body", ""])
def test_words_that_are_neither(cache, text):
    assert "this is neither a folder here nor a hub id" in refusal(text)


def test_a_model_that_is_not_here_is_named_with_its_command(cache):
    assert refusal("some/body") == ("some/body (base) is not on this machine: run `wince models fetch some/body`, or give its folder")
    assert refusal("", "base", BASE) == f"{BASE.default} (base) is not on this machine: run `wince models fetch sd15`, or give its folder"


def test_another_revision_here_is_named(cache):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline(), refs=("main", "v1"))
    said = refusal(f"some/body@{TWO}")
    assert f"but not at {TWO}: name one that is here, {ONE} (main, v1), or run `wince models fetch some/body@{TWO}`" in said


def test_a_snapshot_without_a_branch_is_not_taken_for_main(cache):
    fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline(), refs=())
    assert f"but not at main: name one that is here, {ONE}, or run" in refusal("some/body")


def test_a_partial_snapshot_is_said_to_be_partial(cache):
    folder = fake_hub.keep(cache, "some/body", ONE, fake_hub.pipeline())
    (folder / UNET).unlink()
    listing = {"format_version": 1, "files": {name: {"size": len(data), "blob_id": ""} for name, data in fake_hub.pipeline().items()}}
    tree = folder.parents[1] / "trees" / f"{ONE}.json"                       # what the library notes when it begins to load
    tree.parent.mkdir()
    tree.write_text(json.dumps(listing))
    assert "is on this machine only in part: `wince models fetch some/body` fetches the rest" in refusal("some/body", need=BASE)


@pytest.mark.parametrize("suffix", [".bin", ".ckpt", ".pth"])
def test_pickles_are_refused(cache, tmp_path, suffix):
    folder = lay(tmp_path / "old", {"model_index.json": b"{}", f"unet/diffusion_pytorch_model{suffix}": b"x"})
    assert f"old (base) has its weights pickled only (diffusion_pytorch_model{suffix})" in refusal(str(folder))
    assert "pickled only" in refusal(str(folder / f"unet/diffusion_pytorch_model{suffix}"))


def test_a_folder_without_a_model(cache, tmp_path):
    assert "empty (base) holds no .safetensors file, so no model" in refusal(str(lay(tmp_path / "empty", {"notes.txt": b""})))


def test_a_file_that_was_cut_off_is_found_before_it_is_loaded(cache, tmp_path):
    whole = fake_hub.tensors()
    for cut in (0, 5, 40, len(whole) - 1):
        path = tmp_path / f"cut{cut}.safetensors"
        path.write_bytes(whole[:cut])
        assert "delete it and fetch or copy the model again" in refusal(str(path))


def test_a_missing_shard_is_named(cache, tmp_path):
    index = json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}).encode()
    folder = lay(tmp_path / "big", {"model.safetensors.index.json": index, "model-00001-of-00002.safetensors": fake_hub.tensors()})
    assert "1 files of its index are missing (model-00002-of-00002.safetensors): copy the folder again" in refusal(str(folder))


@given(st.integers(0, 5000), st.sampled_from([("F32", 4), ("BF16", 2), ("F16", 2)]))
def test_a_header_counts_numbers_and_bytes(tmp_path_factory, count, kind):
    path = tmp_path_factory.mktemp("w") / "a.safetensors"
    path.write_bytes(fake_hub.tensors(0, count, kind[0]))
    found = weights.header(path)
    assert (found.parameters, found.types) == (count, (kind[0],))
    assert found.size == path.stat().st_size > count * kind[1]


def test_a_header_that_claims_more_than_the_file_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    with pytest.raises(WinceError, match="no safetensors file"):
        weights.header(path)


def test_only_what_a_need_wants_is_hashed(cache, tmp_path):
    junk = {"v1-5-pruned.ckpt": b"x", "unet/other.safetensors": fake_hub.tensors(), ".git/x": b""}
    folder = lay(tmp_path / "mine", fake_hub.pipeline() | junk)
    assert sorted(sources.resolve(str(folder), "base", BASE).files) == sorted(fake_hub.pipeline())


def test_a_folder_laid_out_in_another_way_is_hashed_whole(cache, tmp_path):
    folder = lay(tmp_path / "mine", {"config.json": b"{}", "weights.safetensors": fake_hub.tensors(), ".git/x.json": b"", "cat.png": b""})
    assert list(sources.resolve(str(folder), "base", BASE).files) == ["config.json", "weights.safetensors"]


def test_all_models_of_a_backend_and_a_role_that_it_has_not(cache, tmp_path):
    folder = lay(tmp_path / "mine", fake_hub.pipeline())
    network = lay(tmp_path / "net", {"config.json": b"{}", "diffusion_pytorch_model.safetensors": fake_hub.tensors()})
    models = {"base": str(folder), "control.depth": str(network), "control.normal": str(network)}
    assert {role: source.id for role, source in sources.resolve_all("sd15", models).items()} == {
        "base": "mine", "control.depth": "net", "control.normal": "net"}
    with pytest.raises(WinceError, match=r"sd15 has no model for nose: its roles are base, control\.depth"):
        sources.resolve_all("sd15", {"nose": "x"})
    assert sources.resolve_all("procedural", {}) == {}


NET = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": fake_hub.tensors()}


def net(kind):
    return NET | {"config.json": json.dumps({"_class_name": kind}).encode()}


def wrong(monkeypatch, backend, models):
    """Return what is said of models, and make sure that not one file was hashed before."""
    monkeypatch.setattr(hashes, "of", lambda paths: pytest.fail("hashed before the kind was checked"))
    with pytest.raises(WinceError) as caught:
        sources.resolve_all(backend, {role: str(path) for role, path in models.items()})
    return str(caught.value)


def test_the_folder_above_the_models_is_refused_before_it_is_hashed(cache, tmp_path, monkeypatch):
    lay(tmp_path / "all" / "base", fake_hub.pipeline())
    said = wrong(monkeypatch, "sd15", {"base": tmp_path / "all"})
    assert said == (f"base: {tmp_path / 'all'} has no model_index.json: give a folder as diffusers saves one, "
                    "with Stable Diffusion 1.5 in it; checkpoints in a single file are not read")


@pytest.mark.parametrize(("backend", "kind", "cure"), [
    ("sd15", "StableDiffusionXLPipeline", "choose the backend sdxl"), ("sdxl", "StableDiffusionPipeline", "choose the backend sd15"),
    ("sd15", "StableDiffusion3Pipeline", "give another model"), ("zimage", "QwenImagePipeline", "choose the backend qwen"),
    ("qwen", "QwenImageEditPipeline", ""), ("sd15", "", "give another model")])
def test_another_familys_base_is_refused_before_it_is_hashed(cache, tmp_path, monkeypatch, backend, kind, cure):
    folder = lay(tmp_path / "mine", fake_hub.pipeline() | {"model_index.json": json.dumps({"_class_name": kind}).encode()})
    said = wrong(monkeypatch, backend, {"base": folder})
    assert f"base: {folder} holds a {kind or 'pipeline without a name'}, not {kinds.KINDS[backend].title}: {cure}" in said


@pytest.mark.parametrize(("backend", "role", "files", "said"), [
    ("sd15", "control.depth", fake_hub.pipeline(), "has no config.json: give the folder of one network"),
    ("sd15", "control.depth", net("UNet2DConditionModel"), "holds a UNet2DConditionModel, not a ControlNet for Stable Diffusion 1.5: "
                                                           "give another with --model control.depth=ID_OR_FOLDER"),
    ("sdxl", "vae", net("ControlNetModel"), "holds a ControlNetModel, not an autoencoder for Stable Diffusion XL"),
    ("zimage", "control", net("ControlNetModel"), "holds a ControlNetModel, not a ControlNet for Z-Image"),
    ("zimage", "control", fake_hub.pipeline(), "holds no .safetensors file: give a ControlNet for Z-Image"),
    ("qwen", "control", net("ZImageControlNetModel"), "holds a ZImageControlNetModel, not a ControlNet for Qwen-Image"),
])
def test_a_wrong_network_is_refused_before_anything_is_hashed(cache, tmp_path, monkeypatch, backend, role, files, said):
    begin = kinds.KINDS[backend].start
    folder = lay(tmp_path / "base", fake_hub.pipeline() | {"model_index.json": json.dumps({"_class_name": f"{begin}Pipeline"}).encode()})
    wanted = lay(tmp_path / "wrong", files)
    models = {need.role: lay(tmp_path / need.role, NET) for need in CATALOGUE[backend]} | {"base": folder, role: wanted}
    assert f"{role}: {wanted} {said}" in wrong(monkeypatch, backend, models)


def test_a_single_file_is_no_base_and_a_control_of_zimage(cache, tmp_path):
    path = tmp_path / "some.safetensors"
    path.write_bytes(fake_hub.tensors())
    with pytest.raises(WinceError, match="is a single file, and those are not read: give a folder as diffusers saves one"):
        sources.resolve_all("zimage", {"base": str(path)})
    kinds.check("zimage", "control", path)
    kinds.check("zimage", "control", lay(tmp_path / "published", {"config.json": b"{}", "x-8steps.safetensors": fake_hub.tensors()}))


def test_the_kinds_are_those_that_the_backends_load():
    pytest.importorskip("torch")
    from wince_headless.paint import backends
    from wince_headless.paint.backends import qwen, sd15, sdxl, zimage

    assert {name: kind.title for name, kind in kinds.KINDS.items()} == {
        "sd15": sd15.TITLE, "sdxl": sdxl.TITLE, "zimage": zimage.TITLE, "qwen": qwen.TITLE}
    assert kinds.KINDS["qwen"].others == qwen.OTHERS and tuple(kinds.KINDS) == backends.NAMES


def test_the_outlook_knows_licences_before_anything_is_here(cache, tmp_path):
    found = sources.outlook("qwen", {})
    assert {role: (source.id, source.licence, source.folder) for role, source in found.items()} == {
        "base": ("Qwen/Qwen-Image", "Apache-2.0", None), "control": ("InstantX/Qwen-Image-ControlNet-Union", "unknown", None)}
    model, _, sha = CATALOGUE["qwen"][1].default.partition("@")
    folder = fake_hub.keep(cache, model, sha, NET | {"README.md": fake_hub.OPEN.encode()}, refs=())
    control = sources.outlook("qwen", {"base": "some/stranger"})
    assert list(control) == ["control"] and control["control"].licence == "Apache-2.0" and control["control"].folder == folder
    assert "vae" not in sources.outlook("sdxl", {"base": str(lay(tmp_path / "mine", fake_hub.pipeline()))})


def test_every_default_is_a_hub_id_and_pinned_but_for_the_one_that_nobody_knows():
    for needs in CATALOGUE.values():
        assert len({need.role for need in needs}) == len(needs) and needs[0].role == "base"
        for need in needs:
            model, revision = sources.split(need.default)
            assert len(revision) == 40 or model == "xinsir/controlnet-union-sdxl-1.0"
            assert isinstance(need, Need) and need.parameters > 0 and "README.md" in need.patterns
            assert not any("*.bin" in pattern or pattern == "*" for pattern in need.patterns)


def test_nothing_heavy_is_imported():
    done = fake_hub.ask("import sys\nfrom wince_headless.paint.models import catalogue, sources, licences, fetch, doctor\n"
                        "print([m for m in ('torch', 'diffusers', 'transformers', 'huggingface_hub') if m in sys.modules])",
                        Path("/nonexistent"))
    assert done.strip() == "[]"
