"""How time and memory grow with the number of units and of patients, and what the whole country takes."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.measuring import NotMeasurable, Replication, in_a_child, tell
from benchmarks.rows import Findings, Missing, Row, Table, as_read, joined, ratios, spread, spread_as_read
from benchmarks.sizes import SCENARIO, settings

TITLE = "Growth"
ABOUT = """\
One replication of one year (and half a year of warm-up) of the decision, each in a process of its own, in turns.
Units grow with their people and patients, 8,750 people and 8.5 patients to a unit, so that the whole region doubles.
Patients grow at the region's 200 units. The registers repeat the rows of the shipped one under keys of their own.
Times are processor seconds of the simulation alone. Memory is what the replication adds to a process that has loaded
everything and simulated ten units; the whole process stands beside it. Growth is the ratio of a size to half of it.
The country is 1,200 units with 10.5 million people and 8.5 patients to each, over the decision's own three years."""

PEOPLE_PER_UNIT = 8_750
PATIENTS_PER_UNIT = 8.5
REGION_UNITS, REGION_PEOPLE = 200, 1_750_000
GROWTH_TARGET = 2.2  # per doubling
NATION_TARGET = 2_000.0  # MB
ROUNDS = {"units": 2, "patients": 2}


@dataclass(frozen=True, slots=True)
class Size:
    """Units, people and patients of a region."""

    units: int
    people: int
    patients: int


def of_units(units: int) -> Size:
    """A region of so many units, with the people and patients of each."""
    return Size(units, units * PEOPLE_PER_UNIT, round(units * PATIENTS_PER_UNIT))


def of_patients(patients: int) -> Size:
    """The region with so many patients."""
    return Size(REGION_UNITS, REGION_PEOPLE, patients)


NATION = Size(1_200, 10_500_000, round(1_200 * PATIENTS_PER_UNIT))
FULL = {
    "units": {units: of_units(units) for units in (100, 200, 400, 800, 1_600)},
    "patients": {
        patients: of_patients(patients) for patients in (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000)
    },
}
QUICK = {
    "units": {units: of_units(units) for units in (5, 10)},
    "patients": {patients: Size(10, 10 * PEOPLE_PER_UNIT, patients) for patients in (50, 100)},
}
QUICK_NATION = Size(12, 105_000, 102)


def measure(quick: bool) -> Findings:
    """Each series of doublings, then the country."""
    series, nation = (QUICK, QUICK_NATION) if quick else (FULL, NATION)
    with tempfile.TemporaryDirectory() as folder:
        parts = [_series(Path(folder), what, sizes) for what, sizes in series.items()]
        return joined([*parts, _nation(Path(folder), nation)])


def _series(folder: Path, what: str, sizes: dict[int, Size]) -> Findings:
    found: dict[int, list[Replication]] = {number: [] for number in sizes}
    try:
        for i in range(ROUNDS[what]):
            tell(f"growth with {what}: round {i + 1} of {ROUNDS[what]} …")
            for number, size in sizes.items():
                found[number].append(_replication(folder, size, "horizon_years=1"))
    except NotMeasurable as why:
        return Findings(missing=(Missing(f"growth with {what}", str(why)),))
    rows = [row for half, whole in pairwise(sizes) for row in _doubling(what, half, whole, found)]
    lines = [
        (
            f"{number:,} {what}",
            spread_as_read([one.seconds for one in made]),
            spread_as_read([one.megabytes for one in made]),
            as_read(statistics.median(one.peak_megabytes for one in made)),
        )
        for number, made in found.items()
    ]
    head = ("size", "seconds (lowest–highest)", "MB of the replication", "MB of its process")
    return Findings(tuple(rows), (Table(f"Size by {what}", head, tuple(lines)),))


def _doubling(what: str, half: int, whole: int, found: dict[int, list[Replication]]) -> list[Row]:
    """Growth of time and of memory from one size to the next."""
    size = f"{half:,} → {whole:,} {what}"
    times = ratios([one.seconds for one in found[whole]], [one.seconds for one in found[half]])
    memory = ratios([one.megabytes for one in found[whole]], [one.megabytes for one in found[half]])
    return [
        spread("time when the size doubles", size, "times", times, GROWTH_TARGET, at_most=True),
        spread("memory when the size doubles", size, "times", memory, GROWTH_TARGET, at_most=True),
    ]


def _nation(folder: Path, size: Size) -> Findings:
    told = f"{size.units:,} units, {size.people / 1e6:.1f} M people, {size.patients:,} patients, 3 years"
    tell(f"the country: {told} …")
    try:
        found = _replication(folder, size)
    except NotMeasurable as why:
        return Findings(missing=(Missing("the country", str(why)),))
    memory = spread(
        "the country: peak memory of one process",
        told,
        "MB",
        [found.peak_megabytes],
        NATION_TARGET,
        at_most=True,
    )
    return Findings(
        (memory, spread("the country: time of one replication", told, "seconds", [found.seconds]))
    )


def _replication(folder: Path, size: Size, *sets: str) -> Replication:
    made = settings(folder, units=size.units, people=size.people, patients=size.patients)
    return in_a_child(SCENARIO, [*made, *sets])
