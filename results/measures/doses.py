"""Doses: are they given inside their window, wherever they are given?"""

from __future__ import annotations

import numpy as np

from results.events import Events, of_patients, serving
from results.measures.replication import Replication
from results.table import Table
from sim.records import NEVER, UNIT


def doses(run: Replication, table: Table) -> None:
    """Are doses given inside their window, wherever they are given?

    A dose belongs to the day on which it fell due, and to the unit that served on the day on which it was given.
    One still open at the end counts late once past its window.
    """
    rows = run.records.doses
    early = run.per_stream([s.early_days for s in run.streams], rows["patient"])
    late = run.per_stream([s.late_days for s in run.streams], rows["patient"])
    horizon = run.resolved.scenario.horizon_days
    open_at_end = rows["given"] == NEVER
    day = np.where(open_at_end, horizon, rows["given"])
    decided = ~open_at_end | (rows["due"] + late < horizon)
    rows, day, early, late, open_at_end = (a[decided] for a in (rows, day, early, late, open_at_end))
    days_late = (day - rows["due"]).astype(np.float64)
    unit = serving(run.records, rows["patient"], day)
    events = of_patients(run.keys, run.records, rows["patient"], rows["due"], rows["site"], unit)
    is_late = open_at_end | (days_late > late)
    table.ratio("on_time_share", events, (~is_late & (days_late >= -early)).astype(np.float64))
    table.ratio("late_share", events, is_late.astype(np.float64))
    table.ratio("late_days_mean", events.where(is_late), days_late[is_late])
    table.percentile("late_days_p95", 0.95, events.where(is_late), days_late[is_late])
    owed = (rows["site"] == UNIT) | rows["returned"]
    without_site = Events(events.day, {k: v for k, v in events.codes.items() if k != "site"}).where(owed)
    table.ratio("returned_to_hospital_share", without_site, rows["returned"][owed].astype(np.float64))
