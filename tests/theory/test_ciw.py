"""The queue of a clinic day in Ciw, an independent engine: the same on the same list, and as if the same on its own.

Ciw (Palmer, Knight, Harper and Hawa 2019, doi 10.1080/17477778.2018.1473909) has its own events, servers and random
numbers. Given a list it must see each patient at the same minute; drawing its own, its days must be like ours.
"""

import dataclasses
import math
import random
from collections.abc import Callable

import ciw
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tests.one_queue import served

Floats = NDArray[np.float64]

CLOSING = 540.0  # minutes after opening
LAST_ARRIVAL = 495.0
SECOND = 1 / 60  # our arrivals are whole numbers: here seconds, so that rounding them is no difference
NO_MORE = 10 * CLOSING  # a day on which everybody is seen has ended by then


@dataclasses.dataclass(frozen=True)
class Day:
    """A list that came to a day: its waits in order of arrival, and the overtime of all staff."""

    waits: Floats
    overtime: float


def day_in_ciw(arrivals: ciw.dists.Distribution, services: ciw.dists.Distribution, staff: int) -> Day:
    """A day with so many servers at one node, first come first served, until the last has left."""
    network = ciw.create_network(
        arrival_distributions=[arrivals], service_distributions=[services], number_of_servers=[staff]
    )
    day = ciw.Simulation(network)
    day.simulate_until_max_time(NO_MORE)
    records = sorted(day.get_all_records(), key=lambda record: record.id_number)
    last: dict[int, float] = {}
    for record in records:
        last[record.server_id] = max(last.get(record.server_id, 0.0), record.service_end_date)
    waits = np.array([record.service_start_date - record.arrival_date for record in records])
    return Day(waits, sum(max(0.0, end - CLOSING) for end in last.values()))


# --- on the same list -------------------------------------------------------------------------------


@pytest.mark.parametrize("staff", [1, 2, 4])
@pytest.mark.parametrize("load", [0.5, 0.9, 1.4])
def test_each_patient_of_a_list_is_seen_at_the_same_minute(staff: int, load: float) -> None:
    """Whole minutes, so that many come at once, and visits of which some end as another begins."""
    draws = np.random.Generator(np.random.PCG64([staff, int(10 * load)]))
    waited = 0
    for _ in range(10):
        expected = load * staff * CLOSING / 20
        arrivals = np.sort(draws.integers(0, int(LAST_ARRIVAL) + 1, draws.poisson(expected) + 1))
        services = np.where(
            draws.random(arrivals.size) < 0.5,
            draws.integers(1, 40, arrivals.size),
            draws.gamma(4, 5, arrivals.size),
        )
        between = [*np.diff(arrivals, prepend=0).tolist(), math.inf]
        theirs = day_in_ciw(ciw.dists.Sequential(between), ciw.dists.Sequential(services.tolist()), staff)
        ours = served(arrivals, services, staff, CLOSING)
        assert theirs.waits == pytest.approx(ours.starts - arrivals, abs=1e-9)
        assert theirs.overtime == pytest.approx(ours.overtime, abs=1e-9)
        waited += int((theirs.waits > 0).sum())
    assert waited > 20


# --- each with numbers of its own -----------------------------------------------------------------------

SEEDS = range(30)


class UntilLastArrival(ciw.dists.Exponential):
    """Poisson arrivals from opening to the last appointment."""

    def sample(self, t: float | None = None, ind: object = None) -> float:
        assert t is not None
        gap = random.expovariate(self.rate)
        return gap if t + gap <= LAST_ARRIVAL else math.inf


@dataclasses.dataclass(frozen=True)
class Case:
    """Days of each seed, staff, mean number of visits, and their minutes in both engines."""

    days: int
    staff: int
    visits: float
    ciws: Callable[[], ciw.dists.Distribution]
    ours: Callable[[np.random.Generator, int], Floats]


CASES = {
    "half full, gamma": Case(
        16, 2, 24, lambda: ciw.dists.Gamma(4, 5), lambda draws, n: draws.gamma(4, 5.0, n)
    ),
    "nearly full, exponential": Case(
        7, 3, 72, lambda: ciw.dists.Exponential(1 / 20), lambda draws, n: draws.exponential(20, n)
    ),
    "too many, gamma": Case(
        4, 3, 100, lambda: ciw.dists.Gamma(4, 5), lambda draws, n: draws.gamma(4, 5.0, n)
    ),
}
TIMES = [1, pytest.param(12, marks=pytest.mark.slow)]  # as many days


def in_ciw(case: Case, seed: int) -> list[Day]:
    ciw.seed(seed)
    rate = case.visits / LAST_ARRIVAL
    return [day_in_ciw(UntilLastArrival(rate), case.ciws(), case.staff) for _ in range(case.days)]


def in_the_kernel(case: Case, seed: int) -> list[Day]:
    draws = np.random.Generator(np.random.PCG64(seed))
    found = []
    for _ in range(case.days):
        minutes = np.sort(draws.random(draws.poisson(case.visits))) * LAST_ARRIVAL
        arrivals = np.floor(minutes / SECOND).astype(np.int64)
        services = case.ours(draws, arrivals.size) / SECOND
        day = served(arrivals, services, case.staff, CLOSING / SECOND)
        found.append(Day((day.starts - arrivals) * SECOND, day.overtime * SECOND))
    return found


def told(days: list[Day]) -> tuple[float, float, float]:
    """Mean wait, share who wait, and mean overtime of some days."""
    waits = np.concatenate([day.waits for day in days])
    return float(waits.mean()), float((waits > SECOND).mean()), float(np.mean([day.overtime for day in days]))


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_days_of_the_kernel_are_like_those_of_ciw(case: Case, times: int) -> None:
    """Within four standard errors of the difference over the seeds, where one more of the staff is far outside."""
    case = dataclasses.replace(case, days=times * case.days)
    theirs = np.array([told(in_ciw(case, seed)) for seed in SEEDS])
    assert (np.abs(z_scores(case, theirs)) <= 4).all()
    assert (np.abs(z_scores(dataclasses.replace(case, staff=case.staff + 1), theirs))[:2] > 4).all()


def z_scores(case: Case, theirs: Floats) -> Floats:
    """Of mean wait, share who wait and overtime: the kernel's against those of Ciw, shape (3,)."""
    ours = np.array([told(in_the_kernel(case, seed)) for seed in SEEDS])
    return np.asarray(stats.ttest_ind(ours, theirs, equal_var=False).statistic)
