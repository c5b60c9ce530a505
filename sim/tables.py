"""Tables that grow: rows of one type, in the order in which they come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_AT_FIRST = 1024


class Table:
    """Rows of one type. `storage` holds them and room for more, `size` says how many there are."""

    def __init__(self, dtype: np.dtype[np.void]) -> None:
        self.storage = np.zeros(ROWS_AT_FIRST, dtype=dtype)
        self.size = 0

    def __repr__(self) -> str:
        return f"<Table of {self.size} rows>"

    @property
    def rows(self) -> NDArray[np.void]:
        """The rows so far; a view."""
        return self.storage[: self.size]

    def append(self, row: tuple[Any, ...]) -> None:
        """Add a row."""
        if self.size == self.storage.size:
            self.make_room(1)
        self.storage[self.size] = row
        self.size += 1

    def room_for(self, rows: int) -> NDArray[np.void]:
        """Room for so many rows more, to be filled; `size` is to say how many were."""
        self.make_room(rows)
        return self.storage[self.size : self.size + rows]

    def make_room(self, rows: int) -> None:
        """Have room for so many rows more, in twice the memory if need be."""
        if self.size + rows > self.storage.size:
            grown = np.zeros(max(2 * self.storage.size, self.size + rows), dtype=self.storage.dtype)
            grown[: self.size] = self.rows
            self.storage = grown
