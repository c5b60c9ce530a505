"""The visits of all other patients: how many are asked for, when, and how long they take.

Requests are Poisson per unit, profession, kind and day, independent of any policy: the quantile of a chance that
stands at the day's place in the unit's keyed stream. So a longer horizon changes no day before it, and a higher
mean never gives fewer requests. Everything about a single request (the day it wishes, the wait it accepts, its
minutes) is read inside the day kernel from keyed streams by way of the inverse-distribution tables made here.
While a unit is closed its requests are asked of the one that takes over.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.calendar import Calendar
from sim.network import closures
from sim.randomness import generator, keys, uniforms
from sim.shocks import after_shocks, moved_ahead
from sim.staff import demand_profile

SAME_DAY, BOOKED = 0, 1
TABLE_SIZE = 1024
YEAR_DAYS = 364
LARGEST_MEAN = 500.0  # of one Poisson number; the chance of none must not vanish in a float
LARGEST_CHANCE = 1 - 2.0**-33  # of those that `uniforms` gives
LONGEST_TABLE = 1024  # numbers that a mean of LARGEST_MEAN needs, and more


@dataclass(frozen=True, slots=True, repr=False)
class Background:
    """Demand of other patients in one replication.

    `requests` holds requests per unit, profession, kind (same-day, booked) and day, shape
    (units, 2, 2, days), int32. `loads` is how much busier than the mean each unit is, `keys` are the units'
    stream keys. `minutes` are the means per profession; `minutes_table` multiplies them, `lead_table` gives days,
    both at equal-probability points.
    """

    requests: NDArray[np.int32]
    loads: NDArray[np.float64]
    keys: NDArray[np.uint64]
    minutes: NDArray[np.float64]
    minutes_table: NDArray[np.float64]
    lead_table: NDArray[np.int32]
    accepts_another_day: float

    def __repr__(self) -> str:
        return f"<Background of {int(self.requests.sum()):,} requests at {len(self.keys)} units>"


def background(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int, root: int, replication: int
) -> Background:
    """Draw the demand of one replication."""
    other = scenario.background
    listed = np.array([unit.listed for unit in units], dtype=np.float64)
    loads = unit_loads(scenario, units, root, replication)
    per_year = listed * other.visits_per_listed_per_year * other.load_factor * loads
    reach = max(days, after_shocks(scenario, calendar))  # part of what comes later is moved ahead
    weights, weight_of_day = np.unique(day_weights(scenario, calendar)[:reach], return_inverse=True)
    professions = np.array([1 - other.doctor_share, other.doctor_share])
    kinds = np.array([other.same_day_share, 1 - other.same_day_share])
    mix = np.multiply.outer(weights, professions[:, None] * kinds)
    streams = keys(root, replication, [("requests", unit.key) for unit in units])
    requests = _requests(streams, per_year, mix, weight_of_day, -calendar.offset)
    lead_table = _lead_table(other.lead_days_mean, scenario.booking.diary_horizon_weeks * 7)
    requests[:, :, BOOKED] = moved_ahead(
        scenario, units, calendar, requests[:, :, BOOKED], float(lead_table.mean())
    )
    requests = np.ascontiguousarray(requests[..., :days])
    for closure in closures(scenario, units, calendar, days):
        requests[closure.taker] += requests[closure.unit] * closure.closed
        requests[closure.unit] *= ~closure.closed
    return Background(
        requests=requests,
        loads=loads,
        keys=keys(root, replication, [("visits", unit.key) for unit in units]).astype(np.uint64),
        minutes=np.array([other.nurse_minutes, other.doctor_minutes]),
        minutes_table=gamma_table(other.minutes_cv),
        lead_table=lead_table,
        accepts_another_day=other.accepts_wait_days_mean / (1 + other.accepts_wait_days_mean),
    )


def _requests(
    streams: NDArray[np.int64],
    per_year: NDArray[np.float64],
    mix: NDArray[np.float64],
    weight: NDArray[np.int64],
    first_day: int,
) -> NDArray[np.int32]:
    """Requests per unit, profession, kind and day from `first_day`, of mean `per_year` (u) × `mix` (w, p, k).

    Few weights come again and again: `weight` (days) is the place of each day's in `mix`. A large mean is split
    into parts, each with numbers of its own: their sum is Poisson too.
    """
    means = np.multiply.outer(per_year, mix.reshape(len(mix), -1))
    parts = 1 + (means.max(axis=2) / LARGEST_MEAN).astype(np.int64)
    found = _by_quantile(streams, means / parts[:, :, None], parts, weight, first_day)
    return np.asarray(found).reshape(len(per_year), 2, 2, -1)


@nb.njit(cache=True)
def _by_quantile(streams, means, parts, weight, first_day):  # type: ignore[no-untyped-def]  # numba infers
    """Poisson numbers per unit, kind of request and day, shape (u, k, days), of `means` (u, w, k) in `parts` (u, w)."""
    found = np.zeros((means.shape[0], means.shape[2], weight.size), dtype=np.int32)
    tables = np.empty((*means.shape[1:], LONGEST_TABLE))
    for u in range(means.shape[0]):
        for w in range(means.shape[1]):
            for k in range(means.shape[2]):
                _fill(tables[w, k], means[u, w, k])
        for i in range(weight.size):
            w = weight[i]
            for part in range(parts[u, w]):
                chances = uniforms(streams[u], first_day + i, part)
                for k in range(means.shape[2]):
                    found[u, k, i] += _first_to_reach(tables[w, k], chances[k])
    return found


@nb.njit(cache=True)
def _fill(table, mean):  # type: ignore[no-untyped-def]  # numba infers
    """A Poisson distribution function by number, summed from zero until no chance is above."""
    number = 0
    term = np.exp(-mean)
    reached = term
    table[number] = reached
    while reached < LARGEST_CHANCE:
        number += 1
        term *= mean / number
        reached += term
        table[number] = reached


@nb.njit(cache=True)
def _first_to_reach(table, chance):  # type: ignore[no-untyped-def]  # numba infers
    """The smallest number at which a distribution function reaches a chance: the quantile."""
    number = 0
    while table[number] < chance:
        number += 1
    return number


def unit_loads(
    scenario: Scenario, units: tuple[Unit, ...], root: int, replication: int
) -> NDArray[np.float64]:
    """How much busier than the mean each unit is: lognormal with mean 1, shape (units,)."""
    sigma2 = np.log1p(scenario.background.unit_load_cv**2)
    normal = np.array([generator(root, replication, "load", unit.key).standard_normal() for unit in units])
    return np.asarray(np.exp(np.sqrt(sigma2) * normal - sigma2 / 2))


def day_weights(scenario: Scenario, calendar: Calendar) -> NDArray[np.float64]:
    """Share of a year's requests that falls on each day: open minutes × demand profile, shape (days,).

    Scaled so that the first 52 weeks from day zero hold 364 ÷ 365.25 of a year.
    """
    weight = calendar.open_minutes * demand_profile(scenario, calendar)
    first_year = weight[calendar.offset : calendar.offset + YEAR_DAYS].sum()
    return np.asarray(weight / first_year * YEAR_DAYS / 365.25)


@functools.cache
def gamma_table(cv: float) -> NDArray[np.float64]:
    """Equal-probability points of a gamma distribution with mean exactly 1, shape (TABLE_SIZE,); not to be changed."""
    if cv == 0:
        return np.ones(TABLE_SIZE)
    from scipy.special import gammaincinv

    shape = cv**-2
    points = gammaincinv(shape, (np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE)
    return np.asarray(points / points.mean())


def _lead_table(mean: float, longest: int) -> NDArray[np.int32]:
    """Whole days from booking to the wished day: exponential, at least 1, cut at the diary's horizon."""
    points = -mean * np.log1p(-(np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE)
    return np.clip(np.ceil(points), 1, max(1, longest)).astype(np.int32)
