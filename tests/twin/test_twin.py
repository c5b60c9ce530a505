"""The whole model against its twin in plain SimPy: on the same draws the same of everything, in random scenarios.

The same means every row and every number to the bit; overtime, which the twin adds up visit by visit, to 1e-9. And the
comparison can fail: with one rule of the twin changed, it tells what differs.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import simpy
from hypothesis import HealthCheck, Phase, given, settings

from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.model import simulate
from sim.records import OTHER_OUTCOMES, SITES, VERDICTS, VISIT_KINDS, VISIT_OUTCOMES, Records
from tests.conftest import SmallRegion
from tests.twin import booking, journey
from tests.twin.clinic import NO_TIME, Clinic, Visit
from tests.twin.difference import difference
from tests.twin.journey import World
from tests.twin.model import simulate as simulate_plainly
from tests.twin.scenarios import Case, cases, everything

SEED, REPLICATION = 1, 0


def check(case: Case) -> None:
    resolved = case.resolved()
    found = difference(
        simulate(resolved, case.seed, REPLICATION), simulate_plainly(resolved, case.seed, REPLICATION)
    )
    assert not found, found


def on(examples: int, **how: Any) -> Callable[[Callable[[Case], None]], Callable[[], None]]:
    """Over so many random scenarios; none is made smaller, which takes long, since `difference` says where to look."""
    few = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        **how,
    )
    return lambda test: few(given(cases())(test))


@on(12, derandomize=True)
def test_model_and_twin_agree(case: Case) -> None:
    check(case)


@pytest.mark.slow
@on(300)
def test_model_and_twin_agree_in_many_scenarios(case: Case) -> None:
    check(case)


# --- a year in which everything happens -------------------------------------------------------------


@pytest.fixture(scope="module")
def full_year() -> Resolved:
    return everything().resolved()


@pytest.fixture(scope="module")
def told(full_year: Resolved) -> Records:
    return simulate(full_year, SEED, REPLICATION)


def test_they_agree_where_everything_happens(full_year: Resolved, told: Records) -> None:
    found = difference(told, simulate_plainly(full_year, SEED, REPLICATION))
    assert not found, found
    visits = told.visits
    assert set(visits["kind"]) == set(range(len(VISIT_KINDS)))
    assert set(visits["outcome"]) == set(range(len(VISIT_OUTCOMES)))
    assert set(visits["site"]) == set(range(len(SITES)))
    assert set(told.referrals["verdict"]) == set(range(len(VERDICTS)))
    assert set(told.others["outcome"]) == set(range(len(OTHER_OUTCOMES)))
    assert ((visits["arrival_minute"] == 0) & (visits["moves"] > 0)).any()  # carried over
    assert visits["wait_minutes"].max() > 60
    assert told.overtime.max() > 0
    assert told.doses["returned"].any()
    assert told.moves.size > 0
    assert (told.patients["handed_back"] > 0).any()
    assert (told.patients["planned"] < told.patients["referred"]).any()


def test_they_agree_where_units_are_closed_for_weeks(small_region: SmallRegion) -> None:
    """A wish may then fall weeks after the end of the diary."""
    weekdays = ("monday", "tuesday", "thursday", "friday")
    resolved = small_region(
        *(f"calendar.opening.{day}=null" for day in weekdays),
        "calendar.klamdag=closed",
        "booking.diary_horizon_weeks=1",
        "warm_up_weeks=4",
        "horizon_years=1",
    )
    found = difference(simulate(resolved, SEED, REPLICATION), simulate_plainly(resolved, SEED, REPLICATION))
    assert not found, found
    assert Calendar(resolved.scenario, days_after_horizon=0).longest_closure > 15


# --- with one rule of the twin changed --------------------------------------------------------------


class LastComeFirstServed(simpy.Resource):
    """Whoever came last is seen next."""

    class PutQueue(list):  # type: ignore[type-arg]
        def append(self, request: object) -> None:
            self.insert(0, request)


def later_of_two(day: int, early: int, late: int) -> Iterator[int]:
    """Of two days as near the later first."""
    return (2 * day - other for other in nearest(day, late, early))


def not_at_opening(clinic: Clinic, visit: Visit) -> None:
    """Who was not seen comes at a time of the day, as anybody."""
    carry_over(clinic, visit)
    visit.arrival = NO_TIME


def no_cap(world: World, unit: int) -> int:
    """Whoever is accepted comes at once."""
    return world.today


nearest, carry_over = booking.nearest, Clinic._carry_over
CHANGED = {
    "first come, first served": (simpy, "Resource", LastComeFirstServed),
    "the nearest day": (booking, "nearest", later_of_two),
    "carried over to opening": (Clinic, "_carry_over", not_at_opening),
    "the weekly cap": (journey, "day_with_place", no_cap),
}


@pytest.mark.parametrize("rule", CHANGED)
def test_a_changed_rule_is_seen(
    full_year: Resolved, told: Records, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.setattr(*CHANGED[rule])
    found = difference(told, simulate_plainly(full_year, SEED, REPLICATION))
    print(found)
    assert re.search(r"\n  model \{.*\}\n  twin  \{.*\}", found)
