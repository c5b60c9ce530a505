"""The agreed weekly volumes of a delivery plan: sender × area × stream × week.

A CSV with the columns `sender,area,stream,week,patients`; week 1 is the first week of the horizon. An
empty area means all areas of the sender.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scenarios.faults import Fault, InputError, suggestion
from scenarios.register import Unit

COLUMNS = ("sender", "area", "stream", "week", "patients")
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, order=True)
class PlanRow:
    """So many patients of a stream that a sender refers to an area in a week."""

    sender: str
    area: str
    stream: str
    week: int
    patients: int


def read_plan(
    path: Path, shown: str, *, units: tuple[Unit, ...], streams: tuple[str, ...]
) -> tuple[PlanRow, ...]:
    """Read a plan, sorted. Raises `InputError` with every fault, each with its line."""
    faults: list[Fault] = []
    rows = list(_rows(_text(path, shown), shown, units, streams, faults))
    seen: dict[tuple[str, str, str, int], int] = {}
    for line, row in rows:
        key = (row.sender, row.area, row.stream, row.week)
        if key in seen:
            faults.append(Fault(shown, line, "", f"the same sender, area, stream and week as line {seen[key]}"))
        seen.setdefault(key, line)
    if not rows and not faults:
        faults.append(Fault(shown, 0, "", "no rows; a plan needs at least one"))
    if faults:
        raise InputError(faults)
    return tuple(sorted(row for _, row in rows))


def _text(path: Path, shown: str) -> str:
    try:
        if not path.is_file():
            raise InputError([Fault(shown, 0, "", "no such file; give the path of a plan with --plan")])
        if path.stat().st_size > MAX_BYTES:
            raise InputError([Fault(shown, 0, "", f"larger than {MAX_BYTES // 1_000_000} MB")])
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError([Fault(shown, 0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise InputError([Fault(shown, 0, "", "not UTF-8 text; save it as CSV UTF-8")]) from None


def _rows(
    text: str, shown: str, units: tuple[Unit, ...], streams: tuple[str, ...], faults: list[Fault]
) -> Iterator[tuple[int, PlanRow]]:
    header = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        columns = [name.strip() for name in next(reader, [])]
        if sorted(columns) != sorted(COLUMNS):
            faults.append(Fault(shown, 1, "", f"the columns must be {', '.join(COLUMNS)}"))
            return
        known = {
            "sender": tuple(sorted({unit.sender for unit in units})),
            "area": ("", *sorted({unit.area for unit in units})),
            "stream": streams,
        }
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                faults.append(Fault(shown, reader.line_num, "", f"{len(cells)} cells, not {len(columns)}"))
                continue
            row = _row(dict(zip(columns, (c.strip() for c in cells), strict=True)), known, shown, reader.line_num, faults)
            if row is not None:
                yield reader.line_num, row
    except csv.Error as error:
        faults.append(Fault(shown, reader.line_num, "", f"not a CSV file: {error}"))


def _row(
    cells: dict[str, str], known: dict[str, tuple[str, ...]], shown: str, line: int, faults: list[Fault]
) -> PlanRow | None:
    found = len(faults)
    for column, names in known.items():
        if cells[column] not in names:
            hint = suggestion(cells[column], names) or f"; known: {', '.join(name for name in names if name)}"
            faults.append(Fault(shown, line, column, f"unknown {column} {cells[column][:60]!r}{hint[:200]}"))
    for column, least in (("week", 1), ("patients", 0)):
        if not cells[column].isdecimal() or not least <= int(cells[column][:9]) <= 1_000_000:
            faults.append(Fault(shown, line, column, f"must be a whole number from {least}, not {cells[column][:60]!r}"))
    if len(faults) > found:
        return None
    return PlanRow(cells["sender"], cells["area"], cells["stream"], int(cells["week"]), int(cells["patients"]))
