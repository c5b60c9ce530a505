"""What lands where, rounded so that it adds up from units over municipalities and areas to the region.

A number of a place is the mean over replications, rounded; its bounds are the 5th and 95th percentile over
replications of what the units there have together. Bounds do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from results.comparison import Side
from results.report.adding_up import adding_up
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from results.statistics import summarise
from scenarios.register import Unit

Scope = Literal["region", "area", "municipality", "unit"]
Floats = NDArray[np.float64]

THOUSANDS = 1000  # in a million
COST, READINESS = "cost_msek_per_year", "readiness_msek_per_year"
HOURS = ("nurse", "doctor", "room")


@dataclass(frozen=True, slots=True)
class Place:
    """The region, an area, a municipality of an area, or a unit; `units` are places in the register, ascending."""

    scope: Scope
    key: str
    units: tuple[int, ...]


def places_in(place: Place, scope: Scope, units: Sequence[Unit]) -> list[Place]:
    """The areas of a region, the municipalities of an area or the units of a municipality, sorted by name."""
    if scope == "unit":
        return [Place("unit", units[unit].key, (unit,)) for unit in place.units]
    names = {unit: str(getattr(units[unit], scope)) for unit in place.units}
    return [
        Place(scope, name, tuple(unit for unit in place.units if names[unit] == name))
        for name in sorted({*names.values()})
    ]


@dataclass(frozen=True, slots=True, repr=False)
class Landing:
    """What lands at each unit in a year, by kind: visits by treatment, cost with and without readiness, hours.

    `values` is of shape (replications, units, kinds). `rounded` are their means in `steps` of which one has so many,
    shape (units, kinds).
    """

    kinds: tuple[str, ...]
    values: Floats
    steps: int
    rounded: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<Landing of {', '.join(self.kinds)}>"


@dataclass(frozen=True, slots=True, repr=False)
class Landings:
    """All that lands at the units of the scenario in question, by what it is."""

    units: tuple[Unit, ...]
    landings: dict[str, Landing]

    def __repr__(self) -> str:
        return f"<Landings: {', '.join(self.landings)}>"

    def told(self, of: str, place: Place, kind: str = "") -> Quantity:
        """What lands at a place, of one kind or of all: visits, patients, hours or thousands of SEK."""
        landing = self.landings[of]
        kinds = [landing.kinds.index(kind)] if kind else list(range(len(landing.kinds)))
        rows, decimals = list(place.units), len(str(landing.steps)) - 1
        summary = summarise(landing.values[:, rows][:, :, kinds].sum(axis=(1, 2))[:, None])
        low, high = (round(float(bound[0]), decimals) for bound in (summary.p5, summary.p95))
        value = float(landing.rounded[np.ix_(rows, kinds)].sum() / landing.steps)
        trace = Trace("rounded", "", "/".join(part for part in (self.id_of(place), of, kind) if part))
        return Quantity(value, "none", trace, low, high, decimals=decimals)

    def id_of(self, place: Place) -> str:
        """A place by the key of its first unit and what it is around it."""
        first = self.units[place.units[0]].key
        return first if place.scope == "unit" else f"{place.scope} of {first}"


def landings_of(subject: Subject) -> Landings:
    """What lands at the units of the scenario in question, in the report's window."""
    side = subject.main
    streams = tuple(sorted(side.resolved.scenario.streams))
    units = side.resolved.units
    places = [(unit.area, unit.municipality) for unit in units], [unit.area for unit in units]

    def landing(values: Floats, kinds: tuple[str, ...] = ("",), steps: int = 1) -> Landing:
        return Landing(kinds, values, steps, adding_up(steps * values.mean(axis=0), places))

    def measured(name: str) -> Floats:
        rows = [subject.row(name, "unit", unit.key) for unit in units]
        return np.stack([subject.values(side, row) for row in rows], axis=1)[:, :, None]

    ready, cost, uplift = (THOUSANDS * measured(name) for name in (READINESS, COST, "uplift_msek_per_year"))
    return Landings(
        units,
        {
            "visits": landing(_visits(subject, side, streams), streams),
            "patients": landing(measured("patients_at_units"), steps=10),
            **{hours: landing(measured(f"{hours}_hours_per_year")) for hours in HOURS},
            "cost": landing(np.concatenate([cost - ready, ready], axis=2), ("care", "readiness")),
            "uplift": landing(uplift),
        },
    )


def _visits(subject: Subject, side: Side, streams: tuple[str, ...]) -> Floats:
    """Visits a year, shape (replications, units, streams)."""
    table = subject.table(side, "landings")
    table = table[table["window"] == subject.window.name]
    names = {
        "replication": subject.numbers,
        "unit": [unit.key for unit in side.resolved.units],
        "stream": streams,
    }
    codes = [{name: code for code, name in enumerate(every)} for every in names.values()]
    found = np.zeros([len(every) for every in codes])
    cell = [
        table[column].map(code).to_numpy(dtype=np.int64) for column, code in zip(names, codes, strict=True)
    ]
    found[tuple(cell)] = subject.window.per_year * table["visits"].to_numpy()
    return found
