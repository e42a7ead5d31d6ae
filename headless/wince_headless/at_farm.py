"""The commands `wince farm slurm|openjd|flamenco`: a plan -> files for an engine, submitted when asked.  Words in, one call each."""

from pathlib import Path
from typing import Annotated

import typer

Planned = Annotated[Path, typer.Argument(help="A folder that `wince plan` wrote.")]
Out = Annotated[Path | None, typer.Option(help="Where the files go; without it, farm/ENGINE in the plan's folder.")]
Shards = Annotated[str, typer.Option(metavar="0-24,30", help="Which shards; `all`, or `missing`: those that are not done.")]
Wince = Annotated[str, typer.Option(metavar="COMMAND", help="How `wince` is called on the nodes, such as '/opt/wince/bin/wince'.")]
PaintWince = Annotated[str, typer.Option(metavar="COMMAND", help="The same on nodes that paint; without it, the same command.")]
Workers = Annotated[int, typer.Option(min=0, help="Blender processes of a task; 0: one per processor, as far as memory goes.")]
Threads = Annotated[int, typer.Option(min=0, help="Render threads of each; 0: an even share of the processors.")]
PerTask = Annotated[int, typer.Option(min=0, metavar="SHARDS", help="Shards of a task; 0: by the plan's size.")]
Force = Annotated[bool, typer.Option("--force", help="Write anew also the files that you have changed.")]
Submit = Annotated[bool, typer.Option("--submit", help="Also run the engine's own command on the files.")]

app = typer.Typer(help="Plain files for the engines of a farm, to read and to edit; submitted when asked.", no_args_is_help=True)


@app.command()
def slurm(
    folder: Planned, out: Out = None, shards: Shards = "all",
    partition: Annotated[str | None, typer.Option(help="For rendering; without it, the cluster's default.")] = None,
    gpu_partition: Annotated[str | None, typer.Option(help="For painting; without it, the same.")] = None,
    account: Annotated[str | None, typer.Option(help="Whose hours.")] = None,
    gres: Annotated[str, typer.Option(help="What a node must have to paint.")] = "gpu:1",
    cpus: Annotated[int, typer.Option(min=1, help="Processors of an array element; so many Blenders.")] = 4,
    memory: Annotated[str, typer.Option(help="Of each Blender, as Slurm writes it.")] = "4G",
    time: Annotated[str | None, typer.Option(metavar="H:MM:SS", help="Of an element; without it, by the estimate.")] = None,
    throttle: Annotated[int, typer.Option(min=1, help="Elements at once at most.")] = 50,
    elements: Annotated[int | None, typer.Option(min=1, help="Elements of the array; without it, so many that none lasts long.")] = None,
    requeues: Annotated[int, typer.Option(min=0, help="How often a stopped element goes back into the queue.")] = 20,
    wince: Wince = "wince", paint_wince: PaintWince = "", force: Force = False, submit: Submit = False,
):
    """Write sbatch files: arrays within default limits, throttled, requeued; element i renders when element i is painted."""
    from .farm import slurm as engine

    wishes = engine.Options(shards=shards, partition=partition, gpu_partition=gpu_partition, account=account, gres=gres, cpus=cpus,
                            memory=memory, time=time, throttle=throttle, elements=elements, requeues=requeues, wince=wince,
                            paint_wince=paint_wince)
    _write("slurm", engine.write, folder, out, wishes, force, submit)


@app.command()
def openjd(
    folder: Planned, out: Out = None, shards: Shards = "all", per_task: PerTask = 0,
    minutes: Annotated[int, typer.Option(min=0, help="How long a task should last, where the engine sizes tasks; 0: it does not.")] = 15,
    workers: Workers = 0, threads: Threads = 0, wince: Wince = "wince", paint_wince: PaintWince = "",
    notice: Annotated[int, typer.Option(min=1, max=600, help="Seconds between the request to stop and the kill.")] = 300,
    hours: Annotated[int, typer.Option(min=1, help="After which a task counts as hung.")] = 24,
    pack: Annotated[str | None, typer.Option(metavar="FORMAT:SCHEME", help="Also make a release at the end: webdataset:wince")] = None,
    force: Force = False, submit: Submit = False,
):
    """Write an OpenJD job bundle (also for AWS Deadline Cloud): chunks of shards, painting before rendering; --submit runs it here."""
    from .farm import openjd as engine

    release = tuple(pack.split(":", 1)) if pack else None
    wishes = engine.Options(shards=shards, per_task=per_task, minutes=minutes, workers=workers, threads=threads, wince=wince,
                            paint_wince=paint_wince, notice=notice, hours=hours, pack=release)
    _write("openjd", engine.write, folder, out, wishes, force, submit)


@app.command()
def flamenco(
    folder: Planned, out: Out = None, shards: Shards = "all", per_task: PerTask = 0, workers: Workers = 0, threads: Threads = 0,
    wince: Wince = "wince", paint_wince: PaintWince = "",
    render_type: Annotated[str, typer.Option(help="Task type of workers that render.")] = "blender",
    paint_type: Annotated[str, typer.Option(help="Task type of workers that paint.")] = "wince-gpu",
    priority: Annotated[int, typer.Option(min=0, max=100, help="Of the job.")] = 50,
    force: Force = False,
    submit: Annotated[str | None, typer.Option(metavar="URL", help="Also submit to this manager: http://manager:8080")] = None,
):
    """Write a Flamenco job type and a job of it: per chunk of shards painting, then rendering, and a check at the end."""
    from .farm import flamenco as engine

    wishes = engine.Options(shards=shards, per_task=per_task, workers=workers, threads=threads, wince=wince, paint_wince=paint_wince,
                            render_type=render_type, paint_type=paint_type, priority=priority)
    files = _write("flamenco", engine.write, folder, out, wishes, force, False)
    if submit:
        typer.echo(f"submitted: {engine.submit(files[0].parent, submit)}")


def _write(name, write, folder, out, wishes, force, submitted):
    """Write an engine's files, say which, and submit them when asked."""
    from wince.job import plan

    from .farm import submit

    files = write(plan.read(folder), out, wishes, force)
    typer.echo(f"{files[0].parent}: {', '.join(path.name for path in files if path.name not in files.kept)}")
    if files.kept:
        them = "it" if len(files.kept) == 1 else "them"
        typer.echo(f"kept: {', '.join(files.kept)}, you changed {them}; --force writes {them} anew")
    if submitted:
        submit.submit(name, files[0].parent)
    elif name in submit.COMMANDS:
        typer.echo(f"read them, change what you like, then:  {' '.join(map(str, submit.COMMANDS[name](files[0].parent)))}")
    return files
