"""Random streams by name, so that no draw of one factor ever moves another.

A stream is a function of the dataset seed and its keys alone: order, sharding, resuming and new factors change nothing.
"""

import hashlib
from functools import lru_cache

import numpy as np

STREAM_VERSION = 1


def stream(seed, *keys):
    """Return the random generator that belongs to a dataset seed and a path of keys.

    seed     int            the dataset's seed; 0 is as good as any
    keys     str or int     for example "identity.shape", 42
    returns  numpy.random.Generator (PCG64), equal on every platform for equal arguments
    """
    words = np.frombuffer(hashlib.sha256(path_of(seed, keys).encode()).digest(), dtype="<u4").astype(np.uint32, copy=False)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))            # an array: of a list it converts each word


def path_of(seed, keys):
    """Return the text that a stream is seeded by."""
    return "\x1f".join([f"wince-stream-{STREAM_VERSION}", str(int(seed)), *map(str, keys)])


def normals(seed, *keys, names):
    """Return one standard normal draw per name, as if each name had a stream of its own: a new name moves no other.

    seed, keys   as in `stream`
    names        sequence of str
    returns      (len(names),) float64
    """
    word = stream(seed, *keys).integers(0, 2**64, dtype=np.uint64)
    salt = _salts(tuple(names))
    first, second = _mix(salt ^ word), _mix(salt + word)
    u, v = ((w >> np.uint64(11)).astype(np.float64) * 2.0**-53 for w in (first, second))
    return np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)


@lru_cache(maxsize=64)                  # everyone is drawn with the same few lists of names
def _salts(names):
    return np.array([int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") for name in names], dtype=np.uint64)


def _mix(x):
    """Scramble 64-bit words (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
