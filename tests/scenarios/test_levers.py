import csv
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from scenarios.levers import CLOCK, LEVERS, TEXTS, Lever, differences, differing, lever_at
from scenarios.lineage import library
from scenarios.load import Resolved, patched, resolve, standing
from scenarios.schema import Price, Scenario
from tests.conftest import SmallRegion, shipped_rows

ROOT = Path(__file__).parents[2]


def paths(annotation: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths in the schema of every value, and of every section that one scenario may have and another lack."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        yield from paths(typing.get_args(annotation)[0], path)
    elif origin in (typing.Union, types.UnionType):
        (kind,) = (arg for arg in typing.get_args(annotation) if arg is not types.NoneType)
        below = list(paths(kind, path))
        yield from below if path in below else [path, *below]
    elif origin is dict:
        entry = (*path, "any")
        below = list(paths(typing.get_args(annotation)[1], entry))
        yield from below if entry in below else [entry, *below]
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation is not Price:
        for key, field in annotation.model_fields.items():
            yield from paths(field.annotation, (*path, key))
    else:
        yield path


EVERY_PATH = list(paths(Scenario))
LABELS = Lever("labels", "", "", "", TEXTS, "")


@pytest.fixture(scope="module")
def base() -> Resolved:
    return resolve("decision-2026")


def named(found: dict[Lever, tuple[tuple[str, ...], ...]]) -> dict[str, list[str]]:
    return {lever.name: [".".join(path) for path in paths] for lever, paths in found.items()}


def test_the_walk_finds_what_the_schema_has():
    assert len(EVERY_PATH) == len(set(EVERY_PATH))
    assert {
        ("units",),
        ("calendar", "opening", "any", "opens"),
        ("streams", "any"),
        ("streams", "any", "check"),
        ("streams", "any", "check", "withheld_share"),
        ("streams", "any", "drug", "price_sek"),
        ("booking", "least_listed", "any"),
        ("transfer", "plan"),
    } <= set(EVERY_PATH)


def test_every_value_belongs_to_exactly_one_lever_or_is_a_text_or_the_clock():
    owners = {".".join(path): [lever.name for lever in LEVERS if lever.holds(path)] for path in EVERY_PATH}
    apart = {".".join(path) for path in EVERY_PATH if path[0] in CLOCK or LABELS.holds(path)}
    assert {path: levers for path, levers in owners.items() if len(levers) != 1} == {
        path: [] for path in apart
    }
    for path in EVERY_PATH:
        lever = lever_at(path)
        assert ([lever.name] if lever else []) == owners[".".join(path)]


def test_every_pattern_holds_something():
    for lever in (*LEVERS, LABELS):
        for pattern in lever.keys:
            assert any(Lever("", "", "", "", (pattern,), "").holds(path) for path in EVERY_PATH), pattern


def test_every_lever_has_a_name_of_its_own():
    for texts in (
        [lever.name for lever in LEVERS],
        [lever.en for lever in LEVERS],
        [lever.sv for lever in LEVERS],
    ):
        assert len(set(texts)) == len(LEVERS)
        assert all(texts)


@pytest.mark.parametrize("lever", LEVERS, ids=[lever.name for lever in LEVERS])
def test_the_example_of_a_lever_pulls_it_and_it_can_be_pulled_back(
    lever: Lever, base: Resolved, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(ROOT)
    other = resolve("decision-2026", [lever.example])
    for one, two in ((base, other), (other, base)):
        (paths,) = differing(one, two).items()
        assert paths == (lever, tuple(differences(one, two)))
        assert patched(one, {path: standing(two, path) for path in paths[1]}).digest() == two.digest()


def test_differing_levers_stand_in_the_order_of_the_table_with_their_paths(base: Resolved):
    two = resolve(
        "decision-2026",
        [
            "background.load_factor=1.5",
            "transfer.ramp_weeks=52",
            "transfer.ramp=waves",
            "transfer.waves.first={start_date: 2026-09-07, ramp_weeks: 4, streams: [iron]}",
            "streams.iron.check=null",
            "streams.catheter=null",
        ],
    )
    assert named(differing(base, two)) == {
        "transfer-plan": ["transfer.ramp", "transfer.ramp_weeks", "transfer.waves.first"],
        "streams": ["streams.catheter"],
        "other-patients": ["background.load_factor"],
        "visits": ["streams.iron.check"],
    }


def test_what_is_said_otherwise_but_is_the_same_is_no_difference(base: Resolved):
    same = resolve(
        "decision-2026",
        [
            "name=another",
            "title.en=Another",
            "streams.iron.label.en=Fer",
            "background.load_factor=1.29",
            "streams.iron.patients={value: 140, grade: assumption, range: {low: 1, high: 1000}}",
            "calendar.opening.monday.opens=8:00",
            "transfer.cap_new_patients_per_unit_per_week=null",
            "background.same_day_share=0.50",
        ],
    )
    assert same.digest() != base.digest()
    assert list(differences(base, same)) == []


def test_an_amount_in_prices_of_another_year_is_a_difference(base: Resolved):
    amount = dict(standing(base, ("money", "nurse_hour_sek")))
    other = patched(base, {("money", "nurse_hour_sek"): {**amount, "price_year": amount["price_year"] - 3}})
    assert named(differing(base, other)) == {"prices": ["money.nurse_hour_sek"]}


def test_the_clock_is_a_difference_but_no_lever(base: Resolved):
    other = resolve("decision-2026", ["horizon_years=4"])
    assert list(differences(base, other)) == [("horizon_years",)]
    assert differing(base, other) == {}


def test_registers_and_plans_differ_by_their_rows(small_region: SmallRegion, tmp_path: Path):
    def planned(*rows: tuple[Any, ...]) -> Resolved:
        path = tmp_path / f"plan{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("sender", "area", "stream", "week", "patients"), *rows])
        return small_region(f"transfer.plan={path}")

    base, turned = small_region(), small_region(rows=shipped_rows()[::-1])
    assert base.register_bytes != turned.register_bytes
    assert named(differing(base, turned)) == {}
    assert named(differing(base, small_region(rows=shipped_rows()[:8]))) == {"register": ["units"]}

    one, other = ("NU", "", "iron", 3, 2), ("SkaS", "", "iron", 5, 1)
    assert named(differing(planned(one, other), planned(other, one))) == {}
    assert named(differing(planned(one), planned(other))) == {"transfer-plan": ["transfer.plan"]}
    assert named(differing(base, planned(one))) == {"transfer-plan": ["transfer.plan"]}


@pytest.mark.parametrize("name", library())
def test_each_lever_of_a_library_scenario_can_be_pulled_alone(name: str, base: Resolved):
    other = resolve(name)
    for lever, paths in differing(base, other).items():
        alone = patched(base, {path: standing(other, path) for path in paths})
        assert differing(base, alone) == {lever: paths}
