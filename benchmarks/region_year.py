"""How fast a region-year runs, held against the same year written plainly in SimPy, and its queues against C."""

from __future__ import annotations

import statistics
from collections.abc import Callable

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
vardflode lets it rest while SimPy runs. That they are no slow programs is what the yardstick says: the clinic-day
twin's visits per second against the customers per second of an M/M/5 queue in SimPy.

"Without draws" is the time of a replication less the time of its drawing functions, measured apart: requests, sick
leave, patients' traits, and as many keyed draws. A day's row is over every fifth open day. The C loop is the kernel's
recursion in C (`benchmarks/queue_day.c`), compiled here with `-O3`, its arrays made ready beforehand; the kernel
makes its own. Kernel and C loop must answer equal to the bit, kernel and clinic-day twin to 1e-9 minutes, replication
and full twin in every record."""

VOLUMES = (2.0e6, 4.3e6)  # visits of other patients a year
QUICK_VOLUME = 2.0e4
REPEATS = 5
DAY_STEP = 5  # the twin's day is taken on every so many open days
UNITS_AT_A_TIME = 20  # the twin and its yardstick take turns, so that a busy machine slows both
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
    draws = Draws(resolved, records).parts()
    for draw in draws.values():
        draw()  # compiles what needs it
    whole, bare = _replications(resolved, list(draws.values()))
    tell(f"a region-year with {size}: the clinic-day twin, day by day …")
    queue, twin_day, by_day = _day_by_day(days[::DAY_STEP])
    tell(f"a region-year with {size}: the clinic-day twin, the year …")
    twin_year, yardstick, by_year = _year(days)
    again = _replications(resolved, list(draws.values()))
    whole, bare = whole + again[0], bare + again[1]

    def against(name: str, ours: list[float], theirs: list[float], target: float) -> Row:
        return spread(name, size, AS_FAST, ratios(theirs, ours), target, seconds=_medians(ours, theirs))

    rows = (
        against("day kernel, against the clinic-day twin's day", queue, twin_day, DAY_TARGET),
        against("replication without draws, against the clinic-day twin", bare, twin_year, BARE_TARGET),
        against(
            "replication with draws and records, against the clinic-day twin", whole, twin_year, WHOLE_TARGET
        ),
        spread(
            "yardstick: the clinic-day twin, against M/M/5", size, "of its speed", yardstick, YARDSTICK_TARGET
        ),
    )
    largest = max(by_day, by_year)
    told = f"with {size} the largest difference of a wait in the clinic-day twin is {largest:.2g} minutes"
    return joined([Findings(rows), compared(largest <= SAME, told, told), against_c(days, size)])


def _replications(resolved: Resolved, draws: list[Callable[[], object]]) -> tuple[list[float], list[float]]:
    """Seconds of whole replications, and of the same without their draws."""
    whole, bare = [], []
    for _ in range(REPEATS):
        whole.append(cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION)))
        bare.append(whole[-1] - sum(map(cpu_seconds, draws)))
    return whole, bare


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


def _year(days: list[KernelDay]) -> tuple[list[float], list[float], float]:
    """Seconds of the twin's year, its speed as a share of an M/M/5 queue's, and the largest difference."""
    sessions = [day.sessions() for day in days]
    units = list(zip(*sessions, strict=True))
    step = UNITS_AT_A_TIME * twin.PROFESSIONS
    turns = [units[first : first + step] for first in range(0, len(units), step)]
    spent = yardstick = 0.0
    for seed, turn in enumerate(turns):
        spent += timed(_units, turn)[0]
        yardstick += timed(queues.in_simpy, YARDSTICK_CUSTOMERS, seed)[0]
    visits = sum(day.arrivals.size for day in days)
    share = (visits / spent) / (YARDSTICK_CUSTOMERS * len(turns) / yardstick)
    return [spent], [share], max(map(_difference, sessions, days))


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
