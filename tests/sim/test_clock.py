"""The model's clock: what day it is, and who goes on when one begins."""

from __future__ import annotations

import pytest

from sim.clock import Clock, Process


def waiting(clock: Clock, seen: list[tuple[str, float, int]], name: str, *days: int) -> Process:
    """Waits for each of these midnights in turn and tells when it came."""
    for day in days:
        yield clock.midnight(day)
        seen.append((name, clock.now, clock.today))


def test_midnights_come_on_their_days_in_the_order_of_asking() -> None:
    clock, seen = Clock(-2), []
    for name, days in {"a": (1, 2), "b": (-1, 2), "c": (-2, 1, 2), "d": (1, 99)}.items():
        clock.process(waiting(clock, seen, name, *days))
    clock.run(until=3)
    assert seen == [
        ("c", -2, -2),
        ("b", -1, -1),
        *((name, 1, 1) for name in "adc"),  # c asked on its first day, the others before any began
        *((name, 2, 2) for name in "bac"),
    ]


def test_a_day_has_begun_before_what_happens_on_it() -> None:
    clock, seen = Clock(0), []

    def evenings() -> Process:
        while True:
            yield clock.timeout(0.25)
            seen.append((clock.now, clock.today))
            yield clock.midnight(clock.today + 1)

    clock.process(evenings())
    clock.run(until=3)
    assert seen == [(0.25, 0), (1.25, 1), (2.25, 2)]


def test_today_begins_at_once_and_yesterday_never() -> None:
    clock = Clock(0)
    clock.run(until=5.5)
    assert clock.midnight(5).triggered
    with pytest.raises(ValueError, match="Negative delay"):
        clock.midnight(4)
