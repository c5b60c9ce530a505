"""Common random numbers hold lever by lever: what a lever does not reach is the same to the bit.

A small region is simulated without and with a lever, and each replication is taken apart, from upstream (who the
patients are) to downstream (the measures). `CASES` says which parts a lever changes. The test holds that these
differ and no other does, so that a lever which stops working fails as surely as one that reaches too far.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from results.measures import measure
from scenarios import levers
from scenarios.load import Resolved
from sim.background import background
from sim.calendar import Calendar
from sim.model import simulate
from sim.patients import Patient, patients
from sim.records import NEVER, Records
from sim.staff import DOCTOR, NURSE, planned_minutes
from tests.conftest import PATIENTS, SmallRegion, shipped_rows, write_register

SEED, REPLICATION = 1, 0
YEAR = 364
Parts = dict[str, list[NDArray[np.generic]]]

WHO = "who the patients are"
MOVERS = "who may move"
OPEN = "opening hours"
ASKED = "requests of others"
STAFF_PLAN = "planned staff"
NURSES, DOCTORS = "nurses at work", "doctors at work"
PLACE = "serving units"
PLAN = "planned days"
REFERRALS, ACCEPTED = "referrals", "days of acceptance"
DOSES, VISITS = "doses", "visits"
NURSES_DAY, DOCTORS_DAY = "nurses' days", "doctors' days"
MEASURES = "measures"

TRAITS = np.dtype(
    [
        ("patient", np.int64),
        ("key", np.int64),
        ("home", np.int16),
        ("ramp", np.float64),
        ("entered", np.int32),
        ("new", np.bool_),
        ("ends", np.int32),
        ("due", np.int32),
        ("unplanned_rate", np.float64),
        ("unplanned_day", np.int32),
    ]
)
MILESTONES = ("first_visit", "handed_back", "left_unit", "ended")
STREAMS = sorted(PATIENTS)
MOST = 1_000_000  # patients of a stream


class Side:
    """One side of a comparison: a replication, and what was drawn for it."""

    def __init__(self, resolved: Resolved) -> None:
        scenario, units = resolved.scenario, resolved.units
        calendar = Calendar(scenario, days_after_horizon=YEAR)
        drawn = (scenario, units, calendar, calendar.size - YEAR)
        self.requests = background(*drawn, SEED, REPLICATION).requests
        self.planned = planned_minutes(*drawn)
        self.people = patients(scenario, units, SEED, REPLICATION)
        self.records = simulate(resolved, SEED, REPLICATION)
        self.measured = measure(resolved, self.records)
        stream = self.records.patients["stream"]
        code = np.array([STREAMS.index(name) for name in self.records.streams])[stream]
        self.names = code * MOST + np.arange(stream.size) - np.searchsorted(stream, stream)

    def parts(self, without: str = "") -> Parts:
        """Everything, taken apart; patients of the stream `without` are left out of what is told of patients."""
        records, rows = self.records, self.records.patients
        kept = np.array([name != without for name in records.streams])[rows["stream"]]
        names, rows = self.names[kept], rows[kept]
        people = [person for person, keep in zip(self.people, kept, strict=True) if keep]
        found: Parts = {
            WHO: [_traits(names, people), rows["home"], rows["entered"]],
            MOVERS: [names, np.array([p.eligible and p.agrees for p in people]), rows["municipal"]],
            OPEN: [records.open_minutes],
            ASKED: [self.requests, records.requests],
            STAFF_PLAN: [self.planned],
            NURSES: [records.servers[:, :, NURSE]],
            DOCTORS: [records.servers[:, :, DOCTOR]],
            PLACE: [names, rows["unit"], self._of(records.moves, kept)],
            PLAN: [names, rows["planned"]],
            REFERRALS: [names, rows["referred"], self._of(records.referrals, kept)],
            ACCEPTED: [names, rows["accepted"]],
            DOSES: [self._of(records.doses, kept), rows["first_due"]],
            VISITS: [self._of(records.visits, kept), *(rows[milestone] for milestone in MILESTONES)],
            MEASURES: [np.array(self.measured.rows), self.measured.values],
        }
        for part, profession in ((NURSES_DAY, NURSE), (DOCTORS_DAY, DOCTOR)):
            others = records.others[records.others["profession"] == profession]
            days = (records.used, records.used_by_transferred, records.overtime)
            found[part] = [
                others,
                *(array[:, :, profession] for array in days),
                records.pending[:, profession],
            ]
        return found

    def before(self, day: int) -> Parts:
        """What is drawn for, planned for and happens on the days before a day."""
        records = self.records
        there = records.patients["entered"] < day
        names, rows = self.names[there], records.patients[there]
        index = day - records.first_day

        def known(column: str) -> NDArray[np.int32]:
            return np.where(rows[column] < day, rows[column], NEVER)

        given = records.doses[(records.doses["given"] < day) & (records.doses["given"] != NEVER)]
        return {
            WHO: [_traits(names, [person for person in self.people if person.entered < day])],
            ASKED: [self.requests[..., :index]],
            STAFF_PLAN: [self.planned[..., :index]],
            NURSES: [records.servers[:index, :, NURSE]],
            DOCTORS: [records.servers[:index, :, DOCTOR]],
            PLAN: [known("planned")],
            REFERRALS: [known("referred"), self._of(records.referrals[records.referrals["reviewed"] < day])],
            ACCEPTED: [known("accepted")],
            DOSES: [self._of(given)],
            VISITS: [self._of(records.visits[records.visits["day"] < day]), *map(known, MILESTONES)],
            "clinic days": [
                records.others[records.others["day"] < day],
                *(days[:index] for days in (records.used, records.used_by_transferred, records.overtime)),
            ],
        }

    def _of(self, rows: NDArray[np.void], kept: NDArray[np.bool_] | None = None) -> NDArray[np.void]:
        """Rows of the patients kept, patient by patient, who are named by stream and rank within it."""
        rows = rows if kept is None else rows[kept[rows["patient"]]]
        rows = rows[np.argsort(rows["patient"], kind="stable")]
        named = rows.astype(
            [(name, np.int64 if name == "patient" else rows.dtype[name]) for name in rows.dtype.names]
        )
        named["patient"] = self.names[rows["patient"]]
        return named


def _traits(names: NDArray[np.int64], people: list[Patient]) -> NDArray[np.void]:
    rows = (
        (name, *(getattr(person, trait) for trait in TRAITS.names[1:]))
        for name, person in zip(names.tolist(), people, strict=True)
    )
    return np.array(list(rows), dtype=TRAITS)


def differing(one: Parts, other: Parts) -> set[str]:
    """The parts that are not the same to the bit."""

    def same(a: NDArray[np.generic], b: NDArray[np.generic]) -> bool:
        return np.array_equal(a, b, equal_nan=a.dtype == np.float64)

    return {part for part in one if not all(same(a, b) for a, b in zip(one[part], other[part], strict=True))}


@dataclasses.dataclass(frozen=True)
class Case:
    """Settings that pull a lever over those of its base, and the parts that then differ.

    Where it is a lever of one `stream`, the patients of all others keep everything up to the door of their unit.
    Before the day `begins` nothing at all differs.
    """

    changes: frozenset[str]
    sets: tuple[str, ...]
    base: tuple[str, ...] = ()
    stream: str = ""
    begins: int = 0


AT_UNITS = frozenset({DOSES, VISITS, NURSES_DAY, DOCTORS_DAY, MEASURES})
WITH_NURSES = AT_UNITS - {DOCTORS_DAY}  # the two queues of a unit never meet
FROM_REFERRAL = AT_UNITS | {REFERRALS, ACCEPTED}
FROM_PLAN = FROM_REFERRAL | {PLAN}
NURSES_FROM_REFERRAL = FROM_REFERRAL - {DOCTORS_DAY}
NURSES_FROM_PLAN = FROM_PLAN - {DOCTORS_DAY}
OTHER_PEOPLE = NURSES_FROM_PLAN | {WHO, MOVERS, PLACE}

FIRST_WAVE = (
    "transfer.ramp=waves",
    "transfer.waves.first={start_date: 2026-03-02, ramp_weeks: 4, streams: [triptorelin]}",
)
SECOND_WAVE = "transfer.waves.second={start_date: %s, ramp_weeks: 0}"
READY = "streams.triptorelin.referral.guideline.ready_date=%s"
INCOMPLETE = "streams.triptorelin.referral.complete_share=0.2"
ANY_UNIT = "booking.placement=nearest_capable_unit", "transfer.channel=letter"
HUB = "booking.placement=hub"
TIGHT = ("background.load_factor=2",)
SHOCK = (
    "shocks.records={start_date: 2026-09-07, weeks: 4, production_lost_share: 0.4, moved_ahead_share: 0,"
    " moved_ahead_weeks: 4}"
)
CLOSING = "unit_changes.u190={closes: %s, goes_to: u191, staff_moves_share: 0}"
AT_THE_END_OF_THE_YEAR = (
    "shocks.records={start_date: 2027-02-15, weeks: 12, production_lost_share: 0.4, moved_ahead_share: 0.5,"
    " moved_ahead_weeks: 8}",
    "unit_changes.u190={closes: 2027-02-15, staff_moves_share: 0.5}",
    "transfer.cap_new_patients_per_unit_per_week=1",
)

CASES = {
    # who moves, and when
    "no transfer": Case(FROM_PLAN, ("transfer.enabled=false",)),
    "start": Case(
        FROM_PLAN, ("transfer.start_date=2026-06-01",), ("transfer.start_date=2026-05-04",), begins=63
    ),
    "ramp": Case(FROM_PLAN, ("transfer.ramp_weeks=30",)),
    "all at once": Case(FROM_PLAN, ("transfer.ramp=all_at_once",)),
    "next due": Case(FROM_REFERRAL, ("transfer.ramp=next_due",), ("transfer.ramp=all_at_once",)),
    "waves": Case(FROM_PLAN, (*FIRST_WAVE, SECOND_WAVE % "2026-09-07")),
    "a later wave": Case(
        FROM_PLAN,
        (SECOND_WAVE % "2026-09-07",),
        (*FIRST_WAVE, SECOND_WAVE % "2026-06-01"),
        begins=91,
    ),
    "plan": Case(FROM_PLAN, ("transfer.plan=PLAN.csv",)),
    "cap": Case(AT_UNITS | {ACCEPTED}, ("transfer.cap_new_patients_per_unit_per_week=1",)),
    "eligible": Case(NURSES_FROM_PLAN | {MOVERS}, ("streams.iron.eligible_share=0.4",), stream="iron"),
    "uptake": Case(NURSES_FROM_PLAN | {MOVERS}, ("streams.iron.uptake_share=0.4",), stream="iron"),
    # how a referral travels and fares
    "channel": Case(FROM_REFERRAL, ("transfer.channel=digital",), ("transfer.letter_days=60",)),
    "letters": Case(FROM_REFERRAL, ("transfer.letter_days=60",)),
    "secure channel": Case(FROM_REFERRAL, ("transfer.digital_days=60",)),
    "rewriting": Case(FROM_REFERRAL, ("transfer.rewrite_days_mean=90",)),
    "minutes of a review": Case(frozenset({VISITS, MEASURES}), ("transfer.review_minutes=20",)),
    "completeness": Case(NURSES_FROM_REFERRAL, (INCOMPLETE,), stream="triptorelin"),
    "time of a review": Case(
        NURSES_FROM_REFERRAL, ("streams.triptorelin.referral.review_days_mean=60",), stream="triptorelin"
    ),
    "refusal": Case(
        NURSES_FROM_REFERRAL, ("streams.triptorelin.referral.refused_share=0.6",), stream="triptorelin"
    ),
    "readiness date": Case(
        NURSES_FROM_REFERRAL,
        (READY % "2026-09-07",),
        (INCOMPLETE, READY % "2026-04-06"),
        stream="triptorelin",
        begins=35,
    ),
    "what readiness changes": Case(
        NURSES_FROM_REFERRAL,
        ("streams.triptorelin.referral.guideline.refused_share=0.6",),
        (READY % "2026-04-06",),
        stream="triptorelin",
        begins=35,
    ),
    # the streams
    "patients": Case(OTHER_PEOPLE, ("streams.denosumab.patients=60",), stream="denosumab"),
    "growth": Case(OTHER_PEOPLE, ("streams.triptorelin.growth_per_year=0.9",), stream="triptorelin"),
    "course": Case(OTHER_PEOPLE, ("streams.fulvestrant.course.median_days=100",), stream="fulvestrant"),
    "where they live": Case(
        NURSES_FROM_REFERRAL | {WHO, PLACE}, ("streams.triptorelin.clustering_cv=1",), stream="triptorelin"
    ),
    "interval": Case(WITH_NURSES | {WHO}, ("streams.zoledronate.interval_days=28",), stream="zoledronate"),
    "loading doses": Case(NURSES_FROM_PLAN, ("streams.fulvestrant.loading_at=unit",), stream="fulvestrant"),
    "a stream left out": Case(OTHER_PEOPLE, ("streams.iron=null",), stream="iron"),
    "municipal care": Case(
        WITH_NURSES | {MOVERS}, ("streams.catheter.municipal_share=0.5",), stream="catheter"
    ),
    "a visit": Case(WITH_NURSES, ("streams.catheter.nurse_minutes=60",)),
    # which units, which days
    "all capable": Case(NURSES_FROM_REFERRAL | {PLACE}, ("booking.capable_units=all",)),
    "large units": Case(WITH_NURSES | {PLACE}, ("booking.least_listed.infusion=8000",), ANY_UNIT),
    "nearest": Case(NURSES_FROM_REFERRAL | {PLACE}, ("booking.placement=nearest_capable_unit",)),
    "hubs": Case(WITH_NURSES | {PLACE}, (HUB, "booking.hubs.infusion=[u014]"), ANY_UNIT),
    "chosen hubs": Case(
        WITH_NURSES | {PLACE},
        (HUB, "booking.chosen_hubs.infusion.minimum_visits_per_year=150"),
        ANY_UNIT,
    ),
    "infusions per place": Case(WITH_NURSES, ("booking.infusions_per_place_per_week=0.2",)),
    "diary": Case(AT_UNITS, ("booking.diary_horizon_weeks=5",)),
    "bookable": Case(AT_UNITS, ("booking.bookable_share=0.5",)),
    "clinic day": Case(AT_UNITS, ("booking.day_choice=clinic_day",)),
    "weekday": Case(AT_UNITS, ("booking.clinic_weekday=friday",), ("booking.day_choice=clinic_day",)),
    "opening hours": Case(
        FROM_REFERRAL | {OPEN, ASKED, STAFF_PLAN, NURSES, DOCTORS},
        ("calendar.klamdag=closed",),
    ),
    "overtime": Case(AT_UNITS, ("clinic.overtime_limit_minutes=0",), TIGHT),
    # staff and other patients
    "nurses": Case(WITH_NURSES | {STAFF_PLAN, NURSES}, ("staffing.nurse_fte_factor=0.8",)),
    "doctors": Case(AT_UNITS - {NURSES_DAY} | {STAFF_PLAN, DOCTORS}, ("staffing.doctor_fte_factor=0.8",)),
    "July": Case(AT_UNITS | {STAFF_PLAN, NURSES, DOCTORS}, ("staffing.periods.july.staff_share=0.3",)),
    "sick absence": Case(AT_UNITS | {NURSES, DOCTORS}, ("staffing.sick_absence_share=0.1",)),
    "load": Case(AT_UNITS | {ASKED}, ("background.load_factor=1.6",)),
    "others' patience": Case(AT_UNITS, ("background.accepts_wait_days_mean=10",), TIGHT),
    "guarantee": Case(frozenset({MEASURES}), ("background.guarantee_days=1",)),
    "another register": Case(WITH_NURSES | {STAFF_PLAN, NURSES}, ("units=UNITS.csv",)),
    "shock": Case(AT_UNITS | {STAFF_PLAN, NURSES, DOCTORS}, (SHOCK,), begins=98),  # known in each diary
    "moved ahead of a shock": Case(
        AT_UNITS | {ASKED}, ("shocks.records.moved_ahead_share=0.5",), (SHOCK,), begins=140
    ),
    "closing": Case(AT_UNITS | {ASKED, NURSES, DOCTORS, PLACE}, (CLOSING % "2026-09-07",), begins=189),
    "a later closing": Case(
        AT_UNITS | {ASKED, NURSES, DOCTORS, PLACE},
        (CLOSING % "2026-11-02",),
        (CLOSING % "2026-09-07",),
        begins=189,
    ),
    "opening": Case(
        AT_UNITS | {ASKED, STAFF_PLAN, NURSES, DOCTORS, PLACE},
        (CLOSING.replace("closes", "opens") % "2026-09-07",),
    ),
    # the hospital, money and travel
    "takeover": Case(WITH_NURSES, ("hospital.takeover_days=14",)),
    "writing": Case(frozenset({MEASURES}), ("hospital.referral_minutes=30",)),
    "uplift": Case(frozenset({MEASURES}), ("money.uplift_msek_per_year=50",)),
    "prices": Case(frozenset({MEASURES}), ("money.nurse_hour_sek=900",)),
    "drugs": Case(frozenset({MEASURES}), ("streams.denosumab.drug.price_sek=1",)),
    "readiness": Case(frozenset({MEASURES}), ("money.procedures.infusion.first_year_sek=1",)),
    "travel": Case(frozenset({MEASURES}), ("travel.within_municipality_km=12",)),
}


@pytest.fixture(scope="module")
def region(small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Resolved]:
    """`region("key=value", …)`: the small region, in one of whose towns nobody gives infusions."""
    folder = tmp_path_factory.mktemp("tables")
    plan = folder / "plan.csv"
    plan.write_text(
        "sender,area,stream,week,patients\nNU,,triptorelin,3,9\nSkaS,,methadone,5,9\n", encoding="utf-8"
    )
    without = {"can_infusion": "no", "infusion_places": "0"}
    rows = [row | without if row["municipality"] == "Skövde" else row for row in shipped_rows()]
    register = write_register(folder / "units.csv", [rows[0] | {"nurse_fte": "3.5"}, *rows[1:]])

    def resolved(*sets: str) -> Resolved:
        named = (text.replace("PLAN.csv", str(plan)).replace("UNITS.csv", str(register)) for text in sets)
        return small_region("streams.methadone.patients=60", *named, rows=rows)

    return resolved


@pytest.fixture(scope="module")
def side(region: Callable[..., Resolved]) -> Callable[..., Side]:
    """`side("key=value", …)`: that region with these settings, simulated once."""
    return functools.cache(lambda *sets: Side(region(*sets)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_lever_changes_what_it_should_and_nothing_else(side: Callable[..., Side], case: Case) -> None:
    without, pulled = side(*case.base), side(*case.base, *case.sets)
    assert differing(without.parts(), pulled.parts()) == case.changes
    if case.stream:
        assert differing(without.parts(case.stream), pulled.parts(case.stream)) <= AT_UNITS
    if case.begins:
        assert differing(without.before(case.begins), pulled.before(case.begins)) == set()


@pytest.mark.parametrize("sets", [(), AT_THE_END_OF_THE_YEAR], ids=["base", "across its end"])
def test_the_first_year_of_three_is_the_first_of_one(
    side: Callable[..., Side], sets: tuple[str, ...]
) -> None:
    one, three = side(*sets), side("horizon_years=3", *sets)
    assert differing(one.before(YEAR), three.before(YEAR)) == set()


FOR_THE_CERTIFICATE = (  # counted once more beside the rows, which it holds them against
    "patient_days", "present", "entered", "left", "miscounts", "services", "loads", "fingerprints",
)  # fmt: skip
RECORDED = [field.name for field in dataclasses.fields(Records)][4:]


@pytest.mark.parametrize("field", [name for name in RECORDED if name not in FOR_THE_CERTIFICATE])
def test_no_change_of_a_record_goes_unseen(side: Callable[..., Side], field: str) -> None:
    """Whatever is recorded is in some part, down to the column; only the order of patients is not."""
    whole = side(CLOSING % "2026-09-07")
    for column in getattr(whole.records, field).dtype.names or ("",):
        if column not in ("stream", "patient"):
            altered = getattr(whole.records, field).copy()
            cells = (altered[column] if column else altered).reshape(-1)
            cells[0] = not cells[0] if cells.dtype == np.bool_ else cells[0] + 1
            other = copy.copy(whole)
            other.records = dataclasses.replace(whole.records, **{field: altered})
            assert differing(whole.parts(), other.parts()), column


def test_every_lever_is_pulled(region: Callable[..., Resolved]) -> None:
    pulled = {
        lever.name
        for case in CASES.values()
        for lever in levers.differing(region(*case.base), region(*case.base, *case.sets))
    }
    assert pulled == {lever.name for lever in levers.LEVERS}
