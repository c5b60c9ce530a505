"""The region by municipality: classes that darken with their size, what they mean, and where it is most."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from results.figures.compared.borders import Borders, read_borders
from results.figures.heat_map import COLOURS
from results.figures.lettering import shorten, width, wrap
from results.figures.page import Page
from results.figures.style import GUIDE, QUIET, SMALL, in_style
from results.report.document import Figure, Name, Text
from results.report.figures.axes import EDGE, LINE, WIDTH, sheet, written
from results.report.figures.data import table_of_bars
from results.report.figures.marks import Bar, factor_of
from results.report.figures.svg import svg
from results.report.language import Language
from results.report.quantities import Quantity

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing
    from matplotlib.path import Path

TALL, MAP = 4.0, 3.75  # inches, the map's height and width
CLASSES = 5
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20)
MOST = 5  # municipalities named beside the map
UNKNOWN: dict[str, Any] = {"facecolor": "white", "hatch": "//////", "edgecolor": "#BBBBBB"}


@dataclass(frozen=True, slots=True)
class Scale:
    """Ends of the classes, from the lowest up, as numbers and as written."""

    ends: tuple[float, ...]
    written: tuple[str, ...]

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.ends) - 1

    def fill(self, number: int) -> dict[str, Any]:
        """matplotlib's words for a class."""
        return {"facecolor": COLOURS[number + 1]}

    def says(self, number: int) -> str:
        """A class in words."""
        return f"{self.written[number]}–{self.written[number + 1]}"

    def of(self, value: float) -> int:
        """The class of a value: it holds its lower end, the last both."""
        return sum(value >= end for end in self.ends[1:-1])


def region_map(
    say: Language,
    *,
    id: str,
    title: Text,
    description: Text,
    values: Mapping[str, Quantity],
    axis: str,
    notes: tuple[Text, ...] = (),
) -> Figure:
    """Numbers by municipality; `axis` says what they are, with unit.

    Raises ModuleNotFoundError without the packages that hold the borders.
    """
    borders = known_borders()
    with in_style():
        drawing = draw(say, values, axis, borders)
        drawn = svg(drawing, id, say.flat(title), say.flat(description))
    bars = [Bar(name, quantity) for name, quantity in values.items()]
    off = [Name(name) for name in values if name not in borders]
    missing = (say("figures.off_the_map", names=say.list(off)),) if off else ()
    return Figure(id, title, description, drawn, table_of_bars(say, id, title, bars), (*notes, *missing))


@functools.cache
def known_borders() -> Borders:
    """The borders, read once."""
    return read_borders()


def draw(say: Language, values: Mapping[str, Quantity], axis: str, borders: Borders) -> Drawing:
    """The drawing, `in_style`: the map, and beside it what its shades mean."""
    factor = factor_of([*values.values()])
    known = {name: factor * each.value for name, each in values.items() if each.known}
    scale = scale_of(say, [*known.values()])
    page = sheet(TALL, left=EDGE, right=WIDTH - EDGE - MAP, bottom=EDGE)
    _map(page, borders, known, scale)
    lines = wrap(axis, WIDTH - MAP - 5 * EDGE, SMALL, "bold", lines=3)
    y = _key(page, say, scale, lines, unknown=any(name not in known for name in borders))
    _highest(page, y, say, values)
    return page.figure


def scale_of(say: Language, values: Sequence[float]) -> Scale:
    """At most five classes with round ends that hold every value."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    ends = round_ends(low, high if high > low else low + 1)
    return Scale(tuple(ends), tuple(written(say, ends, ends[1] - ends[0])))


def round_ends(low: float, high: float) -> list[float]:
    """Ends of as many classes of one round size as there may be, from `low` or below to `high` or above."""
    ten = 10.0 ** math.floor(math.log10((high - low) / CLASSES))
    for step in (ten * size for size in STEPS):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first <= CLASSES:
            break
    return [step * number for number in range(first, last + 1)]


def _map(page: Page, borders: Borders, known: Mapping[str, float], scale: Scale) -> None:
    """Every municipality filled, those without a number hatched."""
    from matplotlib.collections import PathCollection

    axes = page.axes(page.left, page.bottom, page.width, page.height)
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="NW")
    every = [borders[name] for name in sorted(borders)]
    halo = PathCollection(every, facecolor=GUIDE, edgecolor=GUIDE, linewidth=1.8, clip_on=False)
    axes.add_collection(halo)  # the region's own outline, where the palest meet the page
    alike: dict[int | None, list[Path]] = {}
    for name in sorted(borders):
        alike.setdefault(scale.of(known[name]) if name in known else None, []).append(borders[name])
    for number, paths in alike.items():
        fill = UNKNOWN if number is None else scale.fill(number)
        axes.add_collection(
            PathCollection(paths, **({"edgecolor": "white"} | fill), linewidth=0.7, clip_on=False)
        )
    axes.autoscale_view()


def _key(page: Page, say: Language, scale: Scale, heading: Sequence[str], *, unknown: bool) -> float:
    """The classes, the highest on top; gives the place below them, in inches."""
    left, y = page.right + 3 * EDGE, page.top - 0.1
    for number, line in enumerate(heading):
        page.write(left, y - LINE * number, line, weight="bold", va="center_baseline")
    y -= LINE * len(heading) - 0.1
    fills = [(scale.fill(number), scale.says(number)) for number in reversed(range(scale.classes))]
    for fill, text in [*fills, *[(UNKNOWN, say.plain("figures.no_value"))] * unknown]:
        y -= 0.22
        for style in (fill, {"facecolor": "none", "edgecolor": QUIET, "linewidth": 0.5}):
            page.box(left, y - 0.075, 0.32, 0.15, **({"linewidth": 0.0} | style))
        page.write(left + 0.42, y, text, va="center_baseline")
    return y - 0.22


def _highest(page: Page, y: float, say: Language, values: Mapping[str, Quantity]) -> None:
    """Where it is most, in words."""
    known = sorted((-each.value, name) for name, each in values.items() if each.known)[:MOST]
    left, room = page.right + 3 * EDGE, WIDTH - page.right - 4 * EDGE
    heading = say.plain("figures.highest")
    page.write(left, y - 0.2, shorten(heading, room, SMALL, "bold"), weight="bold", va="center_baseline")
    for number, (_, name) in enumerate(known, 2):
        told = say.told(values[name], unit=False)
        label = shorten(name, room - width(told, SMALL) - 0.15, SMALL)
        page.write(left, y - 0.2 * number, label, va="center_baseline")
        page.write(WIDTH - EDGE, y - 0.2 * number, told, ha="right", va="center_baseline")
