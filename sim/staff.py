"""Who is at work: from positions in the register to staff who can see a patient on a given day.

Heads at work are FTE × the week's profile, rounded with a dither that keeps the mean; sick heads are
away in spells; servers are heads present × share of time for visits, dithered likewise, at least one.
Bookings are made against the plan, which does not know who will be sick.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.calendar import Calendar
from sim.randomness import generator

NURSE, DOCTOR = 0, 1
PROFESSIONS = ("nurse", "doctor")
GOLDEN = (5**0.5 - 1) / 2


def visit_shares(scenario: Scenario) -> tuple[float, float]:
    """Share of a present nurse's and doctor's time that is for visits."""
    staffing = scenario.staffing
    return staffing.nurse_direct_share * (1 - staffing.nurse_telephone_share), staffing.doctor_direct_share


def positions(scenario: Scenario, units: tuple[Unit, ...]) -> NDArray[np.float64]:
    """Full-time equivalents per unit and profession, shape (units, 2)."""
    factors = (scenario.staffing.nurse_fte_factor, scenario.staffing.doctor_fte_factor)
    return np.array([[unit.nurse_fte, unit.doctor_fte] for unit in units]) * factors


def staffing_profile(scenario: Scenario, calendar: Calendar) -> NDArray[np.float64]:
    """Share of normal staffing on each day, shape (days,)."""
    return _profile(scenario, calendar, "staff_share")


def demand_profile(scenario: Scenario, calendar: Calendar) -> NDArray[np.float64]:
    """Share of normal requests on each day, shape (days,)."""
    return _profile(scenario, calendar, "demand_share")


def planned_minutes(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int
) -> NDArray[np.float64]:
    """Planned visit minutes per unit, profession and day, shape (units, 2, days): at least one server."""
    at_work = positions(scenario, units)[:, :, None] * staffing_profile(scenario, calendar)[:days]
    shares = np.array(visit_shares(scenario))[None, :, None]
    return np.asarray(np.maximum(1.0, at_work * shares) * calendar.open_minutes[:days])


def servers(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int, root: int, replication: int
) -> NDArray[np.int64]:
    """Staff who see patients, per unit, profession and day, shape (units, 2, days)."""
    profile = staffing_profile(scenario, calendar)[:days]
    shares = visit_shares(scenario)
    fte = positions(scenario, units)
    number = np.arange(days)
    present = np.empty((len(units), 2, days), dtype=np.int64)
    for u, unit in enumerate(units):
        for p, profession in enumerate(PROFESSIONS):
            draws = generator(root, replication, "absence", unit.key, profession)
            phases = draws.random(2)
            planned = np.floor(fte[u, p] * profile + _dither(phases[0], number // 7)).astype(np.int64)
            heads = planned - _sick_heads(planned, scenario, draws)
            at_visits = np.floor(heads * shares[p] + _dither(phases[1], number))
            present[u, p] = np.maximum(1, at_visits)
    return np.asarray(present * (calendar.open_minutes[:days] > 0))


def _dither(phase: float, number: NDArray[np.int64]) -> NDArray[np.float64]:
    """A low-discrepancy sequence in [0, 1): rounding down after adding it keeps the mean."""
    return np.asarray((phase + number * GOLDEN) % 1.0)


def _sick_heads(
    planned: NDArray[np.int64], scenario: Scenario, draws: np.random.Generator
) -> NDArray[np.int64]:
    """How many of the planned heads are away sick, shape (days,).

    Each head falls ill and gets well as a two-state Markov chain over calendar days, started in its
    stationary state; draws are per head first, so that one more head leaves the others' spells alone.
    """
    share = scenario.staffing.sick_absence_share
    recovers = 1.0 / scenario.staffing.sick_spell_days_mean
    chance = draws.random((max(1, int(planned.max())), planned.size))
    return np.asarray(_absent(planned, chance, share, min(1.0, share / (1.0 - share) * recovers), recovers))


@nb.njit(cache=True)
def _absent(planned, chance, share, falls_ill, recovers):  # type: ignore[no-untyped-def]  # numba infers
    heads, days = chance.shape
    absent = np.zeros(days, dtype=np.int64)
    for head in range(heads):
        sick = chance[head, 0] < share
        for day in range(days):
            if day > 0:
                sick = chance[head, day] >= recovers if sick else chance[head, day] < falls_ill
            if sick and head < planned[day]:
                absent[day] += 1
    return absent


def _profile(scenario: Scenario, calendar: Calendar, field: str) -> NDArray[np.float64]:
    by_week = np.ones(54)
    for week in range(1, 54):
        period = scenario.staffing.period(week)
        by_week[week] = getattr(period, field) if period is not None else 1.0
    return np.asarray(by_week[calendar.iso_week])
