"""Which day a visit gets: the recall list, the diary, and what a visit will need."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import simpy
from numpy.typing import NDArray

from scenarios import capability
from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.background import TABLE_SIZE, gamma_table
from sim.calendar import Calendar
from sim.clinic import Clinic, Visit
from sim.day_choice import acceptable_days, nearest_day
from sim.patients import CHECK_VISIT, VISIT, Patient
from sim.randomness import name_number
from sim.records import CHECK, DOSE, UNPLANNED
from sim.staff import PROFESSIONS


def infusion_places(scenario: Scenario, units: tuple[Unit, ...], weeks: int) -> NDArray[np.int64]:
    """Infusions that each unit can take in each week, shape (units, weeks).

    A fraction (half a place, one infusion in two weeks) is spread evenly over the weeks.
    """
    per_place = scenario.booking.infusions_per_place_per_week
    per_week = np.array([capability.infusion_places(scenario, unit) for unit in units]) * per_place
    phase = np.array([name_number(unit.key) / 2**64 for unit in units])
    so_far = np.floor(per_week[:, None] * np.arange(weeks + 1) + phase[:, None])
    return np.asarray(np.diff(so_far, axis=1), dtype=np.int64)


class Booking:
    """Books, moves and describes the visits of transferred patients."""

    def __init__(
        self, env: simpy.Environment, scenario: Scenario, calendar: Calendar, clinic: Clinic
    ) -> None:
        self.env, self.scenario, self.calendar, self.clinic = env, scenario, calendar, clinic
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.notice = scenario.booking.rebooking_notice_days
        self.acceptable = acceptable_days(scenario, calendar)
        self._tables: dict[str, list[float]] = {
            name: gamma_table(stream.minutes_cv).tolist() for name, stream in scenario.streams.items()
        }
        self._number = 0

    def __repr__(self) -> str:
        return f"<Booking: {self._number} visits so far>"

    @property
    def today(self) -> int:
        """The present day."""
        return math.floor(self.env.now)

    def diary_opens(self, patient: Patient) -> int:
        """The day on which the whole window of the next dose has come inside the diary; until then: recall list."""
        return max(self.today, patient.due + patient.stream.late_days - self.horizon)

    def more_days_will_open(self, patient: Patient) -> bool:
        """Whether days inside the limit still lie beyond the diary's horizon."""
        return self.today + self.horizon < patient.due + patient.stream.returned_after_days

    def book(self, patient: Patient, first: int) -> tuple[Visit | None, Visit] | None:
        """Days for the next dose and the check before it; None where the dose finds no room within its limit."""
        check = None
        if patient.stream.check is not None:
            check = self._check(patient, first)
            first = check.day + 1
        day = self._day_for_dose(patient, first)
        if day is None:
            return None
        dose = self._dose(patient, day)
        self.clinic.enter(dose)
        if check is not None:
            check.before, check.last_day = dose, dose.day - 1
            self.clinic.enter(check)
        return check, dose

    def rebook_dose(self, patient: Patient, dose: Visit) -> bool:
        """A new day after a missed dose; False where none is left within the limit."""
        day = self._day_for_dose(patient, max(self.today + 1, dose.day + self.notice))
        if day is None:
            return False
        self._refresh(dose, self._dose(patient, day))
        return True

    def rebook_check(self, patient: Patient, check: Visit, dose: Visit) -> bool:
        """A new day after a missed check; the dose keeps after it. False where that leaves it no day in its limit."""
        fresh = self._check(patient, max(self.today + 1, check.day + self.notice))
        if dose.day <= fresh.day:
            day = self._day_for_dose(patient, fresh.day + 1)
            if day is None:
                return False
            self.clinic.move(dose, day)
        fresh.before, fresh.last_day = dose, dose.day - 1
        self._refresh(check, fresh)
        return True

    def urgent(self, patient: Patient, day: int, minute: int) -> Visit:
        """An unplanned visit today, at its minute, whether or not there is room."""
        arrival = minute - int(self.calendar.opens[day + self.calendar.offset])
        visit = self._dose(patient, day)
        visit.kind, visit.arrival_minute, visit.last_day, visit.comes = UNPLANNED, arrival, day, True
        self.clinic.enter(visit)
        return visit

    def _refresh(self, visit: Visit, fresh: Visit) -> None:
        """Let a visit that took its day without the patient start over as a new one."""
        for attribute in Visit.__slots__:
            setattr(visit, attribute, getattr(fresh, attribute))
        self.clinic.enter(visit)

    def _day_for_dose(self, patient: Patient, first: int) -> int | None:
        stream = patient.stream
        days = nearest_day(patient.due, stream.early_days, stream.late_days, stream.returned_after_days)
        infusion = stream.procedure_group == "infusion"
        profession = PROFESSIONS.index(stream.profession)
        return self._first_with_room(patient, profession, stream.minutes, infusion, days, first)

    def _first_with_room(
        self,
        patient: Patient,
        profession: int,
        minutes: float,
        infusion: bool,
        days: Iterable[int],
        first: int,
    ) -> int | None:
        last = self.today + self.horizon
        for day in self.acceptable(days):
            bookable = first <= day <= last and self.calendar.is_open(day)
            if bookable and self.clinic.has_room(patient.unit, profession, day, minutes, infusion):
                return day
        return None

    def _check(self, patient: Patient, first: int) -> Visit:
        """The check as a visit on the day nearest to the wished one; a full diary takes it all the same."""
        check = patient.stream.check
        assert check is not None
        wished = max(first, patient.due - check.days_before)
        days = nearest_day(wished, check.days_before, check.days_before - 1, check.days_before + 7)
        day = self._first_with_room(patient, 0, check.nurse_minutes, False, days, first)
        comes, takes, slot, withheld = patient.luck(CHECK_VISIT)
        minutes = check.nurse_minutes * self._factor(patient, takes)
        return Visit(
            number=self._next_number(),
            patient=patient,
            kind=CHECK,
            unit=patient.unit,
            done=simpy.Event(self.env),
            day=self.calendar.first_open(first) if day is None else day,
            last_day=0,
            profession=0,
            expected_minutes=check.nurse_minutes,
            minutes=minutes,
            desk_minutes=check.review_minutes,
            room_minutes=minutes,
            slot=slot,
            comes=comes >= patient.stream.no_show_share,
            fails=withheld < check.withheld_share,
        )

    def _dose(self, patient: Patient, day: int) -> Visit:
        stream = patient.stream
        comes, takes, slot, fails = patient.luck(VISIT)
        factor = self._factor(patient, takes)
        nurse_led = stream.profession == "nurse"
        return Visit(
            number=self._next_number(),
            patient=patient,
            kind=DOSE,
            unit=patient.unit,
            done=simpy.Event(self.env),
            day=day,
            last_day=patient.due + stream.late_days,
            profession=PROFESSIONS.index(stream.profession),
            expected_minutes=stream.minutes,
            minutes=stream.minutes * factor,
            desk_minutes=(stream.doctor_minutes if nurse_led else stream.nurse_minutes) * factor,
            room_minutes=stream.room_minutes * factor,
            slot=slot,
            comes=comes >= stream.no_show_share,
            fails=fails < stream.failed_share,
            infusion=stream.procedure_group == "infusion",
        )

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _factor(self, patient: Patient, chance: float) -> float:
        """How long a visit takes relative to its mean."""
        return self._tables[patient.stream_name][int(chance * TABLE_SIZE)]
