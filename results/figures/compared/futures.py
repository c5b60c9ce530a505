"""The possible futures of the cost: one dot per replication, and how probable it is that the cost is at most x."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.figures.compared.marks import MARKS, Mark
from results.figures.compared.subjects import Subjects
from results.figures.lettering import shorten
from results.figures.page import MARGIN, Page, empty_page, make_page
from results.figures.style import BLACK, BODY, GUIDE, QUIET, SHADE, SMALL
from results.figures.subject import Floats, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "What it may cost a year: one dot per possible future"
COST = "cost_msek_per_year"
LEFT = 0.1
BETWEEN = 0.95  # inches between dots and curves
HEADING = 0.5  # inches for a scenario's name and what is said of it
PANEL = 0.95  # inches
GAP = 0.12
RADII = (0.055, 0.045, 0.036, 0.028, 0.021, 0.015, 0.01)  # inches; the first at which the dots have room
CONFIDENCE = 0.95
WIDE = 0.25  # half the height of a band that says little


def draw(subjects: Subjects) -> Figure:
    """Each scenario a row: its futures as a beeswarm, beside it the distribution function with its band."""
    costs = [subject.measure(COST, "region", [""])[:, 0] for subject in subjects.every]
    if not any(cost.any() for cost in costs):
        return empty_page(subjects, TITLE, "Transferred care costs nothing in any of these runs.")
    tops = np.cumsum([0.0, *(HEADING + (PANEL + GAP) * cost.any() for cost in costs)])
    notes = [
        f"{subjects.about_run()} {subjects.about_window()}",
        f"Cost at units in {subjects.baseline.resolved.scenario.money.price_year} prices, readiness included, "
        "drugs not. A future is a replication: futures differ by chance alone, not by what is unknown.",
        _band_note(subjects, grey=bool(costs[0].any())),
        subjects.about_patients(),
    ]
    page = make_page(
        subjects,
        TITLE,
        _finding(subjects, costs),
        notes,
        body=float(tops[-1]),
        legend=False,
        left=LEFT,
    )
    ends = _ends(costs)
    for number, (label, cost) in enumerate(zip(subjects.labels, costs, strict=True)):
        top = page.top - float(tops[number])
        page.write(MARGIN, top - 0.14, shorten(label, page.width, BODY), size=BODY, weight="bold")
        page.write(
            MARGIN, top - 0.32, shorten(_told(subjects, costs, number), page.width, SMALL), colour=QUIET
        )
        if cost.any():
            last = not any(other.any() for other in costs[number + 1 :])
            _row(page, top - HEADING, costs, number, ends, last=last)
    return page.figure


def _ends(costs: list[Floats]) -> tuple[float, float]:
    """The ends of the scale that all rows share; those without any cost stand in words."""
    some = np.concatenate([cost for cost in costs if cost.any()])
    room = 0.06 * (float(np.ptp(some)) or abs(float(some[0])))
    return float(some.min()) - room, float(some.max()) + room


def _row(
    page: Page, top: float, costs: list[Floats], number: int, ends: tuple[float, float], *, last: bool
) -> None:
    wide = (page.width - BETWEEN) / 2
    dots = page.axes(page.left, top - PANEL, wide, PANEL)
    curve = page.axes(page.left + wide + BETWEEN, top - PANEL, wide, PANEL)
    _dots(dots, costs[number], MARKS[number], ends, wide)
    _curve(curve, costs[number], MARKS[number])
    if number and costs[0].any():
        values, shares = _steps(costs[0], ends)
        curve.step(values, shares, where="post", color=GUIDE, linewidth=1.0, zorder=1)
    for axes in (dots, curve):
        axes.set_xlim(*ends)
        axes.grid(axis="x")
        axes.tick_params(labelbottom=last)
    if last:
        dots.set_xlabel("Cost, MSEK a year")
        curve.set_xlabel("At most so many MSEK a year")


def _dots(axes: Axes, cost: Floats, mark: Mark, ends: tuple[float, float], wide: float) -> None:
    """The futures beside each other where they would lie upon each other."""
    place = (cost - ends[0]) / (ends[1] - ends[0]) * wide
    radius, heights = next(
        (radius, heights)
        for radius in RADII
        if np.abs(heights := beeswarm(place, radius)).max() <= PANEL / 2 - radius or radius == RADII[-1]
    )
    axes.plot(cost, heights, **mark.point(markersize=2 * 72 * radius * 0.92, markeredgewidth=0))
    axes.axvline(quantile(cost, 0.5), color=BLACK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
    axes.set_ylim(-PANEL / 2, PANEL / 2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def beeswarm(places: Floats, radius: float) -> Floats:
    """Heights at which dots at these places touch but do not cover each other, each as near to 0 as it can."""
    heights = np.zeros(places.size)
    done: list[int] = []
    for number in np.argsort(places, kind="stable"):
        near = [n for n in done if places[number] - places[n] < 2 * radius]
        touching = [np.sqrt(4 * radius**2 - (places[number] - places[n]) ** 2) for n in near]
        ways = [0.0, *(heights[n] + s * t for n, t in zip(near, touching, strict=True) for s in (1, -1))]
        free = [
            way
            for way in ways
            if all(abs(way - heights[n]) >= t - 1e-9 for n, t in zip(near, touching, strict=True))
        ]
        heights[number] = min(free, key=lambda way: (abs(way), way))
        done.append(int(number))
    return heights


def _steps(cost: Floats, ends: tuple[float, float]) -> tuple[Floats, Floats]:
    """The distribution function: where it steps and to which share, from one end to the other."""
    values = np.concatenate([[ends[0]], np.sort(cost), [ends[1]]])
    return values, np.concatenate([[0.0], np.arange(1, cost.size + 1) / cost.size, [1.0]])


def band(replications: int) -> float:
    """Half the height of the band that holds the whole distribution function with 95 %.

    Dvoretzky–Kiefer–Wolfowitz, with the constant of Massart (Ann Probab 1990;18:1269–1283).
    """
    return float(np.sqrt(np.log(2 / (1 - CONFIDENCE)) / (2 * replications)))


def _curve(axes: Axes, cost: Floats, mark: Mark) -> None:
    """The distribution function with its band."""
    reach = float(np.ptp(cost)) or 1.0
    values, shares = _steps(cost, (float(cost.min()) - 100 * reach, float(cost.max()) + 100 * reach))
    half = band(cost.size)
    low, high = np.clip(shares - half, 0, 1), np.clip(shares + half, 0, 1)
    axes.fill_between(values, low, high, step="post", facecolor=SHADE, edgecolor=GUIDE, linewidth=0.5)
    axes.step(values, shares, where="post", color=mark.colour, linewidth=1.8, zorder=3)
    axes.set_ylim(0, 1.02)
    axes.set_yticks((0, 0.5, 1), ("0 %", "50 %", "100 %"))
    axes.set_ylabel("Probability")
    axes.grid(axis="y")


def quantile(cost: Floats, share: float) -> float:
    """The lowest cost that at least such a share of the futures does not exceed."""
    return float(np.quantile(cost, share, method="inverted_cdf"))


def _told(subjects: Subjects, costs: list[Floats], number: int) -> str:
    """What a row says, in words."""
    cost = costs[number]
    if not cost.any():
        return "no cost at units in any future"
    if cost.size == 1:
        return f"{cost[0]:.2f} MSEK a year in the one future"
    told = (
        f"in half of the futures at most {quantile(cost, 0.5):.2f} MSEK a year, in nine of ten at most "
        f"{quantile(cost, 0.9):.2f}; from {cost.min():.2f} to {cost.max():.2f}"
    )
    if not number or not costs[0].any():
        return told
    dearer = int((cost > costs[0]).sum())
    return f"{told}; more than {subjects.labels[0]} in {dearer} of {plural(cost.size, 'future')}"


def _band_note(subjects: Subjects, *, grey: bool) -> str:
    half = band(subjects.replications)
    told = (
        f"Right: the share of futures that cost at most so much{', in grey the baseline’s' if grey else ''}. The band "
        "holds the whole true curve with 95 % (Dvoretzky–Kiefer–Wolfowitz). Dashed: the median."
    )
    if half < WIDE:
        return told
    wide = f"is ±{100 * half:.0f} percentage points" if half < 1 else "says nothing"
    return f"{told} With {plural(subjects.replications, 'replication')} the band {wide}."


def _finding(subjects: Subjects, costs: list[Floats]) -> str:
    """The lowest and the highest median, and what chance alone does to one scenario."""
    some = [
        (quantile(cost, 0.5), label) for label, cost in zip(subjects.labels, costs, strict=True) if cost.any()
    ]
    (low, cheapest), (high, dearest) = min(some), max(some)
    one = subjects.replications == 1
    start = (
        f"In the one future {cheapest} costs" if one else f"In half of the futures {cheapest} costs at most"
    )
    told = f"{start} {low:.2f} MSEK a year"
    if len(some) > 1:
        told += f", {dearest} {high:.2f}"
    widest = max(float(np.ptp(cost)) for cost in costs)
    return told + (f"; chance alone varies one by up to {widest:.2f}." if widest else ".")
