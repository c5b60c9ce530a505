"""Which day a dose or a check gets, and what the visit will need."""

from __future__ import annotations

import math
from collections.abc import Iterator

import simpy

from scenarios.schema import Scenario
from sim.patients import CHECK_VISIT, VISIT
from sim.records import CHECK, DOSE, UNPLANNED
from sim.staff import PROFESSIONS
from tests.twin import draws
from tests.twin.clinic import Clinic, Visit
from tests.twin.patient import Patient

CHECK_WAITS_DAYS = 7  # a check takes no day later than this after what its own window would end with


class Booking:
    """Books for transferred patients; a patient's visits not yet over stand in `booked`, the dose last."""

    def __init__(self, env: simpy.Environment, scenario: Scenario, clinic: Clinic) -> None:
        self.env, self.scenario, self.clinic = env, scenario, clinic
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.number = 0

    @property
    def today(self) -> int:
        """The present day."""
        return math.floor(self.env.now)

    def book(self, p: Patient) -> bool:
        """A day for the next dose, from tomorrow and after its check; False where there is none."""
        check, first = None, self.today + 1
        if p.stream.check is not None:
            check = self._check(p, first)
            first = check.day + 1
        dose = self._dose(p)
        if not self._give_day(dose, first):
            return False
        self.clinic.enter(dose)
        p.booked = [dose]
        if check is not None:
            self._enter_check(check, dose)
        return True

    def book_dose_again(self, p: Patient) -> bool:
        """A day after a missed dose."""
        missed, fresh = p.booked[-1], self._dose(p)
        if not self._give_day(fresh, self._after(missed)):
            return False
        self.clinic.enter(fresh)
        p.booked = [fresh]
        return True

    def book_check_again(self, p: Patient) -> bool:
        """A day after a missed check; the dose waits for it, and False says that it then finds no day."""
        missed, dose = p.booked
        fresh = self._check(p, self._after(missed))
        if dose.day <= fresh.day:
            day = self._day_for_dose(dose, fresh.day + 1)
            if day is None:
                return False
            self.clinic.move(dose, day)
        self._enter_check(fresh, dose)
        return True

    def urgent(self, p: Patient) -> Visit:
        """An unplanned visit today, whether or not there is room."""
        opens = int(self.clinic.calendar.opens[self.today + self.clinic.offset])
        visit = self._dose(p)
        visit.kind, visit.comes, visit.arrival = UNPLANNED, True, p.need_minute - opens
        visit.day = visit.last_day = self.today
        self.clinic.enter(visit)
        return visit

    def cancel(self, p: Patient) -> None:
        """Cancel what is booked."""
        for visit in p.booked:
            self.clinic.cancel(visit)

    def _after(self, missed: Visit) -> int:
        return max(self.today + 1, missed.day + self.scenario.booking.rebooking_notice_days)

    def _enter_check(self, check: Visit, dose: Visit) -> None:
        check.before, check.last_day = dose, dose.day - 1
        self.clinic.enter(check)
        check.patient.booked = [check, dose]

    def _give_day(self, dose: Visit, first: int) -> bool:
        day = self._day_for_dose(dose, first)
        if day is not None:
            dose.day = day
        return day is not None

    def _day_for_dose(self, dose: Visit, first: int) -> int | None:
        """The day nearest the due date inside the window, else the first later one."""
        stream, due = dose.patient.stream, dose.patient.due
        window = nearest(due, stream.early_days, stream.late_days)
        late = range(due + stream.late_days + 1, due + stream.returned_after_days + 1)
        return self._first_day(dose, [*window, *late], first)

    def _first_day(self, visit: Visit, days: list[int], first: int) -> int | None:
        """The first of these days with room, inside the diary and from a first day on."""
        inside = (day for day in days if first <= day <= self.today + self.horizon)
        return self.clinic.first_day(visit, inside)

    def _check(self, p: Patient, first: int) -> Visit:
        """The check on the day with room nearest to the wished one; else on the first open day, full or not."""
        check = p.stream.check
        assert check is not None
        comes, takes, slot, withheld = p.luck(CHECK_VISIT)
        minutes = check.nurse_minutes * draws.at(draws.gamma(p.stream.minutes_cv), takes)
        visit = self._visit(p, CHECK, "nurse", check.nurse_minutes, slot)
        visit.minutes, visit.desk_minutes, visit.room_minutes = minutes, check.review_minutes, minutes
        visit.comes = comes >= p.stream.no_show_share
        visit.fails = withheld < check.withheld_share
        wished = max(first, p.due - check.days_before)
        window = nearest(wished, check.days_before, check.days_before - 1)
        late = range(wished + check.days_before, wished + check.days_before + CHECK_WAITS_DAYS + 1)
        day = self._first_day(visit, [*window, *late], first)
        visit.day = self.clinic.calendar.first_open(first) if day is None else day
        return visit

    def _dose(self, p: Patient) -> Visit:
        """The next dose, without a day."""
        stream = p.stream
        comes, takes, slot, fails = p.luck(VISIT)
        factor = draws.at(draws.gamma(stream.minutes_cv), takes)
        beside = stream.doctor_minutes if stream.profession == "nurse" else stream.nurse_minutes
        visit = self._visit(p, DOSE, stream.profession, stream.minutes, slot)
        visit.minutes, visit.desk_minutes = stream.minutes * factor, beside * factor
        visit.room_minutes = stream.room_minutes * factor
        visit.comes, visit.fails = comes >= stream.no_show_share, fails < stream.failed_share
        visit.infusion = stream.procedure_group == "infusion"
        visit.last_day = p.due + stream.late_days
        return visit

    def _visit(self, p: Patient, kind: int, profession: str, expected: float, slot: float) -> Visit:
        self.number += 1
        team = self.clinic.teams[p.unit][PROFESSIONS.index(profession)]
        return Visit(self.number, p, kind, team, expected, slot, self.env.event())


def nearest(day: int, early: int, late: int) -> Iterator[int]:
    """A day, then those ever further from it inside its window, of two the earlier first."""
    yield day
    for distance in range(1, max(early, late) + 1):
        if distance <= early:
            yield day - distance
        if distance <= late:
            yield day + distance
