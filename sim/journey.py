"""One patient's way through care, as prose.

`journey` is the story; the generators below it are its chapters. An unplanned need, a move to another unit
or the end of the course can interrupt any wait, and is raised where the patient waits.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.booking import Booking
from sim.calendar import Calendar
from sim.census import Census
from sim.clinic import Clinic
from sim.clock import Clock, Process
from sim.diaries import NONE, Diaries
from sim.hospital import Hospital
from sim.log import Log
from sim.network import Network
from sim.patients import FOREVER, Patient
from sim.records import (
    ATTENDED,
    DOSE,
    FAILED,
    HOSPITAL,
    MUNICIPALITY,
    NO_SHOW,
    NOT_SEEN,
    NOWHERE,
    UNIT,
    UNPLANNED,
    WITHHELD,
)
from sim.referral import WeeklyCap, referral


class Interrupted(Exception):
    """Something else happened before what the patient waited for."""


class UnplannedNeed(Interrupted):
    """A catheter blocks or falls out today."""


class UnitChanged(Interrupted):
    """Another unit serves the patient from today on, or none does."""


class CourseOver(Interrupted):
    """The treatment ends today."""


@dataclass(frozen=True, slots=True, repr=False)
class Care:
    """The places and the books that a journey meets."""

    env: Clock
    scenario: Scenario
    units: tuple[Unit, ...]
    network: Network
    calendar: Calendar
    hospital: Hospital
    clinic: Clinic
    diaries: Diaries
    booking: Booking
    cap: WeeklyCap
    log: Log
    census: Census

    def __repr__(self) -> str:
        return f"<Care on day {self.env.today}>"

    def place(self, patient: Patient) -> None:
        """Give the patient the unit that serves from today on, and the day on which that changes."""
        today = self.env.today
        patient.served_by(self.network.unit_of(patient, today), self.network.next_move(patient, today))
        self.census.to_unit(patient, patient.unit, today)

    def under_treatment(self, patient: Patient) -> bool:
        """Whether the course still goes on."""
        return self.env.today < patient.ends


def journey(care: Care, patient: Patient) -> Process:
    """Hospital → referral → first visit → cycle of visits → end."""
    yield care.env.midnight(patient.entered)
    care.census.enters(patient, care.env.today)
    yield from before_referral(care, patient)
    if care.under_treatment(patient) and (yield from referral(care, patient)):
        patient.reached("accepted", care.env.today)
        patient.reached("first_due", patient.due)
        yield from municipal_cycle(care, patient) if patient.municipal else unit_cycle(care, patient)
        patient.reached("left_unit", care.env.today)
        care.census.to_hospital(patient, care.env.today)
    yield from care.hospital.treat(patient, until=FOREVER)
    patient.reached("ended", care.env.today)
    care.census.leaves(patient, care.env.today)


def before_referral(care: Care, patient: Patient) -> Process:
    """At the hospital until the referral can be written: on a working day, after what is to be given first."""
    yield from care.hospital.treat(patient, until=patient.planned)
    if patient.new and patient.stream.loading_at == "hospital":
        yield from care.hospital.treat_until_doses(patient, len(patient.stream.loading_days))
    if patient.after_next_dose:
        yield from care.hospital.treat_until_doses(patient, patient.doses + 1)
    yield from care.hospital.treat(patient, until=care.calendar.first_open(care.env.today))


def unit_cycle(care: Care, patient: Patient) -> Process:
    """Visits at the unit until the course is over or the patient is handed back, also for want of a unit."""
    patient.hospital_day = None
    care.place(patient)
    if patient.stream.renewals is not None:
        next_renewal(care, patient)
    patience = care.scenario.hospital.handed_back_after_returns
    while patient.unit != NOWHERE and patient.returned_in_a_row < patience:
        try:
            yield from one_dose(care, patient)
        except UnplannedNeed:
            yield from unplanned_visit(care, patient)
        except UnitChanged:
            care.place(patient)
        except CourseOver:
            return
    patient.reached("handed_back", care.env.today)


def one_dose(care: Care, patient: Patient) -> Process:
    """The recall list, the check, the visit, until the dose is given, put off or returned to the hospital."""
    booking = care.booking
    yield from wait(care, patient, until=booking.diary_opens(patient))
    while (booked := booking.book(patient, care.env.today)) is None:
        if not booking.more_days_will_open(patient, care.env.today):
            yield from returned_dose(care, patient)
            return
        yield from wait(care, patient, until=care.env.today + 7)
    check, dose = booked
    answer = ATTENDED if check == NONE else (yield from checked(care, patient, check, dose))
    if answer == ATTENDED:
        yield from given(care, patient, dose)
        return
    care.diaries.cancel(dose)
    if answer == NO_SHOW:
        yield from returned_dose(care, patient)


def checked(care: Care, patient: Patient, check: int, dose: int) -> Generator[simpy.Event, Any, int]:
    """The check before a dose: attended; withheld, and the dose put off; or missed until the dose has no day left."""
    try:
        while (outcome := (yield from attended(care, patient, check))) == NO_SHOW:
            patient.missed()
            check = care.booking.rebook_check(patient, dose, care.env.today)
            if check == NONE:
                return NO_SHOW
    except Interrupted:
        care.diaries.cancel(dose)
        raise
    if outcome == WITHHELD and patient.stream.check is not None:
        patient.put_off(patient.stream.check.withheld_days)
    return outcome


def given(care: Care, patient: Patient, dose: int) -> Process:
    """The dose itself: attended, missed and booked again, or failed and sent to the hospital."""
    while (outcome := (yield from attended(care, patient, dose))) == NO_SHOW:
        patient.missed()
        dose = care.booking.rebook_dose(patient, care.env.today)
        if dose == NONE:
            yield from returned_dose(care, patient)
            return
    today = care.env.today
    patient.reached("first_visit", today)
    if outcome == FAILED:
        yield from returned_dose(care, patient)
        return
    care.log.dose(patient, today, UNIT)
    patient.returned_in_a_row = 0
    patient.treated(today)


def returned_dose(care: Care, patient: Patient) -> Process:
    """The hospital gives a dose that the unit could not."""
    yield from wait(care, patient, until=care.hospital.takes_over(patient))
    care.log.dose(patient, care.env.today, HOSPITAL, returned=True)
    patient.returned_in_a_row += 1
    patient.treated(care.env.today)


def unplanned_visit(care: Care, patient: Patient) -> Process:
    """A need at any hour: the unit while it is open, else out-of-hours care. The clock starts again."""
    day, minute = care.env.today, patient.unplanned_minute
    seen = False
    if care.calendar.receives(day, minute):
        outcome = yield care.clinic.outcome(care.booking.urgent(patient, day, minute))
        seen = outcome in (ATTENDED, FAILED)
    if not seen:
        care.log.out_of_hours(patient, day)
    patient.treated(day)


def municipal_cycle(care: Care, patient: Patient) -> Process:
    """Care by the municipality, which has its own staff and no queue in this model."""
    stream = patient.stream
    care.census.to_municipality(patient, care.env.today)
    while True:
        try:
            day = care.calendar.nearest_open(patient.due, stream.early_days, stream.late_days)
            yield from wait(care, patient, until=max(care.env.today, day))
        except UnplannedNeed:
            care.log.visit(patient, UNPLANNED, care.env.today, site=MUNICIPALITY)
            patient.treated(care.env.today)
            continue
        except CourseOver:
            return
        care.log.visit(patient, DOSE, care.env.today, site=MUNICIPALITY)
        care.log.dose(patient, care.env.today, MUNICIPALITY)
        patient.treated(care.env.today)


def next_renewal(care: Care, patient: Patient) -> None:
    """A prescription is renewed at the desk, again and again, while the patient is at the unit."""
    renewal = patient.stream.renewals
    assert renewal is not None
    day = care.calendar.first_open(care.env.today + renewal.interval_days)

    def renew(_midnight: simpy.Event) -> None:
        unit = care.network.unit_of(patient, day)
        if "left_unit" not in patient.milestones and care.under_treatment(patient) and unit != NOWHERE:
            care.log.renewal(patient, unit, day, renewal.doctor_minutes)
            next_renewal(care, patient)

    care.env.midnight(day).callbacks.append(renew)


def wait(care: Care, patient: Patient, until: int) -> Process:
    """Until a day, unless something else comes first."""
    env = care.env
    day = min(until, patient.interrupted_on)
    if day > env.today:
        yield env.midnight(day)
    if patient.interrupted_on <= env.today:
        raise interrupted_by(patient)


def attended(care: Care, patient: Patient, visit: int) -> Generator[simpy.Event, Any, int]:
    """Until a booked visit has had its outcome, unless something else comes first.

    The patient waits for one event alone, whatever is to come, so that all act in the evening in one order.
    """
    env, stop, day = care.env, patient.interrupted_on, care.diaries.day_of(visit)
    if stop > day:
        env.midnight(stop).callbacks.append(lambda _midnight: care.clinic.give_up_on(visit))
        outcome: int = yield care.clinic.outcome(visit)
        if outcome != NOT_SEEN:
            return outcome
    elif stop > env.today:
        yield env.midnight(stop)
    care.diaries.cancel(visit)
    raise interrupted_by(patient)


def interrupted_by(patient: Patient) -> Interrupted:
    """What interrupts: on the same day the end of the course first, then a move, then an unplanned need."""
    if patient.ends == patient.interrupted_on:
        return CourseOver()
    return UnitChanged() if patient.moves_on == patient.interrupted_on else UnplannedNeed()
