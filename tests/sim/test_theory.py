"""The queue of the clinic day against the formulas of queueing theory, as one endless day with no closing.

Each case is simulated with seeds 0 to 29, fixed before any was run; the mean over seeds must lie within four
standard errors of the formula.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim.clinic_day import queue_day

SEEDS = range(30)
CUSTOMERS = 20_000
WARM_UP = 2_000  # the queue starts empty
SCALE = 1_000_000  # arrivals are whole minutes, here millionths of the mean service

Floats = NDArray[np.float64]
Service = Callable[[np.random.Generator, int], Floats]


def endless_day(arrivals: Floats, services: Floats, servers: int) -> Floats:
    """Waits of one first-come queue that never closes, in the unit of the arguments."""
    minutes = np.floor(arrivals * SCALE).astype(np.int64)
    ends = np.array([0, minutes.size, minutes.size])
    staff = np.array([[servers, 1]])
    starts, _, _ = queue_day(ends, minutes, services * SCALE, staff, math.inf, math.inf)
    return np.asarray((starts - minutes) / SCALE)


def simulated(rate: float, service: Service, servers: int) -> list[Floats]:
    """Waits after the warm-up for each seed, with Poisson arrivals."""
    waits = []
    for seed in SEEDS:
        draws = np.random.Generator(np.random.PCG64(seed))
        arrivals = np.cumsum(draws.exponential(1 / rate, CUSTOMERS))
        waits.append(endless_day(arrivals, service(draws, CUSTOMERS), servers)[WARM_UP:])
    return waits


def exponential(draws: np.random.Generator, n: int) -> Floats:
    return draws.exponential(1.0, n)


def fixed(draws: np.random.Generator, n: int) -> Floats:
    return np.ones(n)


def gamma(cv: float) -> Service:
    return lambda draws, n: draws.gamma(cv**-2, cv**2, n)


def erlang_c(rate: float, servers: int) -> float:
    """Probability to wait in M/M/c with mean service 1 (Erlang 1917)."""
    terms = [rate**k / math.factorial(k) for k in range(servers)]
    last = rate**servers / math.factorial(servers) / (1 - rate / servers)
    return last / (sum(terms) + last)


def pollaczek_khinchine(rate: float, cv: float) -> float:
    """Mean wait in M/G/1 with mean service 1."""
    return rate * (1 + cv**2) / 2 / (1 - rate)


def z_score(sample: list[float], expected: float) -> float:
    return float((np.mean(sample) - expected) / (np.std(sample, ddof=1) / math.sqrt(len(sample))))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (2, 0.7), (5, 0.8), (10, 0.8)])
def test_m_m_c_waits_as_erlang_says(servers: int, load: float) -> None:
    rate = servers * load
    waits = simulated(rate, exponential, servers)
    must_wait = erlang_c(rate, servers)
    assert abs(z_score([float((w > 2 / SCALE).mean()) for w in waits], must_wait)) <= 4
    assert abs(z_score([float(w.mean()) for w in waits], must_wait / (servers - rate))) <= 4
    # Who waits, waits exponentially: the square of the wait has mean 2 C ÷ (c - rate)².
    assert abs(z_score([float((w**2).mean()) for w in waits], 2 * must_wait / (servers - rate) ** 2)) <= 4


@pytest.mark.parametrize(
    ("service", "cv"),
    [(fixed, 0.0), (gamma(0.5), 0.5), (exponential, 1.0), (gamma(1.5), 1.5)],
    ids=["M/D/1", "gamma 0.5", "M/M/1", "gamma 1.5"],
)
def test_m_g_1_waits_as_pollaczek_and_khinchine_say(service: Service, cv: float) -> None:
    waits = simulated(0.7, service, 1)
    assert abs(z_score([float(w.mean()) for w in waits], pollaczek_khinchine(0.7, cv))) <= 4


def crommelin(rate: float, servers: int) -> float:
    """Mean wait in M/D/c with service 1 (Crommelin 1932)."""
    i = np.arange(1, 2000)
    terms = stats.poisson.sf(i * servers - 1, i * rate) - servers / rate * stats.poisson.sf(
        i * servers, i * rate
    )
    return float(terms.sum())


@pytest.mark.parametrize(("servers", "load"), [(2, 0.7), (5, 0.8)])
def test_m_d_c_waits_as_crommelin_says(servers: int, load: float) -> None:
    assert crommelin(0.7, 1) == pytest.approx(pollaczek_khinchine(0.7, 0.0))
    waits = simulated(servers * load, fixed, servers)
    assert abs(z_score([float(w.mean()) for w in waits], crommelin(servers * load, servers))) <= 4


def test_littles_law_holds_on_each_path() -> None:
    """Area under the number waiting = sum of waits, counted from the moments themselves."""
    draws = np.random.Generator(np.random.PCG64(0))
    arrivals = np.cumsum(draws.exponential(1 / 3.5, CUSTOMERS))
    waits = endless_day(arrivals, exponential(draws, CUSTOMERS), 4)
    arrived = np.floor(arrivals * SCALE) / SCALE
    moments = np.concatenate([arrived, arrived + waits])
    change = np.concatenate([np.ones(CUSTOMERS), -np.ones(CUSTOMERS)])
    order = np.argsort(moments, kind="stable")
    waiting = np.cumsum(change[order])[:-1]
    assert (waiting * np.diff(moments[order])).sum() == pytest.approx(waits.sum(), rel=1e-9)


def test_overload_waits_grow_as_arithmetic_says() -> None:
    """Two visits come each minute, and three servers take two minutes for each."""
    n = 300
    arrivals = np.repeat(np.arange(n // 2), 2)
    services = np.full(n, 2.0)
    starts, used, _ = queue_day(
        np.array([0, n, n]), arrivals, services, np.array([[3, 1]]), math.inf, math.inf
    )
    assert starts.tolist() == [max(arrivals[i], _overloaded_start(i)) for i in range(n)]
    assert used.tolist() == [[600.0, 0.0]]


def _overloaded_start(visit: int) -> float:
    """Server 0 and 1 begin at minute 0, server 2 at minute 1; then each takes every third visit."""
    return 2.0 * (visit // 3) + (1.0 if visit % 3 == 2 else 0.0)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.floats(0, 100)), min_size=1, max_size=40),
    st.integers(1, 5),
)
def test_one_more_server_never_lengthens_a_wait(visits: list[tuple[int, float]], servers: int) -> None:
    visits.sort(key=lambda visit: visit[0])
    arrivals = np.array([arrival for arrival, _ in visits])
    services = np.array([service for _, service in visits])
    ends = np.array([0, arrivals.size, arrivals.size])
    few, more = (
        queue_day(ends, arrivals, services, np.array([[staff, 1]]), math.inf, math.inf)[0]
        for staff in (servers, servers + 1)
    )
    assert (more <= few + 1e-9).all()
