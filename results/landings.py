"""Where transferred care lands: visits and patients of each stream at each unit.

A table of a run (docs/model.md, "A run on disk"). The measures know units and streams apart, not together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from results.events import Codes, Events, Floats, Keys
from results.measures.replication import Replication
from results.windows import Window, year_windows
from scenarios.load import Resolved
from sim.records import Records

if TYPE_CHECKING:
    import pandas as pd


def landings(resolved: Resolved, records: Records) -> pd.DataFrame:
    """Unit × stream × window: visits there, as `unit_visits_per_year` counts them, and days of patients there.

    Both are sums over the window, not annualised; a row without either is left out. Patient days ÷ days of the
    window are `patients_at_units`.
    """
    import pandas as pd

    run = Replication(resolved, records, Keys(resolved))
    windows, units, streams = year_windows(resolved), run.keys.names["unit"], run.keys.names["stream"]
    _, treated = run.visits(run.treatments)
    cells = len(units) * len(streams)
    visits = Events(treated.day, {"cell": _cell(treated, len(streams))}).total("cell", cells, None, windows)
    days = np.array([_patient_days(run, window, cells) for window in windows])
    window, cell = np.nonzero(visits + days)
    unit, stream = np.divmod(cell, len(streams))
    table = pd.DataFrame(
        {
            "unit": np.array(units)[unit],
            "stream": np.array(streams)[stream],
            "window": np.array([window.name for window in windows])[window],
            "visits": visits[window, cell].astype(np.int32),
            "patient_days": days[window, cell].astype(np.int32),
        }
    )
    return table.astype({"unit": str, "stream": str, "window": str})


def _patient_days(run: Replication, window: Window, cells: int) -> Floats:
    """Days of patients in a window, shape (cells,)."""
    there, days = run.days_at_units(window)
    return np.bincount(_cell(there, len(run.streams)), weights=days, minlength=cells).astype(np.float64)


def _cell(events: Events, streams: int) -> Codes:
    """The place of each event's unit and stream among all pairs of them."""
    return events.codes["unit"] * streams + events.codes["stream"]
