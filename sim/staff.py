"""Who is at work: from positions in the register to staff who can see a patient on a given day.

Heads at work are FTE × the week's profile, rounded with a dither that keeps the mean; sick heads are
away in spells; servers are heads present × share of time for visits × what a shock leaves of production,
dithered likewise, at least one.
Bookings are made against the plan, which does not know who will be sick. Chances of sickness stand in the unit's
keyed stream at the place of head and day, so that neither one head more nor a longer horizon changes another's.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.calendar import Calendar
from sim.network import closures
from sim.randomness import keys, uniforms, uniforms_of
from sim.shocks import production_kept

NURSE, DOCTOR = 0, 1
PROFESSIONS = ("nurse", "doctor")
GOLDEN = (5**0.5 - 1) / 2
_DITHER = 0  # purpose of a keyed draw; head h of a unit and profession draws at purpose h + 1


def visit_shares(scenario: Scenario) -> tuple[float, float]:
    """Share of a present nurse's and doctor's time that is for visits."""
    staffing = scenario.staffing
    return staffing.nurse_direct_share * (1 - staffing.nurse_telephone_share), staffing.doctor_direct_share


def positions(scenario: Scenario, units: tuple[Unit, ...]) -> NDArray[np.float64]:
    """Full-time equivalents per unit and profession, shape (units, 2)."""
    factors = (scenario.staffing.nurse_fte_factor, scenario.staffing.doctor_fte_factor)
    return np.array([[unit.nurse_fte, unit.doctor_fte] for unit in units]) * factors


def positions_by_day(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int
) -> NDArray[np.float64]:
    """The same on each day, shape (units, 2, days), with those who have come from a unit while it is closed."""
    own = positions(scenario, units)
    found = np.repeat(own[:, :, None], days, axis=2)
    for closure in closures(scenario, units, calendar, days):
        moved = closure.change.staff_moves_share * own[closure.unit]
        found[closure.taker][:, closure.closed] += moved[:, None]
    return found


def staffing_profile(scenario: Scenario, calendar: Calendar) -> NDArray[np.float64]:
    """Share of normal staffing on each day, shape (days,)."""
    return _profile(scenario, calendar, "staff_share")


def demand_profile(scenario: Scenario, calendar: Calendar) -> NDArray[np.float64]:
    """Share of normal requests on each day, shape (days,)."""
    return _profile(scenario, calendar, "demand_share")


def planned_minutes(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int
) -> NDArray[np.float64]:
    """Planned visit minutes per unit, profession and day, shape (units, 2, days): at least one server.

    A unit has none until it opens. One that will close plans on as if it stayed: until then it books as ever.
    """
    planned = positions_by_day(scenario, units, calendar, days)
    planned *= staffing_profile(scenario, calendar)[:days]
    planned *= np.array(visit_shares(scenario))[:, None]
    planned *= production_kept(scenario, units, calendar, days)[:, None, :]
    np.maximum(planned, 1.0, out=planned)
    planned *= calendar.open_minutes[:days]
    for closure in closures(scenario, units, calendar, days):
        if closure.change.opens:
            planned[closure.unit][:, closure.closed] = 0.0
    return planned


def servers(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int, root: int, replication: int
) -> NDArray[np.int64]:
    """Staff who see patients, per unit, profession and day, shape (units, 2, days)."""
    fte = positions_by_day(scenario, units, calendar, days)
    streams = keys(root, replication, [("absence", unit.key, each) for unit in units for each in PROFESSIONS])
    phases = uniforms_of(streams, 0, _DITHER).reshape(-1, 2, 4)
    number = np.arange(days) - calendar.offset
    by_week, by_day = _dither(phases[:, :, :1], number // 7), _dither(phases[:, :, 1:2], number)
    planned = np.floor(fte * staffing_profile(scenario, calendar)[:days] + by_week).astype(np.int64)
    heads = planned - _sick_heads(planned, scenario, streams.reshape(-1, 2), -calendar.offset)
    shares = np.array(visit_shares(scenario))[:, None]
    kept = production_kept(scenario, units, calendar, days)[:, None, :]
    present = np.maximum(1, np.floor(heads * shares * kept + by_day).astype(np.int64))
    for closure in closures(scenario, units, calendar, days):
        present[closure.unit][:, closure.closed] = 0
    return np.asarray(present * (calendar.open_minutes[:days] > 0))


def _dither(phase: NDArray[np.float64], number: NDArray[np.int64]) -> NDArray[np.float64]:
    """A low-discrepancy sequence in [0, 1): rounding down after adding it keeps the mean."""
    place = phase + number * GOLDEN
    place -= np.floor(place)
    return place


def _sick_heads(
    planned: NDArray[np.int64], scenario: Scenario, streams: NDArray[np.int64], first_day: int
) -> NDArray[np.int64]:
    """How many of the `planned` heads (u, p, days) are away sick on each day from `first_day`, same shape.

    Each head falls ill and gets well as a two-state Markov chain over calendar days, started in its
    stationary state. `streams` (u, p) are the keys of their chances.
    """
    share = scenario.staffing.sick_absence_share
    recovers = 1.0 / scenario.staffing.sick_spell_days_mean
    falls_ill = min(1.0, share / (1.0 - share) * recovers)
    return np.asarray(_absent(planned, streams, first_day, share, falls_ill, recovers))


@nb.njit(cache=True)
def _absent(planned, streams, first_day, share, falls_ill, recovers):  # type: ignore[no-untyped-def]  # numba infers
    """Sick is who has the lower chances, whether well or sick the day before: a larger share only adds sick days.

    Chances stand four to a place, so the first place may begin before `first_day`.
    """
    absent = np.zeros_like(planned)
    skipped = first_day % 4
    chances = np.empty(((skipped + planned.shape[2] + 3) // 4, 4))
    by_day = chances.ravel()[skipped:]
    for u, p in np.ndindex(streams.shape):
        heads, away = planned[u, p], absent[u, p]
        for head in range(heads.max()):
            for i in range(len(chances)):
                chances[i, 0], chances[i, 1], chances[i, 2], chances[i, 3] = uniforms(
                    streams[u, p], first_day // 4 + i, head + 1
                )
            sick_below = share
            for i in range(heads.size):
                if by_day[i] < sick_below:
                    sick_below = 1.0 - recovers
                    if head < heads[i]:
                        away[i] += 1
                else:
                    sick_below = falls_ill
    return absent


def _profile(scenario: Scenario, calendar: Calendar, field: str) -> NDArray[np.float64]:
    by_week = np.ones(54)
    for week in range(1, 54):
        period = scenario.staffing.period(week)
        by_week[week] = getattr(period, field) if period is not None else 1.0
    return np.asarray(by_week[calendar.iso_week])
