"""What tests that render ask for."""

import pytest


@pytest.fixture
def layered(bpy):
    """A function: samples -> the scene, as it renders every pass with Cycles, without denoising."""
    from wince.bridge import version
    from wince.stage import device, passes

    def prepare(samples):
        scene = bpy.context.scene
        device.apply(scene, device.Chosen("cycles", "CPU", "none"), samples=samples)
        version.write_multilayer(scene.render.image_settings)
        scene.render.use_file_extension = False
        passes.apply(scene.view_layers[0], ())
        return scene
    return prepare
