"""One room and one Blender for the whole story; the tests are its steps, in the order of the file."""

import shutil
from pathlib import Path

import pytest
from driver import tree
from driver.habits import User
from driver.room import Room

OUT = Path(__file__).resolve().parents[2] / "out" / "gui"
WHY_NOT = pytest.StashKey[str]()


def pytest_collection_modifyitems(config, items):
    """Skip, with one clear line, where no window can be opened."""
    if reason := tree.missing():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def user():
    """An artist before a Blender that has just been opened, the add-on's zip in their home folder."""
    from wince_headless import addon_build

    shutil.rmtree(OUT, ignore_errors=True)
    shared = OUT / "room"
    (shared / "home").mkdir(parents=True)
    addon_build.build(shared / "home")
    with Room(tree.folder(), shared) as room:
        someone = User(room, OUT)
        someone.open_blender("--factory-startup")
        yield someone


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep what the screen shows when a step fails."""
    report = yield
    if report.when == "call" and report.failed and "user" in item.funcargs:
        someone = item.funcargs["user"]
        report.sections.append(("screenshot", str(someone.keep(f"FAILED-{item.name.removeprefix('test_')}"))))
        someone.press("Escape", "Escape")                         # a dialog left open would spoil the next step
    return report
