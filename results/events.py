"""Records as events with a day, a place and a weight: what every measure is a sum over.

`Events` knows for each event its unit, stream, sender and site; `Keys` knows the names along each scope.
A measure is a sum, or a ratio of two sums, per scope, key and window: pooled over events, never a mean of
means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.windows import Window
from scenarios.load import Resolved
from sim.records import NOWHERE, SITES, Records

SCOPES = ("region", "area", "municipality", "ownership", "unit", "stream", "sender", "site")
UNIT_SCOPES = ("region", "area", "municipality", "ownership", "unit")
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Keys:
    """Names along each scope, sorted, and the code of each unit along the scopes of units."""

    def __init__(self, resolved: Resolved) -> None:
        units = resolved.units
        self.names: dict[str, tuple[str, ...]] = {
            "region": ("",),
            "area": tuple(sorted({u.area for u in units})),
            "municipality": tuple(sorted({u.municipality for u in units})),
            "ownership": tuple(sorted({u.ownership for u in units})),
            "unit": tuple(u.key for u in units),
            "stream": tuple(sorted(resolved.scenario.streams)),
            "sender": tuple(sorted({u.sender for u in units})),
            "site": SITES,
        }
        of_units = {
            scope: [getattr(u, scope) for u in units]
            for scope in ("area", "municipality", "ownership", "sender")
        }
        of_units |= {"region": [""] * len(units), "unit": [u.key for u in units]}
        self.of_unit: dict[str, Codes] = {
            scope: np.array([self.names[scope].index(name) for name in names], dtype=np.int64)
            for scope, names in of_units.items()
        }

    def __repr__(self) -> str:
        return f"<Keys of {len(self.names['unit'])} units>"


@dataclass(frozen=True, slots=True, repr=False)
class Events:
    """Events of one kind: day and, per scope, the code of each event's key; both of shape (events,)."""

    day: Codes
    codes: Mapping[str, Codes]

    def __repr__(self) -> str:
        return f"<Events: {self.day.size} along {', '.join(self.codes)}>"

    def where(self, mask: NDArray[np.bool_]) -> Events:
        """The events that a mask selects."""
        return Events(self.day[mask], {scope: codes[mask] for scope, codes in self.codes.items()})

    def on(self, day: Codes) -> Events:
        """The same events, each belonging to another day."""
        return Events(day, self.codes)

    def total(self, scope: str, keys: int, weight: Floats | None, windows: tuple[Window, ...]) -> Floats:
        """Sum of weights per window and key, shape (windows, keys)."""
        found = np.empty((len(windows), keys))
        for row, window in zip(found, windows, strict=True):
            inside = (self.day >= window.first) & (self.day < window.end)
            row[:] = np.bincount(
                self.codes[scope][inside], weights=None if weight is None else weight[inside], minlength=keys
            )
        return found

    def percentile(
        self, q: float, scope: str, keys: int, value: Floats, windows: tuple[Window, ...]
    ) -> Floats:
        """Percentile of values per window and key, NaN where there are none, shape (windows, keys)."""
        found = np.full((len(windows), keys), np.nan)
        for row, window in zip(found, windows, strict=True):
            inside = (self.day >= window.first) & (self.day < window.end)
            codes, values = self.codes[scope][inside], value[inside]
            order = np.lexsort((values, codes))
            codes, values = codes[order], values[order]
            present, first, count = np.unique(codes, return_index=True, return_counts=True)
            place = first + q * (count - 1)
            low = np.floor(place).astype(np.int64)
            high = np.minimum(low + 1, first + count - 1)
            row[present] = values[low] + (place - low) * (values[high] - values[low])
        return found


def serving(records: Records, patient: Codes, day: Codes) -> Codes:
    """The unit that serves patients on days; where none does, the one where they are listed."""
    listed, unit = records.units_on(patient, day)
    return np.where(unit != NOWHERE, unit, listed)


def of_patients(
    keys: Keys,
    records: Records,
    patient: Codes,
    day: Codes,
    site: Codes | None = None,
    unit: Codes | None = None,
) -> Events:
    """Events of patients, from the sender of their home, at a unit: by default the one that serves them that day."""
    people = records.patients[patient]
    at = serving(records, patient, day) if unit is None else unit
    codes = {scope: keys.of_unit[scope][at] for scope in UNIT_SCOPES}
    codes["stream"] = people["stream"].astype(np.int64)
    codes["sender"] = keys.of_unit["sender"][people["home"]]
    if site is not None:
        codes["site"] = site.astype(np.int64)
    return Events(day.astype(np.int64), codes)


def weekly_at_units(keys: Keys, unit: Codes, day: Codes, *weights: Floats) -> tuple[Events, list[Floats]]:
    """Events of all patients, summed per unit and week: every window of whole weeks has the same sums.

    Returns one event per unit and week, and each weight summed likewise.
    """
    first = int(day.min()) // 7 if day.size else 0
    units, weeks = len(keys.names["unit"]), (int(day.max()) // 7 - first + 1 if day.size else 0)
    cell = (day // 7 - first) * units + unit
    summed = [
        np.bincount(cell, weights=weight, minlength=weeks * units).astype(np.float64) for weight in weights
    ]
    at = np.tile(np.arange(units), weeks)
    monday = np.repeat((np.arange(weeks) + first) * 7, units)
    return Events(monday, {scope: keys.of_unit[scope][at] for scope in UNIT_SCOPES}), summed
