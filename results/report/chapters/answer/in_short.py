"""The answer in one breath: a verdict each on load, doses, other patients and money, and on what they rest."""

from __future__ import annotations

from results.report.assumed import share_assumed, stated
from results.report.available import available, fitting
from results.report.chapters.answer.phrases import added, moves, spaced
from results.report.document import Text
from results.report.language import Language
from results.report.rules import rests_on_assumptions
from results.report.subject import Subject
from results.report.tightness import displaced, slightly


def in_short(subject: Subject, say: Language) -> Text:
    """A few sentences that a reader may stop after."""
    if not moves(subject):
        return say("answer.short_nothing_moves")
    each = (_load, _doses, _others, _money, _rests)
    return spaced(sentence(subject, say) for sentence in each)


def _load(subject: Subject, say: Language) -> Text:
    return say("answer.short_load", fte=subject.measured(subject.main, "nurse_fte"))


def _doses(subject: Subject, say: Language) -> Text:
    found = added(subject, "on_time_share")
    if found is None:
        return ()
    given = () if stated(subject.resolved, "hospital.late_share") else say("answer.given_hospital")
    return say(f"answer.short_doses_{found[1].replace(' ', '_')}", given=given)


def _others(subject: Subject, say: Language) -> Text:
    if subject.today is None:
        return ()
    verdict = displaced(subject)
    if verdict == "more" and slightly(subject):
        return say("answer.short_others_slightly_more")
    return say(f"answer.short_others_{verdict}")


def _money(subject: Subject, say: Language) -> Text:
    fit = fitting(subject)
    if fit.least is None:
        return say("answer.short_money_not")
    return say("answer.short_money", least=available(subject, fit.least))


def _rests(subject: Subject, say: Language) -> Text:
    weight = rests_on_assumptions(share_assumed(subject, "nurse_hours_per_year").value)
    return say(f"answer.short_rests_{weight}") if weight in ("mainly", "partly") else ()
