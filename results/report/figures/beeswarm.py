"""What chance can do: one dot per replication, beside each other where they would lie upon each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.style import BLACK, BLUE, in_style
from results.report.document import Figure, Text
from results.report.figures.axes import (
    EDGE,
    LINE,
    WIDTH,
    Mark,
    box,
    held,
    label_room,
    marked,
    number_axis,
    rows_axis,
    sheet,
    span,
    write_label,
)
from results.report.figures.data import table_of_groups
from results.report.figures.marks import Floats, Group, factor_of
from results.report.figures.svg import svg
from results.report.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

LEAST, MEAN, BEYOND = 0.4, 0.7, 0.4  # inches of a row at least, of all at most, and once beyond
GAP = 0.08  # inches between rows
RADII = (0.05, 0.043, 0.036, 0.03, 0.025, 0.02)  # inches of half a dot
LABELS = 2.2  # inches at most
APART = 1.08  # between two dots, in their width


def beeswarm(
    say: Language,
    *,
    id: str,
    title: Text,
    description: Text,
    groups: Sequence[Group],
    axis: str,
    mark: Mark = None,
    notes: tuple[Text, ...] = (),
) -> Figure:
    """A row of dots per group, a stroke at its mean; `mark` is a value to hold them against, and what it is."""
    with in_style():
        drawing = draw(say, groups, axis, mark)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    return Figure(id, title, description, drawn, table_of_groups(say, id, title, groups), notes)


def draw(say: Language, groups: Sequence[Group], axis: str, mark: Mark) -> Drawing:
    """The drawing, `in_style`."""
    factor = factor_of([group.mean for group in groups])
    every = [float(value) for group in groups for value in group.known]
    ends = span([*every, *held(mark, factor)])
    labels = label_room((group.label for group in groups), LABELS)
    left, right = 3 * EDGE + labels, 2 * EDGE
    inches = (WIDTH - left - right) / (ends[1] - ends[0])
    radius, rows = _placed([inches * (group.known - ends[0]) for group in groups])
    tall = [_tall(row, radius) for row in rows]
    page = sheet(sum(tall), left=left, right=right, top=EDGE + LINE * (mark is not None))
    axes = box(page)
    number_axis(page, axes, say, ends, axis)
    rows_axis(axes, page.height)
    marked(axes, page, mark, factor)
    for group, row, high, end in zip(groups, rows, tall, np.cumsum(tall), strict=True):
        y = float(end) - high / 2
        _dots(axes, group.known, y + row, radius)
        _mean(axes, group.known, y, high)
        write_label(page, page.top - y, group.label, labels)
    return page.figure


def _placed(rows: Sequence[Floats]) -> tuple[float, list[Floats]]:
    """Half the width of the largest dots with which all rows have room, and how far from its middle each lies; inches.

    Where even the smallest have none, the dots of a high row lie upon each other.
    """
    for radius in RADII:
        placed = [beside(row, radius) for row in rows]
        if sum(_tall(row, radius) for row in placed) <= MEAN * len(rows) + BEYOND:
            return radius, placed
    return radius, [row * min(1.0, MEAN / 2 / np.abs(row).max(initial=radius)) for row in placed]


def beside(places: Floats, radius: float) -> Floats:
    """Heights at which dots at these places cover no other: each in the lane nearest the middle that is free there."""
    heights = np.zeros(places.size)
    lanes: list[float] = []  # the place of the last dot in each, in the order 0, 1 up, 1 down, 2 up, …
    for number in np.argsort(places, kind="stable"):
        place = float(places[number])
        lane = next((n for n, last in enumerate(lanes) if place - last >= 2 * radius), len(lanes))
        lanes[lane : lane + 1] = [place]
        heights[number] = 2 * radius * ((lane + 1) // 2) * (1 if lane % 2 else -1)
    return heights


def _tall(row: Floats, radius: float) -> float:
    """Inches that a row takes."""
    return max(LEAST, 2 * (float(np.abs(row).max(initial=0.0)) + radius) + GAP)


def _dots(axes: Axes, values: Floats, heights: Floats, radius: float) -> None:
    axes.plot(
        values, heights, color=BLUE, marker="o", linestyle="", markersize=2 * 72 * radius / APART,
        markeredgewidth=0, clip_on=False,
    )  # fmt: skip


def _mean(axes: Axes, values: Floats, y: float, high: float) -> None:
    """A stroke across the row."""
    if values.size:
        ends = [y - 0.44 * high, y + 0.44 * high]
        axes.plot([float(values.mean())] * 2, ends, color=BLACK, linewidth=1.4, zorder=1)
