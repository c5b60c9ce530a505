"""Small worlds in which the whole model runs and theory knows the answer."""

from __future__ import annotations

import dataclasses
import functools

from scenarios.load import Resolved, resolve

STREAMS = (
    "catheter",
    "denosumab",
    "fulvestrant",
    "goserelin",
    "iron",
    "methadone",
    "triptorelin",
    "zoledronate",
)
NOBODY = tuple(f"streams.{name}.patients=0" for name in STREAMS)
NO_OTHERS = ("background.visits_per_listed_per_year=0",)
NO_PERIODS = tuple(
    f"staffing.periods.{period}.{share}=1"
    for period in ("early-summer", "july", "late-summer", "christmas")
    for share in ("staff_share", "demand_share")
)


@functools.cache
def world(*settings: str, units: int, listed: int, fte: float = 0.0) -> Resolved:
    """The decision with other settings, nobody under treatment but whom they name, and so many equal units.

    Every other unit has the secure channel. Without positions a unit has one nurse and one doctor, never sick.
    """
    base = resolve("decision-2026", sets=["warm_up_weeks=0", "booking.capable_units=all", *NOBODY, *settings])
    first = base.units[0]
    equal = tuple(
        dataclasses.replace(
            first,
            key=f"equal-{i}",
            id=f"EQUAL-{i}",
            listed=listed,
            nurse_fte=fte,
            doctor_fte=fte,
            digital_channel=i % 2 == 0,
        )
        for i in range(units)
    )
    return dataclasses.replace(base, units=equal)
