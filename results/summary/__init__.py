"""What a planner reads in a minute: headline figures, each with interval and unit, and what they rest on.

`summarise_run` gives sections of plain cells; how they are drawn on a terminal is the command line's business.
Text comes from the scenario and is not escaped here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.extracts import reporting_window
from results.summary.figures import Figures, Section
from results.summary.in_short import in_short
from results.summary.rests_on import rests_on
from results.summary.sections import doses, load, money, others, skill, transfer, uplift
from results.table import Row
from scenarios.load import Resolved

__all__ = ["Section", "summarise_run"]


def summarise_run(
    resolved: Resolved, rows: tuple[Row, ...], values: NDArray[np.float64]
) -> tuple[str, tuple[Section, ...]]:
    """The heading and the sections of a run's summary."""
    window = reporting_window(resolved)
    figures = Figures(rows, values, window.name)
    first, last = window.first // 7 + 1, window.end // 7
    number = values.shape[0]
    interval = "means with 95 % interval" if number > 1 else "one replication, so no interval"
    heading = (
        f"{resolved.scenario.title.en} ({resolved.scenario.name}): weeks {first}–{last} ({window.name}), "
        f"{number} replication{'s' if number > 1 else ''}, {interval}"
    )
    sections: tuple[Section, ...] = (
        in_short(resolved, figures),
        load(figures),
        doses(resolved, figures),
        transfer(resolved, figures),
        others(resolved, figures),
        skill(resolved, figures),
        money(resolved, figures),
        uplift(resolved, figures),
    )
    if figures.mean("nurse_hours_per_year") + figures.mean("doctor_hours_per_year") > 0:
        sections = (*sections, rests_on(resolved, figures))
    return heading, sections
