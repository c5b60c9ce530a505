"""Which day a visit gets: the recall list, the diary, and what a visit will need.

Days are tried from the due day on, ever further from it inside the window, then late ones up to the limit. The search
and all that is drawn for a visit are compiled; `Booking` gives them the patient.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from scenarios import capability
from scenarios.register import Unit
from scenarios.schema import Scenario, Stream
from sim.background import TABLE_SIZE, gamma_table
from sim.calendar import Calendar
from sim.diaries import NO_DAY, NONE, UNSET, Diaries, enter, has_room, move
from sim.patients import CHECK_VISIT, VISIT, Patient
from sim.randomness import name_number, uniforms
from sim.records import CHECK, DOSE, UNPLANNED
from sim.staff import NURSE, PROFESSIONS

WEEK_AFTER = 7  # days after the wished one on which a check is still sought

NEEDS = np.dtype(
    [
        ("early_days", np.int64),
        ("late_days", np.int64),
        ("returned_after_days", np.int64),
        ("profession", np.int64),
        ("infusion", np.bool_),
        ("minutes", np.float64),
        ("desk_minutes", np.float64),
        ("room_minutes", np.float64),
        ("no_show_share", np.float64),
        ("failed_share", np.float64),
        ("check_days_before", np.int64),  # from here on: the check before each dose
        ("check_minutes", np.float64),
        ("review_minutes", np.float64),
        ("withheld_share", np.float64),
    ]
)


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

    def __init__(self, scenario: Scenario, calendar: Calendar, diaries: Diaries) -> None:
        self.calendar, self.diaries = calendar, diaries
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.notice = scenario.booking.rebooking_notice_days
        self._streams = {name: place for place, name in enumerate(scenario.streams)}
        needs = np.array([_needs(stream) for stream in scenario.streams.values()], dtype=NEEDS)
        factors = np.array([gamma_table(stream.minutes_cv) for stream in scenario.streams.values()])
        self._fixed = (needs, factors, calendar.next_open, *diaries.books)

    def __repr__(self) -> str:
        return f"<Booking of {len(self._streams)} streams>"

    def diary_opens(self, patient: Patient) -> int:
        """The day on which the whole window of the next dose has come inside the diary; until then: recall list."""
        return patient.due + patient.stream.late_days - self.horizon

    def more_days_will_open(self, patient: Patient, today: int) -> bool:
        """Whether days inside the limit still lie beyond the diary's horizon."""
        return today + self.horizon < patient.due + patient.stream.returned_after_days

    def book(self, patient: Patient, today: int) -> tuple[int, int] | None:
        """The check before the next dose (or NONE) and the dose; None where the dose finds no room within its limit."""
        checked = patient.stream.check is not None
        booked: tuple[int, int] = book(checked, *self._asked(patient, today, today + 1))
        return None if self._added(booked[1]) == NONE else booked

    def rebook_dose(self, patient: Patient, today: int) -> int:
        """The dose once more after a missed one; NONE where no day is left within the limit."""
        return self._added(book(False, *self._asked(patient, today, today + max(1, self.notice)))[1])

    def rebook_check(self, patient: Patient, dose: int, today: int) -> int:
        """The check once more after a missed one; the dose keeps after it. NONE where that leaves it no day."""
        return self._added(rebook_check(dose, *self._asked(patient, today, today + max(1, self.notice))))

    def urgent(self, patient: Patient, today: int, minute: int) -> int:
        """An unplanned visit today, at its minute, whether or not there is room."""
        arrival = minute - int(self.calendar.opens[today + self.calendar.offset])
        return self._added(urgent(arrival, *self._asked(patient, today, today)))

    def _asked(self, patient: Patient, today: int, first: int) -> tuple[Any, ...]:
        """What all the compiled functions take: the table, who asks, between which days, and the books."""
        table = self.diaries.table
        table.make_room(2)
        return (
            table.storage, table.size, patient.number, patient.key, patient.draw, patient.due, patient.unit,
            self._streams[patient.stream_name], first, today + self.horizon, *self._fixed,
        )  # fmt: skip

    def _added(self, visit: int) -> int:
        """A visit that now stands last in the table, or NONE."""
        if visit != NONE:
            self.diaries.table.size = visit + 1
        return visit


def _needs(stream: Stream) -> tuple[Any, ...]:
    """What booking needs to know of a stream, in the order of NEEDS."""
    nurse_led, check = stream.profession == "nurse", stream.check
    return (
        stream.early_days,
        stream.late_days,
        stream.returned_after_days,
        PROFESSIONS.index(stream.profession),
        stream.procedure_group == "infusion",
        stream.minutes,
        stream.doctor_minutes if nurse_led else stream.nurse_minutes,
        stream.room_minutes,
        stream.no_show_share,
        stream.failed_share,
        *(
            (check.days_before, check.nurse_minutes, check.review_minutes, check.withheld_share)
            if check
            else (0,) * 4
        ),
    )


@nb.njit(cache=True)
def book(  # type: ignore[no-untyped-def]  # numba infers
    checked, visits, size, patient, key, draw, due, unit, stream, first, last, needs, factors, next_open, *books
):  # fmt: skip
    """Enter a check, if there is to be one, and a dose after it. Returns their numbers, NONE for what is not booked."""
    need = needs[stream]
    check, dose, check_day = NONE, size, NO_DAY
    if checked:
        check, dose = size, size + 1
        check_day = day_for_check(need, due, unit, first, last, next_open, *books)
        first = check_day + 1
    day = day_for_dose(need, due, unit, first, last, *books)
    if day == NO_DAY:
        return NONE, NONE
    write_dose(visits, dose, need, factors[stream], patient, key, draw, due, unit, day)
    enter(visits, dose, *books)
    if checked:
        write_check(visits, check, need, factors[stream], patient, key, draw, due, unit, check_day)
        visits[check].dose, visits[check].last_day = dose, day - 1
        enter(visits, check, *books)
    return check, dose


@nb.njit(cache=True)
def rebook_check(  # type: ignore[no-untyped-def]  # numba infers
    dose, visits, size, patient, key, draw, due, unit, stream, first, last, needs, factors, next_open, *books
):
    """Enter a check alone, and move its dose if that does not come after it. Returns its number, or NONE."""
    need = needs[stream]
    check_day = day_for_check(need, due, unit, first, last, next_open, *books)
    if visits[dose].day <= check_day:
        day = day_for_dose(need, due, unit, check_day + 1, last, *books)
        if day == NO_DAY:
            return NONE
        move(visits, dose, day, *books)
    write_check(visits, size, need, factors[stream], patient, key, draw, due, unit, check_day)
    visits[size].dose, visits[size].last_day = dose, visits[dose].day - 1
    enter(visits, size, *books)
    return size


@nb.njit(cache=True)
def urgent(  # type: ignore[no-untyped-def]  # numba infers
    arrival, visits, size, patient, key, draw, due, unit, stream, today, last, needs, factors, next_open, *books
):  # fmt: skip
    """Enter an unplanned visit today. Returns its number."""
    write_dose(visits, size, needs[stream], factors[stream], patient, key, draw, due, unit, today)
    visit = visits[size]
    visit.kind, visit.arrival_minute, visit.last_day, visit.comes = UNPLANNED, arrival, today, True
    enter(visits, size, *books)
    return size


@nb.njit(cache=True)
def day_for_dose(need, due, unit, first, last, *books):  # type: ignore[no-untyped-def]  # numba infers
    """The day of a dose; NO_DAY without room inside its limit."""
    return nearest_day(
        due, need.early_days, need.late_days, need.returned_after_days, first, last,
        unit, need.profession, need.minutes, need.infusion, *books,
    )  # fmt: skip


@nb.njit(cache=True)
def day_for_check(need, due, unit, first, last, next_open, *books):  # type: ignore[no-untyped-def]  # numba infers
    """The day of a check, nearest to the wished one; a full diary takes it all the same, on the first open day."""
    before, offset = need.check_days_before, books[-1]
    wished = max(first, due - before)
    day = nearest_day(
        wished, before, before - 1, before + WEEK_AFTER, first, last,
        unit, NURSE, need.check_minutes, False, *books,
    )  # fmt: skip
    return next_open[first + offset] - offset if day == NO_DAY else day


@nb.njit(cache=True)
def nearest_day(due, early, late, limit, first, last, unit, profession, minutes, infusion, *books):  # type: ignore[no-untyped-def]  # numba infers
    """The day from `first` to `last` with room that is nearest to the due day, earlier before later; NO_DAY if none.

    Days up to `early` before and `late` after the due day are tried by distance, then late ones up to the limit.
    """
    for distance in range(max(early, late) + 1):
        if distance <= early and has_room(
            due - distance, first, last, unit, profession, minutes, infusion, *books
        ):
            return due - distance
        if distance <= late and has_room(
            due + distance, first, last, unit, profession, minutes, infusion, *books
        ):
            return due + distance
    for day in range(due + late + 1, due + limit + 1):
        if has_room(day, first, last, unit, profession, minutes, infusion, *books):
            return day
    return NO_DAY


@nb.njit(cache=True)
def write_dose(visits, number, need, factors, patient, key, draw, due, unit, day):  # type: ignore[no-untyped-def]  # numba infers
    """Describe a dose in a row of the table."""
    comes, takes, slot, fails = uniforms(key, draw, VISIT)
    factor = factors[np.int64(takes * TABLE_SIZE)]
    visit = visits[number]
    visit.patient, visit.kind, visit.unit, visit.profession = patient, DOSE, unit, need.profession
    visit.due, visit.day, visit.last_day = due, day, due + need.late_days
    visit.infusion, visit.expected_minutes = need.infusion, need.minutes
    visit.minutes, visit.desk_minutes = need.minutes * factor, need.desk_minutes * factor
    visit.room_minutes, visit.slot = need.room_minutes * factor, slot
    visit.comes, visit.fails = comes >= need.no_show_share, fails < need.failed_share
    visit.moves, visit.arrival_minute, visit.dose = 0, UNSET, NONE


@nb.njit(cache=True)
def write_check(visits, number, need, factors, patient, key, draw, due, unit, day):  # type: ignore[no-untyped-def]  # numba infers
    """Describe a check in a row of the table; its dose is for the caller to add."""
    comes, takes, slot, withheld = uniforms(key, draw, CHECK_VISIT)
    minutes = need.check_minutes * factors[np.int64(takes * TABLE_SIZE)]
    visit = visits[number]
    visit.patient, visit.kind, visit.unit, visit.profession = patient, CHECK, unit, NURSE
    visit.due, visit.day = due, day
    visit.infusion, visit.expected_minutes = False, need.check_minutes
    visit.minutes, visit.desk_minutes = minutes, need.review_minutes
    visit.room_minutes, visit.slot = minutes, slot
    visit.comes, visit.fails = comes >= need.no_show_share, withheld < need.withheld_share
    visit.moves, visit.arrival_minute = 0, UNSET
