"""How much of a difference each lever makes, where that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from results.catalogue import MEASURES
from results.comparison import Side
from results.comparison.explained import TOGETHER, Contribution, contributions
from results.report.document import Block, Figure, Line, Paragraph, Table, Text
from results.report.figures import waterfall
from results.report.language import Language
from results.report.quantities import Quantity, Trace, path_of
from results.report.subject import UNITS, Subject
from results.table import Row
from scenarios.levers import LEVERS

FIRST = (
    "cost_msek_per_year",
    "nurse_hours_per_year",
    "doctor_hours_per_year",
    "on_time_share",
)  # to be drawn


def by_lever(subject: Subject, side: Side, id: str, say: Language) -> list[Block]:
    """A drawing of one headline and a table of all that differ; nothing where levers were not told apart."""
    found = {
        row: list(parts)
        for row, parts in groupby(contributions(subject.comparison, side), key=lambda part: part.row)
    }
    if not found:
        return []
    levers = subject.comparison.explanations[side.label].levers
    if len(levers) == 1:
        (lever,) = levers
        return [Paragraph(say("side_by_side.one_lever", lever=getattr(lever, say.code)))]
    drawn = min(found, key=lambda row: FIRST.index(row.name) if row.name in FIRST else len(FIRST))
    return [
        _figure(subject, drawn, found[drawn], id, say),
        _table(subject, list(found.values()), id, say),
    ]


def _figure(subject: Subject, row: Row, parts: Sequence[Contribution], id: str, say: Language) -> Figure:
    *steps, total = ((lever_name(part.lever, say), _quantity(subject, part)) for part in parts)
    measure = say(f"measures.{row.name}")
    return waterfall(
        say,
        id=f"{id}-levers",
        title=say("side_by_side.levers_message", measure=measure, difference=total[1]),
        description=say("side_by_side.levers_description", measure=measure),
        steps=steps,
        total=total,
        axis=say.plain("side_by_side.axis", unit=say(f"units.{total[1].unit}", count=2)),
        notes=(say("side_by_side.shapley"),),
    )


def _table(subject: Subject, found: Sequence[Sequence[Contribution]], id: str, say: Language) -> Table:
    """A line for each headline, a column for each lever; the last number is their sum."""
    lines = [
        Line((
            say(f"measures.{parts[0].row.name}"),
            *(_quantity(subject, part) for part in parts),
            say(f"units.{_unit(parts[0].row)}", count=2),
        ))
        for parts in found
    ]  # fmt: skip
    levers: list[Text] = [(lever_name(part.lever, say),) for part in found[0]]
    columns = (say("terms.measure"), *levers, say("terms.unit_of_measure"))
    numeric = (False, *(True for _ in levers), False)
    return Table(f"{id}-by-lever", say("side_by_side.by_lever"), columns, tuple(lines), numeric, folded=True)


def lever_name(name: str, say: Language) -> str:
    """A lever in the report's language; all of them together at the end."""
    if name == TOGETHER:
        return say.plain("side_by_side.together")
    return str(next(getattr(lever, say.code) for lever in LEVERS if lever.name == name))


def _quantity(subject: Subject, part: Contribution) -> Quantity:
    trace = Trace(
        "attribution", part.scenario, f"{part.lever}/{path_of(part.row)}", f"less {subject.main.label}"
    )
    return Quantity(part.mean, _unit(part.row), trace, part.low, part.high, signed=True)


def _unit(row: Row) -> str:
    unit = UNITS[MEASURES[row.name].unit]
    return "points" if unit == "share" else unit
