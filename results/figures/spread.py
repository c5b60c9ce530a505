"""How thin each stream is spread: units by how many patients of it they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.page import empty_page, make_page
from results.figures.style import BLACK, BLUE, count
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "How thin each stream is spread: units by how many of its patients they have"
COLUMNS = 4
HEADING = 0.62
FEWEST, MOST = 5, 12  # classes shown beside 0, the last being "so many or more"
REST = 0.02  # of the units, who may share the last class


def draw(subject: Subject) -> Figure:
    """Mean number of units with 0, 1, 2, … patients at the end of the window."""
    from matplotlib.patches import Patch

    streams = subject.resolved.scenario.streams
    found = {name: _units(subject, name) for name in streams}
    if not any(units[1:].any() for units in found.values()):
        why = (
            "No transferred care in this run."
            if not subject.transferred
            else "No patients at units in this run."
        )
        return empty_page(subject, TITLE, why)
    columns = min(COLUMNS, len(streams))
    rows = -(-len(streams) // columns)
    notes = [
        f"{subject.about_run()} {subject.about_window()}",
        "Patients whose unit had accepted them, on the last day of the window; mean number of units over "
        "replications. Patients in municipal care are left out.",
        subject.about_patients(),
    ]
    page = make_page(
        subject, TITLE, _finding(subject, found), notes, body=2.2 * rows + 0.4 * (rows - 1), left=0.65
    )
    last = _last_class(found)
    highest = max(float(units.max()) for units in found.values())
    panels = page.grid(len(streams), columns, gap=(0.3, 0.4), heading=HEADING)
    for panel, name in zip(panels, found, strict=True):
        panel.head(streams[name].label.en, _note(found[name]))
        _bars(panel.axes, found[name], last, highest)
        panel.label("Patients at the unit", "Units")
    page.legend(
        [
            Patch(facecolor="white", edgecolor=BLACK, hatch="////", label="units without a patient"),
            Patch(facecolor=BLUE, label="units with patients"),
        ]
    )
    return page.figure


def _units(subject: Subject, stream: str) -> Floats:
    """Mean number of units by number of patients, from 0 upwards."""
    values, counts = subject.counted("patients_at_unit", stream, "unit")
    return np.asarray(np.bincount(values, weights=counts, minlength=2) / subject.replications)


def _last_class(found: dict[str, Floats]) -> int:
    """The class that holds `so many or more`: small, but with few units in it."""
    for last in range(FEWEST, MOST):
        if all(units[last:].sum() <= REST * units.sum() for units in found.values()):
            return last
    return MOST


def _bars(axes: Axes, units: Floats, last: int, highest: float) -> None:
    from matplotlib.ticker import MaxNLocator

    shown = np.zeros(last + 1)
    shown[: min(last, units.size)] = units[:last]
    shown[last] = units[last:].sum()
    axes.bar(0, shown[0], width=0.8, facecolor="white", edgecolor=BLACK, hatch="////")
    axes.bar(range(1, last + 1), shown[1:], width=0.8, color=BLUE)
    axes.set_xlim(-0.7, last + 0.7)
    axes.set_ylim(0, highest * 1.06)
    ticks = list(range(0, last, 1 if last <= 6 else 2))
    ticks = [*ticks[: -1 if last - ticks[-1] < ticks[1] else None], last]
    axes.set_xticks(ticks, [*map(str, ticks[:-1]), f"{last}+"])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")


def _note(units: Floats) -> str:
    every = round(units.sum())
    if not units[1:].any():
        return f"none at any of {every} unit{'' if every == 1 else 's'}"
    patients = float(np.arange(units.size) @ units)
    return f"none at {count(units[0])} of {every}, else {count(patients / units[1:].sum())} each"


def _finding(subject: Subject, found: dict[str, Floats]) -> str:
    few = {
        name: float(units[1:3].sum() / units[1:].sum()) for name, units in found.items() if units[1:].any()
    }
    most = sum(share >= 0.5 for share in few.values())
    streams = f"{most} of {len(few)} streams" if len(few) > 1 else "the one stream with patients"
    if not most:
        return "In no stream do most of the units that have patients of it have only one or two."
    return f"In {streams} most of the units that have patients of it have only one or two."
