"""Looking up summarised measures, and writing a number with its interval as a planner reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.statistics import Summary, summarise
from results.table import Row
from scenarios.evidence import Evidence
from scenarios.load import Resolved

MAY_BE_NEGATIVE = frozenset({"uplift_room_msek", "hospital_net_hours_per_year"})
MAY_EXCEED_ONE = frozenset({"uplift_share_used", "utilisation"})


@dataclass(frozen=True, slots=True)
class Section:
    """A headed table of cells, and remarks below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...] = ()


class Figures:
    """Looks up the summary of any measure and writes it out."""

    def __init__(self, rows: tuple[Row, ...], values: NDArray[np.float64], window: str) -> None:
        self.summary: Summary = summarise(values)
        self.place: Mapping[Row, int] = {row: i for i, row in enumerate(rows)}
        self.window = window

    def __repr__(self) -> str:
        return f"<Figures of {len(self.place)} rows, window {self.window}>"

    def mean(self, name: str, scope: str = "region", key: str = "", window: str | None = None) -> float:
        """Mean over replications; NaN where undefined."""
        return float(self.summary.mean[self.place[Row(name, scope, key, window or self.window)]])

    def told(self, name: str, scope: str = "region", key: str = "", window: str | None = None) -> str:
        """Mean with interval in the measure's unit: `5,912 (5,840–5,984)`; a dash where undefined."""
        i = self.place[Row(name, scope, key, window or self.window)]
        share = MEASURES[name].unit == "share"
        mean, low, high = self.summary.mean[i], self.summary.low[i], self.summary.high[i]
        if not math.isfinite(mean):
            return "–"
        if mean == low == high == 0:
            return "0"
        write = percent if share else of_size(mean)
        if name not in MAY_BE_NEGATIVE:
            low = max(low, 0.0)
        if share and name not in MAY_EXCEED_ONE:
            high = min(high, 1.0)
        interval = f" ({write(low)}–{write(high)})" if math.isfinite(high) else ""
        return f"{write(mean)}{' %' if share else ''}{interval}"


def percent(value: float) -> str:
    """A share in percent, without the sign."""
    hundredths = 100 * value
    return f"{hundredths:.1f}" if abs(hundredths) >= 0.095 or value == 0 else f"{hundredths:.2f}"


def of_size(size: float) -> Callable[[float], str]:
    """A way to write numbers of about this size."""
    digits = 0 if not math.isfinite(size) or abs(size) >= 100 else 1 if abs(size) >= 10 else 2
    return lambda value: f"{value:,.{digits}f}"


def measure_rows(figures: Figures, names: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((MEASURES[name].meaning, figures.told(name), unit_of(name)) for name in names)


def unit_of(name: str) -> str:
    unit = MEASURES[name].unit
    return "" if unit == "share" else unit


def share_key(figures: Figures, share: float) -> str:
    """The key of an available share; the scenario's own has none."""
    key = f"available={share:g}"
    return key if Row("uplift_share_used", "region", key, figures.window) in figures.place else ""


def label(resolved: Resolved, name: str) -> str:
    return name + (" *" if _is_assumed(resolved, name) else "")


def _is_assumed(resolved: Resolved, stream: str) -> bool:
    evidence = resolved.evidence.get(f"streams.{stream}.patients")
    return evidence is not None and evidence.grade == "assumption"


def assumed_numbers(resolved: Resolved) -> tuple[str, ...]:
    told = []
    for name in sorted(resolved.scenario.streams):
        if _is_assumed(resolved, name):
            evidence = resolved.evidence[f"streams.{name}.patients"]
            told.append(f"{name} {resolved.scenario.streams[name].patients:,}{range_of(evidence)}")
    if not told:
        return ()
    return (f"* the number of patients is an assumption, not in any decision: {', '.join(told)}",)


def range_of(evidence: Evidence) -> str:
    if evidence.range is not None:
        return f" ({evidence.range.low:,g}–{evidence.range.high:,g})"
    if evidence.choices is not None and len(evidence.choices) > 1:
        return f" ({' or '.join(str(choice.value) for choice in evidence.choices)})"
    return ""
