"""Load: what transferred care takes at the units, and how busy these are with all patients."""

from __future__ import annotations

import numpy as np

from results.events import Events, Floats, weekly_at_units
from results.measures.replication import Replication
from results.table import Table, divide
from results.windows import Window
from sim.records import CHECK

WORKING_HOURS_PER_YEAR = 1760


def load(run: Replication, table: Table) -> None:
    """Visits and hours that transferred care takes at the units."""
    _, treatments = run.visits(run.treatments)
    table.count("unit_visits_per_year", treatments)
    _, checks = run.visits(run.at_unit & (run.records.visits["kind"] == CHECK))
    table.count("check_visits_per_year", checks)
    rows, events = run.visits(run.at_unit)
    staffing = run.resolved.scenario.staffing
    for column, name in (("nurse", "nurse"), ("doctor", "doctor"), ("room", "room")):
        table.count(f"{name}_hours_per_year", events, rows[f"{column}_minutes"] / 60)
    fte = rows["nurse_minutes"] / 60 / staffing.nurse_direct_share / WORKING_HOURS_PER_YEAR
    table.count("nurse_fte", events, fte)
    _peak_week(run, table, events, rows["nurse_minutes"] / 60)


def _peak_week(run: Replication, table: Table, events: Events, hours: Floats) -> None:
    """The highest week of each window."""
    weeks = tuple(Window("", 7 * k, 7 * k + 7) for k in range(run.resolved.scenario.horizon_days // 7))
    for scope in ("region", "area", "municipality", "ownership", "unit", "stream", "sender"):
        weekly = events.total(scope, len(run.keys.names[scope]), hours, weeks)
        peaks = [weekly[w.first // 7 : w.end // 7].max(axis=0) for w in table.windows]
        table.add("peak_week_nurse_hours", scope, np.array(peaks))


def capacity(run: Replication, table: Table) -> None:
    """How busy the units are, all patients together."""
    records = run.records
    days = np.arange(records.open_minutes.size) + records.first_day
    units = len(records.units)
    present = (records.servers * records.open_minutes[:, None, None]).astype(np.float64)
    open_days = records.servers.any(axis=2).astype(np.float64).ravel()
    of_profession = [array[:, :, p].ravel() for array in (records.used, present) for p in range(2)]
    events, summed = weekly_at_units(
        run.keys,
        np.tile(np.arange(units), days.size),
        np.repeat(days, units),
        open_days,
        records.overtime.sum(axis=2).ravel(),
        *of_profession,
    )
    unit_days, overtime, nurses_used, doctors_used, nurses, doctors = summed
    table.ratio("overtime_minutes_per_unit_day", events, overtime, unit_days)
    table.ratio("utilisation", events, nurses_used + doctors_used, nurses + doctors)
    for profession, used, there in (("nurse", nurses_used, nurses), ("doctor", doctors_used, doctors)):
        shares = [events.total("region", 1, minutes, table.windows) for minutes in (used, there)]
        table.add("utilisation", "region", divide(*shares), key=f"profession={profession}")
