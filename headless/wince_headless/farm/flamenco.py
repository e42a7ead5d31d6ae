"""A plan -> a job type of Flamenco 3, and one job of that type. No real manager has run them yet: see docs/farm/flamenco.md.

    wince.js    the job type, for the manager's scripts/; templates/flamenco.js as it stands
    job.json    the job: the body of POST /api/v3/jobs

Written from the sources of Flamenco 3.8: what a script may call, what a setting may be, what a submitted job holds.
"""

import json
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from wince.core.errors import WinceError

from ..plan import ranges
from . import chosen, fill, written

FOLDER, JOB_TYPE, JOB = "flamenco", "wince.js", "job.json"
TYPE = "wince"                  # Flamenco calls a job type by the name of its file
PLATFORMS = {"win32": "windows", "darwin": "darwin"}
PATIENCE = 30                   # seconds; compiling a job takes a manager less than one


@dataclass(frozen=True)
class Options:
    """How a plan becomes a job of Flamenco.

    shards         str, as `--shards` takes them, or "missing": those that are not done
    per_task       shards of a task; 0: as few as keeps the job small
    workers        Blender processes of a task; 0: one per processor, as far as memory goes
    threads        of each Blender; 0: an even share of the processors
    wince          the command on the workers that render; a manager's variable such as {wince} may stand here
    paint_wince    the command on the workers that paint; "": the same
    render_type    task type of those that render
    paint_type     task type of those that paint
    priority       of the job, 0 to 100
    """

    shards: str = "all"
    per_task: int = 0
    workers: int = 0
    threads: int = 0
    wince: str = "wince"
    paint_wince: str = ""
    render_type: str = "blender"
    paint_type: str = "wince-gpu"
    priority: int = 50


def write(plan, out=None, options=None, force=False):
    """Write the job type, and a job of it for a plan.

    plan     wince.job.plan.Plan
    out      folder; None: farm/flamenco in the plan's own
    options  Options; None: as they come
    force    also write what somebody has changed
    returns  written.Paths
    raises   WinceError for shards that the plan does not have
    """
    out = Path(out or plan.folder / "farm" / FOLDER)
    body = json.dumps(job(plan, options or Options()), indent=2, ensure_ascii=False) + "\n"
    files = {JOB_TYPE: fill.template("flamenco.js"), JOB: body}
    return written.write(plan, out, files, force=force)


def job(plan, options):
    """Return a job as Flamenco's REST interface takes it (SubmittedJob), a dictionary."""
    if min(options.workers, options.per_task, options.threads) < 0:
        raise WinceError("workers, shards per task and threads begin at 0: give others")
    settings = {
        "dataset": str(plan.folder.absolute()), "shards": ranges.text(chosen.shards(plan, options.shards)),
        "shards_per_task": options.per_task, "paint": bool(plan.facts.get("paint")), "workers": options.workers, "threads": options.threads,
        "wince": options.wince, "paint_wince": options.paint_wince, "render_task_type": options.render_type,
        "paint_task_type": options.paint_type, "plan": plan.hash,
    }
    return {"name": plan.job.name, "type": TYPE, "priority": options.priority, "submitter_platform": PLATFORMS.get(sys.platform, "linux"),
            "settings": settings, "metadata": {"project": "Wince", "plan": plan.hash}}


def submit(folder, manager):
    """Submit a written job to a manager; the only thing here that goes to the network.

    folder   the folder with job.json
    manager  its URL, http://manager:8080
    returns  URL of the job's page
    raises   WinceError when the manager cannot be reached, or refuses the job
    """
    path, manager = Path(folder, JOB), manager.rstrip("/")
    if not manager.startswith(("http://", "https://")):
        raise WinceError(f"{manager} is no URL of a Flamenco manager: give it like http://manager:8080")
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise WinceError(f"{path} is missing: write it with `wince farm flamenco`") from None
    answer = _post(f"{manager}/api/v3/jobs", body, manager)
    if "id" not in answer:
        raise WinceError(f"{manager} answers, but not as a Flamenco manager does: give the manager's own URL, without /app")
    return f"{manager}/app/jobs/{answer['id']}"


def _post(url, body, manager):
    """Send JSON and return the JSON of the answer, {} where it is none."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "Accept": "application/json"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))       # a manager stands in the same network
    try:
        with direct.open(request, timeout=PATIENCE) as answer:
            return _read(answer.read())
    except urllib.error.HTTPError as refusal:
        said = _read(refusal.read()).get("message", refusal.reason)
        raise WinceError(f"{manager} refuses the job: {said} (is wince.js in its scripts/ folder, and was it restarted?)") from None
    except OSError as error:                    # URLError is one; so is a connection that breaks
        why = getattr(error, "reason", error)
        raise WinceError(f"{manager} cannot be reached ({why}): is the manager running, and is that its URL?") from None


def _read(data):
    """Return the object that JSON bytes hold, {} where they hold none."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
