"""Looks up what a report tells of municipalities: numbers per thousand listed, how many lie apart from the region."""

import math

import numpy as np
from scipy import stats

from results.report.subject import Subject
from results.table import Row

Found = tuple[float, float, float]


def listed_in(subject: Subject, label: str, town: str) -> float:
    """Those listed at the units of a municipality; of the whole region without a name. Nobody opens or closes."""
    units = subject.runs[label].resolved().units
    return sum(unit.listed for unit in units if town in ("", unit.municipality))


def each(subject: Subject, label: str, name: str, town: str, window: str) -> np.ndarray:
    """A measure replication by replication, read from the run."""
    rows, values = subject.runs[label].measures(subject.numbers)
    return values[:, rows.index(Row(name, "municipality" if town else "region", town, window))]


def per_thousand_there(subject: Subject, label: str, of: str, how: str) -> Found:
    """Mean and Student's interval of a measure there, per thousand listed there."""
    name, _, town, window = of.split("/")
    values = 1000 * each(subject, label, name, town, window) / listed_in(subject, label, town)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return float(values.mean()), max(0.0, float(values.mean() - half)), float(values.mean() + half)


def municipalities_apart(subject: Subject, label: str, of: str, how: str) -> Found:
    """How many lie above or below the region, by Student's t over all of them at once (Bonferroni)."""
    name, *_, window = of.split("/")
    per_listed = name == "nurse_hours_per_year"
    towns = {unit.municipality for unit in subject.runs[label].resolved().units}

    def told(town: str) -> np.ndarray:
        return each(subject, label, name, town, window) / (
            listed_in(subject, label, town) if per_listed else 1
        )

    count = 0
    for town in towns:
        gap = told(town) - told("")
        half = stats.t.ppf(1 - 0.025 / len(towns), len(gap) - 1) * stats.sem(gap)
        count += bool(gap.mean() > half) if how == "above" else bool(gap.mean() < -half)
    return float(count), math.nan, math.nan


OF_MUNICIPALITIES = {
    "per_thousand_there": per_thousand_there,
    "municipalities apart": municipalities_apart,
}
