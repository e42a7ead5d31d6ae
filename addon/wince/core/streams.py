"""Random streams by name, so that no draw of one factor ever moves another.

A stream is a function of the dataset seed and its keys alone: order, sharding, resuming and new factors change nothing.
"""

import hashlib

import numpy as np

STREAM_VERSION = 1


def stream(seed, *keys):
    """Return the random generator that belongs to a dataset seed and a path of keys.

    seed     int            the dataset's seed; 0 is as good as any
    keys     str or int     for example "identity.shape", 42
    returns  numpy.random.Generator (PCG64), equal on every platform for equal arguments
    """
    path = "\x1f".join([f"wince-stream-{STREAM_VERSION}", str(int(seed)), *map(str, keys)])
    words = np.frombuffer(hashlib.sha256(path.encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words.tolist())))


def fold(seed, *keys, size):
    """Return a keyed permutation of `range(size)`, for example the folds of a block of people."""
    return stream(seed, *keys).permutation(size)
