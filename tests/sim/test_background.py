import dataclasses

import numpy as np
import pytest
from scipy import stats

from scenarios.load import Resolved
from sim.background import (
    BOOKED,
    LARGEST_MEAN,
    LONGEST_TABLE,
    SAME_DAY,
    TABLE_SIZE,
    Background,
    _fill,
    _first_to_reach,
    _requests,
    background,
    day_weights,
    gamma_table,
    unit_loads,
)
from sim.calendar import Calendar
from tests.conftest import SmallRegion

YEAR = 364
ROOT = 1
REPLICATIONS = 20


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return small_region("background.load_factor=1.25")


def demand(resolved: Resolved, replication: int, **values: object) -> Background:
    """Demand with other values for other patients."""
    other = resolved.scenario.background.model_copy(update=values)
    scenario = resolved.scenario.model_copy(update={"background": other})
    calendar = Calendar(scenario, days_after_horizon=0)
    return background(scenario, resolved.units, calendar, calendar.size, ROOT, replication)


def inside(count: int, expected: float) -> bool:
    """Whether a Poisson count lies in its 99.9 % interval."""
    low, high = stats.poisson.interval(0.999, expected)
    return bool(low <= count <= high)


def test_requests_of_a_year_are_listed_times_visits_times_load(resolved: Resolved) -> None:
    other = resolved.scenario.background
    assert (other.visits_per_listed_per_year, other.load_factor) == (2.4, 1.25)
    listed = np.array([unit.listed for unit in resolved.units])
    first = resolved.scenario.warm_up_days
    expected, counted = 0.0, np.zeros((2, 2), dtype=np.int64)
    for replication in range(REPLICATIONS):
        load = unit_loads(resolved.scenario, resolved.units, ROOT, replication)
        per_unit = listed * 2.4 * 1.25 * load * YEAR / 365.25
        found = demand(resolved, replication).requests[..., first : first + YEAR].sum(axis=3)
        assert inside(found.sum(), per_unit.sum())
        expected += per_unit.sum()
        counted += found.sum(axis=0)
    assert inside(counted.sum(), expected)
    for profession, share in enumerate((1 - other.doctor_share, other.doctor_share)):
        for kind, part in ((SAME_DAY, other.same_day_share), (BOOKED, 1 - other.same_day_share)):
            assert inside(counted[profession, kind], expected * share * part)


def test_requests_are_poisson_around_the_weight_of_each_day(resolved: Resolved) -> None:
    calendar = Calendar(resolved.scenario, days_after_horizon=0)
    weight = day_weights(resolved.scenario, calendar)
    is_open = calendar.open_minutes > 0
    requests = demand(resolved, 0, unit_load_cv=0.0).requests
    assert (requests[..., ~is_open] == 0).all()
    listed = np.array([unit.listed for unit in resolved.units])
    share = resolved.scenario.background.doctor_share * resolved.scenario.background.same_day_share
    rate = listed[:, None] * 2.4 * 1.25 * share * weight[is_open]
    found = requests[:, 1, SAME_DAY][:, is_open]
    spread = ((found - rate) ** 2 / rate).sum()  # chi-squared with one degree per unit and day
    assert abs(spread - rate.size) < 4 * np.sqrt(2 * rate.size + (1 / rate).sum())


def test_july_asks_for_its_share(resolved: Resolved) -> None:
    calendar = Calendar(resolved.scenario, days_after_horizon=0)
    per_minute = day_weights(resolved.scenario, calendar) / np.maximum(calendar.open_minutes, 1)
    by_week = {
        week: per_minute[(calendar.iso_week == week) & (calendar.open_minutes > 0)] for week in (20, 29)
    }
    assert by_week[29] == pytest.approx(0.70 * by_week[20][0])
    assert resolved.scenario.staffing.periods["july"].demand_share == 0.70


def test_no_policy_changes_what_is_asked_for(resolved: Resolved) -> None:
    booking = resolved.scenario.booking.model_copy(update={"bookable_share": 0.3})
    transfer = resolved.scenario.transfer.model_copy(update={"enabled": False})
    other_policy = dataclasses.replace(
        resolved, scenario=resolved.scenario.model_copy(update={"booking": booking, "transfer": transfer})
    )
    assert np.array_equal(demand(resolved, 3).requests, demand(other_policy, 3).requests)


def test_a_unit_keeps_its_patients_whoever_else_is_in_the_register(resolved: Resolved) -> None:
    alone = dataclasses.replace(resolved, units=resolved.units[5:6])
    assert np.array_equal(demand(resolved, 0).requests[5:6], demand(alone, 0).requests)
    assert demand(resolved, 0).keys[5] == demand(alone, 0).keys[0]


def test_a_longer_horizon_goes_on_where_a_shorter_one_ends(resolved: Resolved) -> None:
    longer = dataclasses.replace(resolved, scenario=resolved.scenario.model_copy(update={"horizon_years": 3}))
    first = demand(resolved, 0).requests
    assert np.array_equal(demand(longer, 0).requests[..., : first.shape[3]], first)


def test_more_demand_only_adds_requests(resolved: Resolved) -> None:
    less, more = (demand(resolved, 0, load_factor=factor).requests for factor in (1.25, 1.30))
    assert (more >= less).all()
    assert more.sum() > less.sum()


@pytest.mark.parametrize("mean", [0.0, 0.01, 3.7, 80.0, 499.0])
def test_requests_are_the_poisson_quantile_of_their_chance(mean: float) -> None:
    table = np.empty(LONGEST_TABLE)
    _fill(table, mean)
    for chance in (1e-9, 0.05, 0.5, 0.95, 1 - 1e-9):
        assert _first_to_reach(table, chance) == stats.poisson.ppf(chance, mean)


def test_a_unit_far_larger_than_any_has_its_poisson_requests_too() -> None:
    """Above the largest mean of one draw they are a sum of several."""
    mean, days = 3.4 * LARGEST_MEAN, 4000
    found = _requests(
        np.array([7]), np.array([mean]), np.ones((1, 2, 2)), np.zeros(days, dtype=np.int64), 0
    ).ravel()
    assert abs(found.mean() - mean) < 4 * np.sqrt(mean / found.size)
    assert abs(found.var() / mean - 1) < 4 * np.sqrt(2 / found.size)


def test_unit_loads_have_mean_one_and_the_stated_spread(resolved: Resolved) -> None:
    cv = resolved.scenario.background.unit_load_cv
    assert cv == 0.3
    loads = np.array([unit_loads(resolved.scenario, resolved.units, ROOT, r) for r in range(400)]).ravel()
    n = loads.size
    assert abs(loads.mean() - 1) < 4 * cv / np.sqrt(n)
    sigma = np.sqrt(np.log1p(cv**2))
    assert abs(np.log(loads).std() - sigma) < 4 * sigma / np.sqrt(2 * n)


@pytest.mark.parametrize("cv", [0.1, 0.3, 0.5, 0.8, 1.0])
def test_gamma_table_has_mean_one_and_the_stated_spread(cv: float) -> None:
    table = gamma_table(cv)
    assert table.shape == (TABLE_SIZE,)
    assert table.mean() == pytest.approx(1.0, abs=1e-12)
    assert table.std() == pytest.approx(cv, rel=0.005)  # the outermost 1/8192 on each side is cut
    assert (np.diff(table) > 0).all()
    quartiles = stats.gamma.ppf([0.25, 0.5, 0.75], cv**-2, scale=cv**2)
    assert np.quantile(table, [0.25, 0.5, 0.75]) == pytest.approx(quartiles, rel=0.002)


def test_without_spread_every_visit_takes_the_mean() -> None:
    assert (gamma_table(0.0) == 1.0).all()


def test_wished_days_lie_ahead_inside_the_diary_with_the_stated_mean(resolved: Resolved) -> None:
    horizon = resolved.scenario.booking.diary_horizon_weeks * 7
    lead = demand(resolved, 0).lead_table
    assert lead.min() == 1
    assert lead.max() == horizon == 70
    # Whole days, rounded up, of an exponential with mean 20, cut at the horizon.
    stay = np.exp(-1 / 20)
    assert lead.mean() == pytest.approx((1 - stay**horizon) / (1 - stay), rel=0.002)
