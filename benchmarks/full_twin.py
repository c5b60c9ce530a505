"""A replication beside the whole model written again in plain SimPy: both draw, book and record."""

from __future__ import annotations

import statistics
from dataclasses import fields
from typing import Any

import numpy as np

from benchmarks.measuring import cpu_seconds, tell, timed
from benchmarks.replication import REPLICATION, SEED
from benchmarks.rows import Findings, compared, joined, ratios, spread
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import Records
from tests.twin.model import simulate as twin

REPEATS = 5  # before the twin, and as many after
SAME = 1e-9  # minutes
TARGET = 120.0  # times as fast


def measure(resolved: Resolved, size: str) -> Findings:
    """A replication against the twin's, its time and its records."""
    name = "replication with draws and records, against the full twin"
    tell(f"a region-year with {size}: the full twin …")
    ours = [cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION)) for _ in range(REPEATS)]
    spent, found = timed(twin, resolved, SEED, REPLICATION)
    ours += [cpu_seconds(lambda: simulate(resolved, SEED, REPLICATION)) for _ in range(REPEATS)]
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
