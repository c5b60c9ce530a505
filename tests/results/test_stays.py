"""Where units open or close: stays, and measures and uplift that follow each day's units and still add up."""

from typing import Any

import numpy as np
import pytest

from results.extracts import distributions, visit_table, weekly
from results.ledger import READINESS, ledger, uplift_ore
from results.measures import Measured, measure
from results.stays import stays
from results.windows import calendar_windows, year_windows
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import DOSE, HOSPITAL, MOVE_ROW, NEVER, NOWHERE, PATIENT_ROW, UNIT, Records
from tests.conftest import SmallRegion
from tests.results.by_hand import HORIZON, by_hand, resolved_by_hand, visit_rows

CLOSES = 189  # 7 September 2026
CHANGES = (
    "unit_changes={u014: {closes: 2026-09-07, goes_to: u019, staff_moves_share: 1}, "
    "u194: {opens: 2027-03-01, goes_to: u190, staff_moves_share: 1}}"
)


# --- by hand ----------------------------------------------------------------------------------------


def person(unit: int, accepted: int, left: int = NEVER, *, municipal: bool = False) -> tuple[Any, ...]:
    return (0, unit, unit, municipal, 0, 0, 0, accepted, accepted, NEVER, NEVER, left, NEVER)


# patient, day, unit with the listing, unit that serves
MOVES = (
    (0, 100, 1, 1),
    (0, 300, 1, 0),
    (1, 100, 1, 1),  # before the unit accepts
    (2, 100, 1, 1),  # after leaving
    (3, 100, 1, NOWHERE),  # on the day of leaving: handed back
    (4, 100, 1, 0),  # listed elsewhere, served as before
    (5, 100, 1, 1),  # cared for by the municipality
)
PEOPLE = (
    person(0, 10),
    person(0, 150, 200),
    person(0, 10, 50),
    person(0, 10, 100),
    person(0, 10),
    person(0, 10, municipal=True),
    person(1, NEVER),
)


@pytest.fixture(scope="module")
def moved() -> Records:
    return by_hand(
        patients=np.array(list(PEOPLE), dtype=PATIENT_ROW),
        moves=np.array(list(MOVES), dtype=MOVE_ROW),
        visits=visit_rows(),
        referrals=by_hand().referrals[:0],
        doses=by_hand().doses[:0],
    )


def test_a_stay_ends_where_another_unit_serves(moved: Records) -> None:
    assert stays(moved, HORIZON).tolist() == [
        (0, 0, 10, 100),
        (0, 1, 100, 300),
        (0, 0, 300, HORIZON),
        (1, 1, 150, 200),
        (2, 0, 10, 50),
        (3, 0, 10, 100),
        (4, 0, 10, HORIZON),
    ]


def test_where_patients_are_listed_and_who_serves_them(moved: Records) -> None:
    asked = ((0, 99), (0, 100), (0, 299), (0, 300), (0, 9000), (1, NEVER), (3, 100), (4, 100), (6, 500))
    patient, day = (np.array(column) for column in zip(*asked, strict=True))
    listed, unit = moved.units_on(patient, day)
    assert listed.tolist() == [0, 1, 1, 1, 1, 0, 1, 1, 1]
    assert unit.tolist() == [0, 1, 1, 0, 0, 0, NOWHERE, 0, 1]


def test_patients_at_units_are_counted_where_they_are(small_region: SmallRegion, moved: Records) -> None:
    measured = measure(resolved_by_hand(small_region), moved)
    at_first = (90 + 64 + 40 + 90 + 354) / 364
    at_second = (200 + 50) / 364
    assert measured.value("patients_at_units", "unit", "u014") == pytest.approx(at_first)
    assert measured.value("patients_at_units", "unit", "u049") == pytest.approx(at_second)
    assert measured.value("patients_at_units") == pytest.approx(at_first + at_second)


def test_readiness_is_due_at_each_unit_with_a_stay(small_region: SmallRegion, moved: Records) -> None:
    rows = ledger(resolved_by_hand(small_region, ready_for=""), moved).rows
    first = {(int(row["unit"]), int(row["day"])) for row in rows[rows["line"] == READINESS]}
    assert {day for unit, day in first if unit == 0} == {10, 305, 670}
    assert {day for unit, day in first if unit == 1} == {100}


def test_a_dose_belongs_to_the_unit_of_the_day_on_which_it_is_given(
    small_region: SmallRegion, moved: Records
) -> None:
    """Due before the move and given late after it, at the unit or, returned, at the hospital."""
    rows = [(0, 80, 101, UNIT, False), (0, 90, 99, HOSPITAL, True)]
    records = by_hand(
        patients=moved.patients,
        moves=moved.moves,
        visits=moved.visits,
        referrals=moved.referrals,
        doses=np.array(rows, dtype=by_hand().doses.dtype),
    )
    measured = measure(resolved_by_hand(small_region), records)
    assert measured.value("late_days_mean", "unit", "u049") == 21
    assert measured.value("returned_to_hospital_share", "unit", "u049") == 0
    assert measured.value("returned_to_hospital_share", "unit", "u014") == 1


# --- simulated --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(small_region: SmallRegion) -> Resolved:
    return small_region("horizon_years=2", "transfer.ramp=all_at_once", CHANGES)


@pytest.fixture(scope="module")
def records(changed: Resolved) -> Records:
    return simulate(changed, seed=1, replication=0)


@pytest.fixture(scope="module")
def measured(changed: Resolved, records: Records) -> Measured:
    return measure(changed, records)


SUMS = (
    "unit_visits_per_year",
    "nurse_hours_per_year",
    "doctor_hours_per_year",
    "patients_transferred",
    "patients_at_units",
    "patients_handed_back",
    "cost_msek_per_year",
    "readiness_msek_per_year",
    "uplift_msek_per_year",
    "background_diverted_per_year",
    "hospital_freed_visits_per_year",
    "hospital_net_hours_per_year",
    "travel_km_per_year",
)


@pytest.mark.parametrize("name", SUMS)
def test_units_add_up_to_the_region_with_units_that_open_and_close(measured: Measured, name: str) -> None:
    for window in ("year1", "year2"):
        whole = measured.value(name, window=window)
        parts = [
            value
            for row, value in zip(measured.rows, measured.values, strict=True)
            if (row.name, row.scope, row.window) == (name, "unit", window)
        ]
        assert len(parts) == 12
        assert sum(parts) == pytest.approx(whole, rel=1e-12)


def test_a_closed_unit_has_nothing_and_is_none_of_the_units(changed: Resolved, measured: Measured) -> None:
    for name in ("unit_visits_per_year", "patients_at_units", "cost_msek_per_year", "uplift_msek_per_year"):
        assert measured.value(name, "unit", "u014", "year1") > 0
        assert measured.value(name, "unit", "u014", "year2") == 0
        assert measured.value(name, "unit", "u194", "year1") == 0
        assert measured.value(name, "unit", "u194", "year2") > 0
    for window in ("year1", "year2"):
        assert np.isnan(measured.value("overtime_minutes_per_unit_day", "unit", "u014", window)) == (
            window == "year2"
        )
        served = sum(
            measured.value("unit_visits_per_year", "unit", unit.key, window) > 0 for unit in changed.units
        )
        assert measured.value("units_without_patient_share", window=window) == pytest.approx(1 - served / 11)
        over = sum(
            measured.value("cost_msek_per_year", "unit", unit.key, window)
            > measured.value("uplift_msek_per_year", "unit", unit.key, window)
            for unit in changed.units
        )
        assert measured.value("units_over_uplift_share", window=window) == pytest.approx(over / 11)


def test_uplift_follows_the_listing_by_days(small_region: SmallRegion, changed: Resolved) -> None:
    usual = small_region("horizon_years=2")
    gone, taker = ([unit.key for unit in usual.units].index(key) for key in ("u014", "u019"))
    for window in (*year_windows(usual), *calendar_windows(usual)):
        own, then = (uplift_ore(resolved, window) for resolved in (usual, changed))
        assert own.sum() == then.sum()
        share = np.clip((CLOSES - window.first) / window.days, 0, 1)
        assert then[gone] == pytest.approx(own[gone] * share, abs=2)
        assert then[taker] == pytest.approx(own[taker] + own[gone] * (1 - share), abs=2)
        others = [u for u, unit in enumerate(usual.units) if unit.municipality == "Kungälv"]
        assert np.abs(then[others] - own[others]).max() <= 1


def test_extracts_know_each_days_unit(changed: Resolved, records: Records) -> None:
    table = weekly(changed, records)
    table = table[(table["unit"] == "u014") & (table["resource"] == "nurse")]
    late = table["week"] > CLOSES // 7
    assert (table[late][["transferred_minutes", "used_minutes", "present_minutes"]] == 0).all(axis=None)
    assert (table[~late]["transferred_minutes"] > 0).any()
    visits = visit_table(changed, records)
    doses = visits[(visits["kind"] == "dose") & (visits["site"] == "unit")]
    assert (doses[doses["unit"] == "u014"]["day"] < CLOSES).all()
    assert (doses["unit"] == "u014").sum() == (
        (records.visits["kind"] == DOSE) & (records.visits["unit"] == records.units.index("u014"))
    ).sum()
    counts = distributions(changed, records)
    units = counts[counts["what"] == "patients_at_unit"].groupby("stream")["count"].sum()
    assert (units == 11).all()
