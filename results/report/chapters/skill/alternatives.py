"""Skill in the alternatives, against the scenario in question."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.skill.by_group import EACH, WITHOUT, changed
from results.report.chapters.skill.volumes import LOW
from results.report.document import Line, Name, Section, Table
from results.report.language import Language
from results.report.naming import called, stream_name
from results.report.subject import Subject


def alternatives(subject: Subject, say: Language) -> Section | None:
    """A line per alternative, and one below it for each treatment that surely differs; None without alternatives."""
    if not subject.alternatives:
        return None
    columns = ("low", "gap", "each", "without")
    table = Table(
        "skill-alternatives-table",
        say("skill.beside_table", scenario=called(subject, subject.main, say)),
        (say("terms.scenario"), *(say(f"skill.column_{column}") for column in columns)),
        tuple(_lines(subject, say)),
        (False, *(True for _ in columns)),
        (say("skill.beside_note"),),
    )
    return Section("skill-alternatives", say("skill.beside_title"), (table,))


def _lines(subject: Subject, say: Language) -> Iterator[Line]:
    yield _line(subject, subject.main, called(subject, subject.main, say))
    for side in subject.alternatives:
        yield _line(subject, side, called(subject, side, say))
        for stream in changed(subject, side):
            yield _line(subject, side, stream_name(side.resolved, stream, say), stream)


def _line(subject: Subject, side: Side, name: Name, stream: str = "") -> Line:
    """A scenario, or a treatment in it."""
    where = ("stream", stream) if stream else ("region", "")
    low, each, without = (subject.measured(side, measure, *where) for measure in (LOW, EACH, WITHOUT))
    gap = None if side is subject.main else subject.difference(side, LOW, *where)[0]
    return Line(((name,), low, gap, each, without), level=1 if stream else 0)
