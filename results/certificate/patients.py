"""Patients: none is lost, and the state counter agrees with the records (Little's law)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.certificate.finding import Finding
from results.stays import stays
from scenarios.load import Resolved
from sim.records import AT_HOSPITAL, AT_UNITS, NEVER, Records

Counts = NDArray[np.int64]


def conserved(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """In = out + present at every event of the census, and the same numbers in the records at the end."""
    if not records.patients.size:
        return
    for number, name in enumerate(records.streams):
        wrong = records.miscounts[records.miscounts["stream"] == number]
        first = f", first on day {wrong['day'][0]} at patient {wrong['patient'][0]}" if wrong.size else ""
        yield Finding("patients_conserved", f"{name}, miscounts{first}", 0, wrong.size, allowed=0)
        people = records.patients[records.patients["stream"] == number]
        ended = int((people["ended"] != NEVER).sum())
        counted = {
            "entered": (people.size, records.entered[number]),
            "left": (ended, records.left[number]),
            "present at the end": (people.size - ended, records.present[number].sum()),
        }
        for what, (expected, found) in counted.items():
            yield Finding("patients_conserved", f"{name}, {what}", expected, int(found), allowed=0)


def littles_law(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """The time integral of the number present is the sum of the sojourns, exactly, at each place and in each stream.

    L = λW over a finite time (Little 2011, doi 10.1287/opre.1110.0940). The integral is the census', the sojourns are
    summed from the dates of patients and their moves.
    """
    sojourns = sojourn_days(records, resolved.scenario.horizon_days)
    places = ["hospital", *records.units, "municipality"]
    for stream, place in zip(*np.nonzero((sojourns != 0) | (records.patient_days != 0)), strict=True):
        expected, found = int(sojourns[stream, place]), int(records.patient_days[stream, place])
        yield Finding(
            "littles_law", f"{records.streams[stream]}, {places[place]}", expected, found, allowed=0
        )


def sojourn_days(records: Records, horizon: int) -> Counts:
    """Days of patients under treatment summed from the records, shape (streams, places)."""
    people = records.patients
    stream = people["stream"].astype(np.int64)
    found = np.zeros((len(records.streams), AT_UNITS + len(records.units) + 1), dtype=np.int64)
    ends = np.where(people["ended"] == NEVER, horizon, people["ended"]).astype(np.int64)
    gone = people["accepted"] != NEVER
    goes = np.where(gone, people["accepted"], ends)
    returns = np.where(gone & (people["left_unit"] != NEVER), people["left_unit"], ends)
    np.add.at(found[:, AT_HOSPITAL], stream, (goes - people["entered"]) + (ends - returns))
    municipal = gone & people["municipal"]
    np.add.at(found[:, -1], stream[municipal], (returns - goes)[municipal])
    at_units = stays(records, horizon)
    cell = (stream[at_units["patient"]], AT_UNITS + at_units["unit"].astype(np.int64))
    np.add.at(found, cell, at_units["left"].astype(np.int64) - at_units["first"])
    return found
