"""The referral: written, sent, reviewed; accepted, returned incomplete and rewritten, or refused.

While it travels the patient goes on being treated at the hospital. The state of the guideline on the day
of writing sets completeness; on the day of review, refusal and the time a review takes. A review takes a
doctor's minutes at the unit, whatever the verdict; where none can serve, and where the municipality will,
there is no unit to review. A referral that is under way when its unit closes is reviewed where the patient
belongs by then.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from scenarios.schema import Readiness, Referral
from sim.patients import REVIEW, REWRITE, Luck, Patient
from sim.records import ACCEPTED, REFUSED, RETURNED

if TYPE_CHECKING:
    from sim.journey import Care


def referral(care: Care, patient: Patient) -> Generator[simpy.Event, Any, bool]:
    """Refer a patient; True on the day the unit has accepted, False if it never does."""
    attempt = 0
    while care.under_treatment(patient):
        attempt += 1
        written = care.env.today
        patient.unit = care.network.unit_of(patient, written)
        patient.reached("referred", written)
        chances = patient.luck_at(attempt, REVIEW)
        yield from care.hospital.treat(patient, until=_reviewed_on(care, patient, chances))
        if not care.under_treatment(patient):
            break
        patient.unit = care.network.unit_of(patient, care.env.today)
        verdict = _verdict(care, patient, written, chances)
        care.log.referral(patient, attempt, written, care.env.today, verdict)
        if patient.unit >= 0 and not patient.municipal:
            care.log.review(patient, patient.unit, care.env.today, care.scenario.transfer.review_minutes)
        if verdict == ACCEPTED:
            if not patient.municipal:
                free = care.cap.first_free_day(patient.unit, care.env.today)
                yield from care.hospital.treat(patient, until=free)
            return care.under_treatment(patient)
        if verdict == REFUSED:
            return False
        first, second, _, _ = patient.luck_at(attempt, REWRITE)
        rewritten = care.env.today + _gamma_days(care.scenario.transfer.rewrite_days_mean, first, second)
        yield from care.hospital.treat(patient, until=care.calendar.first_open(rewritten))
    return False


def _reviewed_on(care: Care, patient: Patient, chances: Luck) -> int:
    transfer = care.scenario.transfer
    arrives = care.env.today + (transfer.digital_days if _digital(care, patient) else transfer.letter_days)
    days = _in_force(care, patient, arrives).review_days_mean
    _, _, first, second = chances
    return care.calendar.first_open(arrives + _gamma_days(days, first, second))


def _digital(care: Care, patient: Patient) -> bool:
    """Whether the referral goes by the secure channel; without a unit it goes as a letter, unless all are digital."""
    channel = care.scenario.transfer.channel
    if channel == "register":
        return patient.unit >= 0 and care.units[patient.unit].digital_channel
    return channel == "digital"


def _verdict(care: Care, patient: Patient, written: int, chances: Luck) -> int:
    complete, refused, _, _ = chances
    if complete >= _in_force(care, patient, written).complete_share:
        return RETURNED
    if patient.unit < 0 and not patient.municipal:
        return REFUSED
    return REFUSED if refused < _in_force(care, patient, care.env.today).refused_share else ACCEPTED


def _in_force(care: Care, patient: Patient, day: int) -> Referral | Readiness:
    """What holds on a day: the guideline's values from its ready date on."""
    now = patient.stream.referral
    ready = now.guideline
    return ready if ready is not None and day >= care.calendar.day_of(ready.ready_date) else now


def _gamma_days(mean: float, first: float, second: float) -> int:
    """Whole days, gamma with shape 2: the sum of two exponentials, from two uniform numbers."""
    return round(-mean / 2 * math.log(first * second))


class WeeklyCap:
    """At most so many new patients per unit and week."""

    def __init__(self, cap: int | None) -> None:
        self.cap = cap
        self._accepted: Counter[tuple[int, int]] = Counter()

    def __repr__(self) -> str:
        return f"<WeeklyCap {self.cap}>"

    def first_free_day(self, unit: int, today: int) -> int:
        """Take a place in the first week with one left; today if that is this week, else its Monday."""
        week = today // 7
        while self.cap is not None and self._accepted[unit, week] >= self.cap:
            week += 1
        self._accepted[unit, week] += 1
        return max(today, week * 7)
