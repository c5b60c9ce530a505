"""The region by municipality: one measure on a map per scenario, its differences below, the same facts beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from results.figures.compared.borders import Borders
from results.figures.compared.fact_table import LETTERS, TEXT, table_size, write_table, written
from results.figures.compared.municipal import Facts
from results.figures.compared.shades import NO_UNIT, SAME, Scale, Shade, scale_of
from results.figures.compared.subjects import Subjects
from results.figures.lettering import shorten
from results.figures.page import MARGIN, WIDTH, Page, make_page
from results.figures.style import GUIDE, QUIET, SMALL
from results.figures.subject import joined

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDER = 2.6  # inches for each scenario beyond two
BESIDE = 0.35  # inches between maps and table
APART = 0.1  # inches between maps
HEADING = 0.48
TALLEST = 3.5  # inches of a map
ASPECT = 1.28  # height of the region over its width
KEY, KEYS = 0.19, 15  # inches per line of the legend, and how many there are at most
LOWERED = 0.15  # of the height that is left, above the differences


def draw(subjects: Subjects, facts: Facts, borders: Borders) -> Figure:
    """Scenarios in the first row of maps, differences to the baseline below, the table at the right."""
    count = len(subjects.every)
    width, (table, rows) = WIDTH + WIDER * (count - 2), table_size(facts)
    wide = (width - 2 * MARGIN - table - BESIDE) / count
    tall = min(TALLEST, ASPECT * (wide - APART))
    row = tall + HEADING
    body = max(2 * row, rows + 0.3, row + KEY * KEYS)
    page = make_page(
        subjects,
        facts.title,
        _finding(subjects, facts),
        _notes(subjects, facts, borders),
        body=body,
        legend=False,
        left=0,
        right=0,
        axis=0.1,
        width=width,
    )
    scale, below = scale_of(facts), page.top - row - (body - 2 * row) * LOWERED
    for number, (label, letter) in enumerate(zip(subjects.labels, LETTERS, strict=False)):
        left, mean = page.left + number * wide, facts.summaries[number].mean
        shades = [scale.of_mean(value) for value in mean]
        note = f"{written(facts, mean[-1])} in all"
        _map(page, (left, page.top, wide, tall), f"{letter}: {label}", note, borders, facts, shades)
        if number:
            shades = _of_differences(scale, facts, number - 1)
            apart = facts.differences.distinguishable[number - 1, :-1]
            note = f"{apart.sum()} of {apart.size} distinguishable"
            _map(page, (left, below, wide, tall), f"{letter} − A", note, borders, facts, shades)
    _key(page, below, scale, facts)
    write_table(page, page.right - table, facts)
    return page.figure


def _of_differences(scale: Scale, facts: Facts, scenario: int) -> list[Shade]:
    told = facts.differences
    return [
        scale.of_difference(mean, apart=bool(apart))
        for mean, apart in zip(told.mean[scenario], told.distinguishable[scenario], strict=True)
    ]


def _map(
    page: Page,
    place: tuple[float, float, float, float],
    title: str,
    note: str,
    borders: Borders,
    facts: Facts,
    shades: Sequence[Shade],
) -> None:
    """Every municipality filled, those without a unit hatched; `place` is left, top, width and height, inches."""
    from matplotlib.collections import PathCollection

    left, top, wide, tall = place
    room, size = wide - APART, SMALL + 0.5
    page.write(left, top - 0.16, shorten(title, room, size, "bold"), size=size, weight="bold")
    page.write(left, top - 0.33, shorten(note, room, SMALL), colour=QUIET)
    axes = page.axes(left, top - HEADING - tall, room, tall)
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="NW")
    of = dict(zip(facts.places, shades, strict=True))
    alike: dict[Shade, list[str]] = {}
    for name in sorted(borders):
        alike.setdefault(of.get(name, NO_UNIT), []).append(name)
    for shade, names in alike.items():
        axes.add_collection(PathCollection([borders[name] for name in names], **shade.fill()))
    edges: dict[str, Any] = {"facecolor": "none", "edgecolor": GUIDE, "linewidth": 0.6}
    axes.add_collection(PathCollection([borders[name] for name in sorted(borders)], **edges))
    axes.autoscale_view()


def _key(page: Page, top: float, scale: Scale, facts: Facts) -> None:
    """What the shades mean, below the baseline's map."""
    apart = facts.differences.distinguishable[:, :-1].any()
    lines: list[Shade | str] = [
        facts.unit,
        *reversed(scale.means()),
        NO_UNIT,
        "difference to A",
        *(scale.differences() if apart else [SAME]),
    ]
    y = top + 0.03
    for line in lines:
        y -= KEY
        if isinstance(line, str):
            y -= 0.04
            page.write(page.left, y, line, weight="bold", size=TEXT)
            continue
        for style in (line.fill(), {"facecolor": "none", "edgecolor": QUIET, "linewidth": 0.5}):
            page.box(page.left, y - 0.02, 0.3, 0.14, **style)
        page.write(page.left + 0.4, y, line.says, size=TEXT)


def _notes(subjects: Subjects, facts: Facts, borders: Borders) -> list[str]:
    return [
        f"{subjects.about_run()} {subjects.about_window()}",
        "Means over replications, by the municipality of the unit; one scale for all scenarios. In the table, "
        f"differences in brackets cannot be told from 0; map.csv has every interval. {facts.about}",
        subjects.about_intervals(facts.differences),
        off_the_map(facts.places[:-1], borders),
        subjects.about_patients(),
    ]


def off_the_map(places: Sequence[str], borders: Borders) -> str:
    """Which municipalities of the registers have no border, in a sentence; empty where all have one."""
    missing = [place for place in places if place not in borders]
    return f"Not on the map, for want of a municipality of that name: {joined(missing)}." if missing else ""


def _finding(subjects: Subjects, facts: Facts) -> str:
    """Where each scenario has the most."""
    told = []
    for label, summary in zip(subjects.labels, facts.summaries, strict=True):
        mean = summary.mean[:-1]
        if np.nanmax(mean, initial=0.0) > 0:
            most = int(np.nanargmax(mean))
            told.append(f"{label} {facts.places[most]} {written(facts, float(mean[most]))}")
    if not told:
        return "It is 0 in every municipality in all of these runs."
    return f"Highest, {facts.unit}: {'; '.join(told)}."
