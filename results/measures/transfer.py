"""Transfer: how patients move, how their referrals fare, and how long they wait in the clinic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from results.events import Events, of_patients
from results.measures.replication import Replication
from results.table import Table
from sim.records import CHECK, DOSE, NEVER, RETURNED, UNPLANNED


def transfer(run: Replication, table: Table) -> None:
    """How patients move, and how their referrals fare."""
    people = run.records.patients
    numbers = np.arange(people.size)

    def events(mask: NDArray[np.bool_], day: NDArray[np.int32]) -> Events:
        return of_patients(run.keys, run.records, numbers[mask], day[mask].astype(np.int64))

    accepted = people["accepted"] != NEVER
    moved = events(accepted, people["accepted"])
    table.count("patients_transferred", moved, per_year=False)
    table.ratio(
        "referral_days_mean", moved, (people["accepted"] - people["referred"])[accepted].astype(np.float64)
    )
    back = people["handed_back"] != NEVER
    table.count("patients_handed_back", events(back, people["handed_back"]), per_year=False)
    seen = people["first_visit"] != NEVER
    since = np.maximum(people["accepted"], people["first_due"])
    wait = np.maximum(0, people["first_visit"] - since)[seen].astype(np.float64)
    table.ratio("first_visit_days_mean", events(seen, people["first_visit"]), wait)
    reviewed = np.zeros(people.size, dtype=bool)
    reviewed[run.records.referrals["patient"]] = True
    returned = np.zeros(people.size)
    returned[run.records.referrals["patient"][run.records.referrals["verdict"] == RETURNED]] = 1.0
    table.ratio("referrals_returned_share", events(reviewed, people["referred"]), returned[reviewed])
    _patients_at_units(run, table)


def _patients_at_units(run: Replication, table: Table) -> None:
    """Mean number of patients at units over each window: days at the unit ÷ days of the window."""
    spent = [run.days_at_units(window) for window in table.windows]
    for scope in spent[0][0].codes:
        keys = len(run.keys.names[scope])
        means = [
            np.bincount(there.codes[scope], weights=days, minlength=keys) / window.days
            for (there, days), window in zip(spent, table.windows, strict=True)
        ]
        table.add("patients_at_units", scope, np.array(means))


def waiting(run: Replication, table: Table) -> None:
    """Minutes that transferred patients wait in the clinic."""
    kinds = run.records.visits["kind"]
    rows, events = run.visits(run.at_unit & np.isin(kinds, (DOSE, CHECK, UNPLANNED)))
    table.ratio("clinic_wait_minutes_mean", events, rows["wait_minutes"])
    table.percentile("clinic_wait_minutes_p95", 0.95, events, rows["wait_minutes"])
