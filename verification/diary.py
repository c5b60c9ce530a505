"""Booking, against the exact law of a diary with a finite horizon.

Requests come Poisson each open day and take the first day with room at or after the one they wish; a day holds so
many, and who finds no room inside the horizon is turned away. A diary is thus a discrete queue with finite room.
Its state, the bookings of each open day ahead, is a Markov chain, and its distribution is carried forward call by
call and day by day over the real calendar, holidays and half days included (forward equations: Norris 1997, doi
10.1017/CBO9780511810633). Nothing is stationary here and nothing need be: the diary begins empty, in the model and
in the chain.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.model import simulate
from sim.records import DIVERTED_BOOKED, SEEN_BOOKED
from verification.experiment import Experiment, Floats, seed_of
from verification.world import NO_PERIODS, world

if TYPE_CHECKING:
    from scipy.sparse import csr_array

HORIZON = 7  # days, the shortest that a diary can have
SLOTS = 5  # open days that can hold bookings at one time
SHARE, MINUTES = (
    0.65,
    {"nurse": 100, "doctor": 150},
)  # a full day has room for 3 and 2 visits, a half day for 1
POINTS = 1024  # of the distribution of lead times, as the model draws them
UNITS = 4
LISTED = 9000
LONGEST = 5  # days waited that are told apart
AWAY, BEYOND = LONGEST + 1, LONGEST + 2  # outcomes of a call other than a wait of so many days


@dataclass(frozen=True, slots=True)
class Diary:
    """Diaries of one profession at a few units over one year."""

    profession: str
    load: float
    lead: float
    sets: int = 200

    formula = "forward equations of the chain of bookings per open day ahead"
    source = "Norris 1997, doi 10.1017/CBO9780511810633"

    @property
    def name(self) -> str:
        """Whose diary, how full and how far ahead wishes lie."""
        wish = "tomorrow" if self.lead < 0.1 else f"{self.lead:g} days ahead on average"
        room = room_of(MINUTES[self.profession], 540)
        return f"diary with room for {room} a day, load {self.load:g}, wished {wish}"

    def expected(self) -> Mapping[str, float]:
        """Visits of the year by days waited, the turned away, and what is booked beyond the year."""
        return _expected(self)

    def sample(self, number: int) -> Floats:
        """One year at each unit."""
        records = simulate(self.world(), seed_of(self), number)
        place = ("nurse", "doctor").index(self.profession)
        others = records.others[records.others["profession"] == place]
        seen = others[others["outcome"] == SEEN_BOOKED]
        waited = np.bincount(
            np.minimum(seen["waited"], LONGEST), weights=seen["visits"], minlength=LONGEST + 1
        )
        away = others["visits"][others["outcome"] == DIVERTED_BOOKED].sum()
        found = dict(zip(_names(), [*waited, away, records.pending[:, place].sum()], strict=True))
        kept = [found[name] for name in self.expected()]
        return np.array([kept, [UNITS] * len(kept)], dtype=np.float64)

    def world(self) -> Resolved:
        """Units with one of each profession, always there, and other patients who all book."""
        return _world(self.profession, self.load, self.lead)


def room_of(minutes: float, open_minutes: int) -> int:
    """Visits that a day has room for."""
    return int(SHARE * open_minutes / minutes)


def _names() -> list[str]:
    days = [f"seen {days} days after the wished" for days in range(LONGEST)]
    return [*days, f"seen {LONGEST} days after or later", "turned away", "booked beyond the year"]


@functools.cache
def _expected(diary: Diary) -> Mapping[str, float]:
    resolved = diary.world()
    other = resolved.scenario.background
    share = other.doctor_share if diary.profession == "doctor" else 1 - other.doctor_share
    calendar = Calendar(resolved.scenario, days_after_horizon=60)
    days = resolved.scenario.horizon_days
    opening = calendar.open_minutes
    year = LISTED * other.visits_per_listed_per_year * share * 364 / 365.25
    requests = year * opening / opening[:days].sum()
    room = np.array([room_of(MINUTES[diary.profession], int(minutes)) for minutes in opening])
    found = _chain(days, requests, room, _leads(diary.lead))
    return {name: value for name, value in zip(_names(), found.tolist(), strict=True) if value * UNITS >= 1}


def _leads(mean: float) -> Floats:
    """P(wish 0, 1, 2 … 7 days ahead): an exponential at equally probable points, rounded up, at least 1."""
    points = -mean * np.log1p(-(np.arange(POINTS) + 0.5) / POINTS)
    return np.bincount(np.clip(np.ceil(points), 1, HORIZON).astype(int), minlength=HORIZON + 1) / POINTS


def _chain(days: int, requests: Floats, room: NDArray[np.int64], leads: Floats) -> Floats:
    """Expected outcomes of one diary: visits by days waited, turned away, booked beyond the year.

    A state is a number whose digits are the bookings of the next open days, nearest first.
    """
    open_days = np.flatnonzero(room)
    base = int(room.max()) + 1
    chance = np.zeros(base**SLOTS)
    chance[0] = 1.0
    found = np.zeros(BEYOND + 1)
    for today in open_days[open_days < days].tolist():
        ahead = open_days[open_days > today][:SLOTS]
        after, tells = _one_call(leads, today, ahead, room[ahead], base, days)
        calls, ended = float(requests[today]), np.zeros(chance.size)
        left = 1.0  # the chance of one more call
        for number in itertools.count():
            last = math.exp(-calls) * calls**number / math.factorial(number)
            ended += last * chance
            left -= last
            if left < 1e-12:
                break
            found += left * (chance @ tells)
            chance = after @ chance
        nearest_gone = np.arange(chance.size) // base
        chance = np.zeros(chance.size)
        np.add.at(chance, nearest_gone, ended)
    return found


def _one_call(
    leads: Floats,
    today: int,
    ahead: NDArray[np.int64],
    room: NDArray[np.int64],
    base: int,
    days: int,
) -> tuple[csr_array, Floats]:
    """What one call does to the chances of states (to, from), and its outcome from each state (state, outcome)."""
    from scipy.sparse import csr_array

    states = np.arange(base**SLOTS)
    free = states[:, None] // base ** np.arange(SLOTS) % base < room
    tells, after = np.zeros((states.size, BEYOND + 1)), csr_array((states.size, states.size))
    for lead in np.flatnonzero(leads).tolist():
        wished = int(ahead[ahead >= today + lead][0])
        fits = free & (ahead >= wished) & (ahead <= max(today + HORIZON, wished))
        slot, finds = fits.argmax(axis=1), fits.any(axis=1)
        day = ahead[slot]
        outcome = np.where(day < days, np.minimum(day - wished, LONGEST), BEYOND)
        tells[states, np.where(finds, outcome, AWAY)] += leads[lead]
        to = states + np.where(finds, base**slot, 0)
        after = after + csr_array((np.full(states.size, leads[lead]), (to, states)), shape=after.shape)
    return after, tells


@functools.cache
def _world(profession: str, load: float, lead: float) -> Resolved:
    base = world(
        *_settings(profession, lead), "background.visits_per_listed_per_year=1", units=UNITS, listed=LISTED
    )
    days = base.scenario.horizon_days
    opening = Calendar(base.scenario, days_after_horizon=0).open_minutes[:days]
    year = load * sum(room_of(MINUTES[profession], int(minutes)) for minutes in opening)
    rate = year / LISTED / (364 / 365.25)
    return world(
        *_settings(profession, lead),
        f"background.visits_per_listed_per_year={rate!r}",
        units=UNITS,
        listed=LISTED,
    )


def _settings(profession: str, lead: float) -> tuple[str, ...]:
    return (
        *NO_PERIODS,
        "horizon_years=1",
        f"booking.diary_horizon_weeks={HORIZON // 7}",
        f"booking.bookable_share={SHARE}",
        "clinic.overtime_limit_minutes=480",
        "background.load_factor=1",
        "background.unit_load_cv=0",
        "background.same_day_share=0",
        f"background.doctor_share={int(profession == 'doctor')}",
        f"background.nurse_minutes={MINUTES['nurse']}",
        f"background.doctor_minutes={MINUTES['doctor']}",
        "background.minutes_cv=0",
        f"background.lead_days_mean={lead}",
    )


def experiments() -> tuple[Experiment, ...]:
    """Diaries with room, nearly full and overfull; with wishes for tomorrow (a queue) and spread ones."""
    return (
        Diary("nurse", 0.8, 0.01),
        Diary("doctor", 0.95, 0.01),
        Diary("nurse", 0.95, 3.0),
        Diary("doctor", 1.3, 2.0),
    )
