"""Whether a scenario and its register fit together: what neither of them shows alone."""

from __future__ import annotations

import datetime as dt
import pathlib
from collections.abc import Iterable, Iterator

from scenarios.capability import capable
from scenarios.faults import Fault, suggestion
from scenarios.register import COLUMNS, DECIMALS, Unit, read_distances
from scenarios.schema import ProcedureGroup, Scenario
from scenarios.table import Row, rows
from scenarios.tree import Branch, at

HOSPITALS = ("travel", "hospital_municipality")


def register_faults(
    units: tuple[Unit, ...], scenario: Scenario | None, path: pathlib.Path, file: str
) -> Iterator[Fault]:
    """Units in municipalities without distances, and senders without a hospital in the scenario.

    A sender is named once, where it comes first.
    """
    towns = _towns()
    lost = {unit.municipality for unit in units} - towns
    places = scenario.travel.hospital_municipality if scenario else {unit.sender: "" for unit in units}
    without = {unit.sender for unit in units} - places.keys()
    if not lost and not without:
        return
    for row in (item for item in rows(path, file, COLUMNS, DECIMALS) if isinstance(item, Row)):
        town, sender = row.values["municipality"], row.values["sender"]
        if town in lost:
            yield Fault(file, row.line, "municipality", _no_distances(town, towns))
        if sender in without:
            without.remove(sender)
            hint = suggestion(sender, places) or "; add the municipality of its hospital to the scenario"
            yield Fault(file, row.line, "sender", f"{sender[:60]!r} is not in {'.'.join(HOSPITALS)}{hint}")


def scenario_faults(scenario: Scenario, tree: Branch, units: tuple[Unit, ...]) -> Iterator[Fault]:
    """Names in the scenario of senders, units and municipalities that do not exist."""
    towns = _towns()
    for sender, town in scenario.travel.hospital_municipality.items():
        if town not in towns:
            yield _fault(tree, (*HOSPITALS, sender), _no_distances(town, towns))
    yield from _waves(scenario, tree)
    yield from _least_listed(scenario, tree, units)
    yield from _hubs(scenario, tree, {unit.key: unit for unit in units})
    yield from _shocks(scenario, tree, units)
    yield from _unit_changes(scenario, tree, {unit.key for unit in units})


def _waves(scenario: Scenario, tree: Branch) -> Iterator[Fault]:
    """A wave may name a sender that has no unit in the register, such as one of a part of the region."""
    waves, senders = scenario.transfer.waves, scenario.travel.hospital_municipality
    if scenario.transfer.ramp == "waves" and not waves:
        yield _fault(tree, ("transfer", "ramp"), "is waves, but transfer.waves has none; add one")
    for name, wave in sorted(waves.items()):
        path = ("transfer", "waves", name)
        for sender in wave.senders:
            if sender not in senders:
                hint = suggestion(sender, senders) or f"; {'.'.join(HOSPITALS)} has none such"
                yield _fault(tree, (*path, "senders"), f"unknown sender {sender[:60]!r}{hint}")
        for stream in wave.streams:
            if stream not in scenario.streams:
                hint = suggestion(stream, scenario.streams) or "; the scenario has none such"
                yield _fault(tree, (*path, "streams"), f"unknown stream {stream}{hint}")


def _least_listed(scenario: Scenario, tree: Branch, units: tuple[Unit, ...]) -> Iterator[Fault]:
    for group, least in scenario.booking.least_listed.items():
        largest = max(unit.listed for unit in units)
        if least > largest:
            what = f"no unit lists {least:,}; the largest lists {largest:,}"
            yield _fault(tree, ("booking", "least_listed", group), what)


def _hubs(scenario: Scenario, tree: Branch, units: dict[str, Unit]) -> Iterator[Fault]:
    for group, keys in scenario.booking.hubs.items():
        path = ("booking", "hubs", group)
        if not keys:
            yield _fault(tree, path, "names no unit; leave the group out to use the nearest capable unit")
        if group in scenario.booking.chosen_hubs:
            yield _fault(tree, path, "is also in booking.chosen_hubs; take it out of one of them")
        for key in keys:
            if key not in units:
                yield _fault(tree, path, _unknown("unit key", key, units))
            elif not capable(scenario, units[key], group):
                yield _fault(tree, path, _incapable(scenario, units[key], group))


def _incapable(scenario: Scenario, unit: Unit, group: ProcedureGroup) -> str:
    least = scenario.booking.least_listed.get(group, 0)
    if unit.listed < least:
        return f"unit {unit.key} lists {unit.listed:,}, but booking.least_listed is {least:,}; name another"
    return f"unit {unit.key} has can_{group} no in the register; name another"


def _shocks(scenario: Scenario, tree: Branch, units: tuple[Unit, ...]) -> Iterator[Fault]:
    areas, keys = {unit.area for unit in units}, {unit.key for unit in units}
    for name, shock in sorted(scenario.shocks.items()):
        path = ("shocks", name)
        if not -7 * shock.weeks < _day(scenario, shock.start_date) < scenario.horizon_days:
            yield _fault(tree, (*path, "start_date"), f"the shock lies {_outside(scenario)}")
        strangers = [
            *(("areas", "area", area, areas) for area in shock.areas if area not in areas),
            *(("units", "unit key", key, keys) for key in shock.units if key not in keys),
        ]
        for column, what, word, known in strangers:
            yield _fault(tree, (*path, column), _unknown(what, word, known))
        if not strangers and not any(shock.meets(unit) for unit in units):
            yield _fault(
                tree, path, "meets no unit: none is in all the groups that it names; name other groups"
            )


def _unit_changes(scenario: Scenario, tree: Branch, keys: set[str]) -> Iterator[Fault]:
    changes = scenario.unit_changes
    if keys and not keys - changes.keys():
        yield _fault(tree, ("unit_changes",), "changes every unit; leave one to take over the patients")
    for key, change in sorted(changes.items()):
        path = ("unit_changes", key)
        if key not in keys:
            yield _fault(tree, path, _unknown("unit key", key, keys))
        if not 0 <= _day(scenario, change.date) < scenario.horizon_days:
            column = "closes" if change.opens is None else "opens"
            yield _fault(tree, (*path, column), f"{change.date} lies {_outside(scenario)}")
        if change.goes_to in changes:
            what = "is the unit itself" if change.goes_to == key else "opens or closes too"
            yield _fault(
                tree, (*path, "goes_to"), f"{change.goes_to[:60]} {what}; name one that never changes"
            )
        elif change.goes_to is not None and change.goes_to not in keys:
            yield _fault(tree, (*path, "goes_to"), _unknown("unit key", change.goes_to, keys))


def _day(scenario: Scenario, date: dt.date) -> int:
    return (date - scenario.start_date).days


def _outside(scenario: Scenario) -> str:
    weeks = scenario.horizon_days // 7
    return f"outside the {weeks} weeks from {scenario.start_date}; move it or add --years"


def _towns() -> set[str]:
    return {town for town, _ in read_distances()}


def _unknown(what: str, word: str, known: Iterable[str]) -> str:
    return f"unknown {what} {word[:60]!r}{suggestion(word, known) or '; the register has none such'}"


def _no_distances(word: str, towns: Iterable[str]) -> str:
    return f"no distances from {word[:60]!r}{suggestion(word, towns) or '; write it as distances.csv does'}"


def _fault(tree: Branch, path: tuple[str, ...], message: str) -> Fault:
    """A fault where the key stands, or where its section does."""
    item = at(tree, path)
    return Fault(item.file, item.line, ".".join(part[:60] for part in path), message)
