"""The treatments that the chapter tells of, in the scenario's order, and what each is called."""

from __future__ import annotations

from results.comparison import Side
from results.report.document import Name
from results.report.language import Language
from results.report.subject import Subject

ON_TIME = "on_time_share"


def treatment(side: Side, stream: str, say: Language) -> Name:
    """What a treatment is called."""
    return Name(getattr(side.resolved.scenario.streams[stream].label, say.code))


def streams(subject: Subject, name: str = ON_TIME) -> list[str]:
    """The treatments of the scenario in question of which a measure is known."""
    every = subject.resolved.scenario.streams
    return [key for key in every if subject.measured(subject.main, name, "stream", key).known]
