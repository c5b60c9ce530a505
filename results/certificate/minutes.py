"""Minutes and requests: what the clinic days gave is what the records hold, and no more than there was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from results.certificate.finding import Finding
from scenarios.listing import take_overs
from scenarios.load import Resolved
from sim.records import (
    CHECK,
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    RENEWAL,
    REVIEW,
    SEEN_BOOKED,
    SEEN_SAME_DAY,
    UNIT,
    Records,
)

PROFESSIONS = ("nurse", "doctor")
KINDS = ("same-day", "booked")
ENDS = [[SEEN_SAME_DAY, DIVERTED_SAME_DAY], [SEEN_BOOKED, DIVERTED_BOOKED]]  # of each kind
ROUNDING = 1e-6  # minutes


def conserved(resolved: Resolved, records: Records) -> Iterator[Finding]:
    """Minutes given are those of the visits begun, every day and at every unit, and no more than were there."""
    begun, given = records.services, records.used.sum(axis=(1, 2))
    yield _worst("all visits", begun[:, None, None], given[:, None, None], records, ("all units",), ("all",))
    ours = transferred_minutes(resolved, records)
    yield _worst("transferred visits", ours, records.used_by_transferred, records)
    there = records.servers * records.open_minutes[:, None, None]
    beyond = np.maximum(0.0, records.used - records.overtime - there)
    yield _worst("beyond servers × open minutes and overtime", np.zeros_like(beyond), beyond, records)
    shut = records.open_minutes == 0
    yield Finding("minutes_conserved", "on closed days", 0, float(given[shut].sum()), allowed=0)


def transferred_minutes(resolved: Resolved, records: Records) -> NDArray[np.float64]:
    """Minutes in the queues by the rows of transferred visits, shape (days, units, 2); desk work has no queue."""
    visits = records.visits[
        (records.visits["site"] == UNIT) & ~np.isin(records.visits["kind"], (RENEWAL, REVIEW))
    ]
    led = np.array(
        [resolved.scenario.streams[name].profession == "doctor" for name in records.streams], dtype=bool
    )
    by_doctor = led[records.patients["stream"][visits["patient"]]] & (visits["kind"] != CHECK)
    minutes = np.where(by_doctor, visits["doctor_minutes"], visits["nurse_minutes"])
    found = np.zeros_like(records.used)
    np.add.at(found, (visits["day"] - records.first_day, visits["unit"], by_doctor.astype(np.int64)), minutes)
    return found


def _worst(
    what: str,
    expected: NDArray[np.float64],
    found: NDArray[np.float64],
    records: Records,
    units: tuple[str, ...] | None = None,
    professions: tuple[str, ...] = PROFESSIONS,
) -> Finding:
    """The day, unit and profession where two arrays of shape (days, units, professions) differ most."""
    day, unit, profession = np.unravel_index(int(np.abs(found - expected).argmax()), found.shape)
    cell = (day, unit, profession)
    where = f"{(units or records.units)[unit]}, {professions[profession]}, day {int(day) + records.first_day}"
    return Finding(
        "minutes_conserved", f"{what}: {where}", float(expected[cell]), float(found[cell]), allowed=ROUNDING
    )


def requests_conserved(resolved: Resolved, records: Records, ended: NDArray[np.int64]) -> Iterator[Finding]:
    """Each request of another patient is seen, turned away or pending: exactly, at each unit, of each kind.

    `ended` counts visits of other patients per unit, profession and outcome. Who waits at a unit that closes is seen
    by the one that takes over, so the two count as one.
    """
    keeps = np.arange(len(records.units))
    for unit, taker in take_overs(resolved.scenario, resolved.units).items():
        keeps[unit] = taker
    moved = np.zeros((keeps.size, keeps.size), dtype=np.int64)
    moved[keeps, np.arange(keeps.size)] = 1
    for p, profession in enumerate(PROFESSIONS):
        for k, kind in enumerate(KINDS):
            found = moved @ (ended[:, p, ENDS[k]].sum(axis=1) + records.pending[:, p, k])
            asked = moved @ records.requests[:, p, k]
            u = int(np.abs(found - asked).argmax())
            key = f"{profession}, {kind}: {records.units[u]}"
            yield Finding("requests_conserved", key, int(asked[u]), int(found[u]), allowed=0)
