"""Intervals and quantiles over replications.

Replications are independent, so the mean has a Student t interval. A measure undefined in some replications
is summarised over those where it is defined, and `n` says how many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean with its 95 % interval, and 5th and 95th percentile over replications; NaN where undefined.

    Arrays of shape (rows,). The interval needs two replications.
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p5: NDArray[np.float64]
    p95: NDArray[np.float64]
    n: NDArray[np.int64]


def summarise(values: NDArray[np.float64]) -> Summary:
    """Summarise values of shape (replications, rows)."""
    from scipy.special import stdtrit

    defined = ~np.isnan(values)
    n = defined.sum(axis=0)
    known = np.where(defined, values, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = known.sum(axis=0) / n
        deviations = np.where(defined, values - mean, 0.0)
        error = np.sqrt((deviations**2).sum(axis=0) / (n - 1) / n)
        half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), (1 + CONFIDENCE) / 2) * error, np.nan)
    return Summary(mean, mean - half, mean + half, _quantile(values, n, 0.05), _quantile(values, n, 0.95), n)


def _quantile(values: NDArray[np.float64], n: NDArray[np.int64], q: float) -> NDArray[np.float64]:
    """Quantile by linear interpolation over the defined values of each column (NaN sorts last)."""
    ordered = np.sort(values, axis=0)
    place = q * np.maximum(n - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(n - 1, 0))
    columns = np.arange(values.shape[1])
    return np.asarray(
        ordered[low, columns] + (place - low) * (ordered[high, columns] - ordered[low, columns])
    )
