"""Looks up what a report tells of doses, of other patients and of skill, from the tables of the runs themselves."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from results.report.subject import Subject
from results.statistics import summarise
from results.store import Run

Found = tuple[float, float, float]


def run_of(subject: Subject, label: str) -> Run:
    name, _, calibration = label.partition(" @ ")
    return subject.tight[name, calibration] if calibration else subject.runs[name]


@cache
def _table(folder: str, name: str) -> pd.DataFrame:
    return pd.read_parquet(f"{folder}/{name}.parquet")


def table_of(subject: Subject, label: str, name: str) -> pd.DataFrame:
    """A table of a run, of the replications that are told."""
    table = _table(str(run_of(subject, label).folder), name)
    return table[table["replication"].isin(subject.numbers)]


def row_of(subject: Subject, label: str, path: str) -> np.ndarray:
    """A measure in each replication."""
    name, scope, *key, window = path.split("/")
    table = table_of(subject, label, "measures")
    chosen = (table["name"] == name) & (table["scope"] == scope) & (table["window"] == window)
    return table[chosen & (table["key"] == "/".join(key))].sort_values("replication")["value"].to_numpy()


def told(values: np.ndarray) -> Found:
    found = summarise(np.asarray(values, dtype=float)[:, None])
    return float(found.mean[0]), max(float(found.low[0]), 0.0), float(found.high[0])


def dose_days(subject: Subject, label: str, path: str, how: str) -> Found:
    """The share of the doses of a treatment given between two days after the due date, at one site or at any."""
    stream, site = path.split("/")
    first, last = (float(end or f"{sign}inf") for end, sign in zip(how.split(".."), "-+", strict=True))
    doses = table_of(subject, label, "distributions")
    sites = [site] if site else ["unit", "hospital"]
    doses = doses[(doses["what"] == "dose_days") & (doses["stream"] == stream) & doses["site"].isin(sites)]
    given = doses.groupby("replication")["count"].sum().reindex(subject.numbers)
    between = doses[doses["value"].between(first, last)].groupby("replication")["count"].sum()
    return told(between.reindex(subject.numbers).fillna(0) / given)


def calibration(subject: Subject, name: str, key: str, how: str) -> Found:
    """A value of how tight units are, from the run of the scenario in question under that calibration."""
    background = subject.tight[subject.main.label, name].resolved().scenario.background
    return float(getattr(background, key)), math.nan, math.nan


def chance_of_more(subject: Subject, label: str, path: str, how: str) -> Found:
    """The share of replications in which one run has more than the other."""
    one, other = (row_of(subject, each, path) for each in (label, how.removeprefix("than ")))
    return sum(one > other) / len(one), math.nan, math.nan


def low_volume(subject: Subject, label: str, group: str, window: str) -> Found:
    """The share of a procedure group's visits that are at units below its minimum, from its treatments' visits."""
    scenario = run_of(subject, label).resolved().scenario
    streams = [key for key, stream in scenario.streams.items() if stream.procedure_group == group]
    visits, shares = (
        np.array([row_of(subject, label, f"{name}/stream/{key}/{window}") for key in streams])
        for name in ("unit_visits_per_year", "low_volume_visits_share")
    )
    return told(np.nansum(visits * shares, axis=0) / visits.sum(axis=0))


def units_with(subject: Subject, label: str, stream: str, patients: str) -> Found:
    """Units with so many patients of a treatment at the end of the window."""
    table = table_of(subject, label, "distributions")
    table = table[(table["what"] == "patients_at_unit") & (table["stream"] == stream)]
    table = table[table["value"] == int(patients)]
    return told(np.array([table[table["replication"] == each]["count"].sum() for each in subject.numbers]))


def tightest_fourth(subject: Subject, label: str, path: str, how: str) -> Found:
    """What one run has more than the other, summed over the units with least share in time in the other."""
    name, _, _, window = path.split("/")
    tables = [
        table_of(subject, each, "measures").query(f"scope == 'unit' and window == '{window}'")
        for each in (label, how.removeprefix("less "))
    ]
    seen = (
        tables[1].query("name == 'background_within_guarantee_share'").groupby("key", observed=True)["value"]
    )
    units = seen.mean().dropna().sort_values(kind="stable").index
    units = units[: len(units) // 4]
    one, other = (
        table[(table["name"] == name) & table["key"].isin(units)].groupby("replication")["value"].sum()
        for table in tables
    )
    found = summarise((one - other).to_numpy()[:, None])
    return float(found.mean[0]), float(found.low[0]), float(found.high[0])


def hubs(subject: Subject, label: str, group: str, how: str) -> Found:
    return float(len(run_of(subject, label).resolved().hubs[group].keys)), math.nan, math.nan


OF_DOSES: dict[str, Callable[[Subject, str, str, str], Found]] = {
    "dose_days": dose_days,
    "calibration": calibration,
    "chance of more": chance_of_more,
    "low volume": low_volume,
    "units with": units_with,
    "hubs": hubs,
    "tightest fourth": tightest_fourth,
}
