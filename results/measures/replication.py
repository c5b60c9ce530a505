"""One replication as the measures see it: its records, with what they ask of them more than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.events import Events, Floats, Keys, of_patients, serving
from results.stays import stays
from results.windows import Window
from scenarios.load import Resolved
from scenarios.schema import Stream
from sim.records import (
    ATTENDED,
    DOSE,
    FAILED,
    MUNICIPALITY,
    NEVER,
    NOWHERE,
    UNIT,
    UNPLANNED,
    WITHHELD,
    Records,
)


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
        elsewhere = serving(self.records, rows["patient"], rows["day"])
        unit = np.where(rows["unit"] != NOWHERE, rows["unit"], elsewhere)
        return rows, of_patients(self.keys, self.records, rows["patient"], rows["day"], unit=unit)

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
        """Stays of patients at units, and the days of each that lie in a window."""
        rows = stays(self.records, self.resolved.scenario.horizon_days)
        days = np.clip(
            np.minimum(rows["left"], window.end) - np.maximum(rows["first"], window.first), 0, None
        )
        events = of_patients(self.keys, self.records, rows["patient"], rows["first"], unit=rows["unit"])
        return events, days.astype(np.float64)

    def open_units(self, windows: Sequence[Window]) -> NDArray[np.bool_]:
        """Units that are open at some time of each window, shape (windows, units)."""
        staffed = np.asarray(self.records.servers.any(axis=2))
        first = self.records.first_day
        return np.array([staffed[w.first - first : w.end - first].any(axis=0) for w in windows])

    def freed_visits(self) -> tuple[NDArray[np.void], Events, Floats]:
        """Doses no longer given at the hospital, their events, and the hospital visits that each frees."""
        doses = self.records.doses
        moved = doses[np.isin(doses["site"], (UNIT, MUNICIPALITY)) & (doses["given"] != NEVER)]
        share = self.per_stream([s.hospital_visit_freed_share for s in self.streams], moved["patient"])
        return moved, of_patients(self.keys, self.records, moved["patient"], moved["given"]), share
