"""Money: whole öre that add up exactly along every way of grouping them, and the uplift they are held against."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from results.ledger import LINES, READINESS, ledger, uplift_ore
from results.measures import AVAILABLE_SHARES, Measured, measure
from results.windows import Window, calendar_windows, year_windows
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import (
    ATTENDED,
    CHECK,
    DOSE,
    FAILED,
    HOSPITAL,
    MUNICIPALITY,
    NEVER,
    NO_SHOW,
    OUT_OF_HOURS,
    PATIENT_ROW,
    RENEWAL,
    UNIT,
    UNPLANNED,
    WITHHELD,
    Records,
)
from tests.conftest import SmallRegion, shipped_rows
from tests.results.by_hand import by_hand, resolved_by_hand, visit_rows

ORE_PER_MSEK = 100_000_000
WHOLE_UPLIFT = 100 * ORE_PER_MSEK
UNIT_SCOPES = ("region", "area", "municipality", "ownership", "unit")
Value = Callable[[str, str, str, str], float]


# --- everything adds up -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    """Readiness that no number of streams divides, and a unit that lacks nothing for injections."""
    first, *others = shipped_rows()
    return small_region(
        "money.procedures.injection.first_year_sek=4000.01",
        "money.procedures.injection.later_year_sek=2000.03",
        rows=[first | {"ready_for": "injection"}, *others],
    )


@pytest.fixture(scope="module")
def records(resolved: Resolved) -> Records:
    return simulate(resolved, 1, 0)


@pytest.fixture(scope="module")
def measured(resolved: Resolved, records: Records) -> Measured:
    return measure(resolved, records)


def in_ore(measured: Measured, name: str, scope: str, window: str) -> dict[str, int]:
    """A measure of a calendar year by key, as whole öre."""
    found = {}
    for row, value in zip(measured.rows, measured.values, strict=True):
        if (row.name, row.scope, row.window) == (name, scope, window) and "=" not in row.key:
            found[row.key] = round(value * ORE_PER_MSEK)
    return found


def key_of(resolved: Resolved, records: Records, scope: str, row: np.void) -> str:
    """The key of a ledger row along a scope."""
    if scope == "stream":
        return records.streams[row["stream"]]
    unit = next(u for u in resolved.units if u.key == records.units[row["unit"]])
    return "" if scope == "region" else str(getattr(unit, "key" if scope == "unit" else scope))


@pytest.mark.parametrize("line", ["cost_msek_per_year", "readiness_msek_per_year"])
@pytest.mark.parametrize("scope", ["region", "area", "municipality", "ownership", "unit", "stream"])
def test_costs_of_each_scope_are_the_sum_of_the_ledgers_rows(
    resolved: Resolved, records: Records, measured: Measured, scope: str, line: str
) -> None:
    rows = ledger(resolved, records).rows
    if line.startswith("readiness"):
        rows = rows[rows["line"] == READINESS]
    for window in calendar_windows(resolved):
        inside = rows[(rows["day"] >= window.first) & (rows["day"] < window.end)]
        expected: Counter[str] = Counter()
        for row in inside:
            expected[key_of(resolved, records, scope, row)] += int(row["ore"])
        told = in_ore(measured, line, scope, window.name)
        assert {key: ore for key, ore in told.items() if ore} == dict(expected)
        assert sum(told.values()) == in_ore(measured, line, "region", window.name)[""] == inside["ore"].sum()


def test_visits_and_readiness_make_the_year(resolved: Resolved, records: Records) -> None:
    """Each visit's cost in plain arithmetic: minutes × rate, and material where the patient was treated."""
    rows = ledger(resolved, records).rows
    growth = 1 + resolved.scenario.money.price_growth_per_year
    nurse, doctor = 720 * growth**2, 1500 * growth**2  # stated in prices of 2024, told in those of 2026
    visits = 0
    for visit in records.visits:
        if visit["site"] == UNIT and visit["outcome"] in (ATTENDED, FAILED, WITHHELD):
            stream = resolved.scenario.streams[records.streams[records.patients["stream"][visit["patient"]]]]
            visits += round(visit["nurse_minutes"] / 60 * nurse * 100)
            visits += round(visit["doctor_minutes"] / 60 * doctor * 100)
            if visit["kind"] in (DOSE, UNPLANNED):
                visits += round(stream.material_sek.sek * 100)
    readiness = int(rows["ore"][rows["line"] == READINESS].sum())
    assert readiness > 0
    assert rows["ore"].sum() == visits + readiness
    assert sum(rows["ore"][rows["line"] == line].sum() for line in range(len(LINES))) == rows["ore"].sum()


def test_calendar_years_make_the_horizon(resolved: Resolved, measured: Measured, records: Records) -> None:
    years = [in_ore(measured, "cost_msek_per_year", "region", w.name)[""] for w in calendar_windows(resolved)]
    assert len(years) == 2
    assert sum(years) == ledger(resolved, records).rows["ore"].sum()
    yearly = (
        measured.value("cost_msek_per_year") * ORE_PER_MSEK * 364 / 365.25
    )  # the horizon is one year here
    assert yearly == pytest.approx(sum(years))


def test_cost_without_readiness_is_told_beside(measured: Measured) -> None:
    whole, ready = measured.value("cost_msek_per_year"), measured.value("readiness_msek_per_year")
    assert measured.value("cost_msek_per_year", key="readiness=no") == pytest.approx(whole - ready)


def test_cost_is_told_by_line(measured: Measured, records: Records, resolved: Resolved) -> None:
    rows = ledger(resolved, records).rows
    for line in LINES[:READINESS]:
        ore = sum(int(row["ore"]) for row in rows if LINES[row["line"]] == line)
        for_the_year = measured.value("cost_msek_per_year", key=f"line={line}") * ORE_PER_MSEK * 364 / 365.25
        assert for_the_year == pytest.approx(ore)
        assert ore > 0


def test_no_transfer_costs_the_units_nothing(small_region: SmallRegion) -> None:
    resolved = small_region(scenario="no-transfer")
    records = simulate(resolved, 1, 0)
    assert ledger(resolved, records).rows.size == 0
    measured = measure(resolved, records)
    nothing = [
        *("cost_msek_per_year", "readiness_msek_per_year", "full_cost_msek_per_year", "drug_msek_per_year"),
        *("uplift_share_used", "units_over_uplift_share", "patient_fee_msek_per_year"),
    ]
    assert {name: measured.value(name) for name in nothing} == dict.fromkeys(nothing, 0.0)
    assert measured.value("uplift_room_msek") == pytest.approx(100)
    assert np.isnan(measured.value("extra_visits_affordable"))


# --- visits -----------------------------------------------------------------------------------------

# patient, kind, site, outcome, day, wait, nurse, doctor, room; patient 0 has triptorelin, 3 zoledronate
PRICED = (
    (0, DOSE, UNIT, ATTENDED, 20, 0, 20, 0, 25),
    (0, DOSE, UNIT, FAILED, 30, 0, 10, 6, 25),
    (0, UNPLANNED, UNIT, ATTENDED, 40, 0, 30, 0, 25),
    (3, CHECK, UNIT, WITHHELD, 50, 0, 8, 3, 8),
    (3, RENEWAL, UNIT, ATTENDED, 60, 0, 0, 5, 0),
    (0, DOSE, UNIT, NO_SHOW, 70, 0, 0, 0, 0),
    (0, DOSE, HOSPITAL, ATTENDED, 80, 0, 20, 0, 0),
    (0, DOSE, MUNICIPALITY, ATTENDED, 90, 0, 20, 0, 0),
    (0, UNPLANNED, OUT_OF_HOURS, ATTENDED, 95, 0, 20, 0, 0),
)
BARE_PRICES = (
    "money.nurse_hour_sek=600",
    "money.doctor_hour_sek=1200",
    "money.nurse_visit_sek=900",
    "money.doctor_visit_sek=1100",
    "money.nurse_fee_sek=50",
    "money.doctor_fee_sek=200",
    "streams.triptorelin.material_sek=35",
    "streams.zoledronate.material_sek=175",
)


def priced(small_region: SmallRegion, *sets: str) -> tuple[Resolved, Records]:
    resolved = resolved_by_hand(small_region, *BARE_PRICES, *sets, ready_for="injection infusion")
    return resolved, by_hand(visits=visit_rows(*PRICED))


def test_a_visit_costs_its_minutes_and_material(small_region: SmallRegion) -> None:
    rows = ledger(*priced(small_region)).rows
    told = sorted((int(row["day"]), LINES[row["line"]], int(row["ore"])) for row in rows)
    assert told == [
        (20, "material", 3500),
        (20, "staff", 20_000),
        (30, "material", 3500),
        (30, "staff", 10_000 + 12_000),
        (40, "material", 3500),
        (40, "staff", 30_000),
        (50, "checks", 8_000 + 6_000),
        (60, "desk", 10_000),
    ]


@pytest.mark.parametrize(
    ("profession", "full", "fee"), [("nurse", 90_000, 5_000), ("doctor", 110_000, 20_000)]
)
def test_full_price_and_fee_are_by_who_sees_the_patient(
    small_region: SmallRegion, profession: str, full: int, fee: int
) -> None:
    """A check is the nurse's; desk work, missed visits and those elsewhere have neither."""
    sees = (f"streams.triptorelin.profession={profession}", "streams.triptorelin.doctor_minutes=5")
    book = ledger(*priced(small_region, *sees))
    assert book.visit_full_ore.tolist() == [full, full, full, 90_000, 0, 0, 0, 0, 0]
    assert book.visit_fee_ore.tolist() == [fee, fee, fee, 5_000, 0, 0, 0, 0, 0]


def test_prices_of_another_year_are_indexed(small_region: SmallRegion) -> None:
    rows = ledger(
        *priced(
            small_region,
            "money.price_year=2026",
            "money.price_growth_per_year=0.1",
            "money.nurse_hour_sek={value: 600, price_year: 2024, grade: assumption}",
            "streams.triptorelin.material_sek={value: 121, price_year: 2028, grade: assumption}",
        )
    ).rows
    first = {LINES[row["line"]]: int(row["ore"]) for row in rows if row["day"] == 20}
    assert first == {"staff": round(200 * 1.1**2 * 100), "material": round(121 / 1.1**2 * 100)}


# --- readiness --------------------------------------------------------------------------------------

DAY_ZERO = dt.date(2026, 3, 2)
NEW_YEAR = (dt.date(2027, 1, 1) - DAY_ZERO).days
NEXT_NEW_YEAR = (dt.date(2028, 1, 1) - DAY_ZERO).days
INJECTION, INFUSION = 0, 1  # streams by number


def person(
    stream: int, unit: int, accepted: int, left: int = NEVER, *, municipal: bool = False
) -> tuple[Any, ...]:
    return (stream, unit, unit, municipal, 0, 0, 0, accepted, accepted, NEVER, NEVER, left, NEVER)


Told = list[tuple[int, int, int, int]]


def readiness(resolved: Resolved, *people: tuple[Any, ...]) -> Told:
    """Readiness rows: day, unit, stream and öre."""
    records = by_hand(
        patients=np.array(list(people), dtype=PATIENT_ROW),
        visits=visit_rows(),
        referrals=by_hand().referrals[:0],
        doses=by_hand().doses[:0],
    )
    rows = ledger(resolved, records).rows
    assert (rows["line"] == READINESS).all()
    return sorted((int(r["day"]), int(r["unit"]), int(r["stream"]), int(r["ore"])) for r in rows)


SEK_OF_READINESS = tuple(
    f"money.procedures.{group}.{year}_year_sek={sek}"
    for group, first, later in (("injection", 4000, 2000), ("infusion", 30000, 12000))
    for year, sek in (("first", first), ("later", later))
)


@pytest.fixture(scope="module")
def lacking(small_region: SmallRegion) -> Resolved:
    return resolved_by_hand(small_region, *SEK_OF_READINESS, ready_for="")


def test_readiness_is_due_in_each_calendar_year_with_a_patient(lacking: Resolved) -> None:
    assert readiness(lacking, person(INJECTION, 0, 10)) == [
        (10, 0, INJECTION, 400_000),
        (NEW_YEAR, 0, INJECTION, 200_000),
        (NEXT_NEW_YEAR, 0, INJECTION, 200_000),
    ]


def test_readiness_ends_with_the_last_patient(lacking: Resolved) -> None:
    assert readiness(lacking, person(INJECTION, 0, 10, left=NEW_YEAR)) == [(10, 0, INJECTION, 400_000)]
    stays_a_day = person(INJECTION, 0, 10, left=NEW_YEAR + 1)
    assert readiness(lacking, stays_a_day) == [(10, 0, INJECTION, 400_000), (NEW_YEAR, 0, INJECTION, 200_000)]


def test_readiness_after_a_gap_is_for_a_later_year(lacking: Resolved) -> None:
    first, second = person(INJECTION, 0, 10, left=20), person(INJECTION, 0, NEXT_NEW_YEAR + 5)
    assert readiness(lacking, first, second) == [
        (10, 0, INJECTION, 400_000),
        (NEXT_NEW_YEAR + 5, 0, INJECTION, 200_000),
    ]


def test_readiness_is_once_per_unit_and_group(lacking: Resolved) -> None:
    two = (
        person(INFUSION, 0, 30, left=50),
        person(INFUSION, 0, 12, left=40),
        person(INFUSION, 1, 9, left=11),
    )
    assert readiness(lacking, *two) == [(9, 1, INFUSION, 3_000_000), (12, 0, INFUSION, 3_000_000)]


def test_no_readiness_without_an_accepted_patient_of_the_units_own(lacking: Resolved) -> None:
    assert readiness(lacking, person(INJECTION, 0, NEVER)) == []
    assert readiness(lacking, person(INJECTION, 0, 10, municipal=True)) == []


def test_no_readiness_for_what_the_unit_is_ready_for(small_region: SmallRegion) -> None:
    resolved = resolved_by_hand(small_region, *SEK_OF_READINESS, ready_for="injection")
    both = person(INJECTION, 0, 10, left=20), person(INFUSION, 0, 12, left=20)
    assert readiness(resolved, *both) == [(12, 0, INFUSION, 3_000_000)]


@pytest.fixture(scope="module")
def one_group(small_region: SmallRegion) -> Resolved:
    """Both streams are injections, and readiness costs 0.05 SEK."""
    return resolved_by_hand(
        small_region,
        "streams.zoledronate.procedure_group=injection",
        "money.procedures.injection.first_year_sek=0.05",
        "money.procedures.injection.later_year_sek=0.01",
        ready_for="",
    )


def test_readiness_is_split_over_the_streams_to_the_last_ore(one_group: Resolved) -> None:
    """On the first day of the group; what is left over goes to the first stream by name."""
    both = person(INFUSION, 0, 30, left=50), person(INJECTION, 0, 40, left=50)
    assert readiness(one_group, *both) == [(30, 0, INJECTION, 3), (30, 0, INFUSION, 2)]


def test_readiness_is_split_over_the_streams_of_each_year(one_group: Resolved) -> None:
    both = person(INFUSION, 0, 30, left=50), person(INJECTION, 0, 40, left=NEW_YEAR + 1)
    assert readiness(one_group, *both)[2:] == [(NEW_YEAR, 0, INJECTION, 1)]


# --- the uplift -------------------------------------------------------------------------------------


def uplift(resolved: Resolved) -> dict[str, int]:
    """The whole uplift of each window, öre."""
    windows: tuple[Window, ...] = (*year_windows(resolved), *calendar_windows(resolved))
    return {window.name: int(uplift_ore(resolved, window).sum()) for window in windows}


def test_uplift_of_a_whole_year_is_exactly_that_of_the_decision(small_region: SmallRegion) -> None:
    told = uplift(small_region("horizon_years=3"))
    assert told == {
        "year1": WHOLE_UPLIFT,
        "year2": WHOLE_UPLIFT,
        "year3": WHOLE_UPLIFT,
        "steady": WHOLE_UPLIFT,
        "2026": round(WHOLE_UPLIFT * 305 / 365),  # from the second of March
        "2027": WHOLE_UPLIFT,
        "2028": WHOLE_UPLIFT,
        "2029": round(WHOLE_UPLIFT * 56 / 365),  # 3 × 364 days end with 25 February
    }


def test_uplift_is_shared_by_weighted_listing(resolved: Resolved) -> None:
    for window in (*year_windows(resolved), *calendar_windows(resolved)):
        ore = uplift_ore(resolved, window)
        weights = np.array([unit.listed * unit.capitation_weight for unit in resolved.units])
        assert np.abs(ore - ore.sum() * weights / weights.sum()).max() <= 1


def test_uplift_of_the_units_adds_up(resolved: Resolved, measured: Measured) -> None:
    for window in calendar_windows(resolved):
        whole = in_ore(measured, "uplift_msek_per_year", "region", window.name)[""]
        assert whole == uplift_ore(resolved, window).sum()
        for scope in UNIT_SCOPES:
            assert sum(in_ore(measured, "uplift_msek_per_year", scope, window.name).values()) == whole


def test_uplift_that_does_not_recur_is_paid_in_the_first_calendar_year(small_region: SmallRegion) -> None:
    told = uplift(small_region("horizon_years=2", "money.uplift_recurs=false"))
    assert told["2026"] == round(WHOLE_UPLIFT * 305 / 365)
    assert told["2027"] == told["2028"] == told["year2"] == 0
    assert told["year1"] == round(WHOLE_UPLIFT * 305 / 364)


def test_uplift_follows_its_index(small_region: SmallRegion) -> None:
    told = uplift(small_region("horizon_years=3", "money.uplift_index=1.03"))
    assert told["2027"] == round(WHOLE_UPLIFT * 1.03)
    assert told["2028"] == round(WHOLE_UPLIFT * 1.03**2)
    assert told["year1"] == pytest.approx(WHOLE_UPLIFT * (305 + 59 * 1.03) / 364, abs=1)


def test_uplift_is_held_against_cost_at_each_share(measured: Measured) -> None:
    cost, ready = measured.value("cost_msek_per_year"), measured.value("readiness_msek_per_year")
    visits = measured.value("unit_visits_per_year")
    for share in AVAILABLE_SHARES:
        for paid, readiness_key in ((cost, ""), (cost - ready, "readiness=no")):
            available = "" if share == 1.0 else f"available={share:g}"
            key = ";".join(part for part in (available, readiness_key) if part)
            assert measured.value("uplift_msek_per_year", key=key) == pytest.approx(100 * share)
            assert measured.value("uplift_share_used", key=key) == pytest.approx(paid / (100 * share))
            assert measured.value("uplift_room_msek", key=key) == pytest.approx(100 * share - paid)
            room = max(0.0, 100 * share - paid)
            assert measured.value("extra_visits_affordable", key=key) == pytest.approx(room / (paid / visits))


def test_units_over_their_uplift_are_counted(small_region: SmallRegion) -> None:
    """At a hundredth of the uplift some units carry more cost than it brings."""
    resolved = small_region("money.uplift_msek_per_year=1")
    told = measure(resolved, simulate(resolved, 1, 0))
    units = [unit.key for unit in resolved.units]
    cost = {key: told.value("cost_msek_per_year", "unit", key) for key in units}
    brings = {key: told.value("uplift_msek_per_year", "unit", key) for key in units}
    over = sum(cost[key] > brings[key] for key in units)
    assert 0 < over < len(units)
    assert told.value("units_over_uplift_share") == pytest.approx(over / len(units))
