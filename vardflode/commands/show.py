"""`vardflode show`: what a scenario assumes, value by value, and who says so."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, sets_option
from vardflode.terminal import table, write, write_json

if TYPE_CHECKING:
    from scenarios.evidence import Evidence
    from scenarios.values import Value

HEADERS = ("key", "value", "grade", "range or source", "set at")


@click.command(
    cls=Command,
    examples=(
        "vardflode show decision-2026",
        "vardflode show decision-2026 --why streams.triptorelin.patients",
        "vardflode show my-scenario.yaml --set streams.iron.patients=200 --why streams.iron",
        "vardflode show decision-2026 --json",
    ),
)
@click.argument("scenario")
@click.option(
    "--why", "key", metavar="KEY", help="Tell all about one value, or about all values of a section."
)
@sets_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object with everything known of each value.")
def show(scenario: str, key: str | None, sets: tuple[str, ...], as_json: bool) -> None:
    """Show what a scenario assumes, and who says so.

    Every value after parents and --set, with its grade (decision, source, derived or assumption), its range
    (5th to 95th percentile) or source, and the file and line that set it.
    """
    from scenarios.load import resolve
    from scenarios.values import cited, values, why

    resolved = resolve(scenario, sets)
    shown = values(resolved) if key is None else why(resolved, key)
    if as_json:
        title = resolved.scenario.title.model_dump()
        write_json(
            {
                "schema_version": 1,
                "command": "show",
                "scenario": {"name": resolved.scenario.name, "title": title},
                "values": [value.as_json() for value in shown],
                "sources": cited(shown),
            }
        )
    elif key is None:
        table(_rows(shown), HEADERS, styles={"assumption": "yellow"})
    else:
        for line in itertools.chain.from_iterable(_explained(value) for value in shown):
            write(line)


def _rows(shown: list[Value]) -> Iterator[tuple[str, ...]]:
    from scenarios.evidence import written

    for section in dict.fromkeys(value.section for value in shown):
        yield (section,)
        for value in shown:
            if value.section == section:
                grade, rests_on = (
                    (value.evidence.grade, value.evidence.rests_on) if value.evidence else ("", "")
                )
                yield value.key, written(value.value), grade, rests_on, value.set_at


def _explained(value: Value) -> Iterator[str]:
    """One value in a few lines, as they can be read aloud."""
    from scenarios.evidence import sources, written

    told = value.as_json()
    lines = {"means": told["meaning"], "grade": told["grade"]}
    if value.evidence is not None and value.evidence.source is not None:
        source = sources()[value.evidence.source]
        lines["source"] = f"{source.title} ({source.country} {source.year}). {source.reference}"
        lines["about"] = source.note
    if value.evidence is not None:
        lines |= {
            "note": value.evidence.note,
            "range": _spread(value.evidence),
            "prices": value.evidence.price_year and f"of {value.evidence.price_year}",
            "kind": "a choice: compared, never averaged" if value.evidence.kind == "choice" else None,
        }
    lines["set at"] = value.set_at or "nowhere; the schema's own value holds"
    yield f"{value.key} = {written(value.value)}"
    for name, text in lines.items():
        if text:
            yield from _hanging(name, str(text))
    yield ""


def _hanging(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent=f"  {name:<8}", subsequent_indent=" " * 10)


def _spread(evidence: Evidence) -> str:
    shape = "" if evidence.range is None else f", 5th to 95th percentile, {evidence.range.shape}"
    return evidence.spread + shape
