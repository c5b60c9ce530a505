"""A transferred patient's way, one process each: hospital, referral, unit or municipality, hospital again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from scenarios.load import Resolved
from scenarios.schema import Readiness, Referral
from sim.calendar import Calendar
from sim.patients import HOSPITAL_VISIT, REWRITE
from sim.patients import REVIEW as REVIEWED
from sim.records import (
    ACCEPTED,
    AT_HOSPITAL,
    AT_UNITS,
    ATTENDED,
    DOSE,
    FAILED,
    HOSPITAL,
    MUNICIPALITY,
    NO_SHOW,
    NOWHERE,
    REFUSED,
    RENEWAL,
    RETURNED,
    REVIEW,
    UNIT,
    UNPLANNED,
    WITHHELD,
)
from tests.twin.booking import Booking
from tests.twin.clinic import Clinic, Visit
from tests.twin.log import Log
from tests.twin.patient import Patient
from tests.twin.places import FOREVER, Places

Process = Generator[simpy.Event, Any, Any]


class Disturbed(Exception):
    """Something came that no booking knew of."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a journey meets."""

    env: simpy.Environment
    resolved: Resolved
    calendar: Calendar
    places: Places
    clinic: Clinic
    booking: Booking
    log: Log
    new_patients: Counter[tuple[int, int]] = field(default_factory=Counter)  # by unit and week

    @property
    def today(self) -> int:
        """The present day."""
        return math.floor(self.env.now)

    def arrives(self, p: Patient, place: int) -> None:
        """The patient is at another place of `sim.records` from today on."""
        p.stays.append((place, self.today))

    def until(self, day: int) -> simpy.Event:
        """Midnight of a day to come."""
        return self.env.timeout(day - self.env.now)


def journey(w: World, p: Patient) -> Process:
    """From entry to the end of the course."""
    yield w.until(p.traits.entered)
    w.arrives(p, AT_HOSPITAL)
    yield from before_referral(w, p)
    if (yield from accepted(w, p)):
        p.reached("accepted", w.today)
        p.reached("first_due", p.due)
        yield from (at_municipality if p.municipal else at_unit)(w, p)
        p.reached("left_unit", w.today)
        w.arrives(p, AT_HOSPITAL)
    yield from at_hospital(w, p, FOREVER)
    p.reached("ended", w.today)


# --- the hospital ---------------------------------------------------------------------------------


def at_hospital(w: World, p: Patient, until: int) -> Process:
    """The doses and unplanned needs before a day, then the wait for that day or the end of the course."""
    stop = min(until, p.ends)
    while (day := min(hospital_day(w, p), p.need_day)) < stop:
        if day > w.env.now:
            yield w.until(day)
        assumed = w.resolved.scenario.hospital
        if p.need_day <= day:
            if w.calendar.receives(day, p.need_minute):
                w.log.visit(p, UNPLANNED, day, site=HOSPITAL)
            else:
                w.log.out_of_hours(p, day)
            p.treated(day)
        elif p.luck(HOSPITAL_VISIT)[0] < assumed.no_show_share:
            p.attempts += 1
            p.hospital_day = w.calendar.first_open(day + assumed.rebook_days)
        else:
            w.log.dose(p, day, HOSPITAL)
            p.treated(day)
    if stop > w.env.now:
        yield w.until(stop)


def hospital_day(w: World, p: Patient) -> int:
    """The day planned for the next dose: near the due date, or late for want of a time."""
    if p.hospital_day is None:
        assumed, stream = w.resolved.scenario.hospital, p.stream
        _, late, how_late, _ = p.luck(HOSPITAL_VISIT)
        if late < assumed.late_share:
            day = p.due + stream.late_days + math.ceil(-assumed.late_days_mean * math.log(how_late))
        elif p.due <= w.today:
            day = w.today
        else:
            day = w.calendar.nearest_open(p.due, stream.early_days, stream.late_days)
        p.hospital_day = w.calendar.first_open(max(w.today, day))
    return p.hospital_day


def doses_at_hospital(w: World, p: Patient, number: int) -> Process:
    """At the hospital until the day after the patient's so many-th dose."""
    while p.doses < number and w.env.now < p.ends:
        yield from at_hospital(w, p, hospital_day(w, p) + 1)


def before_referral(w: World, p: Patient) -> Process:
    """Until the referral can be written: when it is planned, after first doses, on a working day."""
    yield from at_hospital(w, p, p.planned)
    if p.traits.new and p.stream.loading_at == "hospital":
        yield from doses_at_hospital(w, p, len(p.stream.loading_days))
    transfer = w.resolved.scenario.transfer
    if transfer.ramp == "next_due" and transfer.plan is None and not p.traits.new:
        yield from doses_at_hospital(w, p, p.doses + 1)
    yield from at_hospital(w, p, w.calendar.first_open(w.today))


# --- the referral ---------------------------------------------------------------------------------


def accepted(w: World, p: Patient) -> Generator[simpy.Event, Any, bool]:
    """Refer until accepted or refused; whether a place was taken before the course was over."""
    transfer, attempt = w.resolved.scenario.transfer, 0
    while w.env.now < p.ends:
        attempt += 1
        written = w.today
        p.reached("referred", written)
        complete, refused, *review = p.luck(REVIEWED, attempt)
        arrives = written + travel_days(w, p)
        takes = gamma_days(in_force(w, p, arrives).review_days_mean, *review)
        yield from at_hospital(w, p, w.calendar.first_open(arrives + takes))
        if w.env.now >= p.ends:
            return False
        p.unit = w.places.unit_of(p.traits, w.today)
        nobody = p.unit == NOWHERE and not p.municipal
        if complete >= in_force(w, p, written).complete_share:
            verdict = RETURNED
        elif nobody or refused < in_force(w, p, w.today).refused_share:
            verdict = REFUSED
        else:
            verdict = ACCEPTED
        w.log.referrals.append((p.number, attempt, written, w.today, verdict))
        if p.unit != NOWHERE and not p.municipal:
            w.log.visit(p, REVIEW, w.today, unit=p.unit, doctor=transfer.review_minutes)
        if verdict == ACCEPTED and not p.municipal:
            yield from at_hospital(w, p, day_with_place(w, p.unit))
        if verdict != RETURNED:
            return verdict == ACCEPTED and w.env.now < p.ends
        first, second, _, _ = p.luck(REWRITE, attempt)
        rewritten = w.today + gamma_days(transfer.rewrite_days_mean, first, second)
        yield from at_hospital(w, p, w.calendar.first_open(rewritten))
    return False


def travel_days(w: World, p: Patient) -> int:
    """How long a referral written today travels."""
    transfer, unit = w.resolved.scenario.transfer, w.places.unit_of(p.traits, w.today)
    digital = transfer.channel == "digital" or (
        transfer.channel == "register" and unit != NOWHERE and w.resolved.units[unit].digital_channel
    )
    return transfer.digital_days if digital else transfer.letter_days


def in_force(w: World, p: Patient, day: int) -> Referral | Readiness:
    """The stream's shares and times on a day: others from the ready date of its guideline."""
    referral = p.stream.referral
    ready = referral.guideline
    return ready if ready is not None and w.calendar.day_of(ready.ready_date) <= day else referral


def gamma_days(mean: float, first: float, second: float) -> int:
    """Whole days, gamma with shape 2."""
    return round(-mean / 2 * math.log(first * second))


def day_with_place(w: World, unit: int) -> int:
    """Take a place in the first week with one left under the weekly cap."""
    cap, week = w.resolved.scenario.transfer.cap_new_patients_per_unit_per_week, w.today // 7
    while cap is not None and w.new_patients[unit, week] >= cap:
        week += 1
    w.new_patients[unit, week] += 1
    return max(w.today, week * 7)


# --- the unit -------------------------------------------------------------------------------------


def at_unit(w: World, p: Patient) -> Process:
    """Dose after dose until the course is over or the patient is handed back."""
    p.hospital_day = None
    find_unit(w, p)
    if p.stream.renewals is not None:
        w.env.process(renewals(w, p, first=next_renewal(w, p)))
    patience = w.resolved.scenario.hospital.handed_back_after_returns
    while p.unit != NOWHERE and p.returned_in_a_row < patience:
        try:
            yield from one_dose(w, p)
        except Disturbed:
            w.booking.cancel(p)
            if p.ends <= w.today:
                return
            if p.moves_on <= w.today:
                find_unit(w, p)
            else:
                yield from unplanned_need(w, p)
    p.reached("handed_back", w.today)


def find_unit(w: World, p: Patient) -> None:
    """The unit that serves from today on, and until when."""
    p.unit, p.moves_on = w.places.unit_of(p.traits, w.today), w.places.moves_on(p.traits, w.today)
    w.arrives(p, AT_UNITS + p.unit)


def one_dose(w: World, p: Patient) -> Process:
    """Recall list, booking, perhaps a check, the visit; given, put off, or returned to the hospital."""
    horizon, stream = w.booking.horizon, p.stream
    p.booked = []
    yield from undisturbed(w, p, max(w.today, p.due + stream.late_days - horizon))
    while not w.booking.book(p):
        if w.today + horizon >= p.due + stream.returned_after_days:
            yield from returned_dose(w, p)
            return
        yield from undisturbed(w, p, w.today + 7)
    check = ATTENDED
    if stream.check is not None:
        check = yield from until_attended(w, p, w.booking.book_check_again)
        if check != ATTENDED:
            w.booking.cancel(p)
        if check == WITHHELD:
            p.put_off(stream.check.withheld_days)
            return
    dose = NO_SHOW
    if check == ATTENDED:
        p.booked = p.booked[-1:]
        dose = yield from until_attended(w, p, w.booking.book_dose_again)
    if dose != NO_SHOW:
        p.reached("first_visit", w.today)
    if dose != ATTENDED:
        yield from returned_dose(w, p)
        return
    p.returned_in_a_row = 0
    w.log.dose(p, w.today, UNIT)
    p.treated(w.today)


def until_attended(
    w: World, p: Patient, book_again: Callable[[Patient], bool]
) -> Generator[simpy.Event, Any, int]:
    """The first of the visits booked, booked again as often as it is missed; NO_SHOW where no day was left."""
    while (outcome := (yield from attended(w, p, p.booked[0]))) == NO_SHOW:
        p.attempts += 1
        if not book_again(p):
            break
    return outcome


def attended(w: World, p: Patient, visit: Visit) -> Generator[simpy.Event, Any, int]:
    """What becomes of a visit; unless something else comes before its day, or before it is over."""
    disturbed = p.disturbed_on
    if disturbed > visit.day:
        w.until(disturbed).callbacks.append(visit.too_late)
        yield visit.over
    elif disturbed > w.env.now:
        yield w.until(disturbed)
    if not visit.over.triggered or visit.over.value is None:
        raise Disturbed
    return visit.outcome()


def undisturbed(w: World, p: Patient, until: int) -> Process:
    """Until a day, unless something else comes first."""
    day = min(until, p.disturbed_on)
    if day > w.env.now:
        yield w.until(day)
    if p.disturbed_on <= w.today:
        raise Disturbed


def returned_dose(w: World, p: Patient) -> Process:
    """The hospital gives a dose that the unit could not."""
    soonest = w.today + w.resolved.scenario.hospital.takeover_days
    if p.due > soonest:
        day = w.calendar.nearest_open(p.due, p.stream.early_days, p.stream.late_days)
        soonest = max(soonest, day)
    yield from undisturbed(w, p, w.calendar.first_open(soonest))
    w.log.dose(p, w.today, HOSPITAL, returned=True)
    p.returned_in_a_row += 1
    p.treated(w.today)


def unplanned_need(w: World, p: Patient) -> Process:
    """The unit while it is open, else out-of-hours care."""
    day, outcome = w.today, None
    if w.calendar.receives(day, p.need_minute):
        outcome = yield w.booking.urgent(p).over
    if outcome not in (ATTENDED, FAILED):
        w.log.out_of_hours(p, day)
    p.treated(day)


def renewals(w: World, p: Patient, first: simpy.Event) -> Process:
    """Prescriptions renewed at the desk, a process of its own that is told what to wait for first."""
    assert p.stream.renewals is not None
    yield first
    while "left_unit" not in p.milestones and w.env.now < p.ends:
        if (unit := w.places.unit_of(p.traits, w.today)) == NOWHERE:
            return
        w.log.visit(p, RENEWAL, w.today, unit=unit, doctor=p.stream.renewals.doctor_minutes)
        yield next_renewal(w, p)


def next_renewal(w: World, p: Patient) -> simpy.Event:
    """The midnight before the next renewal."""
    assert p.stream.renewals is not None
    return w.until(w.calendar.first_open(w.today + p.stream.renewals.interval_days))


def at_municipality(w: World, p: Patient) -> Process:
    """Every dose on the open day nearest to its due date, until the course is over."""
    w.arrives(p, AT_UNITS + len(w.resolved.units))
    while True:
        day = w.calendar.nearest_open(p.due, p.stream.early_days, p.stream.late_days)
        try:
            yield from undisturbed(w, p, max(w.today, day))
            kind = DOSE
        except Disturbed:
            if p.ends <= w.today:
                return
            kind = UNPLANNED
        w.log.visit(p, kind, w.today, site=MUNICIPALITY)
        if kind == DOSE:
            w.log.dose(p, w.today, MUNICIPALITY)
        p.treated(w.today)
