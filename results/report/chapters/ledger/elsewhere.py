"""What the transfer means for patients, municipalities and out-of-hours care, beside how it is today."""

from __future__ import annotations

from collections.abc import Sequence

from results.catalogue import MEASURES
from results.report.chapters.ledger.parties import travel
from results.report.combined import combined, combined_added
from results.report.document import Cell, Line, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.subject import UNITS, Subject

KM = "travel_km_per_year"


def patients(subject: Subject, say: Language) -> Section:
    """Fees and travel."""
    rows = travel(subject)
    whole: list[Cell] = [combined(subject, subject.main, rows)]
    if subject.today is not None:
        whole = [combined(subject, subject.today, rows), *whole, combined_added(subject, rows)]
    lines = (
        _line(subject, say, "patient_fee_msek_per_year"),
        _line(subject, say, KM, what="travel_units"),
        _line(subject, say, KM, "site", "hospital", what="travel_hospital"),
        Line((_label(say, KM, "travel_whole"), *whole), "subtotal"),
    )
    table = _table(subject, say, "ledger-patients", say("ledger.patients"), lines)
    return Section(
        "ledger-patient", say("ledger.patients_title"), (table, Paragraph(say("ledger.fees_note"), "note"))
    )


def municipalities(subject: Subject, say: Language) -> Section:
    """Visits of the municipalities, and needs that arise out of hours."""
    names = ("municipal_visits_per_year", "out_of_hours_events_per_year")
    lines = [_line(subject, say, name) for name in names]
    table = _table(subject, say, "ledger-others", say("ledger.others"), lines)
    return Section(
        "ledger-other", say("ledger.others_title"), (table, Paragraph(say("ledger.others_note"), "note"))
    )


def _line(
    subject: Subject, say: Language, name: str, scope: str = "region", key: str = "", what: str = ""
) -> Line:
    """A measure today, in the scenario, and the difference; without a today the second alone."""
    cells: list[Cell] = [subject.measured(subject.main, name, scope, key)]
    if subject.today is not None:
        today, gap = subject.measured(subject.today, name, scope, key), subject.added(name, scope, key)[0]
        cells = [today, *cells, gap]
    return Line((_label(say, name, what), *cells))


def _label(say: Language, name: str, what: str) -> Text:
    """What a measure is called here, with its unit."""
    called = say(f"ledger.{what}") if what else say(f"measures.{name}")
    return say("ledger.amount", what=called, unit=say(f"units.{UNITS[MEASURES[name].unit]}", count=2))


def _table(subject: Subject, say: Language, id: str, caption: Text, lines: Sequence[Line]) -> Table:
    heads: tuple[Text, ...] = (say("terms.value"),)
    if subject.today is not None:
        heads = (say("ledger.today"), say("ledger.then"), say("terms.difference"))
    columns = (say("terms.measure"), *heads)
    return Table(id, caption, columns, tuple(lines), (False, *(True for _ in heads)))
