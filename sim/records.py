"""What a replication leaves behind: few, flat, typed rows, and never a mean.

Days count from day zero (negative in the warm-up), minutes are minutes, codes are indices into the tuples
named beside them. `NEVER` stands where something did not happen.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NEVER: Final = -1_000_000
NOWHERE: Final = -1  # in place of a unit

SITES: Final = ("hospital", "unit", "municipality", "out_of_hours")
HOSPITAL, UNIT, MUNICIPALITY, OUT_OF_HOURS = range(4)

VISIT_KINDS: Final = ("dose", "check", "unplanned", "renewal", "review")
DOSE, CHECK, UNPLANNED, RENEWAL, REVIEW = range(5)

VISIT_OUTCOMES: Final = ("attended", "no_show", "failed", "withheld", "not_seen")
ATTENDED, NO_SHOW, FAILED, WITHHELD, NOT_SEEN = range(5)

VERDICTS: Final = ("accepted", "returned", "refused")
ACCEPTED, RETURNED, REFUSED = range(3)

# Places of patients under treatment; one whom no unit serves (NOWHERE) is at the hospital.
AT_HOSPITAL, AT_UNITS = 0, 1  # unit u is place 1 + u; the last place is the municipality

DRAWS: Final = ("patients", "requests", "staff")  # what no policy may change

OTHER_OUTCOMES: Final = ("same_day", "booked", "same_day_diverted", "booked_diverted")
SEEN_SAME_DAY, SEEN_BOOKED, DIVERTED_SAME_DAY, DIVERTED_BOOKED = range(4)

PATIENT_ROW: Final = np.dtype(
    [
        ("stream", np.int16),  # index into Records.streams
        ("home", np.int16),  # unit where listed before any of `moves`, index into Records.units
        ("unit", np.int16),  # unit that gives the care before any of `moves`; NOWHERE if none can
        ("municipal", np.bool_),
        ("entered", np.int32),
        ("planned", np.int32),  # day on which the plan has the referral written
        ("referred", np.int32),  # day the first referral was sent
        ("accepted", np.int32),
        ("first_due", np.int32),  # due day of the first dose at the unit
        ("first_visit", np.int32),
        ("handed_back", np.int32),
        ("left_unit", np.int32),
        ("ended", np.int32),
    ]
)
MOVE_ROW: Final = np.dtype(
    [
        ("patient", np.int32),
        ("day", np.int32),  # from which on, because a unit opens or closes
        ("listed", np.int16),  # unit that has the patient's listing
        ("unit", np.int16),  # unit that gives the care; NOWHERE if none can
    ]
)
REFERRAL_ROW: Final = np.dtype(
    [
        ("patient", np.int32),
        ("attempt", np.int16),
        ("written", np.int32),
        ("reviewed", np.int32),
        ("verdict", np.int8),  # VERDICTS
    ]
)
DOSE_ROW: Final = np.dtype(
    [
        ("patient", np.int32),
        ("due", np.int32),
        ("given", np.int32),  # NEVER while still open
        ("site", np.int8),  # SITES; where given, or where awaited
        ("returned", np.bool_),  # the unit could not give it, the hospital did
    ]
)
VISIT_ROW: Final = np.dtype(
    [
        ("patient", np.int32),
        ("kind", np.int8),  # VISIT_KINDS
        ("site", np.int8),  # SITES
        ("unit", np.int16),  # at which it was; NOWHERE at other sites
        ("outcome", np.int8),  # VISIT_OUTCOMES
        ("moves", np.int16),  # times it was given another day
        ("day", np.int32),
        ("due", np.int32),
        ("arrival_minute", np.int16),  # after opening
        ("wait_minutes", np.float64),  # from arrival to start
        ("nurse_minutes", np.float64),
        ("doctor_minutes", np.float64),
        ("room_minutes", np.float64),
    ]
)
OTHERS_ROW: Final = np.dtype(
    [
        ("day", np.int32),
        ("unit", np.int16),
        ("profession", np.int8),  # nurse, doctor
        ("outcome", np.int8),  # OTHER_OUTCOMES
        ("waited", np.int16),  # days; for the diverted, the wait that they refused
        ("visits", np.int32),
    ]
)
MISCOUNT_ROW: Final = np.dtype(
    [
        ("day", np.int32),
        ("patient", np.int32),
        ("stream", np.int16),
        ("entered", np.int32),  # until then, in the stream
        ("left", np.int32),
        ("present", np.int32),
    ]
)


@dataclass(frozen=True, slots=True, repr=False)
class Records:
    """Everything that one replication recorded.

    `servers`, `used`, `used_by_transferred`, `overtime` are per day from the start of the warm-up, unit and
    profession, shape (days, units, 2); `used` and `overtime` are minutes. `open_minutes` has shape (days,).
    `requests` counts what other patients asked for, per unit, profession and kind; `pending` is what of that
    still waits at the end. `moves` are by patient and day, also of patients whom no unit has accepted.

    The rest is for the certificate, which holds it against the rows above. The census of patients under treatment:
    `patient_days` and `present` at the end per stream and place (the hospital, each unit, the municipality), `entered`
    and `left` per stream, and `miscounts`, the events after which it was wrong. `services` is the minutes of all
    visits begun on a day, shape (days,). `loads` is how much busier than the mean each unit is, shape (units,).
    `fingerprints` are hashes of what was drawn, in the order of `DRAWS`.
    """

    replication: int
    first_day: int
    streams: tuple[str, ...]
    units: tuple[str, ...]
    patients: NDArray[np.void]
    moves: NDArray[np.void]
    referrals: NDArray[np.void]
    doses: NDArray[np.void]
    visits: NDArray[np.void]
    others: NDArray[np.void]
    open_minutes: NDArray[np.int64]
    servers: NDArray[np.int64]
    used: NDArray[np.float64]
    used_by_transferred: NDArray[np.float64]
    overtime: NDArray[np.float64]
    requests: NDArray[np.int64]
    pending: NDArray[np.int64]
    patient_days: NDArray[np.int64]
    present: NDArray[np.int64]
    entered: NDArray[np.int64]
    left: NDArray[np.int64]
    miscounts: NDArray[np.void]
    services: NDArray[np.float64]
    loads: NDArray[np.float64]
    fingerprints: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Records of replication {self.replication}: {len(self.patients)} patients, {len(self.visits)} visits>"

    def units_on(
        self, patient: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Units that have the listing of patients and that give their care, each on a day; both of one shape."""
        people, moves = self.patients[patient], self.moves
        listed, unit = people["home"].astype(np.int64), people["unit"].astype(np.int64)
        if moves.size:
            last = (
                np.searchsorted(
                    _in_time(moves["patient"], moves["day"]), _in_time(patient, day), side="right"
                )
                - 1
            )
            moved = (last >= 0) & (moves["patient"][last] == patient)
            listed = np.where(moved, moves["listed"][last], listed)
            unit = np.where(moved, moves["unit"][last], unit)
        return listed, unit

    def equals(self, other: Records) -> bool:
        """Whether two replications are the same to the bit."""
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))


def _in_time(patient: NDArray[np.integer[Any]], day: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Numbers that order what happens to patients: by patient, then day."""
    return patient.astype(np.int64) * 2**32 + day
