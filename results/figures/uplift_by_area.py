"""Uplift against cost per area, with and without readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.figures.lettering import shorten, spread
from results.figures.money import (
    AVAILABLE,
    WITH,
    WITHOUT,
    Money,
    log_ticks,
    money_by,
    money_notes,
    no_cost,
    share_of_uplift,
)
from results.figures.page import MARGIN, Page, empty_page, make_page
from results.figures.style import BLACK, BLUE, GUIDE, SMALL, VERMILLION, level, percent
from results.figures.subject import Subject
from results.statistics import summarise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "The uplift against what transferred care costs, per area"
LEFT = 1.75  # inches for the areas' names
ROW = 0.52  # inches per area
ABOVE = 0.4  # inches for what the lines mean
BETWEEN = 0.5  # inches between the two halves
LABEL = 0.75  # inches, the width of what a line means
BARS: dict[str, dict[str, Any]] = {
    "uplift": {
        "facecolor": "none",
        "edgecolor": BLACK,
        "linewidth": 1.2,
        "zorder": 2,
    },  # an outline over any cost
    "cost without readiness": {"facecolor": BLUE, "edgecolor": BLUE, "linewidth": 0.0},
    "readiness": {"facecolor": "white", "edgecolor": VERMILLION, "hatch": "/////", "linewidth": 1.0},
}


def draw(subject: Subject) -> Figure:
    """Left: MSEK a year. Right: cost as a share of the whole uplift, with 95 % intervals, logarithmic."""
    money = money_by(subject, "area")
    if not money.with_readiness.any():
        return empty_page(subject, TITLE, no_cost(subject))
    order = np.argsort(share_of_uplift(money.with_readiness.mean(axis=0), money.uplift), kind="stable")
    body = max(1.2, ROW * len(order)) + ABOVE
    notes = [*money_notes(subject), _interval_note(subject)]
    page = make_page(subject, TITLE, _finding(money), notes, body=body, left=LEFT - MARGIN, axis=0.55)
    half = (page.width - BETWEEN) / 2
    amounts = page.axes(page.left, page.bottom, half, page.height - ABOVE)
    names = [shorten(money.keys[n], LEFT - MARGIN - 0.1, SMALL + 1) for n in order]
    amounts.set_yticks(range(len(order)), names, fontsize=SMALL + 1)
    _amounts(amounts, money, order)
    left = page.left + half + BETWEEN
    if (money.uplift > 0).all():
        shares = page.axes(left, page.bottom, half, page.height - ABOVE)
        shares.set_yticks(range(len(order)), [""] * len(order))
        low, high = _shares(shares, money, order)
        places = [left + half * np.log(share / low) / np.log(high / low) for share in reversed(AVAILABLE)]
        for share, x in zip(reversed(AVAILABLE), spread(places, LABEL, left, page.right), strict=True):
            page.write(x, page.top - ABOVE + 0.05, f"{level(share)}\navailable", ha="center", va="bottom")
    else:
        page.write(left, (page.top + page.bottom - ABOVE) / 2, "No uplift in this window.")
    for axes in page.figure.axes:
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.tick_params(axis="y", length=0)
    _legend(page, with_shares=len(page.figure.axes) > 1)
    return page.figure


def _finding(money: Money) -> str:
    total = float(money.uplift.sum())
    means = [float(cost.sum(axis=1).mean()) for cost in (money.with_readiness, money.without_readiness)]
    if total <= 0:
        told = f"{means[0]:.2f} MSEK a year, {means[1]:.2f} without readiness"
        return f"The region's cost is {told}; there is no uplift."
    return (
        f"The region's cost, {means[0]:.2f} MSEK a year, is {percent(means[0] / total)} of an uplift of "
        f"{total:.1f} MSEK; without readiness {means[1]:.2f} MSEK, {percent(means[1] / total)}."
    )


def _interval_note(subject: Subject) -> str:
    if subject.replications == 1:
        return "One replication gives no interval."
    return "Mean over replications; whiskers are 95 % intervals of the mean (Student’s t)."


def _amounts(axes: Axes, money: Money, order: NDArray[np.int64]) -> None:
    rows = np.arange(len(order))
    cost, bare = money.with_readiness.mean(axis=0)[order], money.without_readiness.mean(axis=0)[order]
    for (wide, start), style in zip(
        ((money.uplift[order], 0.0), (bare, 0.0), (cost - bare, bare)), BARS.values(), strict=True
    ):
        axes.barh(rows, wide, left=start, height=0.62, **style)
    axes.set_xlim(0, 1.05 * max(float(money.uplift.max()), float(cost.max())))
    axes.set_xlabel("MSEK a year")
    axes.grid(axis="x")


def _shares(axes: Axes, money: Money, order: NDArray[np.int64]) -> tuple[float, float]:
    """Draw marks and whiskers; the ends of the axis."""
    means: list[float] = []
    for costs, style, shift in (
        (money.without_readiness, WITHOUT, -0.13),
        (money.with_readiness, WITH, 0.13),
    ):
        told = summarise(share_of_uplift(costs, money.uplift)[:, order])
        some = told.mean > 0
        rows = np.arange(len(order))[some] + shift
        if costs.shape[0] > 1:  # an interval that reaches 0 runs off a logarithmic scale
            low = np.maximum(told.low, 1e-9)
            axes.hlines(rows, low[some], told.high[some], color=style["color"], linewidth=1.4)
        axes.plot(told.mean[some], rows, **style, markersize=6.5, markeredgewidth=1.4)
        means.extend(told.mean[some].tolist())
    low_end, high_end = min(0.04, *means) / 1.6, max(0.9, *means) * 1.6
    axes.set_xscale("log")
    axes.set_xlim(low_end, high_end)
    log_ticks(axes.xaxis, low_end, high_end)
    axes.set_xlabel("Cost as a share of the whole uplift (logarithmic)")
    for share in AVAILABLE:
        axes.axvline(share, color=GUIDE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    return low_end, high_end


def _legend(page: Page, *, with_shares: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = {"without readiness": WITHOUT, "with readiness": WITH} if with_shares else {}
    page.legend(
        [
            *(Patch(label=label, **style) for label, style in BARS.items()),
            *(Line2D([], [], label=label, **mark | {"linestyle": "solid"}) for label, mark in marks.items()),
        ]
    )
