"""The first draw of many streams at once: what `stream(seed, *keys).integers(high)` gives for each of them, several times as fast.

NumPy's own seeding and generator, written out for arrays: SeedSequence (after O'Neill's seed_seq, 2015), PCG64 (O'Neill 2014, XSL-RR
128/64), and a bounded integer after Lemire (2019). NumPy promises that the first two stay as they are; tests compare all of it.
"""

import hashlib

import numpy as np

from .streams import path_of, stream

INIT_A, MULT_A, INIT_B, MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED
MIX_LEFT, MIX_RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
PCG, MASK64, MASK128 = 0x2360ED051FC65DA44385DF649FCCF645, 2**64 - 1, 2**128 - 1
HALF = np.uint32(16)
POOL, ENTROPY = 4, 8                   # words


def first_integers(seed, high, keys):
    """Return the first integer 0..high - 1 of many streams.

    seed     int, as in `stream`
    high     int, 2 to 2^32 - 1
    keys     list of tuples of str or int, one for each stream
    returns  list of int, [stream(seed, *one).integers(high) for one in keys]
    """
    digests = b"".join(hashlib.sha256(path_of(seed, one).encode()).digest() for one in keys)
    words = _seeded(np.frombuffer(digests, dtype="<u4").astype(np.uint32).reshape(-1, ENTROPY).T)
    found = [_first(state, high) for state in words.T.tolist()]
    return [int(stream(seed, *one).integers(high)) if value is None else value for value, one in zip(found, keys, strict=True)]


def _constants(first, factor, count):
    """Return (before, after) of a running hash constant, (count, 1) uint32 each."""
    run = [first]
    for _ in range(count):
        run.append(run[-1] * factor & 0xFFFFFFFF)
    return (np.array(part, dtype=np.uint32)[:, None] for part in (run[:-1], run[1:]))


A_BEFORE, A_AFTER = _constants(INIT_A, MULT_A, POOL + POOL * (POOL - 1) + (ENTROPY - POOL) * POOL)
B_BEFORE, B_AFTER = _constants(INIT_B, MULT_B, 2 * POOL)


def _seeded(entropy):
    """Return SeedSequence(entropy).generate_state(8) of each column, (8, N) uint32 -> (8, N) uint32."""
    pool, at = _hashed(entropy[:POOL], A_BEFORE[:POOL], A_AFTER[:POOL]), POOL
    for place in range(POOL):
        others = [other for other in range(POOL) if other != place]
        part = slice(at, at + POOL - 1)
        pool[others] = _mixed(pool[others], _hashed(pool[place], A_BEFORE[part], A_AFTER[part]))
        at += POOL - 1
    for word in entropy[POOL:]:
        part = slice(at, at + POOL)
        pool = _mixed(pool, _hashed(word, A_BEFORE[part], A_AFTER[part]))
        at += POOL
    return _hashed(np.concatenate([pool, pool]), B_BEFORE, B_AFTER)


def _hashed(words, before, after):
    words = (words ^ before) * after
    return words ^ (words >> HALF)


def _mixed(left, right):
    words = MIX_LEFT * left - MIX_RIGHT * right
    return words ^ (words >> HALF)


def _first(words, high):
    """Return the first integer below `high` of the generator with a seeded state, 8 words; None where the first bits are refused."""
    start, turn = (words[k + 1] << 96 | words[k] << 64 | words[k + 3] << 32 | words[k + 2] for k in (0, 4))
    step = turn << 1 & MASK128 | 1
    state = ((step + start) * PCG + step) & MASK128                # seeding: a step from 0, the seed added, a step
    state = (state * PCG + step) & MASK128                         # the first draw
    folded, by = (state >> 64 ^ state) & MASK64, state >> 122
    low = (folded >> by | folded << (64 - by)) & 0xFFFFFFFF        # 32 bits of it
    product = low * high
    return product >> 32 if product & 0xFFFFFFFF >= (2**32 - high) % high else None
