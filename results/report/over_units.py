"""How a measure is spread over the units: how few of them carry how much of it.

Each is found in every replication by itself, so that it is not always the same units that carry most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.comparison import Side
from results.report.quantities import Quantity, Statistic, Trace
from results.report.subject import UNITS, Subject
from results.report.weekly import over_replications, shares

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Spread:
    """A measure at each unit of a scenario, shape (replications, units), in the report's window."""

    label: str
    name: str
    window: str
    values: Floats

    def __repr__(self) -> str:
        return f"<Spread of {self.name} over the units of {self.label}>"

    def at(self, q: float) -> Floats:
        """The value that a share `q` of the units does not exceed, shape (replications,)."""
        return np.asarray(np.nanquantile(self.values, q, axis=1))

    def trace_at(self, q: float, how: Statistic = "mean") -> Trace:
        """Where `at` is found."""
        return self._trace("units_at", repr(q), how)

    def quantile(self, q: float, how: Statistic = "mean") -> Quantity:
        """The same over replications: mean with its interval, or a percentile."""
        return over_replications(self.at(q), UNITS[MEASURES[self.name].unit], self.trace_at(q, how))

    def carried_by(self, number: int) -> Quantity:
        """The share of all that the so many units with most have."""
        ranked = -np.sort(-np.nan_to_num(self.values), axis=1)
        carried = shares(ranked[:, :number].sum(axis=1), ranked.sum(axis=1))
        return over_replications(carried, "share", self._trace("units_carry", str(number), "mean"))

    def carrying(self, share: float) -> Quantity:
        """The fewest units that have so large a share of all."""
        ranked = -np.sort(-np.nan_to_num(self.values), axis=1)
        reached = np.cumsum(ranked, axis=1) >= share * ranked.sum(axis=1, keepdims=True)
        number = reached.argmax(axis=1) + 1.0
        return over_replications(number, "units", self._trace("units_for", repr(share), "mean"))

    def _trace(self, kind: str, what: str, how: Statistic) -> Trace:
        return Trace(kind, self.label, f"{self.name}/{what}/{self.window}", how)


def spread_of(subject: Subject, side: Side, name: str) -> Spread:
    """A measure at each unit of the register."""
    rows = (subject.row(name, "unit", unit.key) for unit in side.resolved.units)
    values = np.stack([subject.values(side, row) for row in rows], axis=1)
    return Spread(side.label, name, subject.window.name, values)
