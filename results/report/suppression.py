"""Which counts of a table must be left out so that none of the small ones can be worked out from the rest.

The table tells counts of parts (treatments) at places that lie in larger places, with all their sums. Each count is
then an arc of a network whose nodes are the sums: what flows into a node flows out of it. A count that is left out
cannot be worked out if and only if there is a closed way along counts that are left out, on which one more here and
one less there keeps every sum and every bound that the reader knows. So for each small count the way is sought that
costs the least: the sum of the counts that must be left out besides (Cox LH. Network models for complementary cell
suppression. J Am Stat Assoc 1995;90:1453–1462, doi:10.1080/01621459.1995.10476651).
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

ALL = ""  # the part that stands for all parts together
OUTSIDE = "outside"
LEAST = 3  # below 3 only the count 1 is left out, and that would tell it

Node = Hashable


class Cell(NamedTuple):
    """A count's place, and which part of it is counted; `ALL` for all."""

    place: str
    part: str = ALL


class Step(NamedTuple):
    """A count that changes by one on the way, and whether it grows."""

    cell: Cell
    grows: bool


@dataclass(slots=True, repr=False)
class Hidden:
    """Counts that are left out: those that may be told as "fewer than", and those of which nothing is told."""

    small: set[Cell] = field(default_factory=set)
    other: set[Cell] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"<Hidden: {len(self.small)} small counts and {len(self.other)} others>"

    def __contains__(self, cell: Cell) -> bool:
        return cell in self.small or cell in self.other


def hidden(
    counts: Mapping[Cell, float], parent: Mapping[str, str], below: int, besides: Iterable[Cell] = ()
) -> Hidden:
    """The counts that must be left out for none above 0 and below `below` to be worked out.

    `counts` are all cells of the table, sums too; `parent` names the larger place of each place but the largest.
    `besides` are further cells to be left out and kept from being worked out. What is 0 is told. A reader is taken to
    know the rule: that small counts are at least 1 and the others at least `below`. Raises ValueError where `below`
    is less than `LEAST`.
    """
    if below < LEAST:
        raise ValueError(f"below is {below}; the least is {LEAST}")
    small = [cell for cell, count in counts.items() if 0 < count < below]
    more = [cell for cell in besides if counts[cell] >= below]
    network = _Network(counts, _arcs(counts, parent), below, Hidden(set(small), set(more)))
    safe: set[Cell] = set()
    for cell in (*small, *more):
        if cell not in safe:
            safe.update(network.protect(cell))
    return network.hidden


def _arcs(counts: Mapping[Cell, float], parent: Mapping[str, str]) -> dict[Cell, tuple[Node, Node]]:
    """From which sum to which each count flows.

    All of a place flows down to the smaller places in it, there divides into its parts, and each part flows up again.
    """
    inner = set(parent.values())
    parts = any(cell.part != ALL for cell in counts)
    arcs: dict[Cell, tuple[Node, Node]] = {}
    for cell in counts:
        place, part = cell
        above = parent.get(place, OUTSIDE)
        if part == ALL:
            ends = place not in inner and not parts
            arcs[cell] = (above, OUTSIDE if ends else place)
        else:
            arcs[cell] = (
                (place, part) if place in inner else place,
                OUTSIDE if above == OUTSIDE else (above, part),
            )
    return arcs


class _Network:
    """Counts as arcs between sums; `hidden` grows as counts are protected."""

    def __init__(
        self,
        counts: Mapping[Cell, float],
        arcs: Mapping[Cell, tuple[Node, Node]],
        below: int,
        hidden: Hidden,
    ) -> None:
        self.counts, self.arcs, self.below, self.hidden = counts, arcs, below, hidden
        self.price = 1 + sum(counts.values())  # of telling no more of a small count that it is one
        self.beside: dict[Node, list[Step]] = defaultdict(list)
        for cell, (start, end) in arcs.items():
            self.beside[start].append(Step(cell, True))
            self.beside[end].append(Step(cell, False))

    def protect(self, cell: Cell) -> Iterator[Cell]:
        """Leave out what lies on the cheapest closed way through a count, and give what lies on it."""
        start, end = self.arcs[cell]
        ways = (
            self.way(Step(cell, True), end, start),
            self.way(Step(cell, False), start, end),
        )
        _, steps = min((way for way in ways if way is not None), key=lambda way: way[0])
        for step in steps:
            if self.oversteps(step):
                self.hidden.small.discard(step.cell)
            if step.cell not in self.hidden.small:
                self.hidden.other.add(step.cell)
            yield step.cell

    def way(self, first: Step, start: Node, end: Node) -> tuple[float, list[Step]] | None:
        """The cheapest steps that lead back after the first, and their cost (Dijkstra)."""
        if not self.possible(first):
            return None
        order = itertools.count()
        reached: set[Node] = set()
        queue: list[tuple[float, int, Node, tuple[Step, ...]]] = [
            (self.cost(first), next(order), start, (first,))
        ]
        while queue:
            cost, _, node, steps = heapq.heappop(queue)
            if node == end:
                return cost, list(steps)
            if node in reached:
                continue
            reached.add(node)
            for step in self.beside[node]:
                ahead = self.arcs[step.cell][step.grows]
                if ahead not in reached and step.cell != first.cell and self.possible(step):
                    heapq.heappush(queue, (cost + self.cost(step), next(order), ahead, (*steps, step)))
        return None

    def possible(self, step: Step) -> bool:
        """Whether a count could be one more, or one less, for all that the reader knows."""
        count = self.counts[step.cell]
        if step.grows:
            return count > 0
        small = count < self.below
        return count - 1 >= (1 if small else self.below)

    def cost(self, step: Step) -> float:
        """What is lost by leaving it out."""
        if self.oversteps(step):
            return self.price
        return 0.0 if step.cell in self.hidden else self.counts[step.cell]

    def oversteps(self, step: Step) -> bool:
        """Whether a small count would no longer be small, so that it must not be told that it is."""
        return step.grows and step.cell in self.hidden.small and self.counts[step.cell] + 1 > self.below - 1
