"""Other patients: what the transfer takes from them under each calibration of how tight units are."""

from __future__ import annotations

from results.report.chapters.answer.phrases import spaced
from results.report.document import Text
from results.report.language import Language
from results.report.subject import Subject
from results.report.tightness import TURNED_AWAY, added_under, displaced, tightness


def others(subject: Subject, say: Language) -> Text:
    """How many other patients are turned away, what the transfer changes, and the most that it could displace."""
    away = subject.measured(subject.today or subject.main, TURNED_AWAY)
    bound = subject.measured(subject.main, "displacement_bound_visits_per_year")
    found = say("answer.others" if subject.today else "answer.others_alone", away=away)
    return spaced(
        [
            found if away.known else say("answer.no_others"),
            _under_each(subject, say),
            say("answer.bound", bound=bound) if bound.value > 0 else (),
        ]
    )


def _under_each(subject: Subject, say: Language) -> Text:
    found = added_under(subject, TURNED_AWAY)
    if not found:
        return say("answer.others_one_calibration") if subject.today else ()
    told = [
        say("answer.under", added=each.quantity, tightness=tightness(say, each.calibration)) for each in found
    ]
    return (*say("answer.added", under=say.list(told)), " ", *say(f"answer.others_{displaced(subject)}"))
