"""Rounded numbers add up along places and parts at once, and none is a whole one from its true value."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.report.adding_up import adding_up

SMALL = 1e-6  # what the millionths leave


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, list[list[Any]]]:
    """True numbers, many of them equal or whole, and two levels of places, one inside the other."""
    leaves, parts = draw(st.integers(1, 14)), draw(st.integers(1, 4))
    steps = st.integers(-40, 400).map(lambda steps: steps / 20)
    number = st.one_of(steps, st.floats(-5, 50, allow_nan=False))
    row = st.lists(number, min_size=parts, max_size=parts)
    true = np.array(draw(st.lists(row, min_size=leaves, max_size=leaves)))
    towns = draw(st.lists(st.integers(0, 4), min_size=leaves, max_size=leaves))
    return true, [[f"town {town}" for town in towns], [f"area {town % 2}" for town in towns]]


def groups(leaves: int, places: list[list[Any]]) -> list[list[int]]:
    """The leaves of every place of every level, and of all."""
    levels = [list(range(leaves)), *places, [0] * leaves]
    return [
        [leaf for leaf in range(leaves) if level[leaf] == name]
        for level in levels
        for name in dict.fromkeys(level)
    ]


@settings(max_examples=60, deadline=None)
@given(tables())
def test_every_number_and_every_sum_is_less_than_one_from_the_truth(
    case: tuple[np.ndarray, list[Any]],
) -> None:
    true, places = case
    found = adding_up(true, places)
    assert found.dtype == np.int64
    for leaves in groups(len(true), places):
        by_part = np.abs(found[leaves].sum(axis=0) - true[leaves].sum(axis=0))
        assert (by_part < 1 + SMALL * len(leaves)).all()
        assert abs(found[leaves].sum() - true[leaves].sum()) < 1 + SMALL * true.size
    assert abs(found.sum() - true.sum()) <= 0.5 + SMALL * true.size
    whole = np.abs(true - np.rint(true)) < SMALL / 10
    assert (found[whole] == np.rint(true[whole])).all()


@settings(max_examples=20, deadline=None)
@given(tables())
def test_the_same_numbers_are_rounded_the_same_way(case: tuple[np.ndarray, list[Any]]) -> None:
    true, places = case
    assert (adding_up(true, places) == adding_up(true.copy(), places)).all()


@pytest.mark.parametrize(
    ("true", "rounded"),
    [
        ([0.6, 0.6, 0.6, 0.2], [1, 1, 0, 0]),  # of equal ones the first
        ([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0]),
        ([2.9, 2.2, 1.2], [3, 2, 1]),
        ([1.0, 2.0], [1, 2]),
        ([-0.6, 0.3], [0, 0]),
    ],
)  # fmt: skip
def test_the_nearest_numbers_are_taken(true: list[float], rounded: list[int]) -> None:
    found = adding_up(np.array(true)[:, None])[:, 0].tolist()
    assert sum(found) in (np.floor(sum(true)), np.ceil(sum(true)))
    assert found == rounded


def test_places_hold_where_rounding_each_number_would_not() -> None:
    """Ten times 0.4 is 4 in the one place and 4 in the other, though each rounds to 0."""
    true = np.full((20, 1), 0.4)
    found = adding_up(true, [["north"] * 10 + ["south"] * 10])
    assert [found[:10].sum(), found[10:].sum()] == [4, 4]
