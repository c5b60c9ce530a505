"""The other scenarios, in a sentence each: what they change most, and what cannot be told from chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from results.comparison import Difference, Side
from results.report.chapters.answer.phrases import spaced
from results.report.document import Text
from results.report.language import Language
from results.report.naming import called
from results.report.subject import Subject

CORE = ("nurse_hours_per_year", "on_time_share", "cost_msek_per_year")
HEADLINES = (
    *CORE,
    "peak_week_nurse_hours",
    "returned_to_hospital_share",
    "low_volume_visits_share",
    "travel_km_per_year",
)
NAMED = 3  # of the headlines that differ most


def alternatives(subject: Subject, say: Language) -> list[Text]:
    """A sentence for each alternative."""
    return [_sentence(subject, say, side) for side in subject.alternatives]


def _sentence(subject: Subject, say: Language, side: Side) -> Text:
    differences = [found for name in HEADLINES if (found := subject.difference(side, name)[1]) is not None]
    surely = sorted((each for each in differences if each.distinguishable), key=_relative, reverse=True)
    title = called(subject, side, say)
    if not surely:
        alike = any(each.verdict == "not distinguishable" for each in differences)
        return say(f"answer.alternative_{'alike' if alike else 'equal'}", title=title)
    changes = say.list([_change(subject, say, side, each) for each in surely[:NAMED]])
    told = say("answer.alternative", title=title, changes=changes)
    return spaced([told, _unsure(say, differences)])


def _unsure(say: Language, differences: Sequence[Difference]) -> Text:
    """Of load, doses and cost, what cannot be told from chance."""
    names = [
        each.row.name
        for each in differences
        if each.row.name in CORE and each.verdict == "not distinguishable"
    ]
    if not names:
        return ()
    quoted = [say("answer.quoted", title=say(f"measures.{name}")) for name in names]
    return say("answer.alternative_unsure", measures=say.list(quoted))


def _change(subject: Subject, say: Language, side: Side, difference: Difference) -> Text:
    gap, _ = subject.difference(side, difference.row.name)
    return say("answer.change", measure=say(f"measures.{difference.row.name}"), gap=gap)


def _relative(difference: Difference) -> float:
    """How large a difference is beside what it is a difference to."""
    return abs(difference.mean / difference.baseline_mean) if difference.baseline_mean else math.inf
