"""The network of units: which one serves whom on which day.

A placement policy is a plain function in `PLACEMENTS`: from the unit that has a patient's listing and the open
units that can do the procedure group to the unit that gives the care. Where units open or close it is asked
again: everybody is always where the policy has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.capability import capable
from scenarios.hubs import Hubs
from scenarios.listing import listing, take_overs
from scenarios.load import Resolved
from scenarios.register import Unit, nearness
from scenarios.schema import ProcedureGroup, Scenario, UnitChange
from sim.calendar import Calendar
from sim.patients import FOREVER, Patient
from sim.records import NOWHERE

Units = tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """A unit that opens or closes, the one that takes over, and on which days: shape (days,) from the warm-up on."""

    unit: int
    taker: int
    change: UnitChange
    closed: NDArray[np.bool_]


def closures(scenario: Scenario, units: Units, calendar: Calendar, days: int) -> list[Closure]:
    """The units that open or close, with the days on which they are closed."""
    day, found = np.arange(days) - calendar.offset, []
    for unit, taker in take_overs(scenario, units).items():
        change = scenario.unit_changes[units[unit].key]
        since = day >= calendar.day_of(change.date)
        found.append(Closure(unit, taker, change, ~since if change.opens else since))
    return found


class Network:
    """Which unit serves each patient on each day, and which units close."""

    def __init__(self, resolved: Resolved) -> None:
        self.listing = listing(resolved.scenario, resolved.units)
        groups = {name: stream.procedure_group for name, stream in resolved.scenario.streams.items()}
        placed = {group: _placed(resolved, self.listing.at, group) for group in sorted(set(groups.values()))}
        self._serving = {name: placed[group] for name, group in groups.items()}

    def __repr__(self) -> str:
        return f"<Network of {len(self.listing.at[0])} units with changes on days {self.listing.changes}>"

    def unit_of(self, patient: Patient, day: int) -> int:
        """The unit that serves the patient on a day; NOWHERE where none can."""
        return self._serving[patient.stream_name][self.listing.period(day)][patient.home]

    def next_move(self, patient: Patient, day: int) -> int:
        """The first later day on which it is another; FOREVER if none."""
        now, later = self.unit_of(patient, day), self.listing.changes[self.listing.period(day) :]
        return next((change for change in later if self.unit_of(patient, change) != now), FOREVER)

    def moves(self, patient: Patient) -> Iterator[tuple[int, int, int]]:
        """Each day on which the patient's listing or unit changes, with the units that have the one and the other."""
        home, serving = patient.home, self._serving[patient.stream_name]
        for period, day in enumerate(self.listing.changes, 1):
            before, after = ((self.listing.at[i][home], serving[i][home]) for i in (period - 1, period))
            if after != before:
                yield day, *after

    def closings(self) -> Iterator[tuple[int, int, int]]:
        """Each day on which a unit closes, with the unit and the one that takes over, by day."""
        periods = zip(self.listing.changes, self.listing.at, self.listing.at[1:], strict=False)
        for day, before, after in periods:
            for unit, (had, has) in enumerate(zip(before, after, strict=True)):
                if had == unit != has:
                    yield day, unit, has


def _placed(resolved: Resolved, listed_at: Sequence[Sequence[int]], group: ProcedureGroup) -> list[list[int]]:
    """The unit that serves patients of a procedure group, by period and the unit where they are listed first."""
    scenario, units = resolved.scenario, resolved.units
    choose, hubs = PLACEMENTS[scenario.booking.placement], resolved.hubs.get(group)
    capables = [u for u, unit in enumerate(units) if capable(scenario, unit, group)]
    placed = []
    for at in listed_at:
        able = dict.fromkeys(u for u in capables if at[u] == u)  # in order, and quick to look into
        placed.append([choose(units, listed, able, hubs) for listed in at])
    return placed


def _listed_unit(units: Units, listed: int, able: Collection[int], hubs: Hubs | None) -> int:
    return listed if listed in able else NOWHERE


def _nearest_capable_unit(units: Units, listed: int, able: Collection[int], hubs: Hubs | None) -> int:
    """The patient's own unit, else the nearest; of equals the largest list, then the lowest key."""
    if listed in able:
        return listed
    here = units[listed].municipality
    return min(able, key=lambda u: nearness(here, units[u]), default=NOWHERE)


def _hub(units: Units, listed: int, able: Collection[int], hubs: Hubs | None) -> int:
    """The hub that serves the patient's municipality, else the nearest open one; no hubs: the nearest capable unit."""
    if hubs is None:
        return _nearest_capable_unit(units, listed, able, hubs)
    among = [u for u in able if units[u].key in hubs.keys]
    its_own = hubs.catchments.get(units[listed].municipality)
    serving = [u for u in among if units[u].key == its_own]
    return _nearest_capable_unit(units, listed, serving or among, hubs)


PLACEMENTS = {"listed_unit": _listed_unit, "nearest_capable_unit": _nearest_capable_unit, "hub": _hub}
