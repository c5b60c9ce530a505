"""A run's measures as one compact JSON object: the same bytes for equal runs, and never NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.statistics import summarise
from results.table import Row

SCHEMA_VERSION = 1
TOLD_SCOPES = frozenset({"region", "area", "stream", "sender", "site", "ownership"})
UNIT_SCOPES = frozenset({"municipality", "unit"})


def run_json(
    name: str,
    digest: str,
    seed: int,
    rows: tuple[Row, ...],
    values: NDArray[np.float64],
    *,
    units: bool = False,
) -> str:
    """One line for one scenario; `units` adds the scopes municipality and unit."""
    scopes = TOLD_SCOPES | (UNIT_SCOPES if units else frozenset())
    told = {
        "schema_version": SCHEMA_VERSION,
        "scenario": {"name": name, "hash": digest},
        "seed": seed,
        "replications": values.shape[0],
        "measures": list(measure_rows(rows, values, scopes)),
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def measure_rows(
    rows: tuple[Row, ...], values: NDArray[np.float64], scopes: frozenset[str]
) -> Iterable[dict[str, Any]]:
    """Each row with mean, interval, percentiles and n, sorted by name, scope, key and window."""
    summary = summarise(values)
    for i in sorted(range(len(rows)), key=lambda i: rows[i]):
        row = rows[i]
        if row.scope in scopes:
            yield {
                "name": row.name,
                "scope": row.scope,
                "key": row.key,
                "window": row.window,
                "unit": MEASURES[row.name].unit,
                "mean": _number(summary.mean[i]),
                "ci_low": _number(summary.low[i]),
                "ci_high": _number(summary.high[i]),
                "p5": _number(summary.p5[i]),
                "p95": _number(summary.p95[i]),
                "n": int(summary.n[i]),
            }


def _number(value: float) -> float | None:
    """A finite number, or null."""
    return float(value) if math.isfinite(value) else None
