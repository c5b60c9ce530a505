"""Care at the hospital: before the unit has taken over, for those who stay, and for doses returned to it.

The hospital has its own lateness and missed visits, so that "are doses later than today?" has both sides.
"""

from __future__ import annotations

import math

from scenarios.schema import Hospital as HospitalScenario
from sim.calendar import Calendar
from sim.clock import Clock, Process
from sim.log import Log
from sim.patients import HOSPITAL_VISIT, Patient
from sim.records import HOSPITAL, UNPLANNED


class Hospital:
    """Gives doses at the hospital."""

    def __init__(self, env: Clock, calendar: Calendar, assumed: HospitalScenario, log: Log) -> None:
        self.env, self.calendar, self.assumed, self.log = env, calendar, assumed, log

    def __repr__(self) -> str:
        return f"<Hospital on day {self.env.today}>"

    def treat(self, patient: Patient, until: int) -> Process:
        """Every dose that falls before a day, and then the wait for that day or the end of the course."""
        env, stop = self.env, min(until, patient.ends)
        while (day := self._next_day(patient)) < stop:
            if day > env.today:
                yield env.midnight(day)
            self._see(patient, day)
        if stop > env.today:
            yield env.midnight(stop)

    def treat_until_doses(self, patient: Patient, number: int) -> Process:
        """Doses at the hospital until the patient has had so many in all, or the course is over."""
        while patient.doses < number and self.env.today < patient.ends:
            if patient.hospital_day is None:
                patient.hospital_day = self.day_for_dose(patient)
            yield from self.treat(patient, until=patient.hospital_day + 1)

    def day_for_dose(self, patient: Patient) -> int:
        """The day on which the hospital plans the dose: inside its window unless it is late for lack of a time."""
        stream = patient.stream
        today = self.env.today
        _, is_late, how_late, _ = patient.luck(HOSPITAL_VISIT)
        if is_late < self.assumed.late_share:
            delay = -self.assumed.late_days_mean * math.log(how_late)
            return self.calendar.first_open(max(today, patient.due + stream.late_days + math.ceil(delay)))
        if patient.due <= today:
            return self.calendar.first_open(today)
        nearest = self.calendar.nearest_open(patient.due, stream.early_days, stream.late_days)
        return self.calendar.first_open(max(today, nearest))

    def takes_over(self, patient: Patient) -> int:
        """The day on which the hospital gives a dose that was returned to it."""
        stream = patient.stream
        soonest = self.env.today + self.assumed.takeover_days
        if patient.due > soonest:
            nearest = self.calendar.nearest_open(patient.due, stream.early_days, stream.late_days)
            return self.calendar.first_open(max(soonest, nearest))
        return self.calendar.first_open(soonest)

    def _next_day(self, patient: Patient) -> int:
        if patient.hospital_day is None:
            patient.hospital_day = self.day_for_dose(patient)
        return min(patient.hospital_day, patient.unplanned_day)

    def _see(self, patient: Patient, day: int) -> None:
        if patient.unplanned_day <= day:
            self._unplanned(patient, day)
        elif patient.luck(HOSPITAL_VISIT)[0] < self.assumed.no_show_share:
            patient.missed()
            patient.hospital_day = self.calendar.first_open(day + self.assumed.rebook_days)
        else:
            self.log.dose(patient, day, HOSPITAL)
            patient.treated(day)

    def _unplanned(self, patient: Patient, day: int) -> None:
        if self.calendar.receives(day, patient.unplanned_minute):
            self.log.visit(patient, UNPLANNED, day, site=HOSPITAL)
        else:
            self.log.out_of_hours(patient, day)
        patient.treated(day)
