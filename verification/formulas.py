"""Formulas of queueing theory; the mean service is 1 and `rate` arrivals come in that time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def erlang_c(rate: float, servers: int) -> float:
    """Probability to wait in M/M/c."""
    terms = [rate**k / math.factorial(k) for k in range(servers)]
    last = rate**servers / math.factorial(servers) / (1 - rate / servers)
    return last / (sum(terms) + last)


def pollaczek_khinchine(rate: float, cv: float) -> float:
    """Mean wait in M/G/1 with a coefficient of variation of the service."""
    return rate * (1 + cv**2) / 2 / (1 - rate)


def takacs(rate: float, cv: float) -> float:
    """Mean squared wait in M/G/1 with gamma service, whose third moment is (1 + cv²)(1 + 2 cv²)."""
    third = (1 + cv**2) * (1 + 2 * cv**2)
    return 2 * pollaczek_khinchine(rate, cv) ** 2 + rate * third / 3 / (1 - rate)


def erlang_d(rate: float) -> float:
    """Probability to wait longer than two services in M/D/1."""
    return 1 - (1 - rate) * (math.exp(2 * rate) - rate * math.exp(rate))


def finite_queue(rate: float, servers: int, places: int) -> Floats:
    """Chance of 0 … places customers in M/M/c/K, shape (places + 1,)."""
    up = np.concatenate([[1.0], rate / np.minimum(np.arange(1, places + 1), servers)])
    weights = np.cumprod(up)
    return np.asarray(weights / weights.sum())
