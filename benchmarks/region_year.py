"""How fast a region-year runs, held against the same year written plainly in SimPy, and its queues against C."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks import c_loop, full_twin, queues, twin
from benchmarks.measuring import SMALL_REGION, NotMeasurable, cpu_seconds, in_a_child, tell, timed
from benchmarks.replication import (
    REPLICATION,
    SEED,
    Draws,
    KernelDay,
    kernel_days,
    region,
    region_settings,
)
from benchmarks.rows import Findings, Missing, Row, compared, joined, ratios, spread
from scenarios.load import Resolved
from sim.model import simulate

TITLE = "A region-year"
ABOUT = """\
One replication of one year of the region: 200 units, everybody moved at once, no warm-up, with 2.0 and with 4.3
million visits of other patients. It is held against two programs in plain SimPy. The clinic-day twin is given each
day's list, so it neither draws nor books nor records; it only lets patients wait and be seen, a process per visit and
a `Resource` per unit and profession. The full twin is the whole model once more, a process per patient and per visit:
like a replication it draws, books and records. Both run as any Python program does, with its collector of garbage on;
vardflode lets it rest while SimPy runs. The clinic-day twin works twenty units at a time and the full twin four weeks,
with a replication after each, so that other work on the machine slows them alike. That they are no slow programs is
what the yardstick says: the clinic-day twin's visits per second against the customers per second of an M/M/5 queue in
SimPy.

"Without draws" is the time of a replication less the time of its drawing functions, measured apart: requests, sick
leave, patients' traits, and as many keyed draws. A day's row is over every fifth open day. The C loop is the kernel's
recursion in C (`benchmarks/queue_day.c`), compiled here with `-O3`, its arrays made ready beforehand; the kernel
makes its own. Kernel and C loop must answer equal to the bit, kernel and clinic-day twin to 1e-9 minutes, replication
and full twin in every record."""

VOLUMES = (2.0e6, 4.3e6)  # visits of other patients a year
QUICK_VOLUME = 2.0e4
REPEATS = 5
DAY_STEP = 5  # the twin's day is taken on every so many open days
UNITS_AT_A_TIME = 20  # twin, yardstick and replications take turns, so that a busy machine slows all
YARDSTICK_CUSTOMERS = 10_000  # per turn
CHILDREN = 3
SAME = 1e-9  # minutes
DAY_TARGET, BARE_TARGET, WHOLE_TARGET = 200.0, 100.0, 60.0  # times as fast as the clinic-day twin
C_TARGET = 2.0  # times the C loop's time
YARDSTICK_TARGET = 0.80  # of the customers per second of an M/M/5 queue
MEMORY_TARGET = 500.0  # MB

AS_FAST = "times as fast"


def measure(quick: bool) -> Findings:
    """Measure at each volume, then memory."""
    scenario = SMALL_REGION if quick else "decision-2026"
    volumes = (QUICK_VOLUME,) if quick else VOLUMES
    parts = []
    for visits in volumes:
        year = region(visits, scenario)
        parts += [_at_volume(year, size_of(visits)), full_twin.measure(year, size_of(visits))]
    parts.append(_memory(scenario, volumes[-1]))
    return joined(parts)


def size_of(visits: float) -> str:
    """How many visits of other patients a year, in words."""
    return f"{visits / 1e6:.1f} M other visits" if visits >= 1e5 else f"{visits:,.0f} other visits"


def _at_volume(resolved: Resolved, size: str) -> Findings:
    """The three rows against the clinic-day twin, its yardstick, and the kernel against C."""
    tell(f"a region-year with {size}: vardflode …")
    records, days = kernel_days(resolved)
    draws = list(Draws(resolved, records).parts().values())
    for draw in draws:
        draw()  # compiles what needs it
    tell(f"a region-year with {size}: the clinic-day twin, day by day …")
    queue, twin_day, by_day = _day_by_day(days[::DAY_STEP])
    tell(f"a region-year with {size}: the clinic-day twin, the year …")
    turns, yardstick, by_year = _year(days, lambda: _replication(resolved, draws))

    def against(name: str, ours: list[float], target: float) -> Row:
        theirs = [turn.twin for turn in turns]
        faster = [twin_seconds / spent for twin_seconds, spent in zip(theirs, ours, strict=True)]
        return spread(name, size, AS_FAST, faster, target, seconds=_medians(ours, theirs))

    rows = (
        spread(
            "day kernel, against the clinic-day twin's day",
            size,
            AS_FAST,
            ratios(twin_day, queue),
            DAY_TARGET,
            seconds=_medians(queue, twin_day),
        ),
        against(
            "replication without draws, against the clinic-day twin",
            [turn.bare for turn in turns],
            BARE_TARGET,
        ),
        against(
            "replication with draws and records, against the clinic-day twin",
            [turn.whole for turn in turns],
            WHOLE_TARGET,
        ),
        spread(
            "yardstick: the clinic-day twin, against M/M/5", size, "of its speed", yardstick, YARDSTICK_TARGET
        ),
    )
    largest = max(by_day, by_year)
    told = f"with {size} the largest difference of a wait in the clinic-day twin is {largest:.2g} minutes"
    return joined([Findings(rows), compared(largest <= SAME, told, told), against_c(days, size)])


def _replication(resolved: Resolved, draws: list[Callable[[], object]]) -> tuple[float, float]:
    """Seconds of a whole replication, and of the same without its draws."""
    whole = cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION))
    return whole, whole - sum(map(cpu_seconds, draws))


def _day_by_day(days: list[KernelDay]) -> tuple[list[float], list[float], float]:
    """Seconds of kernel and twin, taking turns, and the largest difference between their starts."""
    theirs = largest = 0.0
    ours = [cpu_seconds(lambda: [day.queue() for day in days]) for _ in range(REPEATS)]
    for day in days:
        sessions = day.sessions()
        theirs += timed(twin.run_day, sessions)[0]
        largest = max(largest, _difference(sessions, day))
    ours += [cpu_seconds(lambda: [day.queue() for day in days]) for _ in range(REPEATS)]
    return ours, [theirs], largest


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds of the twin's year, by those of some units, and of the replications that came right after."""

    twin: float
    whole: float
    bare: float


def _year(
    days: list[KernelDay], replication: Callable[[], tuple[float, float]]
) -> tuple[list[Turn], list[float], float]:
    """The twin's year and replications, its speed as a share of an M/M/5 queue's, and the largest difference."""
    sessions = [day.sessions() for day in days]
    units = list(zip(*sessions, strict=True))
    visits = sum(day.arrivals.size for day in days)
    turns, shares = [], []
    for first in range(0, len(units), UNITS_AT_A_TIME * twin.PROFESSIONS):
        some = units[first : first + UNITS_AT_A_TIME * twin.PROFESSIONS]
        seconds_of_visit = timed(_units, some)[0] / sum(
            len(session.arrivals) for calendar in some for session in calendar
        )
        yardstick = timed(queues.in_simpy, YARDSTICK_CUSTOMERS, first)[0] / YARDSTICK_CUSTOMERS
        turns.append(Turn(seconds_of_visit * visits, *replication()))
        shares.append(yardstick / seconds_of_visit)
    return turns, shares, max(map(_difference, sessions, days))


def _units(calendars: list[tuple[twin.Session, ...]]) -> None:
    for nurses in range(0, len(calendars), twin.PROFESSIONS):
        twin.run(*calendars[nurses : nurses + twin.PROFESSIONS])


def _difference(sessions: list[twin.Session], day: KernelDay) -> float:
    """The largest between starts; a visit seen by one alone differs by all its start."""
    return float(np.abs(twin.starts(sessions) - day.starts).max(initial=0.0))


def against_c(days: list[KernelDay], size: str) -> Findings:
    """The kernel against the same recursion in C, on the same days."""
    name = "day kernel, against a C loop"
    try:
        queue_day = c_loop.compiled()
    except NotMeasurable as why:
        return Findings(missing=(Missing(name, str(why)),))
    work = [c_loop.prepared(day) for day in days]
    ours, theirs = [], []
    for _ in range(2 * REPEATS):
        ours.append(cpu_seconds(lambda: [day.queue() for day in days]))
        theirs.append(cpu_seconds(lambda: c_loop.run(queue_day, work)))
    unlike = sum(not done.answered(day) for done, day in zip(work, days, strict=True))
    row = spread(
        name,
        size,
        "times its time",
        ratios(ours, theirs),
        C_TARGET,
        at_most=True,
        seconds=_medians(ours, theirs),
    )
    same = compared(
        not unlike,
        f"with {size} the C loop answers as the kernel to the bit, on {len(days)} days",
        f"with {size} the C loop answers otherwise on {unlike} days",
    )
    return joined([Findings((row,)), same])


def _memory(scenario: str, visits: float) -> Findings:
    name, size = "peak memory of one process", size_of(visits)
    tell("memory of a process that runs one replication …")
    try:
        peaks = [
            in_a_child(scenario, region_settings(visits, scenario)).peak_megabytes for _ in range(CHILDREN)
        ]
    except NotMeasurable as why:
        return Findings(missing=(Missing(name, str(why)),))
    return Findings((spread(name, size, "MB", peaks, MEMORY_TARGET, at_most=True),))


def _medians(ours: list[float], theirs: list[float]) -> dict[str, float]:
    return {"vardflode": statistics.median(ours), "other": statistics.median(theirs)}
