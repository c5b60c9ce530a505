"""The transfer plan: on which day each patient's referral is to be written.

A ramp is a plain function in `RAMPS`; an agreed plan of weekly volumes overrides the ramp. Which unit the
patient goes to is for `network` to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from scenarios.load import Resolved
from scenarios.plan import PlanRow
from scenarios.register import Unit
from scenarios.schema import Transfer
from sim.patients import FOREVER, Patient

DayOf = Callable[[dt.date], int]


def plan_transfers(resolved: Resolved, people: Sequence[Patient], day_of: DayOf) -> None:
    """Give every patient who is to move the planned day of referral; the others keep FOREVER."""
    units, transfer = resolved.units, resolved.scenario.transfer
    if not transfer.enabled:
        return
    movers = [patient for patient in people if patient.eligible and patient.agrees]
    if resolved.plan is not None:
        _by_volumes(resolved.plan, units, movers)
        return
    ramp = RAMPS[transfer.ramp]
    for patient in movers:
        begins = ramp(transfer, patient, units[patient.home].sender, day_of)
        patient.planned = max(begins, _ready(patient))
        patient.after_next_dose = transfer.ramp == "next_due" and not patient.new


def _ready(patient: Patient) -> int:
    """The day from which a patient may be referred: new ones get their first doses where the stream says."""
    if not patient.new or patient.stream.loading_at == "unit":
        return patient.entered
    return patient.entered + patient.stream.loading_days[-1]


def _all_at_once(transfer: Transfer, patient: Patient, sender: str, day_of: DayOf) -> int:
    return _spread(patient, transfer.start_date, 0, day_of)


def _evenly(transfer: Transfer, patient: Patient, sender: str, day_of: DayOf) -> int:
    return _spread(patient, transfer.start_date, transfer.ramp_weeks, day_of)


def _in_waves(transfer: Transfer, patient: Patient, sender: str, day_of: DayOf) -> int:
    """In the first wave, by date and then name, that takes the sender and the stream; in none, never."""
    for _, wave in sorted(transfer.waves.items(), key=lambda named: (named[1].start_date, named[0])):
        if sender in (wave.senders or (sender,)) and patient.stream_name in (
            wave.streams or (patient.stream_name,)
        ):
            return _spread(patient, wave.start_date, wave.ramp_weeks, day_of)
    return FOREVER


# next_due begins like all_at_once; the journey of those there at the start then waits for their next dose.
RAMPS = {"all_at_once": _all_at_once, "evenly": _evenly, "waves": _in_waves, "next_due": _all_at_once}


def _spread(patient: Patient, start: dt.date, weeks: int, day_of: DayOf) -> int:
    """The patient's day in an even ramp, which spreads those who are there at day zero; new ones do not wait."""
    return max(0, day_of(start)) + (0 if patient.new else int(patient.ramp * weeks * 7))


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
