"""First page: the answer. What was asked, what the simulation says, how surely, and on what it rests."""

from __future__ import annotations

from results.report.chapters.answer.alternatives import alternatives
from results.report.chapters.answer.asked import asked, cautions
from results.report.chapters.answer.care import doses, load
from results.report.chapters.answer.in_short import in_short
from results.report.chapters.answer.money import money
from results.report.chapters.answer.others import others
from results.report.chapters.answer.sureness import sureness
from results.report.document import Bullets, Paragraph, Section
from results.report.language import Language
from results.report.subject import Subject


def chapter(subject: Subject, say: Language) -> Section:
    """The answer, on one page."""
    shown = (sentence(subject, say) for sentence in (load, doses, others, money))
    return Section(
        "answer",
        say("answer.title"),
        (
            *(Paragraph(caution, "warning") for caution in cautions(subject, say)),
            Paragraph(in_short(subject, say), "lead"),
            Paragraph(asked(subject, say)),
            Bullets((*filter(None, shown), *alternatives(subject, say), *sureness(subject, say))),
        ),
    )
