"""A CSV table from outside, read as hostile input: every row that can be read, every fault with its line.

Takes comma or semicolon between cells and, with semicolon, decimal comma, as Swedish Excel writes. Columns
may stand in any order. Line numbers count physical lines; a row that spans several has the number of its
first. Knows nothing of what a column means.
"""

from __future__ import annotations

import csv
import io
import pathlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.cells import SHOWN, CellError, Reader, clean, decimal_point, shown
from scenarios.faults import Fault, InputError, suggestion

MAX_BYTES = 20_000_000
MAX_FAULTS = 1_000  # a reader gains nothing from more, and a hostile file could hold millions
NO_HEADER = "is empty; the first line must name the columns"


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one line that could be read, by column."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the header says: where each known column stands, and how the file writes cells and decimals."""

    cells: int
    positions: dict[str, int]
    decimal_comma: frozenset[str]


def header(path: pathlib.Path, file: str) -> tuple[int, tuple[str, ...]]:
    """The line of the header and its names; (0, ()) where there is none, of which `rows` says why."""
    text = _text(path, file)
    if isinstance(text, Fault):
        return 0, ()
    first = next(_lines(text, _delimiter(text), file), None)
    return (first[0], tuple(name.strip() for name in first[1])) if isinstance(first, tuple) else (0, ())


def rows(
    path: pathlib.Path, file: str, columns: Mapping[str, Reader], decimals: Collection[str]
) -> Iterator[Fault | Row]:
    """Each row, in the order of the file, before it its faults; the header's faults come first.

    `columns` says how each column is read, `decimals` which of them may have a decimal comma.
    """
    text = _text(path, file)
    if isinstance(text, Fault):
        yield text
        return
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter, file)
    header = next(lines, Fault(file, 0, "", NO_HEADER))
    if isinstance(header, Fault):
        yield header
        return
    yield from _header_faults(*header, columns, file)
    layout = _layout(header[1], columns, decimals if delimiter == ";" else ())
    empty = True
    for item in lines:
        empty = False
        yield from (item,) if isinstance(item, Fault) else _row(*item, layout, columns, file)
    if empty:
        yield Fault(file, 0, "", "names the columns and nothing more; write one line for each row")


def without_faults(items: Iterable[Fault | Row], file: str) -> list[Row]:
    """The rows, if nothing is wrong.

    Raises InputError with every fault; beyond `MAX_FAULTS` reading stops and a fault says so.
    """
    good: list[Row] = []
    faults: list[Fault] = []
    for item in items:
        if isinstance(item, Row):
            good.append(item)
            continue
        faults.append(item)
        if len(faults) == MAX_FAULTS:
            faults.append(Fault(file, 0, "", f"has {MAX_FAULTS} faults or more; these are the first"))
            break
    if faults:
        raise InputError(faults)
    return good


def _text(path: pathlib.Path, file: str) -> str | Fault:
    try:
        if path.is_dir():
            return Fault(file, 0, "", "is a folder; name a CSV file")
        if path.exists() and not path.is_file():
            return Fault(file, 0, "", "is not a regular file")  # opening a pipe would wait for ever
        with path.open("rb") as stream:
            return _decoded(stream.read(MAX_BYTES + 1), file)
    except FileNotFoundError:
        return Fault(file, 0, "", "no such file")
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        return Fault(file, 0, "", f"cannot be read: {getattr(error, 'strerror', None) or error}")


def _decoded(raw: bytes, file: str) -> str | Fault:
    if len(raw) > MAX_BYTES:
        return Fault(file, 0, "", f"is larger than {MAX_BYTES // 1_000_000} MB; keep one table in it")
    if b"\0" in raw:
        return Fault(file, 0, "", "is not text; save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Fault(file, line, "", f"is not UTF-8 (byte 0x{raw[error.start]:02X}); save it as CSV in UTF-8")


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return ";" if header.count(";") > header.count(",") else ","


def _lines(text: str, delimiter: str, file: str) -> Iterator[tuple[int, list[str]] | Fault]:
    """The lines that are not blank, each with its number; a fault ends them."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(file, number, "", f"is not CSV: {error}; look for a stray quotation mark")
            return
        if any(cell.strip() for cell in cells):
            yield number, cells


def _header_faults(line: int, header: list[str], columns: Collection[str], file: str) -> Iterator[Fault]:
    names = [name.strip() for name in header]
    found: set[str] = set()
    for name in names:
        if name not in columns:
            hint = suggestion(name[:SHOWN], columns)
            yield Fault(file, line, shown(name), f"unknown column{hint}")
        elif name in found:
            yield Fault(file, line, name, "this column is there twice; keep one")
        found.add(name)
    for name in columns:
        if name not in found:
            yield Fault(file, line, name, "this column is missing")


def _layout(header: list[str], columns: Collection[str], decimal_comma: Iterable[str]) -> _Layout:
    names = [name.strip() for name in header]
    positions = {name: names.index(name) for name in columns if name in names}
    return _Layout(len(header), positions, frozenset(decimal_comma))


def _row(
    line: int, cells: list[str], layout: _Layout, columns: Mapping[str, Reader], file: str
) -> Iterator[Fault | Row]:
    if len(cells) != layout.cells:
        yield Fault(file, line, "", f"has {len(cells)} cells, the header {layout.cells}")
        return
    row = Row(line, {})
    for column, position in layout.positions.items():
        try:
            text = clean(cells[position])
            text = decimal_point(text) if column in layout.decimal_comma else text
            row.values[column] = columns[column](text)
        except CellError as error:
            yield Fault(file, line, column, str(error))
    yield row
