"""The design of a sweep: which values each of its cells sets, as a full grid or as the rows of a table.

A cell sets one value per key, as `--set` would, from left to right; a value is one YAML 1.2 value. Cells are numbered
from 1. `check` validates the scenario and every cell of it before anything is simulated.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenarios.cells import CellError, Reader, clean, whole_number
from scenarios.faults import Fault, InputError
from scenarios.lineage import EXTENDS, NOT_A_VALUE, path_of
from scenarios.load import Base, Resolved
from scenarios.table import MAX_FAULTS, Row, header, rows, without_faults
from scenarios.tree import Branch, Leaf, grown, parse, patch_at, plain

GRID = "--grid"
CELL = "cell"  # a column that numbers the cells
MAX_CELLS = 100_000
SHOWN = 120  # characters of a cell's settings in a message
FORMULA = ("=", "+", "-", "@")  # how a spreadsheet's formula begins


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of values, one for each key of the design; `line` is 0 where it stands on none."""

    number: int
    line: int
    items: tuple[Branch | Leaf, ...]

    @property
    def values(self) -> tuple[Any, ...]:
        """What the keys are set to, as plain values with evidence, if any was given."""
        return tuple(plain(item) for item in self.items)


@dataclass(frozen=True, slots=True, repr=False)
class Design:
    """The cells of a sweep. `file` is how it is named in messages, `header` the line on which its keys stand."""

    file: str
    folder: Path  # that files named in a value are relative to
    header: int
    keys: tuple[str, ...]
    cells: tuple[Cell, ...]

    def __repr__(self) -> str:
        return f"<Design of {len(self.cells)} cells: {', '.join(self.keys)}>"

    def patches(self, cell: Cell) -> Iterator[Branch]:
        """What is merged over a scenario in a cell, left to right."""
        for key, item in zip(self.keys, cell.items, strict=True):
            yield patch_at(key.split("."), item)

    def settings(self, cell: Cell) -> tuple[str, ...]:
        """The cell as arguments of `--set`."""
        return tuple(f"{key}={spelt(value)}" for key, value in zip(self.keys, cell.values, strict=True))


def full_factorial(grids: Sequence[str]) -> Design:
    """Every combination of `key=a,b,c` lists, the first key slowest. Raises InputError with every fault."""
    faults: list[Fault] = []
    axes: dict[str, list[Branch | Leaf]] = {}
    for text in grids:
        key, equals, values = text.partition("=")
        path = path_of(key)
        if not equals or path is None:
            what = f"write {key.strip()[:60]!r} as key=a,b,c, such as streams.iron.patients=100,200"
            faults.append(Fault(GRID, 0, "", what))
            continue
        faults.extend(_key_faults(path, GRID, 0))
        key = ".".join(path)
        if key in axes:
            faults.append(Fault(GRID, 0, key[:60], "is given twice; name all its values in one"))
        axes[key] = _axis(key, values, faults)
    count = math.prod(len(axis) for axis in axes.values())
    if count > MAX_CELLS:
        lengths = " × ".join(str(len(axis)) for axis in axes.values())
        faults.append(Fault(GRID, 0, "", f"asks for {count:,} cells ({lengths}); at most {MAX_CELLS:,}"))
    if faults:
        raise InputError(faults)
    cells = (Cell(number, 0, items) for number, items in enumerate(itertools.product(*axes.values()), 1))
    return Design(GRID, Path(), 0, tuple(axes), tuple(cells))


def read_design(path: Path) -> Design:
    """The design that a CSV file holds: one column per key, one row per cell.

    Numbers the cells in the order of the rows, unless a column `cell` does. Raises InputError with every fault.
    """
    file = str(path)
    line, names = header(path, file)
    readers: dict[str, Reader] = {name: _text for name in names if name}
    if CELL in readers:
        readers[CELL] = whole_number(1, MAX_CELLS)
    keys = tuple(name for name in readers if name != CELL)
    faults = list(_header_faults(keys, file, line))
    decimals = [key for key in keys if path_of(key)]
    good = without_faults(
        itertools.chain(faults, _items(rows(path, file, readers, decimals), keys, file)), file
    )
    cells = (
        Cell(row.values.get(CELL, number), row.line, tuple(row.values[key] for key in keys))
        for number, row in enumerate(good, 1)
    )
    return Design(file, path.parent, line, keys, tuple(sorted(cells, key=lambda cell: cell.number)))


@dataclass(frozen=True, slots=True, repr=False)
class Variants:
    """A scenario and the cells of a design on it, all valid: `resolved` without hubs, and a digest for each cell."""

    base: Base
    design: Design
    resolved: Resolved
    digests: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Variants of {self.resolved.scenario.name}: {len(self.digests)} cells>"

    def cell(self, place: int) -> Resolved:
        """The scenario of a cell, by its place among the cells. Choosing hubs takes seconds. Raises InputError."""
        found = self.base.variant(self.design.patches(self.design.cells[place]))
        if found.digest() != self.digests[place]:
            raise InputError(
                [Fault(self.base.tree.file, 0, "", "a file that it names has changed meanwhile")]
            )
        return found


def check(
    base: Base, design: Design, told: Callable[[int, int], None] = lambda done, total: None
) -> Variants:
    """The scenario with the cells of a design. `told` hears (done, total) of the cells.

    Raises InputError with every fault of the scenario and of every cell: one that all cells have is told once, of its
    key.
    """
    own: dict[Fault, None] = {}
    try:
        resolved = base.checked(())
    except InputError as error:
        own = dict.fromkeys(error.faults)
    digests: list[str] = []
    found: dict[Fault, list[tuple[Cell, Fault]]] = {}
    for done, cell in enumerate(design.cells, 1):
        try:
            digests.append(base.checked(design.patches(cell)).digest())
        except InputError as error:
            for fault in error.faults:
                if fault not in own:
                    found.setdefault(_anywhere(fault, design), []).append((cell, fault))
        told(done, len(design.cells))
    of_cells = itertools.chain.from_iterable(_located(fault, cells, design) for fault, cells in found.items())
    if faults := dict.fromkeys(itertools.chain(own, of_cells)):
        raise InputError(_some(faults, design.file))
    return Variants(base, design, resolved, tuple(digests))


def design_csv(design: Design) -> str:
    """The design as a table that `read_design` reads back as it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((CELL, *design.keys))
    writer.writerows((cell.number, *map(spelt, cell.values)) for cell in design.cells)
    return text.getvalue()


def spelt(value: Any) -> str:
    """A value in YAML that reads back as itself and that a spreadsheet does not take for a formula."""
    if isinstance(value, str) and not value.startswith(FORMULA) and _reads_back(value):
        return value
    return json.dumps(value, ensure_ascii=False)


@functools.lru_cache(maxsize=1024)
def _reads_back(text: str) -> bool:
    faults: list[Fault] = []
    item = parse(text, "", faults)
    try:
        return not faults and isinstance(item, Leaf) and item.value == text == clean(text)
    except CellError:
        return False


def _axis(key: str, values: str, faults: list[Fault]) -> list[Branch | Leaf]:
    """The values of one key: the items of a YAML flow sequence."""
    found = parse(f"[{values}]", GRID, faults, first_line=0, path=key)
    if not isinstance(found, Leaf):
        return []
    if not found.value:
        faults.append(Fault(GRID, 0, key[:60], "has no values; write them with commas between"))
    seen: set[str] = set()
    for value in found.value:
        text = spelt(value)
        if text in seen:
            faults.append(Fault(GRID, 0, key[:60], f"has {text[:60]} twice; keep one"))
        seen.add(text)
    return [grown(value, GRID) for value in found.value]


def _key_faults(path: tuple[str, ...], file: str, line: int) -> Iterator[Fault]:
    if path == EXTENDS:
        yield Fault(file, line, "extends", NOT_A_VALUE)


def _header_faults(keys: Iterable[str], file: str, line: int) -> Iterator[Fault]:
    for key in keys:
        path = path_of(key)
        if path is None:
            yield Fault(file, line, key[:60], "is no key; write one such as streams.iron.patients")
        else:
            yield from _key_faults(path, file, line)


def _text(cell: str) -> str:
    if not cell:
        raise CellError("is empty; give it a value, or null to delete the key")
    return cell


def _items(found: Iterable[Fault | Row], keys: Sequence[str], file: str) -> Iterator[Fault | Row]:
    """Rows with trees in place of texts, before each its faults, and those of cells numbered twice."""
    first_line: dict[int, int] = {}
    for count, row in enumerate(found, 1):
        if isinstance(row, Fault):
            yield row
            continue
        faults: list[Fault] = []
        for key in keys:
            if key in row.values:
                row.values[key] = parse(row.values[key], file, faults, first_line=row.line, path=key)
        number = row.values.get(CELL)
        if number is not None and (first := first_line.setdefault(number, row.line)) != row.line:
            faults.append(Fault(file, row.line, CELL, f"{number} is already on line {first}; give another"))
        if count > MAX_CELLS:
            faults.append(Fault(file, row.line, "", f"at most {MAX_CELLS:,} cells are allowed"))
        yield from faults
        yield row


def _anywhere(fault: Fault, design: Design) -> Fault:
    """The fault without the row on which it stands."""
    return replace(fault, line=0) if fault.file == design.file else fault


def _located(fault: Fault, found: list[tuple[Cell, Fault]], design: Design) -> Iterator[Fault]:
    """A fault of some cells, where a reader should look for it."""
    everywhere = len(found) == len(design.cells) > 1
    if fault.file == design.file:
        yield from (replace(fault, line=design.header),) if everywhere else (own for _, own in found)
    elif everywhere:
        yield fault
    else:
        cell = found[0][0]
        settings = ", ".join(design.settings(cell))
        shown = settings if len(settings) <= SHOWN else settings[: SHOWN - 1] + "…"
        yield replace(fault, message=f"{fault.message} (in cell {cell.number}: {shown})")


def _some(faults: Iterable[Fault], file: str) -> list[Fault]:
    """The faults that a reader can gain from."""
    first = list(itertools.islice(faults, MAX_FAULTS + 1))
    if len(first) <= MAX_FAULTS:
        return first
    return [*first[:MAX_FAULTS], Fault(file, 0, "", f"has {MAX_FAULTS} faults or more; these are the first")]
