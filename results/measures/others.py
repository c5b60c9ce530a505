"""Other patients: their access, and how many of their visits could at most be displaced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.events import weekly_at_units
from results.measures.replication import Replication
from results.table import Table
from sim.records import DIVERTED_BOOKED, DIVERTED_SAME_DAY, SEEN_SAME_DAY, Records


def others(run: Replication, table: Table) -> None:
    """Other patients' access, and how many of their visits the transferred minutes could at most displace."""
    background = run.resolved.scenario.background
    requests, met = same_day_requests(run.records, background.guarantee_days)
    visits = requests["visits"].astype(np.float64)
    events, (asked, kept, waited) = weekly_at_units(
        run.keys, requests["unit"], requests["day"], visits, visits * met, visits * requests["waited"]
    )
    table.ratio("background_within_guarantee_share", events, kept, asked)
    table.ratio("background_wait_days_mean", events, waited, asked)
    rows = run.records.others
    diverted = rows[np.isin(rows["outcome"], (DIVERTED_SAME_DAY, DIVERTED_BOOKED))]
    away, (turned_away,) = weekly_at_units(
        run.keys, diverted["unit"], diverted["day"], diverted["visits"].astype(np.float64)
    )
    table.count("background_diverted_per_year", away, turned_away)
    ours, at_unit = run.visits(run.at_unit)
    displaced = (
        ours["nurse_minutes"] / background.nurse_minutes + ours["doctor_minutes"] / background.doctor_minutes
    )
    table.count("displacement_bound_visits_per_year", at_unit, displaced)


def same_day_requests(records: Records, guarantee_days: int) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """Other patients' same-day requests, seen or diverted, and which of them were seen within the guarantee."""
    rows = records.others
    requests = rows[np.isin(rows["outcome"], (SEEN_SAME_DAY, DIVERTED_SAME_DAY))]
    return requests, (requests["outcome"] == SEEN_SAME_DAY) & (requests["waited"] <= guarantee_days)
