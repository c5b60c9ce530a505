"""Each measure against a number worked out by hand from the rows in `by_hand.py`."""

import json
import math

import numpy as np
import pytest
from scipy import stats

from results.as_json import run_json
from results.catalogue import MEASURES
from results.measures import Measured, measure
from results.statistics import summarise
from scenarios.load import Resolved
from sim.model import simulate
from tests.conftest import SmallRegion
from tests.results.by_hand import KUNGALV, TROLLHATTAN, by_hand, resolved_by_hand

YEARLY = 365.25 / 364
WITHIN, KM_BETWEEN = 6, 43.0  # km within a municipality and from Kungälv to Trollhättan


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return resolved_by_hand(
        small_region,
        "streams.triptorelin.hospital_visit_freed_share=0.7",
        "streams.zoledronate.hospital_visit_freed_share=0.8",
    )


@pytest.fixture(scope="module")
def by_hands(resolved: Resolved) -> Measured:
    return measure(resolved, by_hand())


# name, scope, key, window, value. A unit is alone in its area, municipality, ownership and sender.
Worked = tuple[str, str, str, str, float]
NORTH, WEST = ("unit", TROLLHATTAN), ("unit", KUNGALV)
REGION = ("region", "")
TRIPTORELIN, ZOLEDRONATE = ("stream", "triptorelin"), ("stream", "zoledronate")
NU, SV = ("sender", "NU"), ("sender", "SV")

LOAD: tuple[Worked, ...] = (
    # Five doses that took place, of them one failed, and an unplanned visit; and a dose of zoledronate.
    ("unit_visits_per_year", *REGION, "year1", 7 * YEARLY),
    ("unit_visits_per_year", *TRIPTORELIN, "year1", 6 * YEARLY),
    ("unit_visits_per_year", *ZOLEDRONATE, "year1", 1 * YEARLY),
    ("unit_visits_per_year", *NORTH, "year1", 6 * YEARLY),
    ("unit_visits_per_year", *WEST, "year1", 1 * YEARLY),
    ("unit_visits_per_year", "ownership", "private", "year1", 1 * YEARLY),
    ("unit_visits_per_year", *NU, "year1", 5 * YEARLY),  # one at the unit is a patient of SV
    ("unit_visits_per_year", *SV, "year1", 2 * YEARLY),
    ("unit_visits_per_year", *REGION, "year2", 1 * YEARLY),
    ("unit_visits_per_year", *REGION, "steady", 1 * YEARLY),
    ("check_visits_per_year", *REGION, "year1", 2 * YEARLY),  # with the one that withheld the dose
    ("check_visits_per_year", *TRIPTORELIN, "year1", 0),
    ("nurse_hours_per_year", *REGION, "year1", 184 / 60 * YEARLY),
    ("nurse_hours_per_year", *WEST, "year1", 25 / 60 * YEARLY),
    ("doctor_hours_per_year", *REGION, "year1", (3 + 3 + 5) / 60 * YEARLY),
    ("room_hours_per_year", *REGION, "year1", 246 / 60 * YEARLY),
    ("nurse_fte", *REGION, "year1", 184 / 60 / 0.6 / 1760 * YEARLY),
    ("peak_week_nurse_hours", *REGION, "year1", (20 + 30) / 60),  # days 18 and 20
    ("peak_week_nurse_hours", *WEST, "year1", 25 / 60),
    ("peak_week_nurse_hours", *ZOLEDRONATE, "year1", 12 / 60),
    ("peak_week_nurse_hours", *REGION, "year2", 20 / 60),
    ("utilisation", *REGION, "year1", (800 + 300 + 500 + 40) / (5 * 540 * 260)),
    ("utilisation", *NORTH, "year1", 1100 / (3 * 540 * 260)),
    ("utilisation", "region", "profession=nurse", "year1", 1300 / (3 * 540 * 260)),
    ("utilisation", "region", "profession=doctor", "year2", 34 / (2 * 540 * 260)),
    ("overtime_minutes_per_unit_day", *REGION, "year1", 26 / (2 * 260)),
    ("overtime_minutes_per_unit_day", *NORTH, "year1", 26 / 260),
    ("overtime_minutes_per_unit_day", *REGION, "year2", 0),
)
DOSES: tuple[Worked, ...] = (
    # Due in the first year: six of triptorelin, five of zoledronate.
    ("on_time_share", *REGION, "year1", 6 / 11),
    ("on_time_share", *TRIPTORELIN, "year1", 3 / 6),
    ("on_time_share", *ZOLEDRONATE, "year1", 3 / 5),
    ("on_time_share", "site", "unit", "year1", 4 / 7),
    ("on_time_share", "site", "hospital", "year1", 1 / 3),
    ("on_time_share", "site", "municipality", "year1", 1.0),
    ("on_time_share", "site", "out_of_hours", "year1", math.nan),
    ("late_share", *REGION, "year1", 4 / 11),
    ("late_share", *TRIPTORELIN, "year1", 2 / 6),  # the one given too early is neither
    ("late_share", *ZOLEDRONATE, "year1", 2 / 5),
    ("late_share", "site", "unit", "year1", 2 / 7),
    ("late_share", "site", "hospital", "year1", 2 / 3),
    ("late_share", *REGION, "year2", 1.0),  # of the two still open one is inside its window
    ("late_days_mean", *REGION, "year1", (14 + 511 + 14 + 8) / 4),
    ("late_days_mean", *ZOLEDRONATE, "year1", (14 + 8) / 2),
    ("late_days_mean", *REGION, "year2", 8),
    ("late_days_mean", *TRIPTORELIN, "year2", math.nan),
    ("late_days_p95", *REGION, "year1", 14 + 0.85 * (511 - 14)),  # place 0.95 × 3 of 8, 14, 14, 511
    ("late_days_p95", *ZOLEDRONATE, "year1", 8 + 0.95 * (14 - 8)),
    ("returned_to_hospital_share", *REGION, "year1", 1 / 8),
    ("returned_to_hospital_share", *ZOLEDRONATE, "year1", 1 / 2),
    ("returned_to_hospital_share", *NORTH, "year1", 1 / 6),
    ("returned_to_hospital_share", *WEST, "year1", 0.0),
    ("returned_to_hospital_share", *TRIPTORELIN, "year2", math.nan),
)
TRANSFER: tuple[Worked, ...] = (
    ("patients_transferred", *REGION, "year1", 5),
    ("patients_transferred", *NORTH, "year1", 3),
    ("patients_transferred", *NU, "year1", 2),
    ("patients_transferred", *REGION, "year2", 0),
    ("patients_handed_back", *REGION, "year1", 0),
    ("patients_handed_back", *REGION, "year2", 1),
    (
        "patients_at_units",
        *REGION,
        "year1",
        (354 + 349 + 337 + 334) / 364,
    ),  # none cared for by a municipality
    ("patients_at_units", *NORTH, "year1", (354 + 349 + 334) / 364),
    ("patients_at_units", *WEST, "year1", 337 / 364),
    ("patients_at_units", *ZOLEDRONATE, "year1", 334 / 364),
    ("patients_at_units", *REGION, "year2", (364 + 36 + 364 + 364) / 364),
    ("referral_days_mean", *REGION, "year1", (10 + 10 + 20 + 10 + 12) / 5),
    ("referral_days_mean", *TRIPTORELIN, "year1", (10 + 10 + 20) / 3),
    ("referral_days_mean", *REGION, "year2", math.nan),
    ("referrals_returned_share", *REGION, "year1", 1 / 6),
    ("referrals_returned_share", *TRIPTORELIN, "year1", 1 / 3),
    ("referrals_returned_share", *ZOLEDRONATE, "year1", 0.0),
    ("first_visit_days_mean", *REGION, "year1", (0 + 3 + 0 + 2) / 4),
    ("first_visit_days_mean", *WEST, "year1", 0.0),  # before its due day: no wait
    ("first_visit_days_mean", *REGION, "year2", math.nan),
)
WAITING: tuple[Worked, ...] = (
    ("clinic_wait_minutes_mean", *REGION, "year1", (5 + 0 + 15 + 2 + 10 + 1 + 0 + 3 + 40) / 9),
    ("clinic_wait_minutes_mean", *ZOLEDRONATE, "year1", (2 + 10 + 1) / 3),  # not of the renewal
    ("clinic_wait_minutes_p95", *REGION, "year1", 15 + 0.6 * (40 - 15)),  # place 0.95 × 8 of nine
    ("clinic_wait_minutes_mean", *WEST, "year2", math.nan),
)
OTHERS: tuple[Worked, ...] = (
    ("background_within_guarantee_share", *REGION, "year1", 14 / 20),
    ("background_within_guarantee_share", *NORTH, "year1", 1.0),
    ("background_within_guarantee_share", *WEST, "year1", 0.0),
    ("background_within_guarantee_share", *REGION, "year2", math.nan),
    ("background_wait_days_mean", *REGION, "year1", (0 * 10 + 3 * 4 + 4 * 2 + 6 * 4) / 20),
    ("background_wait_days_mean", *WEST, "year1", (4 * 2 + 6 * 4) / 6),
    ("background_diverted_per_year", *REGION, "year1", 7 * YEARLY),  # same-day and booked
    ("background_diverted_per_year", *NORTH, "year1", 0),
    ("displacement_bound_visits_per_year", *REGION, "year1", (184 / 25 + 11 / 20) * YEARLY),
    ("displacement_bound_visits_per_year", *WEST, "year1", 1 * YEARLY),
)
SKILL: tuple[Worked, ...] = (
    ("units_without_patient_share", *REGION, "year1", 0.0),
    ("units_without_patient_share", *TRIPTORELIN, "year1", 0.0),
    ("units_without_patient_share", *ZOLEDRONATE, "year1", 0.5),
    ("units_without_patient_share", *REGION, "year2", 0.5),
    ("units_without_patient_share", *ZOLEDRONATE, "year2", 1.0),
    ("visits_per_performing_unit", *REGION, "year1", 7 / 2 * YEARLY),
    ("visits_per_performing_unit", *TRIPTORELIN, "year1", 6 / 2 * YEARLY),
    ("visits_per_performing_unit", *ZOLEDRONATE, "year1", 1 * YEARLY),
    ("visits_per_performing_unit", *ZOLEDRONATE, "year2", math.nan),
    # At least 4 injections and 12 infusions a year: of injections 5 in the north, 1 in the west; 1 infusion.
    ("low_volume_visits_share", *REGION, "year1", 2 / 7),
    ("low_volume_visits_share", *TRIPTORELIN, "year1", 1 / 6),
    ("low_volume_visits_share", *ZOLEDRONATE, "year1", 1.0),
    ("low_volume_visits_share", *NORTH, "year1", 1 / 6),
    ("low_volume_visits_share", *WEST, "year1", 1.0),
    ("low_volume_visits_share", *REGION, "year2", 1.0),
    ("low_volume_visits_share", *WEST, "year2", math.nan),
)
SERVICES: tuple[Worked, ...] = (
    (
        "hospital_freed_visits_per_year",
        *REGION,
        "year1",
        (5 * 0.7 + 2 * 0.8) * YEARLY,
    ),  # one of the zoledronate doses by the municipality
    ("hospital_freed_visits_per_year", *ZOLEDRONATE, "year1", 2 * 0.8 * YEARLY),
    (
        "hospital_net_hours_per_year",  # doses freed, less six referrals, one rewritten, and questions
        *REGION,
        "year1",
        (5 * 0.7 * 20 + 2 * 0.8 * 12.2 - 6 * 15 - 10 - (354 + 349 + 337 + 334) / 365.25 * 10) / 60 * YEARLY,
    ),
    ("municipal_visits_per_year", *REGION, "year1", 1 * YEARLY),
    ("municipal_visits_per_year", *WEST, "year1", 1 * YEARLY),
    ("out_of_hours_events_per_year", *REGION, "year1", 1 * YEARLY),
    ("travel_km_per_year", *REGION, "year1", (6 * 2 * WITHIN + 3 * 2 * KM_BETWEEN) * YEARLY),
    ("travel_km_per_year", *ZOLEDRONATE, "year1", 3 * 2 * KM_BETWEEN * YEARLY),
)


@pytest.mark.parametrize(
    ("name", "scope", "key", "window", "value"),
    [*LOAD, *DOSES, *TRANSFER, *WAITING, *OTHERS, *SKILL, *SERVICES],
    ids=lambda part: str(part) if isinstance(part, str) else "",
)
def test_measure_is_as_worked_out(
    by_hands: Measured, name: str, scope: str, key: str, window: str, value: float
) -> None:
    assert by_hands.value(name, scope, key, window) == pytest.approx(value, rel=1e-12, nan_ok=True)


def test_each_measure_but_money_is_worked_out_above() -> None:
    worked = {row[0] for row in (*LOAD, *DOSES, *TRANSFER, *WAITING, *OTHERS, *SKILL, *SERVICES)}
    money = {"extra_visits_affordable", "units_over_uplift_share", "uplift_share_used"}
    assert set(MEASURES) - worked - money == {name for name in MEASURES if "msek" in name}


def test_the_catalogue_holds_what_is_measured(by_hands: Measured) -> None:
    assert {row.name for row in by_hands.rows} == set(MEASURES)


def test_rows_are_sorted_and_each_is_there_once(by_hands: Measured) -> None:
    assert list(by_hands.rows) == sorted(set(by_hands.rows))


def test_a_dose_on_the_last_day_of_its_window_is_on_time(resolved: Resolved) -> None:
    records = by_hand()
    records.doses["given"][3] = 202 + 12
    assert measure(resolved, records).value("on_time_share", "stream", "triptorelin") == pytest.approx(4 / 6)


# --- sums -----------------------------------------------------------------------------------------

# Measures whose parts add up to the whole, and the scopes along which they are told.
BY_UNIT = ("area", "municipality", "ownership", "unit")
ADD_UP = {
    "unit_visits_per_year": (*BY_UNIT, "stream", "sender"),
    "check_visits_per_year": (*BY_UNIT, "stream", "sender"),
    "nurse_hours_per_year": (*BY_UNIT, "stream", "sender"),
    "doctor_hours_per_year": (*BY_UNIT, "stream", "sender"),
    "room_hours_per_year": (*BY_UNIT, "stream", "sender"),
    "nurse_fte": (*BY_UNIT, "stream", "sender"),
    "patients_transferred": (*BY_UNIT, "stream", "sender"),
    "patients_at_units": (*BY_UNIT, "stream", "sender"),
    "patients_handed_back": (*BY_UNIT, "stream", "sender"),
    "background_diverted_per_year": BY_UNIT,
    "displacement_bound_visits_per_year": (*BY_UNIT, "stream", "sender"),
    "cost_msek_per_year": (*BY_UNIT, "stream"),
    "full_cost_msek_per_year": (*BY_UNIT, "stream", "sender"),
    "drug_msek_per_year": (*BY_UNIT, "stream", "sender"),
    "uplift_msek_per_year": BY_UNIT,
    "uplift_room_msek": BY_UNIT,
    "hospital_freed_visits_per_year": (*BY_UNIT, "stream", "sender"),
    "hospital_net_hours_per_year": (*BY_UNIT, "stream", "sender"),
    "municipal_visits_per_year": (*BY_UNIT, "stream", "sender"),
    "out_of_hours_events_per_year": (*BY_UNIT, "stream", "sender"),
    "travel_km_per_year": (*BY_UNIT, "stream", "sender"),
}


@pytest.fixture(scope="module")
def simulated(small_region: SmallRegion) -> Measured:
    resolved = small_region("streams.catheter.municipal_share=0.3", "hospital.handed_back_after_returns=1")
    return measure(resolved, simulate(resolved, 1, 0))


@pytest.mark.parametrize("name", ADD_UP)
def test_parts_add_up_to_the_region(simulated: Measured, name: str) -> None:
    whole = simulated.value(name)
    assert whole != 0
    for scope in ADD_UP[name]:
        parts = [
            value
            for row, value in zip(simulated.rows, simulated.values, strict=True)
            if (row.name, row.scope, row.window) == (name, scope, "year1")
        ]
        assert sum(parts) == pytest.approx(whole, rel=1e-9), scope


# --- over replications ----------------------------------------------------------------------------

VALUES = np.array([[1.0, 5.0, np.nan], [2.0, np.nan, np.nan], [4.0, 7.0, np.nan], [8.0, 6.0, 3.0]])


def test_intervals_are_students() -> None:
    summary = summarise(VALUES)
    for column in (0, 1):
        known = VALUES[~np.isnan(VALUES[:, column]), column]
        low, high = stats.t.interval(0.95, known.size - 1, loc=known.mean(), scale=stats.sem(known))
        assert summary.mean[column] == pytest.approx(known.mean())
        assert (summary.low[column], summary.high[column]) == (pytest.approx(low), pytest.approx(high))
    assert summary.n.tolist() == [4, 3, 1]


def test_percentiles_are_of_the_defined_values() -> None:
    summary = summarise(VALUES)
    assert summary.p5 == pytest.approx(np.nanquantile(VALUES, 0.05, axis=0))
    assert summary.p95 == pytest.approx(np.nanquantile(VALUES, 0.95, axis=0))


def test_one_value_has_no_interval() -> None:
    summary = summarise(VALUES)
    assert summary.mean[2] == 3.0
    assert np.isnan([summary.low[2], summary.high[2]]).all()


def test_undefined_everywhere_is_undefined() -> None:
    summary = summarise(np.full((3, 1), np.nan))
    assert summary.n.tolist() == [0]
    assert all(
        np.isnan(part[0]) for part in (summary.mean, summary.low, summary.high, summary.p5, summary.p95)
    )


# --- as JSON --------------------------------------------------------------------------------------


def told(measured: Measured, *, units: bool = False) -> str:
    values = np.stack([measured.values, measured.values])
    return run_json("by-hand", "abc", 1, measured.rows, values, units=units)


def test_json_is_one_line_of_sorted_rows_without_nan(by_hands: Measured) -> None:
    line = told(by_hands)
    assert "\n" not in line
    assert "NaN" not in line
    whole = json.loads(line, parse_constant=pytest.fail)
    assert list(whole) == ["schema_version", "scenario", "seed", "replications", "measures"]
    assert whole["replications"] == 2
    where = [(row["name"], row["scope"], row["key"], row["window"]) for row in whole["measures"]]
    assert where == sorted(where)
    scopes = {"region", "area", "stream", "sender", "site", "ownership"}
    assert {row["scope"] for row in whole["measures"]} == scopes
    assert all(row["unit"] == MEASURES[row["name"]].unit for row in whole["measures"])


def test_json_of_what_is_undefined_is_null(by_hands: Measured) -> None:
    rows = json.loads(told(by_hands))["measures"]
    row = next(r for r in rows if r["name"] == "on_time_share" and r["key"] == "out_of_hours")
    assert [row[k] for k in ("mean", "ci_low", "ci_high", "p5", "p95", "n")] == [None] * 5 + [0]


def test_scope_unit_adds_units_and_municipalities(by_hands: Measured) -> None:
    few, all_rows = (json.loads(told(by_hands, units=units))["measures"] for units in (False, True))
    added = [row for row in all_rows if row not in few]
    assert {row["scope"] for row in added} == {"municipality", "unit"}
    assert len(few) + len(added) == len(all_rows)
    assert {row["key"] for row in added if row["scope"] == "unit"} == {TROLLHATTAN, KUNGALV}


def test_equal_values_give_equal_bytes_in_any_order_of_rows(by_hands: Measured) -> None:
    values = np.stack([by_hands.values, by_hands.values + 1])
    backwards = run_json("by-hand", "abc", 1, by_hands.rows[::-1], values[:, ::-1])
    assert run_json("by-hand", "abc", 1, by_hands.rows, values) == backwards
