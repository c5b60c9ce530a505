"""The clinic days of all units: what is booked, who is there, and what became of each visit.

`Clinic` owns the committed minutes and the day's lists. `run` is the SimPy process that works one closed day
at a time: other patients and transferred visits together, inside the compiled kernel of `clinic_day`.
In the model's clock a clinic day is one instant, a quarter of a day after midnight, so what is booked at midnight is
known before it opens and what follows from a visit happens after it.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from scenarios.schema import Scenario
from sim import clinic_day as kernel
from sim.background import Background
from sim.calendar import Calendar
from sim.day_choice import acceptable_days
from sim.hospital import Journey
from sim.log import Log
from sim.patients import Patient
from sim.records import ATTENDED, CHECK, FAILED, NO_SHOW, NOT_SEEN, OTHER_OUTCOMES, UNPLANNED, WITHHELD
from sim.staff import NURSE

CLINIC_INSTANT = 0.25
SLOT_MINUTES = 5
UNSET = -1
TOOK_PLACE = (ATTENDED, FAILED, WITHHELD)
LONGEST_CLOSURE = 15  # days; a booked day may be the first open one after the diary's horizon


@dataclass(slots=True, eq=False, repr=False)
class Visit:
    """A transferred visit with a day in the diary.

    `expected_minutes` is what booking counts on, `minutes` what it takes; `last_day` is the last day to which
    a morning may move it; `slot` is its appointment as a share of the day's appointment hours, which becomes
    `arrival_minute` (after opening) when the day comes; `desk_minutes` is the other profession's work beside
    it. `before` is the dose that a check precedes.
    """

    number: int
    patient: Patient
    kind: int
    unit: int
    profession: int
    day: int
    last_day: int
    expected_minutes: float
    minutes: float
    desk_minutes: float
    room_minutes: float
    slot: float
    comes: bool
    fails: bool
    done: simpy.Event
    infusion: bool = False
    moves: int = 0
    arrival_minute: int = UNSET
    outcome: int = NOT_SEEN
    before: Visit | None = None

    def __repr__(self) -> str:
        return f"<Visit {self.number} of {self.patient!r} on day {self.day}>"


class Clinic:
    """Diaries and clinic days of every unit."""

    def __init__(
        self,
        env: simpy.Environment,
        scenario: Scenario,
        calendar: Calendar,
        planned: NDArray[np.float64],
        servers: NDArray[np.int64],
        places: NDArray[np.int64],
        others: Background,
        log: Log,
    ) -> None:
        self.env, self.calendar, self.others, self.log = env, calendar, others, log
        self.planned, self.servers, self.places = planned, servers, places
        self.acceptable = acceptable_days(scenario, calendar)
        self.bookable_share = scenario.booking.bookable_share
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.overtime = scenario.clinic.overtime_limit_minutes
        self.last_arrival = scenario.clinic.last_arrival_minutes
        self.committed = np.zeros_like(planned)
        self.infusions = np.zeros_like(places)
        self.lists: defaultdict[int, list[Visit]] = defaultdict(list)
        units, longest = planned.shape[0], self.horizon + 32
        self.diary = np.zeros((self.horizon + LONGEST_CLOSURE, units, 2, 2, longest), dtype=np.int32)
        self.carried = np.zeros((units, 2, 2, longest), dtype=np.int32)
        self.counts = np.zeros((units, 2, len(OTHER_OUTCOMES), longest), dtype=np.int32)
        self.days = calendar.offset + scenario.horizon_days
        self.used = np.zeros((self.days, units, 2))
        self.used_by_transferred = np.zeros((self.days, units, 2))
        self.overtimes = np.zeros((self.days, units, 2))
        self.services = np.zeros(self.days)

    def __repr__(self) -> str:
        return f"<Clinic of {self.planned.shape[0]} units on day {self.env.now}>"

    def has_room(self, unit: int, profession: int, day: int, minutes: float, infusion: bool) -> bool:
        """Whether a diary has room for a visit on a day: bookable staff minutes and, if needed, a place."""
        i = day + self.calendar.offset
        room = self.bookable_share * self.planned[unit, profession, i]
        if self.committed[unit, profession, i] + minutes > room:
            return False
        return not infusion or bool(self.infusions[unit, i // 7] < self.places[unit, i // 7])

    def enter(self, visit: Visit) -> None:
        """Put a visit on its day's list."""
        i = visit.day + self.calendar.offset
        self.lists[visit.day].append(visit)
        self.committed[visit.unit, visit.profession, i] += visit.expected_minutes
        if visit.infusion:
            self.infusions[visit.unit, i // 7] += 1

    def cancel(self, visit: Visit) -> None:
        """Take a visit off its list, if it has not taken place."""
        if visit not in self.lists[visit.day]:
            return
        i = visit.day + self.calendar.offset
        self.lists[visit.day].remove(visit)
        self.committed[visit.unit, visit.profession, i] -= visit.expected_minutes
        if visit.infusion:
            self.infusions[visit.unit, i // 7] -= 1

    def move(self, visit: Visit, day: int) -> None:
        """Give a visit another day."""
        self.cancel(visit)
        visit.day = day
        self.enter(visit)

    def close(self, day: int, unit: int, taker: int) -> Journey:
        """Close a unit on a day: other patients who still wait for theirs keep it, at the unit that takes over.

        Until then it has booked as ever. Transferred patients find their new days themselves.
        """
        yield self.env.timeout(day - self.env.now)
        today = day + self.calendar.offset
        days = np.arange(today, today + self.diary.shape[0])
        waiting = self.diary[days % days.size, unit].sum(axis=(2, 3)).T
        minutes = waiting * self.others.minutes[:, None]
        self.committed[unit][:, days] -= minutes
        self.committed[taker][:, days] += minutes
        self.planned[unit][:, today:] = 0.0
        for lists in (self.diary.swapaxes(0, 1), self.carried):
            lists[taker] += lists[unit]
            lists[unit] = 0

    def run(self) -> Journey:
        """Work every open day."""
        for day in range(-self.calendar.offset, self.days - self.calendar.offset):
            if self.calendar.is_open(day):
                yield self.env.timeout(day + CLINIC_INSTANT - self.env.now)
                self._work(day)

    def _work(self, day: int) -> None:
        """Balance the day's list, see the patients, take bookings, and tell each visit its outcome."""
        i = day + self.calendar.offset
        servers = np.ascontiguousarray(self.servers[:, :, i])
        visits, arrays = self._balanced(day, servers)
        open_minutes = int(self.calendar.open_minutes[i])
        last_arrival = max(0.0, open_minutes - self.last_arrival)
        slots = last_arrival / SLOT_MINUTES
        for visit in visits:
            if visit.arrival_minute == UNSET:
                visit.arrival_minute = 1 + int(visit.slot * slots) * SLOT_MINUTES
        arrival = np.array([visit.arrival_minute for visit in visits], dtype=np.int64)
        ends, arrivals, services, who = kernel.day_list(
            i, last_arrival, self.others.keys, self.others.minutes, self.others.minutes_table, self.diary,
            self.carried, arrays.offsets, arrival, arrays.minutes, arrays.comes,
        )  # fmt: skip
        starts, self.used[i], self.overtimes[i] = kernel.queue_day(
            ends, arrivals, services, servers, float(open_minutes), open_minutes + self.overtime
        )
        self.services[i] = services.sum(where=starts != kernel.NOT_SEEN)
        next_day = self.calendar.first_open(day + 1)
        kernel.outcomes(ends, starts, who, next_day - day, self.carried, self.counts)
        kernel.take_bookings(
            i, self.planned, self.committed, self.bookable_share, self.horizon, self.others.requests,
            self.others.keys, self.others.minutes, self.others.lead_table, self.calendar.next_open, self.diary,
            self.counts,
        )  # fmt: skip
        self.log.others(day, self.counts)
        self._tell(visits, _waits(starts, arrivals, who, len(visits)), day, next_day)

    def _balanced(self, day: int, servers: NDArray[np.int64]) -> tuple[list[Visit], _Arrays]:
        """The day's transferred visits, after those that had to move have moved."""
        i = day + self.calendar.offset
        capacity = servers * (self.calendar.open_minutes[i] + self.overtime)
        visits = _in_order(self.lists[day])
        arrays = _arrays(visits, servers.shape[0])
        moved = kernel.balance(
            i, capacity, self.planned, self.committed, self.bookable_share, self.horizon, self.others.requests,
            self.others.keys, self.others.minutes, self.others.accepts_another_day, self.diary, self.carried,
            arrays.offsets, arrays.expected, arrays.movable, self.counts,
        )  # fmt: skip
        if not moved.any():
            del self.lists[day]
            return visits, arrays
        self.lists[day] = visits
        for visit in itertools.compress(visits.copy(), moved):
            self._move_within_window(visit)
        left = self.lists.pop(day)
        return left, _arrays(left, servers.shape[0])

    def _move_within_window(self, visit: Visit) -> None:
        """Another day with room before the window closes; without one the visit stays."""
        for day in self.acceptable(range(visit.day + 1, visit.last_day + 1)):
            if self.calendar.is_open(day) and self.has_room(
                visit.unit, visit.profession, day, visit.expected_minutes, visit.infusion
            ):
                self.move(visit, day)
                visit.moves += 1
                return

    def _tell(self, visits: list[Visit], waits: NDArray[np.float64], day: int, next_day: int) -> None:
        """Record each visit and let its patient go on."""
        used = self.used_by_transferred[day + self.calendar.offset]
        for visit, wait in zip(visits, waits.tolist(), strict=True):
            if not visit.comes:
                visit.outcome = NO_SHOW
            elif wait >= 0:
                visit.outcome = _outcome(visit)
                used[visit.unit, visit.profession] += visit.minutes
            elif visit.kind != UNPLANNED:
                self._carry_over(visit, next_day)
                continue
            self._record(visit, wait, day)
            visit.done.succeed()

    def _carry_over(self, visit: Visit, next_day: int) -> None:
        """Not seen before the latest start: first on the next open day; a dose keeps after its check."""
        if visit.infusion:
            self.infusions[visit.unit, (visit.day + self.calendar.offset) // 7] -= 1
        visit.day, visit.arrival_minute = next_day, 0
        visit.moves += 1
        self.enter(visit)
        dose = visit.before
        if dose is not None and dose.day <= next_day:
            self.move(dose, self.calendar.first_open(next_day + 1))

    def _record(self, visit: Visit, wait: float, day: int) -> None:
        nurse = doctor = room = 0.0
        if visit.outcome in TOOK_PLACE:
            nurse, doctor, room = visit.minutes, visit.desk_minutes, visit.room_minutes
            if visit.profession != NURSE:
                nurse, doctor = doctor, nurse
        else:
            wait = 0.0
        self.log.visit(
            visit.patient,
            visit.kind,
            day,
            visit.outcome,
            unit=visit.unit,
            moves=visit.moves,
            arrival_minute=visit.arrival_minute,
            wait_minutes=wait,
            nurse_minutes=nurse,
            doctor_minutes=doctor,
            room_minutes=room,
        )


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The day's transferred visits as the kernel reads them, sorted by unit, profession and number."""

    offsets: NDArray[np.int64]
    expected: NDArray[np.float64]
    minutes: NDArray[np.float64]
    comes: NDArray[np.bool_]
    movable: NDArray[np.bool_]


def _outcome(visit: Visit) -> int:
    """What became of a visit that took place."""
    if not visit.fails:
        return ATTENDED
    return WITHHELD if visit.kind == CHECK else FAILED


def _in_order(visits: list[Visit]) -> list[Visit]:
    return sorted(visits, key=lambda visit: (visit.unit, visit.profession, visit.number))


def _arrays(visits: list[Visit], units: int) -> _Arrays:
    queues = np.array([2 * visit.unit + visit.profession for visit in visits], dtype=np.int64)
    return _Arrays(
        offsets=np.searchsorted(queues, np.arange(2 * units + 1)),
        expected=np.array([visit.expected_minutes for visit in visits], dtype=np.float64),
        minutes=np.array([visit.minutes for visit in visits], dtype=np.float64),
        comes=np.array([visit.comes for visit in visits], dtype=np.bool_),
        movable=np.array([visit.last_day > visit.day for visit in visits], dtype=np.bool_),
    )


def _waits(
    starts: NDArray[np.float64], arrivals: NDArray[np.int64], who: NDArray[np.int64], visits: int
) -> NDArray[np.float64]:
    """Minutes from arrival to start per transferred visit; negative where it was not seen."""
    waits = np.full(visits, kernel.NOT_SEEN)
    ours = np.nonzero(who >= 0)[0]
    seen = ours[starts[ours] != kernel.NOT_SEEN]
    waits[who[seen]] = starts[seen] - arrivals[seen]
    return waits
