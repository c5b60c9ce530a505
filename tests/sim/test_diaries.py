"""The diaries of transferred visits: their chains of days, and the search for a day, each against a plain telling."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.load import Resolved
from sim import model
from sim.booking import nearest_day
from sim.calendar import Calendar
from sim.clinic import Clinic
from sim.clinic_day import TOTAL
from sim.clock import Process
from sim.diaries import NO_DAY, NONE, Diaries, cancel, carry_over, enter, move
from sim.journey import Care, CourseOver, attended
from sim.model import simulate
from sim.patients import ATTEMPTS, FOREVER, Patient, patients
from sim.tables import ROWS_AT_FIRST, Table
from tests.conftest import SmallRegion

DAYS, UNITS, OFFSET = 21, 3, 7


def diaries(resolved: Resolved) -> Diaries:
    scenario = resolved.scenario.model_copy(update={"warm_up_weeks": 1})
    planned = np.full((UNITS, 2, DAYS), 480.0)
    places = np.full((UNITS, DAYS // 7), 2, dtype=np.int64)
    return Diaries(scenario, Calendar(scenario, days_after_horizon=30), planned, places)


def add(books: Diaries, unit: int, profession: int, day: int, infusion: bool, dose: int = NONE) -> int:
    number = books.table.size
    books.table.append(tuple(np.zeros((), dtype=books.table.storage.dtype).item()))
    visit = books.table.rows[number]
    visit["unit"], visit["profession"], visit["day"] = unit, profession, day
    visit["infusion"], visit["expected_minutes"], visit["dose"] = infusion, 10.0 + number, dose
    enter(books.table.storage, number, *books.books)
    return number


visits = st.lists(
    st.tuples(
        st.integers(0, UNITS - 1),
        st.integers(0, 1),
        st.integers(-OFFSET, DAYS - OFFSET - 1),
        st.booleans(),
    ),
    max_size=12,
)
changes = st.lists(
    st.tuples(st.sampled_from(["cancel", "move", "begin"]), st.integers(0, 11), st.integers(-7, 13)),
    max_size=20,
)


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return small_region()


@settings(max_examples=100, deadline=None)
@given(visits, changes)
def test_a_day_holds_what_was_entered_and_not_taken_off(
    resolved: Resolved, entered: Any, changed: Any
) -> None:
    books = diaries(resolved)
    listed = {add(books, *visit): visit for visit in entered}
    for what, number, day in changed:
        if number >= len(entered):
            continue
        if what == "cancel":
            books.cancel(number)
            listed.pop(number, None)
        elif what == "begin":
            books.begin(day, books.on(day))
            for gone in [n for n, visit in listed.items() if visit[2] == day]:
                del listed[gone]
        elif number in listed:
            move(books.table.storage, number, day, *books.books)
            unit, profession, _, infusion = listed[number]
            listed[number] = (unit, profession, day, infusion)
    for day in range(-OFFSET, DAYS - OFFSET):
        today = sorted((*visit[:2], number) for number, visit in listed.items() if visit[2] == day)
        assert books.on(day).tolist() == [number for _, _, number in today]
    assert all(books.day_of(number) == visit[2] for number, visit in listed.items())


@settings(max_examples=50, deadline=None)
@given(visits, st.lists(st.tuples(st.integers(0, 11), st.integers(-7, 13)), max_size=20))
def test_minutes_and_places_are_those_of_the_visits_that_stand(
    resolved: Resolved, entered: Any, moves: Any
) -> None:
    books = diaries(resolved)
    stand = {add(books, *visit): visit for visit in entered}
    for number, day in moves:
        if number in stand and day >= 0:
            move(books.table.storage, number, day, *books.books)
            unit, profession, _, infusion = stand[number]
            stand[number] = (unit, profession, day, infusion)
        elif number in stand:
            books.cancel(number)
            del stand[number]
    minutes, places = np.zeros_like(books.committed), diaries(resolved).places
    for number, (unit, profession, day, infusion) in stand.items():
        minutes[unit, profession, day + OFFSET] += 10.0 + number
        places[unit, (day + OFFSET) // 7] -= infusion
    assert books.committed == pytest.approx(minutes)
    assert np.array_equal(books.places, places)


def test_what_has_come_to_its_day_is_not_taken_off(resolved: Resolved) -> None:
    books = diaries(resolved)
    number = add(books, 0, 0, 3, True)
    books.begin(3, books.on(3))
    before = books.committed.copy(), books.places.copy()
    cancel(books.table.storage, number, *books.books)
    assert np.array_equal(books.committed, before[0])
    assert np.array_equal(books.places, before[1])


def test_a_dose_keeps_after_a_check_that_is_carried_over(resolved: Resolved) -> None:
    books = diaries(resolved)
    dose, other = add(books, 0, 0, 2, False), add(books, 0, 0, 4, False)
    checks = [add(books, 0, 0, 1, False, dose), add(books, 0, 0, 1, False, other)]
    books.begin(1, books.on(1))
    for check in checks:
        carry_over(books.table.storage, check, 2, 3, *books.books)
    assert books.on(2).tolist() == checks
    assert (books.day_of(dose), books.day_of(other)) == (3, 4)
    assert books.table.rows["arrival_minute"][checks].tolist() == [0, 0]
    assert books.table.rows["moves"][[dose, *checks]].tolist() == [0, 1, 1]


def in_order(due: int, early: int, late: int, limit: int) -> Iterator[int]:
    """Days by distance from the due day inside the window, earlier before later, then late ones up to the limit."""
    inside = range(due - early, due + late + 1)
    yield from sorted({due, *inside}, key=lambda day: (abs(day - due), day))
    yield from range(due + late + 1, due + limit + 1)


@settings(max_examples=200, deadline=None)
@given(
    due=st.integers(-3, 12),
    early=st.integers(0, 5),
    late=st.integers(-1, 5),
    limit=st.integers(0, 9),
    first=st.integers(-2, 12),
    last=st.integers(0, 13),
    full=st.sets(st.integers(-7, 13)),
    taken=st.sets(st.integers(0, 2)),
    infusion=st.booleans(),
)
def test_the_nearest_day_is_the_first_in_order_with_room(
    resolved: Resolved,
    due: int,
    early: int,
    late: int,
    limit: int,
    first: int,
    last: int,
    full: set[int],
    taken: set[int],
    infusion: bool,
) -> None:
    books = diaries(resolved)
    days_given = np.isfinite(books.bookable[1, 0])
    for day in full:
        books.committed[1, 0, day + OFFSET] = books.bookable[1, 0].max() - 19
    books.places[1, list(taken)] = 0
    found = nearest_day(due, early, late, limit, first, last, 1, 0, 20.0, infusion, *books.books)
    fits = [
        day
        for day in in_order(due, early, late, limit)
        if first <= day <= last
        and days_given[day + OFFSET]
        and day not in full
        and not (infusion and (day + OFFSET) // 7 in taken)
    ]
    assert found == next(iter(fits), NO_DAY)


def test_a_table_keeps_its_rows_when_it_grows() -> None:
    table = Table(np.dtype([("a", np.int32), ("b", np.float64)]))
    for number in range(3 * ROWS_AT_FIRST):
        table.append((number, number / 2))
    table.make_room(10 * ROWS_AT_FIRST)
    assert table.storage.size >= 13 * ROWS_AT_FIRST
    assert table.rows["a"].tolist() == list(range(3 * ROWS_AT_FIRST))
    assert table.rows["b"][-1] == (3 * ROWS_AT_FIRST - 1) / 2


def test_what_stands_at_the_end_is_what_is_awaited_and_committed(resolved: Resolved) -> None:
    """At the end of a year: chains, waiting patients and committed minutes tell of the same visits."""
    seen: list[Clinic] = []
    with mock.patch.object(model, "Clinic", lambda *given: seen.append(Clinic(*given)) or seen[0]):
        simulate(resolved, 1, 0)
    (clinic,), end = seen, resolved.scenario.horizon_days
    books, visits = clinic.diaries, clinic.diaries.table.rows
    offset, last = books.offset, books.first.size - books.offset
    listed = [number for day in range(end, last) for number in books.on(day).tolist()]
    assert listed
    assert sorted(listed) == np.flatnonzero(visits["listed"]).tolist()
    assert set(clinic._awaited) <= set(listed)
    minutes = np.zeros_like(books.committed)
    np.add.at(
        minutes,
        (visits["unit"][listed], visits["profession"][listed], visits["day"][listed] + offset),
        visits["expected_minutes"][listed],
    )
    days = np.arange(end + offset, end + offset + clinic.diary.shape[0] - 1)
    others = clinic.diary[days % days.size, :, TOTAL].sum(axis=1)
    minutes[:, :, days] += (others * clinic.others.minutes).transpose(1, 2, 0)
    assert books.committed[:, :, end + offset :] == pytest.approx(minutes[:, :, end + offset :])


def test_a_visit_moved_beyond_the_end_of_the_course_does_not_take_place(resolved: Resolved) -> None:
    """However far it was moved: the patient stops waiting on the day on which the course is over."""
    ended: list[tuple[int, bool]] = []

    def story(care: Care, patient: Patient) -> Process:
        if patient.number > 0:
            return
        patient.served_by(0, FOREVER)
        visit = care.booking.urgent(patient, 0, 600)
        patient.ends = 80
        patient.served_by(0, FOREVER)
        table, books = care.diaries.table.storage, care.diaries.books
        care.env.midnight(0).callbacks.append(lambda _: move(table, visit, 100, *books))
        with pytest.raises(CourseOver):
            yield from attended(care, patient, visit)
        ended.append((care.env.today, bool(table["listed"][visit])))

    with mock.patch.object(model, "journey", story):
        records = simulate(resolved, 1, 0)
    assert ended == [(80, False)]
    assert not records.visits.size


def test_a_patients_next_interruption_and_draws_are_kept_up(resolved: Resolved) -> None:
    scenario, units = resolved.scenario, resolved.units
    for patient in patients(scenario, units, 1, 0):
        changes: list[Callable[[], None]] = [
            lambda p=patient: p.served_by(3, 40),  # type: ignore[misc]
            lambda p=patient: p.treated(7),  # type: ignore[misc]
            lambda p=patient: p.put_off(14),  # type: ignore[misc]
            lambda p=patient: p.served_by(2, 10_000),  # type: ignore[misc]
        ]
        for change in changes:
            change()
            assert patient.interrupted_on == min(patient.ends, patient.moves_on, patient.unplanned_day)
            assert patient.draw == patient.doses * ATTEMPTS
        first = patient.draw
        for attempt in range(1, 2 * ATTEMPTS):
            patient.missed()
            assert patient.draw == first + min(attempt, ATTEMPTS - 1)
