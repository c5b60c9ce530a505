"""A sweep on disk: the measures of every cell of a design in one folder, made and kept as a run is.

Tables have a row group per cell, in order, so that a sweep of thousands of cells is written, read and extended cell by
cell, and equal sweeps are equal bytes however they came to be. A cell keeps what `run --json` tells: no single units.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from results.blocks import Block
from results.certificate import failures, fold
from results.durable import put, writing
from results.making import Making
from results.store import (
    harmless_cell,
    manifest_of,
    row_groups,
    scenario_yaml,
    write_row_groups,
)
from results.sweep.measures import CellMeasures, measures_of
from scenarios.design import CELL, Design, design_csv, spelt
from scenarios.load import Resolved

if TYPE_CHECKING:
    import pyarrow as pa

KIND = "sweep"
MEASURES, CERTIFICATE = "measures", "certificate"
TABLES = (MEASURES, CERTIFICATE)
SUMMARY = "summary.csv"
COLUMNS = ("name", "scope", "key", "window", "unit", "mean", "ci_low", "ci_high", "p5", "p95", "n")
TEXTS = frozenset({"name", "scope", "key", "window", "unit"})


@dataclass(frozen=True, slots=True, repr=False)
class Sweep:
    """A whole sweep in a folder."""

    folder: Path
    manifest: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Sweep {self.folder.name}: {self.manifest['cells']} cells>"

    @property
    def replications(self) -> list[int]:
        """Numbers of the replications that every cell holds, but for `missing`."""
        return list(self.manifest["replications"])

    @property
    def missing(self) -> dict[int, list[int]]:
        """The replications that a cell lacks, because they failed."""
        return {cell[CELL]: cell["replications"] for cell in self.manifest["missing"]}

    def held(self, cell: int) -> set[int]:
        """The replications that a cell holds."""
        return {*self.replications} - {*self.missing.get(cell, ())}

    @property
    def doubted(self) -> dict[int, list[Mapping[str, Any]]]:
        """The lines of their certificates that do not hold, by cell."""
        found: dict[int, list[Mapping[str, Any]]] = {}
        for line in self.manifest["certificate"]:
            found.setdefault(line[CELL], []).append(line)
        return found

    def measures(self) -> Iterator[CellMeasures]:
        """The measures of every cell that has any, in order, read one by one."""
        with row_groups(self.folder, MEASURES) as tables:
            for number in tables:
                yield measures_of(number, tables[number])


def sweep_folder(out: Path, name: str, digest: str) -> Path:
    """Where a sweep lives."""
    return out / f"{KIND}-{name}-{digest[:12]}"


def open_sweep(folder: Path) -> Sweep:
    """Open a sweep whose every file is as it was written. Raises NotARun."""
    return Sweep(folder, manifest_of(folder, KIND))


def write_draft(
    making: Making,
    resolved: Resolved,
    design: Design,
    known: Sweep | None,
    blocks: Mapping[int, Mapping[int, Block]],
) -> None:
    """Write what a sweep holds, except its manifest: a known sweep, and replications in blocks, by cell.

    Raises OSError.
    """
    draft = making.draft
    draft.mkdir()
    put(draft / "scenario.yaml", scenario_yaml(resolved).encode())
    put(draft / "units.csv", resolved.register_bytes)
    if resolved.plan_bytes is not None:
        put(draft / "plan.csv", resolved.plan_bytes)
    put(draft / "design.csv", design_csv(design).encode("utf-8-sig"))
    for name in TABLES:
        with ExitStack() as stack:
            stored = None if known is None else stack.enter_context(row_groups(known.folder, name))
            file = stack.enter_context(writing(draft / f"{name}.parquet"))
            numbers = (cell.number for cell in design.cells)
            write_row_groups(file, _cells(name, numbers, stored, blocks))
    _write_summary(draft, design)


def failed_lines(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of the certificate of each cell that do not hold, as the manifest has them."""
    with row_groups(folder, CERTIFICATE) as tables:
        for number in tables:
            for line in failures(fold(tables[number].to_pandas())):
                yield {CELL: number, **line.as_json()}


def _cells(
    name: str,
    numbers: Iterable[int],
    stored: Mapping[int, pa.Table] | None,
    blocks: Mapping[int, Mapping[int, Block]],
) -> Iterator[pa.Table]:
    """One table per cell that has any replication, ordered by replication."""
    import pyarrow as pa

    for number in numbers:
        new = blocks.get(number, {})
        parts = [
            _in_cell(block.table(name, replication), number) for replication, block in sorted(new.items())
        ]
        if stored is not None and number in stored:
            parts.insert(0, stored[number])
        if parts:
            yield pa.concat_tables(parts).sort_by("replication")


def _in_cell(table: pa.Table, number: int) -> pa.Table:
    import pyarrow as pa

    return table.add_column(0, CELL, pa.array(np.full(table.num_rows, number, dtype=np.int32)))


def _write_summary(draft: Path, design: Design) -> None:
    """The headline measures of each cell beside its values, in text that no spreadsheet obeys."""
    settings = {cell.number: [spelt(value) for value in cell.values] for cell in design.cells}
    with writing(draft / SUMMARY) as file, row_groups(draft, MEASURES) as tables:
        file.write("\ufeff".encode())
        file.write(_lines([(CELL, *design.keys, *COLUMNS)]))
        for number in tables:
            rows = measures_of(number, tables[number]).headline()
            file.write(
                _lines(
                    [(number, *settings[number], *(_cell(row, column) for column in COLUMNS)) for row in rows]
                )
            )


def _cell(row: Mapping[str, Any], column: str) -> Any:
    return harmless_cell(row[column]) if column in TEXTS else row[column]


def _lines(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
