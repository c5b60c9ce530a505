"""Which days the units are open, and for how long.

Days count from day zero (`start_date`, a Monday); arrays run from the first day of the warm-up, so the
index of a day is `day + offset`. Closed are weekends without hours, Swedish public holidays and the
de-facto holidays Midsummer Eve, Christmas Eve and New Year's Eve; half days and klämdagar follow the
scenario. Holidays come from the `holidays` package.
"""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
from holidays.countries.sweden import Sweden
from numpy.typing import NDArray

from scenarios.schema import WEEKDAYS, Scenario

DAY = dt.timedelta(days=1)


class Calendar:
    """Opening and closing minute of every day from the start of the warm-up.

    `opens`, `closes` and `open_minutes` are minutes (0 where closed), shape (days,), int64; `iso_week`
    is 1 to 53; `next_open[i]` is the index of the first open day at or after index i, `longest_closure` the
    most days between the two.
    """

    def __init__(self, scenario: Scenario, days_after_horizon: int) -> None:
        self.start = scenario.start_date
        self.last_arrival = scenario.clinic.last_arrival_minutes
        self.offset = scenario.warm_up_days
        self.size = self.offset + scenario.horizon_days + days_after_horizon
        dates = (np.datetime64(self.start) + np.arange(self.size) - self.offset).tolist()
        hours = [_hours(date, scenario) for date in dates]
        self.opens: NDArray[np.int64] = np.array([h[0] for h in hours])
        self.closes: NDArray[np.int64] = np.array([h[1] for h in hours])
        self.open_minutes = self.closes - self.opens
        self.iso_week: NDArray[np.int64] = np.array([date.isocalendar().week for date in dates])
        self.next_open = _next_open(self.open_minutes)
        self.longest_closure = int((self.next_open - np.arange(self.size)).max(initial=0))
        self._is_open: list[bool] = (self.open_minutes > 0).tolist()
        self._next_open: list[int] = self.next_open.tolist()

    def __repr__(self) -> str:
        return f"<Calendar from {self.start - DAY * self.offset}, {int((self.open_minutes > 0).sum())} open days>"

    def is_open(self, day: int) -> bool:
        """Whether the units are open on a day."""
        return self._is_open[self._index(day)]

    def first_open(self, day: int) -> int:
        """The first open day at or after a day."""
        return self._next_open[self._index(day)] - self.offset

    def nearest_open(self, day: int, early: int, late: int) -> int:
        """The open day nearest to a day within its window, earlier first; else the first open day after."""
        for distance in range(max(early, late) + 1):
            if distance <= early and self.is_open(day - distance):
                return day - distance
            if distance <= late and self.is_open(day + distance):
                return day + distance
        return self.first_open(day)

    def receives(self, day: int, minute: int) -> bool:
        """Whether someone who comes at a minute after midnight finds the unit open with time to be seen."""
        index = self._index(day)
        return bool(self.opens[index] <= minute < self.closes[index] - self.last_arrival)

    def _index(self, day: int) -> int:
        """Place of a day in the arrays; what lies beyond them is beyond the horizon and never reached."""
        index = day + self.offset
        return index if index < self.size else self.size - 1

    def day_of(self, date: dt.date) -> int:
        """The day number of a date."""
        return (date - self.start).days


def _next_open(open_minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    following = np.where(open_minutes > 0, np.arange(open_minutes.size), open_minutes.size - 1)
    return np.minimum.accumulate(following[::-1])[::-1]


def _hours(date: dt.date, scenario: Scenario) -> tuple[int, int]:
    """Opening and closing minute of a date; (0, 0) where closed."""
    hours = scenario.calendar.opening.get(WEEKDAYS[date.weekday()])
    if hours is None or is_holiday(date):
        return 0, 0
    klamdag = scenario.calendar.klamdag if _is_klamdag(date, tuple(scenario.calendar.opening)) else "open"
    if klamdag == "closed":
        return 0, 0
    if is_half_day(date) or klamdag == "half":
        closes = min(hours.closes, scenario.calendar.half_day_closes)
        return (hours.opens, closes) if closes > hours.opens else (0, 0)
    return hours.opens, hours.closes


_YEARS = range(2020, 2101)
_CLOSED = Sweden(
    years=_YEARS, expand=False, language="en_US", include_sundays=False, categories=("public", "de_facto")
)
_BANKS = Sweden(years=_YEARS, expand=False, language="en_US", include_sundays=False, categories=("bank",))


@functools.cache
def is_holiday(date: dt.date) -> bool:
    """Whether a date is a Swedish public or de-facto holiday."""
    return date in _CLOSED


@functools.cache
def is_half_day(date: dt.date) -> bool:
    """Eves on which offices close early: Twelfth Night, Maundy Thursday, Walpurgis Eve, All Saints' Eve."""
    only_banks = _BANKS.get(date, "").startswith("Day before")
    return date in _BANKS and date not in _CLOSED and not only_banks


@functools.cache
def _is_klamdag(date: dt.date, weekdays: tuple[str, ...]) -> bool:
    """A working day with a closed day on both sides, one of them a holiday; units open on these weekdays."""
    sides = (date - DAY, date + DAY)
    shut = all(is_holiday(d) or WEEKDAYS[d.weekday()] not in weekdays for d in sides)
    return shut and any(is_holiday(d) and d.weekday() < 5 for d in sides)
