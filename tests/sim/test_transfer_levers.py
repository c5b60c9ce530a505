"""Waves, the channel of referrals and the minutes of their review, each held to what it says.

Expected days, minutes and öre are worked out here from the scenario's values, not by the model's own functions.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from results.ledger import DESK, READINESS, ledger
from results.measures import measure
from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.model import simulate
from sim.patients import Patient, patients
from sim.records import ACCEPTED, HOSPITAL, NEVER, NOWHERE, REFUSED, RETURNED, REVIEW, UNIT, Records
from tests.conftest import ACCEPTED_ON_ARRIVAL, PATIENTS, Row, SmallRegion, shipped_rows

SEED = 1


def infusions_at_one() -> list[Row]:
    """The small region's rows where only u014 can do infusions."""
    return [row | {"can_infusion": "yes" if row["key"] == "u014" else "no"} for row in shipped_rows()]


# --- waves ------------------------------------------------------------------------------------------

# Names run against the dates, except where two waves share one: then the name decides.
WAVES = (
    "transfer.ramp=waves",
    "transfer.waves.z={start_date: 2026-05-04, ramp_weeks: 0, senders: [NU], streams: [triptorelin, catheter]}",
    "transfer.waves.y={start_date: 2026-06-01, ramp_weeks: 10, senders: [NU, SkaS]}",
    "transfer.waves.w={start_date: 2026-09-07, ramp_weeks: 4, streams: [triptorelin]}",
    "transfer.waves.x={start_date: 2026-09-07, ramp_weeks: 30, streams: [triptorelin, iron]}",
)


def wave_of(sender: str, stream: str) -> tuple[int, int] | None:
    """First day and weeks of the wave in which a sender's patients of a stream move."""
    if sender == "NU" and stream in ("triptorelin", "catheter"):
        return 63, 0
    if sender in ("NU", "SkaS"):
        return 91, 10
    return {"triptorelin": (189, 4), "iron": (189, 30)}.get(stream)


@pytest.fixture(scope="module")
def in_waves(small_region: SmallRegion) -> tuple[Resolved, Records]:
    resolved = small_region(*WAVES)
    return resolved, simulate(resolved, SEED, 0)


def movers(resolved: Resolved, records: Records) -> list[tuple[Patient, str, np.void]]:
    """Everybody who may move, with the sender and what became of them."""
    people = patients(resolved.scenario, resolved.units, SEED, 0)
    return [
        (person, resolved.units[person.home].sender, row)
        for person, row in zip(people, records.patients, strict=True)
        if person.eligible and person.agrees
    ]


def test_those_under_treatment_are_spread_over_their_wave(in_waves: tuple[Resolved, Records]) -> None:
    """The earlier wave wins, of two on one day the first by name; each is spread over its own weeks."""
    planned: dict[tuple[int, int], list[int]] = {}
    for person, sender, row in movers(*in_waves):
        wave = wave_of(sender, person.stream_name)
        if wave and not person.new:
            first, weeks = wave
            assert row["planned"] == first + int(person.ramp * weeks * 7)
            planned.setdefault(wave, []).append(int(row["planned"]))
    assert set(planned) == {(63, 0), (91, 10), (189, 4), (189, 30)}
    assert set(planned[63, 0]) == {63}
    assert {day // 7 for day in planned[91, 10]} == set(range(13, 23))
    assert {day // 7 for day in planned[189, 4]} == set(range(27, 31))


def test_nobody_is_referred_before_the_day_planned(in_waves: tuple[Resolved, Records]) -> None:
    referred = [row for *_, row in movers(*in_waves) if row["referred"] != NEVER]
    assert len(referred) > 100
    assert all(row["referred"] >= row["planned"] for row in referred)


def test_new_patients_wait_for_their_wave_but_for_no_ramp(in_waves: tuple[Resolved, Records]) -> None:
    before, later = 0, 0
    for person, sender, row in movers(*in_waves):
        wave = wave_of(sender, person.stream_name)
        if wave and person.new:
            at_hospital = person.stream.loading_days[-1] if person.stream.loading_at == "hospital" else 0
            ready = person.entered + at_hospital
            assert row["planned"] == max(wave[0], ready)
            before, later = before + (ready < wave[0]), later + (ready > wave[0])
    assert before > 5
    assert later > 5


def test_nobody_outside_all_waves_moves(in_waves: tuple[Resolved, Records]) -> None:
    resolved, records = in_waves
    outside = [
        person.number
        for person, sender, _ in movers(resolved, records)
        if wave_of(sender, person.stream_name) is None
    ]
    assert len(outside) > 20
    people = records.patients[outside]
    assert (people["planned"] == NEVER).all()
    assert (people["referred"] == NEVER).all()
    doses = records.doses[np.isin(records.doses["patient"], outside)]
    assert doses.size > 50
    assert (doses["site"] == HOSPITAL).all()


def test_a_plan_overrides_the_waves(small_region: SmallRegion, tmp_path: Path) -> None:
    """It takes also those whom no wave would, and leaves those whom it does not name."""
    path = tmp_path / "plan.csv"
    path.write_text(
        "sender,area,stream,week,patients\nSV,,catheter,3,2\nNU,,triptorelin,2,1\n", encoding="utf-8"
    )
    resolved = small_region(*WAVES, f"transfer.plan={path}")
    planned = Counter(
        (sender, person.stream_name, int(row["planned"]))
        for person, sender, row in movers(resolved, simulate(resolved, SEED, 0))
        if row["planned"] != NEVER
    )
    assert planned == {("SV", "catheter", 14): 2, ("NU", "triptorelin", 7): 1}


# --- the channel --------------------------------------------------------------------------------------

LETTER, DIGITAL = 9, 2


@pytest.mark.parametrize("channel", ["register", "digital", "letter"])
def test_a_referral_travels_as_long_as_its_channel_takes(small_region: SmallRegion, channel: str) -> None:
    """Without a unit that could receive it a referral is a letter, unless all are digital."""
    resolved = small_region(
        *ACCEPTED_ON_ARRIVAL,
        f"transfer.channel={channel}",
        f"transfer.letter_days={LETTER}",
        f"transfer.digital_days={DIGITAL}",
        "booking.placement=listed_unit",
        rows=infusions_at_one(),
    )
    records, calendar = simulate(resolved, SEED, 0), Calendar(resolved.scenario, days_after_horizon=60)
    travelled = set()
    for row in records.referrals:
        unit = int(records.patients["unit"][row["patient"]])
        secure = unit != NOWHERE and resolved.units[unit].key not in ("u019", "u049", "u050", "u194")
        digital = {"register": secure, "digital": True, "letter": False}[channel]
        assert row["reviewed"] == calendar.first_open(int(row["written"]) + (DIGITAL if digital else LETTER))
        travelled.add((unit == NOWHERE, secure))
    assert travelled == {(True, False), (False, True), (False, False)}


# --- the review ---------------------------------------------------------------------------------------

MINUTES = 12
ORE = 18_000  # 12 minutes at 900 SEK an hour
PRICE = "money.doctor_hour_sek={sek: 900, price_year: 2026}"
DOUBTFUL = "{complete_share: 0.6, review_days_mean: 3, refused_share: 0.3, guideline: null}"
REVIEWED = (
    PRICE,
    "money.price_year=2026",
    "streams.catheter.municipal_share=0.5",
    "booking.placement=listed_unit",
    *(f"streams.{name}.referral={DOUBTFUL}" for name in PATIENTS),
)


def of_units(records: Records) -> NDArray[np.void]:
    """The referrals that a unit reviews: there is one, and the municipality does not take the patient."""
    people = records.patients[records.referrals["patient"]]
    to_unit = (people["unit"] != NOWHERE) & ~people["municipal"]
    return np.asarray(records.referrals[to_unit])


@pytest.fixture(scope="module")
def with_and_without(small_region: SmallRegion) -> list[tuple[Resolved, Records]]:
    """Reviews that take no time, and the same that take twelve minutes; infusions at one unit only."""
    regions = [
        small_region(*REVIEWED, f"transfer.review_minutes={minutes}", rows=infusions_at_one())
        for minutes in (0, MINUTES)
    ]
    return [(resolved, simulate(resolved, SEED, 0)) for resolved in regions]


def test_every_review_at_a_unit_takes_its_minutes(with_and_without: list[tuple[Resolved, Records]]) -> None:
    """Whatever the verdict; none where no unit can serve or the municipality will."""
    _, records = with_and_without[1]
    reviewed, reviews = of_units(records), records.visits[records.visits["kind"] == REVIEW]
    assert Counter(zip(reviews["patient"], reviews["day"], strict=True)) == Counter(
        zip(reviewed["patient"], reviewed["reviewed"], strict=True)
    )
    assert (reviews["unit"] == records.patients["unit"][reviews["patient"]]).all()
    assert (reviews["site"] == UNIT).all()
    assert (reviews["doctor_minutes"] == MINUTES).all()
    assert set(reviewed["verdict"].tolist()) == {ACCEPTED, RETURNED, REFUSED}
    others = records.patients[np.setdiff1d(records.referrals["patient"], reviewed["patient"])]
    assert others["municipal"].any()
    assert (others["unit"] == NOWHERE).any()


def test_reviews_cost_a_doctors_time_and_nothing_else(
    with_and_without: list[tuple[Resolved, Records]],
) -> None:
    """Hours, öre at the desk and MSEK by hand; visits, nurses, full prices and readiness stay."""
    free, timed = (measure(*side) for side in with_and_without)
    number = of_units(with_and_without[1][1]).size
    per_year = number * 365.25 / 364
    added = {
        "doctor_hours_per_year": per_year * MINUTES / 60,
        "cost_msek_per_year": per_year * ORE / 1e8,
    }
    for name in (
        *added,
        "unit_visits_per_year",
        "check_visits_per_year",
        "nurse_hours_per_year",
        "room_hours_per_year",
        "full_cost_msek_per_year",
        "readiness_msek_per_year",
        "patient_fee_msek_per_year",
        "clinic_wait_minutes_mean",
        "utilisation",
    ):
        assert timed.value(name) - free.value(name) == pytest.approx(added.get(name, 0), abs=1e-9), name
    before, after = (ledger(*side).rows for side in with_and_without)
    assert after["ore"].sum() - before["ore"].sum() == number * ORE
    at_desk = [rows["ore"][rows["line"] == DESK].sum() for rows in (before, after)]
    assert at_desk[1] - at_desk[0] == number * ORE


def test_a_unit_that_only_reviews_needs_no_readiness_and_has_no_visit(small_region: SmallRegion) -> None:
    """All are refused: what is left of the cost is the reviews."""
    refused = "{complete_share: 1, review_days_mean: 3, refused_share: 1, guideline: null}"
    resolved = small_region(
        *REVIEWED,
        f"transfer.review_minutes={MINUTES}",
        *(f"streams.{name}.referral={refused}" for name in PATIENTS),
    )
    records = simulate(resolved, SEED, 0)
    number = of_units(records).size
    assert number > 100
    rows = ledger(resolved, records).rows
    assert READINESS not in rows["line"]
    assert rows["ore"].sum() == number * ORE
    measured = measure(resolved, records)
    assert measured.value("unit_visits_per_year") == 0
    assert measured.value("patients_at_units") == 0
    assert measured.value("units_without_patient_share") == 1
    assert measured.value("doctor_hours_per_year") == pytest.approx(number * 365.25 / 364 * MINUTES / 60)
