"""Which days a visit may be given: the order of preference around a due date, and the clinic-day policy.

A day-choice policy is a plain function in `DAY_CHOICES` that keeps the acceptable days of a list, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from scenarios.schema import WEEKDAYS, Scenario
from sim.calendar import Calendar

Acceptable = Callable[[Iterable[int]], Iterable[int]]


def nearest_day(due: int, early: int, late: int, limit: int) -> Iterator[int]:
    """The due day, then days ever further from it inside the window, then late ones up to the limit."""
    yield due
    for distance in range(1, max(early, late) + 1):
        if distance <= early:
            yield due - distance
        if distance <= late:
            yield due + distance
    yield from range(due + late + 1, due + limit + 1)


def acceptable_days(scenario: Scenario, calendar: Calendar) -> Acceptable:
    """The scenario's day-choice policy as a filter of days."""
    weekday = WEEKDAYS.index(scenario.booking.clinic_weekday)
    choose = DAY_CHOICES[scenario.booking.day_choice]
    return lambda days: choose(days, weekday, calendar)


def _any_day(days: Iterable[int], weekday: int, calendar: Calendar) -> Iterable[int]:
    return days


def _clinic_day(days: Iterable[int], weekday: int, calendar: Calendar) -> Iterator[int]:
    """Only the fixed weekday, or the next open day where that one is closed."""
    for day in days:
        fixed = day - (day - weekday) % 7
        if day == calendar.first_open(fixed):
            yield day


DAY_CHOICES = {"nearest_day": _any_day, "clinic_day": _clinic_day}
