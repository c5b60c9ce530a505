"""Other patients in the alternatives, against the scenario in question, under each calibration."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.others.displacement import AWAY, BOUND, SEEN, calibrations
from results.report.document import Line, Section, Table
from results.report.language import Language
from results.report.naming import called
from results.report.subject import Subject
from results.report.tightness import tightness

SHOWN = (SEEN, AWAY, BOUND)


def alternatives(subject: Subject, say: Language) -> Section | None:
    """What each alternative adds to the scenario in question; None without alternatives."""
    if not subject.alternatives:
        return None
    table = Table(
        "others-alternatives-table",
        say("others.beside_table", scenario=called(subject, subject.main, say)),
        (say("terms.scenario"), *(say(f"others.column_{name}") for name in SHOWN)),
        tuple(line for side in subject.alternatives for line in _lines(subject, say, side)),
        (False, *(True for _ in SHOWN)),
        (say("others.simultaneous"),),
    )
    return Section("others-alternatives", say("others.beside_title"), (table,))


def _lines(subject: Subject, say: Language, side: Side) -> Iterator[Line]:
    """A scenario, and a line below it for each calibration."""
    yield Line(((called(subject, side, say),), *(None for _ in SHOWN)), "subtotal")
    for under in calibrations(subject):
        gaps = (subject.difference(side, name, under=under)[0] for name in SHOWN)
        yield Line((tightness(say, under) if under else say("others.as_is"), *gaps), level=1)
