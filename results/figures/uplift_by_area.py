"""Uplift against cost per area, with and without readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.lettering import shorten
from results.figures.money import AVAILABLE, Money, log_ticks, money_by, money_notes
from results.figures.page import MARGIN, Page, empty_page, make_page
from results.figures.style import BLACK, BLUE, GUIDE, SMALL, VERMILLION, level, percent
from results.figures.subject import Floats, Subject
from results.statistics import summarise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "The uplift against what transferred care costs, per area"
LEFT = 1.75
ROW = 0.52


def draw(subject: Subject) -> Figure:
    """Left: MSEK a year. Right: cost as a share of the whole uplift, with 95 % intervals, logarithmic."""
    money = money_by(subject, "area")
    if not money.with_readiness.any():
        return empty_page(subject, TITLE, "No transferred care in this run, and so no cost.")
    order = np.argsort(-_share(money.with_readiness.mean(axis=0), money.uplift), kind="stable")[::-1]
    notes = [*money_notes(subject), "Mean over replications" + _interval_note(subject)]
    page = make_page(
        subject,
        TITLE,
        _finding(money),
        notes,
        body=max(1.2, ROW * len(order)) + 0.45,
        left=LEFT - MARGIN,
        axis=0.55,
    )
    high, gap = page.height - 0.45, 0.5
    half = (page.width - gap) / 2
    left = page.axes(page.left, page.bottom, half, high)
    right = page.axes(page.left + half + gap, page.bottom, half, high)
    _amounts(left, money, order)
    _shares(page, right, money, order)
    for axes in (left, right):
        axes.set_ylim(-0.6, len(order) - 0.4)
        axes.tick_params(axis="y", length=0)
    names = [shorten(money.keys[n], LEFT - MARGIN - 0.1, 9.5) for n in order]
    left.set_yticks(range(len(order)), names, fontsize=9.5)
    right.set_yticks(range(len(order)), [""] * len(order))
    _legend(page, subject)
    return page.figure


def _share(cost: Floats, uplift: Floats) -> Floats:
    return np.divide(cost, uplift, out=np.zeros(np.broadcast(cost, uplift).shape), where=uplift > 0)


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
        return "; one replication gives no interval."
    return "; whiskers are 95 % intervals of the mean (Student’s t)."


def _amounts(axes: Axes, money: Money, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    rows = np.arange(len(order))
    with_, without = money.with_readiness.mean(axis=0)[order], money.without_readiness.mean(axis=0)[order]
    axes.barh(rows, money.uplift[order], height=0.62, facecolor="white", edgecolor=BLACK, linewidth=1)
    axes.barh(rows, without, height=0.62, color=BLUE)
    axes.barh(
        rows,
        with_ - without,
        left=without,
        height=0.62,
        facecolor="white",
        edgecolor=VERMILLION,
        hatch="/////",
    )
    axes.set_xlim(0, max(float(money.uplift.max()), float(with_.max())) * 1.05)
    axes.set_xlabel("MSEK a year")
    axes.grid(axis="x")


def _shares(page: Page, axes: Axes, money: Money, order: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    if not (money.uplift > 0).all():
        axes.set_axis_off()
        axes.text(
            0.5, 0.5, "No uplift in this window.", transform=axes.transAxes, ha="center", fontsize=SMALL + 1
        )
        return
    rows = np.arange(len(order))
    lowest, highest = 0.04, 1.3
    for costs, colour, marker, face, shift in (
        (money.without_readiness, BLUE, "o", BLUE, -0.13),
        (money.with_readiness, VERMILLION, "D", "white", 0.13),
    ):
        told = summarise(_share(costs, money.uplift))
        mean, low, high = told.mean[order], told.low[order], told.high[order]
        some = mean > 0
        y = rows[some] + shift
        if costs.shape[0] > 1:
            low = np.maximum(low, mean / 20)  # an interval that reaches 0 has no end on a logarithmic scale
            axes.hlines(y, low[some], high[some], color=colour, linewidth=1.4)
            highest = max(highest, float(high.max()) * 1.2)
            lowest = min(lowest, float(low[some].min(initial=lowest)) / 1.3)
        axes.plot(
            mean[some],
            y,
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=6.5,
            markeredgewidth=1.4,
            linestyle="",
        )
        lowest = min(lowest, float(mean[some].min(initial=lowest)) / 1.3)
        highest = max(highest, float(mean.max()) * 1.2)
    _share_axis(axes, lowest, highest)


def _share_axis(axes: Axes, lowest: float, highest: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(lowest, highest)
    log_ticks(axes.xaxis, lowest, highest)
    axes.set_xlabel("Cost as a share of the whole uplift (logarithmic)")
    for share in AVAILABLE:
        axes.axvline(share, color=GUIDE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            f"{level(share)}\navailable",
            (share, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
        )


def _legend(page: Page, subject: Subject) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    page.legend(
        [
            Patch(facecolor="white", edgecolor=BLACK, label="uplift"),
            Patch(facecolor=BLUE, label="cost without readiness"),
            Patch(facecolor="white", edgecolor=VERMILLION, hatch="/////", label="readiness"),
            Line2D([], [], color=BLUE, marker="o", linewidth=1.4, label="without readiness"),
            Line2D(
                [],
                [],
                color=VERMILLION,
                marker="D",
                markerfacecolor="white",
                linewidth=1.4,
                label="with readiness",
            ),
        ]
    )
