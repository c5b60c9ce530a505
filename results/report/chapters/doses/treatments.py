"""The treatments that the chapter tells of, in the scenario's order."""

from __future__ import annotations

from results.report.subject import Subject

ON_TIME = "on_time_share"


def streams(subject: Subject, name: str = ON_TIME) -> list[str]:
    """The treatments of the scenario in question of which a measure is known."""
    every = subject.resolved.scenario.streams
    return [key for key in every if subject.measured(subject.main, name, "stream", key).known]
