"""The numbers that the twin reads: the model's own draws, at the same places.

What is shared is the numbers, not what is done with them. A unit's numbers inside a clinic day stand at its key,
the day since the warm-up began, the profession, a purpose and a position; four at each.
"""

from __future__ import annotations

import functools
import math
from typing import TypeVar

import numpy as np
from scipy.special import gammaincinv

from sim.randomness import name_number, philox

POINTS = 1024  # of an inverse distribution function, equally probable

# Purposes inside a clinic day. Arrival and minutes of other patients: of both kinds, then of those carried over.
SAME_DAY, BOOKED, LEAD, ACCEPTS, CARRIED_SAME_DAY, CARRIED_BOOKED = range(6)

Four = tuple[float, float, float, float]
Number = TypeVar("Number", int, float)


def key(seed: int, replication: int, *names: str) -> int:
    """The key of a named stream: the first 63 bits of numpy's own seed sequence."""
    sequence = np.random.SeedSequence(seed, spawn_key=(replication, *map(name_number, names)))
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def in_the_day(unit_key: int, day: int, profession: int, purpose: int, position: int) -> Four:
    """Four uniform numbers of a unit's day, which counts from the start of the warm-up."""
    place = (unit_key & 0xFFFFFFFF, unit_key >> 32, day, profession + 2 * purpose, position, 0)
    first, second, third, fourth = philox(*map(np.uint64, place))
    return uniform(first), uniform(second), uniform(third), uniform(fourth)


def uniform(word: int) -> float:
    """A 32-bit word as a number strictly between 0 and 1."""
    return (word + 0.5) * 2.0**-32


@functools.cache
def gamma(cv: float) -> list[float]:
    """Points of a gamma distribution with mean 1."""
    if cv == 0:
        return [1.0] * POINTS
    points = gammaincinv(cv**-2, (np.arange(POINTS) + 0.5) / POINTS)
    return list((points / points.mean()).tolist())


@functools.cache
def lead_days(mean: float, longest: int) -> list[int]:
    """Points of whole days from booking to the wished day: exponential, at least 1, at most the diary's horizon."""
    days = (math.ceil(-mean * math.log1p(-(i + 0.5) / POINTS)) for i in range(POINTS))
    return [min(max(1, day), longest) for day in days]


def at(points: list[Number], chance: float) -> Number:
    """The point where the distribution function reaches a chance."""
    return points[int(chance * POINTS)]


def poisson(mean: float, chance: float) -> int:
    """The smallest number at which the distribution function reaches a chance."""
    number, term = 0, math.exp(-mean)
    reached = term
    while reached < chance:
        number += 1
        term *= mean / number
        reached += term
    return number
