"""Visits counted twice: by the model, and without it.

With everything uncertain switched off each patient's visits follow from the calendar alone, and must be equal
to the day. In the base they follow in expectation from the scenario's inputs (`verification/expectation.py`), and
the mean over replications must lie within its 99.9 % interval.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from results.measures import measure
from results.windows import steady_window
from scenarios.load import Resolved, resolve
from scenarios.schema import Scenario, Stream
from sim.calendar import is_holiday
from sim.model import simulate
from sim.patients import patients
from sim.records import ATTENDED, UNIT, VISIT_KINDS, Records
from tests.conftest import ACCEPTED_ON_ARRIVAL, PATIENTS, SmallRegion
from verification.expectation import inputs_of, visits_per_year

SEED = 1
STREAMS = sorted(PATIENTS)

# --- exactly --------------------------------------------------------------------------------------

NOTHING_UNCERTAIN = (
    "background.visits_per_listed_per_year=0",
    "staffing.nurse_fte_factor=20",
    "staffing.doctor_fte_factor=20",
    "booking.infusions_per_place_per_week=100",
    "hospital.no_show_share=0",
    "hospital.late_share=0",
    "transfer.ramp=all_at_once",
    "transfer.letter_days=0",
    "transfer.digital_days=0",
    *ACCEPTED_ON_ARRIVAL,
    *(
        f"streams.{name}.{setting}"
        for name in STREAMS
        for setting in (
            "no_show_share=0",
            "failed_share=0",
            "unplanned_per_year=0",
            "course={median_days: 1000000000, maximum_days: null}",
        )
    ),
    *(f"streams.{name}.check.withheld_share=0" for name in ("zoledronate", "denosumab", "iron")),
)
Seen = Counter[tuple[int, str, int]]  # how often patient number, kind of visit and day


@pytest.fixture(scope="module")
def certain(small_region: SmallRegion) -> Resolved:
    return small_region(*NOTHING_UNCERTAIN)


@pytest.fixture(scope="module", params=[0, 1, 2])
def records(request: pytest.FixtureRequest, certain: Resolved) -> Records:
    return simulate(certain, SEED, request.param)


def by_calendar(scenario: Scenario, stream: Stream, due: int) -> Iterator[tuple[str, int]]:
    """Kind and day of every visit of one patient whom the unit accepts on day zero, in the first year.

    Desk work too: the review of the referral, and renewals.
    """
    yield "review", 0
    for kind, day in doses_and_checks(scenario, stream, due):
        if day < scenario.horizon_days:
            yield kind, day
    if stream.renewals is not None:
        day = open_from(scenario, stream.renewals.interval_days)
        while day < scenario.horizon_days:
            yield "renewal", day
            day = open_from(scenario, day + stream.renewals.interval_days)


def doses_and_checks(scenario: Scenario, stream: Stream, due: int) -> Iterator[tuple[str, int]]:
    """A dose on the open day nearest to its due day, never before the day after whatever went before it."""
    before = 0  # the day of acceptance
    while before < scenario.horizon_days:
        if stream.check is not None:
            wished = max(before + 1, due - stream.check.days_before)
            before = nearest_open(scenario, wished, stream.check.days_before, before + 1)
            yield "check", before
        before = nearest_open(scenario, due, stream.early_days, before + 1)
        yield "dose", before
        due = before + stream.interval_days


def nearest_open(scenario: Scenario, wished: int, early: int, soonest: int) -> int:
    """The open day nearest to a wished one, of two equally near the earlier."""
    days = range(max(soonest, wished - early), max(soonest, wished) + 14)
    return min((day for day in days if is_open(scenario, day)), key=lambda day: (abs(day - wished), day))


def open_from(scenario: Scenario, day: int) -> int:
    """The first open day at or after a day."""
    return day if is_open(scenario, day) else open_from(scenario, day + 1)


def is_open(scenario: Scenario, day: int) -> bool:
    date = scenario.start_date + dt.timedelta(days=day)
    return date.weekday() < 5 and not is_holiday(date)


def test_each_visit_is_on_the_day_that_the_calendar_gives(certain: Resolved, records: Records) -> None:
    people = patients(certain.scenario, certain.units, SEED, records.replication)
    assert not any(person.new for person in people)
    expected: Seen = Counter(
        (person.number, kind, day)
        for person in people
        if person.eligible and person.agrees
        for kind, day in by_calendar(certain.scenario, person.stream, person.due)
    )
    assert (records.visits["site"] == UNIT).all()
    assert (records.visits["outcome"] == ATTENDED).all()
    found: Seen = Counter(
        (int(visit["patient"]), VISIT_KINDS[visit["kind"]], int(visit["day"])) for visit in records.visits
    )
    assert found == expected


def test_counts_per_stream_are_the_calendars(certain: Resolved, records: Records) -> None:
    """Of doses, checks, renewals and reviews; and every stream has some, so that equality says something."""
    people = patients(certain.scenario, certain.units, SEED, records.replication)
    measured = measure(certain, records)
    stream_of = np.array(records.streams)[records.patients["stream"][records.visits["patient"]]]
    for name in STREAMS:
        movers = [p for p in people if p.stream_name == name and p.eligible and p.agrees]
        kinds = Counter(kind for p in movers for kind, _ in by_calendar(certain.scenario, p.stream, p.due))
        mine = records.visits["kind"][stream_of == name]
        assert Counter(VISIT_KINDS[code] for code in mine) == kinds
        assert kinds["review"] == len(movers)
        assert kinds["dose"] > 0
        for kind, measure_name in (("dose", "unit_visits_per_year"), ("check", "check_visits_per_year")):
            assert measured.value(measure_name, "stream", name) == pytest.approx(kinds[kind] * 365.25 / 364)


# --- in expectation -------------------------------------------------------------------------------

# Enough of each stream for a narrow interval, and no more than the time allows.
AMPLE_ROOM = (
    "horizon_years=2",
    "warm_up_weeks=0",
    "transfer.ramp_weeks=26",
    "background.visits_per_listed_per_year=0",
    "staffing.nurse_fte_factor=10",
    "staffing.doctor_fte_factor=10",
    "booking.infusions_per_place_per_week=100",
    "streams.fulvestrant.patients=60",
    "streams.goserelin.patients=200",
    "streams.triptorelin.patients=500",
    "streams.zoledronate.patients=120",
    "streams.denosumab.patients=50",
    "streams.iron.patients=300",
    "streams.catheter.patients=150",
    "streams.methadone.patients=300",
)


def assert_as_expected(resolved: Resolved, replications: int) -> None:
    """Each stream's visits in the steady window lie within a 99.9 % interval of what the inputs say."""
    window = steady_window(resolved)
    assert window is not None
    measured = [measure(resolved, simulate(resolved, SEED, number)) for number in range(replications)]
    inputs, wrong = inputs_of(resolved), []
    for name in sorted(resolved.scenario.streams):
        visits = [m.value("unit_visits_per_year", "stream", name, "steady") for m in measured]
        expected = visits_per_year(inputs, name, window.first, window.end)
        low, high = stats.t.interval(0.999, replications - 1, loc=np.mean(visits), scale=stats.sem(visits))
        told = f"{name}: expected {expected:.1f}, simulated {np.mean(visits):.1f} ({low:.1f} to {high:.1f})"
        print(told)
        if not low <= expected <= high:
            wrong.append(told)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("replications", [8, pytest.param(32, marks=pytest.mark.slow)])
def test_visits_are_as_expected_with_ample_room(small_region: SmallRegion, replications: int) -> None:
    assert_as_expected(small_region(*AMPLE_ROOM), replications)


@pytest.mark.slow
def test_visits_of_the_base_are_as_expected() -> None:
    assert_as_expected(resolve("decision-2026"), replications=12)
