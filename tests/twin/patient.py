"""One transferred patient: who it is, as drawn, and where the journey stands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.patients import NEXT_UNPLANNED
from sim.patients import Patient as Traits
from sim.randomness import uniforms
from sim.records import NEVER, NOWHERE
from tests.twin.draws import Four
from tests.twin.places import FOREVER

if TYPE_CHECKING:
    from tests.twin.clinic import Visit


class Patient:
    """A patient's state: `due` is the next due date, `need_day` the day of the next unplanned need."""

    def __init__(self, traits: Traits, planned: int) -> None:
        self.traits, self.stream, self.planned = traits, traits.stream, planned
        self.number, self.municipal = traits.number, traits.municipal
        self.ends, self.due = traits.ends, traits.due
        self.doses = self.attempts = self.returned_in_a_row = 0
        self.unit, self.moves_on = NOWHERE, FOREVER
        self.hospital_day: int | None = None
        self.booked: list[Visit] = []
        self.milestones: dict[str, int] = {}
        self.stays: list[tuple[int, int]] = []  # place and first day
        self.needs_foreseen = 0
        self.need_day, self.need_minute = FOREVER, 0
        self._foresee_need(traits.entered)

    def luck(self, purpose: int, number: int | None = None) -> Four:
        """Four numbers of this dose and attempt, or those at a number of their own."""
        here = self.doses * 64 + min(self.attempts, 63) if number is None else number
        return uniforms(self.traits.key, here, purpose)

    @property
    def disturbed_on(self) -> int:
        """The next day on which something comes that no booking knows of."""
        return min(self.ends, self.moves_on, self.need_day)

    def treated(self, day: int) -> None:
        """The clock starts again: by the stream's first doses for a new patient, then by its interval."""
        self._next_dose()
        self.hospital_day = None
        loading = self.stream.loading_days
        in_loading = self.traits.new and self.doses < len(loading)
        interval = loading[self.doses] - loading[self.doses - 1] if in_loading else self.stream.interval_days
        self.due = day + interval
        self._foresee_need(day + 1)

    def put_off(self, days: int) -> None:
        """A dose withheld: it falls due later."""
        self._next_dose()
        self.due += days

    def reached(self, milestone: str, day: int) -> None:
        """The first day of something."""
        self.milestones.setdefault(milestone, day)

    def when(self, milestone: str) -> int:
        """That day, or NEVER."""
        return self.milestones.get(milestone, NEVER)

    def stays_until(self, end: int) -> list[tuple[int, int, int]]:
        """Place, first day and the day after the last of each stay under treatment."""
        last = self.milestones.get("ended", end)
        ends = [since for _, since in self.stays[1:]] + [last]
        return [(place, since, until) for (place, since), until in zip(self.stays, ends, strict=False)]

    def _next_dose(self) -> None:
        self.doses += 1
        self.attempts = 0

    def _foresee_need(self, soonest: int) -> None:
        """Draw the next unplanned need."""
        if self.traits.unplanned_rate > 0:
            wait, minute, _, _ = self.luck(NEXT_UNPLANNED, self.needs_foreseen)
            self.needs_foreseen += 1
            self.need_day = soonest + math.floor(-math.log(wait) / self.traits.unplanned_rate)
            self.need_minute = int(minute * 1440)
