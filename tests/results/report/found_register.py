"""Looks up what the register, the method and further analyses tell: values counted, configurations, files."""

import csv
import hashlib
import io
import json
import math
from collections.abc import Callable
from typing import Any

from results.report.subject import Subject

NAMES = ("schema_version", "name", "title.", "description.")  # of keys that are no values


def values_of(subject: Subject) -> list[str]:
    """Keys of values in the stored scenario, read from the file itself; empty sections count."""
    return [
        key
        for key in _keys(subject.resolved.tree, "")
        if not key.startswith(NAMES) and not key.endswith((".label.sv", ".label.en"))
    ]


def _keys(item: Any, key: str) -> list[str]:
    if not isinstance(item, dict) or not item or "value" in item:
        return [key]
    return [found for name, below in item.items() for found in _keys(below, f"{key}.{name}" if key else name)]


def graded(grade: str) -> Callable[[Subject, str], float]:
    return lambda subject, label: sum(each.grade == grade for each in subject.resolved.evidence.values())


def plain(item: Any) -> Any:
    """A value without its evidence."""
    return item["value"] if isinstance(item, dict) else item


def in_register(column: str) -> Callable[[Subject, str], float]:
    """The sum of a column of the register's file."""

    def total(subject: Subject, label: str) -> float:
        rows = csv.DictReader(io.StringIO(subject.resolved.register_bytes.decode()))
        return sum(float(row[column]) for row in rows)

    return total


def positions(profession: str) -> Callable[[Subject, str], float]:
    """Positions in the register times the scenario's factor."""
    key = f"{profession}_fte"
    return lambda subject, label: (
        in_register(key)(subject, label) * plain(subject.resolved.tree["staffing"][f"{key}_factor"])
    )


CONFIGURED: dict[str, Callable[[Subject, str], float]] = {
    "values": lambda subject, label: len(values_of(subject)),
    **{f"values {grade}": graded(grade) for grade in ("assumption", "derived", "source", "decision")},
    "own values": lambda subject, label: len(subject.resolved.bare),
    "measures": lambda subject, label: len({row.name for row in subject.main.sample.rows}),
    "patients at day zero": lambda subject, label: sum(
        plain(stream["patients"]) for stream in subject.resolved.tree["streams"].values()
    ),
    "streams": lambda subject, label: len(subject.resolved.tree["streams"]),
    "waves": lambda subject, label: len(subject.resolved.tree["transfer"]["waves"]),
    "shocks": lambda subject, label: len(subject.resolved.tree["shocks"]),
    "unit changes": lambda subject, label: len(subject.resolved.tree["unit_changes"]),
    "nurses": positions("nurse"),
    "doctors": positions("doctor"),
    "infusion places": in_register("infusion_places"),
    "listed": in_register("listed"),
    "family": lambda subject, label: subject.comparison.family,
}


def further(subject: Subject, label: str, path: str, how: str) -> tuple[float, float, float]:
    """A number of a file with a further analysis, which is read again."""
    digest, _, place = path.partition("/")
    files = (each.path.read_bytes() for each in subject.further.analyses)
    (item,) = (json.loads(c) for c in files if hashlib.sha256(c).hexdigest().startswith(digest))
    assert item["scenario"]["name"] == label
    for part in place.split("/") if place else ():
        item = item[int(part)] if isinstance(item, list) else item[part]
    if how == "share of knowledge":
        return item["knowledge"] / (item["knowledge"] + item["chance"]), math.nan, math.nan
    bounds = ("ci_low", "ci_high") if how in ("answer", "probability", "total_order") else ()
    low, high = (math.nan if item.get(b) is None else item[b] for b in bounds) if bounds else (math.nan,) * 2
    return item[how], low, high
