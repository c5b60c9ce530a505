"""The Shapley value keeps its axioms, by which it is the only fair share (Shapley 1953)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from results.attribution import shapley

Floats = NDArray[np.float64]
SHAPE = (3, 2)  # replications, rows

players = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def game(number: int, seed: int) -> Floats:
    """What every coalition of so many players is worth, replication by replication and row by row."""
    return np.random.default_rng(seed).normal(100, 30, size=(1 << number, *SHAPE))


def coalition_of(members: set[int]) -> int:
    return sum(1 << member for member in members)


def by_orders(worth: Floats) -> Floats:
    """The definition: what each player adds on joining, mean over all orders of joining."""
    number = len(worth).bit_length() - 1
    orders = list(itertools.permutations(range(number)))
    value = np.zeros((number, *worth.shape[1:]))
    for order in orders:
        for place, player in enumerate(order):
            before = coalition_of(set(order[:place]))
            value[player] += worth[before | 1 << player] - worth[before]
    return value / len(orders)


def test_two_levers_by_hand():
    """Alone the first adds 6 and the second 2, together 14: each gets half of the 6 that neither has alone."""
    assert shapley(np.array([10.0, 16.0, 12.0, 24.0])).tolist() == [9.0, 5.0]


def test_three_levers_by_hand():
    """The glove game: player 0 has a left glove, 1 and 2 a right one each; a pair is worth 1."""
    worth = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    assert shapley(worth) == pytest.approx([4 / 6, 1 / 6, 1 / 6], abs=1e-15)


def test_one_lever_has_the_whole_difference_and_none_has_nothing():
    assert shapley(np.array([3.0, 8.0])).tolist() == [5.0]
    assert shapley(np.array([[3.0, 4.0]])).shape == (0, 2)


@given(players, seeds)
def test_it_is_the_mean_over_all_orders(number: int, seed: int):
    worth = game(number, seed)
    np.testing.assert_allclose(shapley(worth), by_orders(worth), rtol=0, atol=1e-11)


@given(players, seeds)
def test_the_parts_add_up_to_the_whole(number: int, seed: int):
    worth = game(number, seed)
    np.testing.assert_allclose(shapley(worth).sum(axis=0), worth[-1] - worth[0], rtol=0, atol=1e-11)


@given(players, seeds, st.data())
def test_who_adds_nothing_gets_exactly_nothing(number: int, seed: int, data: st.DataObject):
    null = data.draw(st.integers(0, number - 1))
    worth = game(number, seed)[[coalition & ~(1 << null) for coalition in range(1 << number)]]
    assert not shapley(worth)[null].any()


@given(players, seeds, st.data())
def test_who_adds_the_same_gets_the_same_whatever_the_numbering(number: int, seed: int, data: st.DataObject):
    worth = game(number, seed)
    renamed = data.draw(st.permutations(range(number)))
    places = [
        coalition_of({renamed[player] for player in range(number) if coalition >> player & 1})
        for coalition in range(1 << number)
    ]
    other = np.empty_like(worth)
    other[places] = worth
    np.testing.assert_allclose(shapley(other)[list(renamed)], shapley(worth), rtol=0, atol=1e-11)


@given(players, seeds, seeds)
def test_two_games_played_together_share_as_each_does(number: int, one: int, other: int):
    first, second = game(number, one), game(number, other)
    np.testing.assert_allclose(shapley(first + second), shapley(first) + shapley(second), rtol=0, atol=1e-11)
