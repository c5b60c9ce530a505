"""Other patients in closed form: how busy units are, what is asked for, and how long visits take."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.certificate.finding import Finding
from results.certificate.minutes import KINDS, PROFESSIONS
from scenarios.load import Resolved
from scenarios.schema import Scenario
from sim.records import SEEN_BOOKED, SEEN_SAME_DAY, Records

Floats = NDArray[np.float64]
YEAR_DAYS, MEAN_YEAR = 364, 365.25
TABLE_SIZE = 1024  # minutes are drawn from so many equally probable points


def expected(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Requests beside their Poisson mean, given the loads of the units; the loads beside theirs.

    Where a shock moves requests ahead, some may come from beyond the simulated days: then the mean is not exact, and
    no finding is made.
    """
    scenario = resolved.scenario
    yield from _loads(scenario, records)
    if any(shock.moved_ahead_share for shock in scenario.shocks.values()):
        return
    mean = requests_expected(resolved, records).sum(axis=-1)
    asked = records.requests.sum(axis=0)
    for p, profession in enumerate(PROFESSIONS):
        for k, kind in enumerate(KINDS):
            each = float(mean[p, k])
            if each:
                key = f"requests, {profession}, {kind}"
                yield Finding("requests_expected", key, each, int(asked[p, k]), variance=each, step=1)


def _loads(scenario: Scenario, records: Records) -> Iterator[Finding]:
    """The logarithms of the loads are normal, so their standardised sum is: its bound is exact."""
    cv = scenario.background.unit_load_cv
    if cv:
        spread = math.sqrt(math.log1p(cv**2))
        standardised = (np.log(records.loads) + spread**2 / 2) / spread
        total, units = float(standardised.sum()), records.loads.size
        yield Finding("requests_expected", "loads of units, standardised", 0, total, variance=units, step=0)


def requests_expected(resolved: Resolved, records: Records) -> Floats:
    """Mean requests of the region per profession, kind and day from the start of the warm-up, shape (2, 2, days)."""
    scenario, other = resolved.scenario, resolved.scenario.background
    listed = np.array([unit.listed for unit in resolved.units], dtype=np.float64)
    per_year = float(listed @ records.loads) * other.visits_per_listed_per_year * other.load_factor
    weight = records.open_minutes * _demand(scenario)
    first_year = weight[scenario.warm_up_days : scenario.warm_up_days + YEAR_DAYS].sum()
    by_profession = np.array([1 - other.doctor_share, other.doctor_share])
    by_kind = np.array([other.same_day_share, 1 - other.same_day_share])
    mix = by_profession[:, None, None] * by_kind[None, :, None]
    return np.asarray(per_year * mix * (weight / first_year * YEAR_DAYS / MEAN_YEAR))


def _demand(scenario: Scenario) -> Floats:
    """Share of normal requests on each day from the start of the warm-up, by ISO week."""
    first = scenario.start_date - dt.timedelta(days=scenario.warm_up_days)
    days = (first + dt.timedelta(days=i) for i in range(scenario.warm_up_days + scenario.horizon_days))
    periods = {week: scenario.staffing.period(week) for week in range(1, 54)}
    found = (periods[day.isocalendar().week] for day in days)
    return np.array([1.0 if period is None else period.demand_share for period in found])


def minutes_expected(resolved: Resolved, records: Records, ended: NDArray[np.int64]) -> Iterator[Finding]:
    """Minutes of the visits of other patients beside their number × the mean of a visit (Wald's equation).

    How long a visit takes has no part in whether it begins, so the sum over those that began has that mean, and the
    number of them × the variance of one as its variance; the table that minutes are drawn from has a little less.
    `ended` counts them per unit, profession and outcome.
    """
    other = resolved.scenario.background
    minutes = (records.used - records.used_by_transferred).sum(axis=(0, 1))
    seen = ended[:, :, [SEEN_SAME_DAY, SEEN_BOOKED]].sum(axis=(0, 2))
    for p, mean in enumerate((other.nurse_minutes, other.doctor_minutes)):
        visits = int(seen[p])
        if visits:
            yield Finding(
                "minutes_expected",
                PROFESSIONS[p],
                visits * mean,
                float(minutes[p]),
                variance=visits * (mean * other.minutes_cv) ** 2,
                step=mean * _longest(other.minutes_cv),
            )


def _longest(cv: float) -> float:
    """How far above its mean of 1 the longest visit of the table can be: at most 2 % more than its gamma quantile."""
    if cv == 0:
        return 0.0
    from scipy.special import gammaincinv

    shape = cv**-2
    return 1.02 * float(gammaincinv(shape, 1 - 0.5 / TABLE_SIZE)) / shape
