"""Which days visits are given: the clinic-day policy.

A day-choice policy is a plain function in `DAY_CHOICES`: whether a day is acceptable, for every day of the calendar.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.schema import WEEKDAYS, Scenario
from sim.calendar import Calendar


def bookable_days(scenario: Scenario, calendar: Calendar) -> NDArray[np.bool_]:
    """Whether visits are given on a day: open, and acceptable to the scenario's policy; shape (days,)."""
    weekday = WEEKDAYS.index(scenario.booking.clinic_weekday)
    choose = DAY_CHOICES[scenario.booking.day_choice]
    return (calendar.open_minutes > 0) & choose(weekday, calendar)


def _any_day(weekday: int, calendar: Calendar) -> NDArray[np.bool_]:
    return np.ones(calendar.size, dtype=np.bool_)


def _clinic_day(weekday: int, calendar: Calendar) -> NDArray[np.bool_]:
    """Only the fixed weekday, or the next open day where that one is closed."""
    days = range(-calendar.offset, calendar.size - calendar.offset)
    return np.array([day == calendar.first_open(day - (day - weekday) % 7) for day in days])


DAY_CHOICES = {"nearest_day": _any_day, "clinic_day": _clinic_day}
