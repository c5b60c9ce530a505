"""How visits gather: the share of a procedure group's visits at units that do few, and units with a single patient."""

from __future__ import annotations

import numpy as np

from results.comparison import Side
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject, within
from results.statistics import summarise

LOW, VISITS = "low_volume_visits_share", "unit_visits_per_year"


def groups(subject: Subject) -> dict[str, list[str]]:
    """The treatments of each procedure group of the scenario in question of which units have visits, in its order."""
    found: dict[str, list[str]] = {}
    for key, stream in subject.resolved.scenario.streams.items():
        if subject.measured(subject.main, LOW, "stream", key).known:
            found.setdefault(stream.procedure_group, []).append(key)
    return found


def visits(subject: Subject, group: str) -> float:
    """Visits a year at units of a group's treatments in the scenario in question, a mean over replications."""
    streams = groups(subject)[group]
    return sum(subject.measured(subject.main, VISITS, "stream", stream).value for stream in streams)


def low_share(subject: Subject, side: Side, group: str) -> Quantity:
    """The share of a group's visits that are at units below the group's yearly minimum, with its 95 % interval.

    In each replication the visits of the group's treatments at such units ÷ all their visits; NaN where there are
    none.
    """
    streams = [key for key, each in side.resolved.scenario.streams.items() if each.procedure_group == group]
    made, shares = (
        np.column_stack([subject.values(side, subject.row(name, "stream", key)) for key in streams])
        if streams
        else np.zeros((subject.replications, 0))
        for name in (VISITS, LOW)
    )
    with np.errstate(invalid="ignore"):
        pooled = np.where(made > 0, made * shares, 0.0).sum(axis=1) / made.sum(axis=1)
    found = summarise(pooled[:, None])
    low, high = within(LOW, float(found.low[0]), float(found.high[0]))
    trace = Trace("low volume", side.label, group, subject.window.name)
    return Quantity(float(found.mean[0]), "share", trace, low, high)


def with_one_patient(subject: Subject, stream: str) -> Quantity:
    """Units that have a single patient of a treatment at the end of the window, a mean over replications."""
    table = subject.table(subject.main, "distributions")
    chosen = (table["what"] == "patients_at_unit") & (table["stream"] == stream) & (table["value"] == 1)
    units = table[chosen].groupby("replication")["count"].sum().reindex(subject.numbers, fill_value=0)
    found = summarise(units.to_numpy(dtype=np.float64)[:, None])
    low = max(float(found.low[0]), 0.0)
    trace = Trace("units with", subject.main.label, stream, "1")
    return Quantity(float(found.mean[0]), "units", trace, low, float(found.high[0]))
