"""The units' diaries: which transferred visit stands on which day, and where there is room for one more.

A visit is a row of a table and is known by its number there; visits of a day hang together as a chain through the
table. What searches days and moves visits is compiled. A rebooked visit is a new row, so that numbers rise in the
order of booking. Days count from day zero; the arrays run from the first day of the warm-up, `offset` days before.
"""

from __future__ import annotations

from typing import Final

import numba as nb
import numpy as np
from numpy.typing import NDArray

from scenarios.schema import Scenario
from sim.calendar import Calendar
from sim.day_choice import bookable_days
from sim.records import ATTENDED, CHECK, FAILED, NO_SHOW, NOT_SEEN, UNIT, UNPLANNED, WITHHELD
from sim.staff import NURSE
from sim.tables import Table

NONE: Final = -1  # in place of a visit
NO_DAY: Final = -(2**30)
UNSET: Final = -1  # in place of an arrival minute
SLOT_MINUTES: Final = 5
CARRIED_OVER: Final = -1  # in place of an outcome
NUMBER_BITS: Final = 32
NUMBER: Final = 2**NUMBER_BITS - 1
MOST_MOVES: Final = 32767  # that a record can hold

Books = tuple[
    NDArray[np.int32],  # first visit of each day's chain
    NDArray[np.float64],  # minutes committed
    NDArray[np.float64],  # minutes that may be committed
    NDArray[np.int64],  # infusion places left
    int,  # days from the start of the warm-up to day zero
]

DIARY_ROW: Final = np.dtype(
    [
        ("patient", np.int32),
        ("kind", np.int8),
        ("unit", np.int16),
        ("profession", np.int8),
        ("infusion", np.bool_),  # takes an infusion place
        ("comes", np.bool_),
        ("fails", np.bool_),
        ("listed", np.bool_),  # stands in the diary, and has not come to its day
        ("due", np.int32),
        ("day", np.int32),
        ("last_day", np.int32),  # to which a morning may move it
        ("moves", np.int32),
        ("arrival_minute", np.int32),  # after opening; UNSET: by `slot`
        ("dose", np.int32),  # the dose that a check precedes
        ("next", np.int32),  # in the chain of its day
        ("previous", np.int32),
        ("expected_minutes", np.float64),  # what booking counts on
        ("minutes", np.float64),  # what it takes
        ("desk_minutes", np.float64),  # the other profession's work beside it
        ("room_minutes", np.float64),
        ("slot", np.float64),  # its appointment as a share of the day's appointment hours
    ]
)


class Diaries:
    """Every unit's diary of transferred visits, and the books that they share with other patients.

    `planned`, `committed` (of all patients) and `bookable` are minutes per unit, profession and day, the last up to
    which a transferred visit may be booked: minus infinity on days without. `places` are infusion places left per
    unit and week.
    """

    def __init__(
        self,
        scenario: Scenario,
        calendar: Calendar,
        planned: NDArray[np.float64],
        places: NDArray[np.int64],
    ) -> None:
        self.offset = calendar.offset
        side_by_side = np.stack((planned, np.zeros_like(planned)), axis=-1)  # who books reads both
        self.planned, self.committed = side_by_side[..., 0], side_by_side[..., 1]
        given = bookable_days(scenario, calendar)[: planned.shape[2]]
        self.bookable = np.where(given, scenario.booking.bookable_share * planned, -np.inf)
        self.places = places.copy()
        self.table = Table(DIARY_ROW)
        self.first = np.full(planned.shape[2], NONE, dtype=np.int32)  # of each day's chain

    def __repr__(self) -> str:
        return f"<Diaries of {self.planned.shape[0]} units with {self.table.size} visits so far>"

    @property
    def books(self) -> Books:
        """What compiled functions read and keep: the last arguments of most of them."""
        return self.first, self.committed, self.bookable, self.places, self.offset

    def day_of(self, visit: int) -> int:
        """The day on which a visit stands."""
        return int(self.table.storage["day"][visit])

    def cancel(self, visit: int) -> None:
        """Take a visit off its day, if that has not come."""
        cancel(self.table.storage, visit, *self.books)

    def on(self, day: int) -> NDArray[np.int64]:
        """The visits of a day, by unit, profession and number."""
        return np.sort(on_day(self.table.storage, self.first[day + self.offset])) & NUMBER

    def move_within_windows(self, visits: NDArray[np.int64]) -> None:
        """Give each in turn another day with room before its window closes; without one it stays."""
        move_within_windows(self.table.storage, visits, *self.books)

    def close(self, unit: int, day: int) -> None:
        """A unit has no staff from a day on."""
        from_then = (unit, slice(None), slice(day + self.offset, None))
        self.planned[from_then] = 0.0
        self.bookable[from_then] = np.minimum(self.bookable[from_then], 0.0)

    def begin(self, day: int, visits: NDArray[np.int64]) -> None:
        """The day of these visits has come: they stand in the diary no more."""
        self.table.storage["listed"][visits] = False
        self.first[day + self.offset] = NONE


@nb.njit(cache=True)
def has_room(  # type: ignore[no-untyped-def]  # numba infers
    day, earliest, latest, unit, profession, minutes, infusion, first, committed, bookable, places, offset
):
    """Whether a visit can stand on a day: between two days, with staff minutes left and, if needed, a place."""
    i = day + offset
    if (
        day < earliest
        or day > latest
        or committed[unit, profession, i] + minutes > bookable[unit, profession, i]
    ):
        return False
    return not infusion or places[unit, i // 7] > 0


@nb.njit(cache=True)
def enter(visits, number, first, committed, bookable, places, offset):  # type: ignore[no-untyped-def]  # numba infers
    """Put a visit on its day."""
    visit = visits[number]
    i = visit.day + offset
    visit.listed, visit.previous, visit.next = True, NONE, first[i]
    if first[i] != NONE:
        visits[first[i]].previous = number
    first[i] = number
    committed[visit.unit, visit.profession, i] += visit.expected_minutes
    if visit.infusion:
        places[visit.unit, i // 7] -= 1


@nb.njit(cache=True)
def cancel(visits, number, first, committed, bookable, places, offset):  # type: ignore[no-untyped-def]  # numba infers
    """Take a visit off its day, if that has not come."""
    visit = visits[number]
    if not visit.listed:
        return
    i = visit.day + offset
    visit.listed = False
    if visit.previous == NONE:
        first[i] = visit.next
    else:
        visits[visit.previous].next = visit.next
    if visit.next != NONE:
        visits[visit.next].previous = visit.previous
    committed[visit.unit, visit.profession, i] -= visit.expected_minutes
    if visit.infusion:
        places[visit.unit, i // 7] += 1


@nb.njit(cache=True)
def move(visits, number, day, *books):  # type: ignore[no-untyped-def]  # numba infers
    """Give a visit another day."""
    cancel(visits, number, *books)
    visits[number].day = day
    enter(visits, number, *books)


@nb.njit(cache=True)
def move_within_windows(visits, moving, *books):  # type: ignore[no-untyped-def]  # numba infers
    """Give each visit of `moving` the first later day with room before its window closes, if there is one.

    A window never closes beyond the diary's horizon as it was on the day of booking.
    """
    for number in moving:
        visit = visits[number]
        for day in range(visit.day + 1, visit.last_day + 1):
            if has_room(
                day, day, day, visit.unit, visit.profession, visit.expected_minutes, visit.infusion, *books
            ):
                move(visits, number, day, *books)
                visit.moves += 1
                break


@nb.njit(cache=True)
def on_day(visits, first):  # type: ignore[no-untyped-def]  # numba infers
    """The visits of a chain as keys that order them by unit, profession and number, which is in the bits of NUMBER."""
    size, visit = 0, first
    while visit != NONE:
        size, visit = size + 1, visits[visit].next
    keys = np.empty(size, dtype=np.int64)
    visit = first
    for place in range(size):
        keys[place] = (np.int64(2 * visits[visit].unit + visits[visit].profession) << NUMBER_BITS) + visit
        visit = visits[visit].next
    return keys


@nb.njit(cache=True)
def lists_of(visits, numbers, units):  # type: ignore[no-untyped-def]  # numba infers
    """What the day kernel reads of a day's visits, sorted by unit, profession and number.

    Offsets of each unit and profession, shape (2 × units + 1,), and per visit expected minutes, and whether a morning
    may move it.
    """
    offsets = np.zeros(2 * units + 1, dtype=np.int64)
    expected, movable = np.empty(numbers.size), np.empty(numbers.size, dtype=np.bool_)
    for place, number in enumerate(numbers):
        visit = visits[number]
        offsets[2 * visit.unit + visit.profession + 1] += 1
        expected[place], movable[place] = visit.expected_minutes, visit.last_day > visit.day
    return offsets.cumsum(), expected, movable


@nb.njit(cache=True)
def arrivals_of(visits, numbers, slots):  # type: ignore[no-untyped-def]  # numba infers
    """When a day's visits come (minutes after opening, at one of so many slots), how long they take, who comes."""
    arrival, minutes = np.empty(numbers.size, dtype=np.int64), np.empty(numbers.size)
    comes = np.empty(numbers.size, dtype=np.bool_)
    for place, number in enumerate(numbers):
        visit = visits[number]
        if visit.arrival_minute == UNSET:
            visit.arrival_minute = 1 + np.int64(visit.slot * slots) * SLOT_MINUTES
        arrival[place], minutes[place], comes[place] = visit.arrival_minute, visit.minutes, visit.comes
    return arrival, minutes, comes


@nb.njit(cache=True)
def finish(visits, numbers, waits, next_day, day_after, used, rows, *books):  # type: ignore[no-untyped-def]  # numba infers
    """What becomes of a day's visits, given their waits (negative: not seen).

    Writes a row for each that is over to `rows` and its minutes to `used` (u, p). A booked visit not seen before the
    latest start is first on the next open day, and a dose keeps after its check, on the day after at the earliest.
    Returns outcomes, CARRIED_OVER for the latter.
    """
    outcomes = np.empty(numbers.size, dtype=np.int64)
    written = 0
    for place, number in enumerate(numbers):
        visit = visits[number]
        outcome = outcome_of(visit, waits[place])
        outcomes[place] = outcome
        if outcome == CARRIED_OVER:
            carry_over(visits, number, next_day, day_after, *books)
            continue
        row = rows[written]
        written += 1
        row.patient, row.kind, row.site, row.unit = visit.patient, visit.kind, UNIT, visit.unit
        row.outcome, row.moves, row.day, row.due = outcome, min(visit.moves, MOST_MOVES), visit.day, visit.due
        row.arrival_minute = visit.arrival_minute
        took_place = outcome not in (NO_SHOW, NOT_SEEN)
        row.wait_minutes = waits[place] if took_place else 0.0
        minutes = visit.minutes if took_place else 0.0
        desk_minutes = visit.desk_minutes if took_place else 0.0
        row.room_minutes = visit.room_minutes if took_place else 0.0
        nurse_led = visit.profession == NURSE
        row.nurse_minutes = minutes if nurse_led else desk_minutes
        row.doctor_minutes = desk_minutes if nurse_led else minutes
        used[visit.unit, visit.profession] += minutes
    return outcomes


@nb.njit(cache=True)
def outcome_of(visit, wait):  # type: ignore[no-untyped-def]  # numba infers
    """What becomes of a visit on its day; only an unplanned one is not seen and not carried over."""
    if not visit.comes:
        return NO_SHOW
    if wait < 0:
        return NOT_SEEN if visit.kind == UNPLANNED else CARRIED_OVER
    if not visit.fails:
        return ATTENDED
    return WITHHELD if visit.kind == CHECK else FAILED


@nb.njit(cache=True)
def carry_over(visits, number, next_day, day_after, *books):  # type: ignore[no-untyped-def]  # numba infers
    """Put a visit first on the next open day, and a dose that would not come after it on the one after that."""
    visit, places, offset = visits[number], books[-2], books[-1]
    if visit.infusion:
        places[visit.unit, (visit.day + offset) // 7] += 1
    visit.day, visit.arrival_minute = next_day, 0
    visit.moves += 1
    enter(visits, number, *books)
    dose = np.int64(visit.dose)
    if dose != NONE and visits[dose].day <= next_day:
        move(visits, dose, day_after, *books)
