"""The stretches of time over which measures are taken.

`yearK` is weeks 52(K-1)+1 … 52K. `steady` is the last 52 weeks, and exists only if it begins at least 26
weeks after the last planned transfer. Money also has calendar years, not annualised. The warm-up lies in no
window: it is left out by a filter on records, never by a reset.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.load import Resolved
from scenarios.schema import Scenario

YEAR_DAYS = 364
SETTLING_DAYS = 26 * 7
MEAN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Window:
    """Days `first` up to but not including `end`.

    `per_year` turns a sum over the window into a yearly figure: 365.25 ÷ days, or 1 for a calendar year, which
    is never annualised; `part_year` marks a calendar year of which only a part lies in the horizon.
    """

    name: str
    first: int
    end: int
    calendar: bool = False
    part_year: bool = False

    @property
    def days(self) -> int:
        """Length in days."""
        return self.end - self.first

    @property
    def per_year(self) -> float:
        """Factor from a sum over the window to a yearly figure."""
        return 1.0 if self.calendar else MEAN_YEAR / self.days


def first_planned_transfer(resolved: Resolved) -> int | None:
    """The day of the first planned transfer; None without transfer."""
    scenario, transfer = resolved.scenario, resolved.scenario.transfer
    if not transfer.enabled:
        return None
    if resolved.plan is not None:
        return min(((row.week - 1) * 7 for row in resolved.plan if row.patients), default=0)
    waves = transfer.waves.values() if transfer.ramp == "waves" else ()
    return min(
        (_first_day(scenario, w.start_date) for w in waves), default=_first_day(scenario, transfer.start_date)
    )


def last_planned_transfer(resolved: Resolved) -> int | None:
    """The day of the last planned transfer of a patient under treatment at day zero; None without transfer."""
    scenario, transfer = resolved.scenario, resolved.scenario.transfer
    if not transfer.enabled:
        return None
    if resolved.plan is not None:
        weeks = (row.week for row in resolved.plan if row.patients)
        return max((week * 7 for week in weeks if week * 7 <= scenario.horizon_days), default=0)
    start = _first_day(scenario, transfer.start_date)
    if transfer.ramp == "evenly":
        return start + transfer.ramp_weeks * 7
    if transfer.ramp == "waves":
        return max(_first_day(scenario, w.start_date) + w.ramp_weeks * 7 for w in transfer.waves.values())
    if transfer.ramp == "next_due":
        return start + max(stream.interval_days for stream in scenario.streams.values())
    return start


def _first_day(scenario: Scenario, date: dt.date) -> int:
    """The day on which what has a start date begins: not before day zero."""
    return max(0, (date - scenario.start_date).days)


def steady_window(resolved: Resolved) -> Window | None:
    """The last 52 weeks, if they begin at least 26 weeks after the last planned transfer."""
    end = resolved.scenario.horizon_days
    last = last_planned_transfer(resolved)
    if last is not None and end - YEAR_DAYS < last + SETTLING_DAYS:
        return None
    return Window("steady", end - YEAR_DAYS, end)


def years_for_steady(resolved: Resolved) -> int:
    """The smallest `--years` that would give a steady window."""
    last = last_planned_transfer(resolved)
    return 1 if last is None else -(-(last + SETTLING_DAYS) // YEAR_DAYS) + 1


def year_windows(resolved: Resolved) -> tuple[Window, ...]:
    """`year1` … and `steady` where it exists: the windows of every measure."""
    years = resolved.scenario.horizon_years
    found = [Window(f"year{k + 1}", k * YEAR_DAYS, (k + 1) * YEAR_DAYS) for k in range(years)]
    steady = steady_window(resolved)
    return (*found, steady) if steady else tuple(found)


def common_window(scenarios: Sequence[Resolved]) -> Window:
    """The window in which scenarios of one horizon are compared: steady where all have it, else the last year."""
    steady = [steady_window(scenario) for scenario in scenarios]
    if steady[0] is not None and all(steady):
        return steady[0]
    years = scenarios[0].scenario.horizon_years
    return year_windows(scenarios[0])[years - 1]


def calendar_windows(resolved: Resolved) -> tuple[Window, ...]:
    """Calendar years within the horizon, for money."""
    start, horizon = resolved.scenario.start_date, resolved.scenario.horizon_days
    found = []
    for year in range(start.year, (start + dt.timedelta(days=horizon - 1)).year + 1):
        first = (dt.date(year, 1, 1) - start).days
        end = (dt.date(year + 1, 1, 1) - start).days
        part = first < 0 or end > horizon
        found.append(Window(str(year), max(0, first), min(end, horizon), calendar=True, part_year=part))
    return tuple(found)
