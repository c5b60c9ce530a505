"""The measures of one replication, computed from its records. Names are public.

Each module adds the measures of one question. All concern transferred care at units unless the name says
otherwise. Sums are over the scope; shares, means and percentiles are pooled over events; without events a value
is undefined (NaN here, null in JSON).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from results.events import Floats, Keys
from results.ledger import ledger
from results.measures.doses import doses
from results.measures.load import capacity, load
from results.measures.money import AVAILABLE_SHARES, MSEK_ORE, available_shares, money
from results.measures.others import others, same_day_requests
from results.measures.replication import Replication
from results.measures.services import services
from results.measures.skill import skill
from results.measures.transfer import transfer, waiting
from results.table import Row, Table
from results.windows import calendar_windows, year_windows
from scenarios.load import Resolved
from sim.records import Records

__all__ = ["AVAILABLE_SHARES", "MSEK_ORE", "Measured", "available_shares", "measure", "same_day_requests"]


@dataclass(frozen=True, slots=True, repr=False)
class Measured:
    """Rows and values of one replication."""

    rows: tuple[Row, ...]
    values: Floats

    def __repr__(self) -> str:
        return f"<Measured: {len(self.rows)} values>"

    def value(self, name: str, scope: str = "region", key: str = "", window: str = "year1") -> float:
        """One value. Raises ValueError if there is no such row."""
        return float(self.values[self.rows.index(Row(name, scope, key, window))])


def measure(resolved: Resolved, records: Records) -> Measured:
    """Every measure of one replication."""
    run = Replication(resolved, records, Keys(resolved))
    table = Table(run.keys, year_windows(resolved))
    load(run, table)
    capacity(run, table)
    doses(run, table)
    transfer(run, table)
    waiting(run, table)
    others(run, table)
    skill(run, table)
    services(run, table)
    money_table = Table(run.keys, (*year_windows(resolved), *calendar_windows(resolved)))
    money(run, ledger(resolved, records), money_table)
    rows = [*table.rows, *money_table.rows]
    order = sorted(range(len(rows)), key=rows.__getitem__)
    values = np.array([*table.values, *money_table.values])[order]
    return Measured(tuple(rows[i] for i in order), values)
