import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.randomness import (
    as_uniform,
    generator,
    keys,
    name_number,
    philox,
    uniforms,
    uniforms_of,
)

MASK = 0xFFFFFFFF

# Known answers of Philox4x32-10 that come with its authors' library Random123: key, counter, result.
KNOWN = [
    ("00000000 00000000", "00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff", "ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("a4093822 299f31d0", "243f6a88 85a308d3 13198a2e 03707344", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("stream_key", "counter", "result"), KNOWN)
def test_philox_gives_the_published_answers(stream_key: str, counter: str, result: str) -> None:
    found = philox(*words(stream_key), *words(counter))
    assert " ".join(f"{int(word):08x}" for word in found) == result


def test_uniforms_are_the_words_at_their_place() -> None:
    stream_key, number, purpose = 0x1234_5678_9ABC_DEF0, 41, 7
    low, high = np.uint64(stream_key & MASK), np.uint64(stream_key >> 32)
    zero = np.uint64(0)
    found = philox(low, high, np.uint64(number), np.uint64(purpose), zero, zero)
    assert uniforms(stream_key, number, purpose) == tuple((int(word) + 0.5) / 2**32 for word in found)


def test_uniforms_of_many_streams_are_those_of_each() -> None:
    streams = keys(1, 0, [("visits", f"u{i:03}") for i in range(50)])
    expected = [uniforms(int(stream), 41, 7) for stream in streams]
    assert np.array_equal(uniforms_of(streams, 41, 7), expected)


def test_the_ends_of_the_interval_are_never_reached() -> None:
    assert 0 < as_uniform(np.uint64(0)) < as_uniform(np.uint64(MASK)) < 1


def drawn(keys: range, numbers: range, purposes: range) -> NDArray[np.float64]:
    """Four numbers from each place, shape (places, 4)."""
    return np.array([uniforms(k, n, p) for k in keys for n in numbers for p in purposes])


@pytest.mark.parametrize(
    ("keys", "numbers", "purposes"),
    [
        (range(20_000), range(1), range(1)),
        (range(1), range(20_000), range(1)),
        (range(200), range(0, 64 * 20, 64), range(6)),  # as patients use them: dose × 64, purpose
    ],
    ids=["over keys", "over numbers", "as patients draw"],
)
def test_uniform_over_keys_numbers_and_purposes(keys: range, numbers: range, purposes: range) -> None:
    for numbers_of_a_place in drawn(keys, numbers, purposes).T:
        counts, _ = np.histogram(numbers_of_a_place, bins=200, range=(0, 1))
        assert stats.chisquare(counts).pvalue > 1e-4
        low = np.bincount(
            (numbers_of_a_place * 2**32).astype(np.int64) % 200, minlength=200
        )  # the last bits too
        assert stats.chisquare(low).pvalue > 1e-4


def test_neighbouring_places_are_not_correlated() -> None:
    n = 20_000
    places = (
        drawn(range(n), range(1), range(1)),
        drawn(range(1, n + 1), range(1), range(1)),
        drawn(range(n), range(1, 2), range(1)),
        drawn(range(n), range(1), range(1, 2)),
    )
    correlation = np.corrcoef(np.hstack(places), rowvar=False)
    assert np.abs(correlation - np.eye(16)).max() < 5 / np.sqrt(n)  # 120 pairs


def test_a_stream_is_its_root_replication_and_names() -> None:
    places = [
        (1, 0, "a", "b"),
        (1, 0, "b", "a"),
        (1, 0, "ab"),
        (1, 0, "a"),
        (1, 0, "a", "b", ""),
        (1, 1, "a", "b"),
        (2, 0, "a", "b"),
    ]
    found = [int(keys(root, replication, [names])[0]) for root, replication, *names in places]
    assert len(set(found)) == len(places)
    assert len({generator(*place).random() for place in places}) == len(places)
    assert keys(1, 0, [("a", "b")]) == found[0]


def test_names_are_independent_of_each_other_and_of_what_was_drawn_before() -> None:
    first, second = generator(1, 0, "first"), generator(1, 0, "second")
    second.random(1000)
    alone = generator(1, 0, "first").random(20_000)
    assert np.array_equal(first.random(20_000), alone)
    other = generator(1, 0, "second").random(20_000)
    assert abs(np.corrcoef(alone, other)[0, 1]) < 4 / np.sqrt(20_000)


def test_keys_of_many_names_are_distinct_spread_and_fit_a_signed_word() -> None:
    units = [("visits", f"u{i:03}") for i in range(200)]
    found = np.concatenate([keys(1, replication, units) for replication in range(20)])
    assert np.unique(found).size == found.size
    assert found.min() >= 0
    counts, _ = np.histogram(found / 2**63, bins=50, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_a_name_is_the_same_number_on_every_machine() -> None:
    # Golden, not theory: another number here would change every result.
    assert name_number("patients") == 0x2E53BC622640BFFA
    assert name_number("patients", 4) == 0xBAD70DC1
