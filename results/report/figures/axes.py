"""A drawing's sheet and axes: room for labels in inches, ticks in round numbers written in the report's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.marks import Mark as Look
from results.figures.lettering import shorten, width, wrap
from results.figures.page import Page
from results.figures.style import BLACK, GUIDE, QUIET, SMALL
from results.report.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.0  # inches, as wide as the text of a printed page
EDGE = 0.06  # inches between what is drawn and the edge
AXIS = 0.5  # inches below, for ticks and what the axis says
LINE = 0.155  # inches of a line of text
KEY = 0.24  # inches of a row of the legend
POINT, STROKE, BESIDE = 0.12, 0.32, 0.06  # inches of a mark in it, and between it and its label
TICKS = 6
ROOM = 0.05  # of an axis, beyond the values


def sheet(body: float, *, left: float, right: float = EDGE, top: float = EDGE, bottom: float = AXIS) -> Page:
    """A sheet without title or background, with a box `body` inches high for the axes."""
    from matplotlib.figure import Figure

    tall = top + body + bottom
    figure = Figure(figsize=(WIDTH, tall))
    figure.patch.set_visible(False)
    return Page(figure, left, bottom, WIDTH - right, bottom + body, top)


def box(page: Page) -> Axes:
    """Axes in the box of a sheet, without background."""
    axes = page.axes(page.left, page.bottom, page.width, page.height)
    axes.patch.set_visible(False)
    return axes


Mark = tuple[float, str] | None  # a value to hold others against, and what it is


def span(values: Iterable[float], *, zero: bool = False) -> tuple[float, float]:
    """The ends of an axis on which all values that are known lie, with room beside them; `zero` may be an end."""
    known = [value for value in values if np.isfinite(value)] + [0.0] * zero
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if low == high:
        return low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    room = ROOM * (high - low)
    return low - room * (low != 0 or not zero), high + room * (high != 0 or not zero)


def number_ticks(say: Language, low: float, high: float) -> tuple[list[float], list[str]]:
    """Round numbers between two ends, as numbers and as written."""
    from matplotlib.ticker import MaxNLocator

    every = MaxNLocator(nbins=TICKS, steps=[1, 2, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    ticks = [float(tick) for tick in every if low - slack <= tick <= high + slack]
    return ticks, written(say, ticks, float(every[1] - every[0]))


def written(say: Language, ticks: Sequence[float], step: float) -> list[str]:
    """Ticks with as many decimals as their step has."""
    decimals = next(digits for digits in range(12) if abs(round(step, digits) - step) < 1e-6 * step)
    return [say.number(tick, decimals) for tick in ticks]


def number_axis(page: Page, axes: Axes, say: Language, ends: tuple[float, float], label: str) -> None:
    """Numbers along the lower edge, with lines up from them, and what they are."""
    ticks, texts = number_ticks(say, *ends)
    axes.set_xlim(*ends)
    axes.set_xticks(ticks, texts)
    axes.grid(axis="x")
    centred(page, page.left + page.width / 2, page.bottom - 0.4, label)


def centred(page: Page, x: float, y: float, label: str, *, colour: str = BLACK) -> None:
    """A line about a place, inches, moved as far as it must be to lie on the sheet."""
    text = shorten(label, WIDTH - 2 * EDGE, SMALL)
    half = width(text, SMALL) / 2
    page.write(min(max(x, EDGE + half), WIDTH - EDGE - half), y, text, colour=colour, ha="center")


def rows_axis(axes: Axes, tall: float) -> None:
    """Rows of a sheet from the top down, in inches, without ticks."""
    axes.set_ylim(tall, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def label_room(labels: Iterable[str], most: float) -> float:
    """Inches for labels, up to a most."""
    return min(most, max((width(label, SMALL) for label in labels), default=0.0)) + 0.02


def write_label(page: Page, y: float, label: str, room: float) -> None:
    """A label at the left edge on up to two lines, its middle at `y` inches."""
    lines = wrap(label, room, SMALL, lines=2)
    for number, line in enumerate(lines):
        middle = y + LINE * ((len(lines) - 1) / 2 - number)
        page.write(EDGE, middle, line, va="center_baseline")


def legend_height(labels: Sequence[str], *, lines: bool = False) -> float:
    """Inches that the legend of labels takes above the axes; little where there is none."""
    return KEY * (1 + max(row for row, _ in _places(labels, lines=lines))) + EDGE if labels else EDGE


def legend(page: Page, labels: Sequence[str], looks: Sequence[Look], *, lines: bool = False) -> None:
    """Points, or lines, and what they stand for, above the axes, in as many rows as they need."""
    tall = page.figure.get_size_inches()[1]
    wide = STROKE if lines else POINT
    for label, look, (row, x) in zip(labels, looks, _places(labels, lines=lines), strict=True):
        y = tall - KEY * (row + 0.5) - EDGE / 2
        if lines:
            page.line((x, y), (x + wide, y), **look.line(linewidth=1.8))
        else:
            page.line((x + wide / 2, y), (x + wide / 2, y), **look.point(markersize=6))
        page.write(x + wide + BESIDE, y, _short(label), va="center_baseline")


def _short(label: str) -> str:
    return shorten(label, WIDTH - 2 * EDGE - STROKE - BESIDE, SMALL)


def _places(labels: Sequence[str], *, lines: bool) -> list[tuple[int, float]]:
    """Row of each key, and its inches from the left edge."""
    found, row, x = [], 0, EDGE
    for label in labels:
        wide = (STROKE if lines else POINT) + BESIDE + width(_short(label), SMALL)
        if x > EDGE and x + wide > WIDTH - EDGE:
            row, x = row + 1, EDGE
        found.append((row, x))
        x += wide + 0.25
    return found


def zero_line(axes: Axes) -> None:
    """A line where nothing changes."""
    axes.axvline(0.0, color=BLACK, linewidth=1.0, zorder=1)


def held(mark: Mark, factor: float) -> list[float]:
    """Where a mark lies on the axis, if there is one."""
    return [] if mark is None else [factor * mark[0]]


def marked(axes: Axes, page: Page, mark: Mark, factor: float) -> None:
    """A dashed line at a value, and above the axes what it stands for."""
    if mark is None:
        return
    value, label = mark
    axes.axvline(factor * value, color=GUIDE, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    low, high = axes.get_xlim()
    x = page.left + page.width * (factor * value - low) / (high - low)
    centred(page, x, page.top + 0.06, label, colour=QUIET)
