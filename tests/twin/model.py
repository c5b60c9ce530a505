"""The model of `sim/` written again in plain SimPy, from its description: what `sim/` is checked and timed against.

A process to each patient and each visit, a `simpy.Resource` to each unit, profession and day; every other patient is
an object that asks, wishes a day, waits and is seen. Shared with the model are the scenario, the calendar, the
numbers drawn (who the patients are, how many staff are present, keyed uniform numbers) and the form of the records.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import simpy

from scenarios.load import Resolved
from sim.calendar import Calendar
from sim.patients import patients
from sim.records import (
    AT_UNITS,
    DOSE_ROW,
    HOSPITAL,
    MOVE_ROW,
    MUNICIPALITY,
    NEVER,
    OTHERS_ROW,
    PATIENT_ROW,
    REFERRAL_ROW,
    UNIT,
    VISIT_ROW,
)
from tests.twin.booking import Booking
from tests.twin.clinic import Clinic
from tests.twin.journey import World, journey
from tests.twin.log import Log, TwinRecords
from tests.twin.patient import Patient
from tests.twin.places import FOREVER, Places, planned_days

MARGIN_DAYS = 1000  # how far beyond a due date anything can reach
MILESTONES = ("referred", "accepted", "first_due", "first_visit", "handed_back", "left_unit", "ended")


@dataclass(frozen=True, slots=True)
class Replication:
    """A replication of the twin on its clock."""

    world: World
    people: list[Patient]
    number: int

    def run(self, until: int) -> None:
        """Let the days pass, up to one."""
        self.world.env.run(until)

    def records(self) -> TwinRecords:
        """What is recorded when the horizon has come."""
        for patient in self.people:
            _record_open_dose(patient, self.world.log, self.world.resolved.scenario.horizon_days)
        return _records(self.world, self.people, self.number)


def simulate(resolved: Resolved, seed: int, replication: int) -> TwinRecords:
    """One replication, as `sim.model.simulate` has it."""
    begun = begin(resolved, seed, replication)
    begun.run(until=resolved.scenario.horizon_days)
    return begun.records()


def begin(resolved: Resolved, seed: int, replication: int) -> Replication:
    """A replication whose clock stands at the start."""
    scenario = resolved.scenario
    streams = scenario.streams.values()
    longest = max(s.interval_days + s.returned_after_days + s.loading_days[-1] for s in streams)
    calendar = Calendar(scenario, longest + MARGIN_DAYS)
    env = simpy.Environment(initial_time=-scenario.warm_up_days)
    log, places = Log(), Places(resolved)
    clinic = Clinic(env, resolved, calendar, log, seed, replication)
    world = World(env, resolved, calendar, places, clinic, Booking(env, scenario, clinic), log)
    traits = patients(scenario, resolved.units, seed, replication)
    people = [Patient(*who) for who in zip(traits, planned_days(resolved, traits), strict=True)]
    for closing in places.closings():
        env.process(clinic.close(*closing))
    for patient in people:
        env.process(journey(world, patient))
    env.process(clinic.run())
    return Replication(world, people, replication)


def _record_open_dose(p: Patient, log: Log, horizon: int) -> None:
    """A dose that fell due and still waits when the clock stops."""
    if p.traits.entered < horizon < p.ends and p.due < horizon:
        at_unit = "accepted" in p.milestones and "left_unit" not in p.milestones
        log.dose(p, NEVER, (MUNICIPALITY if p.municipal else UNIT) if at_unit else HOSPITAL)


def _records(world: World, people: list[Patient], replication: int) -> TwinRecords:
    scenario, units = world.resolved.scenario, world.resolved.units
    clinic, log, places = world.clinic, world.log, world.places
    streams = {name: number for number, name in enumerate(sorted(scenario.streams))}
    patient_rows = [
        (
            streams[p.traits.stream_name],
            p.traits.home,
            places.unit_of(p.traits, NEVER),
            p.municipal,
            p.traits.entered,
            p.planned if p.planned < FOREVER else NEVER,
            *map(p.when, MILESTONES),
        )
        for p in people
    ]
    patient_days, present = (np.zeros((len(streams), AT_UNITS + len(units) + 1), dtype=int) for _ in range(2))
    entered, left = (np.zeros(len(streams), dtype=int) for _ in range(2))
    for p in people:
        stream = streams[p.traits.stream_name]
        for place, since, until in p.stays_until(scenario.horizon_days):
            patient_days[stream, place] += until - since
        entered[stream] += bool(p.stays)
        left[stream] += "ended" in p.milestones
        if p.stays and "ended" not in p.milestones:
            present[stream, p.stays[-1][0]] += 1
    return TwinRecords(
        replication=replication,
        first_day=-clinic.offset,
        streams=tuple(streams),
        units=tuple(unit.key for unit in units),
        patients=np.array(patient_rows, dtype=PATIENT_ROW),
        moves=np.array([row for p in people for row in places.moves(p.traits)], dtype=MOVE_ROW),
        referrals=np.array(log.referrals, dtype=REFERRAL_ROW),
        doses=np.array(log.doses, dtype=DOSE_ROW),
        visits=np.array(log.visits, dtype=VISIT_ROW),
        others=np.array([(*what, n) for what, n in sorted(log.others.items())], dtype=OTHERS_ROW),
        open_minutes=world.calendar.open_minutes[: clinic.days],
        servers=clinic.present.transpose(2, 0, 1),
        used=clinic.used,
        used_by_transferred=clinic.used_by_transferred,
        overtime=clinic.overtime,
        requests=np.array(clinic.calls).sum(axis=3),
        pending=np.array(
            [[[team.pending(kind) for kind in range(2)] for team in unit] for unit in clinic.teams]
        ),
        patient_days=patient_days,
        present=present,
        entered=entered,
        left=left,
    )
