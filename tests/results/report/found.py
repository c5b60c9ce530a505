"""Takes a number of a report back to where it is from, by its trace alone.

`LOOKED_UP` has a function per kind of trace: from the subject, the run's label, what is looked up and how, to the
value and its bounds (NaN where it has none). They read the runs, not what the chapters computed.
"""

import math
from collections.abc import Callable

import numpy as np

from results.comparison import Side
from results.report.quantities import Trace
from results.report.subject import Subject, share_of, value_at
from results.statistics import summarise
from results.store import Run
from results.summary.figures import MAY_BE_NEGATIVE
from results.table import Row

Found = tuple[float, float, float]  # value, low, high


def run_of(subject: Subject, label: str) -> Run:
    """A run by its label, also under another calibration (`label @ calibration`)."""
    name, _, calibration = label.partition(" @ ")
    return subject.tight[name, calibration] if calibration else subject.runs[name]


def side_of(subject: Subject, label: str) -> Side:
    """A side of the comparison by its label."""
    return next(side for side in subject.sides if side.label == label)


def values_of(subject: Subject, label: str, path: str) -> np.ndarray:
    """A row of a run, replication by replication, read from the run itself."""
    name, scope, *key, window = path.split("/")
    rows, values = run_of(subject, label).measures(subject.numbers)
    return values[:, rows.index(Row(name, scope, "/".join(key), window))]


def measure(subject: Subject, label: str, path: str, how: str) -> Found:
    found = summarise(values_of(subject, label, path)[:, None])
    value = float(getattr(found, how)[0])
    if how != "mean":
        return value, math.nan, math.nan
    low = float(found.low[0])
    return value, low if path.split("/", maxsplit=1)[0] in MAY_BE_NEGATIVE else max(low, 0.0), float(found.high[0])


def difference(subject: Subject, label: str, path: str, how: str) -> Found:
    """The mean of the pairs; its interval is simultaneous, and is held against `compare` elsewhere."""
    other = how.removeprefix("less ")
    apart = values_of(subject, label, path) - values_of(subject, other, path)
    known = apart[np.isfinite(apart)]
    return float(known.mean()) if known.size else math.nan, math.nan, math.nan


def chance(subject: Subject, label: str, path: str, how: str) -> Found:
    return share_of(values_of(subject, label, path), how), math.nan, math.nan


def value(subject: Subject, label: str, path: str, how: str) -> Found:
    resolved = side_of(subject, label).resolved
    if how == "value":
        return float(value_at(resolved, path)), math.nan, math.nan
    return float(getattr(resolved.evidence[path].range, how)), math.nan, math.nan


COUNTED: dict[str, Callable[[Subject, str], float]] = {
    "replications": lambda subject, label: len(subject.numbers),
    "seed": lambda subject, label: run_of(subject, label).manifest["seed"],
    "units": lambda subject, label: len(side_of(subject, label).resolved.units),
}


def count(subject: Subject, label: str, what: str, how: str) -> Found:
    return float(COUNTED[what](subject, label)), math.nan, math.nan


LOOKED_UP: dict[str, Callable[[Subject, str, str, str], Found]] = {
    "measure": measure,
    "difference": difference,
    "chance": chance,
    "value": value,
    "count": count,
}


def look_up(subject: Subject, trace: Trace) -> Found:
    """What a trace leads to."""
    return LOOKED_UP[trace.kind](subject, trace.run, trace.of, trace.how)
