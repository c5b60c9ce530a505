"""How fast a region-year runs, held against the same year written plainly in SimPy.

    .venv/bin/python -m benchmarks.region_year [--json]

Times are processor seconds of one thread, so that other work on the machine disturbs little; what is held
against a target is ratios, which hardly depend on the machine. A row's spread is over every pair of a
measurement of vardflode and one of the twin. The exit code is 1 if the twin's waits differ, else 0: a slow
machine is no fault.

The twin is given each day's list, so it neither draws nor books nor records; it only lets patients wait and
be seen, one process to a visit. "Without draws" is the time of `simulate` less the time of its drawing
functions measured apart in the same run: requests, sick leave, patients' traits, and as many keyed draws.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks import twin
from benchmarks.replication import (
    KEYED,
    REPLICATION,
    SEED,
    Draws,
    KernelDay,
    kernel_days,
    kernel_seconds,
    region,
)
from sim.model import simulate

REPEATS = 5
VOLUMES = {2.0e6: 2, 4.3e6: 1}  # visits of other patients a year, and how many years the twin runs
UNITS_AT_A_TIME = 20  # the twin and its yardstick take turns, so that a busy machine slows both
YARDSTICK_CUSTOMERS = 10_000  # per turn
SAME = 1e-9  # minutes
DAY_TARGET, BARE_TARGET, WHOLE_TARGET = 200.0, 100.0, 60.0  # times as fast as the twin
YARDSTICK_TARGET = 0.80  # of the visits per second of an M/M/5 queue
MEMORY_TARGET = 500.0  # MB

Seconds = list[float]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement against its target; `visits` is the volume a year, or null."""

    name: str
    visits: float | None
    unit: str
    low: float
    median: float
    high: float
    target: float
    met: bool
    seconds: float | None = None
    twin_seconds: float | None = None

    def verdict(self) -> str:
        """Met, or by how much it falls short."""
        if self.met:
            return "met"
        if self.unit == "MB":
            return f"not met: {self.median / self.target:.2f} times too large"
        return f"not met: {self.target / self.median:.2f} times too slow"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say whether the twin agreed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.region_year", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    asked = parser.parse_args(arguments)
    _tell("memory of a process that runs one replication …")
    memory = _memory()  # first, while this process is small: a child begins with its parent's peak
    rows: list[Row] = []
    same = True
    seconds: dict[str, dict[str, float]] = {}
    for visits, twin_repeats in VOLUMES.items():
        found = Measured(visits, twin_repeats)
        rows += found.rows()
        same = same and found.difference <= SAME
        seconds[f"{visits:.0f}"] = found.where()
        _tell(f"{visits / 1e6} M: largest difference of a wait {found.difference:.1g} minutes")
    rows += memory
    print(_json(rows, seconds, same) if asked.json else _table(rows, seconds, same))
    return 0 if same else 1


class Measured:
    """Everything measured at one volume of other visits."""

    def __init__(self, visits: float, twin_repeats: int) -> None:
        self.visits = visits
        self.resolved = region(visits)
        _tell(f"{visits / 1e6} M other visits a year: vardflode …")
        self.records, self.days = kernel_days(self.resolved)
        self.draws = Draws(self.resolved, self.records).parts()
        self.whole: Seconds = []
        self.drawing: Seconds = []
        self.parts: dict[str, Seconds] = {name: [] for name in self.draws}
        self._vardflode()
        self.queue = [_timed(lambda: [day.queue() for day in self.days]) for _ in range(REPEATS)]
        self.twin_day: Seconds = []
        self.twin_year: Seconds = []
        self.yardstick: list[float] = []
        self.difference = 0.0
        _tell(f"{visits / 1e6} M other visits a year: the twin, day by day …")
        self._twin_by_day()
        for i in range(twin_repeats):
            _tell(f"{visits / 1e6} M other visits a year: the twin, year {i + 1} of {twin_repeats} …")
            self._twin_by_year()

    def rows(self) -> list[Row]:
        """The three ratios, and the twin against its yardstick."""
        bare = [whole - drawing for whole, drawing in zip(self.whole, self.drawing, strict=True)]
        return [
            self._ratio("day kernel against the twin's day", self.queue, self.twin_day, DAY_TARGET),
            self._ratio("replication without draws", bare, self.twin_year, BARE_TARGET),
            self._ratio("replication with draws and records", self.whole, self.twin_year, WHOLE_TARGET),
            _row("the twin against M/M/5", self.visits, "of its speed", self.yardstick, YARDSTICK_TARGET),
        ]

    def where(self) -> dict[str, float]:
        """Median seconds of the parts of a replication."""
        whole = statistics.median(self.whole)
        drawn = {f"draws of {name}": statistics.median(found) for name, found in self.parts.items()}
        before = {name: spent for name, spent in drawn.items() if name.removeprefix("draws of ") not in KEYED}
        kernels = {f"kernel {name}": spent for name, spent in kernel_seconds(self.resolved).items()}
        rest = whole - sum(before.values()) - sum(kernels.values())
        inside = {f"(inside these, {name})": drawn[name] for name in drawn if name not in before}
        return (
            before | kernels | {"journeys, bookings, records": rest} | inside | {"whole replication": whole}
        )

    def _vardflode(self) -> None:
        for draw in self.draws.values():
            draw()  # compiles what needs it
        for _ in range(REPEATS):
            self.whole.append(_timed(lambda: simulate(self.resolved, SEED, REPLICATION)))
            for name, draw in self.draws.items():
                self.parts[name].append(_timed(draw))
            self.drawing.append(sum(found[-1] for found in self.parts.values()))

    def _twin_by_day(self) -> None:
        spent = 0.0
        for day in self.days:
            sessions = day.sessions()
            begun = time.process_time()
            twin.run_day(sessions)
            spent += time.process_time() - begun
            self._compare(sessions, day)
        self.twin_day.append(spent)

    def _twin_by_year(self) -> None:
        days = [day.sessions() for day in self.days]
        queues = list(zip(*days, strict=True))
        step = UNITS_AT_A_TIME * twin.PROFESSIONS
        spent, yardstick = 0.0, 0.0
        for first in range(0, len(queues), step):
            begun = time.process_time()
            for unit in range(first, min(first + step, len(queues)), twin.PROFESSIONS):
                twin.run(*queues[unit : unit + twin.PROFESSIONS])
            spent += time.process_time() - begun
            begun = time.process_time()
            twin.mm5(YARDSTICK_CUSTOMERS, seed=first)
            yardstick += time.process_time() - begun
        turns = len(range(0, len(queues), step))
        visits = sum(day.arrivals.size for day in self.days)
        self.yardstick.append((visits / spent) / (YARDSTICK_CUSTOMERS * turns / yardstick))
        self.twin_year.append(spent)
        for sessions, day in zip(days, self.days, strict=True):
            self._compare(sessions, day)

    def _compare(self, sessions: list[twin.Session], day: KernelDay) -> None:
        """Take note of the largest difference; a visit seen by one alone differs by all its start."""
        difference = np.abs(twin.starts(sessions) - day.starts)
        self.difference = max(self.difference, float(difference.max(initial=0.0)))

    def _ratio(self, name: str, ours: Seconds, twins: Seconds, target: float) -> Row:
        ratios = [theirs / own for theirs in twins for own in ours]
        seconds = (statistics.median(ours), statistics.median(twins))
        return _row(name, self.visits, "times as fast", ratios, target, *seconds)


def _row(
    name: str,
    visits: float | None,
    unit: str,
    found: list[float],
    target: float,
    *seconds: float,
    most: bool = False,
) -> Row:
    median = statistics.median(found)
    met = median <= target if most else median >= target
    return Row(name, visits, unit, min(found), median, max(found), target, met, *seconds)


def _timed(function: Callable[[], object]) -> float:
    gc.collect()
    begun = time.process_time()
    function()
    return time.process_time() - begun


CHILD = f"""
from benchmarks.replication import region
from sim.model import simulate
simulate(region({max(VOLUMES)}), {SEED}, {REPLICATION})
"""


def _memory() -> list[Row]:
    """Peak memory of a child process that does nothing but simulate one replication."""
    if not hasattr(os, "wait4"):
        _tell("this system does not tell the peak memory of a child; left out")
        return []
    peaks = [_peak_megabytes() for _ in range(4)][1:]  # the first child compiles what needs it
    return [_row("peak memory of one process", max(VOLUMES), "MB", peaks, MEMORY_TARGET, most=True)]


def _peak_megabytes() -> float:
    child = subprocess.Popen([sys.executable, "-c", CHILD])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(child.returncode)
    return float(usage.ru_maxrss) / (1e6 if sys.platform == "darwin" else 1e3)


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _json(rows: list[Row], seconds: dict[str, dict[str, float]], same: bool) -> str:
    told: dict[str, Any] = {"schema_version": 1, "command": "region_year", "identical_waits": same}
    told["rows"] = [asdict(row) for row in rows]
    return json.dumps(told | {"seconds": seconds})


def _table(rows: list[Row], seconds: dict[str, dict[str, float]], same: bool) -> str:
    lines = [f"{'other visits a year':<21}{'':<35}{'median':>7}  {'spread':>13}  {'target':>6}"]
    for row in rows:
        visits = f"{row.visits / 1e6:.1f} M" if row.visits else ""
        digits = 0 if row.target >= 10 else 2
        spread = f"{row.low:,.{digits}f}–{row.high:,.{digits}f}"
        numbers = f"{row.median:>7,.{digits}f}  {spread:>13}  {row.target:>6,.{digits}f}"
        lines.append(f"{visits:<21}{row.name:<35}{numbers} {row.unit:<14}{row.verdict()}")
    for visits, parts in seconds.items():
        lines += ["", f"Where the time goes with {float(visits) / 1e6:.1f} M other visits, processor seconds"]
        lines += [f"  {name:<54}{spent:7.3f}" for name, spent in parts.items()]
    verdict = "identical" if same else "NOT IDENTICAL"
    lines += ["", f"The waits of kernel and twin are {verdict} (to {SAME:g} minutes)."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
