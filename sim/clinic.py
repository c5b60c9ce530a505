"""The clinic days of all units: what is booked, who is there, and what became of each visit.

`Clinic` owns the diary of other patients; `diaries` has the transferred visits. `run` is the SimPy process that works
one closed day at a time: all of them together, inside the compiled kernel of `clinic_day`.
In the model's clock a clinic day is one instant, a quarter of a day after midnight, so what is booked at midnight is
known before it opens and what follows from a visit happens after it.
"""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from scenarios.schema import Scenario
from sim import clinic_day as kernel
from sim.background import Background
from sim.calendar import Calendar
from sim.clock import Clock, Process
from sim.diaries import CARRIED_OVER, SLOT_MINUTES, Diaries, arrivals_of, finish, lists_of
from sim.log import Log
from sim.records import NOT_SEEN

CLINIC_INSTANT = 0.25


class Clinic:
    """Clinic days of every unit."""

    def __init__(
        self,
        env: Clock,
        scenario: Scenario,
        calendar: Calendar,
        diaries: Diaries,
        servers: NDArray[np.int64],
        others: Background,
        log: Log,
    ) -> None:
        self.env, self.calendar, self.diaries, self.others, self.log = env, calendar, diaries, others, log
        self.planned, self.committed = diaries.planned, diaries.committed
        self.servers = np.ascontiguousarray(servers.transpose(2, 0, 1))  # of each day, side by side
        self.bookable_share = scenario.booking.bookable_share
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.overtime = scenario.clinic.overtime_limit_minutes
        self.last_arrival = scenario.clinic.last_arrival_minutes
        self._awaited: dict[int, simpy.Event] = {}
        units, longest = self.planned.shape[0], self.horizon + 32
        list_shape = (2, longest + 1, units, 2)  # kinds, days waited and their total, units, professions
        # A wish may fall on the first open day after the horizon.
        slots = self.horizon + calendar.longest_closure + 1
        self.diary = np.zeros((slots + 1, *list_shape), dtype=np.int32)
        self.counts = np.zeros((2, *list_shape), dtype=np.int32)
        self.days = calendar.offset + scenario.horizon_days
        self.used = np.zeros((self.days, units, 2))
        self.used_by_transferred = np.zeros((self.days, units, 2))
        self.overtimes = np.zeros((self.days, units, 2))
        self.services = np.zeros(self.days)

    def __repr__(self) -> str:
        return f"<Clinic of {self.planned.shape[0]} units on day {self.env.today}>"

    def outcome(self, visit: int) -> simpy.Event:
        """What the patient of a visit waits for; its value is the outcome."""
        self._awaited[visit] = done = simpy.Event(self.env)
        return done

    def give_up_on(self, visit: int) -> None:
        """Let the patient wait no longer, if the visit is not over."""
        if (done := self._awaited.pop(visit, None)) is not None:
            done.succeed(NOT_SEEN)

    def close(self, day: int, unit: int, taker: int) -> Process:
        """Close a unit on a day: other patients who still wait for theirs keep it, at the unit that takes over.

        Until then it has booked as ever. Transferred patients find their new days themselves.
        """
        yield self.env.midnight(day)
        today = day + self.calendar.offset
        days = np.arange(today, today + self.diary.shape[0] - 1)
        waiting = self.diary[days % days.size, :, kernel.TOTAL, unit].sum(axis=1).T
        minutes = waiting * self.others.minutes[:, None]
        self.committed[unit][:, days] -= minutes
        self.committed[taker][:, days] += minutes
        self.diaries.close(unit, day)
        self.diary[..., taker, :] += self.diary[..., unit, :]
        self.diary[..., unit, :] = 0

    def run(self) -> Process:
        """Work every open day."""
        for day in range(-self.calendar.offset, self.days - self.calendar.offset):
            if self.calendar.is_open(day):
                yield self.env.timeout(day + CLINIC_INSTANT - self.env.now)
                self._work(day)

    def _work(self, day: int) -> None:
        """Balance the day's list, see the patients, take bookings, and tell each patient the outcome."""
        i = day + self.calendar.offset
        visits, offsets = self._balanced(day)
        open_minutes = int(self.calendar.open_minutes[i])
        last_arrival = max(0.0, open_minutes - self.last_arrival)
        arrival, minutes, comes = arrivals_of(self.diaries.table.storage, visits, last_arrival / SLOT_MINUTES)
        ends, arrivals, services, who = kernel.day_list(
            i, last_arrival, self.others.keys, self.others.minutes, self.others.minutes_table, self.diary,
            offsets, arrival, minutes, comes, self.counts,
        )  # fmt: skip
        starts, self.used[i], self.overtimes[i] = kernel.queue_day(
            ends, arrivals, services, self.servers[i], float(open_minutes), open_minutes + self.overtime
        )
        self.services[i] = services.sum(where=starts != kernel.NOT_SEEN)
        next_day = self.calendar.first_open(day + 1)
        kernel.carry_over(ends, starts, who, next_day - day, self.diary, self.counts)
        kernel.take_bookings(
            i, self.planned, self.committed, self.bookable_share, self.horizon, self.others.requests,
            self.others.keys, self.others.minutes, self.others.lead_table, self.calendar.next_open, self.diary,
            self.counts,
        )  # fmt: skip
        self.log.count_others(day, self.counts)
        self._tell(visits, kernel.waits(starts, arrivals, who, visits.size), i, next_day)

    def _balanced(self, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The day's transferred visits, after those that had to move have moved, and the offsets of each queue."""
        i, units = day + self.calendar.offset, self.planned.shape[0]
        capacity = self.servers[i] * (self.calendar.open_minutes[i] + self.overtime)
        visits = self.diaries.on(day)
        offsets, expected, movable = lists_of(self.diaries.table.storage, visits, units)
        moved = kernel.balance(
            i, capacity, self.planned, self.committed, self.bookable_share, self.horizon, self.others.requests,
            self.others.keys, self.others.minutes, self.others.accepts_another_day, self.diary,
            offsets, expected, movable, self.counts,
        )  # fmt: skip
        if moved.any():
            self.diaries.move_within_windows(visits[moved])
            visits = self.diaries.on(day)
            offsets, _, _ = lists_of(self.diaries.table.storage, visits, units)
        self.diaries.begin(day, visits)
        return visits, offsets

    def _tell(self, visits: NDArray[np.int64], waits: NDArray[np.float64], i: int, next_day: int) -> None:
        """Record the visits of a day, and tell each patient whose visit is over its outcome."""
        outcomes = finish(
            self.diaries.table.storage, visits, waits, next_day, self.calendar.first_open(next_day + 1),
            self.used_by_transferred[i], self.log.visits.room_for(visits.size), *self.diaries.books,
        )  # fmt: skip
        over = outcomes != CARRIED_OVER
        self.log.visits.size += int(over.sum())
        for visit, outcome in zip(visits[over].tolist(), outcomes[over].tolist(), strict=True):
            self._awaited.pop(visit).succeed(outcome)
