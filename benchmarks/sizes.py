"""Regions of any size, made from the shipped one: more units, more people, more patients."""

from __future__ import annotations

import csv
from pathlib import Path

from scenarios.lineage import LIBRARY
from scenarios.load import resolve

SCENARIO = "decision-2026"


def settings(folder: Path, *, units: int, people: int, patients: int) -> list[str]:
    """What gives the decision about so many people and patients, and exactly so many units; writes a register.

    The rows of the shipped register are taken again and again under keys of their own, with lists and staff
    scaled. Each stream keeps its share of the patients.
    """
    streams = resolve(SCENARIO).scenario.streams
    scale = patients / sum(stream.patients for stream in streams.values())
    counts = [f"streams.{name}.patients={round(stream.patients * scale)}" for name, stream in streams.items()]
    return [f"units={_register(folder, units, people)}", *counts]


def _register(folder: Path, units: int, people: int) -> Path:
    with (LIBRARY / "units.csv").open(encoding="utf-8", newline="") as file:
        shipped = list(csv.DictReader(file))
    rows = [
        row | {name: f"{row[name]}-{i // len(shipped)}" for name in ("key", "id", "name")}
        for i, row in ((i, shipped[i % len(shipped)]) for i in range(units))
    ]
    scale = people / sum(int(row["listed"]) for row in rows)
    for row in rows:
        row["listed"] = str(max(1, round(int(row["listed"]) * scale)))
        for staff in ("nurse_fte", "doctor_fte"):
            row[staff] = f"{float(row[staff]) * scale:.1f}"
    path = folder / f"{units}-units-{people}-people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path
