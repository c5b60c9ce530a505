"""A whole clinic day of the model, its draws, lists, queue and records, against the exact law of a day's work.

One nurse; other patients come the same day, Poisson, at whole minutes, each for 20 minutes. So the requests of each
minute are Poisson too, and the work that waits is a Markov chain from minute to minute, begun empty at opening:

    u(m + 1) = max(0, u(m) + 20 × Poisson - 1)

Its distribution is computed outright (Lindley 1952, doi 10.1017/S0305004100027638). A patient of the transfer comes
at a minute of a grid, before others of that minute, waits u(m), and takes no time to speak of; what is left at
closing is overtime.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.model import simulate
from sim.records import ATTENDED, DOSE, UNIT
from verification.experiment import Experiment, Floats, seed_of
from verification.world import NO_PERIODS, world

FULL_DAY, LAST_ARRIVAL, GRID, SERVICE = 540, 495, 5, 20  # minutes
LONG = 30  # minutes
MOMENT = 0.001  # minutes of a dose, so that doses do not delay each other


@dataclass(frozen=True, slots=True)
class ClinicDay:
    """Days of one nurse with other patients at a load of the hours in which they come."""

    load: float
    sets: int = 150
    patients: int = 60

    formula = "u(m + 1) = max(0, u(m) + 20 A - 1), A Poisson; wait u(m), overtime max(0, u - 45) after the last arrival"
    source = "Lindley 1952, doi 10.1017/S0305004100027638"

    @property
    def name(self) -> str:
        """What and how busy."""
        return f"clinic day of one nurse, load {self.load:g}"

    @property
    def requests(self) -> float:
        """Expected requests of a full day."""
        return self.load * LAST_ARRIVAL / SERVICE

    def expected(self) -> Mapping[str, float]:
        """Waits on the grid of appointments, and what is left at closing."""
        comes, closing = _work(self.requests / LAST_ARRIVAL)
        waits = comes[0::GRID].mean(axis=0)
        minutes = np.arange(waits.size)
        over = np.maximum(minutes - (FULL_DAY - LAST_ARRIVAL), 0)
        return {
            "mean wait of a dose, minutes": float(waits @ minutes),
            "share of doses that wait": float(1 - waits[0]),
            "share that wait over 30 minutes": float(waits[LONG + 1 :].sum()),
            "overtime on a day, minutes": float(closing @ over),
            "share of days with overtime": float(closing[over > 0].sum()),
            "minutes of other patients": self.requests * SERVICE,
        }

    def sample(self, number: int) -> Floats:
        """One year at each of a few units; full days only."""
        records = simulate(self._world(), seed_of(self), number)
        doses = records.visits[(records.visits["kind"] == DOSE) & (records.visits["site"] == UNIT)]
        doses = doses[doses["outcome"] == ATTENDED]
        waits = doses["wait_minutes"][records.open_minutes[doses["day"]] == FULL_DAY]
        full = records.open_minutes == FULL_DAY
        overtime = records.overtime[full, :, 0]
        used = (records.used - records.used_by_transferred)[full, :, 0]
        sums = (
            waits.sum(),
            (waits > 0.5).sum(),  # not the moments of other doses
            (waits > LONG + 0.5).sum(),
            overtime.sum(),
            (overtime > 0.5).sum(),
            used.sum(),
        )
        return np.array([sums, [waits.size] * 3 + [used.size] * 3], dtype=np.float64)

    def _world(self) -> Resolved:
        return _world(self.requests, self.patients)


def _work(per_minute: float) -> tuple[Floats, Floats]:
    """Chances of so many minutes of work: before each minute 1 … 495 (minutes, work), and after the last arrivals."""
    size = 100 * SERVICE
    come = [math.exp(-per_minute) * per_minute**k / math.factorial(k) for k in range(10)]
    before, work = np.zeros((LAST_ARRIVAL, size)), np.zeros(size)
    work[0] = 1.0
    after = work
    for minute in range(LAST_ARRIVAL):
        before[minute] = work
        after = np.zeros(size)
        for k, chance in enumerate(come):
            after[k * SERVICE :] += chance * work[: size - k * SERVICE]
        work = np.append(after[1:], 0.0)
        work[0] += after[0]
    return before, after


@functools.cache
def _world(requests: float, patients: int) -> Resolved:
    listed = 9000
    base = world(*_settings(patients), "background.visits_per_listed_per_year=1", units=4, listed=listed)
    opening = Calendar(base.scenario, days_after_horizon=0).open_minutes
    year = requests * int(opening.sum()) / FULL_DAY  # requests are as open minutes
    rate = year / (364 / 365.25) / listed
    return world(
        *_settings(patients), f"background.visits_per_listed_per_year={rate!r}", units=4, listed=listed
    )


def _settings(patients: int) -> tuple[str, ...]:
    return (
        *NO_PERIODS,
        "horizon_years=1",
        "transfer.ramp=all_at_once",
        "clinic.overtime_limit_minutes=480",
        f"clinic.last_arrival_minutes={FULL_DAY - LAST_ARRIVAL}",
        "background.load_factor=1",
        "background.unit_load_cv=0",
        "background.doctor_share=0",
        "background.same_day_share=1",
        f"background.nurse_minutes={SERVICE}",
        "background.minutes_cv=0",
        f"streams.fulvestrant.patients={patients}",
        f"streams.fulvestrant.nurse_minutes={MOMENT}",
        "streams.fulvestrant.minutes_cv=0",
    )


def experiments() -> tuple[Experiment, ...]:
    """A quiet day and a busy one."""
    return ClinicDay(0.6), ClinicDay(0.95)
