"""Datasets drawn by hand, made once per session and copied where a test wants to spoil one."""

import importlib.util
import shutil
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("sketch", Path(__file__).with_name("sketch.py"))
_sketch = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_sketch)


@pytest.fixture(scope="session")
def sketch():
    """The module that draws datasets."""
    return _sketch


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """A whole dataset of two people, three expressions, three views: look, do not touch."""
    return _sketch.dataset(tmp_path_factory.mktemp("drawn") / "sketch")


@pytest.fixture
def spoilable(drawn, tmp_path):
    """A copy of the drawn dataset for a test to damage."""
    return Path(shutil.copytree(drawn, tmp_path / "sketch"))
