"""The hubs that the tool chooses are the best there are, keep the minimum, and are told."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from scenarios.demand import visits_by_municipality
from scenarios.faults import InputError
from scenarios.hubs import Hubs, NoHubs, choose_hubs
from scenarios.load import Resolved, resolve
from scenarios.register import Unit, read_distances
from sim.model import simulate
from sim.records import NEVER
from tests.conftest import SmallRegion

CHOSEN = ("booking.placement=hub", "booking.chosen_hubs.infusion.minimum_visits_per_year={}")


@pytest.fixture(scope="module")
def decision() -> Resolved:
    return resolve("decision-2026")


def a_few(decision: Resolved, towns: int, seed: int) -> tuple[Unit, ...]:
    """One or two units of any size in each of so many municipalities."""
    draws = np.random.default_rng(seed)
    names = sorted({unit.municipality for unit in decision.units})
    among = {names[i] for i in draws.choice(len(names), towns, replace=False)}
    found: dict[str, list[Unit]] = {}
    for unit in decision.units:
        if unit.municipality in among and len(found.setdefault(unit.municipality, [])) < 2:
            found[unit.municipality].append(replace(unit, listed=int(draws.integers(1_000, 20_000))))
    return tuple(unit for units in found.values() for unit in units)


def travel(decision: Resolved, units: tuple[Unit, ...], catchments: dict[str, str]) -> float:
    """Visits × kilometres where each municipality is served in another."""
    volumes = visits_by_municipality(decision.scenario, units, "infusion")
    within = decision.scenario.travel.within_municipality_km
    km = read_distances()
    return sum(
        volumes[town] * (within if town == there else km[town, there]) for town, there in catchments.items()
    )


def every_choice(towns: list[str]) -> Iterator[dict[str, str]]:
    """Each way to open hubs in some municipalities and to give the others to them."""
    for size in range(1, len(towns) + 1):
        for hubs in itertools.combinations(towns, size):
            rest = [town for town in towns if town not in hubs]
            for given in itertools.product(hubs, repeat=len(rest)):
                yield dict(zip(hubs, hubs, strict=True)) | dict(zip(rest, given, strict=True))


def volumes_at(volumes: dict[str, float], catchments: dict[str, str]) -> dict[str, float]:
    return {
        hub: sum(volumes[town] for town, there in catchments.items() if there == hub)
        for hub in set(catchments.values())
    }


@pytest.mark.parametrize("seed", range(8))
def test_no_other_choice_travels_less(decision: Resolved, seed: int) -> None:
    units = a_few(decision, 5, seed)
    volumes = visits_by_municipality(decision.scenario, units, "infusion")
    minimum = sum(volumes.values()) / (2 + seed % 3)
    best = min(
        travel(decision, units, choice)
        for choice in every_choice(sorted(volumes))
        if min(volumes_at(volumes, choice).values()) >= minimum
    )
    hubs = choose_hubs(decision.scenario, units, "infusion", minimum)
    town = {unit.key: unit.municipality for unit in units}
    catchments = {there: town[key] for there, key in hubs.catchments.items()}
    assert travel(decision, units, catchments) == pytest.approx(best, rel=1e-9)
    assert min(hubs.expected.values()) >= minimum * (1 - 1e-9)
    assert hubs.expected == pytest.approx(
        {key: volumes_at(volumes, catchments)[town[key]] for key in hubs.keys}
    )


def test_a_hub_stands_at_the_largest_capable_unit_and_serves_its_own_municipality(decision: Resolved) -> None:
    units = a_few(decision, 6, seed=1)
    hubs = choose_hubs(decision.scenario, units, "infusion", 100)
    by_key = {unit.key: unit for unit in units}
    for key in hubs.keys:
        town = by_key[key].municipality
        assert by_key[key].listed == max(unit.listed for unit in units if unit.municipality == town)
        assert hubs.catchments[town] == key


def test_units_that_cannot_are_no_hubs(decision: Resolved) -> None:
    units = a_few(decision, 4, seed=2)
    towns = sorted({unit.municipality for unit in units})
    only = tuple(replace(unit, can_infusion=unit.municipality == towns[0]) for unit in units)
    hubs = choose_hubs(decision.scenario, only, "infusion", 0)
    assert {by.municipality for by in only if by.key in hubs.keys} == {towns[0]}
    assert set(hubs.catchments) == set(towns)


def test_the_order_of_the_units_changes_nothing(decision: Resolved) -> None:
    units = a_few(decision, 6, seed=3)
    one, other = (choose_hubs(decision.scenario, order, "infusion", 150) for order in (units, units[::-1]))
    assert (one.keys, one.catchments) == (other.keys, other.catchments)


def test_a_minimum_out_of_reach_tells_the_largest_that_can_be_met(decision: Resolved) -> None:
    total = sum(visits_by_municipality(decision.scenario, decision.units, "infusion").values())
    with pytest.raises(InputError) as error:
        resolve("decision-2026", [setting.format(5000) for setting in CHOSEN])
    (fault,) = error.value.faults
    assert fault.where == "booking.chosen_hubs.infusion.minimum_visits_per_year"
    assert f"the largest minimum that can be met is {int(total)}, at one hub" in str(fault)
    at_one = choose_hubs(decision.scenario, decision.units, "infusion", int(total))
    assert len(at_one.keys) == 1


def test_without_a_capable_unit_or_a_patient_there_is_no_choice(decision: Resolved) -> None:
    units = tuple(replace(unit, can_infusion=False) for unit in a_few(decision, 2, seed=4))
    with pytest.raises(NoHubs, match="no unit can do infusion"):
        choose_hubs(decision.scenario, units, "infusion", 1)
    with pytest.raises(NoHubs, match="no patient of a stream with control"):
        choose_hubs(decision.scenario, decision.units, "control", 1)


def test_in_the_shipped_library_a_dozen_hubs_keep_the_minimum() -> None:
    resolved = resolve("infusion-hubs")
    hubs = resolved.hubs["infusion"]
    assert isinstance(hubs, Hubs)
    assert 8 <= len(hubs.keys) <= 15
    assert min(hubs.expected.values()) >= 60
    assert set(hubs.catchments) == {unit.municipality for unit in resolved.units}


def test_patients_go_to_the_hub_of_their_municipality(small_region: SmallRegion) -> None:
    resolved = small_region(*(setting.format(60) for setting in CHOSEN))
    hubs = resolved.hubs["infusion"]
    records = simulate(resolved, 1, 0)
    infusion = [resolved.scenario.streams[name].procedure_group == "infusion" for name in records.streams]
    people = records.patients[np.array(infusion)[records.patients["stream"]]]
    people = people[people["accepted"] != NEVER]
    assert people.size > 0
    for home, unit in zip(people["home"], people["unit"], strict=True):
        assert resolved.units[unit].key == hubs.catchments[resolved.units[home].municipality]
