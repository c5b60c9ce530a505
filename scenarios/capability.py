"""Which unit can do what: the register's word, and what the scenario says instead."""

from __future__ import annotations

from scenarios.register import Unit
from scenarios.schema import ProcedureGroup, Scenario


def capable(scenario: Scenario, unit: Unit, group: ProcedureGroup) -> bool:
    """Whether a unit does a procedure group in the scenario: it can, is large enough, and has what it takes."""
    if unit.listed < scenario.booking.least_listed.get(group, 0):
        return False
    can = scenario.booking.capable_units == "all" or unit.can(group)
    return can and (group != "infusion" or infusion_places(scenario, unit) > 0)


def infusion_places(scenario: Scenario, unit: Unit) -> float:
    """The unit's infusion places; where all units are to be capable, one for a unit that has none."""
    if scenario.booking.capable_units == "all" and unit.infusion_places == 0:
        return 1.0
    return unit.infusion_places
