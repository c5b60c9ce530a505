"""SimPy's clock, in days, and the number of the present one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Clock(simpy.Environment):
    """An environment that keeps `today`, the day that began at the last midnight, as a number to be read at once.

    Whoever waits for the same midnight waits for the same event, and goes on in the order of asking.
    """

    def __init__(self, first_day: int) -> None:
        super().__init__(initial_time=first_day)
        self.today = first_day
        self._midnights: dict[int, simpy.Event] = {}
        self.process(self._days())

    def __repr__(self) -> str:
        return f"<Clock on day {self.today}>"

    def midnight(self, day: int) -> simpy.Event:
        """What waits until a day begins.

        Raises:
            ValueError: the day is before today
        """
        if day <= self.today:
            return simpy.Timeout(self, day - self.today)
        if (midnight := self._midnights.get(day)) is None:
            midnight = self._midnights[day] = simpy.Event(self)
        return midnight

    def _days(self) -> Process:
        while True:
            yield self.timeout(1)
            self.today += 1
            if (midnight := self._midnights.pop(self.today, None)) is not None:
                midnight.succeed()
