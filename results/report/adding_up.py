"""Rounding numbers so that they add up exactly as printed, along places and along parts at once.

Every number is rounded up or down to a whole one, and so is every sum that is told. Of all such roundings the nearest
is found by linear programming, where each sum counts as much as the numbers that it is made of. There always is one,
and the program's corners are whole: the sums of a table of parts by places, nested in larger places, make a totally
unimodular matrix, as two nested families of sets always do (for plain tables: Cox LH, Ernst LR. Controlled rounding.
INFOR 1982;20:423–432).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FINEST = 10**6  # what is nearer than a millionth differs by the order of a sum, not by what happened
EARLIER = 1e-4  # so much nearer counts what stands first, so that ties have one outcome


def adding_up(true: NDArray[np.float64], places: Sequence[Sequence[Hashable]] = ()) -> NDArray[np.int64]:
    """Whole numbers beside the true ones, both of shape (leaves, parts).

    `places` names, level by level, the place of each leaf; places of one level lie wholly in those of a larger. Each
    number is less than one from its true value, and so are its sum over the leaves of any place, over all leaves, and
    all of these over all parts; the sum of all is the nearest whole one.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    leaves, parts = true.shape
    whole, rest = np.divmod(np.rint(true.ravel() * FINEST).astype(np.int64), FINEST)
    sums = _sums(leaves, parts, places)
    low, left = np.divmod(sums @ rest, FINEST)
    high = low + (left > 0)
    low[-1] = high[-1] = low[-1] + (2 * left[-1] >= FINEST)
    size = np.asarray(sums.sum(axis=1)).ravel()
    raised = milp(
        _nearer(rest) + (size * _nearer(left)) @ sums + EARLIER * np.linspace(0, 1, rest.size),
        bounds=Bounds(0, rest > 0),
        constraints=LinearConstraint(sums, low, high),
    )
    return np.asarray(whole + np.rint(np.asarray(raised.x)), dtype=np.int64).reshape(leaves, parts)


def _nearer(rest: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much farther from the truth rounding up is than rounding down."""
    return 1 - 2 * rest / FINEST


def _sums(leaves: int, parts: int, places: Sequence[Sequence[Hashable]]) -> csr_array:
    """Which numbers make each sum, shape (sums, leaves × parts): by place and part, and by place over all parts."""
    from scipy.sparse import csr_array, vstack

    leaf, part = np.divmod(np.arange(leaves * parts), parts)
    levels = [np.arange(leaves), *map(_codes, places), np.zeros(leaves, dtype=np.int64)]
    sums: list[Any] = []
    for at in levels:
        for row in (at[leaf] * parts + part, at[leaf]):
            sums.append(csr_array((np.ones(row.size, dtype=np.int64), (row, np.arange(row.size)))))
    return vstack(sums)


def _codes(names: Sequence[Hashable]) -> NDArray[np.int64]:
    """Names as numbers, in the order in which they first stand."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)
