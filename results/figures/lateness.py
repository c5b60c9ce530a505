"""How late doses are given, per stream, at the hospital and at the units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.figures.page import Page, make_page
from results.figures.style import BLUE, GUIDE, SHADE, VERMILLION, percent
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "How late doses are given, at the hospital and at the units, per stream"
SITES: dict[str, dict[str, Any]] = {
    "hospital": {"color": VERMILLION, "linestyle": (0, (4, 2)), "linewidth": 1.6},
    "unit": {"color": BLUE, "linestyle": "solid", "linewidth": 2.0},
}
COLUMNS = 4
MOST_DAYS = 60
HEADING = 0.62
WHO = " At the hospital: patients who have not moved or will not, and doses that the unit could not give."

Counted = tuple[NDArray[np.int64], Floats]
Found = dict[str, dict[str, Counted]]


def draw(subject: Subject) -> Figure:
    """Share of doses not yet given, by days after the due date; the stream's window is shaded."""
    streams = subject.resolved.scenario.streams
    found = {name: {site: subject.counted("dose_days", name, site) for site in SITES} for name in streams}
    columns = min(COLUMNS, len(streams))
    rows = -(-len(streams) // columns)
    notes = [
        f"{subject.about_run()} {subject.about_window()}",
        "Doses that fell due in the window and were given, all replications together; those given early "
        "count as given on the due day." + (WHO if subject.resolved.scenario.transfer.enabled else ""),
        subject.about_patients(),
    ]
    page = make_page(
        subject, TITLE, _finding(subject, found), notes, body=2.35 * rows + 0.3 * (rows - 1), left=0.65
    )
    last, highest = _last_day(subject, found), _highest(found)
    panels = page.grid(len(streams), columns, gap=(0.3, 0.3), heading=HEADING)
    for panel, name in zip(panels, found, strict=True):
        axes, late_days = panel.axes, streams[name].late_days
        axes.axvspan(-1, late_days, facecolor=SHADE, linewidth=0, zorder=0)
        axes.axvline(late_days, color=GUIDE, linewidth=0.8, zorder=1)
        for site, counted in found[name].items():
            _curve(axes, site, counted, last)
        panel.head(streams[name].label.en, _note(found[name], late_days))
        _axes(axes, last, highest)
        panel.label("Days after the due date", "Doses not yet given")
    _legend(page, found)
    return page.figure


def _late(counted: Counted, late_days: int) -> float:
    """Number of doses given after the window."""
    values, counts = counted
    return float(counts[values > late_days].sum())


def _last_day(subject: Subject, found: Found) -> int:
    """The last day shown: after every window and nearly all doses."""
    last = max(stream.late_days for stream in subject.resolved.scenario.streams.values()) + 5
    for sites in found.values():
        for values, counts in sites.values():
            if counts.size:
                last = max(last, int(values[np.searchsorted(np.cumsum(counts), 0.98 * counts.sum())]) + 1)
    return min(last, MOST_DAYS)


def _highest(found: Found) -> float:
    """The highest share not given on the due day, rounded up to whole tens."""
    shares = [
        _late(counted, 0) / counted[1].sum()
        for s in found.values()
        for counted in s.values()
        if counted[1].size
    ]
    return max(0.1, float(np.ceil(10 * max(shares, default=0.0)) / 10))


def _curve(axes: Axes, site: str, counted: Counted, last: int) -> None:
    values, counts = counted
    if not counts.size:
        return
    days = np.arange(last + 2)
    left = 1 - np.array([counts[values <= day].sum() for day in days]) / counts.sum()
    axes.step(days, left, where="post", **SITES[site])


def _note(sites: dict[str, Counted], late_days: int) -> str:
    told = [f"{s} {percent(_late(c, late_days) / c[1].sum())}" for s, c in sites.items() if c[1].size]
    return "late: " + ", ".join(told) if told else "no doses"


def _axes(axes: Axes, last: int, highest: float) -> None:
    axes.set_xlim(0, last + 1)
    axes.set_ylim(0, highest)
    axes.set_xticks(range(0, last + 1, 10 if last >= 20 else 5))
    step = 0.1 if highest <= 0.5 else 0.2
    ticks = [step * n for n in range(round(highest / step) + 1)]
    axes.set_yticks(ticks, [percent(round(tick, 3)) for tick in ticks])
    axes.grid(axis="y")


def _legend(page: Page, found: Found) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles = [
        Line2D([], [], **style, label=f"given at the {site}")
        for site, style in SITES.items()
        if any(sites[site][1].size for sites in found.values())
    ]
    window = Patch(facecolor=SHADE, edgecolor=GUIDE, linewidth=0.4, label="inside the stream's window")
    page.legend([*handles, window])


def _finding(subject: Subject, found: Found) -> str:
    streams = subject.resolved.scenario.streams
    told = []
    for site in SITES:
        late = sum(_late(sites[site], streams[name].late_days) for name, sites in found.items())
        every = sum(float(sites[site][1].sum()) for sites in found.values())
        told.append(
            f"{percent(late / every)} of the doses at the {site}" if every else f"no dose at the {site}"
        )
    return f"Given after the stream's window: {told[0]}; {told[1]}."
