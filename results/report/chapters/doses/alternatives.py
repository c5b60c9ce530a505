"""Doses in the alternatives, against the scenario in question."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.doses.treatments import ON_TIME, streams
from results.report.document import Line, Name, Section, Table
from results.report.language import Language
from results.report.naming import called, stream_name
from results.report.subject import Subject

LATEST, BACK = "late_days_p95", "returned_to_hospital_share"


def alternatives(subject: Subject, say: Language) -> Section | None:
    """A line per alternative, and one below it for each treatment that surely differs; None without alternatives."""
    if not subject.alternatives:
        return None
    columns = ("on_time", "gap", "twentieth", "returned")
    table = Table(
        "doses-alternatives-table",
        say("doses.beside_table", scenario=called(subject, subject.main, say)),
        (say("terms.scenario"), *(say(f"doses.column_{column}") for column in columns)),
        tuple(_lines(subject, say)),
        (False, *(True for _ in columns)),
        (say("doses.beside_note"), say("doses.simultaneous")),
    )
    return Section("doses-alternatives", say("doses.beside_title"), (table,))


def _lines(subject: Subject, say: Language) -> Iterator[Line]:
    yield _line(subject, subject.main, called(subject, subject.main, say))
    for side in subject.alternatives:
        yield _line(subject, side, called(subject, side, say))
        for stream in streams(subject):
            _, difference = subject.difference(side, ON_TIME, "stream", stream)
            if difference is not None and difference.distinguishable:
                yield _line(subject, side, stream_name(side.resolved, stream, say), stream)


def _line(subject: Subject, side: Side, name: Name, stream: str = "") -> Line:
    """A scenario, or a treatment in it."""
    where = ("stream", stream) if stream else ("region", "")
    on_time, latest, back = (subject.measured(side, measure, *where) for measure in (ON_TIME, LATEST, BACK))
    gap = None if side is subject.main else subject.difference(side, ON_TIME, *where)[0]
    return Line(((name,), on_time, gap, latest, back), level=1 if stream else 0)
