"""How long transferred patients wait in the clinic, per stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.figures.page import empty_page, make_page
from results.figures.style import BLUE, SMALL, percent
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "How long transferred patients wait in the clinic before they are seen, per stream"
# Whole minutes waited, from and including; the first holds those who are seen within the minute.
CLASSES = (0, 1, 16, 31, 61, 121)
LABELS = ("none", "1–15", "16–\n30", "31–\n60", "61–\n120", ">120")
COLUMNS = 4
HEADING = 0.62

Counted = tuple[NDArray[np.int64], Floats]


def draw(subject: Subject) -> Figure:
    """Share of visits in each class of minutes."""
    streams = subject.resolved.scenario.streams
    found = {name: subject.counted("clinic_wait_minutes", name, "unit") for name in streams}
    if not any(counts.size for _, counts in found.values()):
        why = (
            "No transferred care in this run."
            if not subject.transferred
            else "No visits at units in the window."
        )
        return empty_page(subject, TITLE, why)
    columns = min(COLUMNS, len(streams))
    rows = -(-len(streams) // columns)
    notes = [
        f"{subject.about_run()} {subject.about_window()}",
        "Doses, checks and unplanned visits at units, all replications together; in whole minutes from "
        "arrival to the start of the visit.",
        subject.about_patients(),
    ]
    page = make_page(
        subject,
        TITLE,
        _finding(found),
        notes,
        body=2.35 * rows + 0.55 * (rows - 1),
        legend=False,
        left=0.65,
        axis=0.62,
    )
    shares = {name: _classes(*counted) for name, counted in found.items()}
    highest = max(float(share.max()) for share in shares.values())
    panels = page.grid(len(streams), columns, gap=(0.3, 0.55), heading=HEADING)
    for panel, name in zip(panels, found, strict=True):
        panel.head(streams[name].label.en, _note(*found[name]))
        _bars(panel.axes, shares[name], highest)
        panel.label("Minutes waited", "Share of visits")
    return page.figure


def _classes(values: NDArray[np.int64], counts: Floats) -> Floats:
    if not counts.size:
        return np.zeros(len(CLASSES))
    place = np.searchsorted(CLASSES, values, side="right") - 1
    return np.asarray(np.bincount(place, weights=counts, minlength=len(CLASSES)) / counts.sum())


def _bars(axes: Axes, shares: Floats, highest: float) -> None:
    axes.bar(range(len(CLASSES)), shares, width=0.78, color=BLUE)
    if shares.any():
        for place, share in enumerate(shares):
            axes.annotate(
                percent(float(share)).removesuffix(" %"),
                (place, share),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL - 1,
            )
    axes.set_xlim(-0.6, len(CLASSES) - 0.4)
    axes.set_ylim(0, highest * 1.14)
    axes.set_xticks(range(len(CLASSES)), LABELS, fontsize=SMALL - 1)
    step = 0.2 if highest > 0.5 else 0.1
    ticks = [step * n for n in range(int(highest * 1.14 / step) + 1)]
    axes.set_yticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks])
    axes.tick_params(axis="x", length=0)


def quantile(values: NDArray[np.int64], counts: Floats, q: float) -> int:
    """The smallest value that at least a share `q` of the counts does not exceed."""
    cumulative = np.cumsum(counts)
    return int(values[np.searchsorted(cumulative, q * cumulative[-1] * (1 - 1e-12))])


def _note(values: NDArray[np.int64], counts: Floats) -> str:
    if not counts.size:
        return "no visits"
    return f"median {quantile(values, counts, 0.5)}, 95 % within {quantile(values, counts, 0.95)} min"


def _finding(found: dict[str, Counted]) -> str:
    longest = max(int(v.max()) for v, c in found.values() if c.size) + 1
    total = np.zeros(longest)
    for values, counts in found.values():
        np.add.at(total, values, counts)
    seen = np.arange(longest)
    none, hour = total[0] / total.sum(), total[61:].sum() / total.sum()
    return (
        f"All streams: {percent(float(none))} of the visits begin without a wait, "
        f"{percent(float(hour))} after more than an hour; 95 % within {quantile(seen, total, 0.95)} minutes."
    )
