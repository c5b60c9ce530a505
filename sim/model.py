"""One replication of a scenario, from its assumptions to its records.

`simulate(resolved, seed, replication)` is the whole of it: draw what no policy can change, open the clinics,
send every patient on the journey, and hand back what was recorded. It writes nothing to disk and reads no
clock but SimPy's. `drawn_afresh` draws the same once more, and simulates nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from scenarios.load import Resolved
from scenarios.schema import Scenario
from sim.background import background
from sim.booking import Booking, infusion_places
from sim.calendar import Calendar
from sim.census import Census
from sim.clinic import Clinic
from sim.clinic_day import TOTAL
from sim.clock import Clock
from sim.diaries import Diaries
from sim.fingerprints import fingerprints
from sim.hospital import Hospital
from sim.journey import Care, journey
from sim.log import Log, move_rows, patient_rows
from sim.network import Network
from sim.patients import Patient, patients
from sim.records import HOSPITAL, MUNICIPALITY, NEVER, UNIT, Records
from sim.referral import WeeklyCap
from sim.staff import planned_minutes, servers
from sim.transfer import plan_transfers

MODEL_VERSION = "5"
DIARY_MARGIN_DAYS = 100  # beyond the diary's horizon: notice after a missed visit, and closed days
LATEST_DAYS = 1000  # how far beyond a due day the longest delay can reach


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cyclic garbage: events and generators come and go by the thousand, most in no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_uncollected()
def simulate(resolved: Resolved, seed: int, replication: int) -> Records:
    """Simulate one replication. Equal arguments give equal records to the bit, in any process and order."""
    scenario, units = resolved.scenario, resolved.units
    calendar = Calendar(scenario, days_after_horizon=_reach(scenario))
    env = Clock(-scenario.warm_up_days)
    log = Log()
    streams = tuple(sorted(scenario.streams))
    census = Census(streams, len(units))
    days = scenario.warm_up_days + scenario.horizon_days
    diary_days = days + scenario.booking.diary_horizon_weeks * 7 + DIARY_MARGIN_DAYS
    others = background(scenario, units, calendar, days, seed, replication)
    diaries = Diaries(
        scenario,
        calendar,
        planned=planned_minutes(scenario, units, calendar, diary_days),
        places=infusion_places(scenario, units, diary_days // 7 + 1),
    )
    present = servers(scenario, units, calendar, days, seed, replication)
    clinic = Clinic(env, scenario, calendar, diaries, present, others, log)
    network = Network(resolved)
    for closing in network.closings():
        env.process(clinic.close(*closing))
    care = Care(
        env,
        scenario,
        units,
        network,
        calendar,
        Hospital(env, calendar, scenario.hospital, log),
        clinic,
        diaries,
        Booking(scenario, calendar, diaries),
        WeeklyCap(scenario.transfer.cap_new_patients_per_unit_per_week),
        log,
        census,
    )
    people = patients(scenario, units, seed, replication)
    plan_transfers(resolved, people, calendar.day_of)
    for patient in people:
        env.process(journey(care, patient))
    env.process(clinic.run())
    env.run(until=scenario.horizon_days)
    _record_open_doses(people, log, scenario.horizon_days)
    return Records(
        replication=replication,
        first_day=-scenario.warm_up_days,
        streams=streams,
        units=tuple(unit.key for unit in units),
        patients=patient_rows(people, network, {name: i for i, name in enumerate(streams)}),
        moves=move_rows(people, network),
        referrals=log.referral_rows(),
        doses=log.dose_rows(),
        visits=log.visits.rows,
        others=log.others.rows,
        open_minutes=calendar.open_minutes[:days],
        servers=clinic.servers,
        used=clinic.used,
        used_by_transferred=clinic.used_by_transferred,
        overtime=clinic.overtimes,
        requests=others.requests.sum(axis=3, dtype=np.int64),
        pending=np.ascontiguousarray(
            clinic.diary[:, :, TOTAL].sum(axis=0, dtype=np.int64).transpose(1, 2, 0)
        ),
        patient_days=census.patient_days(scenario.horizon_days),
        present=np.array(census.present, dtype=np.int64),
        entered=np.array(census.entered, dtype=np.int64),
        left=np.array(census.left, dtype=np.int64),
        miscounts=census.miscounts(),
        services=clinic.services,
        loads=others.loads,
        fingerprints=fingerprints(people, others.requests, present),
    )


def drawn_afresh(resolved: Resolved, seed: int, replication: int) -> tuple[str, ...]:
    """Fingerprints of a replication's draws, made without the transfer and apart from any simulation."""
    disabled = resolved.scenario.transfer.model_copy(update={"enabled": False})
    scenario, units = resolved.scenario.model_copy(update={"transfer": disabled}), resolved.units
    calendar = Calendar(scenario, days_after_horizon=_reach(scenario))
    days = scenario.warm_up_days + scenario.horizon_days
    return fingerprints(
        patients(scenario, units, seed, replication),
        background(scenario, units, calendar, days, seed, replication).requests,
        servers(scenario, units, calendar, days, seed, replication),
    )


def _reach(scenario: Scenario) -> int:
    """Days beyond the horizon on which something may fall due."""
    longest = max(
        s.interval_days + s.returned_after_days + max(s.loading_days) for s in scenario.streams.values()
    )
    return longest + LATEST_DAYS


def _record_open_doses(people: list[Patient], log: Log, horizon: int) -> None:
    """Doses that fell due and still wait when the clock stops."""
    for patient in people:
        if patient.entered < horizon < patient.ends and patient.due < horizon:
            moved = "accepted" in patient.milestones and "left_unit" not in patient.milestones
            log.dose(patient, NEVER, (MUNICIPALITY if patient.municipal else UNIT) if moved else HOSPITAL)
