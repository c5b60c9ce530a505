"""What must hold of staff and waits in the whole model: the properties of a list, where lists do not change."""

import heapq
import itertools

import numpy as np
import pytest
from hypothesis import strategies as st

from scenarios.load import Resolved
from sim.model import simulate
from sim.records import CHECK, DOSE, UNIT, UNPLANNED, Records
from sim.staff import NURSE
from tests.conftest import PATIENTS, SmallRegion, shipped_rows
from tests.properties.futures import Future, for_all, futures, lived

# As many nurses at work each day as there are positions: nobody is sick, on leave or at the telephone.
ALWAYS_THERE = (
    "staffing.nurse_direct_share=1",
    "staffing.nurse_telephone_share=0",
    "staffing.sick_absence_share=0",
    *(f"staffing.periods.{name}=null" for name in ("early-summer", "july", "late-summer", "christmas")),
)
# Others ask for a fifth of their time, all of it may be booked, and the evening is long. So every day has room for
# those who want it, also the day after a holiday, to which go the wishes for the days that were closed.
ROOM = (
    "booking.bookable_share=1",
    "clinic.overtime_limit_minutes=240",
    "booking.infusions_per_place_per_week=100",
    "background.unit_load_cv=0",
)
HOURS_A_YEAR = 2250  # of a position: some 250 days of nine hours


@for_all(
    st.tuples(st.sampled_from([2, 3, 5]), st.sampled_from([1, 2]), st.integers(0, 2**32)), few=2, many=30
)
def test_one_more_nurse_lengthens_no_wait_where_no_day_is_full(
    small_region: SmallRegion, drawn: tuple[int, int, int]
) -> None:
    """With room on every day all are booked on the same days, and then each day's list is as in `test_clinic_day`."""
    nurses, more, seed = drawn
    few, many = (one_unit(small_region, nurses, staff, seed) for staff in (nurses, nurses + more))
    assert (few.servers[:, :, NURSE].max(), many.servers[:, :, NURSE].max()) == (nurses, nurses + more)
    assert np.array_equal(few.others, many.others)
    assert np.abs(few.used - many.used).max() == 0
    sooner, later = many.visits.copy(), few.visits.copy()
    waits, were = sooner["wait_minutes"].copy(), later["wait_minutes"].copy()
    sooner["wait_minutes"] = later["wait_minutes"] = 0
    assert np.array_equal(sooner, later)
    assert (waits <= were).all()
    assert (waits < were).sum() > 10
    assert (many.overtime <= few.overtime + 1e-6).all()


def one_unit(small_region: SmallRegion, load_of: int, nurses: int, seed: int) -> Records:
    """A year of one unit with so many nurses, where other patients ask for 20 % of what `load_of` nurses can do."""
    row = shipped_rows()[0] | {"listed": "5000", "nurse_fte": str(nurses), "doctor_fte": "20"}
    load = f"background.load_factor={0.2 * load_of * HOURS_A_YEAR / (5000 * 2.4 * 0.54 * 25 / 60)}"
    return simulate(small_region(*ALWAYS_THERE, *ROOM, load, rows=[row]), seed, 0)


def test_but_one_more_nurse_lengthens_some_waits_where_days_are_full(small_region: SmallRegion) -> None:
    """More room brings others forward to a day, and who was on it already then waits for them: in a whole model only
    the mean over days can be expected to fall, and not each wait."""
    few, many = (
        by_visit(simulate(small_region("background.load_factor=2", *ALWAYS_THERE, nurses), 1, 0))
        for nurses in ("staffing.nurse_fte_factor=0.6", "staffing.nurse_fte_factor=0.7")
    )
    same_day = few.keys() & many.keys()
    assert len(same_day) > 100
    assert any(many[visit] > few[visit] + 1 for visit in same_day)
    assert any(many[visit] < few[visit] - 1 for visit in same_day)


def by_visit(records: Records) -> dict[tuple[int, ...], float]:
    """Wait of each visit in a queue by patient, kind, day and minute."""
    visits = records.visits[in_queue(records)]
    who = (visits[name].tolist() for name in ("patient", "kind", "day", "arrival_minute"))
    return dict(zip(zip(*who, strict=True), visits["wait_minutes"].tolist(), strict=True))


def in_queue(records: Records) -> np.ndarray:
    visits = records.visits
    return (visits["site"] == UNIT) & np.isin(visits["kind"], (DOSE, CHECK, UNPLANNED))


# One nurse and one doctor at each unit, nobody but the transferred, and long days.
AMONG_THEMSELVES = (
    "background.visits_per_listed_per_year=0",
    "staffing.nurse_fte_factor=0.01",
    "staffing.doctor_fte_factor=0.01",
    "clinic.overtime_limit_minutes=480",
    "booking.infusions_per_place_per_week=20",
    "booking.bookable_share=0.9",
    "streams.methadone.interval_days=91",
    "streams.methadone.early_days=10",
    "streams.methadone.late_days=10",
    *(f"streams.{name}.patients={4 * count}" for name, count in PATIENTS.items()),
)


@for_all(futures(), few=2, many=30)
def test_without_others_the_transferred_wait_for_each_other_alone(
    small_region: SmallRegion, future: Future
) -> None:
    """What is recorded of visits is then all that there is: their waits follow from their own rows."""
    resolved, records = lived(small_region, future, *AMONG_THEMSELVES)
    visits = records.visits[in_queue(records)]
    attended = visits[(visits["nurse_minutes"] > 0) | (visits["doctor_minutes"] > 0)]
    assert (attended["wait_minutes"] > 0).sum() > 20
    assert waits_among(resolved, records, attended) == pytest.approx(attended["wait_minutes"], abs=1e-9)


def waits_among(resolved: Resolved, records: Records, visits: np.ndarray) -> list[float]:
    """Waits of visits, day by day and queue by queue, from arrivals and minutes in the order in which they stand."""
    by_doctor = [resolved.scenario.streams[name].profession == "doctor" for name in records.streams]
    stream = records.patients["stream"][visits["patient"]]
    profession = np.array(by_doctor)[stream] & (visits["kind"] != CHECK)
    minutes = np.where(profession, visits["doctor_minutes"], visits["nurse_minutes"])
    queues = list(zip(visits["day"].tolist(), visits["unit"].tolist(), profession.tolist(), strict=True))
    found = [0.0] * len(queues)
    order = sorted(range(len(queues)), key=lambda i: (queues[i], visits["arrival_minute"][i]))
    for (day, unit, doctor), numbers in itertools.groupby(order, key=queues.__getitem__):
        free = [0.0] * int(records.servers[day - records.first_day, unit, int(doctor)])
        for i in numbers:
            arrival = float(visits["arrival_minute"][i])
            start = max(arrival, free[0])
            heapq.heapreplace(free, start + float(minutes[i]))
            found[i] = start - arrival
    return found
