"""Other patients under each calibration of how tight units are, which is not known: what may be said of displacement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from results.catalogue import MEASURES
from results.comparison.compared import Verdict
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


def tightness(say: Language, calibration: str) -> Text:
    """A calibration as a condition; one of the user's own by its name."""
    key = f"tightness.{calibration}"
    return say(key) if say.has(key) else say("tightness.as_in", calibration=Name(calibration))
