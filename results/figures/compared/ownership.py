"""Public against private units, scenario by scenario: do they carry, cost and manage alike?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from results.figures.compared.marks import label_lines
from results.figures.compared.subjects import CHANCE, Subjects
from results.figures.lettering import wrap
from results.figures.page import MARGIN, empty_page, make_page
from results.figures.style import BLUE, SMALL, VERMILLION, level, percent
from results.figures.subject import Floats, Subject, joined
from results.statistics import Summary, summarise
from results.summary.figures import of_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Närhälsan against private units, scenario by scenario"
OWNERS: dict[str, dict[str, Any]] = {
    "public": {"color": BLUE, "marker": "o"},
    "private": {"color": VERMILLION, "marker": "D", "markerfacecolor": "white"},
}
SAID = {"public": "Närhälsan (public)", "private": "private"}
LEFT = 1.75  # inches for the scenarios' names
ROW = 0.8  # inches per scenario
HEADING = 0.5
BETWEEN = 0.28
APART = 0.17  # of a row, from its middle to either mark


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared, in words, and how its values are read and written."""

    says: str
    unit: str
    of: Callable[[Subject, str], Floats]  # shape (replications,)
    write: Callable[[float], str]
    tick: Callable[[float], str]


def draw(subjects: Subjects) -> Figure:
    """A panel per measure, a row per scenario, and in it public above private with 95 % intervals."""
    from matplotlib.lines import Line2D

    owners = [o for o in OWNERS if all(_listed(subject, o) for subject in subjects.every)]
    if len(owners) < 2:
        return empty_page(
            subjects, TITLE, f"All units are {''.join(owners) or 'of one kind'}: nothing to compare."
        )
    rows = len(subjects.every)
    notes = [
        f"{subjects.about_run()} {subjects.about_window()}",
        f"Means over replications; whiskers are 95 % intervals of each mean (Student’s t). {CHANCE} On time: doses of "
        "patients listed at or served by those units, wherever given. Cost with readiness, without drugs.",
        _register_note(subjects),
        subjects.about_patients(),
    ]
    page = make_page(
        subjects, TITLE, _finding(subjects), notes, body=ROW * rows + HEADING, left=LEFT - MARGIN, axis=0.35
    )
    wide = (page.width - BETWEEN * (len(MEASURES) - 1)) / len(MEASURES)
    for number, measure in enumerate(MEASURES):
        left = page.left + number * (wide + BETWEEN)
        axes = page.axes(left, page.bottom, wide, page.height - HEADING)
        for line, text in enumerate(reversed(wrap(measure.says, wide, SMALL + 0.5, "bold", lines=2))):
            page.write(left, page.top - HEADING + 0.27 + 0.17 * line, text, size=SMALL + 0.5, weight="bold")
        page.write(left, page.top - HEADING + 0.09, measure.unit)
        _panel(axes, subjects, measure)
    for number, label in enumerate(subjects.labels):
        y = page.top - HEADING - ROW * (number + 0.5)
        lines = label_lines(label, LEFT - MARGIN - 0.15, SMALL + 0.5)
        for line, text in enumerate(reversed(lines)):
            page.write(
                page.left - 0.12,
                y - 0.04 + 0.17 * (line - (len(lines) - 1) / 2),
                text,
                size=SMALL + 0.5,
                ha="right",
            )
    page.legend([Line2D([], [], label=SAID[owner], **OWNERS[owner]) for owner in OWNERS])
    return page.figure


def _listed(subject: Subject, owner: str) -> float:
    """Persons listed at the units of an owner."""
    own = np.array([unit.ownership == owner for unit in subject.resolved.units])
    return float(subject.listed()[own].sum())


def _of(subject: Subject, name: str, owner: str) -> Floats:
    return subject.measure(name, "ownership", [owner])[:, 0]


def _plain(value: float) -> str:
    """A number of three digits."""
    return of_size(value)(value) if value else "0"


def _tick(value: float) -> str:
    return f"{value:,.6g}".replace("-", "−")


MEASURES = (
    Measure(
        "Nurse hours",
        "a year per 10,000 listed",
        lambda subject, owner: 1e4 * _of(subject, "nurse_hours_per_year", owner) / _listed(subject, owner),
        _plain,
        _tick,
    ),
    Measure(
        "Cost",
        "SEK a year per listed",
        lambda subject, owner: 1e6 * _of(subject, "cost_msek_per_year", owner) / _listed(subject, owner),
        _plain,
        _tick,
    ),
    Measure(
        "Share of the uplift used",
        "of what is available",
        lambda subject, owner: _of(subject, "uplift_share_used", owner),
        percent,
        level,
    ),
    Measure(
        "Doses on time",
        "of those that fell due",
        lambda subject, owner: _of(subject, "on_time_share", owner),
        lambda value: f"{100 * value:.1f} %",
        level,
    ),
)


def _panel(axes: Axes, subjects: Subjects, measure: Measure) -> None:
    ends: list[float] = []
    for number, subject in enumerate(subjects.every):
        for owner, side in (("public", -1), ("private", 1)):
            told = summarise(measure.of(subject, owner)[:, None])
            y = number + side * APART
            if np.isfinite(told.mean[0]):
                ends += _mark(axes, told, y, side, owner, measure)
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = 0.18 * (high - low or abs(high) or 1.0)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(subjects.every) - 0.5, -0.5)
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: measure.tick(value))
    for number in range(1, len(subjects.every)):
        axes.axhline(number - 0.5, color="#DDDDDD", linewidth=0.6, zorder=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def _mark(axes: Axes, told: Summary, y: float, side: int, owner: str, measure: Measure) -> list[float]:
    """A mark with its whisker and its number; the ends of what is drawn."""
    style = OWNERS[owner]
    mean, low, high = float(told.mean[0]), float(told.low[0]), float(told.high[0])
    if np.isfinite(low):
        axes.hlines(y, low, high, color=style["color"], linewidth=1.4, zorder=2)
    axes.plot(mean, y, linestyle="", markersize=6, markeredgewidth=1.4, zorder=3, **style)
    axes.annotate(
        measure.write(mean),
        (mean, y),
        xytext=(0, -6 * side),
        textcoords="offset points",
        ha="center",
        va="bottom" if side < 0 else "top",
        fontsize=SMALL - 0.5,
    )
    return [end for end in (mean, low, high) if np.isfinite(end)]


def _register_note(subjects: Subjects) -> str:
    """How many units and persons stand on each side."""
    units = subjects.baseline.resolved.units
    told = [
        f"{SAID[owner]}: {sum(unit.ownership == owner for unit in units)} units, "
        f"{_listed(subjects.baseline, owner):,.0f} listed"
        for owner in OWNERS
    ]
    return f"In the baseline’s register {joined(told)}."


def _finding(subjects: Subjects) -> str:
    """What a listed person costs at either, scenario by scenario."""
    cost = MEASURES[1]
    told = []
    for label, subject in zip(subjects.labels, subjects.every, strict=True):
        public, private = (float(cost.of(subject, owner).mean()) for owner in OWNERS)
        if public or private:
            told.append(f"{label} {_plain(public)} against {_plain(private)}")
    if not told:
        return "Transferred care costs nothing in any of these runs."
    return f"SEK a year per listed, Närhälsan against private: {'; '.join(told)}."
