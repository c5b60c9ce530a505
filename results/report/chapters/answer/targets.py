"""Targets: reached in the region or missed, how often by chance, and at which units."""

from __future__ import annotations

from collections.abc import Iterator

from results.catalogue import MEASURES
from results.report.chapters.answer.phrases import known_by_key, spaced, unit_names
from results.report.document import Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace, path_of
from results.report.rules import out_of_ten, reaches, worst_first
from results.report.subject import UNITS, Subject, Target

NAMED = 3  # units that are named, of those that miss a target


def targets(subject: Subject, say: Language) -> Iterator[Text]:
    """What may be said of each target that was asked for."""
    for target in subject.targets:
        yield spaced([_in_region(subject, say, target), _at_units(subject, say, target)])


def _in_region(subject: Subject, say: Language, target: Target) -> Text:
    """Whether the mean reaches it, and in how many years chance makes the region miss it."""
    value = subject.measured(subject.main, target.measure)
    verdict, told = reaches(target, value), _told(say, target)
    if verdict == "unknown":
        return say("answer.target_unknown", target=told)
    chance = subject.chance(subject.main, subject.row(target.measure), target.condition)
    if verdict == "met" and chance.value == 0:
        return say("answer.target_met_always", target=told, value=value)
    return say(f"answer.target_{verdict}", target=told, value=value, chance=out_of_ten(say, chance, "years"))


def _at_units(subject: Subject, say: Language, target: Target) -> Text:
    """How many units miss it on a mean over years, and the worst of them."""
    found = known_by_key(subject, target.measure, "unit")
    missing = worst_first({key: told.value for key, told in found.items()}, target)
    if not missing:
        return ()
    row = subject.row(target.measure, "unit", "*")
    trace = Trace("units missing", subject.main.label, path_of(row), target.condition)
    names = unit_names(subject)
    return say(
        "answer.target_units",
        count=len(missing),
        units=Quantity(len(missing), "units", trace),
        worst=say.list(
            [say("answer.unit_with", unit=names[key], value=found[key]) for key in missing[:NAMED]]
        ),
    )


def _told(say: Language, target: Target) -> Text:
    """A target in words: `doser i tid: minst 95 %`."""
    bound = Quantity(
        target.value,
        UNITS[MEASURES[target.measure].unit],
        Trace("target", "", target.measure, target.condition),
    )
    way = "at_least" if target.at_least else "at_most"
    return say(f"answer.target_{way}", measure=say(f"measures.{target.measure}"), bound=bound)
