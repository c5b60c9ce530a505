"""Load by unit: how few units carry how much of it, and which."""

from __future__ import annotations

from dataclasses import replace

from results.report.chapters import chance
from results.report.document import Block, Figure, Line, Name, Paragraph, Section, Table
from results.report.figures import Group, beeswarm
from results.report.language import Language
from results.report.over_units import Spread, spread_of
from results.report.subject import Subject

HOURS = "nurse_hours_per_year"
PLACES = {"largest": 1.0, "high": 0.95, "middle": 0.5}  # shares of the units at or below
MOST = 10  # units named


def over_units(subject: Subject, say: Language) -> Section:
    """How the nurse hours are spread over the units, and the units with most of them."""
    spread = spread_of(subject, subject.main, HOURS)
    blocks: list[Block] = [_in_short(subject, spread, say), _figure(spread, say)]
    return Section("load-by-unit", say("load.units_title"), (*blocks, _most(subject, say)))


def _in_short(subject: Subject, spread: Spread, say: Language) -> Paragraph:
    units = subject.counted(len(subject.resolved.units), "units", "units")
    return Paragraph(
        say(
            "load.concentrated",
            half=replace(spread.carrying(0.5), unit="none"),
            units=units,
            carried=spread.carried_by(MOST),
            middle=spread.quantile(0.5),
            largest=spread.quantile(1.0),
        )
    )


def _figure(spread: Spread, say: Language) -> Figure:
    groups = [
        Group(say.plain(f"load.unit_{place}"), spread.at(q), spread.trace_at(q), "hours_per_year")
        for place, q in PLACES.items()
    ]
    return beeswarm(
        say,
        id="load-units",
        title=say("load.units_message", largest=spread.quantile(1.0), middle=spread.quantile(0.5)),
        description=say("load.units_description"),
        groups=groups,
        axis=say.plain("load.units_axis"),
    )


def _most(subject: Subject, say: Language) -> Table:
    """The units with most nurse hours; a unit's heaviest week says what must be found room for."""
    hours = {unit: subject.measured(subject.main, HOURS, "unit", unit.key) for unit in subject.resolved.units}
    ranked = sorted(hours, key=lambda unit: (-hours[unit].value, unit.key))[:MOST]
    lines = [
        Line((
            (Name(unit.name),),
            (Name(unit.municipality),),
            *chance.cells_of(subject, subject.main, HOURS, "unit", unit.key),
            subject.measured(subject.main, "peak_week_nurse_hours", "unit", unit.key),
        ))
        for unit in ranked
    ]  # fmt: skip
    columns = (
        say("terms.unit"),
        say("terms.municipality"),
        *chance.heads(subject, say),
        say("load.heaviest_week"),
    )
    numeric = (False, False, *(True for _ in columns[2:]))
    return Table("load-most", say("load.most"), columns, tuple(lines), numeric)
