"""Is the uplift enough? How much of it is used and left, at each share of it that might be available."""

from __future__ import annotations

from results.report.available import available, fitting, key_at
from results.report.chapters.uplift.rests import rests_on
from results.report.chapters.uplift.shares import by_share, drawn, over_their_own
from results.report.chapters.uplift.who import by_area, most_used
from results.report.document import Block, Bullets, Paragraph, Section, Text
from results.report.language import Language
from results.report.subject import Subject

WHOLE = 1.0


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where no patient moves, or nobody has raised anything."""
    whole = subject.measured(subject.main, "uplift_msek_per_year", key=key_at(subject, WHOLE))
    if not subject.resolved.scenario.transfer.enabled or not whole.value > 0:
        return None
    used, bare = (
        subject.measured(subject.main, "uplift_share_used", key=key_at(subject, WHOLE, readiness=readiness))
        for readiness in (True, False)
    )
    lead = say("uplift.lead", used=used, bare=bare)
    blocks: tuple[Block, ...] = (
        Paragraph((*lead, " ", *_fits(subject, say)), "lead"),
        Paragraph(say("uplift.not_stated"), "warning"),
        drawn(subject, say),
        *by_share(subject, say),
        Paragraph(say("uplift.rests")),
        Bullets(tuple(rests_on(subject, say))),
    )
    return Section(
        "uplift",
        say("uplift.title"),
        blocks,
        (
            Section(
                "uplift-own",
                say("uplift.own_title"),
                (Paragraph(say("uplift.own")), over_their_own(subject, say)),
            ),
            Section("uplift-who", say("uplift.who_title"), (by_area(subject, say), most_used(subject, say))),
        ),
    )


def _fits(subject: Subject, say: Language) -> Text:
    """Down to which share the cost fits, in nearly every year."""
    fit = fitting(subject)
    if fit.least is None:
        return say("uplift.fits_not")
    least = available(subject, fit.least)
    if fit.beyond is None:
        return say("uplift.fits_all", least=least)
    return say("uplift.fits_some", least=least, beyond=available(subject, fit.beyond))
