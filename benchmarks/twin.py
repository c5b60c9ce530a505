"""The clinic day once more, written plainly in SimPy: what the compiled kernel is checked and timed against.

A process per visit and a `simpy.Resource` per unit and profession. It is given every list of arrivals and
services, and so every draw and every booking; it only lets the patients wait and be seen. Units meet in
nothing but their bookings, so each runs in an environment of its own, one after the other: the list of
events stays short, which favours the twin.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import simpy
from numpy.typing import NDArray

NOT_SEEN = -1.0
PROFESSIONS = 2

Process = Generator[simpy.Event, None, None]


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """One working day of one profession at one unit.

    `opens` and `latest_start` are minutes of the clock; `arrivals` are minutes after opening, in order.
    `waits` is filled as patients are seen, and keeps NOT_SEEN for those who are not.
    """

    opens: float
    latest_start: float
    staff: int
    arrivals: Sequence[int]
    services: Sequence[float]
    waits: list[float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", [NOT_SEEN] * len(self.arrivals))

    def __repr__(self) -> str:
        return f"<Session of {len(self.arrivals)} visits and {self.staff} staff from minute {self.opens}>"


def visit(env: simpy.Environment, staff: simpy.Resource, session: Session, i: int) -> Process:
    """Come, wait, and be seen unless it has become too late."""
    came = env.now
    with staff.request() as turn:
        yield turn
        if env.now <= session.latest_start:
            session.waits[i] = env.now - came
            yield env.timeout(session.services[i])


def clinic(env: simpy.Environment, sessions: Iterable[Session]) -> Process:
    """Open on each working day with the staff of that day, and let the patients come."""
    for session in sessions:
        opens = session.opens
        yield env.timeout(opens - env.now)
        if not session.staff:
            continue
        staff = simpy.Resource(env, session.staff)
        for i, arrival in enumerate(session.arrivals):
            yield env.timeout(opens + arrival - env.now)
            env.process(visit(env, staff, session, i))


def run(*calendars: Iterable[Session]) -> None:
    """Work through the sessions of one unit, a calendar per profession, on one clock."""
    env = simpy.Environment()
    for sessions in calendars:
        env.process(clinic(env, sessions))
    env.run()


def sessions_of_day(
    ends: NDArray[np.int64],
    arrivals: NDArray[np.int64],
    services: NDArray[np.float64],
    servers: NDArray[np.int64],
    *,
    latest_start: float,
    opens: float = 0.0,
) -> list[Session]:
    """The kernel's arrays of a day as sessions, unit by unit and profession by profession."""
    staff = servers.ravel().tolist()
    return [
        Session(opens, opens + latest_start, on_duty, arrivals[a:b].tolist(), services[a:b].tolist())
        for on_duty, (a, b) in zip(staff, pairwise(ends.tolist()), strict=True)
    ]


def run_day(sessions: Sequence[Session]) -> None:
    """One day of every unit."""
    for first in range(0, len(sessions), PROFESSIONS):
        run(*([session] for session in sessions[first : first + PROFESSIONS]))


def day(
    ends: NDArray[np.int64],
    arrivals: NDArray[np.int64],
    services: NDArray[np.float64],
    servers: NDArray[np.int64],
    *,
    closing: float,
    latest_start: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The same as the kernel's `queue_day`: starts, minutes used and overtime.

    Overtime is minutes with patients after closing: the kernel's, as long as nobody comes after closing.
    """
    sessions = sessions_of_day(ends, arrivals, services, servers, latest_start=latest_start)
    run_day(sessions)
    used, overtime = np.zeros(servers.size), np.zeros(servers.size)
    for q, session in enumerate(sessions):
        for arrival, service, wait in zip(session.arrivals, session.services, session.waits, strict=True):
            if wait != NOT_SEEN:
                start = arrival + wait
                used[q] += service
                overtime[q] += max(0.0, start + service - max(start, closing))
    return starts(sessions), used.reshape(servers.shape), overtime.reshape(servers.shape)


def starts(sessions: Iterable[Session]) -> NDArray[np.float64]:
    """Minutes after opening at which each visit began, NOT_SEEN where it did not."""
    return np.array(
        [
            NOT_SEEN if wait == NOT_SEEN else arrival + wait
            for session in sessions
            for arrival, wait in zip(session.arrivals, session.waits, strict=True)
        ]
    )
