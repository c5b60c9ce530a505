"""Units that open or close: nobody and nothing is lost on the way, and who is not concerned notices nothing."""

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray

from scenarios.load import Resolved
from sim.background import background
from sim.booking import infusion_places
from sim.calendar import Calendar
from sim.clinic import Clinic
from sim.clinic_day import CARRIED, TOTAL
from sim.clock import Clock
from sim.diaries import Diaries
from sim.log import Log
from sim.model import simulate
from sim.patients import patients
from sim.records import ACCEPTED, DOSE, NEVER, NOWHERE, RENEWAL, REVIEW, UNIT, Records
from sim.staff import planned_minutes, positions, servers, staffing_profile, visit_shares
from tests.conftest import SmallRegion, shipped_rows

SEED = 1
CLOSES, OPENS = dt.date(2026, 9, 7), dt.date(2026, 8, 3)  # days 189 and 154
CLOSING, OPENING = 189, 154
GONE, TAKER = "u014", "u019"  # the largest list of Trollhättan and the next
NEW, HOST = "u191", "u190"  # the same of Skövde
FAST = ("transfer.ramp=all_at_once",)  # so that many are at the units in time


def changing(*, share: float = 0.8, goes_to: str = TAKER) -> str:
    """One unit closes in September and another opens in August."""
    closing = f"{GONE}: {{closes: {CLOSES}, goes_to: {goes_to}, staff_moves_share: {share}}}"
    opening = f"{NEW}: {{opens: {OPENS}, goes_to: {HOST}, staff_moves_share: {share}}}"
    return f"unit_changes={{{closing}, {opening}}}"


@pytest.fixture(scope="module")
def usual(small_region: SmallRegion) -> Resolved:
    return small_region(*FAST)


@pytest.fixture(scope="module")
def changed(small_region: SmallRegion) -> Resolved:
    return small_region(*FAST, changing())


@pytest.fixture(scope="module")
def before(usual: Resolved) -> Records:
    return simulate(usual, SEED, 0)


@pytest.fixture(scope="module")
def after(changed: Resolved) -> Records:
    return simulate(changed, SEED, 0)


def places(resolved: Resolved) -> tuple[int, int, int, int]:
    """Indices of the unit that closes, its taker, the unit that opens and its host."""
    keys = [unit.key for unit in resolved.units]
    return keys.index(GONE), keys.index(TAKER), keys.index(NEW), keys.index(HOST)


def drawn(resolved: Resolved) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Requests (units, 2, 2, days), planned minutes and servers (units, 2, days)."""
    calendar = Calendar(resolved.scenario, days_after_horizon=0)
    arguments = (resolved.scenario, resolved.units, calendar, calendar.size)
    requests = background(*arguments, SEED, 0).requests.astype(np.int64)
    return requests, planned_minutes(*arguments), servers(*arguments, SEED, 0)


def closed(resolved: Resolved) -> NDArray[np.bool_]:
    """Whether a unit is closed on a day from the start of the warm-up, shape (units, days)."""
    warm_up = resolved.scenario.warm_up_days
    found = np.zeros((len(resolved.units), warm_up + resolved.scenario.horizon_days), dtype=bool)
    gone, _, new, _ = places(resolved)
    found[gone, warm_up + CLOSING :] = True
    found[new, : warm_up + OPENING] = True
    return found


# --- what is asked for, and who is there --------------------------------------------------------------


def test_requests_go_with_the_listing_and_none_is_lost(usual: Resolved, changed: Resolved) -> None:
    asked, then = drawn(usual)[0], drawn(changed)[0]
    gone, taker, new, host = places(usual)
    shut = closed(usual)
    assert np.array_equal(asked.sum(axis=0), then.sum(axis=0))
    assert not (then.sum(axis=(1, 2)) * shut).any()
    assert np.array_equal(then[taker], asked[taker] + asked[gone] * shut[gone])
    assert np.array_equal(then[host], asked[host] + asked[new] * shut[new])
    others = np.delete(np.arange(12), places(usual))
    assert np.array_equal(then[others], asked[others])


def test_no_staff_is_at_a_closed_unit_and_the_share_works_where_its_patients_go(
    small_region: SmallRegion,
) -> None:
    many = ("staffing.nurse_fte_factor=10", "staffing.doctor_fte_factor=10")
    usual, changed = small_region(*many), small_region(*many, changing(share=0.8))
    (_, plan, there), (_, plan_then, there_then) = drawn(usual), drawn(changed)
    gone, taker, new, host = places(usual)
    shut = closed(usual)
    assert not (there_then * shut[:, None]).any()
    assert not plan_then[new][:, shut[new]].any()  # and the unit that closes books as ever until it does
    others = np.delete(np.arange(12), places(usual))
    assert np.array_equal(plan_then[others], plan[others])
    assert np.array_equal(there_then[others], there[others])
    calendar = Calendar(usual.scenario, days_after_horizon=0)
    visits = positions(usual.scenario, usual.units) * visit_shares(usual.scenario)
    per_position = staffing_profile(usual.scenario, calendar) * calendar.open_minutes
    for unit, at in ((gone, taker), (new, host)):
        moved = 0.8 * visits[unit][:, None] * per_position * shut[unit]
        assert plan_then[at] - plan[at] == pytest.approx(moved)
        came = (there_then[at] - there[at])[:, shut[unit] & (calendar.open_minutes > 0)]
        assert not (there_then[at] - there[at])[:, ~shut[unit]].any()
        expected = 0.8 * visits[unit][:, None] * staffing_profile(usual.scenario, calendar)
        expected = expected[:, shut[unit] & (calendar.open_minutes > 0)] * (1 - 0.064)
        assert came.mean(axis=1) == pytest.approx(expected.mean(axis=1), rel=0.05)


def test_those_who_come_leave_the_absence_of_the_others_alone(small_region: SmallRegion) -> None:
    """With a server per head a unit never has fewer of them for having taken over."""
    each = (
        "staffing.nurse_direct_share=1",
        "staffing.nurse_telephone_share=0",
        "staffing.doctor_direct_share=1",
    )
    there, then = drawn(small_region(*each))[2], drawn(small_region(*each, changing(share=1)))[2]
    _, taker, _, host = places(small_region())
    assert (then[[taker, host]] >= there[[taker, host]]).all()
    assert then[[taker, host]].sum() > there[[taker, host]].sum()


# --- other patients -----------------------------------------------------------------------------------


def test_other_patients_are_conserved_over_all_units(after: Records, before: Records) -> None:
    """Each request is seen, turned away or still waits at the end, per profession, wherever that is."""
    found = np.zeros(2, dtype=np.int64)
    np.add.at(found, after.others["profession"], after.others["visits"])
    assert np.array_equal(after.requests.sum(axis=(0, 2)), found + after.pending.sum(axis=(0, 2)))
    assert np.array_equal(after.requests.sum(axis=0), before.requests.sum(axis=0))


def test_nobody_is_seen_at_a_closed_unit(changed: Resolved, after: Records) -> None:
    shut = closed(changed)
    assert not (after.used.sum(axis=2) * shut.T).any()
    assert not (after.overtime.sum(axis=2) * shut.T).any()
    others = after.others[after.others["visits"] > 0]
    assert not shut[others["unit"], others["day"] - after.first_day].any()
    visits = after.visits[after.visits["unit"] != NOWHERE]
    assert not shut[visits["unit"], visits["day"] - after.first_day].any()
    assert not after.pending[places(changed)[0]].any()


def test_other_patients_who_wait_keep_their_day_at_the_unit_that_takes_over(
    small_region: SmallRegion,
) -> None:
    resolved = small_region()
    scenario, units = resolved.scenario, resolved.units
    calendar = Calendar(scenario, days_after_horizon=400)
    arguments = (scenario, units, calendar, calendar.size)
    env = Clock(0)
    clinic = Clinic(
        env,
        scenario,
        calendar,
        Diaries(
            scenario,
            calendar,
            planned=planned_minutes(*arguments),
            places=infusion_places(scenario, units, calendar.size // 7 + 1),
        ),
        servers=servers(*arguments, SEED, 0),
        others=background(*arguments, SEED, 0),
        log=Log(),
    )
    gone, taker, *_ = places(resolved)
    slots, today = clinic.diary.shape[0] - 1, CLOSING + calendar.offset
    mean = clinic.others.minutes[0]
    ahead = [today, today + 3, today + slots - 1]
    for day in ahead:
        clinic.diary[day % slots, 1, [2, TOTAL], gone, 0] = 4
        clinic.committed[gone, 0, day] = 4 * mean + 30  # and a transferred visit, which is not theirs
    clinic.diary[CARRIED, 0, [1, TOTAL], gone, 0] = 5
    clinic.diary[today % slots, 1, [2, TOTAL], taker, 0] = 1
    room = clinic.planned[taker].copy()
    env.process(clinic.close(CLOSING, gone, taker))
    env.run(CLOSING + 0.1)
    for w in (2, TOTAL):
        assert [clinic.diary[day % slots, 1, w, taker, 0] for day in ahead] == [5, 4, 4]
        assert clinic.diary[:CARRIED, :, w, taker].sum() == 13
    for w in (1, TOTAL):
        assert clinic.diary[CARRIED, 0, w, taker, 0] == clinic.diary[CARRIED, :, w, taker].sum() == 5
    assert (clinic.diary[:, :, :TOTAL].sum(axis=2) == clinic.diary[:, :, TOTAL]).all()
    assert clinic.diary[..., gone, :].sum() == 0
    assert clinic.committed[taker, 0, ahead] == pytest.approx([4 * mean] * 3)
    assert clinic.committed[taker].sum() == pytest.approx(12 * mean)
    assert clinic.committed[gone, 0, ahead] == pytest.approx([30] * 3)
    assert not clinic.planned[gone, :, today:].any()
    assert clinic.planned[gone, :, :today].any()
    assert np.array_equal(clinic.planned[taker], room)


# --- transferred patients -----------------------------------------------------------------------------


def test_patients_are_the_same_and_go_where_their_listing_goes(
    usual: Resolved, changed: Resolved, before: Records, after: Records
) -> None:
    first, second = (patients(r.scenario, r.units, SEED, 0) for r in (usual, changed))
    for one, other in zip(first, second, strict=True):
        assert (one.key, one.home, one.entered, one.ends, one.due) == (
            other.key, other.home, other.entered, other.ends, other.due
        )  # fmt: skip
    gone, taker, new, _ = places(changed)
    moved = {(home, int(move["day"]), int(move["unit"])) for move, home in zip(
        after.moves, after.patients["home"][after.moves["patient"]].tolist(), strict=True
    )}  # fmt: skip
    assert moved == {(gone, CLOSING, taker), (new, OPENING, new)}
    assert np.array_equal(after.moves["listed"], after.moves["unit"])
    assert not before.moves.size


def test_patients_of_a_unit_that_closes_are_served_where_they_go(changed: Resolved, after: Records) -> None:
    gone, taker, *_ = places(changed)
    visits = after.visits[after.visits["unit"] != NOWHERE]
    assert np.array_equal(visits["unit"], after.units_on(visits["patient"], visits["day"])[1])
    assert (visits["site"] == UNIT).all()
    people = after.patients
    left = np.where(people["left_unit"] == NEVER, 364, people["left_unit"])
    theirs = (people["home"] == gone) & (people["accepted"] != NEVER) & ~people["municipal"]
    stayed = np.flatnonzero(theirs & (people["accepted"] < CLOSING) & (left == 364))
    assert stayed.size > 20
    doses = visits[(visits["kind"] == DOSE) & np.isin(visits["patient"], stayed)]
    assert set(doses["unit"][doses["day"] < CLOSING]) == {gone}
    assert set(doses["unit"][doses["day"] >= CLOSING]) == {taker}
    often = [name for name in ("fulvestrant", "goserelin", "denosumab") if name in after.streams]
    regular = np.isin(people["stream"], [after.streams.index(name) for name in often])
    assert np.isin(stayed[regular[stayed]], doses["patient"][doses["day"] >= CLOSING]).all()
    assert (people["handed_back"][stayed] == NEVER).all()


def test_patients_of_a_unit_that_opens_come_to_it_on_that_day(changed: Resolved, after: Records) -> None:
    *_, new, host = places(changed)
    theirs = after.patients["home"][after.visits["patient"]] == new
    visits = after.visits[theirs & (after.visits["unit"] != NOWHERE)]
    early = visits["day"] < OPENING
    assert early.sum() > 20
    assert set(visits["unit"][early]) == {host}
    assert set(visits["unit"][~early]) == {new}
    assert {REVIEW, DOSE} <= set(visits["kind"][early].tolist())
    assert RENEWAL in visits["kind"][~early]


def test_doses_follow_on_each_other_through_a_move(changed: Resolved, after: Records) -> None:
    """Each dose falls due an interval after the one before, whoever gives it."""
    stream = changed.scenario.streams["goserelin"]
    moved = np.unique(after.moves["patient"])
    numbers = moved[after.patients["stream"][moved] == after.streams.index("goserelin")]
    assert numbers.size > 2
    for number in numbers:
        doses = after.doses[after.doses["patient"] == number]
        assert np.array_equal(doses["due"][1:], doses["given"][:-1] + stream.interval_days)


def test_a_referral_under_way_is_accepted_where_the_patient_belongs_by_then(
    small_region: SmallRegion,
) -> None:
    late = "transfer.start_date=2026-08-31"  # a week before the closing
    slow = ("transfer.digital_days=10", "transfer.letter_days=10", "transfer.channel=register")
    resolved = small_region(*FAST, late, *slow, changing())
    records = simulate(resolved, SEED, 0)
    gone, taker, *_ = places(resolved)
    people = records.patients
    under_way = np.flatnonzero(
        (people["home"] == gone) & (people["referred"] != NEVER) & ~people["municipal"]
    )
    under_way = under_way[people["referred"][under_way] < CLOSING]
    accepted = under_way[people["accepted"][under_way] != NEVER]
    assert (people["accepted"][accepted] >= CLOSING).all()
    assert accepted.size > 20
    theirs = records.visits[
        np.isin(records.visits["patient"], under_way) & (records.visits["unit"] != NOWHERE)
    ]
    assert set(theirs["unit"]) == {taker}
    letters = records.referrals[np.isin(records.referrals["patient"], accepted)]
    assert (letters["verdict"] == ACCEPTED).sum() == accepted.size


def test_where_no_unit_can_the_patients_are_handed_back(small_region: SmallRegion) -> None:
    """The taker does no infusions, and patients stay with the unit that lists them."""
    rows = [row | {"can_infusion": "no"} if row["key"] == TAKER else row for row in shipped_rows()]
    resolved = small_region(*FAST, "booking.placement=listed_unit", changing(), rows=rows)
    records = simulate(resolved, SEED, 0)
    gone, taker, *_ = places(resolved)
    groups = [resolved.scenario.streams[name].procedure_group for name in records.streams]
    infused = np.array([group == "infusion" for group in groups])[records.patients["stream"]]
    people = records.patients
    there = infused & (people["home"] == gone) & (people["accepted"] != NEVER)
    left = np.where(people["left_unit"] == NEVER, 364, people["left_unit"])
    at_closing = there & (people["accepted"] < CLOSING) & (left >= CLOSING)
    assert at_closing.sum() > 3
    assert (people["handed_back"][at_closing] == CLOSING).all()
    assert (people["left_unit"][at_closing] == CLOSING).all()
    numbers = np.flatnonzero(at_closing)
    later = records.visits["day"] >= CLOSING
    assert not (
        later & np.isin(records.visits["patient"], numbers) & (records.visits["unit"] != NOWHERE)
    ).any()
    assert (records.doses["given"][np.isin(records.doses["patient"], numbers)] >= CLOSING).any()
    referred_later = infused & (people["home"] == gone) & (people["referred"] >= CLOSING)
    assert not (people["accepted"][referred_later] != NEVER).any()
    moved = records.moves[np.isin(records.moves["patient"], numbers)]
    assert (moved["unit"] == NOWHERE).all()
    assert (moved["listed"] == taker).all()


def test_patients_of_a_hub_that_closes_go_to_the_next(small_region: SmallRegion) -> None:
    """Also those who are listed elsewhere, whose own unit never changes."""
    hub = ("booking.placement=hub", f"booking.hubs={{infusion: [{GONE}, u046]}}")
    resolved = small_region(*FAST, *hub, changing())
    records = simulate(resolved, SEED, 0)
    keys = [unit.key for unit in resolved.units]
    gone, taker, *_ = places(resolved)
    groups = np.array([resolved.scenario.streams[name].procedure_group for name in records.streams])
    visits = records.visits[(records.visits["kind"] == DOSE) & (records.visits["unit"] != NOWHERE)]
    infusions = visits[groups[records.patients["stream"][visits["patient"]]] == "infusion"]
    homes = records.patients["home"][infusions["patient"]]
    early = infusions["day"] < CLOSING
    assert set(infusions["unit"][early]) == {gone, keys.index("u046")}
    assert set(infusions["unit"][~early]) == {keys.index("u046")}
    assert {keys[home] for home in homes[early & (infusions["unit"] == gone)]} > {GONE, TAKER}
    assert {keys[home] for home in homes[~early]} > {GONE, TAKER}
    other = visits[groups[records.patients["stream"][visits["patient"]]] == "injection"]
    own = records.patients["home"][other["patient"]] == gone
    assert set(other["unit"][own & (other["day"] >= CLOSING)]) == {taker}
