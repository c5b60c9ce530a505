"""What was asked of the doses: how often by chance a target is missed, and which treatments miss it."""

from __future__ import annotations

from collections.abc import Iterator

from results.catalogue import MEASURES, QUESTIONS
from results.report.chapters.doses.treatments import streams
from results.report.document import Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.quantities import Quantity, Trace
from results.report.rules import out_of_ten, worst_first
from results.report.subject import UNITS, Subject, Target


def targets(subject: Subject, say: Language) -> Iterator[Text]:
    """A sentence on each target that concerns doses, and another where treatments miss it."""
    for target in subject.targets:
        if target.measure in QUESTIONS["doses"]:
            yield _in_region(subject, say, target)
            if missing := _missing(subject, target):
                told = (_of(subject, say, stream, value) for stream, value in missing)
                measure = say(f"measures.{target.measure}")
                yield say("doses.target_missed", measure=measure, treatments=say.list(told))


def _in_region(subject: Subject, say: Language, target: Target) -> Text:
    chance = subject.chance(subject.main, subject.row(target.measure), target.condition)
    trace = Trace("target", "", target.measure, target.condition)
    return say(
        f"doses.target_{'least' if target.at_least else 'most'}",
        measure=say(f"measures.{target.measure}"),
        bound=Quantity(target.value, UNITS[MEASURES[target.measure].unit], trace),
        often=out_of_ten(say, chance, "years"),
    )


def _missing(subject: Subject, target: Target) -> list[tuple[str, Quantity]]:
    """The treatments whose mean misses a target, the farthest from it first."""
    found = {
        stream: subject.measured(subject.main, target.measure, "stream", stream)
        for stream in streams(subject)
    }
    farthest_first = worst_first({stream: told.value for stream, told in found.items()}, target)
    return [(stream, found[stream]) for stream in farthest_first]


def _of(subject: Subject, say: Language, stream: str, value: Quantity) -> Text:
    return say("doses.of", treatment=stream_name(subject.resolved, stream, say), value=value)
