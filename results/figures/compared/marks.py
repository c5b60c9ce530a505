"""How figures tell scenarios apart: by colour, and by shape or dash, so that they read in grey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from results.figures.lettering import shorten, wrap
from results.figures.page import MARGIN, WIDTH
from results.figures.style import BLACK, BLUE, GREEN, GUIDE, PURPLE, QUIET, SMALL, VERMILLION

if TYPE_CHECKING:
    from matplotlib.lines import Line2D

Dash = str | tuple[int, tuple[float, ...]]

HANDLE = 0.75  # inches of a legend's line and the room around it


@dataclass(frozen=True, slots=True)
class Mark:
    """The look of one scenario."""

    colour: str
    marker: str
    dash: Dash

    def line(self, **style: Any) -> dict[str, Any]:
        """matplotlib's words for a line of this scenario."""
        return {"color": self.colour, "linestyle": self.dash} | style

    def point(self, *, hollow: bool = False, **style: Any) -> dict[str, Any]:
        """matplotlib's words for a marker of this scenario."""
        fill = "white" if hollow else self.colour
        return {
            "color": self.colour, "marker": self.marker, "markerfacecolor": fill, "linestyle": "", **style
        }  # fmt: skip


# The baseline's first. No more than this many scenarios can be told apart at a glance.
MARKS = (
    Mark(BLACK, "o", "solid"),
    Mark(BLUE, "s", (0, (6, 1.5))),
    Mark(VERMILLION, "D", (0, (3, 1.2))),
    Mark(GREEN, "^", (0, (7, 1.5, 1.5, 1.5))),
    Mark(PURPLE, "v", (0, (1.5, 1))),
    Mark(QUIET, "P", (0, (7, 1.5, 1.5, 1.5, 1.5, 1.5))),
)


UNCLEAR: dict[str, Any] = {
    "color": GUIDE,
    "marker": "o",
    "markerfacecolor": "white",
    "linestyle": "",
}  # cannot be told from the baseline


def legend_points(
    labels: Sequence[str], marks: Sequence[Mark], *, unclear: bool = False, **style: Any
) -> list[Line2D]:
    """One handle per scenario, labels cut so that all stand in one row; `unclear` adds one for the rest."""
    from matplotlib.lines import Line2D

    room = (WIDTH - 2 * MARGIN) / (len(labels) + unclear) - HANDLE
    handles = [
        Line2D([], [], label=shorten(label, room, SMALL), **mark.point(**style))
        for label, mark in zip(labels, marks, strict=False)
    ]
    return [*handles, *([Line2D([], [], label="not distinguishable", **UNCLEAR)] if unclear else [])]


def label_lines(label: str, inches: float, size: float) -> list[str]:
    """A scenario's label on up to two lines, broken after hyphens too."""
    parted = wrap(label.replace("-", "- "), inches, size, lines=2)
    return [line.replace("- ", "-") for line in parted]
