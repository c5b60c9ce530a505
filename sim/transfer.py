"""The transfer plan: on which day each patient's referral is to be written, and to which unit.

A placement policy is a plain function in `PLACEMENTS`; a ramp is one in `RAMPS`; an agreed plan of weekly
volumes overrides the ramp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scenarios.plan import PlanRow
from scenarios.register import Unit, read_distances
from scenarios.schema import ProcedureGroup, Scenario
from sim.patients import FOREVER, Patient


def plan_transfers(
    scenario: Scenario,
    units: tuple[Unit, ...],
    people: Sequence[Patient],
    plan: tuple[PlanRow, ...] | None,
    day_of: Callable[..., int],
) -> None:
    """Give every patient the unit that will serve and the planned day of referral (FOREVER: none)."""
    place = _placement(scenario, units)
    for patient in people:
        patient.unit = place(patient.home, patient.stream.procedure_group)
    if not scenario.transfer.enabled:
        return
    movers = [patient for patient in people if patient.eligible and patient.agrees]
    if plan is not None:
        _by_volumes(plan, units, movers)
        return
    start = max(0, day_of(scenario.transfer.start_date))
    ramp = RAMPS[scenario.transfer.ramp]
    for patient in movers:
        place_in_ramp = (
            0.0 if patient.new else patient.ramp
        )  # the ramp spreads those who are there at the start
        begins = ramp(scenario, units[patient.home].sender, place_in_ramp, start, day_of)
        patient.planned = max(begins, _ready(patient))
        patient.after_next_dose = scenario.transfer.ramp == "next_due" and not patient.new


def _ready(patient: Patient) -> int:
    """The day from which a patient may be referred: new ones get their first doses where the stream says."""
    if not patient.new or patient.stream.loading_at == "unit":
        return patient.entered
    return patient.entered + patient.stream.loading_days[-1]


def _all_at_once(
    scenario: Scenario, sender: str, chance: float, start: int, day_of: Callable[..., int]
) -> int:
    return start


def _evenly(scenario: Scenario, sender: str, chance: float, start: int, day_of: Callable[..., int]) -> int:
    return start + int(chance * scenario.transfer.ramp_weeks * 7)


def _by_sender(scenario: Scenario, sender: str, chance: float, start: int, day_of: Callable[..., int]) -> int:
    date = scenario.transfer.sender_dates.get(sender, scenario.transfer.start_date)
    return max(0, day_of(date))


# next_due begins like all_at_once; the journey of those there at the start then waits for their next dose.
RAMPS = {"all_at_once": _all_at_once, "evenly": _evenly, "by_sender": _by_sender, "next_due": _all_at_once}


def _by_volumes(plan: tuple[PlanRow, ...], units: tuple[Unit, ...], movers: list[Patient]) -> None:
    """Take each week's agreed number from the patients who wait, longest known first."""
    waiting = sorted(movers, key=lambda p: (p.new, _ready(p), p.ramp))
    for row in sorted(plan, key=lambda row: (row.week, row)):
        monday, left = (row.week - 1) * 7, row.patients
        for patient in waiting:
            if left == 0:
                break
            unit = units[patient.home]
            fits = (
                patient.planned == FOREVER
                and (row.stream, row.sender) == (patient.stream_name, unit.sender)
                and row.area in ("", unit.area)
                and _ready(patient) <= monday < patient.ends
            )
            if fits:
                patient.planned = monday
                left -= 1


def capable(unit: Unit, group: ProcedureGroup) -> bool:
    """Whether a unit can do a procedure group; infusions need a place."""
    return bool(getattr(unit, f"can_{group}")) and (group != "infusion" or unit.infusion_places > 0)


def _placement(scenario: Scenario, units: tuple[Unit, ...]) -> Callable[[int, ProcedureGroup], int]:
    """The placement policy as a function from home and group to the serving unit, -1 where none can."""
    choose = PLACEMENTS[scenario.booking.placement]
    known: dict[tuple[int, ProcedureGroup], int] = {}

    def place(home: int, group: ProcedureGroup) -> int:
        if (home, group) not in known:
            known[home, group] = choose(scenario, units, home, group)
        return known[home, group]

    return place


def _listed_unit(scenario: Scenario, units: tuple[Unit, ...], home: int, group: ProcedureGroup) -> int:
    return home if capable(units[home], group) else -1


def _nearest_capable_unit(
    scenario: Scenario, units: tuple[Unit, ...], home: int, group: ProcedureGroup
) -> int:
    if capable(units[home], group):
        return home
    return _nearest(units, home, [u for u, unit in enumerate(units) if capable(unit, group)])


def _hub(scenario: Scenario, units: tuple[Unit, ...], home: int, group: ProcedureGroup) -> int:
    keys = scenario.booking.hubs.get(group)
    if keys is None:
        return _nearest_capable_unit(scenario, units, home, group)
    return _nearest(
        units, home, [u for u, unit in enumerate(units) if unit.key in keys and capable(unit, group)]
    )


PLACEMENTS = {"listed_unit": _listed_unit, "nearest_capable_unit": _nearest_capable_unit, "hub": _hub}


def _nearest(units: tuple[Unit, ...], home: int, candidates: list[int]) -> int:
    """The candidate nearest to a unit's municipality; of equals the largest list, then the lowest key."""
    if not candidates:
        return -1
    here = units[home].municipality
    distances = read_distances()
    return min(
        candidates,
        key=lambda u: (distance(distances, here, units[u].municipality), -units[u].listed, units[u].key),
    )


def distance(distances: dict[tuple[str, str], float], here: str, there: str) -> float:
    """Kilometres between two municipalities; 0 within one, far where the table does not know them."""
    return 0.0 if here == there else distances.get((here, there), 1000.0)
