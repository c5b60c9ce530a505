"""Other patients under each calibration of how tight units are, which is not known, and what may be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from results.comparison.compared import Verdict
from results.report.document import Name, Text
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.rules import Displacement, displacement, is_slight, turned
from results.report.subject import Subject

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
    return [] if subject.today is None else list(_added(subject, name))


def _added(subject: Subject, name: str) -> Iterator[Added]:
    for calibration in subject.comparison.calibrations:
        gap, difference = subject.added(name, under=calibration.name)
        if difference is not None:
            yield Added(calibration.name, gap, turned(difference.verdict), difference.scenario_mean)


def tightness(say: Language, calibration: str) -> Text:
    """A calibration as a condition; one of the user's own by its name."""
    key = f"tightness.{calibration}"
    return say(key) if say.has(key) else say("tightness.as_in", calibration=Name(calibration))
