"""The ledger: who gains and who pays, in which kind of coin, and what must not be added to what."""

from __future__ import annotations

from results.report.chapters.ledger.at_units import at_full_price, at_units
from results.report.chapters.ledger.drugs import drugs
from results.report.chapters.ledger.elsewhere import municipalities, patients
from results.report.chapters.ledger.hospital import hospital
from results.report.chapters.ledger.parties import parties
from results.report.document import Paragraph, Section
from results.report.language import Language
from results.report.subject import Subject


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where no patient moves."""
    if not subject.resolved.scenario.transfer.enabled:
        return None
    hours = subject.measured(subject.main, "hospital_net_hours_per_year")
    lead = say(
        "ledger.lead" if hours.value > 0 else "ledger.lead_none_freed",
        cost=subject.measured(subject.main, "cost_msek_per_year"),
        hours=hours,
    )
    return Section(
        "ledger",
        say("ledger.title"),
        (Paragraph(lead, "lead"), parties(subject, say), Paragraph(say("ledger.never_added"), "note")),
        (
            at_units(subject, say),
            at_full_price(subject, say),
            hospital(subject, say),
            drugs(subject, say),
            patients(subject, say),
            municipalities(subject, say),
        ),
    )
