"""One patient's way through care, as prose.

`journey` is the story; the generators below it are its chapters. An unplanned need, a move to another unit
or the end of the course can interrupt any wait, and is raised where the patient waits.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.booking import Booking
from sim.calendar import Calendar
from sim.census import Census
from sim.clinic import Clinic, Visit
from sim.hospital import Hospital, Journey
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

    env: simpy.Environment
    scenario: Scenario
    units: tuple[Unit, ...]
    network: Network
    calendar: Calendar
    hospital: Hospital
    clinic: Clinic
    booking: Booking
    cap: WeeklyCap
    log: Log
    census: Census

    def __repr__(self) -> str:
        return f"<Care on day {self.env.now}>"

    @property
    def today(self) -> int:
        """The present day."""
        return math.floor(self.env.now)

    def place(self, patient: Patient) -> None:
        """Give the patient the unit that serves from today on, and the day on which that changes."""
        patient.unit = self.network.unit_of(patient, self.today)
        patient.moves_on = self.network.next_move(patient, self.today)
        self.census.to_unit(patient, patient.unit, self.today)

    def under_treatment(self, patient: Patient) -> bool:
        """Whether the course still goes on."""
        return self.env.now < patient.ends


def journey(care: Care, patient: Patient) -> Journey:
    """Hospital → referral → first visit → cycle of visits → end."""
    yield care.env.timeout(patient.entered - care.env.now)
    care.census.enters(patient, care.today)
    yield from before_referral(care, patient)
    if care.under_treatment(patient) and (yield from referral(care, patient)):
        patient.reached("accepted", care.today)
        patient.reached("first_due", patient.due)
        yield from municipal_cycle(care, patient) if patient.municipal else unit_cycle(care, patient)
        patient.reached("left_unit", care.today)
        care.census.to_hospital(patient, care.today)
    yield from care.hospital.treat(patient, until=FOREVER)
    patient.reached("ended", care.today)
    care.census.leaves(patient, care.today)


def before_referral(care: Care, patient: Patient) -> Journey:
    """At the hospital until the referral can be written: on a working day, after what is to be given first."""
    yield from care.hospital.treat(patient, until=patient.planned)
    if patient.new and patient.stream.loading_at == "hospital":
        yield from care.hospital.treat_until_doses(patient, len(patient.stream.loading_days))
    if patient.after_next_dose:
        yield from care.hospital.treat_until_doses(patient, patient.doses + 1)
    yield from care.hospital.treat(patient, until=care.calendar.first_open(care.today))


def unit_cycle(care: Care, patient: Patient) -> Journey:
    """Visits at the unit until the course is over or the patient is handed back, also for want of a unit."""
    patient.hospital_day = None
    care.place(patient)
    if patient.stream.renewals is not None:
        care.env.process(renewals(care, patient))
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
    patient.reached("handed_back", care.today)


def one_dose(care: Care, patient: Patient) -> Journey:
    """The recall list, the check, the visit, until the dose is given, put off or returned to the hospital."""
    yield from wait(care, patient, until=care.booking.diary_opens(patient))
    booked = care.booking.book(patient, care.today + 1)
    while booked is None and care.booking.more_days_will_open(patient):
        yield from wait(care, patient, until=care.today + 7)
        booked = care.booking.book(patient, care.today + 1)
    if booked is None:
        yield from returned_dose(care, patient)
        return
    check, dose = booked
    try:
        answer = ATTENDED if check is None else (yield from checked(care, patient, check, dose))
        if answer != ATTENDED:
            care.clinic.cancel(dose)
            if answer == NO_SHOW:
                yield from returned_dose(care, patient)
            return
        yield from given(care, patient, dose)
    except Interrupted:
        for visit in booked:
            if visit is not None:
                care.clinic.cancel(visit)
        raise


def checked(care: Care, patient: Patient, check: Visit, dose: Visit) -> Generator[simpy.Event, Any, int]:
    """The check before a dose: attended; withheld, and the dose put off; or missed until the dose has no day left."""
    while (outcome := (yield from attended(care, patient, check))) == NO_SHOW:
        patient.attempts += 1
        if not care.booking.rebook_check(patient, check, dose):
            return NO_SHOW
    if outcome == WITHHELD and patient.stream.check is not None:
        patient.put_off(patient.stream.check.withheld_days)
    return outcome


def given(care: Care, patient: Patient, dose: Visit) -> Journey:
    """The dose itself: attended, missed and booked again, or failed and sent to the hospital."""
    while (outcome := (yield from attended(care, patient, dose))) == NO_SHOW:
        patient.attempts += 1
        if not care.booking.rebook_dose(patient, dose):
            yield from returned_dose(care, patient)
            return
    patient.reached("first_visit", dose.day)
    if outcome == FAILED:
        yield from returned_dose(care, patient)
        return
    care.log.dose(patient, dose.day, UNIT)
    patient.returned_in_a_row = 0
    patient.treated(dose.day)


def returned_dose(care: Care, patient: Patient) -> Journey:
    """The hospital gives a dose that the unit could not."""
    yield from wait(care, patient, until=care.hospital.takes_over(patient))
    care.log.dose(patient, care.today, HOSPITAL, returned=True)
    patient.returned_in_a_row += 1
    patient.treated(care.today)


def unplanned_visit(care: Care, patient: Patient) -> Journey:
    """A need at any hour: the unit while it is open, else out-of-hours care. The clock starts again."""
    day, minute = care.today, patient.unplanned_minute
    seen = False
    if care.calendar.receives(day, minute):
        visit = care.booking.urgent(patient, day, minute)
        yield visit.done
        seen = visit.outcome in (ATTENDED, FAILED)
    if not seen:
        care.log.out_of_hours(patient, day)
    patient.treated(day)


def municipal_cycle(care: Care, patient: Patient) -> Journey:
    """Care by the municipality, which has its own staff and no queue in this model."""
    stream = patient.stream
    care.census.to_municipality(patient, care.today)
    while True:
        try:
            day = care.calendar.nearest_open(patient.due, stream.early_days, stream.late_days)
            yield from wait(care, patient, until=max(care.today, day))
        except UnplannedNeed:
            care.log.visit(patient, UNPLANNED, care.today, ATTENDED, site=MUNICIPALITY)
            patient.treated(care.today)
            continue
        except CourseOver:
            return
        care.log.visit(patient, DOSE, care.today, ATTENDED, site=MUNICIPALITY)
        care.log.dose(patient, care.today, MUNICIPALITY)
        patient.treated(care.today)


def renewals(care: Care, patient: Patient) -> Journey:
    """Prescriptions renewed at the desk while the patient is at the unit."""
    renewal = patient.stream.renewals
    assert renewal is not None
    while True:
        day = care.calendar.first_open(care.today + renewal.interval_days)
        yield care.env.timeout(day - care.env.now)
        unit = care.network.unit_of(patient, day)
        if "left_unit" in patient.milestones or not care.under_treatment(patient) or unit == NOWHERE:
            return
        care.log.renewal(patient, unit, day, renewal.doctor_minutes)


def wait(care: Care, patient: Patient, until: int) -> Journey:
    """Until a day, unless something else comes first."""
    day = min(until, patient.interrupted_on)
    if day > care.env.now:
        yield care.env.timeout(day - care.env.now)
    if patient.interrupted_on <= care.today:
        raise interrupted_by(patient)


def attended(care: Care, patient: Patient, visit: Visit) -> Generator[simpy.Event, Any, int]:
    """Until a booked visit has had its outcome, unless something else comes first."""
    stop = patient.interrupted_on
    if stop > visit.day:
        if stop <= visit.day + SLACK_DAYS:
            give_up_on(care, visit, stop)
        yield visit.done
        if visit.outcome != NOT_SEEN:
            return visit.outcome
    elif stop > care.env.now:
        yield care.env.timeout(stop - care.env.now)
    raise interrupted_by(patient)


def give_up_on(care: Care, visit: Visit, day: int) -> None:
    """Let the wait for a visit end without an outcome at midnight of a day, if the visit is not over by then.

    The patient waits for one event alone, whatever is to come, so that all act in the evening in one order.
    """
    done = visit.done

    def give_up(_midnight: simpy.Event) -> None:
        if not done.triggered:
            done.succeed()

    care.env.timeout(day - care.env.now).callbacks.append(give_up)


SLACK_DAYS = 60  # no visit is moved further than this from its booked day


def interrupted_by(patient: Patient) -> Interrupted:
    """What interrupts: on the same day the end of the course first, then a move, then an unplanned need."""
    if patient.ends == patient.interrupted_on:
        return CourseOver()
    return UnitChanged() if patient.moves_on == patient.interrupted_on else UnplannedNeed()
