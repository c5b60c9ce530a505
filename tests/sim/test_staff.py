import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.register import Unit
from scenarios.schema import Scenario
from sim.calendar import Calendar
from sim.staff import DOCTOR, NURSE, planned_minutes, positions, servers, visit_shares
from tests.conftest import SmallRegion

YEAR = 364
REPLICATIONS = 20
MANY = 10.0  # times the register's nurses: so many that "at least one server" never binds
ALL_FOR_VISITS = {"nurse_direct_share": 1.0, "nurse_telephone_share": 0.0}  # a server per head

Counts = NDArray[np.int64]


@pytest.fixture(scope="module")
def units(small_region: SmallRegion) -> tuple[Unit, ...]:
    return small_region().units


@pytest.fixture(scope="module")
def scenario(small_region: SmallRegion) -> Scenario:
    return small_region("warm_up_weeks=0").scenario


def staffed(scenario: Scenario, **values: object) -> Scenario:
    """The scenario with other staffing and, unless `periods` is given, no summer."""
    staffing = scenario.staffing.model_copy(update={"periods": {}, "nurse_fte_factor": MANY} | values)
    return scenario.model_copy(update={"staffing": staffing})


def on_duty(scenario: Scenario, units: tuple[Unit, ...], replication: int = 0) -> Counts:
    """Servers on open days, shape (units, 2, open days)."""
    calendar = Calendar(scenario, days_after_horizon=0)
    found = servers(scenario, units, calendar, calendar.size, root=1, replication=replication)
    return found[:, :, calendar.open_minutes > 0]


def z_score(sample: NDArray[np.float64], expected: float) -> float:
    return float((sample.mean() - expected) / (sample.std(ddof=1) / np.sqrt(sample.size)))


def test_servers_are_positions_less_sickness_times_the_share_for_visits(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    usual = staffed(scenario)
    expected = positions(usual, units)[:, NURSE] * (1 - 0.064) * visit_shares(usual)[NURSE]
    years = [on_duty(usual, units, r)[:, NURSE].mean(axis=1) / expected for r in range(REPLICATIONS)]
    assert abs(z_score(np.array(years).ravel(), 1.0)) <= 4
    assert abs(np.mean(years) - 1) < 0.005


@pytest.mark.parametrize("profession", [NURSE, DOCTOR])
def test_the_dither_keeps_the_mean_of_each_unit_within_one_year(
    scenario: Scenario, units: tuple[Unit, ...], profession: int
) -> None:
    well = staffed(scenario, sick_absence_share=0.0, doctor_fte_factor=MANY)
    fte, share = positions(well, units)[:, profession], visit_shares(well)[profession]
    found = on_duty(well, units)[:, profession]
    # Two roundings, each a golden-ratio sequence: over n points its mean is within (1 + log n) ÷ n of exact.
    days, weeks = found.shape[1], YEAR // 7
    off = (1 + np.log(days)) / days + share * 2 * (1 + np.log(weeks)) / weeks
    assert np.abs(found.mean(axis=1) - fte * share).max() < off
    assert (np.ptp(found, axis=1) <= 2).all()


def heads_away(scenario: Scenario, units: tuple[Unit, ...], replication: int) -> tuple[Counts, Counts]:
    """Nurses planned and nurses away sick, shape (units, days); closed days hold 0."""
    calendar = Calendar(scenario, days_after_horizon=0)
    sick, well = (
        servers(staffed(scenario, **ALL_FOR_VISITS, **share), units, calendar, YEAR, 1, replication)[:, NURSE]
        for share in ({}, {"sick_absence_share": 0.0})
    )
    return well, well - sick


def test_sick_share_and_length_of_spells(scenario: Scenario, units: tuple[Unit, ...]) -> None:
    """A two-state chain: absence on days k apart correlates as (1 - a - b)^k.

    Here b = 1 ÷ mean spell is the chance to get well, and a that to fall ill.
    """
    share, spell = scenario.staffing.sick_absence_share, scenario.staffing.sick_spell_days_mean
    assert (share, spell) == (0.064, 6)
    is_open = Calendar(scenario, days_after_horizon=0).open_minutes[:YEAR] > 0
    monday = np.flatnonzero(is_open[:-3] & is_open[3:] & (np.arange(YEAR - 3) % 7 == 0))
    shares, on_first_day, correlations = [], [], []
    for replication in range(REPLICATIONS):
        planned, away = heads_away(scenario, units, replication)
        shares.append(away[:, is_open].mean(axis=1) / planned[:, is_open].mean(axis=1))
        on_first_day.append(away[:, 0].sum() / planned[:, 0].sum())
        off = away - share * planned  # staff are planned week by week, so Monday's heads are Thursday's
        correlations.append((off[:, monday] * off[:, monday + 3]).sum() / (off[:, monday] ** 2).sum())
    assert abs(z_score(np.array(shares).ravel(), share)) <= 4
    assert abs(np.mean(shares) - share) < 0.003
    assert is_open[0]
    assert abs(z_score(np.array(on_first_day), share)) <= 4  # the chain starts as it goes on
    falls_ill = share / (1 - share) / spell
    assert abs(z_score(np.array(correlations), (1 - falls_ill - 1 / spell) ** 3)) <= 4


def test_july_has_the_share_of_staff_that_the_scenario_says(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    calendar = Calendar(scenario, days_after_horizon=0)
    weeks = calendar.iso_week[calendar.open_minutes > 0]
    july, normal = (weeks >= 27) & (weeks <= 31), (weeks >= 36) & (weeks <= 50)
    usual = staffed(scenario, periods=scenario.staffing.periods)
    nurses = [on_duty(usual, units, r)[:, NURSE] for r in range(REPLICATIONS)]
    ratios = np.array([found[:, july].mean() / found[:, normal].mean() for found in nurses])
    assert usual.staffing.periods["july"].staff_share == 0.55
    assert abs(z_score(ratios, 0.55)) <= 4


def test_another_july_leaves_every_other_week_alone(scenario: Scenario, units: tuple[Unit, ...]) -> None:
    calendar = Calendar(scenario, days_after_horizon=0)
    weeks = calendar.iso_week[calendar.open_minutes > 0]
    july = (weeks >= 27) & (weeks <= 31)
    full = scenario.staffing.periods
    half = {**full, "july": full["july"].model_copy(update={"staff_share": 0.3})}
    usual, fewer = (on_duty(staffed(scenario, periods=periods), units) for periods in (full, half))
    assert np.array_equal(usual[:, :, ~july], fewer[:, :, ~july])
    assert (fewer[:, :, july] <= usual[:, :, july]).all()
    assert fewer[:, :, july].sum() < usual[:, :, july].sum()


def test_an_open_unit_has_at_least_one_of_each_and_a_closed_one_none(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    few = staffed(scenario, nurse_fte_factor=0.01, doctor_fte_factor=0.01)
    calendar = Calendar(few, days_after_horizon=0)
    found = servers(few, units, calendar, calendar.size, root=1, replication=0)
    is_open = calendar.open_minutes > 0
    assert (found[:, :, is_open] == 1).all()
    assert (found[:, :, ~is_open] == 0).all()
    planned = planned_minutes(few, units, calendar, calendar.size)
    assert np.array_equal(planned, np.broadcast_to(calendar.open_minutes, planned.shape))


def test_a_unit_keeps_its_staff_whoever_else_is_in_the_register(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    assert np.array_equal(on_duty(scenario, units)[5:6], on_duty(scenario, units[5:6]))


def test_a_longer_horizon_goes_on_where_a_shorter_one_ends(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    longer = scenario.model_copy(update={"horizon_years": 3})
    first = on_duty(scenario, units)
    assert np.array_equal(on_duty(longer, units)[:, :, : first.shape[2]], first)


def test_more_sickness_only_takes_staff_away(scenario: Scenario, units: tuple[Unit, ...]) -> None:
    usual, sicker = (on_duty(staffed(scenario, sick_absence_share=share), units) for share in (0.064, 0.08))
    assert (sicker <= usual).all()
    assert sicker.mean() < usual.mean()


def test_one_more_head_leaves_the_absence_of_the_others_alone(
    scenario: Scenario, units: tuple[Unit, ...]
) -> None:
    fewer, more = (
        on_duty(staffed(scenario, **ALL_FOR_VISITS, nurse_fte_factor=factor), units)[:, NURSE]
        for factor in (MANY, MANY + 1)
    )
    assert (more >= fewer).all()
    assert more.mean() > fewer.mean()
