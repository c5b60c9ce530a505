"""What the largest load and the three largest cost lines rest on: values with grade, range and source."""

from __future__ import annotations

from results.summary.figures import Figures, Section, range_of
from scenarios.evidence import Evidence
from scenarios.load import Resolved


def rests_on(resolved: Resolved, figures: Figures) -> Section:
    """The values behind the largest load and the three largest cost lines, with grade, source and range."""
    streams = sorted(resolved.scenario.streams)
    heaviest = max(streams, key=lambda s: (figures.mean("nurse_hours_per_year", "stream", s), s))
    about = [(f"largest load: {heaviest}", key) for key in _stream_keys(resolved, heaviest)]
    for _, line, keys in sorted(_cost_lines(resolved, figures), reverse=True)[:3]:
        about.extend((line, key) for key in keys if key not in {known for _, known in about})
    rows = []
    said = ""
    for line, key in about:
        evidence = resolved.evidence.get(key)
        rows.append((line if line != said else "", key, _value(resolved, key), _grade(evidence)))
        said = line
    return Section("What this rests on", ("figure", "key", "value", "grade, range, source"), tuple(rows))


def _stream_keys(resolved: Resolved, stream: str) -> tuple[str, ...]:
    names = ["patients", "interval_days", f"{resolved.scenario.streams[stream].profession}_minutes"]
    return tuple(f"streams.{stream}.{name}" for name in names)


def _cost_lines(resolved: Resolved, figures: Figures) -> list[tuple[float, str, tuple[str, ...]]]:
    """MSEK a year, name and the keys behind each line: care per stream, readiness per procedure group."""
    lines = []
    readiness: dict[str, float] = {}
    for name, stream in sorted(resolved.scenario.streams.items()):
        ready = figures.mean("readiness_msek_per_year", "stream", name)
        care = figures.mean("cost_msek_per_year", "stream", name) - ready
        readiness[stream.procedure_group] = readiness.get(stream.procedure_group, 0.0) + ready
        keys = (*_stream_keys(resolved, name), f"money.{stream.profession}_hour_sek")
        lines.append((care, f"{name}, staff and material {care:.2f} MSEK/year", keys))
    for group, msek in sorted(readiness.items()):
        keys = (f"money.procedures.{group}.first_year_sek", f"money.procedures.{group}.later_year_sek")
        lines.append((msek, f"readiness for {group} {msek:.2f} MSEK/year", keys))
    return lines


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
