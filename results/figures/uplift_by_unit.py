"""Uplift against cost per unit: which units carry more than the uplift brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.figures.lettering import shorten, spread
from results.figures.money import AVAILABLE, WITH, WITHOUT, Money, log_ticks, money_by, money_notes, no_cost
from results.figures.page import Page, empty_page, make_page
from results.figures.style import GUIDE, count, level, percent
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "What transferred care costs each unit, as a share of the unit’s uplift"
ROOM = 2.75  # inches at the side for what the lines mean
LABEL = 0.62  # inches, the height of what a line means
MARKS = {"with readiness": {**WITH, "markersize": 4.0}, "without readiness": {**WITHOUT, "markersize": 3.6}}


def draw(subject: Subject) -> Figure:
    """Units by share used with readiness, the highest first, on a logarithmic scale."""
    from matplotlib.lines import Line2D

    money = money_by(subject, "unit")
    if not money.with_readiness.any():
        return empty_page(subject, TITLE, no_cost(subject))
    if not (money.uplift > 0).all():
        return empty_page(subject, TITLE, "No uplift in this window to hold the cost against.")
    notes = [*money_notes(subject), _counts_note(subject)]
    page = make_page(subject, TITLE, _finding(money), notes, body=4.2, right=ROOM, left=0.85)
    axes = page.axes(page.left, page.bottom, page.width, page.height)
    _points(axes, money)
    _lines(page, axes, money)
    highest = subject.resolved.units[
        [u.key for u in subject.resolved.units].index(money.keys[_order(money)[0]])
    ]
    axes.set_xlabel(shorten(f"Units, the highest share first (first: {highest.name})", page.width, 10))
    axes.set_ylabel("Cost as a share of the whole uplift (log.)")
    page.legend([Line2D([], [], label=label, **style) for label, style in MARKS.items()])
    return page.figure


def _mean_share(cost: Floats, money: Money) -> Floats:
    return np.asarray(cost.mean(axis=0) / money.uplift)


def _order(money: Money) -> NDArray[np.int64]:
    return np.argsort(-_mean_share(money.with_readiness, money), kind="stable")


def _points(axes: Axes, money: Money) -> None:
    order = _order(money)
    shares = [_mean_share(cost, money)[order] for cost in (money.with_readiness, money.without_readiness)]
    places = np.arange(1, len(order) + 1)
    for share, style in zip(shares, MARKS.values(), strict=True):
        axes.plot(places[share > 0], share[share > 0], **style)
    some = np.concatenate([share[share > 0] for share in shares])
    low, high = min(0.04, float(some.min())) / 1.3, max(1.0, float(some.max())) * 1.3
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    log_ticks(axes.yaxis, low, high)
    axes.set_xlim(0, len(order) + 1)
    axes.set_xticks(ranks(len(order)))
    axes.grid(axis="y")


def ranks(units: int) -> list[int]:
    """Ranks that get a tick: the first, and round numbers."""
    step = next(s * 10**p for p in range(6) for s in (1, 2, 5) if units / (s * 10**p) <= 12)
    return [1, *(n for n in range(step, units + 1, step) if n > 1)]


def _over(cost: Floats, money: Money, share: float) -> float:
    """Mean number of units whose cost is above a share of their uplift."""
    return float((cost > share * money.uplift).sum(axis=1).mean())


def _lines(page: Page, axes: Axes, money: Money) -> None:
    """The lines of all that is available, and at the side how many units are above each."""
    low, high = axes.get_ylim()
    heights = [page.bottom + page.height * np.log(x / low) / np.log(high / low) for x in reversed(AVAILABLE)]
    places = spread(heights, LABEL, page.bottom, page.top)
    units = "unit" if len(money.keys) == 1 else "units"
    for share, height, place in zip(reversed(AVAILABLE), heights, places, strict=True):
        axes.axhline(share, color=GUIDE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
        over, bare = (_over(cost, money, share) for cost in (money.with_readiness, money.without_readiness))
        told = (
            f"If {level(share)} of the uplift is available:\n"
            f"{count(over)} of {len(money.keys)} {units} cost more,\n{count(bare)} without readiness"
        )
        page.tie((page.right, height), (page.right + 0.14, place))
        page.write(page.right + 0.2, place, told, va="center")


def _counts_note(subject: Subject) -> str:
    if subject.replications == 1:
        return "The two marks of a unit stand above each other."
    return (
        "Marks are means over replications, the two of a unit above each other. The counts at the side are "
        "means of what each replication gives, and so may differ from the marks above a line."
    )


def _finding(money: Money) -> str:
    shares = _mean_share(money.with_readiness, money)
    if len(shares) == 1:
        return f"The one unit uses {percent(float(shares[0]))} of its uplift, readiness included."
    low, high = np.quantile(shares, (0.1, 0.9))
    none = int((shares == 0).sum())
    told = (
        f"Half of the units use more than {percent(float(np.median(shares)))} of their uplift, readiness "
        f"included; eight in ten lie between {percent(float(low))} and {percent(float(high))}."
    )
    return told + (f" {none} without cost are not shown." if none else "")
