"""The recorder: adds rows as things happen and packs them into typed arrays.

It computes nothing. The journey and the clinic tell it what took place, in the words of `records.py`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.clinic_day import take_counts
from sim.network import Network
from sim.patients import FOREVER, Patient
from sim.records import (
    ATTENDED,
    DOSE_ROW,
    MOVE_ROW,
    NEVER,
    NOWHERE,
    OTHERS_ROW,
    OUT_OF_HOURS,
    PATIENT_ROW,
    REFERRAL_ROW,
    RENEWAL,
    REVIEW,
    UNIT,
    UNPLANNED,
    VISIT_ROW,
)
from sim.tables import Table

MILESTONES = ("referred", "accepted", "first_due", "first_visit", "handed_back", "left_unit", "ended")


class Log:
    """Rows of one replication, in the order in which things happened."""

    def __init__(self) -> None:
        self.visits, self.others = Table(VISIT_ROW), Table(OTHERS_ROW)
        self._referrals: list[tuple[int, ...]] = []
        self._doses: list[tuple[int, ...]] = []

    def __repr__(self) -> str:
        return (
            f"<Log of {self.visits.size} visits, {len(self._doses)} doses, {len(self._referrals)} referrals>"
        )

    def referral(self, patient: Patient, attempt: int, written: int, reviewed: int, verdict: int) -> None:
        """One referral reviewed."""
        self._referrals.append((patient.number, attempt, written, reviewed, verdict))

    def dose(self, patient: Patient, given: int, site: int, *, returned: bool = False) -> None:
        """A dose given, or (`NEVER`) still awaited at the end."""
        self._doses.append((patient.number, patient.due, given, site, returned))

    def visit(
        self,
        patient: Patient,
        kind: int,
        day: int,
        *,
        site: int = UNIT,
        unit: int = NOWHERE,
        doctor_minutes: float = 0.0,
    ) -> None:
        """A visit that no diary holds, wherever it was; `unit` if it was at one."""
        self.visits.append(
            (
                patient.number,
                kind,
                site,
                unit,
                ATTENDED,
                0,
                day,
                patient.due,
                0,
                0.0,
                0.0,
                doctor_minutes,
                0.0,
            )
        )

    def out_of_hours(self, patient: Patient, day: int) -> None:
        """An unplanned need met by out-of-hours care."""
        self.visit(patient, UNPLANNED, day, site=OUT_OF_HOURS)

    def renewal(self, patient: Patient, unit: int, day: int, doctor_minutes: float) -> None:
        """A prescription renewed at the unit's desk."""
        self.visit(patient, RENEWAL, day, unit=unit, doctor_minutes=doctor_minutes)

    def review(self, patient: Patient, unit: int, day: int, doctor_minutes: float) -> None:
        """A referral reviewed at the unit's desk."""
        self.visit(patient, REVIEW, day, unit=unit, doctor_minutes=doctor_minutes)

    def count_others(self, day: int, counts: NDArray[np.int32]) -> None:
        """Other patients of a day: the counts that the day kernel keeps, cleared here."""
        self.others.size += take_counts(counts, day, self.others.room_for(counts.size))

    def referral_rows(self) -> NDArray[np.void]:
        """Packed referrals."""
        return np.array(self._referrals, dtype=REFERRAL_ROW)

    def dose_rows(self) -> NDArray[np.void]:
        """Packed doses."""
        return np.array(self._doses, dtype=DOSE_ROW)


def patient_rows(people: list[Patient], network: Network, streams: dict[str, int]) -> NDArray[np.void]:
    """What became of each patient."""
    rows = np.empty(len(people), dtype=PATIENT_ROW)
    rows["stream"] = [streams[p.stream_name] for p in people]
    rows["home"] = [p.home for p in people]
    rows["unit"] = [network.unit_of(p, NEVER) for p in people]
    rows["municipal"] = [p.municipal for p in people]
    rows["entered"] = [p.entered for p in people]
    rows["planned"] = [p.planned if p.planned < FOREVER else NEVER for p in people]
    for milestone in MILESTONES:
        rows[milestone] = [p.when(milestone) for p in people]
    return rows


def move_rows(people: list[Patient], network: Network) -> NDArray[np.void]:
    """Whose unit changes, when and to which."""
    return np.array([(p.number, *move) for p in people for move in network.moves(p)], dtype=MOVE_ROW)
