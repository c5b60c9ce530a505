"""Patients under treatment in closed form: the stock at day zero and a queue with infinitely many servers.

New patients come as a Poisson process and stay for courses that nothing delays, so their number is Poisson with the
mean of an Mt/G/∞ queue: the rate of arrival, integrated over the courses that still last (Eick, Massey and Whitt 1993,
doi 10.1287/opre.41.4.731). Days are whole: who comes during a day is counted from its start, a course of 9.2 days
holds ten. Nothing here is read from the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.certificate.finding import Finding
from scenarios.load import Resolved
from scenarios.schema import Stream
from sim.records import Records

Floats = NDArray[np.float64]
YEAR = 365.25


def expected(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Patient-days at all places over the horizon: by the census, beside their mean."""
    horizon = resolved.scenario.horizon_days
    for number, name in enumerate(records.streams):
        mean, variance = patient_days(resolved.scenario.streams[name], horizon)
        if mean:
            counted = float(records.patient_days[number].sum())
            yield Finding("patients_expected", name, mean, counted, variance=variance, step=horizon)


def patient_days(stream: Stream, horizon: int) -> tuple[float, float]:
    """Mean and variance of a stream's patient-days over the horizon.

    Each of those there at day zero contributes on its own, with mean Σ P(still treated) and second moment
    Σ (2t + 1) P(still treated) over the days t; new patients are a Poisson number of contributions for each day.
    """
    weight = 2 * np.arange(horizon) + 1
    at_start = still_treated_at_start(stream, horizon)
    mean, square = float(at_start.sum()), float((weight * at_start).sum())
    new, still = entries(stream, horizon), still_treated(stream, horizon)
    by_days_left = np.cumsum(still)[::-1], np.cumsum(weight * still)[::-1]
    of_new, square_of_new = (float(new @ each) for each in by_days_left)
    return stream.patients * mean + of_new, stream.patients * (square - mean**2) + square_of_new


def still_treated(stream: Stream, days: int) -> Floats:
    """P(a course lasts longer than a), a = 0 … days − 1: exponential, cut at the maximum."""
    mean, longest = _course(stream)
    age = np.arange(days)
    return np.where(age < longest, np.exp(-age / mean), 0.0)


def still_treated_at_start(stream: Stream, days: int) -> Floats:
    """P(a patient under treatment at day zero still is t days on), t = 0 … days − 1 (renewal theory, Cox 1962)."""
    mean, longest = _course(stream)
    never = math.exp(-longest / mean)
    return np.maximum(0.0, (np.exp(-np.arange(days) / mean) - never) / (1 - never))


def entries(stream: Stream, horizon: int) -> Floats:
    """Mean number of new patients on each day: what keeps the stock, times the growth within the day."""
    mean, longest = _course(stream)
    rate = stream.patients / (mean * -math.expm1(-longest / mean))
    growth = math.log1p(stream.growth_per_year) / YEAR
    since_start = np.arange(horizon + 1.0)
    so_far = since_start if growth == 0 else np.expm1(growth * since_start) / growth
    return np.asarray(rate * np.diff(so_far))


def _course(stream: Stream) -> tuple[float, float]:
    """Mean of the exponential and the maximum, days."""
    course = stream.course
    return course.median_days / math.log(2), math.inf if course.maximum_days is None else course.maximum_days
