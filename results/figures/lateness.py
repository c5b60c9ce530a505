"""How late doses are given, per stream, at the hospital and at the units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.figures.page import heading, make_page
from results.figures.style import BLUE, GUIDE, SHADE, VERMILLION, percent
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "How late doses are given, at the hospital and at the units, per stream"
SITES = {"hospital": (VERMILLION, (0, (4, 2)), 1.6), "unit": (BLUE, "solid", 2.0)}
COLUMNS = 4
MOST_DAYS = 60
HEADING = 0.62


def draw(subject: Subject) -> Figure:
    """Cumulative share of doses by day given less day due; the stream's window is shaded."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    streams = subject.resolved.scenario.streams
    found = {
        name: {site: subject.counted("dose_days", name, site) for site in SITES} for name in sorted(streams)
    }
    columns = min(COLUMNS, len(streams))
    rows = -(-len(streams) // columns)
    notes = [
        f"{subject.about_run()} {subject.about_window()}",
        "Doses that fell due in the window and were given, all replications together. At the hospital: patients who have "
        "not moved, will not move, or whose dose the unit could not give.",
        subject.about_patients(),
    ]
    page = make_page(
        subject, TITLE, _finding(subject, found), notes, body=2.35 * rows + 0.3 * (rows - 1), left=0.65
    )
    low, high = _limits(subject, found)
    panels = page.grid(len(streams), columns, gap=(0.3, 0.3), heading=HEADING)
    for number, ((axes, left, width), name) in enumerate(zip(panels, found, strict=True)):
        stream = streams[name]
        axes.axvspan(-stream.early_days, stream.late_days, facecolor=SHADE, linewidth=0, zorder=0)
        late = [_curve(axes, site, *found[name][site], stream.late_days, (low, high)) for site in SITES]
        heading(page, axes, left, width, stream.label.en, _note(late))
        _axes(axes, (low, high), number % columns == 0, number >= len(streams) - columns)
    handles = [
        Line2D([], [], color=c, linestyle=s, linewidth=w, label=f"given at the {site}")
        for site, (c, s, w) in SITES.items()
    ]
    page.legend([*handles, Patch(facecolor=SHADE, edgecolor=GUIDE, linewidth=0.4, label="inside the stream's window")])
    return page.figure


Found = dict[str, dict[str, tuple[NDArray[np.int64], Floats]]]


def _limits(subject: Subject, found: Found) -> tuple[int, int]:
    """Days shown: every window, and nearly all doses."""
    streams = subject.resolved.scenario.streams.values()
    low = -max(stream.early_days for stream in streams) - 2
    high = max(stream.late_days for stream in streams) + 5
    for sites in found.values():
        for values, counts in sites.values():
            if counts.size:
                cumulative = np.cumsum(counts) / counts.sum()
                high = max(high, int(values[np.searchsorted(cumulative, 0.98)]) + 1)
    return max(low, -MOST_DAYS), min(high, MOST_DAYS)


def _curve(
    axes: Axes, site: str, values: NDArray[np.int64], counts: Floats, late_days: int, limits: tuple[int, int]
) -> tuple[str, float | None]:
    """Draw one site's cumulative share; the share given after the window, None without doses."""
    if not counts.size:
        return site, None
    colour, style, thick = SITES[site]
    cumulative = np.cumsum(counts) / counts.sum()
    days = np.concatenate(([limits[0] - 1], values, [max(limits[1], values[-1]) + 1]))
    shares = np.concatenate(([0.0], cumulative, [1.0]))
    axes.step(days, shares, where="post", color=colour, linestyle=style, linewidth=thick)
    return site, float(counts[values > late_days].sum() / counts.sum())


def _note(late: list[tuple[str, float | None]]) -> str:
    told = [f"{site} {'–' if share is None else percent(share)}" for site, share in late]
    return "late: " + ", ".join(told)


def _axes(axes: Axes, limits: tuple[int, int], leftmost: bool, lowest: bool) -> None:
    axes.set_xlim(*limits)
    axes.set_ylim(0, 1.03)
    step = 10 if limits[1] - limits[0] <= 60 else 20
    first = -(-limits[0] // step) * step
    axes.set_xticks(range(first, limits[1] + 1, step))
    axes.set_yticks((0, 0.25, 0.5, 0.75, 1), ("0 %", "25 %", "50 %", "75 %", "100 %"))
    axes.axvline(0, color=GUIDE, linewidth=0.8)
    axes.grid(axis="y")
    if leftmost:
        axes.set_ylabel("Share of doses given")
    else:
        axes.tick_params(labelleft=False)
    if lowest:
        axes.set_xlabel("Days after the due date")


def _finding(subject: Subject, found: Found) -> str:
    streams = subject.resolved.scenario.streams
    told = []
    for site in SITES:
        late = sum(float(c[v > streams[name].late_days].sum()) for name, s in found.items() for v, c in (s[site],))
        every = sum(float(sites[site][1].sum()) for sites in found.values())
        told.append(f"{percent(late / every)} of the doses at the {site}" if every else f"no dose given at the {site}")
    return f"Given after the stream's window: {told[0]}; {told[1]}."
