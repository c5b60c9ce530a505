"""Takes a number of a report back to where it is from, by its trace alone.

`LOOKED_UP` has a function per kind of trace: from the subject, the run's label, what is looked up and how, to the
value and its bounds (NaN where it has none). They read the runs, not what the chapters computed.
"""

import functools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from results.comparison import Side
from results.report.quantities import Trace
from results.report.subject import Subject, share_of, value_at
from results.statistics import summarise
from results.store import Run, open_run
from results.summary.figures import MAY_BE_NEGATIVE
from results.table import Row
from tests.results.report.found_at_units import AT_UNITS, OWNED
from tests.results.report.found_compared import COMPARED, family
from tests.results.report.found_doses import OF_DOSES
from tests.results.report.found_money import MONEY
from tests.results.report.found_municipalities import OF_MUNICIPALITIES
from tests.results.report.found_register import CONFIGURED, further

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
    places, values = measures_in(run_of(subject, label).folder, subject.numbers)
    return values[:, places[Row(name, scope, "/".join(key), window)]]


@functools.cache
def measures_in(folder: Path, numbers: tuple[int, ...]) -> tuple[dict[Row, int], np.ndarray]:
    """Where each row of a run stands, and its values."""
    rows, values = open_run(folder).measures(numbers)
    return {row: place for place, row in enumerate(rows)}, values


def measure(subject: Subject, label: str, path: str, how: str) -> Found:
    found = summarise(values_of(subject, label, path)[:, None])
    value = float(getattr(found, how)[0])
    if how != "mean":
        return value, math.nan, math.nan
    low = float(found.low[0])
    return (
        value,
        low if path.split("/", maxsplit=1)[0] in MAY_BE_NEGATIVE else max(low, 0.0),
        float(found.high[0]),
    )


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
        known = resolved.tree
        for part in path.split("."):
            known = known[part]
        bounds = known.get("range", {}) if isinstance(known, dict) else {}
        found = (bounds.get(bound, math.nan) for bound in ("low", "high"))
        return float(value_at(resolved, path)), *found
    return float(getattr(resolved.evidence[path].range, how)), math.nan, math.nan


def target(subject: Subject, label: str, name: str, how: str) -> Found:
    """What a measure should reach, as it was asked."""
    (bound,) = (each.value for each in subject.targets if (each.measure, each.condition) == (name, how))
    return bound, math.nan, math.nan


def units_missing(subject: Subject, label: str, path: str, how: str) -> Found:
    """How many units have a mean that meets a condition; the unit in the path is a star."""
    name, scope, _, window = path.split("/")
    rows, values = run_of(subject, label).measures(subject.numbers)
    means = (
        pd.Series(values[:, i]).mean()
        for i, row in enumerate(rows)
        if row[:2] == (name, scope) and row[3] == window
    )
    number = float(how.lstrip("<>="))
    return float(sum(mean < number if how[0] == "<" else mean > number for mean in means)), math.nan, math.nan


def available(subject: Subject, label: str, share: str, how: str) -> Found:
    """A share of the uplift at which the run tells of it, or the scenario's own."""
    rows, _ = run_of(subject, label).measures(subject.numbers)
    told = {row.key for row in rows if row.name == "uplift_share_used"}
    own = value_at(side_of(subject, label).resolved, "money.available_share")
    assert f"available={share}" in told or float(share) == own
    return float(share), math.nan, math.nan


def assumed(subject: Subject, label: str, path: str, how: str) -> Found:
    """The part of a measure that is from streams whose patients are graded as an assumption."""
    name, window = path.split("/")
    tree = side_of(subject, label).resolved.tree["streams"]
    parts = {key: values_of(subject, label, f"{name}/stream/{key}/{window}") for key in tree}
    numbers = {key: stream["patients"] for key, stream in tree.items()}
    of_user = {key for key, number in numbers.items() if isinstance(number, int)}  # bare, without evidence
    nobodys = of_user | {key for key in {*numbers} - of_user if numbers[key]["grade"] == "assumption"}
    theirs = sum(parts[key] for key in sorted(nobodys))
    found = summarise((theirs / sum(parts.values()))[:, None])
    return float(found.mean[0]), max(float(found.low[0]), 0.0), float(found.high[0])


def certificate(subject: Subject, label: str, line: str, how: str) -> Found:
    """A number of a run's certificate, of all its lines together where none is named."""
    lines = run_of(subject, label).manifest["certificate"]
    return float(sum(each[how] for each in lines if line in (each["id"], "*"))), math.nan, math.nan


def warm_up(subject: Subject, label: str, what: str, how: str) -> Found:
    return float(run_of(subject, label).manifest["warm_up"][what]), math.nan, math.nan


COUNTED: dict[str, Callable[[Subject, str], float]] = {
    **CONFIGURED,
    **OWNED,
    "family": family,
    "replications": lambda subject, label: len(subject.numbers),
    "seed": lambda subject, label: run_of(subject, label).manifest["seed"],
    "weeks": lambda subject, label: len(subject.table(side_of(subject, label), "weekly")["week"].unique()),
    "units": lambda subject, label: len(side_of(subject, label).resolved.units),
    "synthetic units": lambda subject, label: (
        run_of(subject, label).resolved().register_bytes.count(b"(syntetisk)")
    ),
}


def count(subject: Subject, label: str, what: str, how: str) -> Found:
    return float(COUNTED[what](subject, label)), math.nan, math.nan


LOOKED_UP: dict[str, Callable[[Subject, str, str, str], Found]] = {
    "measure": measure,
    "difference": difference,
    "chance": chance,
    "value": value,
    "count": count,
    "further": further,
    "target": target,
    "units missing": units_missing,
    "available": available,
    "assumed": assumed,
    "certificate": certificate,
    "warm-up": warm_up,
    **AT_UNITS,
    **COMPARED,
    **OF_DOSES,
    **MONEY,
    **OF_MUNICIPALITIES,
}


def look_up(subject: Subject, trace: Trace) -> Found:
    """What a trace leads to."""
    return LOOKED_UP[trace.kind](subject, trace.run, trace.of, trace.how)
