"""Runs the engine's own command on the files that were written for it; nothing of it is ours."""

import shutil
import subprocess

from wince.core.errors import WinceError

from . import openjd, slurm

COMMANDS = {"slurm": slurm.command, "openjd": openjd.command}
NEEDS = {"slurm": ("sbatch", "submit from a login node of the cluster, where Slurm is installed"),
         "openjd": ("openjd", "install it with `pip install openjd-cli`")}


def submit(engine, folder):
    """Run an engine's command on a folder that was written for it, and wait until it has taken the work.

    engine   "slurm"; or "openjd", which does the work at once, on this machine
    folder   as `write` of its module made it
    raises   WinceError when the engine is not on this machine, or refuses; what it says itself goes to the terminal
    """
    if engine not in COMMANDS:
        raise WinceError(f"--submit knows {' and '.join(COMMANDS)}, not {engine}: its page in docs/farm says how to submit there")
    program, cure = NEEDS[engine]
    if shutil.which(program) is None:
        raise WinceError(f"{program} is not on this machine: the files are in {folder}; {cure}")
    command = COMMANDS[engine](folder)
    code = subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        raise WinceError(f"`{' '.join(command)}` ended with {code}: its own words above say why")
