"""A measure week by week: its mean as a line, and a band about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.marks import MARKS
from results.figures.lettering import shorten, width
from results.figures.style import SHADE, SMALL, in_style
from results.report.document import Figure, Table, Text
from results.report.figures.axes import EDGE, box, legend, legend_height, number_ticks, sheet, span
from results.report.figures.marks import Series
from results.report.figures.svg import svg
from results.report.language import LOCALES, Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

TALL = 2.5  # inches
MONTHS = (1, 2, 3, 6, 12, 24, 60)  # between ticks
MOST_TICKS = 12


def week_band(
    say: Language,
    *,
    id: str,
    title: Text,
    description: Text,
    series: Sequence[Series],
    start: dt.date,
    shaded: Sequence[tuple[int, int]],
    axis: str,
    data: Table,
    notes: tuple[Text, ...] = (),
) -> Figure:
    """A line and a band per series; week 1 begins on `start`, stretches of weeks (first, last) are shaded."""
    with in_style():
        drawing = draw(say, series, start, shaded, axis)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    return Figure(id, title, description, drawn, data, notes)


def draw(
    say: Language, series: Sequence[Series], start: dt.date, shaded: Sequence[tuple[int, int]], axis: str
) -> Drawing:
    """The drawing, `in_style`."""
    ends = span((float(v) for each in series for v in (*each.mean, *each.low, *each.high)), zero=True)
    ticks, written = number_ticks(say, *ends)
    keys = tuple(each.label for each in series)
    numbers = max(width(text, SMALL) for text in written)
    page = sheet(TALL, left=0.45 + numbers, right=3 * EDGE, top=legend_height(keys, lines=True))
    looks = [MARKS[number % len(MARKS)] for number in range(len(series))]
    legend(page, keys, looks, lines=True)
    axes = box(page)
    weeks = max((each.mean.size for each in series), default=1)
    for first, last in shaded:
        axes.axvspan(first - 0.5, min(last, weeks) + 0.5, facecolor=SHADE, linewidth=0, zorder=0)
    for each, look in zip(series, looks, strict=True):
        week = np.arange(1, each.mean.size + 1)
        axes.fill_between(week, each.low, each.high, facecolor=look.colour, alpha=0.15, linewidth=0)
        axes.plot(week, each.mean, **look.line(linewidth=1.6, zorder=3))
    axes.set_ylim(*ends)
    axes.set_yticks(ticks, written)
    axes.set_ylabel(shorten(axis, TALL, SMALL), fontsize=SMALL)
    axes.grid(axis="y")
    _weeks(axes, say, start, weeks)
    return page.figure


def _weeks(axes: Axes, say: Language, start: dt.date, weeks: int) -> None:
    ticks = month_ticks(say, start, weeks)
    axes.set_xlim(0.5, weeks + 0.5)
    axes.set_xticks([week for week, _ in ticks], [label for _, label in ticks])


def month_ticks(say: Language, start: dt.date, weeks: int) -> list[tuple[int, str]]:
    """Weeks that begin a month, with its name, the year below where it changes; as many as have room."""
    from babel.dates import format_date

    days = [(week, start + dt.timedelta(weeks=week - 1)) for week in range(1, weeks + 1)]
    starts = [(week, day) for week, day in days if day.day <= 7]
    step = next((step for step in MONTHS if len(starts) / step <= MOST_TICKS), MONTHS[-1])
    found, told = [], None
    for week, day in starts:
        if (12 * day.year + day.month - 1) % step == 0:
            name = format_date(day, "LLL", locale=LOCALES[say.code])
            found.append((week, name + (f"\n{day.year}" if day.year != told else "")))
            told = day.year
    return found
