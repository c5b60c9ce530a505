"""What a run keeps of its replications beside the measures: weekly work, transfers and distributions.

Each extract is a table with one row per replication and cell, small enough to keep for every replication and
enough for every figure. Column names are public (docs/model.md, "A run on disk").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from results.stays import stays
from results.windows import Window, steady_window, year_windows
from scenarios.load import Resolved
from sim.records import (
    ATTENDED,
    CHECK,
    DOSE,
    FAILED,
    HOSPITAL,
    NEVER,
    NOWHERE,
    SITES,
    UNIT,
    UNPLANNED,
    WITHHELD,
    Records,
)

if TYPE_CHECKING:
    import pandas as pd

RESOURCES = ("nurse", "doctor", "room")


def reporting_window(resolved: Resolved) -> Window:
    """The window that summaries and figures speak of: steady if there is one, else the last year."""
    return steady_window(resolved) or year_windows(resolved)[-1]


def weekly(resolved: Resolved, records: Records) -> pd.DataFrame:
    """Unit × week × resource: minutes of transferred care, minutes used by all, minutes present.

    Weeks count from 1. For rooms only the minutes of transferred care are known.
    """
    import pandas as pd

    weeks, units = resolved.scenario.horizon_days // 7, len(records.units)
    start = -records.first_day
    present = (records.servers * records.open_minutes[:, None, None])[start:]
    used, ours = records.used[start:], _transferred_minutes(records, weeks, units)
    by_week = [a.reshape(weeks, 7, units, 2).sum(axis=1).astype(np.float64) for a in (used, present)]
    frames = []
    for r, resource in enumerate(RESOURCES):
        known = r < 2
        frames.append(
            pd.DataFrame(
                {
                    "week": np.repeat(np.arange(1, weeks + 1, dtype=np.int32), units),
                    "unit": np.tile(np.array(records.units), weeks),
                    "resource": resource,
                    "transferred_minutes": ours[:, :, r].ravel(),
                    "used_minutes": by_week[0][:, :, r].ravel() if known else np.nan,
                    "present_minutes": by_week[1][:, :, r].ravel() if known else np.nan,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _transferred_minutes(records: Records, weeks: int, units: int) -> NDArray[np.float64]:
    """Minutes of transferred care by week, unit and resource; desk work included, shape (weeks, units, 3)."""
    visits = records.visits[(records.visits["site"] == UNIT) & (records.visits["day"] >= 0)]
    cell = visits["day"] // 7 * units + visits["unit"]
    columns = [
        np.bincount(cell, weights=visits[f"{resource}_minutes"], minlength=weeks * units)
        for resource in RESOURCES
    ]
    return np.stack(columns, axis=1).reshape(weeks, units, 3).astype(np.float64)


def transfers(resolved: Resolved, records: Records) -> pd.DataFrame:
    """Sender × area × stream × week: patients planned, referred, accepted, first visit done."""
    import pandas as pd

    people = records.patients
    units = resolved.units
    cells = pd.DataFrame(
        {
            "sender": np.array([u.sender for u in units])[people["home"]],
            "area": np.array([u.area for u in units])[people["home"]],
            "stream": np.array(records.streams)[people["stream"]],
        }
    )
    counted = []
    for column, field in (
        ("planned", "planned"),
        ("referred", "referred"),
        ("accepted", "accepted"),
        ("first_visit_done", "first_visit"),
    ):
        happened = (people[field] != NEVER) & (people[field] < resolved.scenario.horizon_days)
        rows = cells[happened].assign(week=(people[field][happened] // 7 + 1).astype(np.int32))
        counted.append(rows.groupby(["sender", "area", "stream", "week"]).size().rename(column))
    table = pd.concat(counted, axis=1) if any(len(c) for c in counted) else pd.DataFrame(
        columns=["planned", "referred", "accepted", "first_visit_done"],
        index=pd.MultiIndex.from_arrays([[], [], [], []], names=["sender", "area", "stream", "week"]),
    )  # fmt: skip
    table = table.fillna(0).astype(np.int32).sort_index().reset_index()
    return table.astype({"sender": str, "area": str, "stream": str, "week": np.int32})


def distributions(resolved: Resolved, records: Records) -> pd.DataFrame:
    """Counts of whole values in the reporting window.

    `what` is dose_days (day given less day due, per stream and site), clinic_wait_minutes (per stream) or
    patients_at_unit (units with so many patients of the stream at the end of the window).
    """
    import pandas as pd

    window = reporting_window(resolved)
    parts = [_dose_days(records, window), _clinic_waits(records, window), _patients_per_unit(records, window)]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    table["stream"] = np.array(records.streams, dtype=object)[table["stream"].to_numpy(dtype=np.int64)]
    return table.astype({"stream": str, "what": str, "site": str})


def _counted(
    what: str, stream: NDArray[np.int64], site: NDArray[np.str_], value: NDArray[np.int64]
) -> pd.DataFrame:
    import pandas as pd

    rows = pd.DataFrame({"stream": stream, "site": site, "value": value.astype(np.int32)})
    counted = rows.groupby(["stream", "site", "value"]).size().rename("count").reset_index()
    counted.insert(0, "what", what)
    return counted.astype({"count": np.int32})


def _dose_days(records: Records, window: Window) -> pd.DataFrame:
    doses = records.doses
    doses = doses[(doses["due"] >= window.first) & (doses["due"] < window.end) & (doses["given"] != NEVER)]
    doses = doses[(doses["site"] == UNIT) | (doses["site"] == HOSPITAL)]
    stream = records.patients["stream"][doses["patient"]].astype(np.int64)
    return _counted("dose_days", stream, np.array(SITES)[doses["site"]], doses["given"] - doses["due"])


def _clinic_waits(records: Records, window: Window) -> pd.DataFrame:
    visits = records.visits
    met = np.isin(visits["outcome"], (ATTENDED, FAILED, WITHHELD)) & np.isin(
        visits["kind"], (DOSE, CHECK, UNPLANNED)
    )
    inside = (visits["day"] >= window.first) & (visits["day"] < window.end)
    visits = visits[met & inside & (visits["site"] == UNIT)]
    stream = records.patients["stream"][visits["patient"]].astype(np.int64)
    return _counted(
        "clinic_wait_minutes",
        stream,
        np.full(visits.size, "unit"),
        np.floor(visits["wait_minutes"]).astype(np.int64),
    )


def _patients_per_unit(records: Records, window: Window) -> pd.DataFrame:
    every = stays(records, window.end)
    there = every[(every["first"] < window.end) & (every["left"] >= window.end)]
    streams, units = len(records.streams), len(records.units)
    cell = records.patients["stream"][there["patient"]].astype(np.int64) * units + there["unit"]
    number = np.bincount(cell, minlength=streams * units).reshape(streams, units)
    number = number[:, _open_at_the_end(records, window)]
    stream = np.repeat(np.arange(streams), number.shape[1])
    return _counted("patients_at_unit", stream, np.full(number.size, "unit"), number.ravel())


def _open_at_the_end(records: Records, window: Window) -> NDArray[np.bool_]:
    """Units with staff in the last week of a window, shape (units,)."""
    end = window.end - records.first_day
    return np.asarray(records.servers[end - 7 : end].any(axis=(0, 2)))


def visit_table(resolved: Resolved, records: Records) -> pd.DataFrame:
    """One row per transferred visit, with names for codes; days count from day zero.

    At other sites the unit is the one that serves the patient, empty where none can.
    """
    import pandas as pd

    from sim.records import VISIT_KINDS, VISIT_OUTCOMES

    visits = records.visits
    people = records.patients[visits["patient"]]
    unit = np.where(
        visits["unit"] != NOWHERE, visits["unit"], records.units_on(visits["patient"], visits["day"])[1]
    )
    table = pd.DataFrame({name: visits[name] for name in visits.dtype.names or () if name != "unit"})
    for column, names in (("kind", VISIT_KINDS), ("site", SITES), ("outcome", VISIT_OUTCOMES)):
        table[column] = np.array(names)[visits[column]]
    table.insert(1, "stream", np.array(records.streams)[people["stream"]])
    table.insert(2, "unit", np.array([*records.units, ""])[unit])
    table.insert(3, "sender", np.array([u.sender for u in resolved.units])[people["home"]])
    return table
