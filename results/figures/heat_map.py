"""Unit × week: the share of the nurse minutes present that transferred care takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.figures.lettering import shorten, spread
from results.figures.page import MARGIN, WIDTH, Page, empty_page, make_page
from results.figures.style import BLACK, QUIET, SMALL, UNKNOWN, level, percent
from results.figures.subject import Floats, Subject
from results.figures.weeks import low_staff_weeks, week_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "Share of nurse capacity that transferred care takes, unit by unit and week by week"
NAMED = 6  # units named at the side
BAR = 0.2  # inches for the colour bar, beside the room of a legend
LINE = 0.2  # inches between two lines of text at the side
LEFT, RIGHT = 1.65, 2.95  # inches for the areas and the named units
STEPS = {
    1.0: 5,
    1.5: 3,
    2.0: 4,
    3.0: 3,
    4.0: 4,
    5.0: 5,
    6.0: 3,
    8.0: 4,
    10.0: 5,
}  # round caps, and their ticks
COLOURS = ("#FFFFFF", "#CFE3F0", "#7FB6DA", "#2C7FB8", "#0B4A7F", "#04152B")  # even steps down in lightness

Order = NDArray[np.int64]


def draw(subject: Subject) -> Figure:
    """Units grouped by area, in each the highest yearly share first; the highest of all are named."""
    ours, present = subject.nurse_minutes("transferred_minutes"), subject.nurse_minutes("present_minutes")
    if not subject.transferred:
        return empty_page(subject, TITLE, "No transferred care in this run.")
    if not ours.any():
        return empty_page(subject, TITLE, "Transferred care takes no nurse time in this run.")
    cells = _divide(ours.sum(axis=0), present.sum(axis=0))
    weeks = slice(subject.window.first // 7, subject.window.end // 7)
    share = np.nan_to_num(_divide(ours[:, weeks].sum(axis=(0, 1)), present[:, weeks].sum(axis=(0, 1))))
    order = _order(subject, share)
    cap = _cap(cells)
    notes = [
        f"{subject.about_run()} {subject.about_window()}",
        "Cell: transferred nurse minutes ÷ nurse minutes present, over all replications together"
        f"{'' if subject.replications >= 20 else '; with so few, a single cell is mostly chance'}. "
        "Areas and, in them, units by their share in the window, the highest on top.",
        subject.about_patients("nurse_hours_per_year"),
    ]
    areas = len({unit.area for unit in subject.resolved.units})
    body = min(6.6, max(1.0, 0.035 * len(order), 2.1 * LINE * max(areas, min(NAMED, len(order)))))
    page = make_page(
        subject,
        TITLE,
        _finding(subject, ours[:, weeks], present[:, weeks], share),
        notes,
        body=body + BAR,
        left=LEFT - MARGIN,
        right=RIGHT - MARGIN,
    )
    page = replace(page, top=page.top - BAR)
    axes = page.axes(page.left, page.bottom, page.width, page.height)
    _map(page, axes, cells.T[order], cap)
    week_axis(axes, subject)
    _areas(page, axes, subject, order)
    _highest(page, subject, order, share)
    return page.figure


def _divide(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))


def _order(subject: Subject, share: Floats) -> Order:
    """Units by area, areas by the mean share of their units, units by share; ties by key."""
    areas: dict[str, list[int]] = {}
    for number, unit in enumerate(subject.resolved.units):
        areas.setdefault(unit.area, []).append(number)
    ranked = sorted(areas.items(), key=lambda item: (-share[item[1]].mean(), item[0]))
    return np.array([n for _, members in ranked for n in sorted(members, key=lambda n: -share[n])])


def _cap(cells: Floats) -> float:
    """A round share that all but one in a hundred of the cells with work stay below."""
    high = float(np.nanquantile(cells[cells > 0], 0.99))
    ten = float(10.0 ** np.floor(np.log10(high)))
    return next(step * ten for step in STEPS if step * ten >= high * 0.999)


def _ticks(cap: float) -> list[float]:
    mantissa = cap / 10.0 ** np.floor(np.log10(cap) + 1e-9)
    intervals = STEPS[min(STEPS, key=lambda step: abs(step - mantissa))]
    return [cap * n / intervals for n in range(intervals + 1)]


def _finding(subject: Subject, ours: Floats, present: Floats, share: Floats) -> str:
    """Half of the units and the highest; and what few at work in July and at Christmas do to the share."""
    share = share[present.any(axis=(0, 1))]
    half, highest = percent(float(np.median(share)), 2), percent(float(share.max()), 2)
    told = f"In the window half of the units spend at most {half} of nurse time on it, the highest {highest}."
    if len(share) == 1:
        told = f"In the window the one unit spends {highest} of nurse time on it."
    stretches, names = low_staff_weeks(subject)
    low = np.zeros(subject.weeks, dtype=bool)
    for first, last in stretches:
        low[first - 1 : last] = True
    low = low[subject.window.first // 7 : subject.window.end // 7]
    if not low.any() or low.all():
        return told
    few, many = (float(ours[:, w].sum() / max(1.0, present[:, w].sum())) for w in (low, ~low))
    few_at_work = f"{percent(few, 2)} when few are at work ({names})"
    return f"{told} Of all nurse time it takes {few_at_work}, else {percent(many, 2)}."


def _map(page: Page, axes: Axes, cells: Floats, cap: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("load", COLOURS).with_extremes(bad=UNKNOWN)
    rows, weeks = cells.shape
    image = axes.imshow(
        cells,
        cmap=colours,
        vmin=0,
        vmax=cap,
        aspect="auto",
        interpolation="none",
        extent=(0.5, weeks + 0.5, rows + 0.5, 0.5),
    )
    axes.spines[["top", "right"]].set_visible(True)
    axes.set_yticks([])
    bar = page.axes(page.left, page.top + 0.42, page.width * 0.5, 0.13)
    above = bool(np.nanmax(cells) > cap)
    colorbar = page.figure.colorbar(
        image, cax=bar, orientation="horizontal", extend="max" if above else "neither"
    )
    colorbar.set_ticks(_ticks(cap), labels=[level(tick) for tick in _ticks(cap)])
    page.write(
        page.left - 0.2, page.top + 0.44, "Share of nurse\nminutes present", ha="right", va="center_baseline"
    )


def _inches(page: Page, rows: int, row: float) -> float:
    """Distance from the top of the panels to a row's middle; rows count from 1."""
    return (row - 0.5) / rows * page.height


def _areas(page: Page, axes: Axes, subject: Subject, order: Order) -> None:
    """A bracket beside each area, its name where there is room for one: the largest areas first."""
    units = subject.resolved.units
    stretches: list[tuple[str, int, int]] = []
    for row, number in enumerate(order, start=1):
        area = units[number].area
        if stretches and stretches[-1][0] == area:
            stretches[-1] = (area, stretches[-1][1], row)
        else:
            stretches.append((area, row, row))
    across = axes.get_yaxis_transform()
    gap = 0.04 * len(order) / page.height  # rows, on each side of a bracket
    for _, first, last in stretches:
        short = min(gap, (last - first + 1) / 4)
        axes.plot(
            (-0.012, -0.012),
            (first - 0.5 + short, last + 0.5 - short),
            color=BLACK,
            linewidth=2,
            transform=across,
            clip_on=False,
        )
        if last < len(order):
            axes.axhline(last + 0.5, color=BLACK, linewidth=0.8)
    room = int(page.height / (2 * LINE))
    largest = sorted(stretches, key=lambda s: s[1] - s[2])[:room]
    named = sorted(largest, key=lambda s: s[1])
    middles = [_inches(page, len(order), (first + last) / 2) for _, first, last in named]
    for (area, first, last), place in zip(
        named, spread(middles, 2 * LINE, LINE, page.height - LINE), strict=True
    ):
        at = page.left - 0.2
        page.write(at, page.top - place + 0.03, shorten(area, LEFT - MARGIN - 0.2, 9.5), size=9.5, ha="right")
        many = last - first + 1
        page.write(
            at,
            page.top - place - 0.13,
            f"{many} unit{'' if many == 1 else 's'}",
            ha="right",
            colour=QUIET,
        )


def _highest(page: Page, subject: Subject, order: Order, share: Floats) -> None:
    """Names of the units with the highest share, each tied to its row."""
    rows = {int(number): row for row, number in enumerate(order, start=1)}
    room = int(page.height / (2 * LINE))
    top = sorted((int(n) for n in order if share[n] > 0), key=lambda n: -share[n])[: min(NAMED, room)]
    top.sort(key=lambda n: rows[n])
    gap = 2 * LINE
    places = spread([_inches(page, len(order), rows[n]) for n in top], gap, LINE, page.height - LINE)
    left = page.right + 0.3
    for number, place in zip(top, places, strict=True):
        y = page.top - place
        row = page.top - _inches(page, len(order), rows[number])
        page.tie((page.right + 0.03, row), (left - 0.04, y))
        unit = subject.resolved.units[number]
        page.write(left, y + 0.02, shorten(unit.name, WIDTH - MARGIN - left, SMALL), size=SMALL)
        page.write(
            left, y - 0.14, f"{percent(float(share[number]), 2)} in the window", size=SMALL, colour=QUIET
        )
