"""How many days after the due date doses are given, by treatment and site: counted in a run's distributions.

The measures tell doses by treatment or by site, never by both; the distributions do. They hold the doses that were
given, so one that still waits when the simulation ends is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from results.comparison import Side
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject, within
from results.statistics import summarise

Site = Literal["unit", "hospital"]


@dataclass(frozen=True, slots=True, repr=False)
class DoseDays:
    """The doses of one treatment at one site, or at both: days after the due date, and how many in each replication.

    `days` has shape (values,), `counts` (replications, values).
    """

    label: str
    path: str
    days: NDArray[np.int64]
    counts: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<Doses of {self.path} in {self.label}>"

    def share(self, first: int | None, last: int | None) -> Quantity:
        """The share given `first` to `last` days after the due date, both included; None leaves an end open.

        A mean over replications with its 95 % interval; unknown (NaN) where no dose was given.
        """
        chosen = np.ones(self.days.size, dtype=bool)
        if first is not None:
            chosen &= self.days >= first
        if last is not None:
            chosen &= self.days <= last
        with np.errstate(invalid="ignore"):
            shares = self.counts[:, chosen].sum(axis=1) / self.counts.sum(axis=1)
        found = summarise(shares[:, None])
        low, high = within("late_share", float(found.low[0]), float(found.high[0]))
        ends = ("" if end is None else str(end) for end in (first, last))
        trace = Trace("dose_days", self.label, self.path, "..".join(ends))
        return Quantity(float(found.mean[0]), "share", trace, low, high)


def dose_days(subject: Subject, side: Side, stream: str, site: Site | None = None) -> DoseDays:
    """The doses of a treatment that fell due in the report's window, at a site or wherever they were given."""
    table = subject.table(side, "distributions")
    table = table[(table["what"] == "dose_days") & (table["stream"] == stream)]
    if site is not None:
        table = table[table["site"] == site]
    days, column = np.unique(table["value"].to_numpy(dtype=np.int64), return_inverse=True)
    place = {number: row for row, number in enumerate(subject.numbers)}
    counts = np.zeros((subject.replications, days.size), dtype=np.int64)
    rows = table["replication"].map(place).to_numpy(dtype=np.int64)
    np.add.at(counts, (rows, column), table["count"].to_numpy(dtype=np.int64))
    return DoseDays(side.label, f"{stream}/{site or ''}", days, counts)
