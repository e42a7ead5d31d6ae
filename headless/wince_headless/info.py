"""Versions, devices, the face pack, and what is wrong with the installation if something is."""

import importlib.metadata
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from wince.core import pack
from wince.core.errors import WinceError
from wince.job import record

from . import launch, libraries

PACKAGES = ("numpy", "pillow", "pydantic", "pyyaml", "rich", "typer")
PATIENCE = 120                  # seconds a Blender may take to start and answer


@dataclass
class Report:
    """Facts as (label, value) pairs, and problems as sentences with their cure."""

    facts: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    def text(self):
        """Return the report for a terminal."""
        wide = max(len(label) for label, _ in self.facts)
        lines = [f"{label:<{wide}}  {value}" for label, value in self.facts]
        wrong = [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        return "\n".join([*lines, "", *(["What is wrong:", *wrong] if wrong else ["Everything is in order."])])


def gather(blender=None):
    """Look at the installation.

    blender  path of a Blender program, or None for the bpy module of this Python
    returns  Report
    """
    report = Report()
    _versions(report)
    for step in (lambda: _blender(report, blender), lambda: _pack(report)):
        try:
            step()
        except WinceError as error:
            report.problems.append(str(error))
    return report


def _versions(report):
    report.facts += [
        ("wince", record.wince_version()),
        ("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("packages", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)),
    ]


def _blender(report, blender):
    if blender is None:
        libraries.check()
    facts = probe(blender)
    report.facts += [
        ("blender", f"{facts['blender']} ({blender or 'the bpy module'})"),
        ("renders on", ", ".join([*facts["gpus"], "CPU"])),
        ("denoisers", ", ".join(facts["denoisers"])),
        ("worlds", ", ".join(f"hdri:{name}" for name in facts["worlds"]) or "none"),
    ]
    if _numbers(facts["blender"]) < tuple(facts["oldest"]):
        report.problems.append(f"Blender {facts['blender']} is too old: install {'.'.join(map(str, facts['oldest']))} or later")
    if "oidn" not in facts["denoisers"]:
        report.problems.append("this Blender has no OpenImageDenoise: use one from blender.org, or set render.denoiser to auto or none")
    if not facts["worlds"]:
        report.problems.append("this Blender came without its HDRIs: use one from blender.org, or set lighting.worlds to [plain]")


def probe(blender=None):
    """Start Blender once and return what it says about itself; raises WinceError where it cannot."""
    words = launch.command("probe.py", [], blender)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except OSError as error:
        raise WinceError(f"{words[0]} cannot be started ({error.strerror}): give another Blender with --blender") from None
    except subprocess.TimeoutExpired:
        raise WinceError(f"{words[0]} did not answer in {PATIENCE} s: start it by hand to see why") from None
    events = [event for line in done.stdout.splitlines() for event in launch.parse(line)]
    facts = next((event for event in events if event["event"] == "probe"), None)
    if facts is None:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing"]
        raise WinceError(f"Blender does not start (exit code {done.returncode}); it said: {last[0]}")
    return facts


def _pack(report):
    loaded = pack.load()
    size = Path(pack.DEFAULT).stat().st_size / 1e6
    report.facts.append(("face pack", f"version {loaded.version}, {loaded.hash[:12]}, {size:.1f} MB, {pack.DEFAULT}"))


def _numbers(version):
    return tuple(int(part) for part in version.split("."))
