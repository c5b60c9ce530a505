"""What is drawn: a number with its interval, the replications of a measure, a measure week by week."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.report.quantities import Quantity, Trace
from results.report.subject import within
from results.statistics import Summary, summarise

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its interval. Bars of a `group` share shape and colour; those of a label stand together."""

    label: str
    quantity: Quantity
    group: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """A measure in each replication, shape (replications,), NaN where undefined; `trace` is that of its mean."""

    label: str
    values: Floats
    trace: Trace
    unit: str

    def __repr__(self) -> str:
        return f"<Group {self.label!r} of {len(self.values)} values>"

    @property
    def known(self) -> Floats:
        """The values that are defined, as told: shares in percent."""
        factor = Quantity(math.nan, self.unit, self.trace).factor
        return factor * self.values[np.isfinite(self.values)]

    @property
    def mean(self) -> Quantity:
        """Mean over replications with its 95 % interval, no further than the measure can be."""
        summary = summarise(self.values[:, None])
        low, high = float(summary.low[0]), float(summary.high[0])
        name = self.trace.of.split("/")[0]
        if name in MEASURES:
            low, high = within(name, low, high)
        return Quantity(float(summary.mean[0]), self.unit, self.trace, low, high)

    def quantile(self, q: str) -> Quantity:
        """The 5th ("p5") or 95th ("p95") percentile over replications, with the decimals of the mean."""
        summary: Summary = summarise(self.values[:, None])
        value, trace = float(getattr(summary, q)[0]), replace(self.trace, how=q)
        return Quantity(value, self.unit, trace, decimals=self.mean.digits())


@dataclass(frozen=True, slots=True, repr=False)
class Series:
    """A measure week by week: its mean and the edges of its band, each of shape (weeks,)."""

    label: str
    mean: Floats
    low: Floats
    high: Floats

    def __repr__(self) -> str:
        return f"<Series {self.label!r} of {len(self.mean)} weeks>"


def factor_of(quantities: Sequence[Quantity]) -> float:
    """From the numbers of a figure to those drawn."""
    return quantities[0].factor if quantities else 1.0
