"""What the transfer means for hospitals, municipalities, out-of-hours care and the patients' travel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.events import Events, Floats, of_patients
from results.measures.replication import Replication
from results.table import Table
from results.windows import MEAN_YEAR
from scenarios.register import read_distances
from sim.records import CHECK, DOSE, HOSPITAL, MUNICIPALITY, OUT_OF_HOURS, SITES, UNIT, UNPLANNED


def services(run: Replication, table: Table) -> None:
    """What the transfer means for hospitals, municipalities, out-of-hours care and the patients' travel."""
    visits = run.records.visits
    moved, freed, share = run.freed_visits()
    table.count("hospital_freed_visits_per_year", freed, share)
    minutes = share * run.per_stream([s.minutes for s in run.streams], moved["patient"])
    _hospital_net_hours(run, table, freed, minutes)
    _, municipal = run.visits(visits["site"] == MUNICIPALITY)
    table.count("municipal_visits_per_year", municipal)
    _, urgent = run.visits(visits["site"] == OUT_OF_HOURS)
    table.count("out_of_hours_events_per_year", urgent)
    met = run.at_unit & np.isin(visits["kind"], (DOSE, CHECK, UNPLANNED))
    rows, travelled = run.visits(met)
    kilometres = _kilometres(run, rows)
    table.count("travel_km_per_year", travelled, kilometres)
    _travel_by_site(run, table, to_units=travelled.total("region", 1, kilometres, table.windows))


def _hospital_net_hours(run: Replication, table: Table, freed: Events, minutes: Floats) -> None:
    """Hospital hours freed, less those spent on writing, rewriting and answering."""
    hospital = run.resolved.scenario.hospital
    letters = run.records.referrals
    wrote = np.where(letters["attempt"] == 1, hospital.referral_minutes, hospital.rewrite_minutes)
    written = of_patients(run.keys, run.records, letters["patient"], letters["written"])
    for scope in freed.codes:
        keys = len(run.keys.names[scope])
        gained = freed.total(scope, keys, minutes, table.windows)
        spent = written.total(scope, keys, wrote, table.windows)
        for number, window in enumerate(table.windows):
            asking, days = run.days_at_units(window)
            patient_years = np.bincount(asking.codes[scope], weights=days, minlength=keys) / MEAN_YEAR
            spent[number] += patient_years * hospital.question_minutes_per_patient_year
        table.add("hospital_net_hours_per_year", scope, (gained - spent) / 60 * table.factors()[:, None])


def _travel_by_site(run: Replication, table: Table, to_units: Floats) -> None:
    """Kilometres to units, and beside it to the hospital for the doses given there."""
    units, distances, travel = run.resolved.units, read_distances(), run.resolved.scenario.travel
    there = {u.sender: travel.hospital_municipality[u.sender] for u in units}
    one_way = [
        travel.within_municipality_km
        if u.municipality == there[u.sender]
        else distances[u.municipality, there[u.sender]]
        for u in units
    ]
    given = run.records.doses[run.records.doses["site"] == HOSPITAL]
    to_hospital = of_patients(run.keys, run.records, given["patient"], given["given"])
    km = 2 * np.array(one_way)[run.records.patients["home"][given["patient"]]]
    by_site = np.full((len(table.windows), len(SITES)), np.nan)
    by_site[:, HOSPITAL] = to_hospital.total("region", 1, km, table.windows)[:, 0]
    by_site[:, UNIT] = to_units[:, 0]
    table.add("travel_km_per_year", "site", by_site * table.factors()[:, None])


def _kilometres(run: Replication, visits: NDArray[np.void]) -> Floats:
    """There and back from the patient's municipality to that of the unit visited, km per visit."""
    units, distances = run.resolved.units, read_distances()
    within = run.resolved.scenario.travel.within_municipality_km
    places = [unit.municipality for unit in units]
    homes = run.records.patients["home"][visits["patient"]]
    pairs = list(zip(homes.tolist(), visits["unit"].tolist(), strict=True))
    known: dict[tuple[int, int], float] = {}
    for pair in dict.fromkeys(pairs):
        here, there = places[pair[0]], places[pair[1]]
        known[pair] = 2 * (within if here == there else distances[here, there])
    return np.array([known[pair] for pair in pairs])
