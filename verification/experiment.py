"""What is compared with theory, and how a comparison is judged.

An experiment knows what it should find and can be repeated with independent sets of seeds. Everything found is a
ratio of sums: waiting time over customers, patients over replications. For a set with sum x over y the deviation
from an expected ratio r is x - r y, which has mean zero if r is right, however y varies; so no ratio is biased.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.randomness import generator, name_number

Floats = NDArray[np.float64]

ROOT = 20260119  # the day of the decision; fixed before the first run and never picked again
LIMIT = 4.0  # standard errors


class Experiment(Protocol):
    """Something whose outcome theory knows.

    `sets` is the number of independent seed sets. `expected` gives the true value of each quantity by name, `sample`
    what one seed set finds: sums and what they are divided by, shape (2, quantities), in the same order.
    """

    @property
    def name(self) -> str: ...

    @property
    def formula(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def sets(self) -> int: ...

    def expected(self) -> Mapping[str, float]: ...

    def sample(self, number: int) -> Floats: ...


def draws_of(experiment: Experiment, number: int) -> np.random.Generator:
    """The generator of one seed set of an experiment."""
    return generator(ROOT, number, "verification", experiment.name)


def seed_of(experiment: Experiment) -> int:
    """The seed with which an experiment runs the whole model; its seed sets are replications."""
    return name_number(f"{ROOT} {experiment.name}", 4)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity: what theory expects, the mean found, its standard error over seed sets, and their distance.

    `z` is (found - expected) ÷ error. `alone` is what the quantity says beyond those before it in its experiment, as
    a standard normal score: these are independent, the `z` of one experiment are not.
    """

    quantity: str
    expected: float
    found: float
    error: float
    z: float
    alone: float

    @property
    def holds(self) -> bool:
        """Whether both scores lie within the limit."""
        return abs(self.z) < LIMIT and abs(self.alone) < LIMIT


@dataclass(frozen=True, slots=True)
class Result:
    """All comparisons of an experiment; `joint` is the chance of so large a distance of all together."""

    experiment: Experiment
    comparisons: tuple[Comparison, ...]
    joint: float

    @property
    def holds(self) -> bool:
        """Whether each comparison holds."""
        return all(comparison.holds for comparison in self.comparisons)


def compare(experiment: Experiment, samples: Floats) -> Result:
    """Hold what the seed sets found, shape (sets, 2, quantities), against theory."""
    expected = experiment.expected()
    true = np.array(list(expected.values()))
    sums, weights = samples[:, 0], samples[:, 1]
    deviations = (sums - true * weights) / weights.mean(axis=0)
    mean = deviations.mean(axis=0)
    error = deviations.std(axis=0, ddof=1) / math.sqrt(len(samples))
    alone, joint = step_down(deviations)
    rows = zip(expected, true, true + mean, error, mean / error, alone, strict=True)
    return Result(experiment, tuple(Comparison(name, *map(float, row)) for name, *row in rows), joint)


def step_down(deviations: Floats) -> tuple[Floats, float]:
    """Independent scores of quantities that should have mean zero, and the chance of all together.

    `deviations` has shape (sets, quantities). Each quantity is tested given those before it (Roy J. Ann Math Stat
    1958;29:1177–87, doi 10.1214/aoms/1177706449): with T² Hotelling's statistic of the first j of them,
    t² = (S - j)(T²_j - T²_(j-1)) ÷ (S - 1 + T²_(j-1)) is the square of Student's t with S - j degrees of freedom,
    independent of the others, for normal deviations; here as the normal score of the same chance. Of all q together
    (S - q) T² ÷ (q (S - 1)) is F with q and S - q degrees of freedom.
    """
    from scipy import linalg, stats

    sets, quantities = deviations.shape
    covariance = np.cov(deviations, rowvar=False).reshape(quantities, quantities)
    whitened = linalg.solve_triangular(
        np.linalg.cholesky(covariance), deviations.mean(axis=0) * math.sqrt(sets), lower=True
    )
    before = np.concatenate([[0.0], np.cumsum(whitened**2)])
    freedom = sets - np.arange(1, quantities + 1)
    t = whitened * np.sqrt(freedom / (sets - 1 + before[:-1]))
    scores = np.sign(t) * stats.norm.isf(stats.t.sf(np.abs(t), freedom))
    joint = stats.f.sf(before[-1] * freedom[-1] / (quantities * (sets - 1)), quantities, freedom[-1])
    return np.asarray(scores), float(joint)


@dataclass(frozen=True, slots=True)
class Spread:
    """Whether scores that should be independent and standard normal are: neither too large nor too small.

    `low` and `high` are the chances of a sum of squares as small and as large as found, `shape` that of a distance
    from the normal distribution as large as found (Kolmogorov–Smirnov).
    """

    scores: int
    squares: float
    low: float
    high: float
    shape: float

    @property
    def holds(self) -> bool:
        """Whether none of the three is below one in a thousand."""
        return min(self.low, self.high, self.shape) >= 0.001


def spread(scores: Floats) -> Spread:
    """Test the scores of many experiments together."""
    from scipy import stats

    squares = float((scores**2).sum())
    return Spread(
        scores=scores.size,
        squares=squares,
        low=float(stats.chi2.cdf(squares, scores.size)),
        high=float(stats.chi2.sf(squares, scores.size)),
        shape=float(stats.kstest(scores, "norm").pvalue),
    )
