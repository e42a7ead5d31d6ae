"""`fetch` against a hub on this machine: it says what it will load, loads only that, checks it, and tells in a sentence what went wrong."""

import pytest

pytest.importorskip("huggingface_hub")
import fake_hub

SHA = fake_hub.sha_of("one")
GET = "from wince_headless.paint.models import fetch, sources\nfor found in fetch.fetch({text!r}, print): print(found.record())"
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def models():
    junk = {"v1-5-pruned.ckpt": b"x" * 500, "unet/diffusion_pytorch_model.bin": b"x" * 500,
            "unet/diffusion_pytorch_model.fp16.safetensors": fake_hub.tensors(9)}
    return {"stable-diffusion-v1-5/stable-diffusion-v1-5": {"sha": SHA, "files": fake_hub.pipeline() | junk,
                                                            "card": {"license": "creativeml-openrail-m"}},
            "some/body": {"sha": SHA, "files": fake_hub.pipeline()},
            "some/pickle": {"sha": SHA, "files": {"unet/diffusion_pytorch_model.bin": b"x", "config.json": b"{}"}},
            "some/gate": {"sha": SHA, "files": {}, "gated": True}}


def fetched(tmp_path, hub, text, **env):
    return fake_hub.ask(GET.format(text=text), tmp_path, hub.url, **env)


def test_it_says_size_and_licence_first_and_loads_only_what_is_wanted(tmp_path, models):
    with fake_hub.FakeHub(models) as hub:
        said = fetched(tmp_path, hub, "stable-diffusion-v1-5/stable-diffusion-v1-5").splitlines()
    assert said[0].startswith(f"stable-diffusion-v1-5/stable-diffusion-v1-5@{SHA[:12]}: 10 files, 18.")
    assert "CreativeML-OpenRAIL-M, which forbids use for medical advice" in said[0] and "not for release" in said[0]
    assert sorted(hub.loaded()) == sorted(fake_hub.pipeline())               # no pickle, no second precision
    assert str(tmp_path) not in said[-1]


def test_what_was_fetched_is_found_without_the_hub_and_its_hash_is_that_of_its_bytes(tmp_path, models):
    with fake_hub.FakeHub(models) as hub:
        fetched(tmp_path, hub, "some/body")
        before = len(hub.asked)
        said = fake_hub.ask("from wince_headless.paint.models import sources\n"
                            f"s = sources.resolve('some/body', 'base')\nprint(s.sentence(), s.sha, s.pinned, s.files[{UNET!r}])",
                            tmp_path, hub.url)
        assert len(hub.asked) == before
    assert said.split()[-3:] == [SHA, "False", fake_hub.etag(UNET, fake_hub.pipeline()[UNET])]
    assert f"which main is on this machine: name @{SHA} to keep to it" in said


def test_a_second_fetch_loads_nothing(tmp_path, models):
    with fake_hub.FakeHub(models) as hub:
        fetched(tmp_path, hub, f"some/body@{SHA}")
        loaded = len(hub.loaded())
        said = fetched(tmp_path, hub, f"some/body@{SHA}")
        assert len(hub.loaded()) == loaded
    assert "all of it here already" in said


def test_a_dropped_line_is_one_sentence_or_none_and_the_next_fetch_goes_on(tmp_path, models):
    with fake_hub.FakeHub(models, cut={UNET: 100}) as hub:
        fetched(tmp_path, hub, "some/body")                                   # the library tries again itself, or gives up in a sentence
        said = fetched(tmp_path, hub, "some/body")
        assert hub.loaded().count("vae/diffusion_pytorch_model.safetensors") == 1
    assert fake_hub.etag(UNET, fake_hub.pipeline()[UNET]) in said


def test_bytes_damaged_on_the_way_are_refused_and_loaded_again(tmp_path, models):
    right = fake_hub.pipeline()[UNET]
    with fake_hub.FakeHub(models, spoilt={UNET: right[:-1] + b"?"}) as hub:
        assert "was damaged on the way: run the same command again" in fetched(tmp_path, hub, "some/body")
        hub.spoilt.clear()
        assert fake_hub.etag(UNET, right) in fetched(tmp_path, hub, "some/body")


@pytest.mark.parametrize(("text", "sentence"), [
    ("some/nobody", "some/nobody is not on the hub, or not for you: check its name"),
    ("some/body@v9", "some/body has no revision v9: look at the model's commits"),
    ("some/gate", "asks for its licence to be accepted"),
    ("some/pickle", "has its weights pickled only (unet/diffusion_pytorch_model.bin), and loading them would run their code"),
    ("./here", "no model to fetch: name a backend (sd15, sdxl, zimage, qwen)"),
    ("sd15/nose", "sd15 has no model for nose: its roles are base, control.depth, control.normal"),
])
def test_a_refusal_is_one_sentence(tmp_path, models, text, sentence):
    with fake_hub.FakeHub(models) as hub:
        said = fetched(tmp_path, hub, text)
    assert said.startswith("refused:") and sentence in said and len(said.splitlines()) == 1
    assert not hub.loaded()


def test_offline_is_said_and_nothing_is_asked(tmp_path, models):
    with fake_hub.FakeHub(models) as hub:
        said = fetched(tmp_path, hub, "sd15", HF_HUB_OFFLINE="1")
        assert not hub.asked
    assert "cannot be fetched while HF_HUB_OFFLINE is set: unset it, or copy the model here" in said


def test_an_unreachable_hub_is_said(tmp_path):
    said = fake_hub.ask(GET.format(text="some/body"), tmp_path)              # port 9: nobody listens
    assert "some/body: the hub cannot be reached (ConnectError): check the network" in said


def test_a_full_disk_is_said_before_loading(tmp_path, models):
    code = "import shutil\nshutil.disk_usage = lambda path: shutil._ntuple_diskusage(10, 9, 1)\n" + GET.format(text="some/body")
    with fake_hub.FakeHub(models) as hub:
        said = fake_hub.ask(code, tmp_path, hub.url)
        assert not hub.loaded()
    assert "refused: some/body needs 18." in said and "1 bytes are free in the models' cache" in said


def test_a_whole_backend_is_fetched_role_by_role(tmp_path, models):
    from wince_headless.paint.models.catalogue import CATALOGUE

    for need in CATALOGUE["sd15"]:
        model, _, sha = need.default.partition("@")
        network = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": fake_hub.tensors(5), "diffusion_pytorch_model.bin": b"x"}
        models[model] = {"sha": sha, "files": fake_hub.pipeline() if need.role == "base" else network, "card": {"license": "openrail"}}
    with fake_hub.FakeHub(models) as hub:
        fetched(tmp_path, hub, "sd15")
        said = fake_hub.ask("from wince_headless.paint.models import sources\n"
                            "for role, s in sources.resolve_all('sd15', {}).items(): print(role, s.sha, s.pinned, s.licence)", tmp_path)
    shas = [need.default.partition("@")[2] for need in CATALOGUE["sd15"]]
    assert [line.split() for line in said.splitlines()] == [
        ["base", shas[0], "True", "Apache-2.0"], ["control.depth", shas[1], "True", "OpenRAIL"],
        ["control.normal", shas[2], "True", "OpenRAIL"]]


def test_looking_loads_nothing(tmp_path, models):
    with fake_hub.FakeHub(models) as hub:
        said = fake_hub.ask("from wince_headless.paint.models import fetch\nprint(fetch.fetch('some/body', print, only_look=True)[0].size)",
                            tmp_path, hub.url)
        assert not hub.loaded()
    assert int(said.split()[-1]) == sum(map(len, fake_hub.pipeline().values()))
