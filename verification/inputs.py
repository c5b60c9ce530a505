"""What goes into a replication, and simple means of what is recorded, against what the scenario says.

Requests of other patients, sick leave and how busy units are come from the model's drawing functions; missed
visits, failures, minutes, times of appointments, referrals and unplanned needs are counted in the records of whole
replications. An unplanned need comes after 1 + ⌊exponential⌋ days and then again, so each day of treatment has one
with the same chance 1 - E[e^(-rate)], whatever else happens that day; with gamma rates that is 1 - (1 + mean ÷
shape)^(-shape).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved
from sim.background import background, unit_loads
from sim.calendar import Calendar
from sim.model import simulate
from sim.records import (
    ATTENDED,
    DOSE,
    FAILED,
    NEVER,
    NO_SHOW,
    NOT_SEEN,
    RETURNED,
    UNIT,
    UNPLANNED,
)
from sim.staff import servers
from verification.experiment import Experiment, Floats, seed_of
from verification.world import NO_OTHERS, NO_PERIODS, world

UNITS, LISTED = 8, 9000
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays")
HEADS = 20


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of other patients in one year, with the shipped seasons."""

    sets: int = 200

    name = "requests of other patients"
    formula = (
        "Poisson: listed × visits × load factor × mix × open minutes × season, to 364 ÷ 365.25 of a year"
    )
    source = "[the model](model.md#other-patients)"

    def expected(self) -> Mapping[str, float]:
        """Sums over units, and the index of dispersion over days, which is 1 for Poisson numbers."""
        by_day = self._means()
        calendar = self._calendar()
        other = self._world().scenario.background
        found = {f"on {name}": float(by_day[weekday::7].sum()) for weekday, name in enumerate(WEEKDAYS)}
        return found | {
            "in July weeks": float(by_day[self._july(calendar)].sum()),
            "to doctors": float(by_day.sum() * other.doctor_share),
            "for the same day": float(by_day.sum() * other.same_day_share),
            "dispersion": 1.0,
        }

    def sample(self, number: int) -> Floats:
        """One year."""
        resolved, calendar, means = self._world(), self._calendar(), self._means()
        days = resolved.scenario.horizon_days
        drawn = background(resolved.scenario, resolved.units, calendar, days, seed_of(self), number).requests
        by_day = drawn.sum(axis=(0, 1, 2)).astype(np.float64)
        is_open = means > 0
        dispersion = ((by_day - means)[is_open] ** 2 / means[is_open]).sum() / is_open.sum()
        sums = [
            *(by_day[weekday::7].sum() for weekday in range(5)),
            by_day[self._july(calendar)].sum(),
            drawn[:, 1].sum(),
            drawn[:, :, 0].sum(),
            dispersion,
        ]
        return np.array([sums, [1.0] * len(sums)])

    def _world(self) -> Resolved:
        return world("horizon_years=1", "background.unit_load_cv=0", units=UNITS, listed=LISTED)

    def _calendar(self) -> Calendar:
        return Calendar(self._world().scenario, days_after_horizon=0)

    def _july(self, calendar: Calendar) -> NDArray[np.bool_]:
        period = self._world().scenario.staffing.periods["july"]
        week = calendar.iso_week
        return (week >= period.first_iso_week) & (week <= period.last_iso_week)

    def _means(self) -> Floats:
        """Expected requests per day over all units: what the description of the model says, written again."""
        scenario, calendar = self._world().scenario, self._calendar()
        season = np.ones(calendar.size)
        for period in scenario.staffing.periods.values():
            first, last, week = period.first_iso_week, period.last_iso_week, calendar.iso_week
            inside = (week >= first) & (week <= last) if first <= last else (week >= first) | (week <= last)
            season[inside] = period.demand_share
        weight = calendar.open_minutes * season
        other = scenario.background
        a_year = UNITS * LISTED * other.visits_per_listed_per_year * other.load_factor
        return np.asarray(a_year * weight / weight.sum() * 364 / 365.25)


@dataclass(frozen=True, slots=True)
class Busy:
    """How busy units are relative to the mean: lognormal."""

    sets: int = 200

    name = "how busy units are"
    formula = "mean 1, mean square 1 + cv²"
    source = "[the model](model.md#other-patients)"

    def expected(self) -> Mapping[str, float]:
        """Two moments."""
        return {"mean": 1.0, "mean square": 1 + self._world().scenario.background.unit_load_cv ** 2}

    def sample(self, number: int) -> Floats:
        """The units of one replication."""
        resolved = self._world()
        loads = unit_loads(resolved.scenario, resolved.units, seed_of(self), number)
        return np.array([[loads.sum(), (loads**2).sum()], [loads.size] * 2])

    def _world(self) -> Resolved:
        return world("horizon_years=1", units=40, listed=LISTED)


@dataclass(frozen=True, slots=True)
class SickLeave:
    """Heads away sick: a two-state chain per head and day of the week, in its stationary state."""

    sets: int = 200

    name = "sick leave"
    formula = "share s; covariance of k days apart n s (1 - s)(1 - f - r)^k, r = 1 ÷ spell, f = r s ÷ (1 - s)"
    source = "Norris 1997, doi 10.1017/CBO9780511810633"

    def expected(self) -> Mapping[str, float]:
        """Share, variance and covariance of heads away, per unit and profession."""
        staffing = self._world().scenario.staffing
        share, recovers = staffing.sick_absence_share, 1 / staffing.sick_spell_days_mean
        kept = 1 - recovers - recovers * share / (1 - share)
        variance = HEADS * share * (1 - share)
        return {
            "heads away": HEADS * share,
            "variance": variance,
            "covariance of the day after": variance * kept,
            "covariance of a week after": variance * kept**7,
        }

    def sample(self, number: int) -> Floats:
        """A year of all units, with all time for visits, so that servers are heads present."""
        resolved = self._world()
        scenario, units = resolved.scenario, resolved.units
        calendar = Calendar(scenario, days_after_horizon=0)
        present = servers(scenario, units, calendar, scenario.horizon_days, seed_of(self), number)
        away = (HEADS - present).astype(np.float64)
        off = away - HEADS * scenario.staffing.sick_absence_share
        is_open = calendar.open_minutes > 0
        sums, numbers = [float(away[:, :, is_open].sum())], [int(is_open.sum())]
        for lag in (0, 1, 7):
            both = is_open[: is_open.size - lag] & is_open[lag:]
            sums.append(float((off[:, :, : is_open.size - lag] * off[:, :, lag:])[:, :, both].sum()))
            numbers.append(int(both.sum()))
        return np.array([sums, np.array(numbers) * 2 * len(units)], dtype=np.float64)

    def _world(self) -> Resolved:
        full = (
            "staffing.nurse_direct_share=1",
            "staffing.doctor_direct_share=1",
            "staffing.nurse_telephone_share=0",
        )
        return world("horizon_years=1", *NO_PERIODS, *full, units=4, listed=LISTED, fte=float(HEADS))


@dataclass(frozen=True, slots=True)
class Journeys:
    """Transferred patients with catheters: what a year's records say of their visits."""

    sets: int = 200
    patients: int = 150

    name = "visits and needs of transferred patients"
    formula = (
        "each visit, referral and day of treatment by its own chance; grid of 99 appointments of 5 minutes"
    )
    source = "[the model](model.md#streams-and-patients)"

    def expected(self) -> Mapping[str, float]:
        """Shares and means that the scenario states."""
        stream = self._world().scenario.streams["catheter"]
        mean, shape = stream.unplanned_per_year / 365.25, stream.unplanned_cv**-2
        return {
            "share of visits missed": stream.no_show_share,
            "share of those attended that fail": stream.failed_share,
            "nurse minutes of a visit": stream.nurse_minutes,
            "minute of an appointment": 1 + 5 * 49.0,
            "share of referrals returned": 1 - stream.referral.complete_share,
            "unplanned needs per patient and day": 1 - (1 + mean / shape) ** -shape,
        }

    def sample(self, number: int) -> Floats:
        """One year."""
        resolved = self._world()
        days = resolved.scenario.horizon_days
        records = simulate(resolved, seed_of(self), number)
        visits, people, referrals = records.visits, records.patients, records.referrals
        doses = visits[(visits["kind"] == DOSE) & (visits["site"] == UNIT)]
        went = np.isin(doses["outcome"], (ATTENDED, FAILED))
        full = doses[went & (records.open_minutes[doses["day"]] == 540) & (doses["moves"] == 0)]
        needs = visits[(visits["kind"] == UNPLANNED) & (visits["outcome"] != NOT_SEEN)]
        ended = np.where(people["ended"] == NEVER, days, people["ended"])
        pairs = (
            ((doses["outcome"] == NO_SHOW).sum(), doses.size),
            ((doses["outcome"] == FAILED).sum(), went.sum()),
            (doses["nurse_minutes"][went].sum(), went.sum()),
            (full["arrival_minute"].sum(), full.size),
            ((referrals["verdict"] == RETURNED).sum(), referrals.size),
            (needs.size, (ended - people["entered"]).sum()),
        )
        return np.array(pairs, dtype=np.float64).T

    def _world(self) -> Resolved:
        return world(
            *NO_OTHERS,
            "horizon_years=1",
            "transfer.ramp=all_at_once",
            "staffing.sick_absence_share=0",
            f"streams.catheter.patients={self.patients}",
            "streams.catheter.failed_share=0.05",
            "streams.catheter.interval_days=60",
            "streams.catheter.municipal_share=0",
            "streams.catheter.referral.guideline=null",
            units=4,
            listed=LISTED,
            fte=20.0,
        )


def experiments() -> tuple[Experiment, ...]:
    """Everything above."""
    return Requests(), Busy(), SickLeave(), Journeys()
