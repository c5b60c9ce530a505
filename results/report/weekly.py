"""Units week by week: the nurse hours that transferred care takes, and how much of their nurses' time all patients use.

Weeks count from 1. A stretch of weeks is its first and its last; what is told over several stretches is told of all
their weeks together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.comparison import Side
from results.report.quantities import Quantity, Statistic, Trace
from results.report.subject import Subject, under_label
from results.statistics import summarise

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Stretches = Sequence[tuple[int, int]]

FULL = 0.95  # share of the nurses' time from which a unit counts as full


@dataclass(frozen=True, slots=True, repr=False)
class Weekly:
    """Nurse minutes of a run: of transferred care, used by all patients, and present.

    Arrays of shape (replications, weeks, units); `units` are their keys.
    """

    label: str
    units: tuple[str, ...]
    ours: Floats
    used: Floats
    present: Floats

    def __repr__(self) -> str:
        return f"<Weekly of {self.label}>"

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return int(self.ours.shape[1])

    def hours_of(self, stretches: Stretches, unit: str = "") -> Floats:
        """Hours a week that transferred care takes, at one unit or all, shape (replications,)."""
        ours = self._over(self.ours, stretches, unit)
        return np.asarray(ours.mean(axis=1) / 60)

    def use_of(self, stretches: Stretches, unit: str = "") -> Floats:
        """Minutes used by all patients ÷ minutes present, at one unit or at all, shape (replications,); NaN if none."""
        used, present = (
            self._over(array, stretches, unit).sum(axis=1) for array in (self.used, self.present)
        )
        return shares(used, present)

    def hours(self, stretches: Stretches, unit: str = "", how: Statistic = "mean") -> Quantity:
        """The same hours over replications: mean with interval, or a percentile."""
        return self._quantity("week_hours", self.hours_of(stretches, unit), stretches, unit, how, "hours")

    def use(self, stretches: Stretches, unit: str = "", how: Statistic = "mean") -> Quantity:
        """The same share over replications."""
        return self._quantity("week_use", self.use_of(stretches, unit), stretches, unit, how, "share")

    def share(self, stretches: Stretches, how: Statistic = "mean") -> Quantity:
        """Minutes of transferred care ÷ minutes present, all units together."""
        ours, present = (self._over(array, stretches, "").sum(axis=1) for array in (self.ours, self.present))
        return self._quantity("week_share", shares(ours, present), stretches, "", how, "share")

    def use_by_week(self) -> Floats:
        """Minutes used ÷ present of each unit in each week, shape (replications, weeks, units); NaN without staff."""
        return shares(self.used, self.present)

    def full_of(self) -> Floats:
        """Units whose nurses' time is used to `FULL` or more, shape (replications, weeks)."""
        return np.asarray((self.use_by_week() >= FULL).sum(axis=2), dtype=np.float64)

    def full(self, week: int, how: Statistic = "mean") -> Quantity:
        """The same number in a week, over replications."""
        return self._quantity(
            "week_full", self.full_of()[:, week - 1], [(week, week)], repr(FULL), how, "units"
        )

    def unit_use(self, stretches: Stretches) -> Floats:
        """Minutes used ÷ present of each unit, shape (replications, units); NaN without staff."""
        chosen = self._chosen(stretches)
        return shares(self.used[:, chosen].sum(axis=1), self.present[:, chosen].sum(axis=1))

    def use_at(self, q: float, stretches: Stretches, how: Statistic = "mean") -> Quantity:
        """The same share at the unit below which a share `q` of the units lies."""
        found = np.nanquantile(self.unit_use(stretches), q, axis=1)
        return self._quantity("week_use_at", found, stretches, repr(q), how, "share")

    def _over(self, array: Floats, stretches: Stretches, unit: str) -> Floats:
        """Minutes of the weeks of stretches, at one unit or all, shape (replications, those weeks)."""
        chosen = array[:, self._chosen(stretches)]
        return np.asarray(chosen[:, :, self.units.index(unit)] if unit else chosen.sum(axis=2))

    def _chosen(self, stretches: Stretches) -> list[int]:
        return [week - 1 for first, last in stretches for week in range(first, last + 1)]

    def _quantity(
        self, kind: str, values: Floats, stretches: Stretches, of: str, how: Statistic, unit: str
    ) -> Quantity:
        weeks = ",".join(f"{first}-{last}" for first, last in stretches)
        return over_replications(values, unit, Trace(kind, self.label, f"{weeks}/{of}", how))


def read_weekly(subject: Subject, side: Side, calibration: str = "") -> Weekly:
    """The nurses' weeks of a scenario, as it is or under a calibration of how tight units are.

    Rows are read in the order in which a run writes them: by replication, week and unit.
    """
    label = under_label(side.label, calibration) if calibration else side.label
    run = subject.tight[side.label, calibration] if calibration else subject.runs[side.label]
    own = run.folder == subject.runs[side.label].folder
    table = subject.table(side, "weekly") if own else run.table("weekly", subject.numbers)
    nurses = table[table["resource"] == "nurse"]
    units = len(side.resolved.units)
    return Weekly(
        label,
        tuple(nurses["unit"].iloc[:units]),
        *(_cube(nurses[f"{what}_minutes"], subject, units) for what in ("transferred", "used", "present")),
    )


def _cube(column: pd.Series[float], subject: Subject, units: int) -> Floats:
    return np.asarray(column.to_numpy(dtype=np.float64).reshape(subject.replications, -1, units))


def over_replications(values: Floats, unit: str, trace: Trace, *, signed: bool = False) -> Quantity:
    """What the trace's statistic makes of values of shape (replications,): a mean with its 95 % interval, or another.

    What is not signed is nowhere below 0, and neither is its interval.
    """
    found = summarise(values[:, None])
    value = float(getattr(found, trace.how)[0])
    if trace.how != "mean":
        return Quantity(value, unit, trace, signed=signed)
    low = float(found.low[0]) if signed else max(float(found.low[0]), 0.0)
    return Quantity(value, unit, trace, low, float(found.high[0]), signed)


def shares(top: Floats, bottom: Floats) -> Floats:
    """Quotient, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))
