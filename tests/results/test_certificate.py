"""The certificate: every line holds in what the model does, and fails when something is not as it says."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from results.certificate import CLAIMS, Line, courses, findings, fold
from results.certificate.finding import FAILS_BY_CHANCE, Finding, within
from results.settling import others_by_week
from scenarios.load import Resolved
from sim.census import Census
from sim.model import drawn_afresh, simulate
from sim.patients import Patient, patients
from sim.records import AT_HOSPITAL, AT_UNITS, NEVER, NOWHERE, UNIT, Records
from tests.conftest import SmallRegion, shipped_rows

HUB = shipped_rows()[0]["key"]
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "base": ("decision-2026", ()),
    "no transfer": ("no-transfer", ()),
    "crowded": (
        "decision-2026",
        ("background.load_factor=2.2", "staffing.nurse_fte_factor=0.9", "transfer.ramp=all_at_once"),
    ),
    "hubs": ("decision-2026", ("booking.placement=hub", f"booking.hubs.infusion=[{HUB}]")),
    "municipal": ("decision-2026", ("streams.catheter.municipal_share=0.4", "transfer.ramp=next_due")),
    "growth and a longest course": (
        "decision-2026",
        ("streams.iron.growth_per_year=0.3", "streams.catheter.course={median_days: 300, maximum_days: 250}"),
    ),
    "units that change": (
        "decision-2026",
        (
            "unit_changes={u014: {closes: 2026-09-07, goes_to: u019, staff_moves_share: 1}, "
            "u194: {opens: 2026-06-01, goes_to: u190, staff_moves_share: 0.5}}",
            "booking.placement=nearest_capable_unit",
        ),
    ),
    "a shock": ("records-shock", ("shocks.records-system.start_date=2026-09-07",)),
}


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES.keys())
def case(request: pytest.FixtureRequest, small_region: SmallRegion) -> Resolved:
    scenario, sets = request.param
    return small_region(*sets, scenario=scenario)


@pytest.fixture(scope="module")
def base(small_region: SmallRegion) -> tuple[Resolved, Records]:
    resolved = small_region()
    return resolved, simulate(resolved, seed=1, replication=0)


def certificate(resolved: Resolved, *replications: Records, afresh: Any = None) -> dict[str, Line]:
    tables = [
        findings(resolved, records, others_by_week(records), afresh).assign(replication=records.replication)
        for records in replications
    ]
    return {line.id: line for line in fold(pd.concat(tables, ignore_index=True))}


def test_every_line_holds(case: Resolved) -> None:
    records = simulate(case, seed=3, replication=0)
    lines = certificate(case, records, afresh=drawn_afresh(case, 3, 0))
    assert list(lines) == list(CLAIMS)
    assert {line.verdict for line in lines.values()} <= {"passed", "told", "not applicable"}, lines
    silent = [name for name, line in lines.items() if line.verdict == "not applicable"]
    moves = case.scenario.transfer.enabled
    assert silent == ([] if moves else ["doses_conserved", "visits_expected"])
    assert lines["littles_law"].compared > (40 if moves else 7)


def test_over_replications_too(small_region: SmallRegion) -> None:
    resolved = small_region("background.load_factor=1.8")
    several = [simulate(resolved, seed=5, replication=number) for number in range(4)]
    lines = certificate(resolved, *several)
    assert not [line for line in lines.values() if line.failed]
    assert lines["draws"].verdict == "not applicable"
    assert "all 4 replications" in lines["patients_expected"].where


# --- each line can fail -------------------------------------------------------------------------------


def more(records: Records, field: str, place: Any, by: float) -> Records:
    """Records with one number (or column) of an array changed."""
    changed = getattr(records, field).copy()
    changed[place] += by
    return replace(records, **{field: changed})


def without(records: Records, field: str, rows: Any) -> Records:
    return replace(records, **{field: np.delete(getattr(records, field), rows)})


def busiest(records: Records) -> tuple[int, int, int]:
    day, unit, profession = np.unravel_index(int(records.used.argmax()), records.used.shape)
    return int(day), int(unit), int(profession)


def at_units(records: Records) -> Any:
    return np.flatnonzero((records.doses["site"] == UNIT) & (records.doses["given"] != NEVER))


def twice_in_a_week(records: Records) -> Records:
    """A patient comes again three days after a dose, and gets one."""
    dose = records.doses[at_units(records)[:1]]
    seen = (records.visits["patient"] == dose["patient"]) & (records.visits["day"] == dose["given"])
    visit = records.visits[seen & (records.visits["site"] == UNIT)][:1].copy()
    dose, visit["day"] = dose.copy(), visit["day"] + 3
    dose["given"] += 3
    return replace(
        records,
        doses=np.concatenate([records.doses, dose]),
        visits=np.concatenate([records.visits, visit]),
    )


WRONG: dict[str, list[Callable[[Records], Records]]] = {
    "patients_conserved": [
        lambda r: more(r, "present", (0, AT_HOSPITAL), 1),
        lambda r: more(r, "entered", 2, 1),
        lambda r: more(r, "left", 3, -1),
        lambda r: replace(r, miscounts=np.zeros(1, dtype=r.miscounts.dtype)),
        lambda r: replace(r, patients=r.patients[:-1]),
    ],
    "littles_law": [
        lambda r: more(r, "patient_days", (0, AT_HOSPITAL), 1),
        lambda r: more(r, "patient_days", (1, AT_UNITS + 3), -1),
        lambda r: replace(r, patients=r.patients[:-1]),
    ],
    "minutes_conserved": [
        lambda r: more(r, "used", busiest(r), 0.01),
        lambda r: more(r, "used_by_transferred", busiest(r), 0.01),
        lambda r: more(r, "services", 20, -0.01),
        lambda r: more(r, "servers", busiest(r), -r.servers[busiest(r)]),
        lambda r: without(r, "visits", np.flatnonzero(r.visits["nurse_minutes"] > 0)[:1]),
    ],
    "requests_conserved": [
        lambda r: more(r, "requests", (3, 1, 0), 1),
        lambda r: more(r, "pending", (4, 0, 1), -1),
        lambda r: without(r, "others", [1000]),
    ],
    "doses_conserved": [lambda r: without(r, "doses", at_units(r)[:1]), twice_in_a_week],
    "patients_expected": [lambda r: replace(r, patient_days=(1.6 * r.patient_days).astype(np.int64))],
    "requests_expected": [
        lambda r: more(r, "requests", (slice(None), 0, 0), 400),
        lambda r: replace(r, loads=1.5 * r.loads),
    ],
    "minutes_expected": [lambda r: more(r, "used", r.used > 0, 40.0)],
    "warm_up": [
        lambda r: without(r, "others", np.flatnonzero(r.others["day"] == r.first_day + 1)),
        lambda r: more(r, "used_by_transferred", (3, 0, 0), 5),
        lambda r: with_day(r, "visits", "day"),
        lambda r: with_day(r, "patients", "entered"),
    ],
}


def with_day(records: Records, field: str, column: str) -> Records:
    """The first row on the day before day zero."""
    changed = getattr(records, field).copy()
    changed[column][0] = -1
    return replace(records, **{field: changed})


@pytest.mark.parametrize(("line", "harm"), [(line, harm) for line, harms in WRONG.items() for harm in harms])
def test_a_line_fails_where_what_it_says_is_not_so(
    base: tuple[Resolved, Records], line: str, harm: Callable[[Records], Records]
) -> None:
    resolved, records = base
    assert certificate(resolved, records)[line].verdict == "passed"
    assert certificate(resolved, harm(records))[line].failed


def test_a_draw_that_the_policy_has_reached_fails(base: tuple[Resolved, Records]) -> None:
    resolved, records = base
    afresh = drawn_afresh(resolved, 1, 0)
    assert certificate(resolved, records, afresh=afresh)["draws"].verdict == "passed"
    other = (afresh[0], "0" * 32, afresh[2])
    line = certificate(resolved, records, afresh=other)["draws"]
    assert line.failed
    assert line.where.startswith("requests")


def test_only_what_could_fail_is_tested(base: tuple[Resolved, Records]) -> None:
    """Every line but the approximation has a harm above, or is the draws'."""
    lines = certificate(*base, afresh=base[1].fingerprints)
    assert {name for name, line in lines.items() if line.verdict == "told"} == {"visits_expected"}
    assert {*WRONG, "draws", "visits_expected"} == set(CLAIMS)


def test_a_model_that_forgets_somebody_is_found_out(
    small_region: SmallRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two code paths are two: what only one of them hears of shows."""
    monkeypatch.setattr(Census, "to_municipality", lambda self, patient, day: None)
    resolved = small_region("streams.catheter.municipal_share=0.4")
    lines = certificate(resolved, simulate(resolved, seed=1, replication=0))
    assert lines["littles_law"].failed
    assert "catheter" in lines["littles_law"].where
    assert not lines["patients_conserved"].failed


# --- the census -----------------------------------------------------------------------------------------


def person(number: int, resolved: Resolved) -> Patient:
    return patients(resolved.scenario, resolved.units, 1, 0)[number]


def test_the_census_counts_and_adds_up_time(base: tuple[Resolved, Records]) -> None:
    first, second = (person(number, base[0]) for number in (0, 1))
    census = Census((first.stream_name,), units=3)
    census.enters(first, 0)
    census.enters(second, 4)
    census.to_unit(first, 2, 10)
    census.to_unit(first, NOWHERE, 12)
    census.to_municipality(first, 15)
    census.leaves(first, 20)
    assert census.present == [[1, 0, 0, 0, 0]]
    assert census.patient_days(30).tolist() == [[10 + 3 + 26, 0, 0, 2, 5]]
    assert census.miscounts().size == 0


def test_the_census_tells_of_a_patient_who_leaves_twice_or_comes_unseen(
    base: tuple[Resolved, Records],
) -> None:
    first, second = (person(number, base[0]) for number in (0, 1))
    census = Census((first.stream_name,), units=3)
    census.enters(first, 0)
    census.leaves(first, 5)
    census.leaves(first, 6)
    census.to_unit(second, 1, 7)
    told = census.miscounts()
    assert told["day"].tolist() == [6, 7]
    assert told["patient"].tolist() == [first.number, second.number]


# --- what chance may do ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.01, 0.3, 1, 4, 30, 1000, 1e5])
def test_the_bound_holds_for_few_and_for_many(mean: float) -> None:
    """Against the exact tails of the Poisson distribution; with many it is not far beyond what it must be."""
    reach = within(mean, 1)
    number = stats.poisson(mean)
    beyond = number.sf(math.ceil(mean + reach) - 1) + number.cdf(math.floor(mean - reach))
    assert beyond <= FAILS_BY_CHANCE
    if mean >= 1000:
        assert reach < 5.7 * math.sqrt(mean)


def test_the_bound_without_a_step_is_that_of_the_normal_distribution() -> None:
    assert within(1, 0) == pytest.approx(math.sqrt(2 * math.log(2 / FAILS_BY_CHANCE)))
    assert 2 * stats.norm.sf(within(1, 0)) < FAILS_BY_CHANCE


def test_patient_days_have_the_mean_and_variance_of_theory(small_region: SmallRegion) -> None:
    """Over 300 draws of the patients, without any simulation: within four standard errors."""
    resolved = small_region(
        "streams.iron.growth_per_year=0.3", "streams.catheter.course={median_days: 300, maximum_days: 250}"
    )
    scenario, horizon, draws = resolved.scenario, resolved.scenario.horizon_days, 300
    drawn: dict[str, list[int]] = {name: [0] * draws for name in scenario.streams}
    for number in range(draws):
        for patient in patients(scenario, resolved.units, 11, number):
            drawn[patient.stream_name][number] += min(patient.ends, horizon) - patient.entered
    for name, stream in scenario.streams.items():
        mean, variance = courses.patient_days(stream, horizon)
        new = np.convolve(courses.entries(stream, horizon), courses.still_treated(stream, horizon))[:horizon]
        by_day = stream.patients * courses.still_treated_at_start(stream, horizon) + new
        assert mean == pytest.approx(by_day.sum())
        assert abs(np.mean(drawn[name]) - mean) < 4 * math.sqrt(variance / draws), name
        assert abs(np.var(drawn[name], ddof=1) / variance - 1) < 4 * math.sqrt(2 / draws) * 1.2, name


# --- over replications ------------------------------------------------------------------------------------


def test_what_chance_moves_is_added_up_first_and_the_rest_compared_one_by_one() -> None:
    rows = [
        Finding("littles_law", "a", 10, 10, allowed=0),
        Finding("littles_law", "b", 10, 11, allowed=0),
        Finding("patients_expected", "a", 100, 100 + 0.9 * within(25, 1), variance=25, step=1),
        Finding("visits_expected", "a", 7, 5),
    ]
    table = pd.concat([pd.DataFrame(rows).assign(replication=number) for number in (0, 1)], ignore_index=True)
    lines = {line.id: line for line in fold(table)}
    assert (lines["littles_law"].failed, lines["littles_law"].where) == (True, "b; replication 1")
    assert lines["littles_law"].compared == 4
    assert lines["patients_expected"].failed  # each is within its bound, and their sum is not
    assert lines["patients_expected"].allowed == within(50, 1)
    assert (lines["visits_expected"].verdict, lines["visits_expected"].expected) == ("told", 14)
    assert lines["warm_up"].as_json()["reason"] == CLAIMS["warm_up"].absent


def test_a_number_that_is_none_fails() -> None:
    row = Finding("littles_law", "a", math.nan, 1, allowed=0)
    (failed,) = [line for line in fold(pd.DataFrame([row]).assign(replication=0)) if line.failed]
    assert failed.id == "littles_law"
