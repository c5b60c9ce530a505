"""What each lever adds to a difference, for the headline figures: parts that add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from results.comparison.compared import Comparison, Side
from results.statistics import summarise
from results.table import Row

HEADLINES = frozenset(
    {
        "nurse_hours_per_year",
        "doctor_hours_per_year",
        "on_time_share",
        "visits_per_performing_unit",
        "cost_msek_per_year",
        "readiness_msek_per_year",
        "travel_km_per_year",
    }
)
TOGETHER = "total"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one lever, or all together, adds to one row: mean over replications with its own 95 % interval."""

    scenario: str
    lever: str
    title: str
    row: Row
    mean: float
    low: float
    high: float
    n: int


def contributions(comparison: Comparison, side: Side) -> Iterator[Contribution]:
    """Lever by lever and all together, for each headline that differs, sorted by row.

    Headlines are the region's figures in the window of the comparison; with measures chosen, those instead. None is
    about other patients: that would be under one calibration alone.
    """
    explanation = comparison.explanations.get(side.label)
    if explanation is None:
        return
    named = comparison.view.measures or HEADLINES
    differs = {difference.row for difference in comparison.of(side.label) if difference.verdict != "equal"}
    summaries = [(lever.name, lever.en, explanation.of(lever)) for lever in explanation.levers]
    summaries.append((TOGETHER, "together", summarise(explanation.total)))
    for place, row in sorted(enumerate(explanation.rows), key=lambda told: told[1]):
        if row.name in named and row.scope == "region" and not row.key and row in differs:
            for name, title, found in summaries:
                yield Contribution(
                    side.label, name, title, row, float(found.mean[place]), float(found.low[place]),
                    float(found.high[place]), int(found.n[place]),
                )  # fmt: skip
