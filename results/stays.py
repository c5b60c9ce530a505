"""Stays: which patient is at which unit, and from when until when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.records import NEVER, NOWHERE, Records

STAY_ROW = np.dtype([("patient", np.int32), ("unit", np.int16), ("first", np.int32), ("left", np.int32)])


def stays(records: Records, horizon: int) -> NDArray[np.void]:
    """Time of patients at units, a row per patient and unit: days `first` up to but not including `left`.

    Who is still there at the end leaves on the day `horizon`. Patients of the municipality have no stay.
    """
    people, moves = records.patients, records.moves
    there = np.flatnonzero((people["accepted"] != NEVER) & ~people["municipal"])
    left = np.where(people["left_unit"] == NEVER, horizon, people["left_unit"])
    mover = moves["patient"]
    during = np.isin(mover, there) & (moves["day"] > people["accepted"][mover]) & (moves["day"] < left[mover])
    patient = np.concatenate([there, mover[during]])
    first = np.concatenate([people["accepted"][there], moves["day"][during]])
    order = np.lexsort((first, patient))
    patient, first = patient[order], first[order]
    unit = records.units_on(patient, first)[1]
    arrives = unit != NOWHERE
    arrives[1:] &= (patient[1:] != patient[:-1]) | (unit[1:] != unit[:-1])
    found = np.empty(int(arrives.sum()), dtype=STAY_ROW)
    found["patient"], found["unit"], found["first"] = patient[arrives], unit[arrives], first[arrives]
    found["left"] = left[found["patient"]]
    moves_on = found["patient"][1:] == found["patient"][:-1]
    found["left"][:-1][moves_on] = found["first"][1:][moves_on]
    return found
