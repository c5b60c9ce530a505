"""Patients under treatment, and at the units through the ramp, week by week, against the exact mean.

N patients are under treatment at day zero; R(t) is the chance that such a course lasts t more days, Λ(e) the
expected number of new patients on day e, and S(t) the chance that a course lasts longer than t days. New patients
come as a Poisson process that may grow, each for a course of its own: an infinite-server queue M_t/G/∞, whose mean
is the integral of past arrivals times survival (Eick, Massey and Whitt 1993, doi 10.1287/opre.41.4.731). To them
come those under treatment at day zero, whose courses are in the middle (Cox 1962). Courses end on whole days and
patients enter on them; both stand in the formula. A patient is at the unit from acceptance to the end of the
course, and acceptance does not depend on the course, so chances multiply. When a referral is written and accepted
is followed day by day: the ramp, the first dose at the hospital with its lateness and missed visits, travel,
review, rewriting, closed days.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved
from scenarios.schema import Stream
from sim.model import simulate
from sim.records import NEVER, Records
from verification.expectation import (
    MEAN_YEAR,
    Inputs,
    accepted_by,
    inputs_of,
    mean_course,
    residual_survival,
    survival,
)
from verification.experiment import Experiment, Floats, seed_of
from verification.world import NO_OTHERS, world

YEARS = 2
RAMP_STARTS = "2026-05-04"


@dataclass(frozen=True, slots=True)
class Ramp:
    """One stream on the move: in all and at the units, on the last day of each week."""

    title: str
    stream: str
    patients: int
    settings: tuple[str, ...]
    sets: int = 250

    formula = "N R(t) + Σ Λ(e) S(t - e); at units each term × eligible × uptake × P(accepted by t)"
    source = "Eick, Massey and Whitt 1993, doi 10.1287/opre.41.4.731"

    @property
    def name(self) -> str:
        """The stream and what is special about it."""
        return f"{self.stream}: {self.title}"

    def expected(self) -> Mapping[str, float]:
        """Week by week; the variance at the end is that of a binomial and a Poisson number."""
        return _expected(self)

    def sample(self, number: int) -> Floats:
        """One replication of the whole model."""
        resolved, expected = self.world(), self.expected()
        records = simulate(resolved, seed_of(self), number)
        last = np.arange(6, resolved.scenario.horizon_days, 7)
        total, at_units = counts(records, last)
        distance = total[-1] - expected[f"under treatment, week {last.size}"]
        seen = len(expected) - last.size - 1
        found = np.concatenate([total, [distance**2], at_units[last.size - seen :]])
        return np.stack([found, np.ones(found.size)])

    def world(self) -> Resolved:
        """Four units and this stream alone."""
        named = [f"streams.{self.stream}.{setting}" for setting in self.settings]
        return world(
            *NO_OTHERS,
            f"horizon_years={YEARS}",
            f"transfer.start_date={RAMP_STARTS}",
            "hospital.handed_back_after_returns=100",
            f"streams.{self.stream}.patients={self.patients}",
            f"streams.{self.stream}.clustering_cv=0",
            f"streams.{self.stream}.loading_days=[0]",
            *named,
            units=4,
            listed=9000,
        )


@functools.cache
def _expected(ramp: Ramp) -> Mapping[str, float]:
    resolved = ramp.world()
    stream, days = resolved.scenario.streams[ramp.stream], resolved.scenario.horizon_days
    last = np.arange(6, days, 7)
    remain = residual_survival(stream.course, days)
    entered = entries(stream, days)
    new = np.convolve(entered, survival(stream.course, days))[:days]
    found = {
        f"under treatment, week {week + 1}": float(stream.patients * remain[day] + new[day])
        for week, day in enumerate(last)
    }
    found["variance of that, last week"] = float(
        stream.patients * remain[last[-1]] * (1 - remain[last[-1]]) + new[last[-1]]
    )
    at_units = expected_at_units(inputs_of(resolved), stream)
    return found | {
        f"at units, week {week + 1}": float(at_units[day])
        for week, day in enumerate(last)
        if at_units[day] >= 1
    }


def counts(records: Records, days: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Patients under treatment, and at the units, at the end of each day; both of shape (days,)."""
    people = records.patients
    began, ended = people["entered"][:, None], _or_never(people["ended"])
    accepted, left = _or_never(people["accepted"]), _or_never(people["left_unit"])
    total = ((began <= days) & (ended > days)).sum(axis=0)
    return np.asarray(total, np.float64), np.asarray(
        ((accepted <= days) & (left > days)).sum(axis=0), np.float64
    )


def _or_never(days: Floats) -> Floats:
    return np.where(days == NEVER, np.inf, days)[:, None]


def entries(stream: Stream, days: int) -> Floats:
    """Expected new patients on each day: the integral of a rate that grows, shape (days,)."""
    rate = stream.patients / mean_course(stream.course)
    growth = math.log1p(stream.growth_per_year) / MEAN_YEAR
    t = np.arange(days + 1)
    return np.diff(rate * (t if growth == 0 else np.expm1(growth * t) / growth))


def expected_at_units(inputs: Inputs, stream: Stream) -> Floats:
    """Expected patients at units at the end of each day, shape (days,)."""
    scenario, days = inputs.scenario, inputs.scenario.horizon_days
    accepted = accepted_by(inputs, stream.referral)
    begins = (dt.date.fromisoformat(RAMP_STARTS) - scenario.start_date).days
    written = inputs.next_open[begins + np.arange(scenario.transfer.ramp_weeks * 7)]
    found = stream.patients * residual_survival(stream.course, days) * accepted[written].mean(axis=0)
    alive = survival(stream.course, days)
    for entered, number in enumerate(entries(stream, days)):
        for day, chance in referred_on(inputs, stream, entered).items():
            written_on = inputs.next_open[max(begins, day)]
            if written_on < days:
                found[entered:] += number * chance * alive[: days - entered] * accepted[written_on, entered:]
    return np.asarray(found * stream.eligible_share * stream.uptake_share)


def referred_on(inputs: Inputs, stream: Stream, entered: int) -> Mapping[int, float]:
    """P(a new patient may be referred from each day on): at once, or the day after the first dose at the hospital."""
    if stream.loading_at == "unit":
        return {entered: 1.0}
    return {day + 1: chance for day, chance in first_dose(inputs, stream, entered).items()}


@functools.cache
def _late_days(mean: float) -> Floats:
    """P(1, 2, 3 … days of an exponential rounded up), until one in a million is left."""
    days = np.arange(math.ceil(mean * math.log(1e6)))
    return np.exp(-days / mean) * -math.expm1(-1 / mean)


def first_dose(inputs: Inputs, stream: Stream, entered: int) -> Mapping[int, float]:
    """P(the hospital gives the first dose on each day): some are late, some missed and given another day."""
    hospital, days = inputs.scenario.hospital, inputs.scenario.horizon_days
    meant: dict[int, float] = {}

    def add(day: int, chance: float) -> None:
        opens = int(inputs.next_open[min(day, days)])
        meant[opens] = meant.get(opens, 0.0) + chance

    add(entered, 1 - hospital.late_share)
    for late, chance in enumerate(_late_days(hospital.late_days_mean), start=1):
        add(entered + stream.late_days + late, hospital.late_share * float(chance))
    given: dict[int, float] = {}
    while meant:
        day = min(meant)
        chance = meant.pop(day)
        given[day] = chance * (1 - hospital.no_show_share)
        if day < days:
            add(day + hospital.rebook_days, chance * hospital.no_show_share)
    return given


def experiments() -> tuple[Experiment, ...]:
    """A stream that is steady, one that grows with a longest course, one that units take from the first dose on."""
    yearly = "interval_days=182", "late_days=12"
    return (
        Ramp("steady, exponential course", "fulvestrant", 120, (*yearly, "returned_after_days=28")),
        Ramp("growing by 30 % a year, course cut at 500 days", "goserelin", 120,
             (*yearly, "growth_per_year=0.3", "course={median_days: 300, maximum_days: 500}")),
        Ramp("first dose at the unit, shrinking by 20 % a year", "triptorelin", 120,
             ("loading_at=unit", "growth_per_year=-0.2", "course={median_days: 400, maximum_days: null}")),
    )  # fmt: skip
