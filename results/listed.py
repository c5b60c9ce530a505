"""How many persons are listed at each unit, where units open or close meanwhile."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.windows import Window
from scenarios.listing import listing
from scenarios.load import Resolved


def listed(resolved: Resolved, window: Window) -> NDArray[np.float64]:
    """Persons listed at each unit, mean over the days of a window, shape (units,) in the register's order."""
    found = listing(resolved.scenario, resolved.units)
    days = np.diff(np.clip((window.first, *found.changes, window.end), window.first, window.end))
    own = [unit.listed for unit in resolved.units]
    by_period = [np.bincount(at, weights=own, minlength=len(own)) for at in found.at]
    return np.asarray(days @ np.array(by_period) / window.days)
