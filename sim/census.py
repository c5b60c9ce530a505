"""The state counter: how many patients of each stream are under treatment at each place, from event to event.

It hears of every patient who enters, moves and leaves, and adds up the time between. It reads neither the
milestones nor the rows that the recorder packs, so what is counted here can be held against what is summed from
records afterwards: the integral of the number present is the sum of the sojourns (Little's law).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.patients import Patient
from sim.records import AT_HOSPITAL, AT_UNITS, MISCOUNT_ROW

OUTSIDE = -1


class Census:
    """Patients under treatment per stream and place, at the places that `records` names."""

    def __init__(self, streams: tuple[str, ...], units: int) -> None:
        self.at_municipality = AT_UNITS + units
        self.streams = {name: number for number, name in enumerate(streams)}
        places = self.at_municipality + 1
        self.present = [[0] * places for _ in streams]
        self.entered, self.left, self._total = ([0] * len(streams) for _ in range(3))
        self._patient_days = [[0] * places for _ in streams]
        self._changed = [[0] * places for _ in streams]
        self._place: dict[int, int] = {}
        self._miscounts: list[tuple[int, ...]] = []

    def __repr__(self) -> str:
        return f"<Census of {sum(map(sum, self.present))} patients>"

    def enters(self, patient: Patient, day: int) -> None:
        """A course of treatment begins, at the hospital."""
        self.entered[self.streams[patient.stream_name]] += 1
        self._move(patient, AT_HOSPITAL, day)

    def to_unit(self, patient: Patient, unit: int, day: int) -> None:
        """A unit has the patient from now on; NOWHERE: still the hospital."""
        self._move(patient, AT_UNITS + unit, day)

    def to_municipality(self, patient: Patient, day: int) -> None:
        """The municipality has the patient from now on."""
        self._move(patient, self.at_municipality, day)

    def to_hospital(self, patient: Patient, day: int) -> None:
        """The hospital has the patient back."""
        self._move(patient, AT_HOSPITAL, day)

    def leaves(self, patient: Patient, day: int) -> None:
        """The course is over."""
        self.left[self.streams[patient.stream_name]] += 1
        self._move(patient, OUTSIDE, day)

    def patient_days(self, end: int) -> NDArray[np.int64]:
        """The time integral of the number present until a day, shape (streams, places)."""
        open_for = end - np.array(self._changed, dtype=np.int64)
        return (
            np.array(self._patient_days, dtype=np.int64) + np.array(self.present, dtype=np.int64) * open_for
        )

    def miscounts(self) -> NDArray[np.void]:
        """The events after which a number was negative, or in was not out + present."""
        return np.array(self._miscounts, dtype=MISCOUNT_ROW)

    def _move(self, patient: Patient, to: int, day: int) -> None:
        """Change the numbers at two places, after the time since their last changes is added."""
        stream, origin = self.streams[patient.stream_name], self._place.get(patient.number, OUTSIDE)
        self._place[patient.number] = to
        patient_days, present, changed = (
            self._patient_days[stream],
            self.present[stream],
            self._changed[stream],
        )
        fewest = 0
        for place, by in ((origin, -1), (to, 1)):
            if place != OUTSIDE:
                patient_days[place] += present[place] * (day - changed[place])
                changed[place] = day
                present[place] += by
                self._total[stream] += by
                fewest = min(fewest, present[place])
        entered, left, total = self.entered[stream], self.left[stream], self._total[stream]
        if entered != left + total or fewest < 0:
            self._miscounts.append((day, patient.number, stream, entered, left, total))
