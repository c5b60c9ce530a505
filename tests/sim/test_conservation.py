"""Nobody and nothing is lost: requests, minutes and patients, exactly, in each replication."""

import dataclasses
import inspect
import itertools
from collections import Counter
from typing import Any
from unittest import mock

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.load import Resolved
from sim import clinic_day
from sim.clinic_day import TOTAL
from sim.model import simulate
from sim.records import (
    ATTENDED,
    CHECK,
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    DOSE,
    FAILED,
    MUNICIPALITY,
    NEVER,
    NO_SHOW,
    NOT_SEEN,
    NOWHERE,
    OUT_OF_HOURS,
    RENEWAL,
    REVIEW,
    SEEN_BOOKED,
    SEEN_SAME_DAY,
    UNIT,
    UNPLANNED,
    WITHHELD,
    Records,
)
from sim.staff import DOCTOR, NURSE
from tests.conftest import PATIENTS, SmallRegion, shipped_rows

DESK_WORK = (RENEWAL, REVIEW)
HUB = shipped_rows()[0]["key"]
CROWDED = ("background.load_factor=2.2", "staffing.nurse_fte_factor=0.9", "transfer.ramp=all_at_once")
CASES = {
    "base": (),
    "crowded": CROWDED,
    "hubs": ("booking.placement=hub", f"booking.hubs.infusion=[{HUB}]", "booking.day_choice=clinic_day"),
    "municipal": ("streams.catheter.municipal_share=0.4", "transfer.ramp=next_due"),
    "closed klämdagar": ("calendar.klamdag=closed", "start_date=2026-03-30", *CROWDED),
}


@dataclasses.dataclass(frozen=True)
class DayList:
    """What one clinic day was given, and when each visit began."""

    ends: NDArray[np.int64]
    services: NDArray[np.float64]
    who: NDArray[np.int64]
    starts: NDArray[np.float64]
    latest_start: float


@dataclasses.dataclass(frozen=True)
class Case:
    resolved: Resolved
    records: Records
    days: list[DayList]


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES.keys())
def case(request: pytest.FixtureRequest, small_region: SmallRegion) -> Case:
    """One replication with the lists of its clinic days, one for each open day."""
    resolved = small_region(*request.param)
    days: list[DayList] = []
    real_list, real_queue, latest_list = clinic_day.day_list, clinic_day.queue_day, []

    def day_list(*arguments: Any) -> Any:
        latest_list[:] = real_list(*arguments)
        return tuple(latest_list)

    def queue_day(*arguments: Any) -> Any:
        answer = real_queue(*arguments)
        ends, _, services, who = latest_list
        days.append(DayList(ends.copy(), services.copy(), who.copy(), answer[0].copy(), arguments[-1]))
        return answer

    with mock.patch.multiple(clinic_day, day_list=day_list, queue_day=queue_day):
        records = simulate(resolved, seed=1, replication=0)
    assert len(days) == (records.open_minutes > 0).sum()
    return Case(resolved, records, days)


def others_by_kind(records: Records, *outcomes: int) -> NDArray[np.int64]:
    """Visits of other patients per unit and profession."""
    rows = records.others[np.isin(records.others["outcome"], outcomes)]
    found = np.zeros((len(records.units), 2), dtype=np.int64)
    np.add.at(found, (rows["unit"], rows["profession"]), rows["visits"])
    return found


def test_each_request_is_seen_turned_away_or_pending(case: Case) -> None:
    records = case.records
    for kind, outcomes in enumerate([(SEEN_SAME_DAY, DIVERTED_SAME_DAY), (SEEN_BOOKED, DIVERTED_BOOKED)]):
        accounted = others_by_kind(records, *outcomes) + records.pending[:, :, kind]
        assert np.array_equal(records.requests[:, :, kind], accounted)
    assert (records.pending >= 0).all()
    assert (records.others["visits"] > 0).all()
    assert (records.others["waited"] >= 0).all()


@pytest.mark.parametrize("name", ["balance", "day_list", "carry_over", "take_bookings"])
def test_totals_are_the_sums_over_the_days_waited(name: str, small_region: SmallRegion) -> None:
    real = getattr(clinic_day, name)
    parameters = inspect.signature(real.py_func).parameters

    def checked(*arguments: Any) -> Any:
        answer = real(*arguments)
        given = dict(zip(parameters, arguments, strict=True))
        for lists in (given["diary"], given["counts"]):
            assert np.array_equal(lists[:, :, :TOTAL].sum(axis=2), lists[:, :, TOTAL])
            assert (lists >= 0).all()
        return answer

    with mock.patch.object(clinic_day, name, checked):
        simulate(small_region(*CROWDED, "horizon_years=1"), seed=1, replication=0)


def test_those_not_seen_are_the_last_of_their_list(case: Case) -> None:
    for day in case.days:
        for begin, end in itertools.pairwise(day.ends):
            not_seen = day.starts[begin:end] < 0
            assert not (not_seen[:-1] & ~not_seen[1:]).any()


def test_each_visit_on_a_days_list_is_another_patients_or_a_transferred_one(case: Case) -> None:
    """What the kernel saw is what the records hold, patient by patient."""
    seen = sum(int(((day.who < 0) & (day.starts >= 0)).sum()) for day in case.days)
    assert others_by_kind(case.records, SEEN_SAME_DAY, SEEN_BOOKED).sum() == seen
    visits = case.records.visits
    came = (visits["site"] == UNIT) & ~np.isin(visits["kind"], DESK_WORK)
    took = came & np.isin(visits["outcome"], (ATTENDED, FAILED, WITHHELD))
    assert took.sum() == sum(int(((day.who >= 0) & (day.starts >= 0)).sum()) for day in case.days)
    unseen = sum(int(((day.who >= 0) & (day.starts < 0)).sum()) for day in case.days)
    assert unseen >= (came & (visits["outcome"] == NOT_SEEN)).sum()


def test_minutes_used_are_those_of_others_and_of_the_transferred(case: Case) -> None:
    records = case.records
    by_others = np.zeros_like(records.used)
    for i, day in zip(np.flatnonzero(records.open_minutes), case.days, strict=True):
        queue = np.repeat(np.arange(day.ends.size - 1), np.diff(day.ends))
        counted = (day.who < 0) & (day.starts >= 0)
        np.add.at(by_others[i].reshape(-1), queue[counted], day.services[counted])
    assert np.abs(records.used - by_others - records.used_by_transferred).max() < 1e-9
    assert (records.used[records.open_minutes == 0] == 0).all()


def test_transferred_minutes_are_those_of_the_visits(case: Case) -> None:
    records, visits = case.records, case.records.visits
    streams = [case.resolved.scenario.streams[name] for name in records.streams]
    people = records.patients[visits["patient"]]
    led_by_doctor = np.array([stream.profession == "doctor" for stream in streams])[people["stream"]]
    profession = np.where(led_by_doctor & (visits["kind"] != CHECK), DOCTOR, NURSE)
    minutes = np.where(profession == DOCTOR, visits["doctor_minutes"], visits["nurse_minutes"])
    queued = (visits["site"] == UNIT) & ~np.isin(visits["kind"], DESK_WORK)
    total = np.zeros_like(records.used)
    place = (visits["day"] - records.first_day, people["unit"], profession)
    np.add.at(total, tuple(index[queued] for index in place), minutes[queued])
    assert np.abs(total - records.used_by_transferred).max() < 1e-9
    missed = np.isin(visits["outcome"], (NO_SHOW, NOT_SEEN))
    for column in ("wait_minutes", "nurse_minutes", "doctor_minutes", "room_minutes"):
        assert (visits[column][missed] == 0).all()


def test_nobody_works_more_than_is_there(case: Case) -> None:
    """Minutes used fit in servers × open minutes + overtime."""
    records = case.records
    there = records.servers * records.open_minutes[:, None, None] + records.overtime
    assert (records.used <= there + 1e-6).all()


def test_nobody_starts_later_than_closing_and_the_overtime_limit(case: Case) -> None:
    records, limit = case.records, case.resolved.scenario.clinic.overtime_limit_minutes
    open_minutes = records.open_minutes[records.open_minutes > 0]
    for opened, day in zip(open_minutes, case.days, strict=True):
        assert day.latest_start == opened + limit
        assert day.starts.max() <= day.latest_start
    visits = records.visits[records.visits["site"] == UNIT]
    started = visits["arrival_minute"] + visits["wait_minutes"]
    assert (started <= records.open_minutes[visits["day"] - records.first_day] + limit).all()
    assert (visits["wait_minutes"] >= 0).all()


def test_nothing_takes_place_on_a_closed_day(case: Case) -> None:
    records = case.records
    closed = records.open_minutes == 0
    visits = records.visits
    at_any_hour = (visits["site"] == OUT_OF_HOURS) | (
        (visits["site"] == MUNICIPALITY) & (visits["kind"] == UNPLANNED)
    )
    assert not closed[visits["day"][~at_any_hour] - records.first_day].any()
    given = records.doses["given"][records.doses["given"] != NEVER]
    assert not closed[given - records.first_day].any()
    assert not closed[records.others["day"] - records.first_day].any()
    assert (records.servers[closed] == 0).all()
    assert (records.overtime[closed] == 0).all()
    reviewed = records.referrals["reviewed"]
    assert not closed[reviewed - records.first_day].any()


def test_each_patient_is_accounted_for(case: Case) -> None:
    records, people = case.records, case.records.patients
    horizon = case.resolved.scenario.horizon_days
    for number, name in enumerate(records.streams):
        of_stream = people[people["stream"] == number]
        assert (of_stream["entered"] == 0).sum() >= PATIENTS[name]
        assert (of_stream["entered"] >= 0).all()
        assert (of_stream["entered"] < horizon).all()
    happened = {field: people[field] != NEVER for field in people.dtype.names}
    in_order = ("entered", "referred", "accepted", "first_visit", "left_unit", "ended")
    for k, later in enumerate(in_order):
        for earlier in in_order[:k]:
            both = happened[earlier] & happened[later]
            assert (people[earlier][both] <= people[later][both]).all(), (earlier, later)
    referred = happened["referred"]
    assert happened["planned"][referred].all()
    assert (people["planned"][referred] <= people["referred"][referred]).all()
    assert not (happened["accepted"] & ~happened["referred"]).any()
    assert not (happened["left_unit"] & ~happened["accepted"]).any()
    assert not (happened["handed_back"] & ~happened["left_unit"]).any()
    assert not (happened["ended"] & happened["accepted"] & ~happened["left_unit"]).any()
    accepted = records.referrals["patient"][records.referrals["verdict"] == 0]
    assert np.unique(accepted).size == accepted.size
    assert np.isin(np.flatnonzero(happened["accepted"]), accepted).all()


def test_each_referral_to_a_unit_is_reviewed_there_once(case: Case) -> None:
    """On the day on which its verdict fell; none of those that the municipality takes on."""
    records, referrals = case.records, case.records.referrals
    people = records.patients[referrals["patient"]]
    to_unit = (people["unit"] != NOWHERE) & ~people["municipal"]
    reviews = records.visits[records.visits["kind"] == REVIEW]
    assert Counter(zip(reviews["patient"], reviews["unit"], reviews["day"], strict=True)) == Counter(
        zip(
            referrals["patient"][to_unit],
            people["unit"][to_unit],
            referrals["reviewed"][to_unit],
            strict=True,
        )
    )
    assert reviews.size > 100


def test_no_dose_is_lost(case: Case) -> None:
    """Where nothing else restarts the interval, each dose falls due an interval after the one before."""
    records = case.records
    horizon = case.resolved.scenario.horizon_days
    followed = 0
    for name in ("goserelin", "triptorelin", "methadone"):
        interval = case.resolved.scenario.streams[name].interval_days
        for number in np.flatnonzero(records.patients["stream"] == records.streams.index(name)):
            doses = records.doses[records.doses["patient"] == number]
            given, due = doses["given"], doses["due"]
            assert np.array_equal(due[1:], given[:-1] + interval)
            assert (given[:-1] != NEVER).all()
            if records.patients["ended"][number] == NEVER and doses.size and given[-1] != NEVER:
                assert given[-1] + interval >= horizon
            followed += doses.size
    assert followed > 100


def test_doses_at_the_unit_are_given_inside_their_limit(case: Case) -> None:
    """No earlier than the window; no later than the hospital would take over, unless staff ran out of day."""
    records = case.records
    streams = [case.resolved.scenario.streams[name] for name in records.streams]
    visits = records.visits
    given = (visits["site"] == UNIT) & (visits["kind"] == DOSE) & (visits["outcome"] == ATTENDED)
    as_booked = visits[given & (visits["moves"] == 0)]
    stream = records.patients["stream"][as_booked["patient"]]
    late = as_booked["day"] - as_booked["due"]
    assert (late >= -np.array([s.early_days for s in streams])[stream]).all()
    assert (late <= np.array([s.returned_after_days for s in streams])[stream]).all()
    in_doses = records.doses[(records.doses["site"] == UNIT) & (records.doses["given"] != NEVER)]
    assert in_doses.size == given.sum()


def test_what_becomes_of_a_request_is_counted_in_the_order_of_the_outcomes() -> None:
    kinds = (clinic_day.SAME_DAY, clinic_day.BOOKED)
    found = [2 * became + kind for became in (clinic_day.SEEN, clinic_day.DIVERTED) for kind in kinds]
    assert found == [SEEN_SAME_DAY, SEEN_BOOKED, DIVERTED_SAME_DAY, DIVERTED_BOOKED]
