"""What chance can do: one dot per replication, beside each other where they would lie upon each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.futures import RADII
from results.figures.compared.futures import beeswarm as beside
from results.figures.style import BLACK, BLUE, in_style
from results.report.document import Figure, Text
from results.report.figures.axes import (
    EDGE,
    LINE,
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

ROW = 0.62  # inches
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
    labels = label_room((group.label for group in groups), LABELS)
    page = sheet(
        ROW * len(groups), left=3 * EDGE + labels, right=2 * EDGE, top=EDGE + LINE * (mark is not None)
    )
    axes, factor = box(page), factor_of([group.mean for group in groups])
    every = [float(value) for group in groups for value in group.known]
    ends = span([*every, *held(mark, factor)])
    number_axis(page, axes, say, ends, axis)
    rows_axis(axes, page.height)
    marked(axes, page, mark, factor)
    inches = [page.width / (ends[1] - ends[0]) * (group.known - ends[0]) for group in groups]
    radius = _radius(inches)
    for number, (group, places) in enumerate(zip(groups, inches, strict=True)):
        y = ROW * (number + 0.5)
        _dots(axes, group.known, y + _heights(places, radius), radius)
        _mean(axes, group.known, y)
        write_label(page, page.top - y, group.label, labels)
    return page.figure


def _radius(rows: Sequence[Floats]) -> float:
    """Half the width, inches, of the largest dots with which every row has room."""
    return next(
        (
            radius
            for radius in RADII
            if all(np.abs(beside(row, radius)).max(initial=0) + radius <= ROW / 2 for row in rows)
        ),
        RADII[-1],
    )


def _heights(places: Floats, radius: float) -> Floats:
    """How far from the middle of its row each dot lies, inches; no further than the row reaches."""
    return np.clip(beside(places, radius), radius - ROW / 2, ROW / 2 - radius)


def _dots(axes: Axes, values: Floats, heights: Floats, radius: float) -> None:
    size = 2 * 72 * radius / APART
    axes.plot(
        values,
        heights,
        color=BLUE,
        marker="o",
        linestyle="",
        markersize=size,
        markeredgewidth=0,
        clip_on=False,
    )


def _mean(axes: Axes, values: Floats, y: float) -> None:
    """A stroke across the row."""
    if values.size:
        ends = [y - 0.44 * ROW, y + 0.44 * ROW]
        axes.plot([float(values.mean())] * 2, ends, color=BLACK, linewidth=1.4, zorder=1)
