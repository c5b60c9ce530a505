"""Records written by hand: two units, two streams and so few rows that each measure can be worked out.

Two years of 364 days after two weeks of warm-up. Days of the week repeat from day zero, a Monday; the units
are open 540 minutes on the first five days of each week.
"""

from typing import Any

import numpy as np

from scenarios.load import Resolved
from sim.records import (
    ACCEPTED,
    ATTENDED,
    CHECK,
    DIVERTED_BOOKED,
    DIVERTED_SAME_DAY,
    DOSE,
    DOSE_ROW,
    FAILED,
    HOSPITAL,
    MISCOUNT_ROW,
    MOVE_ROW,
    MUNICIPALITY,
    NEVER,
    NO_SHOW,
    NOWHERE,
    OTHERS_ROW,
    OUT_OF_HOURS,
    PATIENT_ROW,
    REFERRAL_ROW,
    REFUSED,
    RENEWAL,
    RETURNED,
    SEEN_BOOKED,
    SEEN_SAME_DAY,
    UNIT,
    UNPLANNED,
    VISIT_ROW,
    WITHHELD,
    Records,
)
from tests.conftest import PATIENTS, Row, SmallRegion, shipped_rows

HORIZON, WARM_UP = 728, 14
TROLLHATTAN, KUNGALV = "u014", "u049"  # public in the north with sender NU; private in the west with SV
TRIPTORELIN, ZOLEDRONATE = 0, 1  # an injection; an infusion with a check

SETTINGS = (
    *(f"streams.{name}=null" for name in PATIENTS if name not in ("triptorelin", "zoledronate")),
    "horizon_years=2",
    "warm_up_weeks=2",
    "money.procedures.injection.minimum_visits_per_year=4",
    "money.procedures.infusion.minimum_visits_per_year=12",
)

# stream, home, unit, municipal, entered, planned, referred, accepted, first due, first visit, handed back,
# left the unit, ended
PEOPLE = (
    (TRIPTORELIN, 0, 0, False, 0, 0, 0, 10, 20, 20, NEVER, NEVER, NEVER),
    (TRIPTORELIN, 0, 0, False, 0, 5, 5, 15, 10, 18, 400, 400, NEVER),
    (TRIPTORELIN, 1, 1, False, 0, 7, 7, 27, 40, 35, NEVER, NEVER, NEVER),
    (ZOLEDRONATE, 1, 0, False, 0, 20, 20, 30, 50, 52, NEVER, NEVER, NEVER),  # cared for by another unit
    (ZOLEDRONATE, 0, 0, False, 0, 9, 9, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER),  # refused
    (ZOLEDRONATE, 1, 1, True, 0, 8, 8, 20, 60, NEVER, NEVER, NEVER, NEVER),  # cared for by the municipality
)
# patient, attempt, written, reviewed, verdict
REFERRALS = (
    (0, 1, 0, 10, ACCEPTED),
    (1, 1, 5, 15, ACCEPTED),
    (2, 1, 7, 12, RETURNED),
    (2, 2, 20, 27, ACCEPTED),
    (3, 1, 20, 30, ACCEPTED),
    (4, 1, 9, 16, REFUSED),
    (5, 1, 8, 20, ACCEPTED),
)
# patient, due, given, site, returned. Triptorelin may be 14 days early and 12 late, zoledronate 7 and 7.
DOSES = (
    (0, 20, 20, UNIT, False),
    (1, 10, 18, UNIT, False),  # 8 days after its due day, inside the window
    (2, 40, 35, UNIT, False),
    (0, 202, 216, UNIT, False),  # 14 days: late
    (1, 200, 185, UNIT, False),  # 15 days early: neither on time nor late
    (2, 217, NEVER, UNIT, False),  # open at the end, 511 days after its due day: late
    (3, 50, 52, UNIT, False),
    (3, 136, 150, HOSPITAL, True),  # returned, and 14 days late
    (4, 30, 33, HOSPITAL, False),
    (4, 117, 125, HOSPITAL, False),  # 8 days late
    (5, 60, 60, MUNICIPALITY, False),
    (3, 720, NEVER, UNIT, False),  # open at the end, 8 days after its due day: late
    (4, 722, NEVER, HOSPITAL, False),  # open at the end, still inside its window: not decided
)
# patient, kind, site, outcome, day, and minutes of waiting, nurse, doctor, room
VISITS = (
    (0, DOSE, UNIT, ATTENDED, 20, 5, 20, 0, 25),
    (1, DOSE, UNIT, ATTENDED, 18, 0, 30, 0, 35),
    (2, DOSE, UNIT, NO_SHOW, 30, 0, 0, 0, 0),
    (2, DOSE, UNIT, ATTENDED, 35, 15, 25, 0, 30),
    (3, CHECK, UNIT, ATTENDED, 43, 2, 8, 3, 8),
    (3, DOSE, UNIT, ATTENDED, 52, 10, 12, 0, 44),
    (3, CHECK, UNIT, WITHHELD, 129, 1, 9, 3, 9),
    (1, DOSE, UNIT, ATTENDED, 185, 0, 18, 0, 23),
    (0, DOSE, UNIT, FAILED, 216, 3, 22, 0, 27),
    (1, UNPLANNED, UNIT, ATTENDED, 219, 40, 40, 0, 45),
    (5, DOSE, MUNICIPALITY, ATTENDED, 60, 0, 0, 0, 0),
    (0, UNPLANNED, OUT_OF_HOURS, ATTENDED, 100, 0, 0, 0, 0),
    (4, UNPLANNED, HOSPITAL, ATTENDED, 110, 0, 0, 0, 0),
    (3, RENEWAL, UNIT, ATTENDED, 90, 0, 0, 5, 0),
    (0, DOSE, UNIT, ATTENDED, 400, 6, 20, 0, 25),  # in the second year
)
# day, unit, profession, outcome, days waited, visits
OTHERS = (
    (-3, 0, 0, SEEN_SAME_DAY, 9, 1000),  # in the warm-up
    (5, 0, 0, SEEN_SAME_DAY, 0, 10),
    (6, 0, 1, SEEN_SAME_DAY, 3, 4),  # the last day of the guarantee
    (9, 1, 0, SEEN_SAME_DAY, 4, 2),
    (9, 1, 0, DIVERTED_SAME_DAY, 6, 4),
    (9, 0, 0, SEEN_BOOKED, 20, 100),
    (12, 1, 1, DIVERTED_BOOKED, 30, 3),
)


def two_units(**cells: str) -> list[Row]:
    """Two rows of the shipped register, with other values in the given columns."""
    rows = [row for row in shipped_rows() if row["key"] in (TROLLHATTAN, KUNGALV)]
    return [row | cells for row in sorted(rows, key=lambda row: row["key"])]


def resolved_by_hand(small_region: SmallRegion, *sets: str, **cells: str) -> Resolved:
    """The scenario that the records belong to: two units, two streams, two years."""
    return small_region(*SETTINGS, *sets, rows=two_units(**cells))


def visit_rows(*visits: tuple[float, ...]) -> np.ndarray:
    """Packed visits; what no measure reads is 0."""
    rows = np.zeros(len(visits), dtype=VISIT_ROW)
    columns = ("patient", "kind", "site", "outcome", "day", "wait_minutes")
    for row, visit in zip(rows, visits, strict=True):
        for name, value in zip(
            (*columns, "nurse_minutes", "doctor_minutes", "room_minutes"), visit, strict=True
        ):
            row[name] = value
        row["unit"] = PEOPLE[row["patient"]][2] if row["site"] == UNIT else NOWHERE
    return rows


def by_hand(**other: Any) -> Records:
    """The records of this file, with other arrays in the given fields."""
    size = WARM_UP + HORIZON
    open_minutes = np.where(np.arange(size) % 7 < 5, 540, 0)
    is_open = (open_minutes > 0)[:, None, None]
    staff = np.array([[2, 1], [1, 1]])  # by unit: nurses, doctors
    used, overtime = np.zeros((size, 2, 2)), np.zeros((size, 2, 2))
    used[0] = 1000  # in the warm-up
    used[WARM_UP] = [[800, 300], [500, 40]]
    used[WARM_UP + HORIZON // 2] = [[80, 30], [50, 4]]
    overtime[0] = 1000
    overtime[WARM_UP + 3] = [[20, 6], [0, 0]]
    made: dict[str, Any] = {
        "replication": 0,
        "first_day": -WARM_UP,
        "streams": ("triptorelin", "zoledronate"),
        "units": (TROLLHATTAN, KUNGALV),
        "patients": np.array(list(PEOPLE), dtype=PATIENT_ROW),
        "moves": np.empty(0, dtype=MOVE_ROW),
        "referrals": np.array(list(REFERRALS), dtype=REFERRAL_ROW),
        "doses": np.array(list(DOSES), dtype=DOSE_ROW),
        "visits": visit_rows(*VISITS),
        "others": np.array(list(OTHERS), dtype=OTHERS_ROW),
        "open_minutes": open_minutes,
        "servers": staff * is_open,
        "used": used,
        "used_by_transferred": np.zeros_like(used),
        "overtime": overtime,
        "requests": np.zeros((2, 2, 2), dtype=np.int64),
        "pending": np.zeros((2, 2, 2), dtype=np.int64),
        "patient_days": np.zeros((2, 4), dtype=np.int64),
        "present": np.zeros((2, 4), dtype=np.int64),
        "entered": np.zeros(2, dtype=np.int64),
        "left": np.zeros(2, dtype=np.int64),
        "miscounts": np.empty(0, dtype=MISCOUNT_ROW),
        "services": np.zeros(size),
        "loads": np.ones(2),
        "fingerprints": ("", "", ""),
    }
    return Records(**(made | other))
