"""Other patients' queues week by week from the start of the warm-up: what a run keeps to see whether they settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.load import Resolved
from scenarios.schema import Scenario
from sim.records import (
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    OTHER_OUTCOMES,
    SEEN_BOOKED,
    SEEN_SAME_DAY,
    Records,
)

if TYPE_CHECKING:
    import pandas as pd

PROFESSIONS = ("nurse", "doctor")
QUEUES = ("same_day", "booked", "saturated")
SEEN = [SEEN_SAME_DAY, SEEN_BOOKED, SEEN_BOOKED]  # outcome per queue
DIVERTED = [DIVERTED_SAME_DAY, DIVERTED_BOOKED, DIVERTED_BOOKED]
NEAR = 0.95  # of what its diary can hold: a queue that is asked for more does not settle within a year


@dataclass(frozen=True, slots=True, repr=False)
class OthersByWeek:
    """Other patients per week from the start of the warm-up, unit, profession and outcome: visits, and days waited."""

    visits: NDArray[np.int64]
    waited: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<OthersByWeek: {self.visits.sum():,} visits>"


def others_by_week(records: Records) -> OthersByWeek:
    """Sum the rows of other patients."""
    rows = records.others
    shape = (len(records.open_minutes) // 7, len(records.units), len(PROFESSIONS), len(OTHER_OUTCOMES))
    cell = (rows["day"] - records.first_day) // 7
    for column, size in zip(("unit", "profession", "outcome"), shape[1:], strict=True):
        cell *= size
        cell += rows[column]
    visits = rows["visits"].astype(np.float64)
    size = int(np.prod(shape))
    sums = (np.bincount(cell, weights=weight, minlength=size) for weight in (visits, visits * rows["waited"]))
    return OthersByWeek(*(each.astype(np.int64).reshape(shape) for each in sums))


def settling(resolved: Resolved, records: Records, by_week: OthersByWeek) -> pd.DataFrame:
    """Week × profession × queue: how many were seen, waited and were turned away, and of how much time.

    Weeks count from 1, those of the warm-up end with 0. Of the queues `saturated` are the booked visits of those units
    and professions that are asked for at least `NEAR` of what their diaries can hold; `queues` says how many there are.
    `ordinary` are weeks without a shortened day or other staffing. `wanted_minutes` is what those who were seen or
    turned away would take at mean minutes, `room_minutes` what the staff had: all of it for the same day, the bookable
    share for those booked.
    """
    import pandas as pd

    other, weeks = resolved.scenario.background, len(records.open_minutes) // 7
    share = resolved.scenario.booking.bookable_share
    minutes = np.array([other.nurse_minutes, other.doctor_minutes])
    present = (records.servers * records.open_minutes[:, None, None]).reshape(weeks, 7, -1, 2).sum(axis=1)
    full = records.requests[:, :, 1] * minutes >= NEAR * share * present.sum(axis=0)
    members = np.stack([np.ones_like(full), ~full, full])  # queue, unit, profession
    room = np.einsum("qup,wup->wpq", members, present) * np.array([1, share, share])
    seen, waited, diverted = (
        np.einsum("qup,wupq->wpq", members, counts[..., outcomes])
        for counts, outcomes in ((by_week.visits, SEEN), (by_week.waited, SEEN), (by_week.visits, DIVERTED))
    )
    first = records.first_day // 7 + 1
    columns: dict[str, Any] = {
        "week": np.repeat(np.arange(first, first + weeks, dtype=np.int32), 6),
        "ordinary": np.repeat(_ordinary(resolved.scenario, records), 6),
        "profession": np.tile(np.repeat(PROFESSIONS, 3), weeks),
        "queue": np.tile(QUEUES, 2 * weeks),
        "queues": np.tile(members.sum(axis=1).T.ravel(), weeks),
        "seen": seen.ravel(),
        "waited_days": waited.ravel(),
        "diverted": diverted.ravel(),
        "wanted_minutes": ((seen + diverted) * minutes[:, None]).ravel(),
        "room_minutes": room.ravel(),
    }
    return pd.DataFrame(columns)


def _ordinary(scenario: Scenario, records: Records) -> NDArray[np.bool_]:
    """Weeks in which every weekday is as long as ever and nobody's staffing is other than normal, shape (weeks,)."""
    open_minutes = records.open_minutes.reshape(-1, 7)
    whole = (open_minutes == open_minutes.max(axis=0)).all(axis=1)
    monday = scenario.start_date + dt.timedelta(days=records.first_day)
    iso_weeks = ((monday + dt.timedelta(weeks=i)).isocalendar().week for i in range(len(whole)))
    return np.asarray(whole & np.array([scenario.staffing.period(week) is None for week in iso_weeks]))
