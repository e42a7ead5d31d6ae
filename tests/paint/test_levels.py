"""From one noise level to the next."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from wince_headless.paint.backends.base import Level  # noqa: E402
from wince_headless.paint.denoise import levels  # noqa: E402

SHAPE = (12, 32, 32)


def draw(seed):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((2, *SHAPE)).astype(np.float32))


@given(st.floats(0, 1), st.floats(0.05, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_true_x0_leads_along_the_straight_way(alpha, sigma, alpha_then, sigma_then):
    x0, noise = draw(1), draw(2)
    now, then = Level(0, alpha, sigma), Level(0, alpha_then, sigma_then)
    found = levels.step(levels.start(x0, noise, now), x0, now, then)
    assert torch.allclose(found, levels.start(x0, noise, then), atol=1e-4)


def test_the_last_step_gives_x0_itself():
    x0 = draw(1)
    assert torch.equal(levels.step(draw(2), x0, Level(1, 0.9, 0.1), Level(0, 1.0, 0.0)), x0)


def test_a_flow_goes_as_euler_goes():
    x0, noise = draw(1), draw(2)
    now, then = Level(700, 0.3, 0.7), Level(600, 0.4, 0.6)
    latents = levels.start(x0, noise, now)
    velocity = noise - x0
    assert torch.allclose(levels.step(latents, x0, now, then), latents + (then.sigma - now.sigma) * velocity, atol=1e-5)


def test_noise_is_standard_white_and_the_same_where_views_show_the_same(stub):
    projection = stub.plane(64, 64, views=2)
    noise = levels.noise(3, SHAPE, projection)
    assert noise.shape == (2, *SHAPE) and noise.dtype == torch.float32
    assert torch.equal(noise[0], noise[1])
    assert abs(noise.mean()) < 0.03 and abs(noise.std() - 1) < 0.03
    beside = (noise[..., 1:] * noise[..., :-1]).mean(), (noise[..., 1:, :] * noise[..., :-1, :]).mean()
    assert max(map(abs, beside)) < 0.03
    assert not torch.equal(noise, levels.noise(4, SHAPE, projection)) and torch.equal(noise, levels.noise(3, SHAPE, projection))


def test_beside_the_skin_each_view_has_its_own_noise(stub):
    projection = stub.sphere(64, 64, yaws=(0, 0))
    noise, skin = levels.noise(3, SHAPE, projection), torch.as_tensor(projection.inside[0, 1::2, 1::2] > 0)
    same = (noise[0] == noise[1]).all(0)
    assert torch.equal(same, skin)


def test_noise_on_a_head_is_nearly_white(projection):
    shape = (4, 48, 48)
    noise, skin = levels.noise(0, shape, projection), torch.as_tensor(projection.inside[:, 1::2, 1::2] > 0.5)
    beside = ((noise[..., 1:] * noise[..., :-1]).mean(1))[skin[..., 1:] & skin[..., :-1]].mean()
    assert abs(noise.std() - 1) < 0.03 and abs(beside) < 0.15
