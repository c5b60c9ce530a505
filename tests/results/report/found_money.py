"""Looks up sums of measures, and what stands on cards, from the tables of the runs themselves."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from results.report.subject import Subject
from results.statistics import summarise
from scenarios.register import Unit

Found = tuple[float, float, float]
YEARLY = 365.25 / 364
THOUSAND_SEK = 1000  # to a million


@cache
def table_of(folder: str, name: str, numbers: tuple[int, ...]) -> pd.DataFrame:
    table = pd.read_parquet(f"{folder}/{name}.parquet")
    return table[table["replication"].isin(numbers)]


def table(subject: Subject, label: str, name: str) -> pd.DataFrame:
    return table_of(str(subject.runs[label].folder), name, subject.numbers)


def row(subject: Subject, label: str, path: str) -> np.ndarray:
    """A row of a run by its path, shape (replications,)."""
    name, scope, *key, window = path.split("/")
    found = table(subject, label, "measures")
    wanted = {"name": name, "scope": scope, "key": "/".join(key), "window": window}
    for column, value in wanted.items():
        found = found[found[column] == value]
    assert len(found) == len(subject.numbers), path
    return found["value"].to_numpy()


def combined(subject: Subject, label: str, of: str, how: str) -> Found:
    """Rows with signs between them; the interval of a difference is held against the family elsewhere."""
    first, *later = of.replace(" - ", " + -").split(" + ")

    def added(label: str) -> np.ndarray:
        rows = ((-1 if path[0] == "-" else 1, path.removeprefix("-")) for path in (first, *later))
        return sum(sign * row(subject, label, path) for sign, path in rows)

    if how != "mean":
        return float((added(label) - added(how.removeprefix("less "))).mean()), math.nan, math.nan
    found = summarise(added(label)[:, None])
    return float(found.mean[0]), max(0.0, float(found.low[0])), float(found.high[0])


def units_of(subject: Subject, place: str) -> list[Unit]:
    """The units of a place: `u014`, or what is around it, such as `municipality of u014`."""
    scope, _, key = place.rpartition(" of ")
    units = subject.main.resolved.units
    (first,) = (unit for unit in units if unit.key == key)
    around = {
        "": lambda unit: unit.key == key,
        "municipality": lambda unit: (unit.area, unit.municipality) == (first.area, first.municipality),
        "area": lambda unit: unit.area == first.area,
        "region": lambda unit: True,
    }[scope]
    return [unit for unit in units if around(unit)]


def together(subject: Subject, name: str, units: list[Unit]) -> np.ndarray:
    """A measure of units, summed, shape (replications,)."""
    found = table(subject, subject.main.label, "measures")
    keys = [unit.key for unit in units]
    mine = (found["name"] == name) & (found["scope"] == "unit") & (found["window"] == subject.window.name)
    return found[mine & found["key"].isin(keys)].groupby("replication")["value"].sum().to_numpy()


def visits(subject: Subject, units: list[Unit], stream: str) -> np.ndarray:
    found = table(subject, subject.main.label, "landings")
    mine = (found["window"] == subject.window.name) & (found["stream"] == stream)
    mine &= found["unit"].isin([unit.key for unit in units])
    summed = found[mine].groupby("replication")["visits"].sum()
    return YEARLY * summed.reindex(subject.numbers).fillna(0).to_numpy()


NAMES = {
    "visits": "unit_visits_per_year",
    "patients": "patients_at_units",
    "nurse": "nurse_hours_per_year",
    "doctor": "doctor_hours_per_year",
    "room": "room_hours_per_year",
}


def landed(subject: Subject, what: str, units: list[Unit]) -> np.ndarray:
    """What lands at units, in the unit of the card, shape (replications,)."""
    of, _, kind = what.partition("/")
    if kind and of == "visits":
        return visits(subject, units, kind)
    if of in NAMES:
        return together(subject, NAMES[of], units)
    found = together(subject, f"{of}_msek_per_year", units)
    if kind == "care":
        found = found - together(subject, "readiness_msek_per_year", units)
    return THOUSAND_SEK * found


def bounded(values: np.ndarray, decimals: int) -> Found:
    """Mean, 5th and 95th percentile, the bounds as told."""
    low, high = (round(float(np.quantile(values, q)), decimals) for q in (0.05, 0.95))
    return float(values.mean()), low, high


def rounded(subject: Subject, label: str, of: str, how: str) -> Found:
    place, what = of.split("/", maxsplit=1)
    return bounded(landed(subject, what, units_of(subject, place)), 1 if what == "patients" else 0)


def card(subject: Subject, label: str, of: str, how: str) -> Found:
    """What stands on a card and needs no rounding."""
    place, what = of.split("/", maxsplit=1)
    units = units_of(subject, place)
    if what in ("units", "listed"):
        return (
            float(len(units) if what == "units" else sum(unit.listed for unit in units)),
            math.nan,
            math.nan,
        )
    if what == "uplift_share_used":
        values = together(subject, "cost_msek_per_year", units) / together(
            subject, "uplift_msek_per_year", units
        )
    else:
        scope, _, key = place.rpartition(" of ")
        name = {"region": "", "": key}.get(scope) if scope in ("region", "") else getattr(units[0], scope)
        values = row(subject, subject.main.label, f"{what}/{scope or 'unit'}/{name}/{subject.window.name}")
        values = values[np.isfinite(values)]
    mean, low, high = bounded(values, 5)
    return round(mean, 5), low, high


def hours_apart(subject: Subject, label: str, unit: str, how: str) -> Found:
    """Hours of both professions at a unit in one run less another."""
    paths = [f"{name}_hours_per_year/unit/{unit}/{subject.window.name}" for name in ("nurse", "doctor")]
    there, here = (
        sum(row(subject, one, path) for path in paths) for one in (label, how.removeprefix("less "))
    )
    apart = there - here
    low, high = (float(np.quantile(apart, q)) for q in (0.05, 0.95))
    return float(apart.mean()), low, high


MONEY: dict[str, Callable[[Subject, str, str, str], Found]] = {
    "combined": combined,
    "rounded": rounded,
    "card": card,
    "hours apart": hours_apart,
}
