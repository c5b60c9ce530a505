"""The facts of a map as a table beside it: a row per municipality, means and differences by scenario."""

from __future__ import annotations

import string

import numpy as np

from results.figures.compared.municipal import Facts
from results.figures.lettering import shorten
from results.figures.page import Page
from results.figures.style import BLACK, QUIET, SMALL, Weight, signed

LETTERS = string.ascii_uppercase  # what the scenarios are called on maps and in the table, the baseline A
NAME, VALUE, DIFFERENCE = 1.35, 0.52, 0.66  # inches of the columns
LINE = 0.158  # inches
TEXT = SMALL - 0.5
STRIPE = "#F4F4F4"
LAST = 0.06  # inches between the municipalities and the whole register


def table_size(facts: Facts) -> tuple[float, float]:
    """Width and height in inches."""
    count = len(facts.summaries)
    return NAME + VALUE * count + DIFFERENCE * (count - 1), LINE * (len(facts.places) + 1) + LAST


def written(facts: Facts, value: float) -> str:
    """A value with the decimals of its measure, a dash where undefined."""
    if np.isnan(value):
        return "–"
    return f"{value:,.{facts.question.decimals}f}" if value else "0"


def write_table(page: Page, left: float, facts: Facts) -> None:
    """Write it at the top of the page's panels; differences that cannot be told from 0 stand in brackets."""
    count = len(facts.summaries)
    ends = [left + NAME + VALUE * (n + 1) for n in range(count)]
    ends += [ends[-1] + DIFFERENCE * (n + 1) for n in range(count - 1)]
    heads = [*LETTERS[:count], *(f"{letter} − A" for letter in LETTERS[1:count])]
    y = page.top - 0.16
    _row(page, left, y, "Municipality", ends, [(head, BLACK) for head in heads], "bold")
    _rule(page, left, ends[-1], y)
    for number, place in enumerate(facts.places[:-1]):
        y -= LINE
        if number % 2:
            page.box(left, y - 0.04, ends[-1] - left, LINE, facecolor=STRIPE, linewidth=0, zorder=-1)
        _row(page, left, y, place, ends, _cells(facts, number), "normal")
    y -= LAST
    _rule(page, left, ends[-1], y)
    _row(page, left, y - LINE, facts.places[-1], ends, _cells(facts, -1), "bold")


def _row(
    page: Page,
    left: float,
    y: float,
    name: str,
    ends: list[float],
    cells: list[tuple[str, str]],
    weight: Weight,
) -> None:
    page.write(left, y, shorten(name, NAME - 0.1, TEXT, weight), size=TEXT, weight=weight)
    for end, (text, colour) in zip(ends, cells, strict=True):
        page.write(end, y, text, size=TEXT, colour=colour, ha="right", weight=weight)


def _rule(page: Page, left: float, right: float, y: float) -> None:
    page.line((left, y - 0.05), (right, y - 0.05), color=BLACK, linewidth=0.8)


def _cells(facts: Facts, place: int) -> list[tuple[str, str]]:
    """A row of the table: means, then differences, each with its colour."""
    cells = [(written(facts, float(summary.mean[place])), BLACK) for summary in facts.summaries]
    told = facts.differences
    for mean, apart in zip(told.mean[:, place], told.distinguishable[:, place], strict=True):
        text = "–" if np.isnan(mean) else signed(float(mean), facts.question.decimals)
        cells.append((text, BLACK) if apart or text == "–" else (f"({text})", QUIET))
    return cells
