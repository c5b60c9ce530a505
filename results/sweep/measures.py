"""What one cell of a sweep gives: its measures over replications, and which of them are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from results.as_json import TOLD_SCOPES, measure_rows
from results.comparison import View
from results.table import Row

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, repr=False)
class CellMeasures:
    """The measures of a cell: `rows`, and `values` of shape (replications, rows)."""

    number: int
    replications: tuple[int, ...]
    rows: tuple[Row, ...]
    values: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<Measures of cell {self.number}: {len(self.replications)} replications>"

    @property
    def window(self) -> str:
        """The window that is spoken of: steady if there is one, else the last year."""
        windows = {row.window for row in self.rows}
        years = [window for window in windows if re.fullmatch(r"year[0-9]+", window)]
        return (
            "steady" if "steady" in windows else max(years, key=lambda year: int(year.removeprefix("year")))
        )

    def first(self, replications: int) -> CellMeasures:
        """The same over those replications alone whose number is below."""
        chosen = [i for i, number in enumerate(self.replications) if number < replications]
        held = tuple(self.replications[i] for i in chosen)
        return CellMeasures(self.number, held, self.rows, self.values[chosen])

    def told(self, names: Iterable[str] = ()) -> Iterator[dict[str, Any]]:
        """Rows as `run --json` has them, of these measures alone if any are named."""
        wanted = frozenset(names)
        return self._summarised(tuple(row for row in self.rows if not wanted or row.name in wanted))

    def headline(self) -> Iterator[dict[str, Any]]:
        """The rows that a comparison would show, in the same form."""
        return self._summarised(View(self.window).rows(self.rows))

    def _summarised(self, shown: tuple[Row, ...]) -> Iterator[dict[str, Any]]:
        place = {row: i for i, row in enumerate(self.rows)}
        yield from measure_rows(shown, self.values[:, [place[row] for row in shown]], TOLD_SCOPES)


def measures_of(number: int, table: pa.Table) -> CellMeasures:
    """The measures in a cell's table: a row per replication, measure, scope, key and window, in the same order."""
    replications = np.unique(table["replication"].to_numpy())
    values = table["value"].to_numpy().astype(np.float64).reshape(replications.size, -1)
    first = table.slice(0, values.shape[1])
    columns = (first[column].to_pylist() for column in Row._fields)
    rows = tuple(Row(*cells) for cells in zip(*columns, strict=True))
    return CellMeasures(number, tuple(replications.tolist()), rows, values)
