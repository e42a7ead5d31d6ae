"""A plan -> plain files for Slurm's sbatch: arrays whose elements are ranges of shards, a render element behind each that paints.

    shards.txt      element -> shards, a line each
    paint.sbatch    the skins, on nodes with a GPU; only where the plan paints
    render.sbatch   the pictures
    verify.sbatch   what is there, and whether it is sound
    submit.sh       all of them, each behind the one before
    settings.sh     what they share: the command, the dataset, what makes a node ready
    element.sh      how a step runs: signals, requeueing, folders of a node's own

Nothing in them is clever: Slurm schedules, `wince paint`, `wince work` and `wince verify` work, and people may edit every line.
"""

import math
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

from .. import estimate
from ..plan import ranges
from . import chosen, chunks, fill, times, written

FOLDER, SHARDS, SUBMIT = "slurm", "shards.txt", "submit.sh"
PAINT, RENDER = "paint.sbatch", "render.sbatch"
SHARED = ("settings.sh", "element.sh", SUBMIT)
WORD = re.compile(r"[\w.,:=/@+-]+")             # what may stand behind an option of #SBATCH
ARRAY = re.compile(r"^(#SBATCH\s+--array=)[\d,-]+", re.M)
PAINT_SECONDS = {"procedural": 20.0}            # of a skin of 2048 texels on a processor; by a model on a GPU:
MODEL_SECONDS = 180.0                           # a guess: no weights were run where this was made
PAINT_MEMORY = {"procedural": "6G"}             # finishing a skin takes 4 GB at 2048 texels, a model's weights wait in main memory
MODEL_MEMORY = "48G"
ON_CPU = '--workers "$PROCESSORS" --threads 1'        # as many Blenders as processors; measured: never slower than one with many threads
ON_GPU = '--workers 1 --threads "$PROCESSORS"'
VERIFY_SECONDS = 0.2                            # of a processor per sample


@dataclass(frozen=True)
class Options:
    """How a plan is laid out for a cluster; what is None is left to the estimate or to the cluster.

    shards          str as `--shards` takes them, or "missing": those that are not done
    partition       for render and verify; gpu_partition: for paint, else the same
    account         whose hours
    gres            what a node must have to paint
    cpus            processors of a render element: so many Blenders
    memory          of each, as Slurm writes it
    time            of a render element, as Slurm writes it: 4:00:00
    throttle        elements at once at most
    elements        how many elements an array has; None: so many that none lasts long, at most chunks.MOST
    wince           the command on the nodes, words as a shell has them
    paint_wince     the command on the nodes that paint; "": the same
    requeues        how often a stopped element puts itself back into the queue
    """

    shards: str = "all"
    partition: str | None = None
    gpu_partition: str | None = None
    account: str | None = None
    gres: str = "gpu:1"
    cpus: int = 4
    memory: str = "4G"
    time: str | None = None
    throttle: int = 50
    elements: int | None = None
    wince: str = "wince"
    paint_wince: str = ""
    requeues: int = 20


def write(plan, out=None, options=None, force=False):
    """Write a plan's files for Slurm; what somebody has changed stays, but for shards.txt, and the --array that has to fit it.

    plan     wince.job.plan.Plan
    out      their folder; None: farm/slurm in the plan's own
    options  Options; None: as they come
    force    also write what somebody has changed
    returns  written.Paths
    raises   WinceError for shards that the plan does not have, or options that sbatch would not understand
    """
    options = options or Options()
    _check(options)
    if options.time:
        times.check(plan.job, options.time)
    out = Path(out or plan.folder / "farm" / FOLDER)
    numbers = chosen.shards(plan, options.shards)
    rows = plan.rows()
    count = options.elements or chunks.count(len(numbers), _seconds(plan.job, [rows[number] for number in numbers], options.cpus))
    runs = chunks.elements(numbers, count)
    places, parts = _places(plan, out, [[rows[number] for number in run] for run in runs], options), _parts(plan)
    names = [*([PAINT] if "paint" in parts else []), RENDER, "verify.sbatch", *SHARED]
    files = {name: fill.fill(fill.template(f"slurm_{name}"), places, parts) for name in names} | {SHARDS: table(runs)}
    paths = written.write(plan, out, files, (SHARDS,), force, () if "paint" in parts else (PAINT,), _fitted(len(runs)))
    (out / SUBMIT).chmod(0o755)
    return paths


def command(folder):
    """Return the argument list that submits what lies in a folder, to be run anywhere."""
    return ["bash", str(Path(folder, SUBMIT))]


def table(runs):
    """Return the text of shards.txt for the elements' shards."""
    lines = "".join(f"{number} {ranges.text(run)}\n" for number, run in enumerate(runs))
    return f"# element, and its shards; --array in the sbatch files names the elements\n{lines}"


def _fitted(elements):
    """Return what makes the --array of a kept file fit shards.txt: more elements would fail, fewer would leave shards out."""
    return lambda name, text: ARRAY.sub(rf"\g<1>0-{elements - 1}", text) if name in (PAINT, RENDER) else text


def _seconds(job, rows, cpus):
    """Return about how long shards last on so many processors."""
    samples, people = (sum(getattr(row, what) for row in rows) for what in ("samples", "people"))
    return (samples * estimate.view_seconds(job) + people * estimate.BUILD_SECONDS["person"]) / cpus


def _places(plan, out, elements, options):
    """Return {place: text} of the templates; `elements` are the rows of each one's shards."""
    longest = max(_seconds(plan.job, rows, options.cpus) for rows in elements) + estimate.BUILD_SECONDS["first"]
    people = [sum(row.people for row in rows) for rows in elements]
    samples = sum(row.samples for rows in elements for row in rows)
    return {
        "NAME": " ".join(plan.job.name.split()), "SAMPLES": f"{samples:,}", "PEOPLE": f"{sum(people):,}",
        "ARRAY": f"0-{len(elements) - 1}%{options.throttle}", "CPUS": options.cpus, "MEMORY": options.memory, "GRES": options.gres,
        "TIME": options.time or times.hours(longest), "NOTICE": times.notice(plan.job), **_verifying(plan, options.cpus),
        "PARTITION": _line("partition", options.partition), "ACCOUNT": _line("account", options.account),
        "PAINT_PARTITION": _line("partition", options.gpu_partition or options.partition),
        "WORKERS": ON_GPU if "gpu" in _parts(plan) else ON_CPU,
        "WINCE": _command(options.wince), "PAINT_WINCE": _command(options.paint_wince) or '"${WINCE[@]}"', "REQUEUES": options.requeues,
        "DATASET": shlex.quote(os.path.relpath(plan.folder.resolve(), out.resolve())), **_painting(plan, max(people), options),
    }


def _verifying(plan, cpus):
    """Return the places of verify.sbatch; it says so where a day is not enough."""
    lasts = plan.samples * VERIFY_SECONDS / cpus
    hint = f"asked for is {times.SPARE} times the estimate"
    if (spared := lasts * times.SPARE) > times.DAY:
        hint = f"a day is asked for, and {times.SPARE} times the estimate is {math.ceil(spared / 3600)} hours: give it more processors"
    return {"VERIFY_TIME": times.hours(lasts), "VERIFY_HINT": hint}


def _painting(plan, people, options):
    """Return the places of paint.sbatch."""
    backend = (plan.facts.get("paint") or {}).get("backend")
    seconds = people * PAINT_SECONDS.get(backend, MODEL_SECONDS)
    return {"PAINT_CPUS": options.cpus, "PAINT_MEMORY": PAINT_MEMORY.get(backend, MODEL_MEMORY), "PAINT_TIME": times.hours(seconds)}


def _parts(plan):
    """Return the names of the templates' parts that a plan needs."""
    gpu = {"gpu"} if plan.job.render.device == "gpu" else set()
    return gpu | {"paint" if plan.facts.get("paint") else "render"}


def _line(name, value):
    """Return the line for an option, switched off where the cluster decides."""
    return f"#SBATCH --{name}={value}" if value else f"##SBATCH --{name}=NAME"


def _check(options):
    for name in ("partition", "gpu_partition", "account", "gres", "memory", "time"):
        value = getattr(options, name)
        if value is not None and not WORD.fullmatch(value):
            raise WinceError(f"--{name.replace('_', '-')} {value!r} is nothing that sbatch takes: give one word, as in its man page")
    for name in ("cpus", "throttle", "elements"):
        if (value := getattr(options, name)) is not None and value < 1:
            raise WinceError(f"--{name} {value}: give 1 or more")
    for name, words in (("wince", options.wince), ("paint-wince", options.paint_wince)):
        try:
            _command(words)
        except ValueError as error:
            raise WinceError(f"--{name} {words!r} is no command ({error}): write it as in a shell") from None
    if not _command(options.wince):
        raise WinceError("--wince is empty: give the command as the nodes call it, such as wince or /shared/wince/.venv/bin/wince")


def _command(words):
    """Return a command as bash has the words of an array."""
    return shlex.join(shlex.split(words))
