"""One replication as the measures see it: its records, with what they ask of them more than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.events import Events, Floats, Keys, of_patients
from results.windows import Window
from scenarios.load import Resolved
from scenarios.schema import Stream
from sim.records import ATTENDED, DOSE, FAILED, MUNICIPALITY, NEVER, UNIT, UNPLANNED, WITHHELD, Records


@dataclass(frozen=True, slots=True, repr=False)
class Replication:
    """One replication's records with what measures need to know beside them."""

    resolved: Resolved
    records: Records
    keys: Keys

    def __repr__(self) -> str:
        return f"<Replication {self.records.replication} of {self.resolved.scenario.name}>"

    def visits(self, mask: NDArray[np.bool_]) -> tuple[NDArray[np.void], Events]:
        """The visits that a mask selects, and their events."""
        rows = self.records.visits[mask]
        return rows, of_patients(self.keys, self.records, rows["patient"], rows["day"])

    def per_stream(self, values: Sequence[float], patient: NDArray[np.int32]) -> Floats:
        """A value of each patient's stream."""
        by_stream = np.array(values, dtype=np.float64)
        return np.asarray(by_stream[self.records.patients["stream"][patient]])

    @property
    def streams(self) -> list[Stream]:
        """The streams in the order of the records."""
        return [self.resolved.scenario.streams[name] for name in self.records.streams]

    @property
    def at_unit(self) -> NDArray[np.bool_]:
        """Visits at units that took place."""
        visits = self.records.visits
        return np.asarray(visits["site"] == UNIT) & np.isin(visits["outcome"], (ATTENDED, FAILED, WITHHELD))

    @property
    def treatments(self) -> NDArray[np.bool_]:
        """Doses and unplanned visits at units that took place."""
        return self.at_unit & np.isin(self.records.visits["kind"], (DOSE, UNPLANNED))

    def days_at_units(self, window: Window) -> tuple[Events, Floats]:
        """Patients with a time at a unit, and the days of it that lie in a window."""
        people = self.records.patients
        there = (people["accepted"] != NEVER) & ~people["municipal"]
        first = people["accepted"][there]
        left = people["left_unit"][there]
        left = np.where(left == NEVER, self.resolved.scenario.horizon_days, left)
        days = np.clip(np.minimum(left, window.end) - np.maximum(first, window.first), 0, None)
        return of_patients(self.keys, self.records, np.nonzero(there)[0], first), days.astype(np.float64)

    def freed_visits(self) -> tuple[NDArray[np.void], Events, Floats]:
        """Doses no longer given at the hospital, their events, and the hospital visits that each frees."""
        doses = self.records.doses
        moved = doses[np.isin(doses["site"], (UNIT, MUNICIPALITY)) & (doses["given"] != NEVER)]
        share = self.per_stream([s.hospital_visit_freed_share for s in self.streams], moved["patient"])
        return moved, of_patients(self.keys, self.records, moved["patient"], moved["given"]), share
