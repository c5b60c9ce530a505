"""The region by municipality: one measure on a map per scenario, its differences below, the same facts beside."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from results.figures.compared.borders import Borders
from results.figures.compared.municipal import Facts, least_available
from results.figures.compared.subjects import Subjects
from results.figures.heat_map import COLOURS
from results.figures.lettering import shorten
from results.figures.page import MARGIN, WIDTH, Page, make_page
from results.figures.style import BLACK, GUIDE, QUIET, SMALL, level, signed
from results.figures.subject import joined

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDER = 2.6  # inches for each scenario beyond two
NAME, VALUE, DIFFERENCE = 1.35, 0.52, 0.66  # inches of the table's columns
LINE = 0.158  # inches
TEXT = SMALL - 0.5
BESIDE = 0.35  # inches between maps and table
HEADING = 0.48
TALLEST = 3.5  # inches of a map
ASPECT = 1.28  # height of the region over its width
KEY = 0.19  # inches per line of the legend
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
CLASSES = 5
MORE, LESS = ("#F4B183", "#B84A00"), ("#9CC8E3", "#0B4A7F")  # half of the widest difference, and beyond
STRIPE = "#F4F4F4"


@dataclass(frozen=True, slots=True)
class Shade:
    """How a municipality is filled, and what that means."""

    says: str
    colour: str
    hatch: str = ""
    edge: str = "white"  # of the hatch


NO_UNIT = Shade("no unit, or no doses", "white", "//////", "#BBBBBB")
SAME = Shade("not distinguishable", "white")


@dataclass(frozen=True, slots=True)
class Scale:
    """The classes of a measure that all maps of a page share: `step` wide from 0, and of differences, to `reach`."""

    step: float
    reach: float

    def of_mean(self, mean: float) -> Shade:
        """The class of a mean."""
        if np.isnan(mean):
            return NO_UNIT
        return self.means()[0 if mean == 0 else 1 + min(CLASSES - 1, int(mean / self.step))]

    def of_difference(self, mean: float, *, apart: bool) -> Shade:
        """The class of a difference to the baseline."""
        if np.isnan(mean):
            return NO_UNIT
        if not apart:
            return SAME
        far = abs(mean) > self.reach / 2
        return self.differences()[(0 if far else 1) if mean > 0 else (4 if far else 3)]

    def means(self) -> list[Shade]:
        """The classes of means, 0 by itself."""
        ends = [f"{self.step * n:,.6g}" for n in range(CLASSES + 1)]
        return [
            Shade("0", "white"),
            *(Shade(f"{ends[n]}–{ends[n + 1]}", COLOURS[n + 1]) for n in range(CLASSES)),
        ]

    def differences(self) -> list[Shade]:
        """The classes of differences, from the most to the least."""
        half = f"{self.reach / 2:,.6g}"
        return [
            Shade(f"more, by over {half}", MORE[1]),
            Shade(f"more, by up to {half}", MORE[0]),
            SAME,
            Shade(f"less, by up to {half}", LESS[0], "---"),
            Shade(f"less, by over {half}", LESS[1], "---"),
        ]


def draw(subjects: Subjects, facts: Facts, borders: Borders) -> Figure:
    """Scenarios in the first row of maps, differences to the baseline below, the table at the right."""
    count = len(subjects.every)
    width = WIDTH + WIDER * (count - 2)
    table = NAME + VALUE * count + DIFFERENCE * (count - 1)
    wide = (width - 2 * MARGIN - table - BESIDE) / count
    tall = min(TALLEST, ASPECT * (wide - 0.1))
    body = max(2 * (tall + HEADING), LINE * (len(facts.places) + 3.5), tall + HEADING + KEY * 15)
    page = make_page(
        subjects,
        facts.question.title + _at_share(subjects, facts),
        _finding(subjects, facts),
        _notes(subjects, facts, borders),
        body=body,
        legend=False,
        left=0,
        right=0,
        axis=0.1,
        width=width,
    )
    scale = _scale(facts)
    for number in range(count):
        summary = facts.summaries[number]
        left = page.left + number * wide
        shades = [scale.of_mean(mean) for mean in summary.mean]
        note = f"{_write(facts, summary.mean[-1])} in all"
        _map(page, (left, page.top, wide, tall), _named(subjects, number), note, borders, facts, shades)
        if number:
            top = page.top - tall - HEADING - (body - 2 * (tall + HEADING)) * 0.15
            told = facts.differences
            apart = told.distinguishable[number - 1]
            shades = [
                scale.of_difference(mean, apart=bool(known))
                for mean, known in zip(told.mean[number - 1], apart, strict=True)
            ]
            title, note = f"{LETTERS[number]} − A", f"{apart[:-1].sum()} of {apart.size - 1} distinguishable"
            _map(page, (left, top, wide, tall), title, note, borders, facts, shades)
    _key(page, page.top - tall - HEADING - 0.15, scale, facts)
    _table(page, page.right - table, subjects, facts)
    return page.figure


LETTERS = string.ascii_uppercase


def _named(subjects: Subjects, number: int) -> str:
    return f"{LETTERS[number]}: {subjects.labels[number]}"


def _at_share(subjects: Subjects, facts: Facts) -> str:
    if facts.question.name != "cost_beyond_uplift_sek_per_listed":
        return ""
    return f" if {level(least_available(subjects))} of it is available"


def _scale(facts: Facts) -> Scale:
    """Round classes that hold every mean of a municipality, and every difference that is told apart."""
    highest = max(float(np.nanmax(summary.mean[:-1], initial=0.0)) for summary in facts.summaries)
    apart = np.abs(facts.differences.mean[:, :-1][facts.differences.distinguishable[:, :-1]])
    return Scale(_round(highest / CLASSES), _round(float(apart.max(initial=0.0)) / 2) * 2)


def _round(least: float) -> float:
    """A round number that is no less."""
    if least <= 0:
        return 1.0
    ten = 10.0 ** np.floor(np.log10(least))
    return float(next(step * ten for step in STEPS if step * ten >= least * (1 - 1e-9)))


def _unit(facts: Facts) -> str:
    return facts.question.unit.replace("/year", " a year")


def _write(facts: Facts, value: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:,.{facts.question.decimals}f}" if value else "0"


def _map(
    page: Page,
    box: tuple[float, float, float, float],
    title: str,
    note: str,
    borders: Borders,
    facts: Facts,
    shades: Sequence[Shade],
) -> None:
    """Every municipality filled, those without a unit hatched; `box` is left, top, width and height in inches."""
    from matplotlib.collections import PathCollection

    left, top, wide, tall = box
    page.write(
        left, top - 0.16, shorten(title, wide - 0.1, SMALL + 0.5, "bold"), size=SMALL + 0.5, weight="bold"
    )
    page.write(left, top - 0.33, shorten(note, wide - 0.1, SMALL), colour=QUIET)
    axes = page.axes(left, top - HEADING - tall, wide - 0.1, tall)
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="NW")
    of = dict(zip(facts.places, shades, strict=True))
    alike: dict[Shade, list[str]] = {}
    for name in sorted(borders):
        alike.setdefault(of.get(name, NO_UNIT), []).append(name)
    for shade, names in alike.items():
        axes.add_collection(PathCollection([borders[name] for name in names], **_fill(shade)))
    edges: dict[str, Any] = {"facecolor": "none", "edgecolor": GUIDE, "linewidth": 0.6}
    axes.add_collection(PathCollection([borders[name] for name in sorted(borders)], **edges))
    axes.autoscale_view()


def _fill(shade: Shade) -> dict[str, Any]:
    return {"facecolor": shade.colour, "hatch": shade.hatch, "edgecolor": shade.edge, "linewidth": 0.0}


def _key(page: Page, top: float, scale: Scale, facts: Facts) -> None:
    """What the shades mean, below the baseline's map."""
    from matplotlib.patches import Rectangle

    lines: list[Shade | str] = [
        _unit(facts).capitalize() if facts.question.unit.startswith("percent") else _unit(facts),
        *reversed(scale.means()),
        NO_UNIT,
        "Difference to A",
        *(scale.differences() if facts.differences.distinguishable[:, :-1].any() else [SAME]),
    ]
    whole, tall = page.figure.get_size_inches()
    y = top
    for line in lines:
        y -= KEY
        if isinstance(line, str):
            y -= 0.04
            page.write(page.left, y, line, weight="bold", size=TEXT)
            continue
        box = Rectangle(
            (page.left / whole, (y - 0.02) / tall),
            0.3 / whole,
            0.14 / tall,
            **_fill(line),
        )
        page.figure.add_artist(box)
        page.figure.add_artist(
            Rectangle(
                box.get_xy(),
                box.get_width(),
                box.get_height(),
                facecolor="none",
                edgecolor=QUIET,
                linewidth=0.5,
            )
        )
        page.write(page.left + 0.4, y, line.says, size=TEXT)


def _table(page: Page, left: float, subjects: Subjects, facts: Facts) -> None:
    """The facts of the maps; differences that cannot be told from 0 in brackets."""
    from matplotlib.patches import Rectangle

    whole, tall = page.figure.get_size_inches()
    count = len(subjects.every)
    ends = [left + NAME + VALUE * (n + 1) for n in range(count)]
    ends += [ends[-1] + DIFFERENCE * (n + 1) for n in range(count - 1)]
    heads = [*LETTERS[:count], *(f"{letter} − A" for letter in LETTERS[1:count])]
    y = page.top - 0.16
    page.write(left, y, "Municipality", size=TEXT, weight="bold")
    for end, head in zip(ends, heads, strict=True):
        page.write(end, y, head, size=TEXT, weight="bold", ha="right")
    page.line((left, y - 0.05), (ends[-1], y - 0.05), color=BLACK, linewidth=0.8)
    for number, place in enumerate(facts.places):
        y -= LINE
        last = number == len(facts.places) - 1
        if last:
            y -= 0.06
            page.line((left, y + LINE - 0.05), (ends[-1], y + LINE - 0.05), color=BLACK, linewidth=0.8)
        elif number % 2:
            page.figure.add_artist(
                Rectangle(
                    (left / whole, (y - 0.04) / tall),
                    (ends[-1] - left) / whole,
                    LINE / tall,
                    facecolor=STRIPE,
                    linewidth=0,
                    zorder=-1,
                )
            )
        weight: Any = "bold" if last else "normal"
        page.write(left, y, shorten(place, NAME - 0.1, TEXT, weight), size=TEXT, weight=weight)
        for end, (text, colour) in zip(ends, _cells(facts, number), strict=True):
            page.write(end, y, text, size=TEXT, colour=colour, ha="right", weight=weight)


def _cells(facts: Facts, place: int) -> list[tuple[str, str]]:
    """A row of the table: means, then differences, each with its colour."""
    cells = [(_write(facts, float(summary.mean[place])), BLACK) for summary in facts.summaries]
    told = facts.differences
    for mean, apart in zip(told.mean[:, place], told.distinguishable[:, place], strict=True):
        text = "–" if np.isnan(mean) else signed(float(mean), facts.question.decimals)
        cells.append((text, BLACK) if apart or text == "–" else (f"({text})", QUIET))
    return cells


def _notes(subjects: Subjects, facts: Facts, borders: Borders) -> list[str]:
    return [
        f"{subjects.about_run()} {subjects.about_window()}",
        "Means over replications, by the municipality of the unit; one scale for all scenarios. In the table, "
        f"differences in brackets cannot be told from 0; map.csv has every interval. {_about(subjects, facts)}",
        subjects.about_intervals(facts.differences),
        off_the_map(facts.places[:-1], borders),
        subjects.about_patients(),
    ]


def _about(subjects: Subjects, facts: Facts) -> str:
    """What the measure counts."""
    if facts.question.name == "late_share":
        return (
            "Late: after the stream’s window, wherever given; a patient without a unit counts where listed."
        )
    if facts.question.name == "nurse_hours_per_10000_listed":
        return "Desk work on referrals and renewals included."
    share = level(least_available(subjects))
    return (
        f"A unit’s cost (readiness included, drugs not) less {share} of its uplift, where that is above 0; summed over "
        f"units. How much of the uplift is left for these streams is not known: {share} is the least that is told."
    )


def off_the_map(places: Sequence[str], borders: Borders) -> str:
    """Which municipalities of the registers have no border, in a sentence; empty where all have one."""
    missing = [place for place in places if place not in borders]
    return f"Not on the map, for want of a municipality of that name: {joined(missing)}." if missing else ""


def _finding(subjects: Subjects, facts: Facts) -> str:
    """Where each scenario has the most."""
    told = []
    for number, label in enumerate(subjects.labels):
        mean = facts.summaries[number].mean[:-1]
        if np.nanmax(mean, initial=0.0) > 0:
            most = int(np.nanargmax(mean))
            told.append(f"{label} {facts.places[most]} {_write(facts, float(mean[most]))}")
    if not told:
        return "It is 0 in every municipality in all of these runs."
    return f"Highest, {_unit(facts)}: {'; '.join(told)}."
