"""Numbers with their intervals, one below the other, written beside their marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from results.figures.compared.marks import MARKS
from results.figures.compared.marks import Mark as Look
from results.figures.lettering import width
from results.figures.style import SMALL, in_style
from results.report.document import Figure, Text
from results.report.figures.axes import (
    EDGE,
    LINE,
    Mark,
    box,
    held,
    label_room,
    legend,
    legend_height,
    marked,
    number_axis,
    rows_axis,
    sheet,
    span,
    write_label,
    zero_line,
)
from results.report.figures.data import table_of_bars
from results.report.figures.marks import Bar, factor_of
from results.report.figures.svg import svg
from results.report.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

ROW, ALONE = 0.22, 0.36  # inches of a bar among those of its label, and of one alone
BETWEEN = 0.14  # inches between labels
LABELS, VALUES = 2.5, 1.9  # inches at most


@dataclass(frozen=True, slots=True)
class Row:
    """A bar, `y` inches below the top, and its look."""

    bar: Bar
    y: float
    look: Look


def interval_bars(
    say: Language,
    *,
    id: str,
    title: Text,
    description: Text,
    bars: Sequence[Bar],
    axis: str,
    zero: bool = False,
    mark: Mark = None,
    notes: tuple[Text, ...] = (),
) -> Figure:
    """A point and its interval per bar; `zero` draws a line at 0, `mark` is a value to hold them against.

    `axis` says what the numbers are, with unit.
    """
    with in_style():
        drawing = draw(say, bars, axis, zero=zero, mark=mark)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    return Figure(id, title, description, drawn, table_of_bars(say, id, title, bars), notes)


def draw(say: Language, bars: Sequence[Bar], axis: str, *, zero: bool, mark: Mark = None) -> Drawing:
    """The drawing, `in_style`: labels at the left, points and intervals, numbers at the right."""
    groups = tuple(dict.fromkeys(bar.group for bar in bars))
    keys = groups if any(groups) else ()
    rows, tall = _rows(bars, dict(zip(groups, _looks(len(groups)), strict=True)))
    told = _told(say, bars)
    labels = label_room((bar.label for bar in bars), LABELS)
    values = max((width(text, SMALL) for text in told), default=0.0)
    above = legend_height(keys) + LINE * (mark is not None)
    page = sheet(tall, left=2 * EDGE + labels, right=3 * EDGE + values, top=above)
    legend(page, keys, _looks(len(keys)))
    axes, factor = box(page), factor_of([bar.quantity for bar in bars])
    ends = [*_drawn(bars, factor), *held(mark, factor)]
    number_axis(page, axes, say, span(ends, zero=zero), axis)
    rows_axis(axes, tall)
    marked(axes, page, mark, factor)
    if zero:
        zero_line(axes)
    for row, text in zip(rows, told, strict=True):
        _point(axes, row, factor)
        page.write(page.right + 2 * EDGE, page.top - row.y, text, va="center_baseline")
    for label, y in _middles(rows):
        write_label(page, page.top - y, label, labels)
    return page.figure


def _looks(count: int) -> list[Look]:
    return [MARKS[number % len(MARKS)] for number in range(count)]


def _rows(bars: Sequence[Bar], looks: dict[str, Look]) -> tuple[list[Row], float]:
    """Bars from the top down, those of a label together, and how many inches they take."""
    rows: list[Row] = []
    y = 0.0
    for number, bar in enumerate(bars):
        before = number > 0 and bars[number - 1].label == bar.label
        after = number + 1 < len(bars) and bars[number + 1].label == bar.label
        tall = ROW if before or after else ALONE
        y += BETWEEN / 2 * (after and not before)
        rows.append(Row(bar, y + tall / 2, looks[bar.group]))
        y += tall + BETWEEN / 2 * (before and not after)
    return rows, y


def _told(say: Language, bars: Sequence[Bar]) -> list[str]:
    """The numbers with their intervals; alone where that is too long beside the marks."""
    whole = [say.told(bar.quantity, unit=False) for bar in bars]
    if max((width(text, SMALL) for text in whole), default=0.0) <= VALUES:
        return whole
    return [say.pieces(bar.quantity)[0] for bar in bars]


def _drawn(bars: Iterable[Bar], factor: float) -> Iterator[float]:
    for bar in bars:
        yield from (factor * end for end in (bar.quantity.value, bar.quantity.low, bar.quantity.high))


def _point(axes: Axes, row: Row, factor: float) -> None:
    """A point and its interval with caps; nothing where the number is unknown."""
    quantity = row.bar.quantity
    if not quantity.known:
        return
    if quantity.has_interval:
        ends = [factor * quantity.low, factor * quantity.high]
        axes.plot(
            ends, [row.y] * 2, color=row.look.colour, linewidth=1.6, marker="|", markersize=7,
            markeredgewidth=1.6, clip_on=False,
        )  # fmt: skip
    axes.plot([factor * quantity.value], [row.y], **row.look.point(markersize=6, clip_on=False))


def _middles(rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    """Each label once, at the middle of its bars."""
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end].bar.label != rows[start].bar.label:
            yield rows[start].bar.label, (rows[start].y + rows[end - 1].y) / 2
            start = end
