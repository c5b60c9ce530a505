"""Differences between two scenarios over replications, and how sure they are.

Runs of one seed share their random numbers, so replication k of one is paired with replication k of the other:
the mean of the paired differences has a Student t interval (Law AM. Simulation modeling and analysis, 5th ed.,
section 10.2.1). Runs of different seeds are independent: Welch's interval (Biometrika 1947;34:28–35).
Intervals of many differences are made simultaneous by Bonferroni's inequality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.statistics import CONFIDENCE

ROUNDING = 1e-9  # relative; what lies nearer differs by the order of a sum, not by what happened

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Contrast:
    """Scenario minus baseline, row by row; arrays of shape (rows,).

    `baseline` and `scenario` are the means behind the difference, each by itself where the difference is undefined.
    `mean` is NaN where it is undefined in every replication, `n` counts those where it is defined; `error` is the
    standard error and `freedom` its degrees of freedom, NaN with fewer than two. `equal` holds where the two have
    the same value in every replication in which it is defined.
    """

    baseline: Floats
    scenario: Floats
    mean: Floats
    error: Floats
    freedom: Floats
    n: NDArray[np.int64]
    equal: NDArray[np.bool_]

    def __repr__(self) -> str:
        return f"<Contrast of {self.mean.size} rows, {self.equal.sum()} of them equal>"

    @property
    def uncertain(self) -> NDArray[np.bool_]:
        """The rows that have an interval of their own: what a statement about all of them is made of."""
        return ~self.equal & np.isfinite(self.error)

    def interval(self, family: int) -> tuple[Floats, Floats]:
        """Bounds that hold for all of `family` intervals at once with 95 %, NaN with fewer than two values."""
        from scipy.special import stdtrit

        tail = (1 - CONFIDENCE) / 2 / max(family, 1)
        with np.errstate(invalid="ignore"):
            half = stdtrit(self.freedom, 1 - tail) * self.error
        return self.mean - half, self.mean + half


def paired(baseline: Floats, scenario: Floats) -> Contrast:
    """Contrast of runs on common random numbers; both of shape (replications, rows), row by row alike.

    A pair counts where both values are defined.
    """
    difference = np.where(_alike(baseline, scenario), 0.0, scenario - baseline)
    n, mean, variance = _moments(difference)
    counted = ~np.isnan(difference) | (n == 0)
    one, other = (_moments(np.where(counted, values, np.nan))[1] for values in (baseline, scenario))
    equal = (n > 0) & ~(np.abs(difference) > 0).any(axis=0)
    freedom = np.where(n > 1, n - 1.0, np.nan)
    return Contrast(one, other, mean, np.sqrt(variance / n), freedom, n, equal)


def welch(baseline: Floats, scenario: Floats) -> Contrast:
    """Contrast of independent runs, of shapes (replications, rows) that may differ in the first.

    `n` is the smaller of the two numbers of defined values.
    """
    n_baseline, mean_baseline, variance_baseline = _moments(baseline)
    n_scenario, mean_scenario, variance_scenario = _moments(scenario)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = variance_baseline / n_baseline, variance_scenario / n_scenario
        both = shares[0] + shares[1]
        freedom = both**2 / (shares[0] ** 2 / (n_baseline - 1) + shares[1] ** 2 / (n_scenario - 1))
    n = np.minimum(n_baseline, n_scenario)
    equal = (n > 0) & _alike(np.concatenate([baseline, scenario]), mean_baseline).all(axis=0)
    difference = np.where(equal, 0.0, mean_scenario - mean_baseline)
    freedom = np.where(both == 0, n - 1.0, freedom)
    return Contrast(mean_baseline, mean_scenario, difference, np.sqrt(both), freedom, n, equal)


def _alike(one: Floats, other: Floats) -> NDArray[np.bool_]:
    return np.isclose(one, other, rtol=ROUNDING, atol=ROUNDING**2)


def _moments(values: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Number, mean and variance of the defined values of each column; NaN where there are too few."""
    defined = ~np.isnan(values)
    n = defined.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(defined, values, 0.0).sum(axis=0) / n
        squares = (np.where(defined, values - mean, 0.0) ** 2).sum(axis=0)
        variance = np.where(n > 1, squares / (n - 1), np.nan)
    return n, mean, variance
