"""The share of the face that hair, beard or glasses hide, from the class picture."""

import numpy as np

from wince.core import cameras
from wince.job.visibility import covered


def test_half_a_wall_behind_hair_is_half_covered():
    view = cameras.view(cameras.Camera("front", distance_m=1.0), np.zeros(3), 0.2, (64, 64))
    x, z = (grid.ravel() for grid in np.meshgrid(np.linspace(-0.05, 0.05, 41), np.linspace(-0.05, 0.05, 41)))
    points = np.stack([x, np.zeros_like(x), z], axis=1)
    normals = np.tile([0.0, -1.0, 0.0], (len(points), 1))
    seg = np.ones((64, 64), np.uint8)
    seg[:, :32] = 8                                       # the left half of the picture
    shares = covered(view, points, normals, np.ones(len(points)), seg, {"hair": 8, "glasses": 11})
    assert abs(shares["hair"] - 0.5) < 0.03 and shares["glasses"] == 0.0
    assert covered(view, points, -normals, np.ones(len(points)), seg, {"hair": 8}) == {"hair": 0.0}      # nothing faces the camera
