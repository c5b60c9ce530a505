"""A number that is told: its interval, its unit, and where it is found.

Nothing in a report is told as a bare float. A `Trace` says from which run, row and statistic a number comes, so that
a reader, or a test, can take it back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from results.table import Row

Statistic = Literal["mean", "p5", "p95", "n"] | str  # or a condition over replications, such as ">0.95"
ROUNDING = 1e-9  # relative
FACTORS = {
    "share": 100.0,
    "points": 100.0,
    "years_of_ten": 10.0,
    "futures_of_ten": 10.0,
}  # from number to told


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a number is found.

    `kind` says how to look: "measure" (row and statistic of a run), "difference" (row of two runs, paired),
    "chance" (share of a run's replications in which a row meets a condition), "value" (path in a run's scenario) or
    another that a chapter names. `run` is the label of the run, `of` what is looked up there, `how` the statistic.
    """

    kind: str
    run: str
    of: str
    how: Statistic = ""

    def __str__(self) -> str:
        return "|".join((self.kind, self.run, self.of, self.how))


def path_of(row: Row) -> str:
    """A row as one text: `on_time_share/site/unit/steady`."""
    return "/".join(row)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, the bounds of its interval (NaN where it has none), its unit and its trace.

    `unit` is a key of `words/units.yaml`; shares are fractions and told in percent, differences of shares ("points")
    too. `signed` numbers show a plus. `decimals` are those told; unless given they follow from the interval.
    """

    value: float
    unit: str
    trace: Trace
    low: float = math.nan
    high: float = math.nan
    signed: bool = False
    decimals: int | None = None

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return math.isfinite(self.value)

    @property
    def has_interval(self) -> bool:
        """Whether it has bounds that differ, by more than the order of a sum makes."""
        known = math.isfinite(self.low) and math.isfinite(self.high)
        return known and self.high - self.low > ROUNDING * max(abs(self.low), abs(self.high))

    @property
    def factor(self) -> float:
        """From the number to the number told."""
        return FACTORS.get(self.unit, 1.0)

    def digits(self) -> int:
        """Decimals told: one digit of half the interval, or three digits of the number where it has none."""
        if self.decimals is not None:
            return self.decimals
        half = self.factor * (self.high - self.low) / 2
        if self.has_interval:
            return max(0, min(3, -math.floor(math.log10(half))))
        size = abs(self.factor * self.value)
        if not math.isfinite(size) or size >= 100 or size == round(size):
            return 0
        return 1 if size >= 10 else 2
