"""A comparison as plain data for JSON, and as CSV: equal runs give equal bytes, and never NaN."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

from results.as_json import SCHEMA_VERSION
from results.catalogue import MEASURES
from results.comparison.compared import Comparison, Difference, Side
from results.comparison.explained import Contribution, contributions
from results.statistics import CONFIDENCE
from results.store import harmless_cell
from results.table import Row
from scenarios.changes import changes

CSV_COLUMNS = (
    "baseline", "scenario", "calibration", "name", "scope", "key", "window", "unit", "baseline_mean",
    "scenario_mean", "mean", "ci_low", "ci_high", "distinguishable", "n",
)  # fmt: skip


def as_data(comparison: Comparison) -> dict[str, Any]:
    """What `compare --json` tells: scenarios as given, their rows sorted by name, scope, key and window."""
    sides = (comparison.baseline, *comparison.scenarios)
    return {
        "schema_version": SCHEMA_VERSION,
        "command": "compare",
        "baseline": comparison.baseline.label,
        "seed": comparison.baseline.manifest["seed"] if comparison.paired else None,
        "replications": comparison.replications,
        "paired": comparison.paired,
        "simultaneous": {"confidence": CONFIDENCE, "over": comparison.family},
        "window": comparison.view.window,
        "runs": [_run(side) for side in sides],
        "values": [value for side in comparison.scenarios for value in _values(comparison.baseline, side)],
        "differences": [_difference(difference) for difference in comparison.differences],
        "calibrations": [
            {
                "name": c.name,
                "load_factor": c.load_factor,
                "unit_load_cv": c.unit_load_cv,
                "fitted_on_another_register": c.elsewhere,
            }
            for c in comparison.calibrations
        ],
        "displacement": list(_displacement(comparison)),
        "explained": [
            _contribution(part) for side in comparison.scenarios for part in contributions(comparison, side)
        ],
    }


def as_csv(comparison: Comparison) -> str:
    """The differences and, with their calibration, those about other patients; text that no spreadsheet obeys."""
    text = io.StringIO(newline="")
    lines = csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n")
    lines.writeheader()
    as_they_are = (_difference(difference) for difference in comparison.differences)
    for row in (*as_they_are, *_displacement(comparison)):
        told = {"baseline": comparison.baseline.label, "calibration": "", **row}
        lines.writerow({column: _cell(told[column]) for column in CSV_COLUMNS})
    return text.getvalue()


def _run(side: Side) -> dict[str, Any]:
    return {
        "name": side.label,
        "hash": side.sample.run,
        "seed": side.manifest["seed"],
        "calibrations": {name: sample.run for name, sample in side.under.items()},
    }


def _values(baseline: Side, side: Side) -> Iterator[dict[str, Any]]:
    for change in sorted(changes(baseline.resolved, side.resolved), key=lambda change: change.key):
        yield {
            "scenario": side.label,
            "key": change.key,
            "baseline": change.before,
            "value": change.after,
            "grade": change.grade,
        }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "scenario": difference.scenario,
        **_of_row(difference.row),
        "baseline_mean": _number(difference.baseline_mean),
        "scenario_mean": _number(difference.scenario_mean),
        "mean": _number(difference.mean),
        "ci_low": _number(difference.low),
        "ci_high": _number(difference.high),
        "distinguishable": difference.distinguishable,
        "n": difference.n,
    }


def _displacement(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for (_, calibration), differences in comparison.displacement.items():
        for difference in differences:
            yield {"calibration": calibration, **_difference(difference)}


def _contribution(part: Contribution) -> dict[str, Any]:
    return {
        "scenario": part.scenario,
        "lever": part.lever,
        **_of_row(part.row),
        "mean": _number(part.mean),
        "ci_low": _number(part.low),
        "ci_high": _number(part.high),
        "n": part.n,
    }


def _of_row(row: Row) -> dict[str, Any]:
    return {**row._asdict(), "unit": MEASURES[row.name].unit}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return harmless_cell(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
