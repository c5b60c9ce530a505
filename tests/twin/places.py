"""Who is to move when, and which unit has whom: the ramp or the plan, placement, units that open or close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scenarios.capability import capable
from scenarios.listing import listing
from scenarios.load import Resolved
from scenarios.register import nearness
from scenarios.schema import ProcedureGroup
from sim.patients import Patient as Traits
from sim.records import NOWHERE

FOREVER = 10_000_000


class Places:
    """The unit that serves a patient on a day."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved, self.units = resolved, resolved.units
        self.listing = listing(resolved.scenario, resolved.units)
        streams = resolved.scenario.streams.values()
        self.serving = {
            group: [[self._choose(group, listed, at) for listed in at] for at in self.listing.at]
            for group in sorted({stream.procedure_group for stream in streams})
        }

    def unit_of(self, person: Traits, day: int) -> int:
        """The unit that serves a patient on a day, or NOWHERE."""
        return self.serving[person.stream.procedure_group][self.listing.period(day)][person.home]

    def moves_on(self, person: Traits, day: int) -> int:
        """The first later day on which another unit does."""
        later = (change for change in self.listing.changes if change > day)
        now = self.unit_of(person, day)
        return next((change for change in later if self.unit_of(person, change) != now), FOREVER)

    def moves(self, person: Traits) -> list[tuple[int, int, int, int]]:
        """Patient, day, unit of listing and of care for each day on which either changes."""
        serving = self.serving[person.stream.procedure_group]
        at = [(has[person.home], by[person.home]) for has, by in zip(self.listing.at, serving, strict=True)]
        changes = zip(self.listing.changes, at, at[1:], strict=False)
        return [(person.number, day, *after) for day, before, after in changes if after != before]

    def closings(self) -> list[tuple[int, int, int]]:
        """Each day on which a unit closes, the unit, and the one that takes over."""
        found = []
        for period, day in enumerate(self.listing.changes, start=1):
            before, after = self.listing.at[period - 1], self.listing.at[period]
            found += [(day, u, after[u]) for u in range(len(after)) if before[u] == u != after[u]]
        return found

    def _choose(self, group: ProcedureGroup, listed: int, at: Sequence[int]) -> int:
        """The unit that serves those listed at a unit, with the open units of a period."""
        scenario, units, hubs = self.resolved.scenario, self.units, self.resolved.hubs.get(group)
        able = [u for u, unit in enumerate(units) if at[u] == u and capable(scenario, unit, group)]
        if scenario.booking.placement == "listed_unit":
            return listed if listed in able else NOWHERE
        here = units[listed].municipality
        if scenario.booking.placement == "hub" and hubs is not None:
            able = [u for u in able if units[u].key in hubs.keys]
            able = [u for u in able if units[u].key == hubs.catchments.get(here)] or able
        if listed in able:
            return listed
        return min(able, key=lambda u: nearness(here, units[u]), default=NOWHERE)


def planned_days(resolved: Resolved, people: Sequence[Traits]) -> list[int]:
    """The day from which on each patient's referral may be written; FOREVER for who stays."""
    transfer = resolved.scenario.transfer
    movers = [p for p in people if p.eligible and p.agrees and transfer.enabled]
    if resolved.plan is not None:
        planned = _by_volumes(resolved, movers)
    else:
        planned = {p.number: max(_by_ramp(resolved, p), _known(p)) for p in movers}
    return [planned.get(person.number, FOREVER) for person in people]


def _known(person: Traits) -> int:
    """The day from which a patient may be referred: a new one after the first doses, if the hospital gives them."""
    first_doses = person.new and person.stream.loading_at == "hospital"
    return person.entered + (person.stream.loading_days[-1] if first_doses else 0)


def _by_ramp(resolved: Resolved, person: Traits) -> int:
    scenario, sender = resolved.scenario, resolved.units[person.home].sender
    transfer = scenario.transfer
    start, weeks = transfer.start_date, transfer.ramp_weeks if transfer.ramp == "evenly" else 0
    if transfer.ramp == "waves":
        waves = sorted(transfer.waves.items(), key=lambda named: (named[1].start_date, named[0]))
        its_own = [
            wave
            for _, wave in waves
            if (not wave.senders or sender in wave.senders)
            and (not wave.streams or person.stream_name in wave.streams)
        ]
        if not its_own:
            return FOREVER
        start, weeks = its_own[0].start_date, its_own[0].ramp_weeks
    begins = max(0, _day(start, scenario.start_date))
    return begins if person.new else begins + int(person.ramp * weeks * 7)


def _by_volumes(resolved: Resolved, movers: Sequence[Traits]) -> dict[int, int]:
    """Each row takes its number of those who wait, longest known first."""
    planned: dict[int, int] = {}
    for row in sorted(resolved.plan or (), key=lambda row: (row.week, row)):
        monday = 7 * (row.week - 1)
        waiting = [
            person
            for person in movers
            if person.number not in planned
            and person.stream_name == row.stream
            and resolved.units[person.home].sender == row.sender
            and row.area in ("", resolved.units[person.home].area)
            and _known(person) <= monday < person.ends
        ]
        waiting.sort(key=lambda person: (person.new, _known(person), person.ramp))
        planned |= {person.number: monday for person in waiting[: row.patients]}
    return planned


def _day(date: dt.date, day_zero: dt.date) -> int:
    return (date - day_zero).days
