"""Drugs, a line of their own: what they cost and who pays, as far as anybody has said."""

from __future__ import annotations

from results.report.document import Block, Line, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import Subject

PAYERS = ("hospital", "region", "unit", "not_stated")


def drugs(subject: Subject, say: Language) -> Section:
    """What the drugs of doses at units cost, by who pays for them."""
    lines = tuple(_line(subject, payer, say) for payer in PAYERS if _streams(subject, payer))
    whole = Line(
        (say("ledger.all_payers"), None, subject.measured(subject.main, "drug_msek_per_year")), "total"
    )
    table = Table(
        "ledger-drugs",
        say("ledger.drugs"),
        (say("ledger.payer"), say("terms.stream"), say("ledger.drug_cost")),
        (*lines, whole),
        (False, False, True),
    )
    blocks: tuple[Block, ...] = (Paragraph(say("ledger.drugs_about")), table)
    if _streams(subject, "not_stated"):
        blocks = (*blocks, Paragraph(say("ledger.payer_unknown"), "note"))
    return Section("ledger-drug", say("ledger.drugs_title"), blocks)


def _line(subject: Subject, payer: str, say: Language) -> Line:
    names: Text = say.list([stream_name(subject.resolved, each, say) for each in _streams(subject, payer)])
    cost = subject.measured(subject.main, "drug_msek_per_year", key=f"payer={payer}")
    return Line((say(f"ledger.payer_{payer}"), names, cost))


def _streams(subject: Subject, payer: str) -> list[str]:
    """The treatments with a drug for which somebody pays."""
    streams = subject.resolved.scenario.streams
    return sorted(
        key for key, each in streams.items() if each.drug.payer == payer and each.drug.price_sek.sek > 0
    )
