"""Which units gain and which lose: the difference of each to the baseline, sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.figures.compared.subjects import Differences, Subjects, differences
from results.figures.lettering import shorten, width
from results.figures.page import Panel, empty_page, make_page
from results.figures.style import BLUE, GUIDE, QUIET, SMALL, VERMILLION, signed
from results.figures.subject import Floats, plural
from results.figures.uplift_by_unit import ranks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Units that gain and lose: cost and nurse hours, unit by unit"
HEADING = 0.62
PANEL = 2.0  # inches
GAP = (0.85, 0.8)  # below a panel stand its first and its last unit
FEW_DECIMALS = 100  # a total from which no decimals are told
ROOM = 1.25  # the height of a panel over that of its widest mean


@dataclass(frozen=True, slots=True)
class Measure:
    """What a unit gains or loses: `factor` turns the measure into the unit that is shown."""

    name: str
    factor: float
    says: str
    unit: str
    decimals: int


MEASURES = (
    Measure("cost_msek_per_year", 1000.0, "Cost", "kSEK a year", 1),
    Measure("nurse_hours_per_year", 1.0, "Nurse hours", "hours a year", 1),
)
MARKS: dict[str, dict[str, Any]] = {
    "more": {"color": VERMILLION, "marker": "^", "markersize": 4.0},
    "less": {"color": BLUE, "marker": "v", "markersize": 4.0},
    "unclear": {"color": GUIDE, "marker": "o", "markersize": 3.0, "markerfacecolor": "white"},
}


def draw(subjects: Subjects) -> Figure:
    """Scenario by scenario: cost on the left, nurse hours on the right, the largest increase first."""
    from matplotlib.lines import Line2D

    names = _names(subjects)
    if not names:
        return empty_page(subjects, TITLE, "No unit is in the registers of all of these runs.")
    keys = list(names)
    values = [
        np.concatenate([m.factor * s.measure(m.name, "unit", keys) for m in MEASURES], axis=1)
        for s in subjects.every
    ]
    found = differences(values)
    if found.equal.all():
        return empty_page(
            subjects, TITLE, "Every unit has the same cost and nurse hours in all of these runs."
        )
    rows = len(subjects.scenarios)
    notes = [
        f"{subjects.about_run()} {subjects.about_window()}",
        subjects.about_intervals(found)
        + " More replications narrow them. A whisker that leaves the panel is cut.",
        "Units are sorted, the largest increase first. Cost with readiness, without drugs, in "
        f"{subjects.baseline.resolved.scenario.money.price_year} prices; the uplift is not set against it. "
        f"{_missing(subjects, keys)}".rstrip(),
        subjects.about_patients(),
    ]
    page = make_page(
        subjects,
        TITLE,
        _finding(subjects, found, len(keys)),
        notes,
        body=rows * (HEADING + PANEL) + (rows - 1) * GAP[1],
        left=0.75,
        axis=GAP[1],
    )
    panels = page.grid(2 * rows, 2, gap=GAP, heading=HEADING)
    for number, panel in enumerate(panels):
        scenario, measure = divmod(number, 2)
        part = found.columns(slice(measure * len(keys), (measure + 1) * len(keys)))
        _panel(panel, subjects.labels[scenario + 1], MEASURES[measure], part, scenario, list(names.values()))
    labels = ("more than the baseline", "less", "not distinguishable")
    page.legend(
        [
            Line2D([], [], label=label, linestyle="", **mark)
            for label, mark in zip(labels, MARKS.values(), strict=True)
        ]
    )
    return page.figure


def _names(subjects: Subjects) -> dict[str, str]:
    """Names of the units that all registers have, by key."""
    shared = set.intersection(*({unit.key for unit in s.resolved.units} for s in subjects.every))
    return {unit.key: unit.name for unit in subjects.baseline.resolved.units if unit.key in shared}


def _missing(subjects: Subjects, keys: list[str]) -> str:
    every = {unit.key for subject in subjects.every for unit in subject.resolved.units}
    left = len(every) - len(keys)
    return f"{plural(left, 'unit')} that not all of the runs have are left out." if left else ""


def _panel(
    panel: Panel, label: str, measure: Measure, found: Differences, scenario: int, names: list[str]
) -> None:
    mean = found.mean[scenario]
    order = np.argsort(-mean, kind="stable")
    ranks = np.arange(1, order.size + 1)
    low, high = found.low[scenario][order], found.high[scenario][order]
    verdicts = {"more": found.more[scenario][order], "less": found.less[scenario][order]}
    verdicts["unclear"] = ~(verdicts["more"] | verdicts["less"])
    axes = panel.axes
    axes.axhline(0, color=GUIDE, linewidth=1.0, zorder=1)
    for verdict in ("unclear", "less", "more"):
        some, mark = verdicts[verdict], MARKS[verdict]
        axes.vlines(ranks[some], low[some], high[some], color=mark["color"], linewidth=0.6, zorder=2)
        axes.plot(ranks[some], mean[order][some], linestyle="", markeredgewidth=0.8, zorder=3, **mark)
    panel.head(f"{label}: {measure.says}", _counts(verdicts, measure, float(mean.sum())))
    _axes(axes, found.mean)
    axes.set_ylabel(measure.unit)
    bottom = panel.top - axes.get_position().height * panel.page.figure.get_size_inches()[1]
    for line, (place, number) in enumerate((("first", order[0]), ("last", order[-1]))):
        told = f"{place}: {names[number]}"
        size = f" {signed(float(mean[number]), measure.decimals)}"
        room = panel.width - width(size, SMALL)
        panel.page.write(
            panel.left, bottom - 0.4 - 0.17 * line, shorten(told, room, SMALL) + size, colour=QUIET
        )


def _axes(axes: Axes, mean: Floats) -> None:
    """The scale that all scenarios share: from the widest mean either way, with room."""
    low, high = min(0.0, float(mean.min())), max(0.0, float(mean.max()))
    room = (ROOM - 1) * (high - low or 1.0)
    units = mean.shape[1]
    axes.set_ylim(low - room, high + room)
    axes.set_xlim(0, units + 1)
    axes.set_xticks(ranks(units))
    axes.grid(axis="y")


def _counts(verdicts: dict[str, NDArray[np.bool_]], measure: Measure, total: float) -> str:
    more, less, unclear = (int(verdicts[verdict].sum()) for verdict in MARKS)
    together = signed(total, 0 if abs(total) >= FEW_DECIMALS else measure.decimals)
    return f"{together} together · more: {more} · less: {less} · not distinguishable: {unclear}"


def _finding(subjects: Subjects, found: Differences, units: int) -> str:
    """How many units cost more and less, scenario by scenario."""
    told = [
        f"{label} {more} of {plural(units, 'unit')} cost more, {less} less"
        for label, more, less in zip(
            subjects.labels[1:],
            found.more[:, :units].sum(axis=1),
            found.less[:, :units].sum(axis=1),
            strict=True,
        )
    ]
    return f"Distinguishably from {subjects.labels[0]}: in {'; in '.join(told)}."
