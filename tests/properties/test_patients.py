"""What must hold of who the patients are, in any future: nobody, twice as many, those who do not move yet."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import stats

from results.measures import measure
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import (
    ACCEPTED,
    ATTENDED,
    DOSE,
    FAILED,
    HOSPITAL,
    NEVER,
    NOWHERE,
    OUT_OF_HOURS,
    RETURNED,
    UNIT,
    UNPLANNED,
    Records,
)
from tests.conftest import ACCEPTED_ON_ARRIVAL, PATIENTS, SmallRegion
from tests.properties.futures import Future, for_all, futures, lived

YEAR = 364
ABOUT_OTHERS = ("others", "used", "servers", "overtime", "requests", "pending", "open_minutes")
# Measures of units, staff, other patients and the uplift, which are there without the transfer.
THERE_ANYWAY = {
    "overtime_minutes_per_unit_day",
    "utilisation",
    "background_within_guarantee_share",
    "background_wait_days_mean",
    "background_diverted_per_year",
    "units_without_patient_share",
    "uplift_msek_per_year",
    "uplift_room_msek",
}
AT_UNITS = (
    "unit_visits_per_year",
    "patients_at_units",
    "cost_msek_per_year",
    "full_cost_msek_per_year",
    "readiness_msek_per_year",
    "displacement_bound_visits_per_year",
    "hospital_freed_visits_per_year",
)
# Nobody is to move, so no hub can be chosen.
NOBODY = (*(f"streams.{name}.patients=0" for name in PATIENTS), "booking.chosen_hubs={infusion: null}")
STAY = "transfer.enabled=false"


@for_all(futures(), few=2, many=30)
def test_no_patients_no_cost(small_region: SmallRegion, future: Future) -> None:
    """Nobody takes a minute, a place or an öre, so all measures of the transfer are 0, or undefined; others have it
    as if the patients existed and stayed at the hospital."""
    resolved, nobody = lived(small_region, future, *NOBODY)
    for rows in (nobody.patients, nobody.visits, nobody.doses, nobody.referrals):
        assert rows.size == 0
    measured = measure(resolved, nobody)
    for row, value in zip(measured.rows, measured.values, strict=True):
        assert row.name in THERE_ANYWAY or value == 0 or math.isnan(value), (row, value)
    assert measured.value("uplift_room_msek") == measured.value("uplift_msek_per_year") > 0
    assert measured.value("units_without_patient_share") == 1

    unmoved, stay = lived(small_region, future, STAY)
    for field in ABOUT_OTHERS:
        assert np.array_equal(getattr(nobody, field), getattr(stay, field)), field
    assert stay.patients.size >= sum(PATIENTS.values())
    assert set(stay.visits["site"]) <= {HOSPITAL, OUT_OF_HOURS}
    assert set(stay.doses["site"]) == {HOSPITAL}
    assert not stay.used_by_transferred.any()
    measured = measure(unmoved, stay)
    assert all(measured.value(name) == 0 for name in AT_UNITS)


@for_all(futures(), few=2, many=30)
def test_a_transfer_that_begins_after_the_last_day_is_none(small_region: SmallRegion, future: Future) -> None:
    """No referral is written yet, so only the days planned tell the two apart."""
    late = ("transfer.ramp=evenly", "transfer.start_date=2031-01-06")
    (_, planned), (_, stay) = (lived(small_region, future, *sets) for sets in (late, (STAY,)))
    assert (planned.patients["planned"] >= YEAR).sum() > 0.5 * planned.patients.size
    planned.patients["planned"] = NEVER
    assert planned.equals(stay)


@for_all(st.tuples(futures(), st.sampled_from(sorted(PATIENTS))), few=2, many=30)
def test_a_stream_that_nobody_has_changes_nothing(
    small_region: SmallRegion, drawn: tuple[Future, str]
) -> None:
    """It draws nothing that others draw, whatever stands in it; only its name is there beside theirs."""
    future, like = drawn
    resolved, without = lived(small_region, future)
    streams = resolved.scenario.streams
    nobodys = streams[like].model_copy(update={"patients": 0, "interval_days": 7, "loading_at": "unit"})
    scenario = resolved.scenario.model_copy(update={"streams": {"a-nobody": nobodys, **streams}})
    beside = dataclasses.replace(resolved, scenario=scenario)
    records = simulate(beside, future.seed, replication=0)
    measured, of_usual = measure(beside, records), measure(resolved, without)
    of_others = [i for i, row in enumerate(measured.rows) if row.key != "a-nobody"]
    assert [measured.rows[i] for i in of_others] == list(of_usual.rows)
    assert np.array_equal(measured.values[of_others], of_usual.values, equal_nan=True)
    assert without_first_stream(records).equals(without)


def without_first_stream(records: Records) -> Records:
    """Records as they are where the first stream, which nobody has, is not there to be counted."""
    of_streams = {name: getattr(records, name) for name in ("patient_days", "present", "entered", "left")}
    assert not any(counted[0].any() for counted in of_streams.values())
    records.patients["stream"] -= 1
    return dataclasses.replace(
        records, streams=records.streams[1:], **{name: counted[1:] for name, counted in of_streams.items()}
    )


IMPOSSIBLE = (
    "hospital.no_show_share=0",
    *ACCEPTED_ON_ARRIVAL,
    *(
        f"streams.{name}.{chance}=0"
        for name in PATIENTS
        for chance in ("no_show_share", "failed_share", "unplanned_per_year", "municipal_share")
    ),
    "streams.zoledronate.check.withheld_share=0",
    "streams.denosumab.check.withheld_share=0",
    "streams.iron.check.withheld_share=0",
)


@for_all(futures(), few=2, many=30)
def test_what_has_no_chance_never_happens(small_region: SmallRegion, future: Future) -> None:
    """A chance of 0 lies below every number that is drawn, so each visit comes off and each referral is accepted."""
    _, records = lived(small_region, future, *IMPOSSIBLE)
    visits, referrals = records.visits, records.referrals
    assert set(visits["outcome"]) == {ATTENDED}
    assert UNPLANNED not in visits["kind"]
    assert set(visits["site"]) == {UNIT}
    assert (referrals["verdict"] != RETURNED).all()
    able = records.units_on(referrals["patient"], referrals["reviewed"])[1] != NOWHERE
    assert np.array_equal(referrals["verdict"] == ACCEPTED, able)


# --- twice as many ----------------------------------------------------------------------------------

# No other patients, and staff and places without end: nobody can stand in another's way.
PLENTY = (
    "background.visits_per_listed_per_year=0",
    "staffing.nurse_fte_factor=20",
    "staffing.doctor_fte_factor=20",
    "booking.infusions_per_place_per_week=100",
    "booking.bookable_share=0.9",
    "transfer.cap_new_patients_per_unit_per_week=null",
    "booking.placement=nearest_capable_unit",  # which hubs are chosen hangs on how many patients there are
)


def patients_times(size: int) -> tuple[str, ...]:
    return tuple(f"streams.{name}.patients={size * count}" for name, count in PATIENTS.items())


def of_the_first(records: Records) -> list[np.ndarray]:
    """What became of the patients there at day zero in the undoubled region, in their order."""
    stream = records.patients["stream"]
    rank = np.arange(stream.size) - np.searchsorted(stream, stream)
    first = rank < np.array([PATIENTS[name] for name in records.streams])[stream]
    number = np.cumsum(first) - 1
    found = [records.patients[first]]
    for rows in (records.moves, records.referrals, records.doses, records.visits):
        theirs = rows[first[rows["patient"]]]
        theirs["patient"] = number[theirs["patient"]]
        found.append(theirs[np.argsort(theirs["patient"], kind="stable")])
    return found


@for_all(futures(), few=2, many=30)
def test_twice_the_patients_leave_the_first_of_them_as_they_were(
    small_region: SmallRegion, future: Future
) -> None:
    """More patients add rows and change none, so where there is plenty the first keep every visit to the bit."""
    (_, once), (_, twice) = (lived(small_region, future, *PLENTY, *patients_times(n)) for n in (1, 2))
    assert (twice.patients["entered"] == 0).sum() >= 2 * sum(PATIENTS.values())
    for few, many in zip(of_the_first(once), of_the_first(twice), strict=True):
        assert np.array_equal(few, many)
    assert not once.visits["wait_minutes"].any()


def visits_of_streams(resolved: Resolved, seeds: range) -> np.ndarray:
    """Doses and unplanned visits that took place at units, shape (seeds, streams and all together)."""
    found = []
    for seed in seeds:
        records = simulate(resolved, seed, replication=0)
        visits = records.visits
        took = np.isin(visits["kind"], (DOSE, UNPLANNED)) & np.isin(visits["outcome"], (ATTENDED, FAILED))
        patients = visits["patient"][took & (visits["site"] == UNIT)]
        by_stream = np.bincount(records.patients["stream"][patients], minlength=len(records.streams))
        found.append([*by_stream, by_stream.sum()])
    return np.array(found, dtype=float)


@pytest.mark.parametrize("replications", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_twice_the_patients_make_twice_the_visits(small_region: SmallRegion, replications: int) -> None:
    """In expectation, of each stream: patients are alike, and new ones Poisson at twice the rate.

    The two sides share no draw. Of all intervals of the differences (Welch's) together 99.9 % hold 0.
    """
    once, twice = (small_region(*PLENTY, *patients_times(size)) for size in (1, 2))
    few = visits_of_streams(once, range(replications))
    many = visits_of_streams(twice, range(1000, 1000 + replications))
    agreed = stats.ttest_ind(many, 2 * few, equal_var=False).pvalue
    assert (agreed > 1e-3 / agreed.size).all(), agreed
    assert many[:, -1].mean() / few[:, -1].mean() == pytest.approx(2, rel=0.05)
