"""Looks up what a report tells of weeks and of the spread over units, from the tables of the runs themselves."""

import datetime as dt
import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from results.report.subject import Subject
from results.statistics import summarise
from results.table import Row
from scenarios.listing import listing

Found = tuple[float, float, float]


def nurses(subject: Subject, label: str, stretches: str) -> pd.DataFrame:
    """The rows of nurses in the weeks of stretches such as `28-31,52-52`."""
    table = _nurses(str(run_folder(subject, label)), subject.numbers)
    ends = [tuple(map(int, stretch.split("-"))) for stretch in stretches.split(",")]
    weeks = {week for first, last in ends for week in range(first, last + 1)}
    return table[table["week"].isin(weeks)]


def run_folder(subject: Subject, label: str) -> object:
    name, _, calibration = label.partition(" @ ")
    return (subject.tight[name, calibration] if calibration else subject.runs[name]).folder


@cache
def _nurses(folder: str, numbers: tuple[int, ...]) -> pd.DataFrame:
    table = pd.read_parquet(f"{folder}/weekly.parquet")
    return table[(table["resource"] == "nurse") & table["replication"].isin(numbers)]


def told(values: "pd.Series[float]", how: str) -> Found:
    """What is told of a number per replication: mean and interval, or a percentile alone."""
    found = summarise(values.to_numpy(dtype=np.float64)[:, None])
    if how != "mean":
        return float(getattr(found, how)[0]), math.nan, math.nan
    low, high = float(found.low[0]), float(found.high[0])
    return float(found.mean[0]), max(low, 0.0), high


def week_hours(subject: Subject, label: str, of: str, how: str) -> Found:
    stretches, unit = of.split("/", maxsplit=1)
    table = nurses(subject, label, stretches)
    number = table["week"].nunique()
    table = table[table["unit"] == unit] if unit else table
    return told(table.groupby("replication")["transferred_minutes"].sum() / 60 / number, how)


def quotient(table: pd.DataFrame, top: str, by: list[str]) -> "pd.Series[float]":
    sums = table.groupby(by)[[top, "present_minutes"]].sum()
    return sums[top] / sums["present_minutes"].replace(0.0, math.nan)


def week_use(subject: Subject, label: str, of: str, how: str) -> Found:
    stretches, unit = of.split("/", maxsplit=1)
    table = nurses(subject, label, stretches)
    table = table[table["unit"] == unit] if unit else table
    return told(quotient(table, "used_minutes", ["replication"]), how)


def week_share(subject: Subject, label: str, of: str, how: str) -> Found:
    table = nurses(subject, label, of.removesuffix("/"))
    return told(quotient(table, "transferred_minutes", ["replication"]), how)


def week_full(subject: Subject, label: str, of: str, how: str) -> Found:
    stretches, least = of.split("/")
    use = quotient(nurses(subject, label, stretches), "used_minutes", ["replication", "unit"])
    return told((use >= float(least)).groupby("replication").sum(), how)


def week_use_at(subject: Subject, label: str, of: str, how: str) -> Found:
    stretches, q = of.split("/")
    use = quotient(nurses(subject, label, stretches), "used_minutes", ["replication", "unit"])
    return told(use.groupby("replication").quantile(float(q)), how)


def iso_week(subject: Subject, label: str, of: str, how: str) -> Found:
    scenario = subject.runs[label].resolved().scenario
    monday = dt.datetime.combine(scenario.start_date, dt.time()) + dt.timedelta(days=7 * (int(of) - 1))
    return float(monday.strftime("%V")), math.nan, math.nan


def by_unit(subject: Subject, label: str, name: str, window: str) -> pd.DataFrame:
    """A measure of each unit, a row per replication."""
    rows, values = subject.runs[label].measures(subject.numbers)
    places = [i for i, r in enumerate(rows) if (r.name, r.scope, r.window) == (name, "unit", window)]
    return pd.DataFrame(values[:, places])


def units_at(subject: Subject, label: str, of: str, how: str) -> Found:
    name, q, window = of.split("/")
    return told(by_unit(subject, label, name, window).quantile(float(q), axis=1), how)


def units_carry(subject: Subject, label: str, of: str, how: str) -> Found:
    name, number, window = of.split("/")
    table = by_unit(subject, label, name, window)
    most = table.apply(lambda own: own.nlargest(int(number)).sum(), axis=1)
    return told(most / table.sum(axis=1), how)


def units_for(subject: Subject, label: str, of: str, how: str) -> Found:
    name, share, window = of.split("/")

    def fewest(own: "pd.Series[float]") -> float:
        ranked = sorted(own.dropna(), reverse=True)
        return next(n for n in range(1, len(own) + 1) if sum(ranked[:n]) >= float(share) * sum(ranked))

    return told(by_unit(subject, label, name, window).apply(fewest, axis=1), how)


def of_owner(subject: Subject, label: str, name: str, owner: str, window: str) -> np.ndarray:
    """A measure of the public or the private units, replication by replication."""
    rows, values = subject.runs[label].measures(subject.numbers)
    return values[:, rows.index(Row(name, "ownership", owner, window))]


def owned(subject: Subject, label: str, owner: str) -> tuple[int, float]:
    """Units of an owner in the register, and persons listed at them on the mean day of the window."""
    resolved = subject.runs[label].resolved()
    found = listing(resolved.scenario, resolved.units)
    days = range(subject.window.first, subject.window.end)
    persons = 0
    for day in days:
        at = found.at[found.period(day)]
        persons += sum(
            u.listed
            for u, now in zip(resolved.units, at, strict=True)
            if resolved.units[now].ownership == owner
        )
    return sum(unit.ownership == owner for unit in resolved.units), persons / len(days)


def size_of(subject: Subject, label: str, owner: str, per: str) -> float:
    units, persons = owned(subject, label, owner)
    return {"all": 1.0, "unit": units, "listed": persons / 1e6, "thousand_listed": persons / 1e3}[per]


def per(what: str) -> Callable[[Subject, str, str, str], Found]:
    def found(subject: Subject, label: str, of: str, how: str) -> Found:
        name, owner, window = of.split("/")
        values = of_owner(subject, label, name, owner, window) / size_of(subject, label, owner, what)
        return told(pd.Series(values), how)

    return found


def owners_apart(subject: Subject, label: str, of: str, how: str) -> Found:
    name, what, window = of.split("/")
    public, private = (
        of_owner(subject, label, name, owner, window) / size_of(subject, label, owner, what)
        for owner in ("public", "private")
    )
    found = summarise((private - public)[:, None])
    return float(found.mean[0]), float(found.low[0]), float(found.high[0])


AT_UNITS = {
    "week_hours": week_hours,
    "week_use": week_use,
    "week_share": week_share,
    "week_full": week_full,
    "week_use_at": week_use_at,
    "iso_week": iso_week,
    "units_at": units_at,
    "units_carry": units_carry,
    "units_for": units_for,
    "per_unit": per("unit"),
    "per_listed": per("listed"),
    "per_thousand_listed": per("thousand_listed"),
    "owners_apart": owners_apart,
}

OWNED = {
    "units_public": lambda subject, label: owned(subject, label, "public")[0],
    "units_private": lambda subject, label: owned(subject, label, "private")[0],
    "listed_public": lambda subject, label: owned(subject, label, "public")[1],
    "listed_private": lambda subject, label: owned(subject, label, "private")[1],
}
