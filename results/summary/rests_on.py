"""What the largest load and the three largest cost lines rest on: values with grade, range and source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from results.summary.figures import Figures, Section, range_of
from scenarios.evidence import Evidence
from scenarios.load import Resolved

Mean = Callable[[str, str, str], float]  # of a measure's name, scope and key


@dataclass(frozen=True, slots=True)
class Line:
    """A line of load or cost: how large (hours or MSEK a year), what of, and the keys that it rests on.

    `of` is a stream, for readiness a procedure group.
    """

    size: float
    kind: Literal["load", "care", "readiness"]
    of: str
    keys: tuple[str, ...]


def largest_lines(resolved: Resolved, mean: Mean) -> tuple[Line, ...]:
    """The stream with the most nurse hours, then the three largest lines of cost."""
    loads = [
        Line(mean("nurse_hours_per_year", "stream", name), "load", name, _stream_keys(resolved, name))
        for name in sorted(resolved.scenario.streams)
    ]
    costs = sorted(_cost_lines(resolved, mean), key=_by_size, reverse=True)
    return max(loads, key=_by_size), *costs[:3]


def rests_on(resolved: Resolved, figures: Figures) -> Section:
    """The values behind the largest load and the three largest cost lines, with grade, source and range."""
    about: list[tuple[str, str]] = []
    for line in largest_lines(resolved, figures.mean):
        about.extend((_named(line), key) for key in line.keys if key not in {known for _, known in about})
    rows = []
    said = ""
    for name, key in about:
        evidence = resolved.evidence.get(key)
        rows.append((name if name != said else "", key, _value(resolved, key), _grade(evidence)))
        said = name
    return Section("What this rests on", ("figure", "key", "value", "grade, range, source"), tuple(rows))


def _stream_keys(resolved: Resolved, stream: str) -> tuple[str, ...]:
    names = ["patients", "interval_days", f"{resolved.scenario.streams[stream].profession}_minutes"]
    return tuple(f"streams.{stream}.{name}" for name in names)


def _cost_lines(resolved: Resolved, mean: Mean) -> list[Line]:
    """Care per stream and readiness per procedure group."""
    lines = []
    readiness: dict[str, float] = {}
    for name, stream in sorted(resolved.scenario.streams.items()):
        ready = mean("readiness_msek_per_year", "stream", name)
        care = mean("cost_msek_per_year", "stream", name) - ready
        readiness[stream.procedure_group] = readiness.get(stream.procedure_group, 0.0) + ready
        keys = (*_stream_keys(resolved, name), f"money.{stream.profession}_hour_sek")
        lines.append(Line(care, "care", name, keys))
    for group, msek in sorted(readiness.items()):
        keys = (f"money.procedures.{group}.first_year_sek", f"money.procedures.{group}.later_year_sek")
        lines.append(Line(msek, "readiness", group, keys))
    return lines


def _by_size(line: Line) -> tuple[float, str]:
    return line.size, _named(line)


def _named(line: Line) -> str:
    match line.kind:
        case "load":
            return f"largest load: {line.of}"
        case "care":
            return f"{line.of}, staff and material {line.size:.2f} MSEK/year"
        case "readiness":
            return f"readiness for {line.of} {line.size:.2f} MSEK/year"


def _value(resolved: Resolved, key: str) -> str:
    item: object = resolved.scenario
    for part in key.split("."):
        item = item[part] if isinstance(item, dict) else getattr(item, part)
    amount = getattr(item, "sek", item)
    return f"{amount:,g}" if isinstance(amount, int | float) else str(amount)


def _grade(evidence: Evidence | None) -> str:
    if evidence is None:
        return "no evidence"
    return evidence.grade + range_of(evidence) + (f", {evidence.source}" if evidence.source else "")
