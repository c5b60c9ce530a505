"""Load: what transferred care takes at the units, when, for which treatments, where, and of how few units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from results.catalogue import MEASURES
from results.report.assumed import share_assumed, streams_assumed
from results.report.chapters import chance
from results.report.chapters.load.by_unit import over_units
from results.report.chapters.load.in_use import in_use
from results.report.chapters.load.over_time import over_time
from results.report.document import Block, Line, Name, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.naming import called, stream_name
from results.report.quantities import Quantity
from results.report.subject import UNITS, Subject, keys_of
from results.report.weekly import read_weekly

TOTALS = (
    "unit_visits_per_year",
    "check_visits_per_year",
    "nurse_hours_per_year",
    "nurse_fte",
    "doctor_hours_per_year",
    "room_hours_per_year",
    "peak_week_nurse_hours",
)
PARTS = (
    "unit_visits_per_year",
    "check_visits_per_year",
    "nurse_hours_per_year",
    "doctor_hours_per_year",
    "nurse_fte",
)
BESIDE = ("nurse_hours_per_year", "nurse_fte", "doctor_hours_per_year", "peak_week_nurse_hours")


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where no patient moves."""
    if not subject.resolved.scenario.transfer.enabled:
        return None
    weekly = read_weekly(subject, subject.main)
    return Section(
        "load",
        say("load.title"),
        (*_in_short(subject, say), _totals(subject, say), *_scenarios(subject, say)),
        (
            over_time(subject, weekly, say),
            _by_treatment(subject, say),
            _by_area(subject, say),
            over_units(subject, say),
            in_use(subject, say),
        ),
    )


def _in_short(subject: Subject, say: Language) -> list[Block]:
    main = subject.main
    lead = say(
        "load.lead",
        hours=subject.measured(main, "nurse_hours_per_year"),
        fte=subject.measured(main, "nurse_fte"),
        doctors=subject.measured(main, "doctor_hours_per_year"),
    )
    peak = subject.measured(main, "peak_week_nurse_hours")
    beyond = subject.quantile(main, "p95", "peak_week_nurse_hours")
    tail = say("load.peak", peak=peak, beyond=beyond)
    alone = say("load.peak_alone", peak=peak)
    last = subject.monday(subject.window.end // 7 + 1) - dt.timedelta(days=1)
    when = say(
        "load.when", first=say.date(subject.monday(subject.window.first // 7 + 1)), last=say.date(last)
    )
    return [
        Paragraph(lead, "lead"),
        Paragraph(alone if subject.replications == 1 else tail),
        Paragraph(when, "note"),
    ]


def _totals(subject: Subject, say: Language) -> Table:
    lines = tuple(
        Line((say(f"measures.{name}"), *chance.cells_of(subject, subject.main, name), _unit(name, say)))
        for name in TOTALS
    )
    columns = (say("terms.measure"), *chance.heads(subject, say), say("terms.unit_of_measure"))
    numeric = (False, *(True for _ in columns[1:-1]), False)
    return Table("load-totals", say("load.totals"), columns, lines, numeric, (say("load.desk"),))


def _scenarios(subject: Subject, say: Language) -> list[Table]:
    """The same in the scenarios beside it that move patients."""
    sides = [side for side in subject.sides if side.resolved.scenario.transfer.enabled]
    lines = [
        Line(((called(subject, side, say),), *(subject.measured(side, name) for name in BESIDE)))
        for side in sides
    ]
    head = say("load.scenario")
    return [_table("load-scenarios", say("load.scenarios"), head, BESIDE, lines, say)] if lines[1:] else []


def _by_treatment(subject: Subject, say: Language) -> Section:
    """Which treatments the load is from, and which of them rest on an assumed number of patients."""
    streams: dict[str, Text] = {
        key: (stream_name(subject.resolved, key, say),) for key in sorted(subject.resolved.scenario.streams)
    }
    lines = _ranked(subject, "stream", streams, say)
    table = _table("load-streams", say("load.streams"), say("terms.stream"), PARTS, lines, say)
    assumed = streams_assumed(subject.resolved)
    if not assumed:
        return Section("load-by-stream", say("load.streams_title"), (table,))
    about = say(
        "load.assumed",
        count=len(assumed),
        streams=say.list(streams[key] for key in assumed),
        share=share_assumed(subject, "nurse_hours_per_year"),
    )
    return Section("load-by-stream", say("load.streams_title"), (table, Paragraph(about, "note")))


def _by_area(subject: Subject, say: Language) -> Section:
    areas: dict[str, Text] = {key: (Name(key),) for key in keys_of(subject, "area")}
    lines = _ranked(subject, "area", areas, say)
    table = _table("load-areas", say("load.areas"), say("terms.area"), PARTS, lines, say)
    return Section("load-by-area", say("load.areas_title"), (table,))


def _ranked(subject: Subject, scope: str, keys: dict[str, Text], say: Language) -> list[Line]:
    """A line per key, most nurse hours first, and the whole region."""

    def cells(scope: str, key: str) -> list[Quantity]:
        return [subject.measured(subject.main, name, scope, key) for name in PARTS]

    parts = {key: cells(scope, key) for key in keys}
    hours = PARTS.index("nurse_hours_per_year")
    lines = [Line((keys[key], *parts[key])) for key in sorted(keys, key=lambda key: -parts[key][hours].value)]
    return [*lines, Line((say("terms.region"), *cells("region", "")), "total")]


def _table(
    id: str, caption: Text, head: Text, names: Sequence[str], lines: Sequence[Line], say: Language
) -> Table:
    """A column per measure, with its unit."""
    columns = [say("load.column", measure=say(f"measures.{name}"), unit=_unit(name, say)) for name in names]
    return Table(id, caption, (head, *columns), tuple(lines), (False, *(True for _ in names)))


def _unit(name: str, say: Language) -> Text:
    return say(f"units.{UNITS[MEASURES[name].unit]}", count=2)
