"""Other patients: what the transfer takes from them under each calibration of how tight units are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from results.catalogue import MEASURES
from results.comparison.compared import Verdict
from results.report.chapters.answer.phrases import spaced
from results.report.document import Name, Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace, path_of
from results.report.rules import Displacement, displacement, is_slight, turned
from results.report.subject import UNITS, Subject, under_label

TURNED_AWAY, SEEN_IN_TIME = "background_diverted_per_year", "background_within_guarantee_share"


class Added(NamedTuple):
    """What the transfer adds under one calibration of how tight units are, to so much without it."""

    calibration: str
    quantity: Quantity
    verdict: Verdict
    anyhow: float


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


def displaced(subject: Subject) -> Displacement:
    """What may be said of displacement: of requests turned away, if those seen in time do not gainsay it."""
    away, in_time = (
        displacement([(each.verdict, each.quantity.value) for each in added_under(subject, name)])
        for name in (TURNED_AWAY, SEEN_IN_TIME)
    )
    return "depends" if in_time == "depends" else away


def slightly(subject: Subject) -> bool:
    """Whether the transfer adds little to those who are turned away anyhow."""
    return is_slight((each.quantity.value, each.anyhow) for each in added_under(subject, TURNED_AWAY))


def added_under(subject: Subject, name: str) -> list[Added]:
    """What the transfer adds to today in the region, under each calibration; none without a today."""
    if subject.today is None:
        return []
    return list(_added(subject, subject.today.label, name))


def _added(subject: Subject, today: str, name: str) -> Iterator[Added]:
    unit = UNITS[MEASURES[name].unit]
    for calibration in subject.comparison.calibrations:
        for each in subject.comparison.displacement[today, calibration.name]:
            if each.row == subject.row(name):
                main, other = (under_label(label, calibration.name) for label in (subject.main.label, today))
                trace = Trace("difference", main, path_of(each.row), f"less {other}")
                told = Quantity(
                    -each.mean + 0.0,
                    "points" if unit == "share" else unit,
                    trace,
                    -each.high,
                    -each.low,
                    signed=True,
                )
                yield Added(calibration.name, told, turned(each.verdict), each.scenario_mean)


def _under_each(subject: Subject, say: Language) -> Text:
    found = added_under(subject, TURNED_AWAY)
    if not found:
        return say("answer.others_one_calibration") if subject.today else ()
    told = [
        say("answer.under", added=each.quantity, tightness=tightness(say, each.calibration)) for each in found
    ]
    return (*say("answer.added", under=say.list(told)), " ", *say(f"answer.others_{displaced(subject)}"))


def tightness(say: Language, calibration: str) -> Text:
    """A calibration as a condition; one of the user's own by its name."""
    key = f"answer.tightness_{calibration}"
    return say(key) if say.has(key) else say("answer.tightness_other", calibration=Name(calibration))
