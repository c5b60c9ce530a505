"""How much of a difference each lever makes, when two scenarios differ in several.

Levers act together: what the second adds depends on whether the first has been pulled. The Shapley value gives
each the mean of what it adds over all orders in which they can be pulled (Shapley LS. A value for n-person games,
1953; for simulation: Song E, Nelson BL, Staum J. SIAM/ASA J Uncertainty Quantification 2016;4:1060–83). The
parts add up to the whole difference in every replication.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.statistics import Summary, summarise
from results.store import Run
from results.table import Row
from scenarios.levers import Lever, Paths

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """A difference between two scenarios, lever by lever.

    `levers` says which differ, and at which paths; none where the scenarios have the same values.
    `contributions` has the shape (levers, replications, rows), `total` (replications, rows): other minus baseline.
    Both are NaN where the row is undefined under any combination of the levers.
    """

    levers: Mapping[Lever, Paths]
    replications: tuple[int, ...]
    rows: tuple[Row, ...]
    contributions: Floats
    total: Floats

    def __repr__(self) -> str:
        levers = ", ".join(lever.name for lever in self.levers)
        return f"<Explanation of {len(self.rows)} rows by {levers or 'nothing'}>"

    def of(self, lever: Lever) -> Summary:
        """What a lever adds, row by row, with its interval over replications."""
        return summarise(self.contributions[list(self.levers).index(lever)])


def attribute(levers: Mapping[Lever, Paths], runs: Sequence[Run], replications: Sequence[int]) -> Explanation:
    """Share the difference between the first and the last run among the levers in which they differ.

    `runs` are those of all combinations of the levers, in the order of `shapley`'s coalitions. Used are the
    rows, and of the replications those, that all of them have.
    """
    kept = [number for number in replications if all(number in run.replications for run in runs)]
    rows, worth = _in_common([run.measures(kept) for run in runs])
    return Explanation(levers, tuple(kept), rows, shapley(worth), worth[-1] - worth[0])


def _in_common(tables: Sequence[tuple[tuple[Row, ...], Floats]]) -> tuple[tuple[Row, ...], Floats]:
    """The rows of all runs, and values of shape (runs, replications, rows); NaN in one run is NaN in all."""
    shared = set(tables[0][0]).intersection(*(rows for rows, _ in tables))
    rows = tuple(row for row in tables[0][0] if row in shared)
    places = [{row: place for place, row in enumerate(own)} for own, _ in tables]
    chosen = [[place[row] for row in rows] for place in places]
    worth = np.stack([values[:, columns] for columns, (_, values) in zip(chosen, tables, strict=True)])
    return rows, np.where(np.isnan(worth).any(axis=0), np.nan, worth)


def shapley(worth: Floats) -> Floats:
    """The Shapley value of each player of a game, shape (players, …).

    `worth`, of shape (2 ** players, …), is what each coalition is worth: coalition c holds player i if c has bit i.
    """
    players = len(worth).bit_length() - 1
    value = np.zeros((players, *worth.shape[1:]))
    for player, coalition in itertools.product(range(players), range(len(worth))):
        joined = coalition | 1 << player
        if joined != coalition:
            orders = players * math.comb(players - 1, coalition.bit_count())
            value[player] += (worth[joined] - worth[coalition]) / orders
    return value
