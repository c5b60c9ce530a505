"""What is left out cannot be worked out: held against linear programs that know nothing of how it was chosen."""

from collections.abc import Mapping

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from results.report.suppression import ALL, Cell, Hidden, hidden
from tests.results.report.audit import Counts, Tree, ranges


def with_sums(leaves: Mapping[str, Mapping[str, int]], parent: Tree) -> Counts:
    """All cells of a table from the parts of its smallest places; without parts, one stands for the place."""
    counts: Counts = {}
    for leaf, parts in leaves.items():
        place: str | None = leaf
        while place is not None:
            for part, count in parts.items():
                for cell in {Cell(place, part), Cell(place, ALL)}:
                    counts[cell] = counts.get(cell, 0) + count
            place = parent.get(place)
    return counts


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """Units in municipalities in areas in a region, and what each unit has of up to three treatments."""
    parent: dict[str, str] = {}
    leaves: dict[str, dict[str, int]] = {}
    parts = draw(st.sampled_from([(ALL,), ("iron",), ("iron", "catheter"), ("iron", "catheter", "x")]))
    count = st.one_of(st.just(0), st.integers(1, 5), st.integers(1, 60))
    for area in range(draw(st.integers(1, 2))):
        parent[f"a{area}"] = "region"
        for town in range(draw(st.integers(1, 2))):
            parent[f"a{area}t{town}"] = f"a{area}"
            for unit in range(draw(st.integers(1, 3))):
                name = f"a{area}t{town}u{unit}"
                parent[name] = f"a{area}t{town}"
                leaves[name] = {part: draw(count) for part in parts}
    return leaves, parent


@settings(deadline=None, max_examples=15)
@given(tables(), st.integers(3, 6))
def test_no_small_count_can_be_worked_out(
    table: tuple[dict[str, dict[str, int]], dict[str, str]], below: int
) -> None:
    counts, parent = with_sums(*table), table[1]
    left_out = hidden(counts, parent, below)
    assert {cell for cell, count in counts.items() if 0 < count < below} <= left_out.small | left_out.other
    for cell, (low, high) in ranges(counts, parent, left_out, below).items():
        assert high - low >= 1 - 1e-6, (cell, counts[cell], low, high)


@settings(deadline=None, max_examples=12)
@given(tables(), st.integers(3, 6))
def test_nothing_else_is_left_out_where_the_small_counts_are_safe_alone(
    table: tuple[dict[str, dict[str, int]], dict[str, str]], below: int
) -> None:
    counts, parent = with_sums(*table), table[1]
    alone = Hidden({cell for cell, count in counts.items() if 0 < count < below}, set())
    known = ranges(counts, parent, alone, below).values()
    if all(high - low >= 1 - 1e-6 for low, high in known):
        left_out = hidden(counts, parent, below)
        assert (left_out.small, left_out.other) == (alone.small, alone.other)


TOWNS = {"a": "t", "b": "t", "c": "t", "d": "s", "e": "s", "t": "region", "s": "region"}


def left_out_of(below: int = 5, **units: int) -> tuple[set[str], set[str]]:
    counts = with_sums({name: {ALL: count} for name, count in units.items()}, TOWNS)
    found = hidden(counts, TOWNS, below)
    return {cell.place for cell in found.small}, {cell.place for cell in found.other}


@pytest.mark.parametrize(
    ("units", "small", "other"),
    [
        ({"a": 20, "b": 30, "c": 7, "d": 6, "e": 8}, set(), set()),
        ({"a": 2, "b": 30, "c": 7, "d": 6, "e": 8}, {"a"}, {"c"}),  # the next smallest goes with it
        ({"a": 2, "b": 3, "c": 7, "d": 6, "e": 8}, {"a", "b"}, set()),  # two small ones hide each other
        ({"a": 1, "b": 1, "c": 7, "d": 6, "e": 8}, {"a", "b"}, {"c"}),  # unless they can only be 1 and 1
        ({"a": 1, "b": 5, "c": 9, "d": 6, "e": 8}, {"a"}, {"c"}),  # 1 and 5 of 6 could be nothing else
        (
            {"a": 2, "b": 0, "c": 0, "d": 6, "e": 8},
            {"a", "t"},
            {"region"},
        ),  # alone in its town: the town goes too
        ({"a": 0, "b": 0, "c": 7, "d": 6, "e": 8}, set(), set()),  # that there is none is told
    ],
)
def test_what_is_left_out(units: dict[str, int], small: set[str], other: set[str]) -> None:
    assert left_out_of(**units) == (small, other)


def test_a_small_count_is_not_told_as_small_where_that_would_give_it_away() -> None:
    """Four units with one patient each in a town with fewer than five could be nothing else."""
    parent = {"a": "t", "b": "t", "c": "t", "d": "t"}
    counts = with_sums({place: {ALL: 1} for place in parent}, parent)
    found = hidden(counts, parent, 5)
    assert found.other == {Cell("t")}
    assert found.small == {Cell(place) for place in parent}


def test_below_three_there_is_nothing_to_hide_behind() -> None:
    with pytest.raises(ValueError, match="the least is 3"):
        hidden({Cell("a"): 1}, {}, 2)
