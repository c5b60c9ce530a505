"""A shock takes its share of production where and when it says, and moves other patients' visits, losing none."""

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from results.measures import same_day_requests
from scenarios.faults import InputError
from scenarios.load import Resolved
from sim.background import BOOKED, SAME_DAY, background
from sim.calendar import Calendar
from sim.model import simulate
from sim.patients import patients
from sim.shocks import production_kept
from sim.staff import planned_minutes, servers
from tests.conftest import SmallRegion

ROOT = 1
DATE = dt.date(2026, 10, 5)
WEEKS = 4
LOST = 0.3
LEAD_WEEKS = 3  # a mean of some 20 days
MANY = ("staffing.nurse_fte_factor=10", "staffing.doctor_fte_factor=10")  # "at least one server" never binds


def shock(**given: object) -> str:
    """One shock as a setting: a third lost for four autumn weeks unless told otherwise."""
    values = {"start_date": DATE, "weeks": WEEKS, "production_lost_share": LOST} | given
    return f"{{{', '.join(f'{key}: {value}' for key, value in values.items())}}}"


def shocks(*told: str) -> str:
    return f"shocks={{{', '.join(f's{number}: {text}' for number, text in enumerate(told))}}}"


def still(**given: object) -> str:
    """A shock without any visit moved ahead."""
    return shock(moved_ahead_share=0, moved_ahead_weeks=1, **given)


def capacity(resolved: Resolved, replication: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Planned minutes and servers, shape (units, 2, days)."""
    scenario, units = resolved.scenario, resolved.units
    calendar = Calendar(scenario, days_after_horizon=0)
    arguments = (scenario, units, calendar, calendar.size)
    return planned_minutes(*arguments), servers(*arguments, ROOT, replication)


def booked_and_same_day(resolved: Resolved) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Other patients' requests of both kinds, shape (units, 2, days)."""
    calendar = Calendar(resolved.scenario, days_after_horizon=0)
    found = background(resolved.scenario, resolved.units, calendar, calendar.size, ROOT, 0).requests
    return found[:, :, BOOKED].astype(np.int64), found[:, :, SAME_DAY].astype(np.int64)


def first_day(resolved: Resolved, date: dt.date = DATE) -> int:
    """Index of a date from the start of the warm-up."""
    return resolved.scenario.warm_up_days + (date - resolved.scenario.start_date).days


def of_weeks(requests: NDArray[np.int64]) -> NDArray[np.int64]:
    """Requests of each week from the start of the warm-up, shape (units, 2, weeks)."""
    return np.asarray(requests.reshape(*requests.shape[:2], -1, 7).sum(axis=3))


# --- production -------------------------------------------------------------------------------------


def test_capacity_falls_by_the_share_in_those_weeks_and_units_alone(small_region: SmallRegion) -> None:
    usual, struck = small_region(*MANY), small_region(*MANY, shocks(still(areas="[Norra]")))
    met = np.array([unit.area == "Norra" for unit in usual.units])
    assert 0 < met.sum() < met.size
    first = first_day(usual)
    hit = np.zeros((met.size, 2, usual.scenario.warm_up_days + 364), dtype=bool)
    hit[met, :, first : first + 7 * WEEKS] = True
    ratios = []
    for replication in range(10):
        (planned, there), (planned_hit, there_hit) = (capacity(r, replication) for r in (usual, struck))
        assert np.array_equal(planned_hit[~hit], planned[~hit])
        assert np.array_equal(there_hit[~hit], there[~hit])
        assert planned_hit[hit] == pytest.approx(planned[hit] * (1 - LOST))
        ratios.append(there_hit[hit].sum() / there[hit].sum())
    low, high = stats.t.interval(0.999, len(ratios) - 1, loc=np.mean(ratios), scale=stats.sem(ratios))
    assert low <= 1 - LOST <= high
    assert high - low < 0.01


def test_an_open_unit_keeps_one_of_each_through_the_worst_shock(small_region: SmallRegion) -> None:
    struck = small_region(shocks(still(production_lost_share=0.99)))
    is_open = Calendar(struck.scenario, days_after_horizon=0).open_minutes > 0
    weeks = slice(first_day(struck), first_day(struck) + 7 * WEEKS)
    assert (capacity(struck)[1][:, :, weeks] == is_open[weeks]).all()


def test_overlapping_shocks_multiply(small_region: SmallRegion) -> None:
    later = DATE + dt.timedelta(days=14)
    struck = small_region(shocks(still(), still(start_date=later, production_lost_share=0.5)))
    calendar = Calendar(struck.scenario, days_after_horizon=0)
    kept = production_kept(struck.scenario, struck.units, calendar, calendar.size)
    first = first_day(struck)
    by_week = kept[:, first - 7 : first + 49].reshape(len(struck.units), 8, 7)
    expected = [1, 0.7, 0.7, 0.7 * 0.5, 0.7 * 0.5, 0.5, 0.5, 1]
    assert by_week == pytest.approx(np.broadcast_to(np.array(expected)[:, None], by_week.shape))


def test_a_unit_is_met_if_it_is_in_all_the_groups_that_are_named(small_region: SmallRegion) -> None:
    def met(**groups: str) -> set[str]:
        resolved = small_region(shocks(still(**groups)))
        (only,) = resolved.scenario.shocks.values()
        return {unit.key for unit in resolved.units if only.meets(unit)}

    units = small_region().units
    public = next(unit.key for unit in units if unit.ownership == "public")
    private = {unit.key for unit in units if unit.ownership == "private"}
    some = {public, min(private)}
    named = f"[{', '.join(sorted(some))}]"
    assert met() == {unit.key for unit in units}
    assert met(areas="[Norra, Västra]") == {u.key for u in units if u.area in ("Norra", "Västra")}
    assert met(ownership="[private]") == private
    assert met(ownership="[public, private]", units=named) == some
    assert met(ownership="[private]", units=named) == {min(private)}


# --- requests moved ahead ---------------------------------------------------------------------------

AHEAD_WEEKS = 5
AHEAD_SHARE = 0.4


@pytest.fixture(scope="module")
def usual(small_region: SmallRegion) -> Resolved:
    return small_region()


@pytest.fixture(scope="module")
def ahead(small_region: SmallRegion) -> Resolved:
    moved = {"moved_ahead_share": AHEAD_SHARE, "moved_ahead_weeks": AHEAD_WEEKS}
    return small_region(shocks(shock(ownership="[public]", **moved)))


def test_requests_are_moved_to_the_weeks_before_and_none_is_lost(usual: Resolved, ahead: Resolved) -> None:
    """Of those who on average wish the shock's weeks, the share, and evenly over the weeks before."""
    (booked, same_day), (moved, same_day_then) = booked_and_same_day(usual), booked_and_same_day(ahead)
    public = np.array([unit.ownership == "public" for unit in usual.units])
    assert np.array_equal(same_day, same_day_then)
    assert np.array_equal(booked[~public], moved[~public])
    assert np.array_equal(booked.sum(axis=2), moved.sum(axis=2))
    begins = first_day(usual) // 7 - LEAD_WEEKS
    change = of_weeks(moved - booked)[public]
    left, brought = (
        change[:, :, begins : begins + WEEKS],
        change[:, :, begins - AHEAD_WEEKS : begins],
    )
    asked = of_weeks(booked)[public][:, :, begins : begins + WEEKS].sum(axis=2)
    assert (asked > 50).all()
    assert np.array_equal(left.sum(axis=2), -np.floor(asked * AHEAD_SHARE + 0.5).astype(np.int64))
    assert (np.ptp(brought, axis=2) <= 1).all()
    assert np.array_equal(brought.sum(axis=2), -left.sum(axis=2))
    elsewhere = np.delete(change, np.arange(begins - AHEAD_WEEKS, begins + WEEKS), axis=2)
    assert not elsewhere.any()


def test_each_day_gives_its_share_and_keeps_its_weekday(usual: Resolved, ahead: Resolved) -> None:
    booked, moved = booked_and_same_day(usual)[0], booked_and_same_day(ahead)[0]
    begins = first_day(usual) - 7 * LEAD_WEEKS
    stretch = slice(begins, begins + 7 * WEEKS)
    public = np.array([unit.ownership == "public" for unit in usual.units])
    given = (booked - moved)[public][:, :, stretch]
    assert (np.abs(given - AHEAD_SHARE * booked[public][:, :, stretch]) <= 1).all()
    by_weekday = (moved - booked).reshape(*booked.shape[:2], -1, 7).sum(axis=2)
    assert not by_weekday.any()


def test_what_would_come_on_a_closed_day_comes_on_the_open_day_before(small_region: SmallRegion) -> None:
    """Sweden is closed on Good Friday (3 April 2026) and Easter Monday, open on Maundy Thursday."""
    settings = {"start_date": "2026-04-27", "weeks": 1, "moved_ahead_share": 1, "moved_ahead_weeks": 1}
    usual, ahead = small_region(), small_region(shocks(shock(**settings)))
    booked, moved = booked_and_same_day(usual)[0], booked_and_same_day(ahead)[0]
    week = slice(first_day(usual, dt.date(2026, 3, 30)), first_day(usual, dt.date(2026, 4, 6)))
    next_week = slice(week.stop, week.stop + 7)
    brought, left = (moved - booked)[:, :, week], (booked - moved)[:, :, next_week]
    assert np.array_equal(brought.sum(axis=2), left.sum(axis=2))
    assert np.array_equal(brought[:, :, 3], left[:, :, 3] + left[:, :, 4])
    assert not left[:, :, 0].any()  # Easter Monday asks for nothing
    assert not brought[:, :, 4:].any()


def test_nothing_is_moved_to_before_the_first_simulated_day(small_region: SmallRegion) -> None:
    """Two weeks of warm-up: of five weeks ahead only those two are there, in the weeks before none."""
    settings = {"moved_ahead_share": 1, "moved_ahead_weeks": AHEAD_WEEKS, "weeks": 1}
    usual = small_region()
    start = usual.scenario.start_date
    for weeks_in, places in ((LEAD_WEEKS, 2), (LEAD_WEEKS - 1, 1), (LEAD_WEEKS - 2, 0)):
        date = start + dt.timedelta(days=7 * weeks_in)
        ahead = small_region(shocks(shock(start_date=date, **settings)))
        change = of_weeks(booked_and_same_day(ahead)[0] - booked_and_same_day(usual)[0])
        assert np.array_equal(change.sum(axis=2), np.zeros_like(change[:, :, 0]))
        assert np.count_nonzero((change > 0).any(axis=(0, 1))) == places


def test_two_shocks_move_no_request_twice(small_region: SmallRegion) -> None:
    """Together they take the share of what the first has left; with all moved there is nothing left to take."""
    every = shock(moved_ahead_share=1, moved_ahead_weeks=2)
    once, twice = small_region(shocks(every)), small_region(shocks(every, every))
    assert np.array_equal(booked_and_same_day(once)[0], booked_and_same_day(twice)[0])


# --- what it does, and what it leaves alone ---------------------------------------------------------


def test_a_shock_that_takes_nothing_changes_nothing(usual: Resolved, small_region: SmallRegion) -> None:
    nothing = small_region(shocks(still(production_lost_share=0)))
    assert simulate(usual, ROOT, 0).equals(simulate(nothing, ROOT, 0))


def test_patients_are_the_same_with_a_shock(usual: Resolved, ahead: Resolved) -> None:
    def traits(resolved: Resolved) -> list[object]:
        people = patients(resolved.scenario, resolved.units, ROOT, 0)
        return [(p.key, p.home, p.entered, p.ends, p.due, p.ramp, p.unplanned_day) for p in people]

    assert traits(usual) == traits(ahead)
    before, after = (simulate(resolved, ROOT, 0) for resolved in (usual, ahead))
    for column in ("stream", "home", "unit", "entered", "planned"):
        assert np.array_equal(before.patients[column], after.patients[column])


def lies_above_zero(difference: NDArray[np.float64]) -> bool:
    """Whether the 95 % interval of the mean difference, pair by pair, does."""
    low, _ = stats.t.interval(0.95, difference.size - 1, loc=difference.mean(), scale=stats.sem(difference))
    return bool(low > 0)


def within_guarantee(resolved: Resolved, replications: int = 3) -> NDArray[np.float64]:
    """Share of same-day requests of the shock's weeks seen within the guarantee, in each replication."""
    first = (DATE - resolved.scenario.start_date).days
    shares = []
    for replication in range(replications):
        records = simulate(resolved, ROOT, replication)
        rows, met = same_day_requests(records, resolved.scenario.background.guarantee_days)
        then = (rows["day"] >= first) & (rows["day"] < first + 7 * WEEKS)
        shares.append(rows["visits"][then & met].sum() / rows["visits"][then].sum())
    return np.array(shares)


def test_access_falls_in_the_shock_and_less_where_visits_are_moved_ahead(
    small_region: SmallRegion,
) -> None:
    moved = {"moved_ahead_share": 0.5, "moved_ahead_weeks": 6}
    normal, hit, eased = (
        within_guarantee(small_region(*told, scenario="tight-everywhere"))
        for told in ((), (shocks(still()),), (shocks(shock(**moved)),))
    )
    for better, worse in ((normal, hit), (normal, eased), (eased, hit)):
        assert lies_above_zero(better - worse)


def test_transferred_doses_are_booked_around_a_shock(small_region: SmallRegion) -> None:
    """Its weeks hold fewer minutes of them, where the diary has little room to spare."""
    tight = ("booking.bookable_share=0.5", "transfer.ramp=all_at_once")
    usual = small_region(*tight)
    first = usual.scenario.warm_up_days + (DATE - usual.scenario.start_date).days
    minutes = [
        np.array(
            [simulate(resolved, ROOT, k).used_by_transferred[first : first + 28].sum() for k in range(3)]
        )
        for resolved in (usual, small_region(*tight, shocks(still(production_lost_share=0.5))))
    ]
    assert lies_above_zero(minutes[0] - minutes[1])


# --- bad input --------------------------------------------------------------------------------------


def test_every_fault_of_shocks_is_told_where_it_stands(small_region: SmallRegion) -> None:
    wrong = shocks(
        still(areas="[Nora]", units="[u014, u0l4]"),
        still(areas="[Norra]", units="[u191]"),
        still(start_date="2031-01-06"),
        still(start_date="2026-01-05"),
    )
    with pytest.raises(InputError) as caught:
        small_region(wrong)
    outside = "the shock lies outside the 52 weeks from 2026-03-02; move it or add --years"
    assert [str(fault) for fault in caught.value.faults] == [
        "--set: shocks.s0.areas: unknown area 'Nora'; did you mean Norra?",
        "--set: shocks.s0.units: unknown unit key 'u0l4'; did you mean u049?",
        "--set: shocks.s1: meets no unit: none is in all the groups that it names; name other groups",
        f"--set: shocks.s2.start_date: {outside}",
        f"--set: shocks.s3.start_date: {outside}",
    ]
