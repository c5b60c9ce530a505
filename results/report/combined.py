"""Sums of measures that no measure tells: rows added and taken away, replication by replication."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.comparison import Side
from results.comparison.intervals import paired
from results.report.quantities import Quantity, Trace, path_of
from results.report.subject import UNITS, Subject
from results.statistics import summarise
from results.table import Row


def combined(subject: Subject, side: Side, rows: Sequence[Row], less: Sequence[Row] = ()) -> Quantity:
    """The sum of some rows of one unit, less others, all of which are parts of it: mean and 95 % interval."""
    found = summarise(_values(subject, side, rows, less)[:, None])
    trace = Trace("combined", side.label, _of(rows, less), "mean")
    low, high = max(float(found.low[0]), 0.0), float(found.high[0])
    return Quantity(float(found.mean[0]), UNITS[MEASURES[rows[0].name].unit], trace, low, high)


def combined_added(subject: Subject, rows: Sequence[Row]) -> Quantity:
    """What the scenario in question adds to such a sum of today, with an interval as wide as those compared."""
    assert subject.today is not None
    main, today = (_values(subject, side, rows, ())[:, None] for side in (subject.main, subject.today))
    contrast = paired(today, main)
    low, high = contrast.interval(subject.comparison.family)
    trace = Trace("combined", subject.main.label, _of(rows, ()), f"less {subject.today.label}")
    unit = UNITS[MEASURES[rows[0].name].unit]
    return Quantity(float(contrast.mean[0]), unit, trace, float(low[0]), float(high[0]), signed=True)


def _values(subject: Subject, side: Side, rows: Sequence[Row], less: Sequence[Row]) -> NDArray[np.float64]:
    """In each replication, shape (replications,)."""
    signed = [(1.0, row) for row in rows] + [(-1.0, row) for row in less]
    return np.asarray(sum(sign * subject.values(side, row) for sign, row in signed))


def _of(rows: Sequence[Row], less: Sequence[Row]) -> str:
    return " - ".join((" + ".join(map(path_of, rows)), *map(path_of, less)))
