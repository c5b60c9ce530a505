"""What common random numbers are worth, and that runs without them are told apart as seldom as they claim.

Seeds count from 1; none was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from results.comparison.intervals import welch
from results.measures import measure
from scenarios.load import Resolved
from sim.model import simulate
from tests.conftest import PATIENTS, SmallRegion, shipped_rows

Floats = NDArray[np.float64]


def values(resolved: Resolved, names: Sequence[str], seed: int, replications: int) -> Floats:
    """Measures of the region's first year, shape (replications, names)."""
    measured = [measure(resolved, simulate(resolved, seed, number)) for number in range(replications)]
    return np.array([[one.value(name) for name in names] for one in measured])


# --- paired ---------------------------------------------------------------------------------------

PAIRED = ("cost_msek_per_year", "background_within_guarantee_share")
PAIRS = 8
ALTERNATIVES = ("staffing.nurse_fte_factor=0.8", "streams.denosumab.patients=60")  # the latter twice as many


def halved(one: Floats, other: Floats) -> float:
    """p-value of: the variance of one − other is more than half of var(one) + var(other); pairs of normals.

    With S and D the sum and difference, that is var S < 3 var D: a negative correlation of S + √3 D with S − √3 D
    (Pitman EJG. Biometrika 1939;31:9–12; Morgan WA, ibid. 13–19).
    """
    total, difference = one + other, np.sqrt(3) * (one - other)
    return float(stats.pearsonr(total + difference, total - difference, alternative="greater").pvalue)


@pytest.fixture(scope="module")
def decided(small_region: SmallRegion) -> Floats:
    return values(small_region(), PAIRED, seed=1, replications=PAIRS)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_common_random_numbers_at_least_halve_the_variance(
    alternative: str, decided: Floats, small_region: SmallRegion
):
    other = values(small_region(alternative), PAIRED, seed=1, replications=PAIRS)
    assert (decided.std(axis=0) > 0).all()
    assert (decided != other).any(axis=0).all(), "the lever does nothing, so nothing is shown"
    for name, one, two in zip(PAIRED, decided.T, other.T, strict=True):
        assert halved(one, two) < 0.01, name
        assert halved(one, np.roll(two, 1)) > 0.05, f"{name}: so would replications that are no pairs"


# --- unpaired -------------------------------------------------------------------------------------

UNPAIRED = (
    "cost_msek_per_year",
    "unit_visits_per_year",
    "on_time_share",
    "referral_days_mean",
    "background_within_guarantee_share",
)
REPLICATIONS = 6
FALSE_ALARMS = (0.03, 0.07)


@pytest.fixture(scope="module")
def tiny(small_region: SmallRegion) -> Resolved:
    """One stream at three units that are open on two days of the week, with room to do better and worse."""
    others = [f"streams.{name}=null" for name in PATIENTS if name != "triptorelin"]
    closed = [f"calendar.opening.{day}=null" for day in ("tuesday", "wednesday", "friday")]
    sets = ("warm_up_weeks=0", "background.load_factor=0.8")
    return small_region(*others, *closed, *sets, rows=shipped_rows()[:3])


def pool(resolved: Resolved, seeds: Sequence[int]) -> Floats:
    """Runs of these seeds, shape (seeds, replications, measures)."""
    return np.stack([values(resolved, UNPAIRED, seed, REPLICATIONS) for seed in seeds])


def told_apart(ones: Floats, others: Floats) -> Floats:
    """Share of pairs whose interval leaves out zero, per measure; runs of shape (pairs, replications, measures)."""
    pairs, replications, measures = ones.shape
    one, other = (runs.transpose(1, 0, 2).reshape(replications, -1) for runs in (ones, others))
    low, high = welch(one, other).interval(1)
    return np.asarray(((low > 0) | (high < 0)).reshape(pairs, measures).mean(axis=0))


def assert_seldom(rates: Floats) -> None:
    low, high = FALSE_ALARMS
    assert {name: rate for name, rate in zip(UNPAIRED, rates, strict=True) if not low <= rate <= high} == {}


@pytest.fixture(scope="module")
def runs(tiny: Resolved) -> Floats:
    return pool(tiny, range(1, 21))


def test_replications_are_independent_within_a_seed_and_between_seeds(runs: Floats):
    """Else runs of different seeds would differ by more, or less, than their replications say."""
    for name, measured in zip(UNPAIRED, runs.transpose(2, 0, 1), strict=True):
        assert stats.f_oneway(*measured).pvalue > 0.01, f"{name}: seeds"
        assert stats.f_oneway(*measured.T).pvalue > 0.01, f"{name}: replications"


def test_on_values_such_as_the_models_welch_seldom_tells_equals_apart(runs: Floats):
    """The replications as a population, from which 20,000 pairs of runs are drawn."""
    drawn = np.random.default_rng(1).integers(0, runs.shape[0] * REPLICATIONS, size=(2, 20_000, REPLICATIONS))
    assert_seldom(told_apart(*runs.reshape(-1, len(UNPAIRED))[drawn]))


@pytest.mark.slow
def test_of_a_thousand_pairs_of_runs_with_different_seeds_few_are_told_apart(tiny: Resolved):
    every = pool(tiny, range(1, 2001))
    assert_seldom(told_apart(every[::2], every[1::2]))
