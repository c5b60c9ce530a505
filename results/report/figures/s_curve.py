"""How likely it is to stay at or below a value: the share of simulated years, from none to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.marks import MARKS
from results.figures.lettering import shorten
from results.figures.style import SMALL, in_style
from results.report.document import Figure, Text
from results.report.figures.axes import (
    EDGE,
    LINE,
    Mark,
    box,
    held,
    legend,
    legend_height,
    marked,
    number_axis,
    sheet,
    span,
)
from results.report.figures.data import table_of_groups
from results.report.figures.marks import Floats, Group, factor_of
from results.report.figures.svg import svg
from results.report.language import Language

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

TALL = 2.4  # inches
LEFT = 0.75  # inches for shares
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


def s_curve(
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
    """The empirical distribution of each group; `mark` is a value to hold it against, and what it is."""
    with in_style():
        drawing = draw(say, groups, axis, mark)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    return Figure(id, title, description, drawn, table_of_groups(say, id, title, groups), notes)


def draw(say: Language, groups: Sequence[Group], axis: str, mark: Mark) -> Drawing:
    """The drawing, `in_style`."""
    keys = tuple(group.label for group in groups)
    page = sheet(
        TALL,
        left=LEFT,
        right=2 * EDGE,
        top=legend_height(keys, lines=True) + (LINE + EDGE) * (mark is not None),
    )
    looks = [MARKS[number % len(MARKS)] for number in range(len(groups))]
    legend(page, keys, looks, lines=True)
    axes, factor = box(page), factor_of([group.mean for group in groups])
    every = [float(value) for group in groups for value in group.known]
    ends = span([*every, *held(mark, factor)])
    number_axis(page, axes, say, ends, axis)
    axes.set_ylim(0, 1)
    axes.set_yticks(SHARES, [f"{say.number(100 * share)}\u00a0%" for share in SHARES])
    axes.set_ylabel(shorten(say.plain("figures.share_of_years"), TALL, SMALL), fontsize=SMALL)
    axes.grid(axis="y")
    marked(axes, page, mark, factor)
    for group, look in zip(groups, looks, strict=True):
        if group.known.size:
            axes.step(*steps(group.known, ends), where="post", clip_on=False, **look.line(linewidth=1.8))
    return page.figure


def steps(values: Floats, ends: tuple[float, float]) -> tuple[Floats, Floats]:
    """Where the distribution function steps and to which share, from one end of the axis to the other."""
    at = np.concatenate([[ends[0]], np.sort(values), [ends[1]]])
    return at, np.concatenate([[0.0], np.arange(1, values.size + 1) / values.size, [1.0]])
