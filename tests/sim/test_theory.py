"""The queue of the clinic day against arithmetic and Crommelin's formula, as one endless day with no closing.

Each case of M/D/c is simulated with seeds 0 to 29, fixed before any was run; the mean over seeds must lie within four
standard errors of the formula. M/M/c, M/G/1 and more: `verification/queues.py`, here in `tests/theory/`.
"""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim.clinic_day import queue_day
from verification.formulas import pollaczek_khinchine
from verification.queues import SCALE, starts

SEEDS = range(30)
CUSTOMERS = 20_000
WARM_UP = 2_000  # the queue starts empty

Floats = NDArray[np.float64]


def z_score(sample: list[float], expected: float) -> float:
    return float((np.mean(sample) - expected) / (np.std(sample, ddof=1) / math.sqrt(len(sample))))


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
    waits = []
    for seed in SEEDS:
        draws = np.random.Generator(np.random.PCG64(seed))
        arrivals = np.cumsum(draws.exponential(1 / (servers * load), CUSTOMERS))
        waits.append(float((starts(arrivals, np.ones(CUSTOMERS), servers) - arrivals)[WARM_UP:].mean()))
    assert abs(z_score(waits, crommelin(servers * load, servers))) <= 4


def test_littles_law_holds_on_each_path() -> None:
    """Area under the number waiting = sum of waits, counted from the moments themselves."""
    draws = np.random.Generator(np.random.PCG64(0))
    arrivals = np.cumsum(draws.exponential(1 / 3.5, CUSTOMERS))
    waits = starts(arrivals, draws.exponential(1.0, CUSTOMERS), 4) - arrivals
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
