"""A plan -> a job bundle of Open Job Description: for `openjd run`, AWS Deadline Cloud, and whatever else reads jobtemplate-2023-09.

    template.yaml           the job: steps Paint, Render, Verify, Pack, as many as the plan needs; templates/openjd.yaml filled
    parameters.yaml         its parameters' values, for `openjd run -p file://parameters.yaml`
    parameter_values.yaml   the same values as a job bundle has them

The engine cuts the shards into tasks, and measures how many shards last as long as wished: ranges of shards are all it needs to know.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import yaml

from wince.core.errors import WinceError

from ..plan import ranges
from ..release import schemes
from . import chosen, fill, written

FOLDER, TEMPLATE, PARAMETERS, BUNDLE = "openjd", "template.yaml", "parameters.yaml", "parameter_values.yaml"
TASKS = 400                     # at most so many at first; engines keep a row per task, people scroll through them
LONGEST_NOTICE = 600            # seconds; the specification allows no more
LONGEST_TITLE = 120             # characters, of the 128 that the specification allows
LONGEST_VALUE = 1024            # characters of a parameter's value


@dataclass(frozen=True)
class Options:
    """How a plan becomes a job of OpenJD.

    shards         str, as `--shards` takes them, or "missing": those that are not done
    per_task       shards of the first tasks; 0: so many that there are at most TASKS tasks
    minutes        how long a task should last, where the engine sizes tasks by what it measured; 0: it does not
    workers        Blender processes of a task; 0: one per processor, as far as memory goes
    threads        of each Blender; 0: an even share of the processors
    wince          the command on the hosts that render
    paint_wince    the command on the hosts that paint; "": the same
    notice         seconds between the engine's request to stop and the kill; a view should be done by then
    hours          after which a task counts as hung
    pack           (format, scheme) of a release to make at the end, or None
    """

    shards: str = "all"
    per_task: int = 0
    minutes: int = 15
    workers: int = 0
    threads: int = 0
    wince: str = "wince"
    paint_wince: str = ""
    notice: int = 300
    hours: int = 24
    pack: tuple[str, str] | None = None


def write(plan, out=None, options=None, force=False):
    """Write the job bundle of a plan.

    plan     wince.job.plan.Plan
    out      the bundle's folder; None: farm/openjd in the plan's own
    options  Options; None: as they come
    force    also write what somebody has changed
    returns  written.Paths
    raises   WinceError for shards that the plan does not have, options that OpenJD does not allow, or a release that nobody can make
    """
    options = options or Options()
    out = Path(out or plan.folder / "farm" / FOLDER)
    numbers = chosen.shards(plan, options.shards)
    _check(options, numbers)
    _check_pack(plan, options.pack)
    values = parameters(plan, numbers, options)
    files = {TEMPLATE: template(plan, numbers, options), PARAMETERS: _parameters_file(values), BUNDLE: _bundle_file(values)}
    return written.write(plan, out, files, force=force)


def template(plan, numbers, options):
    """Return the text of template.yaml for shard numbers of a plan."""
    counts = plan.facts["counts"]
    name = _one_line(plan.job.name)
    places = {
        "NAME": name, "TITLE": _quoted(f"Wince {name}"[:LONGEST_TITLE]), "HASH": plan.hash,
        "PEOPLE": f"{counts['people'] + counts['twins']:,}", "SAMPLES": f"{counts['samples']:,}", "COUNT": f"{plan.shards:,}",
        "RANGE": ranges.text(range(plan.shards)), "SHARDS": ranges.text(numbers),
        "PER_TASK": per_task(len(numbers), options.per_task), "TASK_SECONDS": options.minutes * 60,
        "WORKERS": options.workers, "THREADS": options.threads, "CORES": options.workers * options.threads,
        "WINCE": _quoted(options.wince), "PAINT_COMMAND": _quoted(options.paint_wince or options.wince),
        "TIMEOUT": options.hours * 3600, "GRACE": options.notice,
        "FORMAT": (options.pack or ("",))[0], "SCHEME": (options.pack or ("", ""))[1],
    }
    return fill.fill(fill.template("openjd.yaml"), places, _parts(plan, options))


def parameters(plan, numbers, options):
    """Return {name: value} of the job's parameters; those of a step only where there is the step."""
    values = {
        "Dataset": str(plan.folder.absolute()), "Shards": ranges.text(numbers), "ShardsPerTask": per_task(len(numbers), options.per_task),
        "TaskSeconds": options.minutes * 60, "Workers": options.workers, "Threads": options.threads, "Wince": options.wince,
    }
    if options.pack:
        values["Release"] = f"{plan.folder.absolute()}_{options.pack[1]}"
    if plan.facts.get("paint"):
        values["PaintCommand"] = options.paint_wince or options.wince
    return values


def per_task(shards, wished):
    """Return how many shards a task begins with: as wished, or so many that there are at most TASKS tasks."""
    return wished or max(1, math.ceil(shards / TASKS))


def command(folder):
    """Return the argument list that runs a bundle on this machine: every step, one task after the other."""
    folder = Path(folder)
    return ["openjd", "run", str(folder / TEMPLATE), "-p", f"file://{folder / PARAMETERS}"]


def _parts(plan, options):
    wanted = {"paint": plan.facts.get("paint"), "cores": options.workers * options.threads, "pack": options.pack}
    return [name for name, want in wanted.items() if want]


def _check(options, numbers):
    if not 1 <= options.notice <= LONGEST_NOTICE:
        raise WinceError(f"notice {options.notice}: OpenJD waits 1 to {LONGEST_NOTICE} seconds between a request to stop and the kill")
    if options.hours < 1 or min(options.workers, options.per_task, options.minutes, options.threads) < 0:
        raise WinceError("hours begin at 1; workers, shards per task, minutes and threads at 0: give others")
    if len(text := ranges.text(numbers)) > LONGEST_VALUE:
        raise WinceError(f"--shards {text[:20]}...: {len(text)} characters, and OpenJD's parameters hold {LONGEST_VALUE}: "
                         f"name ranges, shards that are done already cost a task nothing")


def _check_pack(plan, pack):
    """Refuse now what `wince pack-dataset` would refuse after days of rendering."""
    if not pack:
        return
    known = f"{', '.join(schemes.FORMATS)} with {', '.join(schemes.MODULES)}, such as webdataset:wince"
    if len(pack) != 2 or pack[0] not in schemes.FORMATS or pack[1] not in schemes.MODULES:
        raise WinceError(f"--pack {':'.join(pack)}: give a format and a scheme, {known}")
    schemes.opened(pack[1], plan.job, pack[0])


def _one_line(text):
    """Return a name that may stand in a comment and in a format string."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).replace("{", "(").replace("}", ")").split())


def _quoted(text):
    """Return text as YAML writes it in quotes; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _parameters_file(values):
    return "# The values of template.yaml's parameters: openjd run template.yaml -p file://parameters.yaml\n" + _yaml(values)


def _bundle_file(values):
    pairs = {"parameterValues": [{"name": name, "value": value} for name, value in values.items()]}
    return "# The values of template.yaml's parameters, as a job bundle has them: deadline bundle submit .\n" + _yaml(pairs)


def _yaml(value):
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=200)
