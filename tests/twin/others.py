"""Other patients: how many ask for a visit at each unit on each day.

Requests are Poisson; part of what is booked for the weeks of a shock is asked for earlier; while a unit is closed
another is asked. `calls[unit][profession][kind][day]` is a number of requests, days since the warm-up began.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scenarios.listing import take_overs
from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.randomness import generator, uniforms
from tests.twin import draws
from tests.twin.draws import BOOKED, SAME_DAY

YEAR_DAYS = 364
LARGEST_MEAN = 500.0  # of one Poisson number; a larger mean is drawn in parts

Calls = list[list[list[list[int]]]]


@dataclass(slots=True, eq=False)
class Other:
    """One other patient, who asked for a visit and waits from the day wished; `start` is a minute of the day seen."""

    kind: int
    wished: int
    arrival: int = 0
    minutes: float = 0.0
    start: float | None = None


def calls(resolved: Resolved, calendar: Calendar, seed: int, replication: int) -> Calls:
    """Draw everybody's requests until the horizon."""
    scenario, units = resolved.scenario, resolved.units
    days = calendar.offset + scenario.horizon_days
    shocks_end = (
        calendar.day_of(shock.start_date) + calendar.offset + 7 * shock.weeks
        for shock in scenario.shocks.values()
    )
    reach = min(calendar.size, max(days, *shocks_end, 0))
    shares = _shares(resolved, calendar)
    found = [
        _at_unit(resolved, unit.key, unit.listed, shares[:reach], calendar.offset, seed, replication)
        for unit in units
    ]
    _move_ahead(resolved, calendar, found)
    for closed, taker in take_overs(scenario, units).items():
        change = scenario.unit_changes[units[closed].key]
        for profession in range(2):
            for kind in (SAME_DAY, BOOKED):
                its, takers = found[closed][profession][kind], found[taker][profession][kind]
                for i in range(days):
                    if (i - calendar.offset >= calendar.day_of(change.date)) == (change.closes is not None):
                        takers[i] += its[i]
                        its[i] = 0
    return [[[kind[:days] for kind in profession] for profession in unit] for unit in found]


def _shares(resolved: Resolved, calendar: Calendar) -> list[float]:
    """Share of a year's requests on each day: the first 52 weeks hold 364 ÷ 365.25 of a year."""
    staffing = resolved.scenario.staffing
    periods = [staffing.period(week) for week in range(54)]
    demand = [1.0 if period is None else period.demand_share for period in periods]
    weights = [
        minutes * demand[week]
        for minutes, week in zip(calendar.open_minutes.tolist(), calendar.iso_week.tolist(), strict=True)
    ]
    first_year = sum(weights[calendar.offset : calendar.offset + YEAR_DAYS])
    return [weight / first_year * YEAR_DAYS / 365.25 for weight in weights]


def _at_unit(
    resolved: Resolved, unit: str, listed: int, shares: list[float], offset: int, seed: int, replication: int
) -> list[list[list[int]]]:
    """Requests at one unit, by profession, kind and day."""
    other = resolved.scenario.background
    variance = math.log1p(other.unit_load_cv**2)
    normal = generator(seed, replication, "load", unit).standard_normal()
    load = math.exp(math.sqrt(variance) * normal - variance / 2)
    per_year = listed * other.visits_per_listed_per_year * other.load_factor * load
    professions = (1 - other.doctor_share, other.doctor_share)
    mix = [p * k for p in professions for k in (other.same_day_share, 1 - other.same_day_share)]
    stream = draws.key(seed, replication, "requests", unit)
    found: list[list[list[int]]] = [[[], []], [[], []]]
    for day, share in enumerate(shares, start=-offset):
        parts = 1 + int(per_year * share * max(mix) / LARGEST_MEAN)
        chances = [uniforms(stream, day, part) for part in range(parts)]
        for place in range(4):
            mean = per_year * share * mix[place] / parts
            number = sum(draws.poisson(mean, chance[place]) for chance in chances)
            found[place // 2][place % 2].append(number)
    return found


def _move_ahead(resolved: Resolved, calendar: Calendar, found: Calls) -> None:
    """Let booked requests that would wish a day of a shock come in the weeks before, the weeks in turn."""
    scenario = resolved.scenario
    points = draws.lead_days(scenario.background.lead_days_mean, scenario.booking.diary_horizon_weeks * 7)
    lead_weeks = round(sum(points) / len(points) / 7)
    shocks = sorted(scenario.shocks.items(), key=lambda named: (named[1].start_date, named[0]))
    for unit, its in zip(resolved.units, found, strict=True):
        for profession in its:
            asked = profession[BOOKED]
            moved = [0] * len(asked)
            for _, shock in shocks:
                begins = calendar.day_of(shock.start_date) + calendar.offset - 7 * lead_weeks
                weeks = min(shock.moved_ahead_weeks, begins // 7)
                if not shock.meets(unit) or weeks < 1:
                    continue
                so_far = movers = 0
                for day in range(begins, min(len(asked), begins + 7 * shock.weeks)):
                    so_far += asked[day]
                    while movers < math.floor(so_far * shock.moved_ahead_share + 0.5):
                        movers += 1
                        week = -movers % weeks
                        asked[day] -= 1
                        moved[_open_before(calendar, begins - 7 * (week + 1) + (day - begins) % 7)] += 1
            profession[BOOKED] = [stay + come for stay, come in zip(asked, moved, strict=True)]


def _open_before(calendar: Calendar, i: int) -> int:
    """The last open day at or before a day; the first of all if there is none."""
    return next((j for j in range(i, -1, -1) if calendar.open_minutes[j] > 0), int(calendar.next_open[0]))
