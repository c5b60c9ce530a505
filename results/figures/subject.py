"""What the figures are about: a run's tables, scenario and window, and what every figure owes its reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.extracts import reporting_window
from results.listed import listed
from results.store import NotARun, Run
from results.table import Row
from results.windows import Window
from scenarios.load import Resolved

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SYNTHETIC = ("syntetisk", "synthetic")
# The decision moves these streams without saying how many patients they hold.
WITHOUT_NUMBER = ("denosumab", "zoledronate")


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """A run, read once for all its figures; `window` is what figures without a time axis speak of."""

    run: Run
    resolved: Resolved
    window: Window
    weekly: pd.DataFrame
    distributions: pd.DataFrame
    rows: tuple[Row, ...]
    values: Floats  # (replications, rows)
    column: dict[Row, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Subject {self.run.folder.name}>"

    @property
    def title(self) -> str:
        """The scenario's title."""
        return self.resolved.scenario.title.en

    @property
    def replications(self) -> int:
        """How many replications it holds."""
        return len(self.run.replications)

    @property
    def weeks(self) -> int:
        """Weeks of the horizon."""
        return self.resolved.scenario.horizon_days // 7

    @property
    def transferred(self) -> bool:
        """Whether any staff or room time went to transferred care."""
        return bool((self.weekly["transferred_minutes"] > 0).any())

    def monday(self, week: int) -> dt.date:
        """The day on which a week begins; weeks count from 1."""
        return self.resolved.scenario.start_date + dt.timedelta(weeks=week - 1)

    def measure(self, name: str, scope: str, keys: Sequence[str]) -> Floats:
        """A measure of some keys of a scope in the window, shape (replications, keys)."""
        return self.values[:, [self.column[Row(name, scope, key, self.window.name)] for key in keys]]

    def nurse_minutes(self, column: str) -> Floats:
        """A column of nurse minutes, shape (replications, weeks, units), units in the register's order."""
        table = self.weekly
        place = {unit.key: number for number, unit in enumerate(self.resolved.units)}
        replication = {number: row for row, number in enumerate(self.run.replications)}
        found = np.zeros((self.replications, self.weeks, len(place)))
        table = table[table["resource"] == "nurse"]
        found[
            table["replication"].map(replication).to_numpy(),
            table["week"].to_numpy() - 1,
            table["unit"].map(place).to_numpy(),
        ] = table[column].to_numpy()
        return found

    def listed(self) -> Floats:
        """Persons listed at each unit, mean over the window, shape (units,) in the register's order."""
        return listed(self.resolved, self.window)

    def counted(self, what: str, stream: str, site: str) -> tuple[NDArray[np.int64], Floats]:
        """Values and how often each occurs, summed over replications, ascending by value."""
        table = self.distributions
        chosen = (table["what"] == what) & (table["stream"] == stream) & (table["site"] == site)
        counts = table[chosen].groupby("value")["count"].sum().sort_index()
        return counts.index.to_numpy(dtype=np.int64), counts.to_numpy(dtype=np.float64)

    def about_run(self) -> str:
        """Which run the figure shows."""
        seed, number = self.run.manifest["seed"], self.replications
        parts = [f"Run {self.run.folder.name}", plural(number, "replication"), f"seed {seed}"]
        return " · ".join((*parts, self.about_register())) + "."

    def about_register(self) -> str:
        """Which register it was run on."""
        from results.figures.style import count

        synthetic = sum(any(w in unit.name.casefold() for w in SYNTHETIC) for unit in self.resolved.units)
        units = len(self.resolved.units)
        if synthetic == units:
            return "synthetic register of " + plural(units, "unit")
        some = f", {count(synthetic)} of them synthetic" if synthetic else ""
        return f"register of {plural(units, 'unit')}{some}"

    def about_window(self) -> str:
        """The window that the figure speaks of."""
        first, last = self.window.first // 7 + 1, self.window.end // 7
        until = self.monday(last) + dt.timedelta(days=6)
        told = f"Window {self.window.name}: weeks {first}–{last}, {self.monday(first)} to {until}"
        if self.window.name == "steady" or not self.resolved.scenario.transfer.enabled:
            return told + "."
        return told + ", too soon after the transfer to be steady."

    def about_patients(self, measure: str | None = None) -> str:
        """Which streams rest on an assumed number of patients, and how much of a measure they make up."""
        streams = self.resolved.scenario.streams
        assumed = [name for name in sorted(streams) if self._assumed(name)]
        if not assumed:
            return ""
        named = joined([f"{name} ({streams[name].patients:,})" for name in assumed])
        one = len(assumed) == 1
        are = f"number of {named} is an assumption" if one else f"numbers of {named} are assumptions"
        if all(name in WITHOUT_NUMBER for name in assumed):
            are += ", since the decision gives none"
        elif missing := [name for name in assumed if name in WITHOUT_NUMBER]:
            are += f" (of {joined(missing)} the decision gives none)"
        share = self._share_of(measure, assumed)
        return f"Patient {are}" + (f"; {'it makes' if one else 'they make'} up {share}." if share else ".")

    def _assumed(self, stream: str) -> bool:
        evidence = self.resolved.evidence.get(f"streams.{stream}.patients")
        graded = evidence is not None and evidence.grade != "assumption"
        return self.resolved.scenario.streams[stream].patients > 0 and not graded

    def _share_of(self, measure: str | None, streams: list[str]) -> str:
        if measure is None:
            return ""
        from results.figures.style import percent

        every = self.measure(measure, "stream", sorted(self.resolved.scenario.streams)).mean(axis=0).sum()
        part = self.measure(measure, "stream", streams).mean(axis=0).sum()
        what = {"nurse_hours_per_year": "the nurse hours", "cost_msek_per_year": "the cost"}[measure]
        return f"{percent(part / every)} of {what} in the window" if every > 0 else ""


def read_subject(run: Run) -> Subject:
    """Read what the figures need. Raises NotARun."""
    import pyarrow as pa

    resolved = run.resolved()
    try:
        weekly, distributions = run.table("weekly"), run.table("distributions")
        rows, values = run.measures()
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        name = resolved.scenario.name
        raise NotARun(
            f"{run.folder} is damaged ({error}); make it again: vardflode run {name} --fresh"
        ) from error
    column = {row: number for number, row in enumerate(rows)}
    return Subject(run, resolved, reporting_window(resolved), weekly, distributions, rows, values, column)


def plural(number: int, noun: str) -> str:
    """A number of things: 1 unit, 1,200 units."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def joined(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
