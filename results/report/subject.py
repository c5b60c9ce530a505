"""What a report is about: the scenario in question, those beside it, and how their numbers are looked up.

The first scenario of a comparison is the one in question. A scenario without transfer among the others is today:
what the transfer adds is the difference to it.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.comparison import Comparison, Difference, Side
from results.report.further import Further
from results.report.quantities import Quantity, Trace, path_of
from results.statistics import Summary, summarise
from results.store import Run
from results.table import Row
from results.windows import Window, year_windows
from scenarios.load import Resolved

if TYPE_CHECKING:
    import pandas as pd

UNITS: Mapping[str, str] = {
    "visits/year": "visits_per_year",
    "hours/year": "hours_per_year",
    "hours": "hours",
    "FTE": "fte",
    "minutes": "minutes",
    "share": "share",
    "days": "days",
    "patients": "patients",
    "MSEK/year": "msek_per_year",
    "events/year": "events_per_year",
    "km/year": "km_per_year",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What a measure should reach: at least (or at most) so much."""

    measure: str
    at_least: bool
    value: float

    def missed(self, value: float) -> bool:
        """Whether a value does not reach it; what is undefined misses nothing."""
        return value < self.value if self.at_least else value > self.value

    @property
    def condition(self) -> str:
        """The condition under which it is missed, as a trace says it."""
        return f"{'<' if self.at_least else '>'}{self.value!r}"


@dataclass(frozen=True, repr=False)
class Subject:
    """A comparison, the runs behind it and what was asked of it.

    `numbers` are those of the replications compared. `runs` are by label, those under each calibration of how tight
    units are by (label, calibration) in `tight`. `targets` are what the user holds results against, `further` what was
    computed elsewhere of the scenario in question.
    """

    comparison: Comparison
    numbers: tuple[int, ...]
    runs: Mapping[str, Run]
    tight: Mapping[tuple[str, str], Run] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    further: Further = field(default_factory=Further)

    def __repr__(self) -> str:
        return f"<Subject of a report: {self.main.label} and {len(self.others)} others>"

    @property
    def main(self) -> Side:
        """The scenario in question."""
        return self.comparison.baseline

    @property
    def others(self) -> tuple[Side, ...]:
        """The scenarios beside it."""
        return self.comparison.scenarios

    @property
    def sides(self) -> tuple[Side, ...]:
        """All, the one in question first."""
        return (self.main, *self.others)

    @property
    def today(self) -> Side | None:
        """The first scenario without transfer, if the one in question has one."""
        if not self.main.resolved.scenario.transfer.enabled:
            return None
        without = (side for side in self.others if not side.resolved.scenario.transfer.enabled)
        return next(without, None)

    @property
    def alternatives(self) -> tuple[Side, ...]:
        """Those of the others that are not today."""
        return tuple(side for side in self.others if side is not self.today)

    @property
    def window(self) -> Window:
        """The window that the report speaks of unless it says otherwise."""
        named = {window.name: window for window in year_windows(self.main.resolved)}
        return named[self.comparison.view.window]

    @property
    def resolved(self) -> Resolved:
        """The scenario in question with its register and evidence."""
        return self.main.resolved

    @property
    def replications(self) -> int:
        """How many replications each number is over."""
        return len(self.numbers)

    @functools.cached_property
    def _found(self) -> dict[str, tuple[dict[Row, int], Summary, NDArray[np.float64]]]:
        samples = [(side.label, side.sample) for side in self.sides]
        samples += [
            (under_label(side.label, name), sample)
            for side in self.sides
            for name, sample in side.under.items()
        ]
        return {
            label: ({row: i for i, row in enumerate(s.rows)}, summarise(s.values), s.values)
            for label, s in samples
        }

    @functools.cached_property
    def _differences(self) -> dict[tuple[str, Row], Difference]:
        found = {(each.scenario, each.row): each for each in self.comparison.differences}
        for (scenario, calibration), told in self.comparison.displacement.items():
            found |= {(under_label(scenario, calibration), each.row): each for each in told}
        return found

    def row(self, name: str, scope: str = "region", key: str = "", window: str = "") -> Row:
        """A row in the report's window unless told."""
        return Row(name, scope, key, window or self.window.name)

    def has(self, side: Side, row: Row) -> bool:
        """Whether a run has the row and it is defined."""
        place, summary, _ = self._found[side.label]
        return row in place and math.isfinite(summary.mean[place[row]])

    def measured(
        self,
        side: Side,
        name: str,
        scope: str = "region",
        key: str = "",
        window: str = "",
        *,
        under: str = "",
    ) -> Quantity:
        """Mean over replications with its 95 % interval; `under` names a calibration of how tight units are.

        An interval is not told beyond what the measure can be: below 0, a share above 1. Unknown (NaN) where the run
        has no such row, or it is undefined.
        """
        label = run_label(side.label, under)
        row = self.row(name, scope, key, window)
        place, summary, _ = self._found[label]
        trace, unit = Trace("measure", label, path_of(row), "mean"), UNITS[MEASURES[name].unit]
        if row not in place:
            return Quantity(math.nan, unit, trace)
        i = place[row]
        low, high = within(name, float(summary.low[i]), float(summary.high[i]))
        return Quantity(float(summary.mean[i]), unit, trace, low, high)

    def quantile(self, side: Side, q: str, name: str, scope: str = "region", key: str = "") -> Quantity:
        """The 5th ("p5") or 95th ("p95") percentile over replications: what chance can do in one year."""
        row = self.row(name, scope, key)
        place, summary, _ = self._found[side.label]
        trace = Trace("measure", side.label, path_of(row), q)
        value = float(getattr(summary, q)[place[row]]) if row in place else math.nan
        return Quantity(value, UNITS[MEASURES[name].unit], trace)

    def values(self, side: Side, row: Row, *, under: str = "") -> NDArray[np.float64]:
        """A row in each replication, shape (replications,); NaN where undefined."""
        place, _, values = self._found[run_label(side.label, under)]
        return values[:, place[row]] if row in place else np.full(len(values), np.nan)

    def chance(self, side: Side, row: Row, condition: str) -> Quantity:
        """The share of replications in which a row meets a condition such as ">1", of those where it is defined."""
        values = self.values(side, row)
        return Quantity(
            share_of(values, condition), "share", Trace("chance", side.label, path_of(row), condition)
        )

    def difference(
        self, side: Side, name: str, scope: str = "region", key: str = "", *, under: str = ""
    ) -> tuple[Quantity, Difference | None]:
        """Another scenario less the one in question, paired, with its simultaneous interval.

        The second is the difference as compared, with its verdict; None where the two are equal or not compared.
        `under` names a calibration of how tight units are: both are taken under it.
        """
        row = self.row(name, scope, key)
        label, base = (run_label(each.label, under) for each in (side, self.main))
        found = self._differences.get((label, row))
        unit = UNITS[MEASURES[name].unit]
        unit = "points" if unit == "share" else unit
        trace = Trace("difference", label, path_of(row), f"less {base}")
        if found is None:
            both = (self.measured(each, name, scope, key, under=under).value for each in (side, self.main))
            gap = 0.0 if len({*both}) == 1 else math.nan
            return Quantity(gap, unit, trace, signed=True), None
        return Quantity(found.mean, unit, trace, found.low, found.high, signed=True), found

    def added(
        self, name: str, scope: str = "region", key: str = "", *, under: str = ""
    ) -> tuple[Quantity, Difference | None]:
        """What the scenario in question adds to today: the same difference, turned round. Needs a `today`."""
        assert self.today is not None
        found, difference = self.difference(self.today, name, scope, key, under=under)
        label = run_label(self.main.label, under)
        trace = Trace("difference", label, found.trace.of, f"less {found.trace.run}")
        turned = Quantity(-found.value + 0.0, found.unit, trace, -found.high, -found.low, signed=True)
        return turned, difference

    def assumed(
        self, path: str, unit: str = "none", side: Side | None = None, *, of: str = "value"
    ) -> Quantity:
        """A number of the scenario by its dotted path; `of` "low" or "high" for the bounds of its range."""
        side = side or self.main
        if of == "value":
            number = value_at(side.resolved, path)
        else:
            found = side.resolved.evidence[path].range
            number = math.nan if found is None else getattr(found, of)
        return Quantity(float(number), unit, Trace("value", side.label, path, of))

    def counted(self, number: float, unit: str, what: str, side: Side | None = None) -> Quantity:
        """A number of things that are counted as the report is made, such as units of the register."""
        return Quantity(float(number), unit, Trace("count", (side or self.main).label, what))

    def table(self, side: Side, name: str) -> pd.DataFrame:
        """One of a run's tables, of the replications that the report is over; read once."""
        return self._table(side.label, name)

    @functools.cached_property
    def _table(self) -> Callable[[str, str], pd.DataFrame]:
        return functools.cache(lambda label, name: self.runs[label].table(name, self.numbers))

    def weekly(self, side: Side, column: str, resource: str = "nurse") -> NDArray[np.float64]:
        """Minutes a week, shape (replications, weeks, units in the register's order).

        `column` is `transferred_minutes`, `used_minutes` or `present_minutes`, `resource` nurse, doctor or room.
        """
        table = self.table(side, "weekly")
        table = table[table["resource"] == resource]
        weeks = side.resolved.scenario.horizon_days // 7
        place = {unit.key: i for i, unit in enumerate(side.resolved.units)}
        replication = {number: i for i, number in enumerate(self.numbers)}
        found = np.zeros((len(self.numbers), weeks, len(place)))
        found[
            table["replication"].map(replication).to_numpy(),
            table["week"].to_numpy() - 1,
            table["unit"].map(place).to_numpy(),
        ] = table[column].to_numpy()
        return found

    def monday(self, week: int) -> dt.date:
        """The day on which a week begins; weeks count from 1."""
        return self.resolved.scenario.start_date + dt.timedelta(weeks=week - 1)


def under_label(label: str, calibration: str) -> str:
    """What a scenario is called under a calibration of how tight units are."""
    return f"{label} @ {calibration}"


def run_label(label: str, calibration: str) -> str:
    """The same; without a calibration, the scenario as it is."""
    return under_label(label, calibration) if calibration else label


def within(name: str, low: float, high: float) -> tuple[float, float]:
    """The bounds of an interval, no further than the measure can be."""
    from results.summary.figures import MAY_BE_NEGATIVE, MAY_EXCEED_ONE

    if name not in MAY_BE_NEGATIVE:
        low = max(low, 0.0)
    if MEASURES[name].unit == "share" and name not in MAY_EXCEED_ONE:
        high = min(high, 1.0)
    return low, high


def share_of(values: NDArray[np.float64], condition: str) -> float:
    """The share of defined values that meet a condition: `<`, `<=`, `>` or `>=` and a number; NaN without any."""
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan
    sign = condition.rstrip("0123456789.e+-")
    bound = float(condition[len(sign) :])
    met = {"<": known < bound, "<=": known <= bound, ">": known > bound, ">=": known >= bound}[sign]
    return float(met.mean())


def value_at(resolved: Resolved, path: str) -> Any:
    """The value at a dotted path of a scenario; of an amount its SEK. Raises KeyError or AttributeError."""
    item: Any = resolved.scenario
    for part in path.split("."):
        item = item[part] if isinstance(item, Mapping) else getattr(item, part)
    return getattr(item, "sek", item)


def keys_of(subject: Subject, scope: str) -> Sequence[str]:
    """The keys of a scope in the run in question, sorted."""
    rows: Iterable[Row] = subject.main.sample.rows
    return sorted({row.key for row in rows if row.scope == scope})
