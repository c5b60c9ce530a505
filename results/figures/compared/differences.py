"""What differs from the baseline: a forest plot of the headline measures, each on a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.comparison.compared import Difference
from results.comparison.wording import amount, is_share, unit, value
from results.figures.compared.marks import MARKS, Mark, legend_points
from results.figures.compared.subjects import Differences, Subjects, differences
from results.figures.lettering import shorten
from results.figures.page import MARGIN, WIDTH, Page, make_page
from results.figures.style import BLACK, GUIDE, QUIET, SMALL
from results.figures.subject import Floats, joined
from results.table import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE = "What differs from the baseline, measure by measure"
LEFT, RIGHT = 3.55, 3.55  # inches for the measures' names, and for the numbers
LINE = 0.19  # inches per scenario
LEAST = 0.38  # inches per measure: its name and its scale
GAP = 0.12  # inches between measures
ABOVE = 0.3  # inches for what left and right mean
ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)

# What a planner asks for first: name, scope and key of the measure, and what it says.
HEADLINES = {
    ("unit_visits_per_year", "region", ""): "Visits at units",
    ("nurse_hours_per_year", "region", ""): "Nurse hours at units",
    ("doctor_hours_per_year", "region", ""): "Doctor hours at units",
    ("peak_week_nurse_hours", "region", ""): "Nurse hours in the busiest week",
    ("on_time_share", "region", ""): "Doses on time, wherever given",
    ("returned_to_hospital_share", "region", ""): "Unit patients’ doses that the hospital gave",
    ("background_within_guarantee_share", "region", ""): "Others’ requests seen within the guarantee",
    ("displacement_bound_visits_per_year", "region", ""): "Others’ visits displaced at most",
    ("visits_per_performing_unit", "region", ""): "Visits per unit that has any",
    ("low_volume_visits_share", "region", ""): "Visits at units with low volume",
    ("cost_msek_per_year", "region", ""): "Cost at units",
    ("cost_msek_per_year", "region", "readiness=no"): "Cost at units without readiness",
    ("uplift_share_used", "region", ""): "Share of the uplift used",
    ("hospital_freed_visits_per_year", "region", ""): "Hospital visits no longer needed",
    ("travel_km_per_year", "region", ""): "Patients’ travel to units",
    ("travel_km_per_year", "site", "hospital"): "Patients’ travel to the hospital",
}


def draw(subjects: Subjects) -> Figure:
    """Paired differences with simultaneous intervals; the numbers beside them."""
    rows = [Row(*headline, subjects.baseline.window.name) for headline in HEADLINES]
    values = [subject.values[:, [subject.column[row] for row in rows]] for subject in subjects.every]
    found = differences(values)
    shown = [n for n in range(len(rows)) if np.isfinite(found.mean[:, n]).any()]
    high = max(LEAST, LINE * len(subjects.scenarios)) + GAP
    notes = [
        f"{subjects.about_run()} {subjects.about_window()}",
        subjects.about_intervals(found),
        "Each measure has a scale of its own: the ends of the panel are told below its name. What is said of other "
        "patients rests on how tight units are, which is not known: vardflode compare tells it under two calibrations.",
        _left_out([says for n, says in enumerate(HEADLINES.values()) if n not in shown]),
        subjects.about_patients(),
    ]
    page = make_page(
        subjects,
        TITLE,
        _finding(subjects, found),
        notes,
        body=len(shown) * high + ABOVE,
        left=LEFT - MARGIN,
        right=RIGHT - MARGIN,
        axis=0.1,
    )
    axes = _axes(page)
    for place, n in enumerate(shown):
        told = _told(subjects, rows[n], values[0][:, n], found, n)
        _measure(page, axes, told, list(HEADLINES.values())[n], place * high, high)
    page.legend(legend_points(subjects.labels[1:], MARKS[1:], unclear=True))
    return page.figure


def _told(
    subjects: Subjects, row: Row, baseline: Floats, found: Differences, n: int
) -> tuple[Difference, ...]:
    """One measure's differences, in the words of a comparison."""
    mean = float(np.nanmean(baseline)) if not np.isnan(baseline).all() else float("nan")
    return tuple(
        Difference(
            label,
            row,
            mean,
            mean + float(found.mean[k, n]),
            float(found.mean[k, n]),
            float(found.low[k, n]),
            float(found.high[k, n]),
            int(found.n[k, n]),
            found.verdict(k, n),
        )
        for k, label in enumerate(subjects.labels[1:])
    )


def _axes(page: Page) -> Axes:
    """A panel without axes: zero in the middle, lines at half of the scale and at its ends."""
    axes = page.axes(page.left, page.bottom, page.width, page.height - ABOVE)
    axes.set_axis_off()
    axes.set_xlim(-1, 1)
    axes.set_ylim(page.height - ABOVE, 0)
    for place in (-1, -0.5, 0.5, 1):
        axes.axvline(place, color="#DDDDDD", linewidth=0.6, zorder=0, clip_on=False)
    axes.axvline(0, color=GUIDE, linewidth=1.2, zorder=1)
    middle, y = (page.left + page.right) / 2, page.top - 0.16
    page.write(middle - 0.12, y, "← less than the baseline", colour=QUIET, ha="right")
    page.write(middle + 0.12, y, "more than the baseline →", colour=QUIET)
    page.write(page.right + 0.2, y, "mean difference (95 % interval)", colour=QUIET)
    return axes


def _measure(
    page: Page, axes: Axes, told: tuple[Difference, ...], says: str, top: float, high: float
) -> None:
    """One row: its name and scale, and for each scenario a mark, an interval and the number."""
    across = ((MARGIN - page.left) / page.width, (WIDTH - MARGIN - page.left) / page.width)
    axes.plot(
        across,
        (top, top),
        "-",
        color="#DDDDDD",
        linewidth=0.6,
        transform=axes.get_yaxis_transform(),
        clip_on=False,
    )
    reach, row, middle = _reach(told), told[0].row, page.top - ABOVE - top - high / 2
    page.write(MARGIN, middle + 0.04, shorten(says, LEFT - MARGIN - 0.15, SMALL + 0.5), size=SMALL + 0.5)
    scale = f"; scale ±{_plain(reach)}" if reach else ""
    room = LEFT - MARGIN - 0.15
    about = f"baseline {value(row, told[0].baseline_mean)}{scale} {unit(row)}"
    page.write(MARGIN, middle - 0.13, shorten(about, room, SMALL), colour=QUIET)
    for number, difference in enumerate(told):
        y = top + high / 2 + (number - (len(told) - 1) / 2) * LINE
        _interval(axes, difference, MARKS[number + 1], y, reach or 1.0)
        quiet = not difference.distinguishable
        page.write(
            page.right + 0.2,
            page.top - ABOVE - y,
            _number(difference),
            colour=QUIET if quiet else BLACK,
            va="center",
        )


def _interval(axes: Axes, difference: Difference, mark: Mark, y: float, reach: float) -> None:
    """A mark with its interval; hollow and grey where it cannot be told from the baseline."""
    if not np.isfinite(difference.mean):
        return
    factor = (100 if is_share(difference.row) else 1) / reach
    apart = difference.distinguishable
    colour = mark.colour if apart else GUIDE
    axes.hlines(y, factor * difference.low, factor * difference.high, color=colour, linewidth=1.6)
    look = mark.point(hollow=not apart, markersize=6, markeredgewidth=1.2, color=colour)
    axes.plot(factor * difference.mean, y, **look)


def _reach(told: tuple[Difference, ...]) -> float:
    """A round number that no mean or end of an interval of a measure lies beyond; 0 where nothing differs."""
    ends = [abs(end) for d in told for end in (d.mean, d.low, d.high) if np.isfinite(end)]
    widest = max(ends, default=0.0) * (100 if is_share(told[0].row) else 1)
    if widest == 0:
        return 0.0
    ten = 10.0 ** np.floor(np.log10(widest))
    return float(next(step * ten for step in ROUND if step * ten >= widest))


def _plain(round_number: float) -> str:
    return f"{round_number:,.0f}" if round_number >= 10 else f"{round_number:g}"


def _number(difference: Difference) -> str:
    """A difference in words."""
    if difference.verdict == "undefined":
        return "not defined in both"
    if difference.verdict == "equal":
        return "the same in every replication"
    told = amount(difference)
    return told if difference.distinguishable else f"{told}  not distinguishable"


def _left_out(names: list[str]) -> str:
    """What is not shown since it is undefined, such as what is measured at units that have no patients."""
    return f"Not shown, since not defined in both: {joined(names).lower()}." if names else ""


def _finding(subjects: Subjects, found: Differences) -> str:
    """How many of the measures can be told apart, scenario by scenario."""
    known = np.isfinite(found.mean).sum(axis=1)
    told = [
        f"{label} in {apart} of {every}"
        for label, apart, every in zip(
            subjects.labels[1:], found.distinguishable.sum(axis=1), known, strict=True
        )
    ]
    return f"Differs distinguishably from {subjects.labels[0]}: {joined(told)} headline measures."
