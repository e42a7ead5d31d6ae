"""Does a dataset keep its promises?

    whole      a dataset folder, planned or not: in parallel, streaming
    person     one person of it: what is there, what should be, what lies between
    samples    one sample: files, hashes, licences, where it comes from
    labels     what a record says of the face, computed again
    pictures   what the pictures show: nothing blank, heat where it may be
    planned    a plan beside its samples; marks of shards that are done
    release    what `wince pack-dataset` wrote: files, counts, who is where
    items      one item of a release: its row computed again, its pictures
    tables     tables and annotations that 3DPain's and SynPAIN's schemes write
    papers     card, licences, Croissant and plan of a release
    reopen     damaged samples put back on the list of work
    report     what was looked at and what was wrong, as text and as JSON

What a record measures of the scene (camera, landmarks, boxes, angles, light, look) cannot be computed again without rendering. In a planned
dataset every byte of it is vouched for by the mark of its shard, and in a release by the checksums; in a folder without a plan it is not
(tests/headless/test_verify.py lists what).
"""

from .report import CHECKS, Report  # noqa: F401
from .whole import verify  # noqa: F401
