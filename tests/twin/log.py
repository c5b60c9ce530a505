"""What the twin leaves behind: rows as things happen, in the words of `sim.records`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sim.records import ATTENDED, NOWHERE, OUT_OF_HOURS, UNIT, UNPLANNED

if TYPE_CHECKING:
    from tests.twin.patient import Patient

Row = tuple[Any, ...]


class Log:
    """Rows of one replication; `others` counts by day, unit, profession, outcome and days waited."""

    def __init__(self) -> None:
        self.referrals: list[Row] = []
        self.doses: list[Row] = []
        self.visits: list[Row] = []
        self.others: Counter[tuple[int, int, int, int, int]] = Counter()

    def dose(self, patient: Patient, given: int, site: int, *, returned: bool = False) -> None:
        """A dose given, or awaited at the end."""
        self.doses.append((patient.number, patient.due, given, site, returned))

    def visit(
        self,
        patient: Patient,
        kind: int,
        day: int,
        *,
        outcome: int = ATTENDED,
        site: int = UNIT,
        unit: int = NOWHERE,
        moves: int = 0,
        arrival: int = 0,
        wait: float = 0.0,
        nurse: float = 0.0,
        doctor: float = 0.0,
        room: float = 0.0,
    ) -> None:
        """A visit, or work at the desk."""
        what = (patient.number, kind, site, unit, outcome, moves, day, patient.due)
        self.visits.append((*what, arrival, wait, nurse, doctor, room))

    def out_of_hours(self, patient: Patient, day: int) -> None:
        """An unplanned need that no unit or hospital met in its hours."""
        self.visit(patient, UNPLANNED, day, site=OUT_OF_HOURS)


@dataclass(frozen=True, slots=True, repr=False)
class TwinRecords:
    """What the twin tells of a replication: fields of `sim.records.Records`, of the same names, types and order.

    Left out is what the model's certificate adds on its own draws and sums.
    """

    replication: int
    first_day: int
    streams: tuple[str, ...]
    units: tuple[str, ...]
    patients: NDArray[Any]
    moves: NDArray[Any]
    referrals: NDArray[Any]
    doses: NDArray[Any]
    visits: NDArray[Any]
    others: NDArray[Any]
    open_minutes: NDArray[Any]
    servers: NDArray[Any]
    used: NDArray[Any]
    used_by_transferred: NDArray[Any]
    overtime: NDArray[Any]
    requests: NDArray[Any]
    pending: NDArray[Any]
    patient_days: NDArray[Any]
    present: NDArray[Any]
    entered: NDArray[Any]
    left: NDArray[Any]

    def __repr__(self) -> str:
        return f"<TwinRecords of replication {self.replication}: {len(self.visits)} visits>"
