"""The agreed weekly volumes of a delivery plan: sender × area × stream × week.

A CSV with the columns `sender,area,stream,week,patients`; week 1 is the first week of the horizon. An
empty area means all areas of the sender.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scenarios.cells import CellError, Reader, shown, whole_number
from scenarios.faults import Fault, suggestion
from scenarios.register import Unit
from scenarios.table import Row, rows, without_faults

MAX_WEEK = 20 * 52  # the longest horizon
WHAT = ("sender", "area", "stream", "week")  # at most one row of each


@dataclass(frozen=True, slots=True, order=True)
class PlanRow:
    """So many patients of a stream that a sender refers to an area in a week."""

    sender: str
    area: str
    stream: str
    week: int
    patients: int


def read_plan(
    path: Path, shown_as: str, *, units: tuple[Unit, ...], streams: tuple[str, ...]
) -> tuple[PlanRow, ...]:
    """Read a plan, sorted. Raises `InputError` with every fault, each with its line."""
    columns = {
        "sender": _known("sender", {unit.sender for unit in units}),
        "area": _known("area", {"", *(unit.area for unit in units)}),
        "stream": _known("stream", streams),
        "week": whole_number(1, MAX_WEEK),
        "patients": whole_number(0, 1_000_000),
    }
    good = without_faults(_checked(path, shown_as, columns), shown_as)
    return tuple(sorted(PlanRow(**row.values) for row in good))


def _known(what: str, names: Collection[str]) -> Reader:
    """A name that the register or the scenario has."""

    def read(text: str) -> str:
        if text not in names:
            known = ", ".join(shown(name) for name in sorted(names) if name)
            hint = suggestion(text[:60], names) or f"; known are {known[:200]}"
            raise CellError(f"unknown {what} {shown(text)}{hint}")
        return text

    return read


def _checked(path: Path, file: str, columns: Mapping[str, Reader]) -> Iterator[Fault | Row]:
    """Rows and faults of the table, and rows that say the same twice."""
    first_line: dict[tuple[object, ...], int] = {}
    for item in rows(path, file, columns, ()):
        yield item
        if isinstance(item, Row) and item.values.keys() >= set(WHAT):
            first = first_line.setdefault(tuple(item.values[name] for name in WHAT), item.line)
            if first != item.line:
                yield Fault(
                    file, item.line, "", f"same sender, area, stream and week as line {first}; keep one"
                )
