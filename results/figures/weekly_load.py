"""Nurse hours that transferred care takes in the region, week by week, with the spread over replications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.page import empty_page, make_page
from results.figures.style import BAND, BLACK, BLUE, GUIDE, SHADE, count, level
from results.figures.subject import Floats, Subject
from results.figures.weeks import low_staff_weeks, week_axis
from results.low_staff import LOW_STAFF_SHARE
from results.windows import last_planned_transfer

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Nurse hours that transferred care takes each week, all units together"


def draw(subject: Subject) -> Figure:
    """Mean over replications as a line, 5th to 95th percentile as a band."""
    hours = subject.nurse_minutes("transferred_minutes").sum(axis=2) / 60
    if not subject.transferred:
        return empty_page(subject, TITLE, "No transferred care in this run.")
    if not hours.any():
        return empty_page(subject, TITLE, "Transferred care takes no nurse time in this run.")
    notes = [
        subject.about_run() + " " + subject.about_window(),
        "Desk work on referrals and renewals included; travel and telephone not.",
        subject.about_patients("nurse_hours_per_year"),
    ]
    page = make_page(subject, TITLE, _finding(subject, hours), notes, body=3.9, left=0.6)
    axes = page.axes(page.left, page.bottom, page.width, page.height)
    handles = [*_lines(axes, hours), *_marks(axes, subject)]
    week_axis(axes, subject)
    axes.set_ylim(0, hours.max() * 1.12 if subject.replications > 1 else hours.max() * 1.2)
    axes.set_ylabel("Nurse hours a week")
    axes.grid(axis="y")
    page.legend(handles)
    return page.figure


def _finding(subject: Subject, hours: Floats) -> str:
    mean = hours.mean(axis=0)
    inside = mean[subject.window.first // 7 : subject.window.end // 7]
    peak = int(mean.argmax())
    share = subject.resolved.scenario.staffing.nurse_direct_share
    fte = subject.measure("nurse_fte", "region", [""]).mean()
    highest = "Highest week" if subject.replications == 1 else "Highest mean week"
    return (
        f"In the window {count(inside.mean())} hours a week: {count(fte)} nurses who spend {level(share)} of "
        f"their time with patients. {highest}: {count(mean[peak])}, from {subject.monday(peak + 1)}."
    )


def _lines(axes: Axes, hours: Floats) -> list[Artist]:
    from matplotlib.patches import Patch

    weeks = np.arange(1, hours.shape[1] + 1)
    (line,) = axes.plot(weeks, hours.mean(axis=0), color=BLACK, linewidth=1.6, label="mean over replications")
    if hours.shape[0] == 1:
        line.set_label("the one replication")
        return [line]
    low, high = np.quantile(hours, (0.05, 0.95), axis=0)
    axes.fill_between(weeks, low, high, facecolor=BAND, linewidth=0)
    for edge in (low, high):
        axes.plot(weeks, edge, color=BLUE, linewidth=0.6)
    band = Patch(facecolor=BAND, edgecolor=BLUE, linewidth=0.6, label="5th–95th percentile over replications")
    return [line, band]


def _marks(axes: Axes, subject: Subject) -> list[Artist]:
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    stretches, names = low_staff_weeks(subject)
    for first, last in stretches:
        axes.axvspan(first - 0.5, last + 0.5, facecolor=SHADE, linewidth=0, zorder=0)
    if stretches:
        label = f"staff at {level(LOW_STAFF_SHARE)} of normal or less ({names})"
        handles.append(Patch(facecolor=SHADE, edgecolor=GUIDE, linewidth=0.4, label=label))
    last_day = last_planned_transfer(subject.resolved)
    if last_day is not None and 0 < last_day < subject.weeks * 7:
        week = last_day / 7 + 0.5
        handles.append(
            axes.axvline(week, color=GUIDE, linewidth=1, linestyle=(0, (4, 3)), label="last planned transfer")
        )
    return handles
