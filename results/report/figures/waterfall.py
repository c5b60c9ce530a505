"""How parts add up to a whole: each begins where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from results.figures.lettering import width
from results.figures.style import BLACK, BLUE, GUIDE, SMALL, VERMILLION, in_style
from results.report.document import Figure, Text
from results.report.figures.axes import (
    EDGE,
    box,
    label_room,
    number_axis,
    rows_axis,
    sheet,
    span,
    write_label,
    zero_line,
)
from results.report.figures.data import table_of_bars
from results.report.figures.marks import Bar
from results.report.figures.svg import svg
from results.report.language import Language
from results.report.quantities import Quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

ROW, THICK = 0.36, 0.22  # inches of a row, and of the bar in it
LABELS = 2.5  # inches at most
Step = tuple[str, Quantity]

MORE: dict[str, Any] = {"facecolor": BLUE, "edgecolor": BLUE}
LESS: dict[str, Any] = {"facecolor": "white", "edgecolor": VERMILLION, "hatch": "/////"}
WHOLE: dict[str, Any] = {"facecolor": BLACK, "edgecolor": BLACK}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part from where it starts, or the whole from 0."""

    label: str
    quantity: Quantity
    start: float
    look: dict[str, Any]

    def at(self, value: float) -> float:
        """Where a value of the part lies on the axis."""
        return self.start + self.quantity.factor * value

    @property
    def end(self) -> float:
        """Where it ends; where it starts, if it is unknown."""
        return self.at(self.quantity.value) if self.quantity.known else self.start


def waterfall(
    say: Language,
    *,
    id: str,
    title: Text,
    description: Text,
    steps: Sequence[Step],
    total: Step,
    axis: str,
    notes: tuple[Text, ...] = (),
) -> Figure:
    """Parts, each with its interval, and the total that they are parts of."""
    with in_style():
        drawing = draw(say, steps, total, axis)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    bars = [Bar(label, quantity) for label, quantity in (*steps, total)]
    return Figure(id, title, description, drawn, table_of_bars(say, id, title, bars), notes)


def draw(say: Language, steps: Sequence[Step], total: Step, axis: str) -> Drawing:
    """The drawing, `in_style`: from the top down, the total last."""
    pieces = _pieces(steps, total)
    told = [say.told(piece.quantity, unit=False) for piece in pieces]
    labels = label_room((piece.label for piece in pieces), LABELS)
    page = sheet(
        ROW * len(pieces),
        left=2 * EDGE + labels,
        right=3 * EDGE + max(width(text, SMALL) for text in told),
    )
    axes = box(page)
    number_axis(page, axes, say, span(_drawn(pieces), zero=True), axis)
    rows_axis(axes, page.height)
    zero_line(axes)
    for number, (piece, text) in enumerate(zip(pieces, told, strict=True)):
        y = ROW * (number + 0.5)
        _bar(axes, piece, y)
        if number + 1 < len(pieces):
            axes.plot([piece.end] * 2, [y + THICK / 2, y + ROW - THICK / 2], color=GUIDE, linewidth=0.8)
        write_label(page, page.top - y, piece.label, labels)
        page.write(page.right + 2 * EDGE, page.top - y, text, va="center_baseline")
    return page.figure


def _pieces(steps: Sequence[Step], total: Step) -> list[Piece]:
    pieces: list[Piece] = []
    for label, quantity in steps:
        start = pieces[-1].end if pieces else 0.0
        pieces.append(Piece(label, quantity, start, LESS if quantity.value < 0 else MORE))
    return [*pieces, Piece(*total, 0.0, WHOLE)]


def _drawn(pieces: Sequence[Piece]) -> list[float]:
    """Every place that a bar or whisker reaches."""
    return [
        place
        for piece in pieces
        for place in (piece.start, piece.end, piece.at(piece.quantity.low), piece.at(piece.quantity.high))
    ]


def _bar(axes: Axes, piece: Piece, y: float) -> None:
    """A bar, and its interval as a whisker about its end."""
    axes.barh(y, piece.end - piece.start, left=piece.start, height=THICK, linewidth=1.0, **piece.look)
    if piece.quantity.has_interval:
        ends = [piece.at(piece.quantity.low), piece.at(piece.quantity.high)]
        axes.plot(ends, [y] * 2, color="white", linewidth=3.2, solid_capstyle="butt")
        axes.plot(ends, [y] * 2, color=BLACK, linewidth=1.4, marker="|", markersize=6, markeredgewidth=1.4)
