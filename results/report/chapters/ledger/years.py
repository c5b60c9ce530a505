"""What chance does to the cost: the share of simulated years that stay at or below it, in each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from results.report.document import Figure
from results.report.figures import Group, s_curve
from results.report.language import Language
from results.report.naming import called
from results.report.subject import Subject

COST = "cost_msek_per_year"
YEARS_FOR_A_RANGE = 20  # of which one in twenty is one


def cost_of_years(subject: Subject, say: Language) -> Iterator[Figure]:
    """The curves of the scenarios in which patients move; nothing where there are too few years for one."""
    if subject.replications < YEARS_FOR_A_RANGE:
        return
    row, sides = subject.row(COST), [side for side in subject.sides if side is not subject.today]
    moving = [side for side in sides if subject.has(side, row) and subject.measured(side, COST).value > 0]
    groups = [
        Group(called(subject, side, say).text, subject.values(side, row), told.trace, told.unit)
        for side in moving
        for told in [subject.measured(side, COST)]
    ]
    digits = subject.measured(subject.main, COST).digits()
    low, high = (replace(subject.quantile(subject.main, q, COST), decimals=digits) for q in ("p5", "p95"))
    yield s_curve(
        say,
        id="ledger-cost-of-years",
        title=say("ledger.years_curve_title", low=low, high=high),
        description=say("ledger.years_curve_description"),
        groups=groups,
        axis=say.plain("ledger.years_curve_axis"),
        notes=(say("ledger.years_curve_note"),),
    )
