"""Words for HDRIs in a job, "hdri:NAME" and "hdri:PATH": which there are, where a Blender's own lie. No Blender needed to ask."""

from pathlib import Path

from .errors import WinceError

HDRI = "hdri:"
KINDS_OF_FILE = (".exr", ".hdr")
FOLDER = Path("studiolights", "world")          # below a Blender's datafiles


def within(datafiles):
    """Return {name: path} of the HDRIs that come with a Blender; `datafiles` is its folder of that name."""
    return {path.stem: path for path in sorted(Path(datafiles, FOLDER).glob("*.exr"))}


def is_own_file(word):
    """Tell whether a world's word names an HDRI file of the user's own that is there: hdri:PATH."""
    path = Path(word.removeprefix(HDRI))
    return word.startswith(HDRI) and path.suffix.lower() in KINDS_OF_FILE and path.is_file()


def refuse_unknown(worlds, names):
    """Refuse worlds that are not there; raises WinceError.

    worlds   words of a job's lighting.worlds
    names    of a Blender's own HDRIs
    """
    known = ["plain"] + [HDRI + name for name in names]
    for word in worlds:
        if word not in known and not is_own_file(word):
            raise WinceError(f"lighting.worlds: this Blender has no {word!r}, known are {', '.join(known)}, or hdri:PATH of an .exr or "
                             f".hdr file that is there")
