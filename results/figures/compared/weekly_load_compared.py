"""Nurse hours that transferred care takes week by week, the scenarios over each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.marks import MARKS
from results.figures.compared.subjects import Subjects
from results.figures.lettering import shorten, spread
from results.figures.page import MARGIN, WIDTH, Page, empty_page, make_page
from results.figures.style import GUIDE, QUIET, SHADE, SMALL, count, level
from results.figures.subject import Floats, Subject, joined
from results.figures.weeks import low_staff_weeks, week_axis
from results.low_staff import LOW_STAFF_SHARE
from results.windows import first_planned_transfer, last_planned_transfer

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Nurse hours that transferred care takes each week, scenario by scenario"
SIDE = 1.9  # inches for the scenarios' names
LABEL = 0.34  # inches, the height of a name and its number
BELOW = 0.12  # inches between strips and panel
STRIP = 0.17  # inches for each scenario's time of transfer
ABOVE = 0.22  # inches for what the strips are


def draw(subjects: Subjects) -> Figure:
    """Mean over replications as a line, 5th to 95th percentile as a band; when patients move above."""
    hours = [s.nurse_minutes("transferred_minutes").sum(axis=2) / 60 for s in subjects.every]
    if not any(week.any() for week in hours):
        return empty_page(subjects, TITLE, "Transferred care takes no nurse time in any of these runs.")
    moving = [n for n, subject in enumerate(subjects.every) if subject.resolved.scenario.transfer.enabled]
    strips = ABOVE + STRIP * len(moving) + BELOW
    notes = [
        f"{subjects.about_run()} {subjects.about_window()}",
        f"{_lines_note(subjects)} At the side mean hours a week in the window. Desk work on referrals and renewals "
        f"included; travel and telephone not. {_low_staff_note(subjects)}".rstrip(),
        subjects.about_patients(),
    ]
    page = make_page(
        subjects, TITLE, _finding(subjects, hours), notes, body=4.1 + strips, left=0.6, right=SIDE
    )
    axes = page.axes(page.left, page.bottom, page.width, page.height - strips)
    _lines(axes, subjects, hours)
    handles = _low_staff(axes, subjects.baseline)
    week_axis(axes, subjects.baseline)
    axes.set_ylim(0, 1.08 * max(float(np.quantile(week, 0.95, axis=0).max()) for week in hours))
    axes.set_ylabel("Nurse hours a week")
    axes.grid(axis="y")
    _names(page, axes, subjects, hours)
    _transfers(page, subjects, moving)
    if handles:
        page.legend(handles)
    return page.figure


def _lines(axes: Axes, subjects: Subjects, hours: Sequence[Floats]) -> None:
    """A line and a band per scenario."""
    weeks = np.arange(1, hours[0].shape[1] + 1)
    for week, mark in zip(hours, MARKS, strict=False):
        axes.plot(weeks, week.mean(axis=0), **mark.line(linewidth=1.8, zorder=3))
        if subjects.replications > 1:
            low, high = np.quantile(week, (0.05, 0.95), axis=0)
            axes.fill_between(weeks, low, high, facecolor=mark.colour, alpha=0.13, linewidth=0)
            for edge in (low, high):
                axes.plot(weeks, edge, **mark.line(linewidth=0.5, zorder=2))


def _low_staff(axes: Axes, subject: Subject) -> list[Artist]:
    from matplotlib.patches import Patch

    stretches, names = low_staff_weeks(subject)
    for first, last in stretches:
        axes.axvspan(first - 0.5, last + 0.5, facecolor=SHADE, linewidth=0, zorder=0)
    if not stretches:
        return []
    label = f"staff at {level(LOW_STAFF_SHARE)} of normal or less ({names})"
    return [Patch(facecolor=SHADE, edgecolor=GUIDE, linewidth=0.4, label=label)]


def _lines_note(subjects: Subjects) -> str:
    if subjects.replications == 1:
        return "Lines: the one replication of each."
    return "Lines: means over replications; tinted: 5th to 95th percentile."


def _low_staff_note(subjects: Subjects) -> str:
    """Whether the shaded weeks are those of every scenario."""
    shaded = low_staff_weeks(subjects.baseline)[0]
    others = [
        label
        for label, subject in zip(subjects.labels, subjects.every, strict=True)
        if low_staff_weeks(subject)[0] != shaded
    ]
    return f"Low staffing as in the baseline; other weeks in {joined(others)}." if others else ""


def _inside(subjects: Subjects, week: Floats) -> float:
    """Mean hours a week in the window."""
    window = subjects.baseline.window
    return float(week.mean(axis=0)[window.first // 7 : window.end // 7].mean())


def _names(page: Page, axes: Axes, subjects: Subjects, hours: Sequence[Floats]) -> None:
    """Each scenario's name and mean at the side, tied to the end of its line."""
    top = axes.get_ylim()[1]
    high = axes.get_position().height * page.figure.get_size_inches()[1]
    ends = [page.bottom + high * min(1.0, float(week[:, -4:].mean()) / top) for week in hours]
    order = sorted(range(len(ends)), key=lambda n: (ends[n], n))
    places = spread([ends[n] for n in order], LABEL, page.bottom + 0.05, page.bottom + high)
    left, room = page.right + 0.45, WIDTH - MARGIN - page.right - 0.45
    for number, place in zip(order, places, strict=True):
        page.tie((page.right + 0.02, ends[number]), (page.right + 0.1, place))
        page.line((page.right + 0.1, place), (page.right + 0.4, place), **MARKS[number].line(linewidth=1.8))
        page.write(left, place + 0.01, shorten(subjects.labels[number], room, SMALL))
        page.write(left, place - 0.14, f"{count(_inside(subjects, hours[number]))} hours", colour=QUIET)


def _transfers(page: Page, subjects: Subjects, moving: Sequence[int]) -> None:
    """Above the panel: from when to when each scenario plans to move the patients there are."""
    if not moving:
        return
    page.write(page.left, page.top - 0.12, "Planned transfer of the patients there are", colour=QUIET)
    for line, number in enumerate(moving):
        y = page.top - ABOVE - STRIP * (line + 0.5)
        resolved = subjects.every[number].resolved
        first, last = first_planned_transfer(resolved), last_planned_transfer(resolved)
        assert first is not None
        assert last is not None
        days = subjects.baseline.weeks * 7
        start, end = (page.left + page.width * min(day, days) / days for day in (first, last))
        page.line((start, y), (end, y), **MARKS[number].line(linewidth=3))
        page.line((start, y), (start, y), **MARKS[number].point(markersize=5))
        page.line((end, y), (end, y), **MARKS[number].point(markersize=5))


def _finding(subjects: Subjects, hours: Sequence[Floats]) -> str:
    """Hours a week in the window, and each scenario's highest mean week."""
    told = []
    for label, subject, week in zip(subjects.labels, subjects.every, hours, strict=True):
        if week.any():
            mean = week.mean(axis=0)
            peak = int(mean.argmax())
            told.append(f"{label} {count(float(mean[peak]))} hours, from {subject.monday(peak + 1)}")
    return f"Highest mean week: {'; '.join(told)}."
