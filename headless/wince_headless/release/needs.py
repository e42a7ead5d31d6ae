"""What Python packages releases need beyond those that rendering needs; looked for before anything is read or written."""

from importlib.util import find_spec

from wince.core.errors import WinceError

CURE = "install them in Wince's own folder with `pip install '.[release]'`"


def check(what, *modules):
    """Look whether packages are there, without importing them.

    what      "packing a release"
    modules   "mlcroissant", "pyarrow"
    raises    WinceError where one is not
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise WinceError(f"{what} needs {' and '.join(missing)}, which this Python has not: {CURE}")


def of_layout(layout):
    """Return the packages that files of a layout are written and read by."""
    return ("pyarrow",) if layout == "parquet" else ()
