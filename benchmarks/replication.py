"""A region-year to measure on, and what one replication of it gave its kernel and drew from its streams."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numba as nb
import numpy as np
from numba.core.dispatcher import Dispatcher
from numpy.typing import NDArray

import sim.patients
from benchmarks.twin import Session, sessions_of_day
from scenarios.load import Resolved, resolve
from sim import clinic_day
from sim.background import BOOKED, YEAR_DAYS, background
from sim.calendar import Calendar
from sim.model import simulate
from sim.patients import patients
from sim.randomness import as_uniform, philox, uniforms
from sim.records import CHECK, DIVERTED_SAME_DAY, DOSE, UNIT, UNPLANNED, Records
from sim.staff import servers

SEED = 1
REPLICATION = 0
DAY_MINUTES = 24 * 60
WORDS = 4  # random words that one call of the keyed generator gives
IN_DIARIES = (DOSE, CHECK, UNPLANNED)  # kinds of visits that are booked
KEYED = ("other visits", "journeys")  # parts that are drawn by key, inside what uses them
ANSWER = ("starts", "used", "overtime")  # of `queue_day`
KEPT = ("ends", "arrivals", "services", "servers", "closing", "latest_start", *ANSWER)


def region_settings(visits_per_year: float, scenario: str = "decision-2026") -> list[str]:
    """What makes a scenario one year without warm-up, everybody moved at once, and so many other visits."""
    year = ["horizon_years=1", "warm_up_weeks=0", "transfer.ramp=all_at_once"]
    base = resolve(scenario, sets=[*year, "background.load_factor=1.0"])
    listed = sum(unit.listed for unit in base.units)
    expected = listed * base.scenario.background.visits_per_listed_per_year * YEAR_DAYS / 365.25
    return [*year, f"background.load_factor={visits_per_year / expected}"]


def region(visits_per_year: float, scenario: str = "decision-2026") -> Resolved:
    """A region-year with so many other visits."""
    return resolve(scenario, sets=region_settings(visits_per_year, scenario))


@dataclass(frozen=True, slots=True, repr=False)
class KernelDay:
    """What `queue_day` was given on one day and what it answered; `opens` is a minute of the year."""

    opens: float
    ends: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    services: NDArray[np.float64]
    servers: NDArray[np.int64]
    closing: float
    latest_start: float
    starts: NDArray[np.float64]
    used: NDArray[np.float64]
    overtime: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<KernelDay of {self.arrivals.size} visits>"

    def sessions(self) -> list[Session]:
        """The day as the twin is given it."""
        lists = (self.ends, self.arrivals, self.services, self.servers)
        return sessions_of_day(*lists, latest_start=self.latest_start, opens=self.opens)

    def queue(self) -> NDArray[np.float64]:
        """The kernel's day once more."""
        lists = (self.ends, self.arrivals, self.services, self.servers)
        return queue(*lists, self.closing, self.latest_start)


def queue(
    ends: NDArray[np.int64],
    arrivals: NDArray[np.int64],
    services: NDArray[np.float64],
    servers: NDArray[np.int64],
    closing: float,
    latest_start: float,
) -> NDArray[np.float64]:
    """The starts that the day kernel gives any lists."""
    starts: NDArray[np.float64] = clinic_day.queue_day(
        ends, arrivals, services, servers, closing, latest_start
    )[0]
    return starts


@contextmanager
def watched(*names: str, by: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """With each of these functions of the day kernel replaced by what `by` makes of it."""
    with ExitStack() as replaced:
        for name in names:
            replaced.enter_context(mock.patch.object(clinic_day, name, by(name, getattr(clinic_day, name))))
        yield


def kernel_days(resolved: Resolved, replication: int = REPLICATION) -> tuple[Records, list[KernelDay]]:
    """Simulate a replication and keep what its kernel saw on each open day."""
    seen: list[dict[str, Any]] = []

    def keeping(_: str, queue_day: Callable[..., Any]) -> Callable[..., Any]:
        names = tuple(inspect.signature(queue_day.py_func).parameters)  # type: ignore[attr-defined]  # numba's

        def kept(*arguments: Any) -> Any:
            given = dict(zip(names, map(_copied, arguments), strict=True))
            answer = queue_day(*arguments)
            seen.append(given | dict(zip(ANSWER, map(_copied, answer), strict=True)))
            return answer

        return kept

    with watched("queue_day", by=keeping):
        records = simulate(resolved, SEED, replication)
    calendar = Calendar(resolved.scenario, days_after_horizon=0)
    open_days = np.flatnonzero(records.open_minutes)
    opens = (DAY_MINUTES * open_days + calendar.opens[open_days]).tolist()
    return records, [
        KernelDay(minute, **{name: told[name] for name in KEPT})
        for minute, told in zip(opens, seen, strict=True)
    ]


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def kernels() -> tuple[str, ...]:
    """The functions of the day kernel that the model calls, by name."""
    return tuple(
        name
        for name, function in vars(clinic_day).items()
        if isinstance(function, Dispatcher)
        and function.__module__ == clinic_day.__name__
        and not name.startswith("_")
    )


def kernel_seconds(resolved: Resolved) -> dict[str, float]:
    """Processor seconds of a replication that went to each function of the day kernel that it called."""
    spent: dict[str, float] = {}

    def timing(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            begun = time.process_time()
            answer = function(*arguments)
            spent[name] = spent.get(name, 0.0) + time.process_time() - begun
            return answer

        return timed

    with watched(*kernels(), by=timing):
        simulate(resolved, SEED, REPLICATION)
    return spent


class Draws:
    """What a replication draws, apart from what it does with it, so that drawing can be timed alone.

    Drawn with numpy: other patients' requests, sick leave, who the patients are. Drawn by key: arrival and
    minutes of each other visit, the lead time of each booking and what each booked visit of a transferred
    patient will be, here at their cheapest, four words to a call and nothing looked up; and each uniform number
    that a transferred patient's journey asked for.
    """

    def __init__(self, resolved: Resolved, records: Records) -> None:
        self.resolved = resolved
        self.calendar = Calendar(resolved.scenario, days_after_horizon=0)
        seen = records.others[records.others["outcome"] < DIVERTED_SAME_DAY]
        booked = records.visits[
            np.isin(records.visits["kind"], IN_DIARIES) & (records.visits["site"] == UNIT)
        ]
        requests = int(records.requests[:, :, BOOKED].sum())
        self.words = 2 * int(seen["visits"].sum()) + requests + WORDS * booked.size
        self.asked = _asked(resolved)

    def __repr__(self) -> str:
        return f"<Draws of {self.words} keyed words and {len(self.asked)} numbers for journeys>"

    def parts(self) -> dict[str, Callable[[], object]]:
        """What draws, by name."""
        scenario, units = self.resolved.scenario, self.resolved.units
        days = scenario.warm_up_days + scenario.horizon_days
        return {
            "requests of other patients": lambda: background(
                scenario, units, self.calendar, days, SEED, REPLICATION
            ),
            "sick leave": lambda: servers(scenario, units, self.calendar, days, SEED, REPLICATION),
            "who the patients are": lambda: patients(scenario, units, SEED, REPLICATION),
            "other visits": lambda: _keyed(self.words // WORDS),
            "journeys": self._for_journeys,
        }

    def _for_journeys(self) -> None:
        for place in self.asked:
            uniforms(*place)


def _asked(resolved: Resolved) -> list[tuple[int, ...]]:
    """The place of each set of uniform numbers that the patients asked for."""
    asked: list[tuple[int, ...]] = []

    def noted(*place: int) -> Any:
        asked.append(place)
        return uniforms(*place)

    with mock.patch.object(sim.patients, "uniforms", noted):
        simulate(resolved, SEED, REPLICATION)
    return asked


@nb.njit(cache=True)
def _keyed(calls):  # type: ignore[no-untyped-def]  # numba infers
    total = 0.0
    zero = np.uint64(0)
    for number in range(calls):
        first, second, third, fourth = philox(
            np.uint64(SEED), zero, np.uint64(number), np.uint64(number >> 32), zero, zero
        )
        total += as_uniform(first) + as_uniform(second) + as_uniform(third) + as_uniform(fourth)
    return total
