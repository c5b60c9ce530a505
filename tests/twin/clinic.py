"""Diaries and clinic days: a process for each visit, and a `simpy.Resource` for each unit, profession and day.

The clock of the model counts days; each clinic day has a clock of its own that counts minutes from opening.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from scenarios.capability import infusion_places
from scenarios.load import Resolved
from scenarios.register import Unit
from scenarios.schema import WEEKDAYS
from sim.calendar import Calendar
from sim.randomness import name_number
from sim.records import (
    ATTENDED,
    CHECK,
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    FAILED,
    NEVER,
    NO_SHOW,
    NOT_SEEN,
    UNPLANNED,
    WITHHELD,
)
from sim.staff import NURSE, planned_minutes, servers
from tests.twin import draws
from tests.twin.draws import BOOKED, SAME_DAY
from tests.twin.log import Log
from tests.twin.others import Other, calls

if TYPE_CHECKING:
    from tests.twin.patient import Patient

Process = Generator[simpy.Event, None, None]

EVENING = 0.25  # a clinic day is one instant of the model's clock, after midnight
SLOT_MINUTES = 5
NO_TIME = -1  # in place of a minute
MARGIN_DAYS = 100  # of diaries beyond their horizon: notice after a missed visit, and closed days
LONGEST_WAIT_BEYOND_HORIZON = 31  # days; a longer wait of another patient is counted as this


@dataclass(slots=True, eq=False)
class Visit:
    """A transferred visit in a diary; `last_day` is the last to which a morning may move it.

    `slot` is its time as a share of the appointment hours, and `before` the dose that a check precedes.
    """

    number: int
    patient: Patient
    kind: int
    team: Team
    expected: float
    slot: float
    over: simpy.Event
    day: int = NEVER
    last_day: int = NEVER
    minutes: float = 0.0
    desk_minutes: float = 0.0
    room_minutes: float = 0.0
    comes: bool = True
    fails: bool = False
    infusion: bool = False
    before: Visit | None = None
    moves: int = 0
    arrival: int = NO_TIME
    start: float | None = None

    def outcome(self) -> int:
        """What became of it on its day."""
        if not self.comes:
            return NO_SHOW
        if self.start is None:
            return NOT_SEEN
        if not self.fails:
            return ATTENDED
        return WITHHELD if self.kind == CHECK else FAILED

    def too_late(self, _midnight: simpy.Event) -> None:
        """Something else came: the patient waits no more."""
        if not self.over.triggered:
            self.over.succeed()


class Session:
    """A clinic day of one profession at one unit: first come, first served, by the staff present."""

    def __init__(self, staff: int, closing: float, latest_start: float) -> None:
        self.env = simpy.Environment()
        self.staff = simpy.Resource(self.env, staff)
        self.closing, self.latest_start = closing, latest_start
        self.used = self.overtime = 0.0

    def visit(self, comer: Visit | Other) -> Process:
        """Come, wait, and be seen unless it has become too late."""
        yield self.env.timeout(comer.arrival)
        with self.staff.request() as turn:
            yield turn
            if self.env.now > self.latest_start:
                return
            comer.start = self.env.now
            self.used += comer.minutes
            yield self.env.timeout(comer.minutes)
            self.overtime += max(0.0, self.env.now - max(comer.start, self.closing))


class Team:
    """One profession at one unit: its diary, and who was not seen yesterday.

    `planned` and `booked` are minutes, `servers` staff and `calls` requests per day from the start of the warm-up;
    all other days count from day zero.
    """

    def __init__(
        self,
        clinic: Clinic,
        unit: int,
        profession: int,
        planned: list[float],
        servers: list[int],
        calls: list[list[int]],
    ) -> None:
        self.clinic, self.unit, self.profession = clinic, unit, profession
        self.planned, self.servers, self.calls = planned, servers, calls
        self.mean = clinic.mean_minutes[profession]
        self.booked = [0.0] * len(planned)
        self.visits: defaultdict[int, list[Visit]] = defaultdict(list)
        self.others: defaultdict[int, list[Other]] = defaultdict(list)
        self.carried: list[Other] = []

    def has_room(self, day: int, minutes: float, share: float) -> bool:
        """Whether so many minutes more fit into a share of those planned."""
        i = day + self.clinic.offset
        return self.booked[i] + minutes <= share * self.planned[i]

    def first_with_room(self, first: int, last: int, share: float) -> int:
        """The first day with room for another patient; the day after the last if there is none."""
        days = range(first, last + 1)
        return next((day for day in days if self.has_room(day, self.mean, share)), max(first, last + 1))

    def enter_other(self, other: Other, day: int) -> None:
        """Put another patient into the diary."""
        self.others[day].append(other)
        self.booked[day + self.clinic.offset] += self.mean

    # --- morning ----------------------------------------------------------------------------------

    def morning(self, day: int) -> None:
        """Today's same-day requests come; what is more than the staff present can do moves to other days."""
        i, clinic = day + self.clinic.offset, self.clinic
        new = [Other(SAME_DAY, day) for _ in range(self.calls[SAME_DAY][i])]
        capacity = self.servers[i] * (clinic.open_minutes[i] + clinic.overtime_limit)
        excess = self.booked[i] + (len(new) + len(self.carried)) * self.mean - capacity
        here = sorted(self.others[day] + new, key=lambda other: -other.wished)  # who has waited least first
        excess, same_day = self._offer_other_days(day, [o for o in here if o.kind == SAME_DAY], excess)
        excess, booked = self._move_booked(day, [o for o in here if o.kind == BOOKED], excess)
        self.others[day] = same_day + booked
        must_move = []
        for visit in sorted(self.visits[day], key=lambda visit: visit.number):
            if excess > 0 and visit.last_day > day:
                must_move.append(visit)
                excess -= visit.expected
        for visit in must_move:
            later = clinic.first_day(visit, range(day + 1, visit.last_day + 1))
            if later is not None:
                clinic.move(visit, later)
                visit.moves += 1

    def _offer_other_days(self, day: int, here: list[Other], excess: float) -> tuple[float, list[Other]]:
        """Same-day requests get the first later day with room, if they accept it; else they are diverted."""
        clinic, later, offered = self.clinic, day + 1, 0
        while excess > 0 and offered < len(here):
            other = here[offered]
            later = self.first_with_room(later, day + clinic.horizon, share=1.0)
            chance = self._numbers(day, draws.ACCEPTS, offered)[0]
            accepts = chance < clinic.accepts_another_day ** (later - day)
            waits = later - other.wished
            if later <= day + clinic.horizon and waits <= clinic.longest_wait and accepts:
                self.enter_other(other, later)
            else:
                self._count(day, DIVERTED_SAME_DAY, waits)
            excess -= self.mean
            offered += 1
        return excess, here[offered:]

    def _move_booked(self, day: int, here: list[Other], excess: float) -> tuple[float, list[Other]]:
        """Booked visits of other patients move to the first later day with room, as long as there is one."""
        clinic, later, moved = self.clinic, day + 1, 0
        while excess > 0 and moved < len(here):
            later = self.first_with_room(later, day + clinic.horizon, clinic.bookable_share)
            if later > day + clinic.horizon or later - here[moved].wished > clinic.longest_wait:
                break
            self.enter_other(here[moved], later)
            excess -= self.mean
            moved += 1
        return excess, here[moved:]

    # --- day and evening --------------------------------------------------------------------------

    def work(self, day: int, visits: list[Visit]) -> tuple[float, float]:
        """See everybody who comes today and count the others; minutes used and overtime."""
        others = self._others_of(day)
        self.carried = []
        comers = [visit for visit in visits if visit.comes] + others
        if not comers:
            return 0.0, 0.0
        i = day + self.clinic.offset
        closing = float(self.clinic.open_minutes[i])
        session = Session(self.servers[i], closing, closing + self.clinic.overtime_limit)
        for comer in comers:
            session.env.process(session.visit(comer))
        session.env.run()
        for other in others:
            if other.start is None:
                self.carried.append(other)
            else:
                self._count(day, other.kind, day - other.wished)
        return session.used, session.overtime

    def _others_of(self, day: int) -> list[Other]:
        """Other patients of today in the order that settles ties, with the minute at which each comes."""
        clinic, here, found = self.clinic, self.others.pop(day, []), []
        for kind in (SAME_DAY, BOOKED):
            for those, purpose, latest in (
                (self.carried, draws.CARRIED_SAME_DAY + kind, 0.0),
                (here, kind, clinic.last_arrival(day)),
            ):
                its = sorted((o for o in those if o.kind == kind), key=lambda other: -other.wished)
                for other, (comes, takes) in zip(its, self._pairs(day, purpose), strict=False):
                    other.arrival = math.ceil(comes * latest)
                    other.minutes = self.mean * draws.at(clinic.minutes_points, takes)
                found += its
        return found

    def take_bookings(self, day: int) -> None:
        """Today's callers get the first day with room from the one they wish."""
        clinic, calendar = self.clinic, self.clinic.calendar
        callers = range(self.calls[BOOKED][day + clinic.offset])
        numbers = itertools.chain.from_iterable(
            self._numbers(day, draws.LEAD, position) for position in itertools.count()
        )
        for _, chance in zip(callers, numbers, strict=False):
            wished = calendar.first_open(day + draws.at(clinic.lead_points, chance))
            last = max(day + clinic.horizon, wished)
            chosen = self.first_with_room(wished, last, clinic.bookable_share)
            if chosen <= last:
                self.enter_other(Other(BOOKED, wished), chosen)
            else:
                self._count(day, DIVERTED_BOOKED, last - wished)

    def pending(self, kind: int) -> int:
        """Other patients of a kind who still wait for their day."""
        waiting = itertools.chain(self.carried, *self.others.values())
        return sum(other.kind == kind for other in waiting)

    def _numbers(self, day: int, purpose: int, position: int) -> draws.Four:
        place = (day + self.clinic.offset, self.profession, purpose, position)
        return draws.in_the_day(self.clinic.keys[self.unit], *place)

    def _pairs(self, day: int, purpose: int) -> Iterator[tuple[float, float]]:
        """Two numbers to each other patient."""
        for position in itertools.count():
            first, second, third, fourth = self._numbers(day, purpose, position)
            yield first, second
            yield third, fourth

    def _count(self, day: int, outcome: int, waited: int) -> None:
        waited = min(waited, self.clinic.longest_wait)
        self.clinic.log.others[day, self.unit, self.profession, outcome, waited] += 1


class Clinic:
    """The teams of all units, and the process that works their days."""

    def __init__(
        self,
        env: simpy.Environment,
        resolved: Resolved,
        calendar: Calendar,
        log: Log,
        seed: int,
        replication: int,
    ) -> None:
        self.env, self.calendar, self.log = env, calendar, log
        scenario, units = resolved.scenario, resolved.units
        self.scenario, self.offset = scenario, calendar.offset
        self.days = calendar.offset + scenario.horizon_days
        self.horizon = scenario.booking.diary_horizon_weeks * 7
        self.longest_wait = self.horizon + LONGEST_WAIT_BEYOND_HORIZON
        self.bookable_share = scenario.booking.bookable_share
        self.overtime_limit = scenario.clinic.overtime_limit_minutes
        self.open_minutes: list[int] = calendar.open_minutes.tolist()
        other = scenario.background
        self.mean_minutes = (other.nurse_minutes, other.doctor_minutes)
        self.minutes_points = draws.gamma(other.minutes_cv)
        self.lead_points = draws.lead_days(other.lead_days_mean, self.horizon)
        self.accepts_another_day = other.accepts_wait_days_mean / (1 + other.accepts_wait_days_mean)
        self.keys = [draws.key(seed, replication, "visits", unit.key) for unit in units]
        diary_days = self.days + self.horizon + MARGIN_DAYS
        self.present = servers(scenario, units, calendar, self.days, seed, replication)
        planned = planned_minutes(scenario, units, calendar, diary_days)
        self.calls = calls(resolved, calendar, seed, replication)
        self.teams = [
            [
                Team(self, u, p, planned[u, p].tolist(), self.present[u, p].tolist(), self.calls[u][p])
                for p in range(2)
            ]
            for u in range(len(units))
        ]
        self.places = [_infusions_by_week(resolved, unit, diary_days // 7 + 1) for unit in units]
        self.infusions = [[0] * len(weeks) for weeks in self.places]
        shape = (self.days, len(units), 2)
        self.used, self.used_by_transferred, self.overtime = (np.zeros(shape) for _ in range(3))

    def last_arrival(self, day: int) -> float:
        """Minutes after opening at which the last patient comes."""
        return max(0.0, self.open_minutes[day + self.offset] - self.scenario.clinic.last_arrival_minutes)

    # --- the diary of transferred visits ------------------------------------------------------------

    def first_day(self, visit: Visit, days: Iterable[int]) -> int | None:
        """The first acceptable day that is open and has room for a visit, also among the infusions of its week."""
        for day in days:
            if (
                self._acceptable(day)
                and self.calendar.is_open(day)
                and visit.team.has_room(day, visit.expected, self.bookable_share)
                and not (visit.infusion and self._no_place(visit.team.unit, day))
            ):
                return day
        return None

    def _acceptable(self, day: int) -> bool:
        """With a fixed clinic day only that weekday, or the next open day where it is closed."""
        booking = self.scenario.booking
        since = (day - WEEKDAYS.index(booking.clinic_weekday)) % 7
        return booking.day_choice != "clinic_day" or day == self.calendar.first_open(day - since)

    def _no_place(self, unit: int, day: int) -> bool:
        week = (day + self.offset) // 7
        return self.infusions[unit][week] >= self.places[unit][week]

    def enter(self, visit: Visit) -> None:
        """Put a visit on its day's list."""
        visit.team.visits[visit.day].append(visit)
        visit.team.booked[visit.day + self.offset] += visit.expected
        self._take_place(visit, 1)

    def cancel(self, visit: Visit) -> None:
        """Take a visit off its list, if it still stands there."""
        if visit in visit.team.visits[visit.day]:
            visit.team.visits[visit.day].remove(visit)
            visit.team.booked[visit.day + self.offset] -= visit.expected
            self._take_place(visit, -1)

    def move(self, visit: Visit, day: int) -> None:
        """Give a visit another day."""
        self.cancel(visit)
        visit.day = day
        self.enter(visit)

    def _take_place(self, visit: Visit, number: int) -> None:
        if visit.infusion:
            self.infusions[visit.team.unit][(visit.day + self.offset) // 7] += number

    # --- days ---------------------------------------------------------------------------------------

    def run(self) -> Process:
        """Work every open day of every unit."""
        for day in range(-self.offset, self.scenario.horizon_days):
            if self.calendar.is_open(day):
                yield self.env.timeout(day + EVENING - self.env.now)
                self._work(day)

    def _work(self, day: int) -> None:
        i, teams = day + self.offset, [team for unit in self.teams for team in unit]
        came: list[Visit] = []
        for team in teams:
            team.morning(day)
            visits = sorted(team.visits.pop(day, []), key=lambda visit: visit.number)
            for visit in visits:
                self._give_time(visit)
            place = i, team.unit, team.profession
            self.used[place], self.overtime[place] = team.work(day, visits)
            came += visits
        for team in teams:
            team.take_bookings(day)
        for visit in came:
            self._evening(visit)

    def _give_time(self, visit: Visit) -> None:
        """A time on the grid of appointments, unless the visit has its minute."""
        if visit.arrival == NO_TIME:
            slots = self.last_arrival(visit.day) / SLOT_MINUTES
            visit.arrival = 1 + int(visit.slot * slots) * SLOT_MINUTES

    def _evening(self, visit: Visit) -> None:
        """Record a visit and let its patient go on; who was not seen comes first on the next open day."""
        outcome = visit.outcome()
        if outcome == NOT_SEEN and visit.kind != UNPLANNED:
            self._carry_over(visit)
            return
        self._record(visit, outcome)
        visit.over.succeed(outcome)

    def _carry_over(self, visit: Visit) -> None:
        self._take_place(visit, -1)
        visit.day, visit.arrival = self.calendar.first_open(visit.day + 1), 0
        visit.moves += 1
        self.enter(visit)
        if visit.before is not None and visit.before.day <= visit.day:
            self.move(visit.before, self.calendar.first_open(visit.day + 1))

    def _record(self, visit: Visit, outcome: int) -> None:
        team, wait, minutes, beside, room = visit.team, 0.0, 0.0, 0.0, 0.0
        if visit.start is not None:
            wait, minutes = visit.start - visit.arrival, visit.minutes
            beside, room = visit.desk_minutes, visit.room_minutes
            self.used_by_transferred[visit.day + self.offset, team.unit, team.profession] += minutes
        nurse, doctor = (minutes, beside) if team.profession == NURSE else (beside, minutes)
        self.log.visit(
            visit.patient,
            visit.kind,
            visit.day,
            outcome=outcome,
            unit=team.unit,
            moves=visit.moves,
            arrival=visit.arrival,
            wait=wait,
            nurse=nurse,
            doctor=doctor,
            room=room,
        )

    def close(self, day: int, unit: int, taker: int) -> Process:
        """A unit closes: other patients who wait there keep their day at the unit that takes over."""
        yield self.env.timeout(day - self.env.now)
        for its, takers in zip(self.teams[unit], self.teams[taker], strict=True):
            for later, others in its.others.items():
                takers.others[later] += others
                takers.booked[later + self.offset] += len(others) * its.mean
            takers.carried += its.carried
            its.others.clear()
            its.carried.clear()
            for i in range(day + self.offset, len(its.planned)):
                its.planned[i] = 0.0


def _infusions_by_week(resolved: Resolved, unit: Unit, weeks: int) -> list[int]:
    """Infusions that a unit can take in each week; a fraction is spread evenly, from a phase of the unit's own."""
    scenario = resolved.scenario
    per_week = infusion_places(scenario, unit) * scenario.booking.infusions_per_place_per_week
    so_far = [math.floor(per_week * week + name_number(unit.key) / 2**64) for week in range(weeks + 1)]
    return [after - before for before, after in itertools.pairwise(so_far)]
