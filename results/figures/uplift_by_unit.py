"""Uplift against cost per unit: which units carry more than the uplift brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.money import AVAILABLE, Money, money_by, money_notes
from results.figures.page import empty_page, make_page
from results.figures.style import BLUE, GUIDE, SMALL, VERMILLION, count
from results.figures.subject import Floats, Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "What transferred care costs each unit, as a share of the unit’s uplift"
ROOM = 2.75  # inches for what the lines mean
TICKS = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


def draw(subject: Subject) -> Figure:
    """Units by share used with readiness, the highest first, on a logarithmic scale."""
    money = money_by(subject, "unit")
    if not money.with_readiness.any():
        return empty_page(subject, TITLE, "No transferred care in this run, and so no cost.")
    if not (money.uplift > 0).all():
        return empty_page(subject, TITLE, "No uplift in this window to hold the cost against.")
    page = make_page(
        subject,
        TITLE,
        _finding(money),
        [*money_notes(subject), "Mean over replications; a unit has both marks above each other." + _without_cost(money)],
        body=4.2,
        right=ROOM,
    )
    axes = page.axes(page.left, page.bottom, page.width, page.height)
    _points(axes, money)
    _lines(axes, money)
    page.legend(_handles())
    return page.figure


def _handles() -> list:  # type: ignore[type-arg]
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], **STYLES["with"], label="with readiness"),
        Line2D([], [], **STYLES["without"], label="without readiness"),
    ]


STYLES = {
    "with": {"color": VERMILLION, "marker": "D", "markersize": 4.0, "markerfacecolor": "white", "linestyle": ""},
    "without": {"color": BLUE, "marker": "o", "markersize": 3.6, "linestyle": ""},
}
