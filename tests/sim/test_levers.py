"""Each lever moves what it should, in the right direction, and each policy is kept to the letter.

Scenarios are compared pair by pair on common random numbers. "Raises" means that the 95 % interval of the mean
difference over replications lies above 0.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from results.measures import measure
from scenarios.capability import capable
from scenarios.faults import InputError
from scenarios.load import Resolved, resolve
from scenarios.register import read_distances
from sim.booking import infusion_places
from sim.calendar import Calendar
from sim.model import simulate
from sim.patients import Patient, patients
from sim.records import CHECK, DOSE, HOSPITAL, MUNICIPALITY, NEVER, RENEWAL, REVIEW, UNIT, UNPLANNED
from tests.conftest import ACCEPTED_ON_ARRIVAL, PATIENTS, SHIPPED, Row, SmallRegion, shipped_rows

SEED = 1
Floats = NDArray[np.float64]

# No other patients and staff without end: what is left to decide is the policy's.
AMPLE_ROOM = (
    "background.visits_per_listed_per_year=0",
    "staffing.nurse_fte_factor=10",
    "staffing.doctor_fte_factor=10",
    "booking.infusions_per_place_per_week=100",
)
# The hospital gives each dose in its window, and each referral is accepted as soon as it has arrived.
NO_DOUBT = ("hospital.no_show_share=0", "hospital.late_share=0", *ACCEPTED_ON_ARRIVAL)


def arriving_after(days: int) -> tuple[str, str]:
    """Referrals travel so long, whatever the channel."""
    return f"transfer.letter_days={days}", f"transfer.digital_days={days}"


def values(resolved: Resolved, replications: int, name: str, scope: str = "region", key: str = "") -> Floats:
    """A measure of the first year in each replication."""
    found = [measure(resolved, simulate(resolved, SEED, number)) for number in range(replications)]
    return np.array([measured.value(name, scope, key) for measured in found])


def raises(less: Floats, more: Floats) -> bool:
    """Whether the 95 % interval of the mean difference, pair by pair, lies above 0."""
    difference = more - less
    low, _ = stats.t.interval(
        0.95, difference.size - 1, loc=difference.mean(), scale=max(1e-12, stats.sem(difference))
    )
    return bool(low > 0)


def halved(rows: list[Row], column: str) -> list[Row]:
    return [row | {column: str(float(row[column]) / 2)} for row in rows]


# --- more and less ----------------------------------------------------------------------------------


def test_half_of_julys_nurses_makes_doses_later(small_region: SmallRegion) -> None:
    full, half = (small_region(f"staffing.periods.july.staff_share={share}") for share in (0.55, 0.275))
    assert raises(values(full, 6, "late_share"), values(half, 6, "late_share"))


def test_half_of_the_infusion_places_makes_zoledronate_later(small_region: SmallRegion) -> None:
    rows = shipped_rows()
    full, half = (
        small_region("streams.zoledronate.patients=60", rows=r)
        for r in (rows, halved(rows, "infusion_places"))
    )
    stream = ("late_share", "stream", "zoledronate")
    assert raises(values(full, 5, *stream), values(half, 5, *stream))


@pytest.mark.slow
def test_half_of_the_infusion_places_makes_zoledronate_later_in_the_base(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = halved(list(csv.DictReader(file)), "infusion_places")
    write(path, rows)
    full, half = (resolve("decision-2026", ["horizon_years=1", *sets]) for sets in ((), (f"units={path}",)))
    stream = ("late_share", "stream", "zoledronate")
    assert raises(values(full, 4, *stream), values(half, 4, *stream))


@pytest.mark.slow
def test_half_of_julys_nurses_makes_doses_later_in_the_base() -> None:
    full, half = (
        resolve("decision-2026", ["horizon_years=1", f"staffing.periods.july.staff_share={share}"])
        for share in (0.55, 0.275)
    )
    assert raises(values(full, 5, "late_share"), values(half, 5, "late_share"))


@pytest.mark.parametrize("calibration", ["decision-2026", "tight-everywhere"])
def test_more_nurses_see_more_within_the_guarantee(small_region: SmallRegion, calibration: str) -> None:
    """Without the transfer, so that the nurses are the only difference."""
    fewer, same, more = (
        values(
            small_region(
                "transfer.enabled=false", f"staffing.nurse_fte_factor={factor}", scenario=calibration
            ),
            5,
            "background_within_guarantee_share",
        )
        for factor in (0.9, 1.0, 1.1)
    )
    assert raises(fewer, same)
    assert raises(same, more)


def test_without_transfer_nothing_reaches_the_units(small_region: SmallRegion) -> None:
    resolved = small_region(scenario="no-transfer")
    records = simulate(resolved, SEED, 0)
    assert (records.visits["site"] != UNIT).all()
    assert (records.doses["site"] == HOSPITAL).all()
    assert records.referrals.size == 0
    assert not records.used_by_transferred.any()
    measured = measure(resolved, records)
    for name in ("unit_visits_per_year", "nurse_hours_per_year", "patients_at_units", "cost_msek_per_year"):
        assert measured.value(name) == 0, name


# --- where ------------------------------------------------------------------------------------------


def some_without(group: str, *keys: str) -> list[Row]:
    """The small region's rows where only these units can do a procedure group."""
    can = f"can_{group}"
    return [row | {can: "yes" if row["key"] in keys else "no"} for row in shipped_rows()]


def infusions_at(resolved: Resolved) -> Counter[tuple[str, str]]:
    """Listed unit and serving unit of every accepted patient of an infusion stream."""
    records = simulate(resolved, SEED, 0)
    groups = [resolved.scenario.streams[name].procedure_group for name in records.streams]
    infusion = np.array([group == "infusion" for group in groups])[records.patients["stream"]]
    people = records.patients[infusion & (records.patients["accepted"] != NEVER)]
    given = records.visits[(records.visits["site"] == UNIT) & (records.visits["kind"] == DOSE)]
    assert given.size > 0
    assert all(capable(resolved.scenario, resolved.units[u], "infusion") for u in people["unit"])
    keys = [unit.key for unit in resolved.units]
    return Counter(
        (keys[home], keys[unit]) for home, unit in zip(people["home"], people["unit"], strict=True)
    )


def test_infusions_go_to_the_nearest_unit_that_can(small_region: SmallRegion) -> None:
    """From Trollhättan to a unit there (the larger list of two), from elsewhere to the nearest town's."""
    rows = some_without("infusion", "u014", "u015", "u046")
    resolved = small_region("booking.placement=nearest_capable_unit", rows=rows)
    town = {unit.key: unit.municipality for unit in resolved.units}
    km = read_distances()
    moved = infusions_at(resolved)
    assert len(moved) > 6
    for home, unit in moved:
        if home in ("u014", "u015", "u046"):
            assert unit == home
        else:
            assert town[unit] == min(("Trollhättan", "Kungälv"), key=lambda there: km[town[home], there])
            assert unit in ("u014", "u046")


def test_infusions_go_to_the_hub(small_region: SmallRegion) -> None:
    hub = ("booking.placement=hub", "booking.hubs={infusion: [u014, u191]}")
    resolved = small_region(*hub)
    town = {unit.key: unit.municipality for unit in resolved.units}
    moved = infusions_at(resolved)
    assert {unit for _, unit in moved} == {"u014", "u191"}
    assert all(unit == "u191" for home, unit in moved if town[home] == "Skövde")
    assert all(unit == "u014" for home, unit in moved if town[home] == "Trollhättan")


def test_other_groups_stay_where_they_are_listed(small_region: SmallRegion) -> None:
    resolved = small_region("booking.placement=hub", "booking.hubs={infusion: [u014]}")
    people = simulate(resolved, SEED, 0).patients
    catheter = sorted(resolved.scenario.streams).index("catheter")
    assert (people["unit"] == people["home"])[people["stream"] == catheter].all()


def test_a_listed_unit_that_cannot_refuses(small_region: SmallRegion) -> None:
    """Nobody is accepted where nobody can give the care; the hospital goes on."""
    resolved = small_region("booking.placement=listed_unit", rows=some_without("infusion", "u014"))
    assert set(infusions_at(resolved)) == {("u014", "u014")}


# So many that every unit lists some of them who move.
MANY = "streams.iron.patients=300"


def units_without_places() -> list[Row]:
    """Only u014 can do infusions; u015 and u019 have no place for them either."""
    rows = some_without("infusion", "u014")
    return [row | ({"infusion_places": "0"} if row["key"] in ("u015", "u019") else {}) for row in rows]


def test_where_all_units_are_capable_each_gives_its_patients_infusions(small_region: SmallRegion) -> None:
    rows = units_without_places()
    resolved = small_region("booking.placement=listed_unit", "booking.capable_units=all", MANY, rows=rows)
    assert {(row["key"], row["key"]) for row in rows} == set(infusions_at(resolved))


def test_a_unit_without_a_place_gets_one_where_all_are_capable(small_region: SmallRegion) -> None:
    """The others keep theirs; and where the register is followed nobody gets any."""
    weeks = 13
    for which, expected in (("register", [2, 0, 0, 1]), ("all", [2, 1, 1, 1])):
        resolved = small_region(f"booking.capable_units={which}", rows=units_without_places())
        places = infusion_places(resolved.scenario, resolved.units, weeks)
        assert [unit.key for unit in resolved.units[:4]] == ["u014", "u015", "u019", "u020"]
        assert places[:4].sum(axis=1).tolist() == [weeks * count for count in expected]


def test_the_place_that_comes_along_takes_no_more_than_others(small_region: SmallRegion) -> None:
    """One infusion a week in the base, however many wait."""
    resolved = small_region(
        *AMPLE_ROOM[:3],
        "booking.placement=listed_unit",
        "booking.capable_units=all",
        "streams.zoledronate.patients=300",
        rows=units_without_places(),
    )
    records = simulate(resolved, SEED, 0)
    u019 = [unit.key for unit in resolved.units].index("u019")
    infusion = np.isin(records.streams, ("zoledronate", "iron"))[
        records.patients["stream"][records.visits["patient"]]
    ]
    given = infusion & (records.visits["unit"] == u019) & (records.visits["kind"] == DOSE)
    weekly = Counter((records.visits["day"][given] // 7).tolist())
    assert max(weekly.values()) == 1
    assert len(weekly) > 20  # it binds


# The units of the small region with 8,000 listed or more.
LARGE = ("u014", "u019", "u046", "u050", "u191")
LEAST = "booking.least_listed={infusion: 8000}"


@pytest.mark.parametrize("capable_units", ["register", "all"])
def test_only_units_large_enough_give_infusions(small_region: SmallRegion, capable_units: str) -> None:
    """Patients of the others are refused; other procedure groups stay where they were."""
    settings = ("booking.placement=listed_unit", f"booking.capable_units={capable_units}", LEAST)
    resolved = small_region(*settings, MANY)
    assert set(infusions_at(resolved)) == {(key, key) for key in LARGE}
    records = simulate(resolved, SEED, 0)
    injected = records.patients["stream"] == records.streams.index("triptorelin")
    served = records.patients["home"][injected & (records.patients["accepted"] != NEVER)]
    assert len({resolved.units[home].key for home in served} - set(LARGE)) > 3


def test_patients_of_small_units_go_to_the_nearest_large_one(small_region: SmallRegion) -> None:
    """There is one in each town: where there are two, the larger list, and who is listed at the other stays."""
    resolved = small_region("booking.placement=nearest_capable_unit", LEAST, MANY)
    town = {unit.key: unit.municipality for unit in resolved.units}
    nearest = {"Trollhättan": "u014", "Skövde": "u191", "Kungälv": "u046"}
    expected = {(key, key if key in LARGE else nearest[town[key]]) for key in town}
    assert set(infusions_at(resolved)) == expected


CONTROL = "money.procedures.control={first_year_sek: 1000, later_year_sek: 0, minimum_visits_per_year: 0}"


def test_a_control_is_done_at_every_unit_and_needs_its_price_of_readiness(small_region: SmallRegion) -> None:
    """Also where the register says that units can do nothing; readiness costs where it says they are not ready."""
    can_nothing = {column: "no" for column in shipped_rows()[0] if column.startswith("can_")}
    ready = {"u014": "control", "u015": "injection"}
    rows = [row | can_nothing | {"ready_for": ready.get(row["key"], "")} for row in shipped_rows()]
    as_control = ("streams.iron.procedure_group=control", MANY, "booking.placement=listed_unit")
    with pytest.raises(InputError, match=r"money\.procedures lacks control, which a stream uses"):
        small_region(*as_control, rows=rows)
    resolved = small_region(*as_control, CONTROL, rows=rows)
    records = simulate(resolved, SEED, 0)
    people = records.patients[records.patients["accepted"] != NEVER]
    assert {records.streams[stream] for stream in people["stream"]} == {"iron"}
    assert set(people["unit"].tolist()) == set(range(len(resolved.units)))
    assert (people["unit"] == people["home"]).all()
    measured = measure(resolved, records)
    for unit in resolved.units:
        due = 0 if unit.key == "u014" else 1000
        assert measured.value("readiness_msek_per_year", "unit", unit.key) == pytest.approx(
            due * 365.25 / 364 / 1e6
        )


def test_municipal_care_never_comes_to_the_unit(small_region: SmallRegion) -> None:
    resolved = small_region("streams.catheter.municipal_share=0.5")
    records = simulate(resolved, SEED, 0)
    visits = records.visits
    municipal = records.patients["municipal"][visits["patient"]]
    assert 0 < records.patients["municipal"].sum() < PATIENTS["catheter"] * 2
    assert not (visits["site"][municipal] == UNIT).any()
    assert (visits["site"][~municipal] != MUNICIPALITY).all()
    care = municipal & (visits["site"] == MUNICIPALITY)
    assert {DOSE, UNPLANNED} == set(visits["kind"][care].tolist())
    measured = measure(resolved, records)
    assert measured.value("municipal_visits_per_year") == pytest.approx(care.sum() * 365.25 / 364)


# --- when -------------------------------------------------------------------------------------------


def test_on_clinic_days_planned_doses_keep_to_the_weekday(small_region: SmallRegion) -> None:
    """Or to the next open day where that weekday is closed, as on Ascension Day."""
    resolved = small_region(*AMPLE_ROOM, "booking.day_choice=clinic_day", "booking.clinic_weekday=thursday")
    calendar = Calendar(resolved.scenario, days_after_horizon=60)
    records = simulate(resolved, SEED, 0)
    doses = records.visits[(records.visits["site"] == UNIT) & (records.visits["kind"] == DOSE)]
    assert doses.size > 100
    thursdays = doses["day"] - (doses["day"] - 3) % 7
    assert [calendar.first_open(int(day)) for day in thursdays] == doses["day"].tolist()
    assert (doses["day"] != thursdays).any()


def test_no_unit_accepts_more_in_a_week_than_the_cap(small_region: SmallRegion) -> None:
    cap = 2
    resolved = small_region(f"transfer.cap_new_patients_per_unit_per_week={cap}", "transfer.ramp=all_at_once")
    people = simulate(resolved, SEED, 0).patients
    people = people[people["accepted"] != NEVER]
    weekly = Counter(zip(people["unit"].tolist(), (people["accepted"] // 7).tolist(), strict=True))
    assert max(weekly.values()) == cap
    full = sum(count == cap for count in weekly.values())
    assert full > 40  # it binds
    without = simulate(small_region("transfer.ramp=all_at_once"), SEED, 0).patients
    assert np.sum(without["accepted"] != NEVER) >= people.size


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_a_plan_is_kept_week_by_week(small_region: SmallRegion, tmp_path: Path) -> None:
    """So many of a stream that a sender refers to an area; fewer only if no more are left, and nobody else."""
    rows = [
        {"sender": sender, "area": area, "stream": stream, "week": str(week), "patients": str(count)}
        for sender, area, stream, week, count in (
            ("NU", "", "triptorelin", 2, 2),
            ("NU", "Norra", "triptorelin", 3, 1),
            ("NU", "", "triptorelin", 6, 500),  # more than there are
            ("SkaS", "", "triptorelin", 2, 3),
            ("SkaS", "", "catheter", 4, 2),
            ("SV", "Västra", "iron", 1, 1),
        )
    ]
    write(tmp_path / "plan.csv", rows)
    resolved = small_region(f"transfer.plan={tmp_path / 'plan.csv'}")
    people = simulate(resolved, SEED, 0).patients
    people = people[people["referred"] != NEVER]
    senders = [resolved.units[home].sender for home in people["home"]]
    streams = np.array(sorted(resolved.scenario.streams))[people["stream"]]
    weeks = (people["referred"] // 7 + 1).tolist()
    referred = Counter(zip(senders, streams.tolist(), weeks, strict=True))
    agreed = {(row["sender"], row["stream"], int(row["week"])): int(row["patients"]) for row in rows}
    assert referred.keys() == agreed.keys()
    rest = ("NU", "triptorelin", 6)
    assert 0 < referred[rest] < agreed[rest]
    assert {cell: count for cell, count in referred.items() if cell != rest} == {
        cell: count for cell, count in agreed.items() if cell != rest
    }


def test_at_the_next_dose_each_patient_is_referred_after_it(small_region: SmallRegion) -> None:
    """The hospital gives the dose that is next due, and writes the referral on the next working day."""
    resolved = small_region(
        *NO_DOUBT, *arriving_after(5), "transfer.ramp=next_due", "streams.catheter.unplanned_per_year=0"
    )
    records = simulate(resolved, SEED, 0)
    calendar = Calendar(resolved.scenario, days_after_horizon=30)
    moving = movers(patients(resolved.scenario, resolved.units, SEED, 0))
    horizon = resolved.scenario.horizon_days
    moving = [p for p in moving if not p.new and p.ends > p.due + 30 and p.due + 30 < horizon]
    assert len(moving) > 100
    first = {p.number: records.doses[records.doses["patient"] == p.number][0] for p in moving}
    assert [int(records.patients["referred"][p.number]) for p in moving] == [
        calendar.first_open(int(first[p.number]["given"]) + 1) for p in moving
    ]
    for person in moving:
        doses = records.doses[records.doses["patient"] == person.number]
        assert doses["due"][0] == person.due
        assert doses["site"][0] == HOSPITAL


def movers(people: list[Patient]) -> list[Patient]:
    return [person for person in people if person.eligible and person.agrees]


@pytest.mark.parametrize(("place", "travels"), [("hospital", 5), ("unit", 0)])
def test_first_doses_are_given_where_the_stream_says(
    small_region: SmallRegion, place: str, travels: int
) -> None:
    """By the unit only from acceptance on, so here its referrals arrive at once."""
    resolved = small_region(
        *AMPLE_ROOM,
        *NO_DOUBT,
        *arriving_after(travels),
        "streams.fulvestrant.patients=100",
        f"streams.fulvestrant.loading_at={place}",
    )
    records = simulate(resolved, SEED, 0)
    given = 0
    for person in movers(patients(resolved.scenario, resolved.units, SEED, 0)):
        if person.new and person.stream_name == "fulvestrant" and person.ends > person.entered + 60:
            doses = records.doses[records.doses["patient"] == person.number]
            first = doses[doses["given"] != NEVER][:3]
            assert first["due"][0] == person.entered
            assert first["due"][1:].tolist() == (first["given"][:-1] + 14).tolist()
            assert set(first["site"].tolist()) <= {HOSPITAL if place == "hospital" else UNIT}
            given += len(first)
    assert given > 50


def test_checks_come_before_their_doses_and_desk_work_is_no_visit(small_region: SmallRegion) -> None:
    """The day of a check lies before that of its dose; renewals and reviews take only a doctor's minutes."""
    records = simulate(small_region(), SEED, 0)
    at_unit = records.visits[records.visits["site"] == UNIT]
    checks, doses = at_unit[at_unit["kind"] == CHECK], at_unit[at_unit["kind"] == DOSE]
    assert checks.size > 50
    for check in checks:
        later = doses[(doses["patient"] == check["patient"]) & (doses["due"] == check["due"])]
        assert (later["day"] > check["day"]).all()
    for kind in (RENEWAL, REVIEW):
        desk = at_unit[at_unit["kind"] == kind]
        assert desk.size > 5
        assert desk["doctor_minutes"].all()
        assert not desk["nurse_minutes"].any()
        assert not desk["room_minutes"].any()
