"""A replication beside the whole model written again in plain SimPy: both draw, book and record."""

from __future__ import annotations

import statistics
import time
from dataclasses import fields
from typing import Any

import numpy as np

from benchmarks.measuring import cpu_seconds, tell, timed
from benchmarks.replication import REPLICATION, SEED
from benchmarks.rows import Findings, compared, joined, ratios, spread
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import Records
from tests.twin import model as twin
from tests.twin.log import TwinRecords

TURN_DAYS = 28  # of the twin, then a replication, so that a busy machine slows both
SAME = 1e-9  # minutes
TARGET = 120.0  # times as fast


def measure(resolved: Resolved, size: str) -> Findings:
    """A replication against the twin's, its time and its records."""
    name = "replication with draws and records, against the full twin"
    tell(f"a region-year with {size}: the full twin …")
    ours, spent, found = in_turns(resolved)
    unlike = different(simulate(resolved, SEED, REPLICATION), found)
    seconds = {"vardflode": statistics.median(ours), "other": spent}
    row = spread(name, size, "times as fast", ratios([spent], ours), TARGET, seconds=seconds)
    same = compared(
        not unlike,
        f"with {size} the full twin leaves the same records, {len(found.visits):,} visits of transferred "
        f"patients and {int(found.others['visits'].sum()):,} of others among them",
        f"with {size} the full twin leaves other {', '.join(unlike)}",
    )
    return joined([Findings((row,)), same])


def in_turns(resolved: Resolved) -> tuple[list[float], float, TwinRecords]:
    """Seconds of replications, of the one by the twin whose turns they share, and what that recorded."""
    ours: list[float] = []
    spent, replication = timed(twin.begin, resolved, SEED, REPLICATION)
    scenario = resolved.scenario
    for day in range(-scenario.warm_up_days, scenario.horizon_days, TURN_DAYS):
        # Not by `timed`, which would spare the twin's collector of garbage what lives already.
        begun = time.process_time()
        replication.run(until=min(day + TURN_DAYS, scenario.horizon_days))
        spent += time.process_time() - begun
        ours.append(cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION)))
    begun = time.process_time()
    records = replication.records()
    return ours, spent + time.process_time() - begun, records


def different(ours: Records, theirs: Any) -> list[str]:
    """The records that the twin tells otherwise, by name."""
    return [f.name for f in fields(theirs) if not _same(getattr(ours, f.name), getattr(theirs, f.name))]


def _same(one: Any, other: Any) -> bool:
    """Equal; numbers of minutes to the same small part of one as waits."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape or one.dtype.names != other.dtype.names:
        return False
    if one.dtype.names:
        return all(_same(one[name], other[name]) for name in one.dtype.names)
    if one.dtype.kind == "f":
        return bool(np.abs(one - other).max(initial=0.0) <= SAME)
    return np.array_equal(one, other)
