"""The register of units: what each care centre is, whom it lists and what it can do.

The shipped `units.csv` is synthetic; a planner's own file is read the same way, and every fault in it is
reported with its line, all at once. Also the shipped distances between municipalities. Loads no pandas, so
that the command line starts quickly.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
import io
import pathlib
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scenarios.cells import Reader, key, number, one_of, shown, some_of, whole_number, words, yes_or_no
from scenarios.faults import Fault
from scenarios.schema import ProcedureGroup
from scenarios.table import Row, rows, without_faults


@dataclass(frozen=True, slots=True)
class Unit:
    """One care centre as the register states it."""

    key: str  # immutable: random streams hang on it
    id: str
    name: str
    area: str
    municipality: str
    ownership: Literal["public", "private"]
    listed: int  # persons
    share_65_plus: float  # of the listed, 0 to 1
    capitation_weight: float  # payment per listed person; 1 is the region's mean
    nurse_fte: float
    doctor_fte: float
    infusion_places: float  # to be used at the same time
    can_injection: bool
    can_catheter: bool
    can_infusion: bool
    can_methadone: bool
    digital_channel: bool  # receives referrals by a secure digital channel
    sender: str  # hospital administration in whose catchment the unit's patients are
    ready_for: tuple[str, ...]  # procedure groups for which it lacks nothing, so that readiness costs nothing

    @property
    def weighted_listing(self) -> float:
        """Listed persons × capitation weight: what the unit's part of any capitation is proportional to."""
        return self.listed * self.capitation_weight

    def can(self, procedure_group: str) -> bool:
        """Whether the unit performs a procedure group; `control` needs no skill that a unit could lack."""
        return procedure_group == "control" or bool(getattr(self, f"can_{procedure_group}"))


# In the order of the shipped file. Upper limits are there to catch a slipped decimal point, not to judge.
COLUMNS: dict[str, Reader] = {
    "key": key,
    "id": words,
    "name": words,
    "area": words,
    "municipality": words,
    "ownership": one_of("public", "private"),
    "listed": whole_number(1, 100_000),
    "share_65_plus": number(0, 1),
    "capitation_weight": number(0, 10, above=True),
    "nurse_fte": number(0, 1_000),
    "doctor_fte": number(0, 1_000),
    "infusion_places": number(0, 100),
    "can_injection": yes_or_no,
    "can_catheter": yes_or_no,
    "can_infusion": yes_or_no,
    "can_methadone": yes_or_no,
    "digital_channel": yes_or_no,
    "sender": words,
    "ready_for": some_of(*typing.get_args(ProcedureGroup)),
}
DECIMALS = ("share_65_plus", "capitation_weight", "nurse_fte", "doctor_fte", "infusion_places")


def read_register(path: pathlib.Path, shown_as: str | None = None) -> tuple[Unit, ...]:
    """The units of a CSV register, sorted by key, so that the order of its rows never matters.

    `shown_as` is the name of the file in messages. Raises InputError with every fault.
    """
    file = shown_as or str(path)
    good = without_faults(_checked(path, file), file)
    return tuple(sorted((Unit(**row.values) for row in good), key=lambda unit: unit.key))


@functools.cache
def read_distances() -> dict[tuple[str, str], float]:
    """Straight-line kilometres between the shipped municipalities' centroids, by (from, to), sorted.

    Within a municipality it is 0.0. The caller must not change the table: it is read once.
    """
    text = importlib.resources.files("scenarios").joinpath("distances.csv").read_text(encoding="utf-8")
    lines = csv.DictReader(io.StringIO(text))
    km = {(line["from_municipality"], line["to_municipality"]): float(line["km"]) for line in lines}
    return dict(sorted(km.items()))


def nearness(municipality: str, unit: Unit) -> tuple[float, int, str]:
    """What orders units by nearness to a municipality: kilometres, then the larger list, then the key."""
    return read_distances()[municipality, unit.municipality], -unit.listed, unit.key


def _checked(path: pathlib.Path, file: str) -> Iterator[Fault | Row]:
    """Rows and faults of the table, with the faults that only more than one cell shows."""
    first_line: dict[tuple[str, str], int] = {}
    for item in rows(path, file, COLUMNS, DECIMALS):
        yield item
        if isinstance(item, Row):
            yield from _repeated(item, first_line, file)
            if item.values.get("can_infusion") and item.values.get("infusion_places") == 0:
                yield Fault(file, item.line, "infusion_places", "is 0, but can_infusion is yes; change one")


def _repeated(row: Row, first_line: dict[tuple[str, str], int], file: str) -> Iterator[Fault]:
    for column in ("key", "id"):
        if column in row.values:
            text = row.values[column]
            first = first_line.setdefault((column, text), row.line)
            if first != row.line:
                yield Fault(file, row.line, column, f"{shown(text)} is already on line {first}; give another")
