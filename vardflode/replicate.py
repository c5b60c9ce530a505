"""Make replications, block by block: simulate, measure, extract, and hand back what is kept as one small file.

A replication's outcome depends on scenario, seed and number alone.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved

if TYPE_CHECKING:
    import pandas as pd

    from results.table import Row

LARGEST_BLOCK = 8
DRAWN_AGAIN = 0  # the replication whose draws are made once more, for the certificate
BLOCKS_PER_WORKER = 32  # so that none waits long for the last


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What is kept of one replication; `failure` is the traceback of one that failed."""

    replication: int
    rows: tuple[Row, ...] = ()
    values: NDArray[np.float64] | None = None
    extracts: dict[str, pd.DataFrame] | None = None
    failure: str | None = None

    def __repr__(self) -> str:
        return f"<Outcome of replication {self.replication}{': failed' if self.failure else ''}>"


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """Replications of one scenario, made by one worker one after the other."""

    resolved: Resolved
    seed: int
    replications: tuple[int, ...]
    keep_visits: bool = False

    def __repr__(self) -> str:
        return f"<Block of {self.resolved.scenario.name}: {self.replications}>"


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A block that was worked: the replications that succeeded, their tables packed, and (replication, traceback)."""

    replications: tuple[int, ...]
    packed: bytes
    failures: tuple[tuple[int, str], ...]

    def __repr__(self) -> str:
        return f"<Made: {self.replications}, {len(self.failures)} failed>"


def in_blocks(
    resolved: Resolved, seed: int, replications: Sequence[int], workers: int, *, keep_visits: bool = False
) -> list[Block]:
    """Replications in blocks small enough to keep so many workers busy to the end."""
    size = block_size(len(replications), workers)
    return [
        Block(resolved, seed, tuple(replications[first : first + size]), keep_visits)
        for first in range(0, len(replications), size)
    ]


def block_size(replications: int, workers: int) -> int:
    """How many replications a block has, of so many in all."""
    return max(1, min(LARGEST_BLOCK, replications // (workers * BLOCKS_PER_WORKER)))


def make(block: Block) -> Made:
    """Every replication of a block, and all its tables as the bytes of a file."""
    return made(block, tables)


def made(block: Block, keep: Callable[[Outcome], Mapping[str, pd.DataFrame]]) -> Made:
    """Every replication of a block, and the tables that are to be kept of each, by name."""
    from results.blocks import packed

    outcomes = [
        replicate(block.resolved, block.seed, number, keep_visits=block.keep_visits)
        for number in block.replications
    ]
    good = [outcome for outcome in outcomes if outcome.failure is None]
    return Made(
        tuple(outcome.replication for outcome in good),
        packed([(outcome.replication, keep(outcome)) for outcome in good]),
        tuple((outcome.replication, outcome.failure) for outcome in outcomes if outcome.failure is not None),
    )


def replicate(resolved: Resolved, seed: int, replication: int, *, keep_visits: bool = False) -> Outcome:
    """Simulate, measure and extract one replication; a failure is handed back, not raised."""
    try:
        return _replicate(resolved, seed, replication, keep_visits=keep_visits)
    except Exception:  # the others must go on; the parent reports it and exits with 4
        return Outcome(replication, failure=traceback.format_exc())


def _replicate(resolved: Resolved, seed: int, replication: int, *, keep_visits: bool) -> Outcome:
    from results.certificate import draws, findings
    from results.extracts import distributions, transfers, visit_table, weekly
    from results.landings import landings
    from results.measures import measure
    from results.settling import others_by_week, settling
    from sim.model import drawn_afresh, simulate

    records = simulate(resolved, seed, replication)
    measured = measure(resolved, records)
    by_week = others_by_week(records)
    afresh = drawn_afresh(resolved, seed, replication) if replication == DRAWN_AGAIN else None
    extracts = {
        "weekly": weekly(resolved, records),
        "transfers": transfers(resolved, records),
        "distributions": distributions(resolved, records),
        "landings": landings(resolved, records),
        "certificate": findings(resolved, records, by_week, afresh),
        "draws": draws(records),
        "settling": settling(resolved, records, by_week),
    }
    if keep_visits:
        extracts["visits"] = visit_table(resolved, records)
    return Outcome(replication, measured.rows, measured.values, extracts)


def tables(outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Measures (a row per measure, scope, key and window; undefined values are missing) and extracts, by name."""
    import pandas as pd

    columns = zip(("name", "scope", "key", "window"), zip(*outcome.rows, strict=True), strict=True)
    measures = pd.DataFrame({**dict(columns), "value": outcome.values})
    return {"measures": measures, **(outcome.extracts or {})}
