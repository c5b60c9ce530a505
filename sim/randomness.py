"""Random numbers with names instead of positions.

Two kinds, both rooted in `SeedSequence(root, spawn_key=(replication, blake2b(name), …))`:

* `generator(...)` gives a numpy `Generator` for draws whose number no policy changes (who the patients are);
* `keys(...)` gives the keys of counter-based streams from which `uniforms(key, number, purpose)` reads any
  four numbers by their place: a unit's day of requests, a head's day of sickness, a patient's dose. A visit's
  draws hang on who it is, never on what was drawn before, so a policy that moves one visit moves no other
  visit's luck (common random numbers).

The counter-based function is Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable

import numba as nb
import numpy as np
from numpy.typing import NDArray

_M0, _M1, _W0, _W1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10


@functools.cache
def name_number(name: str, size: int = 8) -> int:
    """A name as a whole number of `size` bytes, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=size).digest(), "big")


def generator(root: int, replication: int, *names: str) -> np.random.Generator:
    """A numpy generator for one named stream of one replication."""
    return np.random.Generator(np.random.PCG64(_sequence(root, replication, names)))


def keys(root: int, replication: int, streams: Iterable[tuple[str, ...]]) -> NDArray[np.int64]:
    """The 63-bit keys of counter-based streams, by their names, shape (streams,)."""
    seeds = [_sequence(root, replication, names).generate_state(1, np.uint64)[0] for names in streams]
    return (np.array(seeds, dtype=np.uint64) >> np.uint64(1)).astype(np.int64)


def _sequence(root: int, replication: int, names: tuple[str, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(root, spawn_key=(replication, *map(name_number, names)))


@nb.njit(cache=True, inline="always")
def philox(k0, k1, c0, c1, c2, c3):  # type: ignore[no-untyped-def]  # numba infers unsigned 64-bit words
    """Philox4x32-10: four 32-bit words (as uint64) from a 64-bit key and a 128-bit counter."""
    mask = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    for _ in range(_ROUNDS):
        p0 = np.uint64(_M0) * c0
        p1 = np.uint64(_M1) * c2
        c0, c1, c2, c3 = (p1 >> shift) ^ c1 ^ k0, p1 & mask, (p0 >> shift) ^ c3 ^ k1, p0 & mask
        k0 = (k0 + np.uint64(_W0)) & mask
        k1 = (k1 + np.uint64(_W1)) & mask
    return c0, c1, c2, c3


@nb.njit(cache=True, inline="always")
def as_uniform(word):  # type: ignore[no-untyped-def]  # numba infers uint64 -> float64
    """A 32-bit word as a number strictly between 0 and 1."""
    return (np.float64(word) + 0.5) * 2.0**-32


@nb.njit("UniTuple(float64, 4)(int64, int64, int64)", cache=True)
def uniforms(stream_key: int, number: int, purpose: int) -> tuple[float, float, float, float]:
    """The four uniform numbers in (0, 1) that stand at (`number`, `purpose`) of a keyed stream."""
    word = np.uint64(stream_key)
    mask = np.uint64(0xFFFFFFFF)
    a, b, c, d = philox(
        word & mask,
        word >> np.uint64(32),
        np.uint64(number) & mask,
        np.uint64(purpose) & mask,
        np.uint64(0),
        np.uint64(0),
    )
    return as_uniform(a), as_uniform(b), as_uniform(c), as_uniform(d)


@nb.njit(cache=True)
def uniforms_of(streams, number, purpose):  # type: ignore[no-untyped-def]  # numba infers
    """The numbers that stand at one place of each of many keyed streams, shape (streams, 4)."""
    found = np.empty((len(streams), 4))
    for i in range(len(streams)):
        found[i, 0], found[i, 1], found[i, 2], found[i, 3] = uniforms(streams[i], number, purpose)
    return found
