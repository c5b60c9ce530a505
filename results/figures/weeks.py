"""The week axis: months and years below, weeks of low staffing marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from results import low_staff
from results.figures.lettering import shorten
from results.figures.style import SMALL
from results.figures.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STEPS = (1, 2, 3, 6, 12, 24, 60)  # months between ticks
MOST_TICKS = 14
NAMES = 1.3  # inches for the names of the periods


def date_ticks(subject: Subject, first: int = 1) -> list[tuple[int, str]]:
    """Weeks from `first` on that get a tick, those that begin a month: `Mar`, once a year with the year below."""
    starts = []
    for week in range(first, subject.weeks + 1):
        day = subject.monday(week)
        if day.day <= 7:
            starts.append((week, day))
    step = next((s for s in STEPS if len(starts) / s <= MOST_TICKS), STEPS[-1])
    found, told = [], None
    for week, day in starts:
        if (12 * day.year + day.month - 1) % step == 0:
            found.append((week, MONTHS[day.month - 1] + (f"\n{day.year}" if day.year != told else "")))
            told = day.year
    return found


def week_axis(axes: Axes, subject: Subject, first: int = 1) -> None:
    """Dates below a figure whose x is the week's number, from `first` on."""
    ticks = date_ticks(subject, first)
    axes.set_xlim(first - 0.5, subject.weeks + 0.5)
    axes.set_xticks([week for week, _ in ticks], [label for _, label in ticks])
    axes.set_xlabel("Week, by the month in which it begins")


def low_staff_weeks(subject: Subject) -> tuple[list[tuple[int, int]], str]:
    """Stretches of weeks with few at work (first, last), and the names of their periods."""
    stretches, names = low_staff.low_staff_weeks(subject.resolved)
    listed = ", ".join(name.replace("-", " ").capitalize() for name in names)
    return stretches, shorten(listed, NAMES, SMALL)
