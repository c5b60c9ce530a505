"""What was asked, and what a reader must be warned of before the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from results.report.chapters.answer.phrases import spaced
from results.report.chapters.certificate import certificates, run_called
from results.report.document import Text
from results.report.language import Language
from results.report.naming import called
from results.report.rules import trust
from results.report.subject import Subject


def cautions(subject: Subject, say: Language) -> Iterator[Text]:
    """A certificate that failed or is missing, and replications that are too few for an interval."""
    every = certificates(subject)
    verdict = trust(every.values())
    if verdict != "held":
        doubtful = [run_called(say, label) for label, lines in every.items() if trust([lines]) == verdict]
        yield say(f"answer.certificate_{verdict}", runs=say.list(doubtful))
    if subject.replications == 1:
        yield say("answer.one_replication")


def asked(subject: Subject, say: Language) -> Text:
    """Which scenario, against what, over which year, in how many simulated years."""
    window, start = subject.window, subject.resolved.scenario.start_date
    first, last = (start + dt.timedelta(days=day) for day in (window.first, window.end - 1))
    over = say(
        "answer.window_alone" if subject.replications == 1 else "answer.window",
        first=say.date(first),
        last=say.date(last),
        years=subject.counted(subject.replications, "simulated_years", "replications"),
        units=subject.counted(len(subject.resolved.units), "units", "units"),
    )
    return spaced([_question(subject, say), over])


def _question(subject: Subject, say: Language) -> Text:
    scenario = called(subject, subject.main, say)
    against = [subject.today] if subject.today else subject.alternatives
    if not against:
        return say("answer.asked", scenario=scenario)
    others = [say("answer.quoted", title=called(subject, side, say)) for side in against]
    return say("answer.asked_against", scenario=scenario, others=say.list(others))
