"""The compiled clinic day against the same day written plainly in SimPy: on the same lists the same waits."""

import dataclasses

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks import twin
from benchmarks.replication import kernel_days
from sim.clinic_day import NOT_SEEN, queue_day
from tests.conftest import SmallRegion, shipped_rows

SAME = 1e-9  # minutes


@dataclasses.dataclass(frozen=True)
class Day:
    """A day's lists: for each unit and profession its staff and its visits, (arrival, service) in order."""

    queues: tuple[tuple[int, tuple[tuple[int, float], ...]], ...]
    closing: float
    latest_start: float

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        lists = [visits for _, visits in self.queues]
        ends = np.cumsum([0, *map(len, lists)])
        arrivals = np.array([arrival for visits in lists for arrival, _ in visits], dtype=np.int64)
        services = np.array([service for visits in lists for _, service in visits], dtype=np.float64)
        return ends, arrivals, services, np.array([staff for staff, _ in self.queues]).reshape(-1, 2)


def by_arrival(visits: list[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return tuple(sorted(visits, key=lambda visit: visit[0]))  # stable: ties keep their order


@st.composite
def days(draw: st.DrawFn) -> Day:
    closing = draw(st.sampled_from([60, 240, 540]))
    # Few distinct minutes, so that arrivals and ends of visits often meet.
    minute = st.integers(0, closing) | st.sampled_from([0, 1, closing // 2, closing])
    service = st.sampled_from([0.0, 5.0, 10.0, 30.0, 60.0]) | st.floats(0, 200)
    visits = st.lists(st.tuples(minute, service), max_size=20).map(by_arrival)
    queue = st.tuples(st.integers(0, 4) | st.just(1), visits)
    queues = draw(st.lists(st.tuples(queue, queue), min_size=1, max_size=3))
    overtime = draw(st.sampled_from([0.0, 30.0, 60.0]) | st.floats(0, 60))
    return Day(tuple(q for unit in queues for q in unit), float(closing), closing + overtime)


NOBODY = Day(((1, ()), (2, ())), 540.0, 570.0)
ALL_AT_ONCE = Day(((1, ((1, 20.0),) * 40), (3, ((1, 20.0),) * 40)), 540.0, 570.0)
TO_THE_MINUTE = Day(((1, ((0, 570.0), (5, 1.0))), (1, ((0, 570.0 + 1e-6), (5, 1.0)))), 540.0, 570.0)


@settings(max_examples=200, deadline=None)
@example(NOBODY)
@example(ALL_AT_ONCE)
@example(TO_THE_MINUTE)
@given(days())
def test_kernel_and_twin_agree_on_any_day(day: Day) -> None:
    arrays = day.arrays()
    starts, used, overtime = queue_day(*arrays, day.closing, day.latest_start)
    found = twin.day(*arrays, closing=day.closing, latest_start=day.latest_start)
    assert np.array_equal(starts == NOT_SEEN, found[0] == NOT_SEEN)
    for kernel, plain in zip((starts, used, overtime), found, strict=True):
        assert kernel.shape == plain.shape
        assert np.abs(kernel - plain).max(initial=0.0) <= SAME


def test_a_visit_may_start_at_the_latest_minute_and_not_after() -> None:
    starts, used, overtime = queue_day(*TO_THE_MINUTE.arrays(), 540.0, 570.0)
    assert starts.tolist() == [0.0, 570.0, 0.0, NOT_SEEN]
    assert used[0] == pytest.approx([571.0, 570.000001])
    assert overtime[0] == pytest.approx([31.0, 30.000001])


def test_patients_of_the_same_minute_are_seen_in_the_order_of_the_list() -> None:
    starts, _, _ = queue_day(*ALL_AT_ONCE.arrays(), 540.0, 570.0)
    assert starts[:30].tolist() == [1.0 + 20.0 * i for i in range(29)] + [NOT_SEEN]
    assert starts[40:].tolist() == [1.0 + 20.0 * (i // 3) for i in range(40)]


def test_kernel_and_twin_agree_over_a_year_of_a_small_region(small_region: SmallRegion) -> None:
    """A year on one clock, with the lists, the staff and the opening hours that the model made."""
    resolved = small_region("background.load_factor=1.8", rows=shipped_rows()[::4])
    _, found = kernel_days(resolved)
    sessions = [day.sessions() for day in found]
    queues = list(zip(*sessions, strict=True))
    for unit in range(0, len(queues), twin.PROFESSIONS):
        twin.run(*queues[unit : unit + twin.PROFESSIONS])
    unseen = 0
    for day, plain in zip(found, sessions, strict=True):
        starts = twin.starts(plain)
        assert np.array_equal(starts == NOT_SEEN, day.starts == NOT_SEEN)
        assert np.abs(starts - day.starts).max(initial=0.0) <= SAME
        unseen += int((starts == NOT_SEEN).sum())
    assert sum(day.arrivals.size for day in found) > 25_000
    assert unseen > 0
