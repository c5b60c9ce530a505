"""Where the listed of units that open or close belong: which unit has whose listed patients on which day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.register import Unit, nearness
from scenarios.schema import Scenario


@dataclass(frozen=True, slots=True)
class Listing:
    """Which unit has the listed patients of each unit, itself while it is open, period by period.

    Units are named by their place in the register. Each period but the first begins on its day of `changes`,
    which count from day zero and ascend; `at[period][unit]` is the unit that has the unit's listed patients.
    """

    changes: tuple[int, ...]
    at: tuple[tuple[int, ...], ...]

    def period(self, day: int) -> int:
        """The period in which a day lies."""
        return bisect_right(self.changes, day)


def listing(scenario: Scenario, units: Sequence[Unit]) -> Listing:
    """The listing that the scenario's unit changes make of a register."""
    changes, taken_over = scenario.unit_changes, take_overs(scenario, units)
    dates = sorted({change.date for change in changes.values()})

    def has(unit: int, date: dt.date) -> int:
        change = changes.get(units[unit].key)
        return unit if change is None or change.is_open(date) else taken_over[unit]

    return Listing(
        tuple((date - scenario.start_date).days for date in dates),
        tuple(tuple(has(unit, date) for unit in range(len(units))) for date in (dt.date.min, *dates)),
    )


def take_overs(scenario: Scenario, units: Sequence[Unit]) -> dict[int, int]:
    """For each unit that opens or closes the one that has its listed patients meanwhile.

    Where the scenario names none it is the nearest of those that never change, of equals the larger list.
    """
    place = {unit.key: u for u, unit in enumerate(units)}
    steady = [unit for unit in units if unit.key not in scenario.unit_changes]

    def nearest(town: str) -> str:
        return min(steady, key=lambda unit: nearness(town, unit)).key

    return {
        place[key]: place[change.goes_to or nearest(units[place[key]].municipality)]
        for key, change in sorted(scenario.unit_changes.items())
    }
