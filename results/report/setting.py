"""How a table is set on paper: the size of its letters, and how it shares the width of the page among its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SIZES = (9.0, 8.5, 8.0, 7.5, 7.0)  # points
PAGE = 482.0  # points of an A4 page between its margins
LETTER, PADDING = 0.48, 0.9  # of the size: the mean width of a letter, and what stands beside a column
HYPHENATED = 13  # letters; a longer word is broken
RUNNING = 1.2  # a column of running text wants so much more than what it typically holds
ROOMY = 0.4  # of what columns want beyond what they need

Pieces = Sequence[str]  # what a cell holds, in pieces that stand on one line each


@dataclass(frozen=True, slots=True)
class Setting:
    """The size of letters in points, and each column's share of the width; None where all take what they want."""

    size: float
    shares: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class _Wish:
    """How many letters wide a column must and would be."""

    needs: float
    wants: float

    def width(self, size: float, roomy: float) -> float:
        letters = self.needs + roomy * (self.wants - self.needs)
        return (letters * LETTER + PADDING) * size


def setting(columns: Sequence[Sequence[Pieces]], largest: float = SIZES[0]) -> Setting:
    """The largest letters, up to `largest` points, at which all columns have some room beyond what they need.

    `columns` are the cells of each column, head first.
    """
    wishes = [_wish(cells) for cells in columns]
    sizes = [size for size in SIZES if size <= largest]
    fitting = (size for size in sizes if _total(wishes, size, ROOMY) <= PAGE)
    size = next(fitting, sizes[-1])
    if _total(wishes, size, 1.0) <= PAGE:
        return Setting(size, None)
    least, most = _total(wishes, size, 0.0), _total(wishes, size, 1.0)
    roomy = min(1.0, max(0.0, (PAGE - least) / (most - least))) if most > least else 0.0
    return Setting(size, tuple(wish.width(size, roomy) for wish in wishes))


def _total(wishes: Sequence[_Wish], size: float, roomy: float) -> float:
    return sum(wish.width(size, roomy) for wish in wishes)


def _wish(cells: Sequence[Pieces]) -> _Wish:
    head, *rest = cells
    words = [min(len(piece), HYPHENATED) for piece in head] + [
        _unbroken(piece) for cell in rest for piece in cell
    ]
    told = [len(" ".join(cell)) for cell in rest]
    typical = math.sqrt(sum(length**2 for length in told) / max(1, len(told)))
    needs = max(words, default=0)
    return _Wish(needs, max(needs, min(max(told, default=0), RUNNING * typical), len(" ".join(head)) / 2))


def _unbroken(piece: str) -> int:
    """How wide a piece must be: numbers stay on one line, long words are broken."""
    return len(piece) if any(letter.isdigit() for letter in piece[:3]) else min(len(piece), HYPHENATED)
