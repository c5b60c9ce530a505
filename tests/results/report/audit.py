"""What can be worked out of a table some of whose counts are left out, by linear programs that know no more."""

from collections.abc import Mapping

import numpy as np
from scipy.optimize import linprog

from results.report.suppression import ALL, Cell, Hidden

Tree = Mapping[str, str]
Counts = dict[Cell, float]


def sums(counts: Counts, parent: Tree) -> list[tuple[Cell, list[Cell]]]:
    """Every sum that a reader can set up, and what it is the sum of."""
    found = []
    for cell in counts:
        inside = [Cell(place, cell.part) for place, above in parent.items() if above == cell.place]
        parts = [other for other in counts if other.place == cell.place and other.part != ALL]
        found += [(cell, inside)] if inside else []
        found += [(cell, parts)] if cell.part == ALL and parts else []
    return found


def ranges(counts: Counts, parent: Tree, left_out: Hidden, below: int) -> dict[Cell, tuple[float, float]]:
    """Between which numbers each count left out must lie, for who knows the rest, the sums and the rule."""
    unknown = sorted(cell for cell in counts if cell in left_out)
    least = 1 if any(counts[cell] < below for cell in left_out.other) else below
    bounds = [(1, below - 1) if cell in left_out.small else (least, None) for cell in unknown]
    rows, right = [], []
    for total, addends in sums(counts, parent):
        row = np.array([(cell == total) - 1.0 * (cell in addends) for cell in unknown])
        known = sum(counts[cell] for cell in addends if cell not in left_out)
        rows.append(row)
        right.append(known - (0 if total in left_out else counts[total]))
    found = {}
    for place, cell in enumerate(unknown):
        goal = np.eye(len(unknown))[place]
        low, high = (linprog(sign * goal, A_eq=rows, b_eq=right, bounds=bounds) for sign in (1, -1))
        assert low.status == 0, (low.message, cell)
        found[cell] = (low.fun, np.inf if high.status == 3 else -high.fun)
    return found
