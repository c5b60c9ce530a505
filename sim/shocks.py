"""Shocks: weeks in which some units produce less, and what other patients bring forward to before them.

Their dates are known in advance, so that bookings respect the smaller plan. Nothing here is drawn: sick
leave, requests and rounding are those of the same replication without the shock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.register import Unit
from scenarios.schema import Scenario, Shock
from sim.calendar import Calendar


def production_kept(
    scenario: Scenario, units: tuple[Unit, ...], calendar: Calendar, days: int
) -> NDArray[np.float64]:
    """Share of its normal production that each unit keeps on each day, shape (units, days)."""
    kept = np.ones((len(units), days))
    for shock in _in_order(scenario):
        first = _first_day(shock, calendar)
        weeks = slice(max(0, first), max(0, first + shock.weeks * 7))
        kept[_met(shock, units), weeks] *= 1 - shock.production_lost_share
    return kept


def after_shocks(scenario: Scenario, calendar: Calendar) -> int:
    """Index of the first day after all shocks, 0 without any; not beyond the calendar."""
    ends = (_first_day(shock, calendar) + shock.weeks * 7 for shock in scenario.shocks.values())
    return min(calendar.size, max(ends, default=0))


def moved_ahead(
    scenario: Scenario,
    units: tuple[Unit, ...],
    calendar: Calendar,
    booked: NDArray[np.int32],
    lead_days: float,
) -> NDArray[np.int32]:
    """Booked requests per unit, profession and day once part of them has been brought forward, same shape.

    Requests come `lead_days` before the day they wish, here in whole weeks: so long before a shock lies the
    stretch whose requests wish its weeks. `moved_ahead_share` of them come in the `moved_ahead_weeks` before
    that stretch instead, the weeks in turn, on the same weekday or the nearest open day before. None comes
    before the first simulated day, and none is moved twice.
    """
    staying, moved = booked.copy(), np.zeros_like(booked)
    before, professions = _open_before(calendar), np.arange(2)
    for shock in _in_order(scenario):
        begins = _first_day(shock, calendar) - 7 * round(lead_days / 7)
        stretch = np.arange(max(0, begins), min(booked.shape[2], begins + shock.weeks * 7))
        weeks = min(shock.moved_ahead_weeks, begins // 7)
        if weeks < 1 or stretch.size == 0:
            continue
        met = _met(shock, units)
        here = np.ix_(met, professions, stretch)
        so_far = np.floor(staying[here].cumsum(axis=2) * shock.moved_ahead_share + 0.5).astype(np.int64)
        staying[here] -= np.diff(so_far, axis=2, prepend=0)
        for week in range(weeks):
            same_weekday = begins - 7 * (week + 1) + (stretch - begins) % 7
            its_turn = np.diff((so_far + week) // weeks, axis=2, prepend=0)
            np.add.at(moved, np.ix_(met, professions, before[same_weekday]), its_turn)
    return staying + moved


def _in_order(scenario: Scenario) -> list[Shock]:
    """The shocks by date, then name."""
    named = sorted(scenario.shocks.items(), key=lambda item: (item[1].start_date, item[0]))
    return [shock for _, shock in named]


def _first_day(shock: Shock, calendar: Calendar) -> int:
    """Index of the shock's first day, from the start of the warm-up; may lie before it."""
    return calendar.day_of(shock.start_date) + calendar.offset


def _met(shock: Shock, units: tuple[Unit, ...]) -> NDArray[np.int64]:
    """Indices of the units that a shock meets."""
    return np.flatnonzero([shock.meets(unit) for unit in units])


def _open_before(calendar: Calendar) -> NDArray[np.int64]:
    """Index of the last open day at or before each day; the first open day where there is none before."""
    is_open = calendar.open_minutes > 0
    last = np.maximum.accumulate(np.where(is_open, np.arange(is_open.size), -1))
    return np.where(last < 0, calendar.next_open[0], last)
