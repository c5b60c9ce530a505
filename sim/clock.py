"""SimPy's clock, in days, and the number of the present one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]


class Clock(simpy.Environment):
    """An environment that keeps `today`, the day that began at the last midnight, as a number to be read at once.

    The midnights are scheduled before anything else and so come before all that happens on their day.
    """

    def __init__(self, first_day: int, end: int) -> None:
        super().__init__(initial_time=first_day)
        self.today = first_day
        for day in range(first_day + 1, end):
            self.midnight(day).callbacks.append(self._begin_day)

    def __repr__(self) -> str:
        return f"<Clock on day {self.today}>"

    def midnight(self, day: int) -> simpy.Timeout:
        """What waits until a day begins."""
        return simpy.Timeout(self, day - self.now)

    def _begin_day(self, midnight: simpy.Event) -> None:
        self.today = int(self.now)
