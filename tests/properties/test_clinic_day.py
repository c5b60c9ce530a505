"""What must hold of any first-come list of a clinic day, on the same arrivals and the same minutes of each visit.

All of it is exact, also in floating point: with the times at which the staff are free in ascending order, each is a
non-decreasing function (sums, max, min) of what came before, and rounding keeps order (Kiefer and Wolfowitz 1955,
doi 10.1090/S0002-9947-1955-0066587-0). Starts never decrease along the list, so those not seen are the last of it.
"""

import bisect
import dataclasses

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.clinic_day import NOT_SEEN, queue_day
from tests.one_queue import Served, served
from tests.properties.futures import for_all

CLOSING = 480
Visit = tuple[int, float]  # arrival and minutes

# Few distinct numbers, so that arrivals and ends of visits often meet, beside any.
minutes = st.sampled_from([0.0, 5.0, 10.0, 30.0, 60.0]) | st.floats(0, 200)
visits = st.tuples(st.integers(0, 60) | st.sampled_from([0, CLOSING // 2, CLOSING]), minutes)


@dataclasses.dataclass(frozen=True)
class Day:
    """A list by arrival, the staff who see it, and how long after closing a visit may begin."""

    visits: tuple[Visit, ...]
    staff: int
    overtime: float

    def served(self, **changed: object) -> Served:
        """The day as it goes, with other staff, visits or overtime if given."""
        day = dataclasses.replace(self, **changed)
        return served(*columns(day.visits), day.staff, CLOSING, CLOSING + day.overtime)


def columns(visits: tuple[Visit, ...]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    return np.array([a for a, _ in visits], dtype=np.int64), np.array([s for _, s in visits], dtype=float)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Lists of up to sixty visits, of which most cannot be seen by one or two."""
    found = sorted(draw(st.lists(visits, min_size=1, max_size=60)), key=lambda visit: visit[0])
    return Day(tuple(found), draw(st.integers(1, 5)), draw(st.sampled_from([0.0, 30.0]) | st.floats(0, 60)))


def no_worse(better: Served, worse: Served) -> bool:
    """Whoever is seen in the worse is seen in the better, and no later."""
    return bool((better.seen | ~worse.seen).all() and (better.starts <= worse.starts)[worse.seen].all())


@for_all(days(), few=30, many=1_000, shrink=True)
def test_one_more_of_the_staff_lengthens_no_wait_and_leaves_nobody_out(day: Day) -> None:
    """At each visit the n earliest times free of n + 1 staff are none later than those of n."""
    assert no_worse(day.served(staff=day.staff + 1), day.served())


@for_all(days(), few=30, many=1_000, shrink=True)
def test_one_more_of_the_staff_adds_no_overtime_if_all_are_seen_anyway(day: Day) -> None:
    """All have come by closing, so overtime is the work then left, of which less is left where all began sooner."""
    few, more = (served(*columns(day.visits), staff, CLOSING) for staff in (day.staff, day.staff + 1))
    assert few.used == more.used
    assert more.overtime <= few.overtime + 1e-9 * few.used


def test_but_where_more_are_seen_the_mean_wait_and_overtime_may_rise() -> None:
    """So of a day on which not all are seen only the wait of each one can be compared."""
    day = Day(((470, 60.0), (470, 15.0), (470, 60.0)), 1, 10.0)
    few, more = day.served(), day.served(staff=2)
    assert few.starts.tolist() == [470.0, NOT_SEEN, NOT_SEEN]
    assert more.starts.tolist() == [470.0, 470.0, 485.0]
    assert (few.overtime, more.overtime) == (50.0, 50.0 + 65.0)


@for_all(st.tuples(days(), st.floats(0, 60)), few=30, many=1_000, shrink=True)
def test_a_later_last_start_changes_no_start_and_leaves_nobody_out(drawn: tuple[Day, float]) -> None:
    """Who is seen before the limit has met only visits that are seen too."""
    day, longer = drawn
    usual, late = day.served(), day.served(overtime=day.overtime + longer)
    assert np.array_equal(late.starts[usual.seen], usual.starts[usual.seen])
    assert late.seen.sum() >= usual.seen.sum()
    assert late.used >= usual.used
    assert late.overtime >= usual.overtime


@for_all(st.tuples(days(), visits), few=30, many=1_000, shrink=True)
def test_one_more_visit_lets_nobody_in_earlier(drawn: tuple[Day, Visit]) -> None:
    """It only puts off when the staff are free; those who came before it notice nothing."""
    day, visit = drawn
    place = bisect.bisect(day.visits, visit[0], key=lambda other: other[0])
    usual = day.served()
    fuller = day.served(visits=(*day.visits[:place], visit, *day.visits[place:]))
    others = dataclasses.replace(fuller, starts=np.delete(fuller.starts, place))
    assert np.array_equal(others.starts[:place], usual.starts[:place])
    assert no_worse(usual, others)


@for_all(st.tuples(days(), st.integers(0, 59), st.floats(0, 100)), few=30, many=1_000, shrink=True)
def test_a_longer_visit_lets_nobody_in_earlier(drawn: tuple[Day, int, float]) -> None:
    day, number, longer = drawn
    number %= len(day.visits)
    arrival, takes = day.visits[number]
    slower = day.served(visits=(*day.visits[:number], (arrival, takes + longer), *day.visits[number + 1 :]))
    usual = day.served()
    assert np.array_equal(slower.starts[: number + 1], usual.starts[: number + 1])
    assert no_worse(usual, slower)


@for_all(days(), few=30, many=1_000, shrink=True)
def test_time_has_no_unit(day: Day) -> None:
    """In quarters of a minute all is four times as much, to the bit: a power of two rounds nothing."""
    arrivals, takes = columns(day.visits)
    usual = day.served()
    quarters = served(arrivals * 4, takes * 4, day.staff, CLOSING * 4, (CLOSING + day.overtime) * 4)
    assert np.array_equal(quarters.seen, usual.seen)
    assert np.array_equal(quarters.starts[usual.seen], usual.starts[usual.seen] * 4)
    assert (quarters.used, quarters.overtime) == (usual.used * 4, usual.overtime * 4)


@for_all(
    st.lists(days(), min_size=2, max_size=6).filter(lambda found: len(found) % 2 == 0),
    few=20,
    many=500,
    shrink=True,
)
def test_each_list_goes_as_if_it_were_alone(found: list[Day]) -> None:
    """Units and professions share no staff: beside whatever other lists, in whatever order, all is as it was."""
    overtime = found[0].overtime
    ends = np.cumsum([0, *(len(day.visits) for day in found)])
    arrivals, takes = (
        np.concatenate(column) for column in zip(*(columns(day.visits) for day in found), strict=True)
    )
    staff = np.array([day.staff for day in found]).reshape(-1, 2)
    starts, used, over = queue_day(ends, arrivals, takes, staff, float(CLOSING), CLOSING + overtime)
    for number, day in enumerate(found):
        alone = day.served(overtime=overtime)
        assert np.array_equal(starts[ends[number] : ends[number + 1]], alone.starts)
        assert (used.flat[number], over.flat[number]) == (alone.used, alone.overtime)
