"""What benchmarks find: rows with their spread and target, tables, and what could not be measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured: the lowest, median and highest of what was found, in `unit`.

    The median is held against `target`, the least wanted or, `at_most`, the most. A row without one is not judged.
    `seconds` are the medians behind a ratio, by whose they are.
    """

    name: str
    size: str
    unit: str
    low: float
    median: float
    high: float
    target: float | None = None
    at_most: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.median <= self.target if self.at_most else self.median >= self.target

    def verdict(self) -> str:
        """Met, or by how much not."""
        if self.target is None:
            return ""
        if self.met:
            return "met"
        if self.at_most:
            return f"not met: {self.median / self.target:.2f} times too much"
        return f"not met: {self.target / self.median:.2f} times too little"


@dataclass(frozen=True, slots=True)
class Missing:
    """A row that could not be measured, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """What is told beside the rows; cells are text, the first column names."""

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What one group of rows came to.

    Of results that should be equal, `agreed` says which are, `differences` which are not.
    """

    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    missing: tuple[Missing, ...] = ()
    agreed: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether everything was measured, and what should be equal is."""
        return not self.missing and not self.differences


def joined(parts: Sequence[Findings]) -> Findings:
    """Several findings as one, in their order."""
    return Findings(
        *(
            tuple(item for part in parts for item in getattr(part, name))
            for name in ("rows", "tables", "missing", "agreed", "differences")
        )
    )


def compared(equal: bool, if_equal: str, if_not: str) -> Findings:
    """What a comparison of results came to."""
    return Findings(agreed=(if_equal,)) if equal else Findings(differences=(if_not,))


def spread(
    name: str,
    size: str,
    unit: str,
    found: Sequence[float],
    target: float | None = None,
    *,
    at_most: bool = False,
    seconds: Mapping[str, float] | None = None,
) -> Row:
    """A row of everything found."""
    low, median, high = min(found), statistics.median(found), max(found)
    return Row(name, size, unit, low, median, high, target, at_most, seconds or {})


def ratios(these: Sequence[float], those: Sequence[float]) -> list[float]:
    """Every one of these over every one of those."""
    return [this / that for this in these for that in those]


def as_read(number: float) -> str:
    """A number with three digits, or whole from a hundred on."""
    if abs(number) >= 99.95:
        return f"{number:,.0f}"
    return (
        f"{number:.1f}"
        if abs(number) >= 9.995
        else f"{number:.2f}"
        if abs(number) >= 0.095
        else f"{number:.2g}"
    )


def spread_as_read(found: Sequence[float]) -> str:
    """The median, and the lowest and highest beside it."""
    return f"{as_read(statistics.median(found))} ({as_read(min(found))}–{as_read(max(found))})"
