from pathlib import Path

from scenarios.changes import Change, changes
from tests.conftest import SmallRegion, shipped_rows, write_register


def test_texts_and_evidence_are_no_change(small_region: SmallRegion) -> None:
    before = small_region()
    patients = "{value: 30, grade: assumption, range: {low: 1, high: 99}, note: surer}"
    assert changes(before, small_region("title.en=Another", f"streams.iron.patients={patients}")) == []


def test_a_value_is_told_with_the_grade_of_the_new_one(small_region: SmallRegion) -> None:
    patients = "{value: 40, grade: derived, range: {low: 1, high: 99}}"
    after = small_region(f"streams.iron.patients={patients}", "transfer.enabled=false")
    assert changes(small_region(), after) == [
        Change("transfer.enabled", True, False, None),
        Change("streams.iron.patients", 30, 40, "derived"),
    ]


def test_a_section_that_one_lacks_is_one_change_without_evidence(small_region: SmallRegion) -> None:
    weeks = "{value: 4, grade: decision, source: decision-2026-01-19}"
    wave = f"{{start_date: 2026-03-02, ramp_weeks: {weeks}, senders: [NU]}}"
    before, after = small_region("streams.iron=null"), small_region(f"transfer.waves.first={wave}")
    wave_found, iron = changes(before, after)
    assert (wave_found.key, wave_found.before) == ("transfer.waves.first", None)
    assert wave_found.after == {"start_date": "2026-03-02", "ramp_weeks": 4, "senders": ["NU"]}
    assert (iron.key, iron.before, iron.after["patients"]) == ("streams.iron", None, 30)
    gone = changes(after, before)
    assert [(change.key, change.after) for change in gone] == [
        ("transfer.waves.first", None),
        ("streams.iron", None),
    ]


def test_registers_differ_by_what_they_hold(small_region: SmallRegion, tmp_path: Path) -> None:
    rows = shipped_rows()
    assert changes(small_region(), small_region(f"units={write_register(tmp_path / 'mine.csv', rows)}")) == []
    rows[0] = {**rows[0], "nurse_fte": "1.0"}
    (found,) = changes(small_region(), small_region(rows=rows))
    assert found.key == "units"
    assert found.before.startswith("12 units (")
    assert found.after.startswith("12 units (")
    assert found.before != found.after


def test_the_year_of_a_price_is_a_change(small_region: SmallRegion) -> None:
    price = "streams.iron.drug.price_sek={{value: 1800, grade: assumption, price_year: {}}}"
    before, after = (small_region(price.format(year)) for year in (2020, 2026))
    (found,) = changes(before, after)
    assert (found.before, found.after) == ("1800 of 2020", "1800 of 2026")
