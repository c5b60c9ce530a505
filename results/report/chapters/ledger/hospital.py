"""What the hospitals are freed of, and why that is no money saved."""

from __future__ import annotations

from results.report.document import Line, Name, Paragraph, Section, Table
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.subject import Subject, keys_of

FREED = ("hospital_freed_visits_per_year", "hospital_net_hours_per_year")


def hospital(subject: Subject, say: Language) -> Section:
    """Visits and net hours freed by administration; the visits at full price stand in a sentence, not in a table."""

    def cells(scope: str, key: str) -> list[Quantity]:
        return [subject.measured(subject.main, name, scope, key) for name in FREED]

    lines = [Line(((Name(key),), *cells("sender", key))) for key in keys_of(subject, "sender")]
    table = Table(
        "ledger-hospital",
        say("ledger.hospital"),
        (say("terms.sender"), say("ledger.freed_visits"), say("ledger.net_hours")),
        (*lines, Line((say("terms.region"), *cells("region", "")), "total")),
        (False, True, True),
        (say("ledger.net_note"),),
    )
    freed = subject.measured(subject.main, "hospital_freed_msek_per_year")
    return Section(
        "ledger-freed",
        say("ledger.hospital_title"),
        (Paragraph(say("ledger.freed")), table, Paragraph(say("ledger.not_saved", freed=freed), "warning")),
    )
