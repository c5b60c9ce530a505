"""Money: what transferred care costs the units, and how far the uplift reaches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.events import Events, Floats, of_patients
from results.ledger import LINES, READINESS, Ledger, in_prices_of, uplift_ore
from results.measures.replication import Replication
from results.table import Table, divide
from scenarios.load import Resolved
from sim.records import RENEWAL, UNIT

AVAILABLE_SHARES = (1.0, 0.5, 0.25, 0.10, 0.05)
MSEK_ORE = 1e8


def available_shares(resolved: Resolved) -> tuple[float, ...]:
    """The shares of the uplift that are told, the scenario's own among them, largest first."""
    return tuple(sorted({*AVAILABLE_SHARES, resolved.scenario.money.available_share}, reverse=True))


def money(run: Replication, book: Ledger, table: Table) -> None:
    """What transferred care costs the units, and how far the uplift reaches."""
    scenario = run.resolved.scenario
    rows = book.rows
    codes = {
        scope: run.keys.of_unit[scope][rows["unit"]]
        for scope in ("region", "area", "municipality", "ownership", "unit")
    }
    costs = Events(rows["day"].astype(np.int64), codes | {"stream": rows["stream"].astype(np.int64)})
    msek = rows["ore"] / MSEK_ORE
    care = rows["line"] != READINESS
    table.count("cost_msek_per_year", costs, msek)
    table.count("readiness_msek_per_year", costs.where(~care), msek[~care])
    parts = {f"line={name}": rows["line"] == line for line, name in enumerate(LINES) if line != READINESS}
    for key, mine in {"readiness=no": care, **parts}.items():
        total = costs.where(mine).total("region", 1, msek[mine], table.windows) * table.factors()[:, None]
        table.add("cost_msek_per_year", "region", total, key=key)
    _, events = run.visits(np.ones(run.records.visits.size, dtype=bool))
    table.count("full_cost_msek_per_year", events, book.visit_full_ore / MSEK_ORE)
    table.count("patient_fee_msek_per_year", events, book.visit_fee_ore / MSEK_ORE)
    _drugs(run, table)
    _, freed, share = run.freed_visits()
    price = in_prices_of(scenario, scenario.money.hospital_visit_sek) / 1e6
    table.count("hospital_freed_msek_per_year", freed, share * price)
    _, treatments = run.visits(run.treatments)
    _against_uplift(run, table, costs, msek, care, treatments)


def _drugs(run: Replication, table: Table) -> None:
    """Drugs as a line of its own, and per payer: of each dose at a unit or, with renewals, of each of these."""
    doses, visits = run.records.doses, run.records.visits
    given, renewed = doses[doses["site"] == UNIT], visits[visits["kind"] == RENEWAL]
    by_renewal = run.per_stream([s.renewals is not None for s in run.streams], given["patient"]) > 0
    given = given[~by_renewal]
    patient = np.concatenate([given["patient"], renewed["patient"]])
    prices = [in_prices_of(run.resolved.scenario, s.drug.price_sek) / 1e6 for s in run.streams]
    msek = run.per_stream(prices, patient)
    events = of_patients(run.keys, run.records, patient, np.concatenate([given["given"], renewed["day"]]))
    table.count("drug_msek_per_year", events, msek)
    payer = np.array([s.drug.payer for s in run.streams])[run.records.patients["stream"][patient]]
    for name in ("hospital", "region", "unit", "not_stated"):
        mine = payer == name
        total = events.where(mine).total("region", 1, msek[mine], table.windows) * table.factors()[:, None]
        table.add("drug_msek_per_year", "region", total, key=f"payer={name}")


def _against_uplift(
    run: Replication, table: Table, costs: Events, msek: Floats, care: NDArray[np.bool_], treatments: Events
) -> None:
    """Uplift, share used, room left and units that carry more cost than uplift, at each available share.

    The region's rows come with and without readiness and at every share; other scopes with readiness at the
    scenario's own share.
    """
    base = run.resolved.scenario.money.available_share
    uplift_units = np.array([uplift_ore(run.resolved, window) for window in table.windows]) / MSEK_ORE
    units = len(run.records.units)
    costs_units = {
        "": costs.total("unit", units, msek, table.windows) * table.factors()[:, None],
        "readiness=no": costs.where(care).total("unit", units, msek[care], table.windows)
        * table.factors()[:, None],
    }
    open_units = run.open_units(table.windows)
    visits = treatments.total("unit", units, None, table.windows) * table.factors()[:, None]
    for scope in ("region", "area", "municipality", "ownership", "unit"):
        _uplift_rows(table, scope, "", uplift_units * base, costs_units[""], visits, open_units)
    for share in available_shares(run.resolved):
        for readiness, cost in costs_units.items():
            key = ";".join(
                part for part in (f"available={share:g}" if share != base else "", readiness) if part
            )
            if key:
                _uplift_rows(table, "region", key, uplift_units * share, cost, visits, open_units)


def _uplift_rows(
    table: Table,
    scope: str,
    key: str,
    uplift: Floats,
    cost: Floats,
    visits: Floats,
    open_units: NDArray[np.bool_],
) -> None:
    """The uplift measures of one scope; arguments are (windows, units), MSEK and visits a year."""
    codes, keys = table.keys.of_unit[scope], len(table.keys.names[scope])

    def summed(values: Floats) -> Floats:
        return np.array([np.bincount(codes, weights=row, minlength=keys) for row in values])

    total, paid = summed(uplift), summed(cost)
    room = total - paid
    table.add("uplift_msek_per_year", scope, total, key=key)
    table.add("uplift_share_used", scope, divide(paid, total), key=key)
    table.add("uplift_room_msek", scope, room, key=key)
    over = divide(summed((cost > uplift).astype(np.float64)), summed(open_units.astype(np.float64)))
    table.add("units_over_uplift_share", scope, over, key=key)
    per_visit = divide(paid, summed(visits))
    table.add("extra_visits_affordable", scope, np.maximum(0.0, divide(room, per_visit)), key=key)
