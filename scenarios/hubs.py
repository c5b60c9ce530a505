"""The hubs of a scenario: those that it names, and those that the tool chooses.

Hubs are chosen by facility location between municipalities: one hub may stand in each, at its largest capable unit,
and each municipality belongs to one hub, its own if it has one. The choice has the smallest total travel (expected
yearly visits × kilometres) at which every hub expects at least the minimum yearly volume. It is a mixed-integer
linear program, the uncapacitated location problem with a lower bound on each open facility (Karger and Minkoff 2000,
doi 10.1109/SFCS.2000.892328), solved to proven optimality by HiGHS through `scipy.optimize.milp`. Since the least
volume binds, a municipality at a border may belong to a hub that is not its nearest.
"""

from __future__ import annotations

import functools
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scenarios.capability import capable
from scenarios.demand import visits_by_municipality
from scenarios.register import Unit, read_distances
from scenarios.schema import ProcedureGroup, Scenario

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Hubs:
    """The hubs of one procedure group, as unit keys.

    For hubs that the tool chose, `catchments` says which hub serves each municipality, and `expected` how many visits
    a year each hub expects when all have moved; both are empty for hubs that the scenario names.
    """

    keys: tuple[str, ...]
    catchments: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, float] = field(default_factory=dict)


class NoHubs(Exception):
    """No choice of hubs keeps the minimum; the message says why, and what could be met."""


def hubs_in_force(scenario: Scenario, units: Sequence[Unit]) -> dict[ProcedureGroup, Hubs | NoHubs]:
    """The hubs of each procedure group that has any, or why there can be none; empty unless placement is hub."""
    booking = scenario.booking
    if booking.placement != "hub":
        return {}
    found: dict[ProcedureGroup, Hubs | NoHubs] = {group: Hubs(keys) for group, keys in booking.hubs.items()}
    for group, wanted in booking.chosen_hubs.items():
        try:
            found[group] = choose_hubs(scenario, units, group, wanted.minimum_visits_per_year)
        except NoHubs as error:
            found[group] = error
    return found


def choose_hubs(scenario: Scenario, units: Sequence[Unit], group: ProcedureGroup, minimum: float) -> Hubs:
    """The hubs with the smallest total travel that each expect at least `minimum` visits a year.

    Raises NoHubs where no unit can do the procedure group, or where all its visits together are too few.
    """
    volumes, sites = _demand_and_sites(scenario, units, group, minimum)
    distances, within = read_distances(), scenario.travel.within_municipality_km
    towns = sorted(volumes)
    km = tuple(tuple(within if town == site else distances[town, site] for site in sites) for town in towns)
    places = list(sites)
    serving = _optimum(
        tuple(volumes[town] for town in towns), km, tuple(towns.index(site) for site in sites), minimum
    )
    catchments = {town: sites[places[site]].key for town, site in zip(towns, serving, strict=True)}
    keys = tuple(sorted(set(catchments.values())))
    expected = {key: sum(volumes[town] for town, hub in catchments.items() if hub == key) for key in keys}
    return Hubs(keys, catchments, expected)


def out_of_reach(scenario: Scenario, units: Sequence[Unit]) -> Iterator[tuple[ProcedureGroup, NoHubs]]:
    """The procedure groups for which no hubs can be chosen, and why: known before the choice, which takes seconds."""
    if scenario.booking.placement == "hub":
        for group, wanted in scenario.booking.chosen_hubs.items():
            try:
                _demand_and_sites(scenario, units, group, wanted.minimum_visits_per_year)
            except NoHubs as error:
                yield group, error


def chosen(units: Sequence[Unit], hubs: Mapping[ProcedureGroup, Hubs]) -> Iterator[str]:
    """What to tell of the hubs that the tool chose: one sentence per procedure group."""
    by_key = {unit.key: unit for unit in units}
    for group, those in sorted(hubs.items()):
        if those.expected:
            listed = ", ".join(
                f"{key} {by_key[key].name} ({by_key[key].municipality}, {those.expected[key]:.0f} visits a year)"
                for key in those.keys
            )
            yield f"hubs chosen for {group}: {listed}"


def _demand_and_sites(
    scenario: Scenario, units: Sequence[Unit], group: ProcedureGroup, minimum: float
) -> tuple[dict[str, float], dict[str, Unit]]:
    """Expected yearly visits and the possible hub, by municipality. Raises NoHubs where they cannot do."""
    volumes = visits_by_municipality(scenario, units, group)
    total = sum(volumes.values())
    sites = _largest_capable(scenario, units, group)
    if not sites:
        raise NoHubs(f"no unit can do {group}")
    if total == 0 or minimum > total:
        raise NoHubs(_too_few(group, minimum, total))
    return volumes, sites


def _too_few(group: ProcedureGroup, minimum: float, total: float) -> str:
    if total == 0:
        return f"no patient of a stream with {group} is to move, so no hub has any visits"
    return (
        f"asks for {minimum:g} visits a year at each hub, but all of {group} expects {total:.0f}; the largest minimum "
        f"that can be met is {math.floor(total)}, at one hub"
    )


def _largest_capable(scenario: Scenario, units: Sequence[Unit], group: ProcedureGroup) -> dict[str, Unit]:
    """The largest capable unit of each municipality that has one, by municipality, sorted."""
    able = [unit for unit in units if capable(scenario, unit, group)]
    largest = {unit.municipality: unit for unit in sorted(able, key=lambda unit: (unit.listed, unit.key))}
    return dict(sorted(largest.items()))


@functools.lru_cache(maxsize=32)
def _optimum(
    volumes: Numbers, km: tuple[Numbers, ...], home: tuple[int, ...], minimum: float
) -> tuple[int, ...]:
    """The site that serves each municipality, of the smallest total travel.

    `volumes` are yearly visits per municipality, `km` one way to each site, shape (municipalities, sites), `home` the
    municipality of each site. The only variables are x[i, j], municipality i belongs to site j: a site is open
    where its own municipality belongs to it.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    towns, sites = len(volumes), len(home)
    variable = np.arange(towns * sites).reshape(towns, sites)
    rows: list[tuple[list[int], list[float], float, float]] = []
    for i in range(towns):
        rows.append((variable[i].tolist(), [1.0] * sites, 1.0, 1.0))
        for j in range(sites):
            if i != home[j]:
                rows.append(([variable[i, j], variable[home[j], j]], [1.0, -1.0], -np.inf, 0.0))
    for j in range(sites):
        missing = minimum - volumes[home[j]]
        if missing > 0:  # what the others must bring; none counts for more than that, which is tighter
            others = [i for i in range(towns) if i != home[j]]
            brought = [min(volumes[i] / missing, 1.0) for i in others]
            columns = [*(variable[i, j] for i in others), variable[home[j], j]]
            rows.append((columns, [*brought, -1.0], 0.0, np.inf))
    most = sum(volumes) // minimum if minimum > 0 else sites
    rows.append(([variable[home[j], j] for j in range(sites)], [1.0] * sites, 1.0, max(1.0, most)))
    places = (
        np.repeat(np.arange(len(rows)), [len(columns) for columns, *_ in rows]),
        np.concatenate([columns for columns, *_ in rows]),
    )
    factors = np.concatenate([factors for _, factors, *_ in rows])
    matrix = csr_array((factors, places), shape=(len(rows), variable.size))
    with _nothing_on_stdout():
        found = milp(
            (np.array(volumes)[:, None] * np.array(km)).ravel(),
            constraints=LinearConstraint(matrix, [low for *_, low, _ in rows], [high for *_, high in rows]),
            integrality=np.ones(variable.size, dtype=np.int64),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0},
        )
    if found.x is None:
        raise NoHubs(f"no choice of hubs was found: {found.message}")
    return tuple(int(site) for site in found.x.reshape(towns, sites).argmax(axis=1))


@contextmanager
def _nothing_on_stdout() -> Iterator[None]:
    """The solver writes some of its doubts past its own switch; stdout is for data."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
