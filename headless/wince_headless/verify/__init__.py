"""Does a dataset keep its promises?

    samples   one sample: files, pictures, labels, heat, look
    whole     a dataset folder, planned or not: in parallel, streaming
    release   what `wince pack-dataset` wrote
    reopen    damaged samples put back on the list of work
    report    what was looked at and what was wrong, as text and as JSON
"""

from .whole import CHECKS, Report, verify  # noqa: F401
