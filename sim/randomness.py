"""Random numbers with names instead of positions.

Two kinds, both rooted in `SeedSequence(root, spawn_key=(replication, blake2b(name), …))`:

* `generator(...)` gives a numpy `Generator` for draws whose number no policy changes (who the patients are);
* `keys(...)` gives the keys of counter-based streams from which `uniforms(key, number, purpose)` reads any
  four numbers by their place: a unit's day of requests, a head's day of sickness, a patient's dose. A visit's
  draws hang on who it is, never on what was drawn before, so a policy that moves one visit moves no other
  visit's luck (common random numbers).

The counter-based function is Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405). Each unit has
streams of its own, so seeds are asked for by the hundred: `_seeds` is the arithmetic of numpy's `SeedSequence`,
which NEP 19 keeps as it is, for many names at once.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numba as nb
import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

Names = tuple[str, ...]

_M0, _M1, _W0, _W1 = 0xD2511F53, 0xCD9E8D57, 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10

_POOL = 4  # words of a seed sequence's pool; a shorter root is filled up with zeros
_MASK, _WORD_BITS, _HALF_WORD = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(16)
_INIT_A, _MULT_A = np.uint64(0x43B0D7E5), np.uint64(0x931E8875)
_INIT_B, _MULT_B = np.uint64(0x8B51F9DD), np.uint64(0x58F38DED)
_MIX_L, _MIX_R = np.uint64(0xCA01F9DD), np.uint64(0x4973F715)


@functools.cache
def name_number(name: str, size: int = 8) -> int:
    """A name as a whole number of `size` bytes, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=size).digest(), "big")


def generator(root: int, replication: int, *names: str) -> np.random.Generator:
    """A numpy generator for one named stream of one replication."""
    words = (name_number(name) for name in names)
    sequence = np.random.SeedSequence(root, spawn_key=(replication, *words))
    return np.random.Generator(np.random.PCG64(sequence))


def generators(root: int, replication: int, streams: Iterable[Names]) -> Iterator[np.random.Generator]:
    """The same for each of many streams, all with equally many names."""
    for seed in _seeds_of(root, replication, streams, 4):
        yield np.random.Generator(np.random.PCG64(_Seeded(seed)))  # type: ignore[arg-type]  # any ISeedSequence does


def keys(root: int, replication: int, streams: Iterable[Names]) -> NDArray[np.int64]:
    """The 63-bit keys of counter-based streams, all with equally many names, shape (streams,)."""
    return (_seeds_of(root, replication, streams, 1)[:, 0] >> np.uint64(1)).astype(np.int64)


class _Seeded(ISeedSequence):
    """A seed sequence whose state is there already."""

    def __init__(self, state: NDArray[np.uint64]) -> None:
        self._state = state

    def generate_state(self, n_words: int, dtype: Any = np.uint64) -> NDArray[np.uint64]:
        return self._state


def _seeds_of(root: int, replication: int, streams: Iterable[Names], size: int) -> NDArray[np.uint64]:
    """Seeds of `size` 64-bit words, shape (streams, size)."""
    words = [root >> shift & 0xFFFFFFFF for shift in range(0, max(32 * _POOL, root.bit_length()), 32)]
    numbers = [[replication, *map(name_number, names)] for names in streams]
    return np.asarray(_seeds(np.array(words, dtype=np.uint64), np.array(numbers, dtype=np.uint64), size))


@nb.njit(cache=True)
def _seeds(root, numbers, size):  # type: ignore[no-untyped-def]  # numba infers
    """`SeedSequence(root, spawn_key=row).generate_state(size, np.uint64)` for each row of `numbers`.

    `root` holds 32-bit words, lowest first and no fewer than the pool has; `numbers` (rows, n) are of 64 bits.
    """
    found = np.zeros((len(numbers), size), dtype=np.uint64)
    pool = np.empty(_POOL, dtype=np.uint64)
    for row in range(len(numbers)):
        multiplier = _INIT_A
        for i in range(_POOL):
            pool[i], multiplier = _hashed(root[i], multiplier, _MULT_A)
        for source in range(_POOL):
            for i in range(_POOL):
                if i != source:
                    word, multiplier = _hashed(pool[source], multiplier, _MULT_A)
                    pool[i] = _mixed(pool[i], word)
        for word in root[_POOL:]:
            multiplier = _stir(pool, word, multiplier)
        for number in numbers[row]:
            multiplier = _stir(pool, number & _MASK, multiplier)
            if number > _MASK:
                multiplier = _stir(pool, number >> _WORD_BITS, multiplier)
        multiplier = _INIT_B
        for i in range(2 * size):
            word, multiplier = _hashed(pool[i % _POOL], multiplier, _MULT_B)
            found[row, i // 2] |= word << _WORD_BITS * np.uint64(i % 2)
    return found


@nb.njit(cache=True)
def _stir(pool, word, multiplier):  # type: ignore[no-untyped-def]  # numba infers uint64
    """Mix one more word of entropy into the pool; hands back the next multiplier."""
    for i in range(_POOL):
        hashed, multiplier = _hashed(word, multiplier, _MULT_A)
        pool[i] = _mixed(pool[i], hashed)
    return multiplier


@nb.njit(cache=True)
def _hashed(word, multiplier, factor):  # type: ignore[no-untyped-def]  # numba infers uint64
    """A 32-bit word hashed, and the next multiplier."""
    following = multiplier * factor & _MASK
    hashed = (word ^ multiplier) * following & _MASK
    return hashed ^ hashed >> _HALF_WORD, following


@nb.njit(cache=True)
def _mixed(first, second):  # type: ignore[no-untyped-def]  # numba infers uint64
    """Two 32-bit words as one."""
    word = first * _MIX_L - second * _MIX_R & _MASK
    return word ^ word >> _HALF_WORD


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
