import csv
from pathlib import Path
from typing import Any

import pytest

from scenarios.faults import InputError
from scenarios.load import PLAN, REGISTER, Resolved, patched, resolve, standing
from tests.conftest import SmallRegion, shipped_rows, write_register

LOAD = ("background", "load_factor")
DENOSUMAB = ("streams", "denosumab", "patients")


def with_plan(region: SmallRegion, folder: Path, *rows: tuple[Any, ...]) -> Resolved:
    path = folder / "my-plan.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("sender", "area", "stream", "week", "patients"), *rows])
    return region(f"transfer.plan={path}")


def test_without_changes_it_is_the_same_scenario(small_region: SmallRegion, tmp_path: Path):
    for resolved in (
        resolve("tight-everywhere"),
        small_region("streams.iron.check=null", "transfer.cap_new_patients_per_unit_per_week=2"),
        with_plan(small_region, tmp_path, ("NU", "", "iron", 3, 2)),
    ):
        again = patched(resolved, {})
        assert again.digest() == resolved.digest()
        assert (again.units, again.plan) == (resolved.units, resolved.plan)
        files = {"units": True, "transfer": {"plan"}}
        assert again.scenario.model_dump(exclude=files) == resolved.scenario.model_dump(exclude=files)
        assert again.evidence.keys() == resolved.evidence.keys()


def test_a_change_is_what_a_setting_would_have_made():
    by_setting = resolve(
        "decision-2026", ["background.load_factor=1.5", "shocks.s1=null", "streams.iron=null"]
    )
    changed = patched(
        resolve("decision-2026"), {LOAD: 1.5, ("shocks", "s1"): None, ("streams", "iron"): None}
    )
    assert changed.digest() == by_setting.digest()
    assert changed.scenario.background.load_factor == 1.5
    assert "iron" not in changed.scenario.streams
    assert changed.bare == ("background.load_factor",)


def test_a_value_brings_its_evidence():
    tight = resolve("tight-everywhere")
    changed = patched(resolve("decision-2026"), {LOAD: standing(tight, LOAD)})
    assert changed.evidence["background.load_factor"] == tight.evidence["background.load_factor"]
    assert changed.evidence["background.unit_load_cv"] != tight.evidence["background.unit_load_cv"]


def test_a_section_can_come_and_go():
    check = ("streams", "iron", "check")
    base = resolve("decision-2026")
    without = patched(base, {check: None})
    assert without.scenario.streams["iron"].check is None
    assert standing(without, check) is None
    assert patched(without, {check: standing(base, check)}).digest() == base.digest()


def test_register_and_plan_are_given_by_what_they_hold(small_region: SmallRegion, tmp_path: Path):
    whole = small_region()
    part = small_region(rows=shipped_rows()[:8])
    assert standing(part, REGISTER) == part.register_bytes
    assert patched(whole, {REGISTER: standing(part, REGISTER)}).units == part.units

    planned = with_plan(small_region, tmp_path, ("NU", "", "iron", 3, 2))
    given = patched(whole, {PLAN: standing(planned, PLAN)})
    assert given.plan == planned.plan
    assert given.scenario.transfer.plan == "plan.csv"
    taken_back = patched(planned, {PLAN: standing(whole, PLAN)})
    assert taken_back.plan is None
    assert taken_back.plan_bytes is None
    assert taken_back.scenario.transfer.plan is None


def test_every_fault_is_told_and_no_folder_of_ours_named(small_region: SmallRegion, tmp_path: Path):
    elsewhere = write_register(
        tmp_path / "units.csv", [{**row, "municipality": "Atlantis"} for row in shipped_rows()[:1]]
    )
    with pytest.raises(InputError) as caught:
        patched(
            resolve("decision-2026"),
            {LOAD: "much", DENOSUMAB: -1, REGISTER: elsewhere.read_bytes(), ("transfer", "rampweeks"): 3},
        )
    told = [str(fault) for fault in caught.value.faults]
    assert [line.split(": ")[1] for line in told] == [
        "background.load_factor",
        "streams.denosumab.patients",
        "transfer.rampweeks",
        "municipality",
    ]
    assert not any("/" in line.partition(": ")[0] for line in told)


def test_a_key_may_hold_a_dot():
    path = ("travel", "hospital_municipality", "St. Göran")
    base = resolve("decision-2026")
    changed = patched(base, {path: "Göteborg"})
    assert changed.scenario.travel.hospital_municipality["St. Göran"] == "Göteborg"
    assert patched(changed, {path: None}).digest() == base.digest()
