"""Where the parts of a pipeline go on a device of so much memory; the meta device stands in for a card, what is free on it is given."""

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from wince_headless.paint.backends import placement  # noqa: E402
from wince_headless.paint.backends.placement import READING, WORK, Placement  # noqa: E402

CARD = torch.device("meta")
PART = 4 * (64 * 64 + 64)              # bytes of each part


def pipe():
    parts = ("text_encoder", "transformer", "controlnet", "vae")
    return SimpleNamespace(**{name: torch.nn.Sequential(torch.nn.Linear(64, 64)) for name in parts})


def placed(monkeypatch, free, offload="auto", device=CARD):
    monkeypatch.setattr(placement, "free", lambda device: free)
    made = pipe()
    return made, Placement(made, device, offload)


def where(made):
    return {name: next(part.parameters()).device.type for name, part in vars(made).items()}


def test_all_fits(monkeypatch):
    made, place = placed(monkeypatch, WORK + 4 * PART)
    assert set(where(made).values()) == {"meta"}
    assert not place.waits and not place.layered


def test_the_text_encoder_waits_where_it_does_not_fit_beside_the_rest(monkeypatch):
    made, place = placed(monkeypatch, WORK + 3 * PART)
    assert where(made) == {"text_encoder": "cpu", "transformer": "meta", "controlnet": "meta", "vae": "meta"}
    assert place.waits and not place.layered


def test_layers_wait_where_the_network_does_not_fit(monkeypatch):
    made, place = placed(monkeypatch, WORK + 2 * PART)
    assert place.layered and place.waits
    assert all(hasattr(part[0], "_hf_hook") for part in (made.transformer, made.controlnet))
    assert not hasattr(made.vae[0], "_hf_hook")


def test_what_lies_there_already_needs_no_more_room(monkeypatch):
    monkeypatch.setattr(placement, "free", lambda device: WORK + PART)
    made = pipe()
    for part in (made.transformer, made.controlnet, made.vae):
        part.to(CARD)
    assert not Placement(made, CARD, "auto").waits


@pytest.mark.parametrize(("offload", "waits"), [("none", False), ("model", True)])
def test_the_users_word_goes_before_what_fits(monkeypatch, offload, waits):
    made, place = placed(monkeypatch, 0 if offload == "none" else 1e18, offload)
    assert place.waits is waits and not place.layered
    assert where(made)["transformer"] == "meta"


def test_the_text_encoder_works_where_there_is_room_and_goes_back(monkeypatch):
    _, place = placed(monkeypatch, 1e18, "model")
    monkeypatch.setattr(placement, "free", lambda device: READING + PART)
    with place.encoder() as device:
        assert device.type == "cpu"
    place.pipe.text_encoder.to = lambda device: moved.append(torch.device(device).type)
    moved = []
    monkeypatch.setattr(placement, "free", lambda device: READING + PART + 1)
    with place.encoder() as device:
        assert device == CARD
    assert moved == ["meta", "cpu"]


def test_spare_goes_step_by_step_to_the_end(monkeypatch):
    _, place = placed(monkeypatch, 1e18)
    place.pipe.text_encoder.to = lambda device: None            # the meta device gives no weights back
    monkeypatch.setattr("accelerate.cpu_offload", lambda part, device: None)
    assert [place.spare() for _ in range(3)] == ["the text encoder waits in main memory",
                                                 "the network's layers wait in main memory, which is slow", ""]
    assert placed(monkeypatch, 1e18, "none")[1].spare() == ""


def test_on_the_processor_nothing_waits(monkeypatch):
    made, place = placed(monkeypatch, 0, "model", torch.device("cpu"))
    assert set(where(made).values()) == {"cpu"} and not place.waits and place.spare() == ""
    with place.encoder() as device:
        assert device.type == "cpu"


def test_what_is_free_cannot_be_told_of_every_device():
    assert placement.free(torch.device("cpu")) == float("inf")
