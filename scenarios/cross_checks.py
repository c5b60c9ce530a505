"""Whether a scenario and its register fit together: what neither of them shows alone."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator

from scenarios.faults import Fault, suggestion
from scenarios.register import COLUMNS, DECIMALS, Unit, read_distances
from scenarios.schema import Scenario
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
    senders = {unit.sender for unit in units}
    for sender in scenario.transfer.sender_dates:
        if sender not in senders:
            yield _fault(tree, ("transfer", "sender_dates", sender), _unknown("sender", sender, senders))
    yield from _hubs(scenario, tree, {unit.key: unit for unit in units})


def _hubs(scenario: Scenario, tree: Branch, units: dict[str, Unit]) -> Iterator[Fault]:
    for group, keys in scenario.booking.hubs.items():
        path = ("booking", "hubs", group)
        if not keys:
            yield _fault(tree, path, "names no unit; leave the group out to use the nearest capable unit")
        for key in keys:
            if key not in units:
                yield _fault(tree, path, _unknown("unit key", key, units))
            elif not units[key].can(group):
                yield _fault(tree, path, f"unit {key} has can_{group} no in the register; name another")


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
