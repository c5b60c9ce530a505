"""Skill: whether units see enough of each procedure to keep it up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.events import Events
from results.measures.replication import Replication
from results.table import Table, divide


def skill(run: Replication, table: Table) -> None:
    """Whether units see enough of each procedure to keep it up.

    A unit that is closed for the whole of a window is none of its units.
    """
    _, events = run.visits(run.treatments)
    units, streams = len(run.records.units), len(run.streams)
    unit, stream = events.codes["unit"], events.codes["stream"]
    groups = sorted({s.procedure_group for s in run.streams})
    group = np.array([groups.index(s.procedure_group) for s in run.streams], dtype=np.int64)
    least = np.array([run.resolved.scenario.money.procedures[g].minimum_visits_per_year for g in groups])
    at = Events(events.day, {"cell": unit * streams + stream, "group": unit * len(groups) + group[stream]})
    cells = at.total("cell", units * streams, None, table.windows).reshape(len(table.windows), units, streams)
    low = at.total("group", units * len(groups), None, table.windows).reshape(
        len(table.windows), units, len(groups)
    )
    factors = table.factors()[:, None]
    performing = (cells > 0).sum(axis=1)
    open_units = run.open_units(table.windows).sum(axis=1, keepdims=True)
    table.add("units_without_patient_share", "stream", 1 - divide(performing, open_units))
    table.add("visits_per_performing_unit", "stream", divide(cells.sum(axis=1) * factors, performing))
    anything = cells.sum(axis=2)
    any_unit = (anything > 0).sum(axis=1, keepdims=True)
    table.add("units_without_patient_share", "region", 1 - divide(any_unit, open_units))
    table.add(
        "visits_per_performing_unit",
        "region",
        divide(anything.sum(axis=1, keepdims=True) * factors, any_unit),
    )
    below = low * factors[:, :, None] < least
    _low_volume(table, events, unit, group[stream], below)


def _low_volume(
    table: Table, events: Events, unit: NDArray[np.int64], group: NDArray[np.int64], below: NDArray[np.bool_]
) -> None:
    """Share of visits at units below the yearly minimum of their group; `below` is (windows, units, groups)."""
    for scope in events.codes:
        keys = len(table.keys.names[scope])
        shares = []
        for window, few in zip(table.windows, below, strict=True):
            top = events.total(scope, keys, few[unit, group].astype(np.float64), (window,))
            shares.append(divide(top, events.total(scope, keys, None, (window,)))[0])
        table.add("low_volume_visits_share", scope, np.array(shares))
