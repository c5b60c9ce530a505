"""The queue of the day kernel with one list alone: what is held against theory and against other engines."""

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from sim.clinic_day import NOT_SEEN, queue_day


@dataclasses.dataclass(frozen=True, eq=False)
class Served:
    """Start of each visit (`NOT_SEEN` where there is none), minutes used and overtime of all staff."""

    starts: NDArray[np.float64]
    used: float
    overtime: float

    @property
    def seen(self) -> NDArray[np.bool_]:
        return self.starts != NOT_SEEN


def served(
    arrivals: NDArray[np.int64],
    services: NDArray[np.float64],
    staff: int,
    closing: float = math.inf,
    latest_start: float = math.inf,
) -> Served:
    """One list, sorted by arrival, seen by `staff` servers; without limits everybody is seen."""
    ends = np.array([0, arrivals.size, arrivals.size])
    starts, used, overtime = queue_day(
        ends, arrivals, services, np.array([[staff, 1]]), closing, latest_start
    )
    return Served(starts, float(used[0, 0]), float(overtime[0, 0]))
