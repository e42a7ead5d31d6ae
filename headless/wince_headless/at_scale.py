"""The commands for datasets at scale: plan, run, work, status, pack-dataset, archive, diff.  Words in, one call each, exit code out."""

from pathlib import Path
from typing import Annotated

import typer

from . import at_farm, exits

Config = Annotated[Path, typer.Argument(help="A job in YAML, such as configs/pain3d.yaml.")]
Planned = Annotated[Path, typer.Argument(help="A folder that `wince plan` wrote.")]
Blender = Annotated[Path | None, typer.Option(help="A Blender program; without it, the bpy module of this Python.")]
Threads = Annotated[int, typer.Option(min=0, help="Render threads of each worker; 0: the processors, shared evenly.")]
Limit = Annotated[float | None, typer.Option(min=1, metavar="SECONDS", help="Who says nothing for so long hangs; else by the estimate.")]
Recycle = Annotated[int, typer.Option(min=1, metavar="VIEWS", help="A worker is replaced after so many views ...")]
Memory = Annotated[float, typer.Option(min=0.1, metavar="GB", help="... or when it holds more memory than this.")]
Tight = Annotated[bool, typer.Option("--tight", help="Begin although the disk looks too small; it stops cleanly when full.")]
Check = Annotated[bool, typer.Option("--check", help="Hash the files of finished shards again, and redo what does not fit.")]
Retry = Annotated[bool, typer.Option("--retry", help="Try samples again that are in quarantine.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def add(app):
    """Add the commands to the `wince` command."""
    for name, command in COMMANDS.items():
        app.command(name)(command)
    app.add_typer(at_farm.app, name="farm")


def plan(
    config: Config,
    out: Annotated[Path | None, typer.Option(help="The dataset's folder; without it, out/NAME.")] = None,
    set_: Annotated[list[str] | None, typer.Option(
        "--set", metavar="KEY=VALUE", help="Change the config, any number of times: --set render.samples=32")] = None,
    fraction: Annotated[float, typer.Option(min=0, max=1, help="Only the first part of the people; the balance stays.")] = 1.0,
    shard_people: Annotated[int | None, typer.Option(min=1, help="People in a shard, twins included; else some 300 pictures.")] = None,
    paint: Annotated[str | None, typer.Option(
        metavar="BACKEND", help="Have skins painted first: procedural, sd15, sdxl, zimage or qwen.")] = None,
    paint_model: Annotated[list[str] | None, typer.Option(metavar="[ROLE=]MODEL", help="As --model of `wince paint`.")] = None,
    paint_set: Annotated[list[str] | None, typer.Option(
        metavar="KEY=VALUE", help="As --set of `wince paint`, and seed, size, steps, profile.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many processes draw; without it, one per processor.")] = None,
    every_cell: Annotated[bool, typer.Option("--cells", help="Show every cell with every PSPI.")] = False,
    json: Json = False,
):
    """Decide a whole dataset before anything is rendered: who, what they show, from where, every seed; balanced, immutable, hashed."""
    from wince.job import plan as plans

    from . import config as configs
    from . import progress
    from .plan import cells, painted, write

    job = configs.load(config, set_ or ())
    wishes = painted.wishes(paint, paint_model or (), paint_set or ())
    out = out or Path("out", job.name)
    there = "was there already, and is the same" if plans.exists(out) else "is written"
    with progress.Counting("people") as bar:
        written = write.plan(job, out, shard_people, fraction, wishes, processes, lambda done, total: bar("planning", done, total))
    table = cells.table(written)
    if json:
        _say(_json(table.json()))
        return
    _show(table.tables(every_cell))
    size = f"{progress.plural(written.samples, 'picture', 'pictures')} in {progress.plural(written.shards, 'shard', 'shards')}"
    _say(f"plan {written.hash[:12]} {there}: {size}, {written.folder}")
    _say(_next(written))


def run(
    folder: Planned,
    workers: Annotated[int, typer.Option(min=0, help="How many Blender processes; 0: one per processor, as far as memory goes.")] = 0,
    threads: Threads = 0,
    blender: Blender = None,
    limit: Limit = None,
    recycle: Recycle = 500,
    memory: Memory = 4.0,
    tight: Tight = False,
    check: Check = False,
    retry: Retry = False,
):
    """Render a plan on this machine; the same command again goes on where it stopped."""
    _work(folder, "all", workers=workers, threads=threads, blender=blender, limit_s=limit, recycle=recycle, memory_gb=memory, tight=tight,
          check=check, retry=retry)


def work(
    folder: Planned,
    shards: Annotated[str, typer.Option(metavar="0-24,30", help="Which shards; `all` for all.")],
    workers: Annotated[int, typer.Option(min=0, help="How many Blender processes; 0: one per processor, as far as memory goes.")] = 1,
    threads: Threads = 0,
    blender: Blender = None,
    limit: Limit = None,
    recycle: Recycle = 500,
    memory: Memory = 4.0,
    tight: Tight = False,
    check: Check = False,
    retry: Retry = False,
    openjd: Annotated[bool, typer.Option("--openjd", help="Tell progress in OpenJD's lines.")] = False,
    lenient: Annotated[bool, typer.Option("--lenient", help="Samples in quarantine are no failure: `verify` names them.")] = False,
):
    """Render some shards of a plan, as a task of a farm: idempotent; SIGTERM ends it after the pictures in hand, with exit code 75."""
    _work(folder, shards, lenient, workers=workers, threads=threads, blender=blender, limit_s=limit, recycle=recycle, memory_gb=memory,
          tight=tight, check=check, retry=retry, openjd=openjd)


def _work(folder, words, lenient=False, **wishes):
    from wince.job import plan as plans

    from .plan import ranges
    from .work import cores, drive, telling

    opened = plans.read(folder)
    numbers = ranges.parse(words, opened.shards)
    wishes["workers"] = wishes["workers"] or cores.workers(opened.job.render.device)
    with telling.WorkProgress() as bar:
        code = drive.run(opened, numbers, drive.Wishes(**wishes), bar)
    # Engines try a task again on other nodes when it fails, and shut nodes out; a sample that kills every Blender is not the nodes' fault.
    raise typer.Exit(exits.DONE if lenient and code == exits.FAULTS else code)


def status(folder: Planned, json: Json = False):
    """Tell what of a plan is done, missing, in quarantine; how fast it goes and how long it takes yet."""
    from wince.job import plan as plans

    from .plan import status as states

    found = states.gather(plans.read(folder))
    _say(_json(found.json())) if json else _show(found.tables())


def _next(written):
    """Return what to do with a plan, in a sentence."""
    first = f"paint them:  wince paint {written.folder}      then render:" if written.facts["paint"] else "render it: "
    return f"{first}  wince run {written.folder}      on a farm:  wince farm slurm {written.folder}"


def pack_dataset(
    folder: Annotated[Path, typer.Argument(help="A finished dataset: of `wince run`, or of `wince render`.")],
    out: Annotated[Path, typer.Option(help="The release's folder, not there yet.")],
    format: Annotated[str | None, typer.Option(
        help="webdataset, parquet or imagefolder; without it, webdataset for wince, imagefolder for the others.")] = None,
    scheme: Annotated[str, typer.Option(help="wince; or 3dpain, synpain: as tools made for those sets read it.")] = "wince",
    drop: Annotated[bool, typer.Option("--drop", help="Leave out what is missing or cannot be said, and count it.")] = False,
    splits: Annotated[str | None, typer.Option(metavar="train=0-6,val=7-8,test=9", help="Which folds are which split.")] = None,
    shard_mb: Annotated[int, typer.Option(min=1, help="About how many megabytes a file has.")] = 512,
    samples: Annotated[int, typer.Option(min=0, help="How many loose pictures to look at.")] = 50,
    licence: Annotated[str | None, typer.Option(
        metavar="SPDX", help="What you release the pictures under: CC-BY-4.0, LicenseRef-NAME, other.")] = None,
    name: Annotated[str | None, typer.Option(help="Of the release; without it, the job's.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many processes; without it, one per processor for large sets.")] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Be content when this release of this plan is there, whole.")] = False,
):
    """Make a release of a dataset: split by people, with card, Croissant, checksums; to publish and to train on."""
    from . import progress
    from .release import pack as releases
    from .release import standing

    if if_missing and standing.same(folder, out, format, scheme, splits, licence, name):
        _say(f"{out}: this release is there already")
        return
    with progress.Counting("people") as bar:
        packed = releases.pack(folder, out, format, scheme, drop, splits, shard_mb, samples, licence, name,
                               lambda what, done, total: bar(PACKING[what], done, total), processes)
    _say(packed.text())


def archive(
    release: Annotated[Path, typer.Argument(help="A release of `wince pack-dataset --scheme 3dpain --format imagefolder`.")],
    out: Annotated[Path, typer.Option(help="The archive's folder, not there yet.")],
    part_mb: Annotated[int, typer.Option(min=1, help="About how many megabytes a part has.")] = 1000,
):
    """Put a 3dpain release into parts of .tar.gz, folder by folder, as that set is published."""
    from .release import archives

    _say(archives.archive(release, out, part_mb=part_mb).text())


def diff(
    old: Annotated[Path, typer.Argument(help="A dataset folder or a release.")],
    new: Annotated[Path, typer.Argument(help="Another.")],
    json: Json = False,
):
    """Tell what differs between two datasets or releases: people, samples, splits, labels, pictures; exit code 1 when anything does."""
    from .release import diff as differences

    found = differences.diff(old, new)
    _say(_json(found.json()) if json else found.text())
    raise typer.Exit(exits.DONE if found.same else exits.FAULTS)


WIDE = 160                              # columns where there is no terminal
PACKING = {"look": "looking", "pack": "packing"}
COMMANDS = {"plan": plan, "run": run, "work": work, "status": status, "pack-dataset": pack_dataset, "archive": archive, "diff": diff}


def _show(tables):
    from rich.console import Console

    console = Console()
    console.width = console.width if console.is_terminal else WIDE
    console.print(tables, soft_wrap=True)


def _json(facts):
    import json

    return json.dumps(facts, indent=1)


def _say(text):
    typer.echo(text)
