"""The agreed weekly volumes against what the run could refer: plan and outcome of a delivery plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from results.store import Run
from scenarios.load import Resolved
from scenarios.plan import PlanRow

TOLD = 5  # rows named; the rest are counted


def unmet_plan(run: Run, resolved: Resolved) -> list[str]:
    """What of the plan the run could not refer, in words; nothing where every row was met."""
    if resolved.plan is None:
        return []
    unmet = list(_unmet(run, resolved))
    told = list(islice(unmet, TOLD))
    if len(unmet) > TOLD:
        told.append(f"and {len(unmet) - TOLD} more rows of the plan not met; see transfers.csv")
    return told


def _unmet(run: Run, resolved: Resolved) -> Iterator[str]:
    transfers = run.table("transfers")
    weeks = resolved.scenario.horizon_days // 7
    for row in resolved.plan or ():
        if row.week > weeks:
            yield f"plan: {_named(row)} lies after the last week, {weeks}"
            continue
        there = transfers[(transfers["sender"] == row.sender) & (transfers["stream"] == row.stream)]
        there = there[(there["week"] == row.week) & ((there["area"] == row.area) | (row.area == ""))]
        planned = there["planned"].sum() / len(run.replications)
        if planned < row.patients - 0.5:
            yield f"plan: {_named(row)}: {row.patients:,} agreed, {planned:.1f} patients wait to be referred"


def _named(row: PlanRow) -> str:
    return f"{row.sender} {row.area or 'all areas'} {row.stream} week {row.week}"
