"""What a scenario assumes otherwise than the one in question: value by value, with the lever that it belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from results.comparison import Side
from results.report.document import Block, Code, Line, Paragraph, Table, Text
from results.report.entries import decimals_of, unit_of
from results.report.language import UNKNOWN, Language
from results.report.naming import called
from results.report.subject import Subject
from scenarios.changes import Change, changes
from scenarios.evidence import written
from scenarios.levers import lever_at
from scenarios.load import PLAN, REGISTER

MOST = 25  # values told
WHOLE = 8  # a section with more values is told as there or not
FILES = {".".join(REGISTER), ".".join(PLAN)}


def assumed_otherwise(subject: Subject, side: Side, id: str, say: Language) -> list[Block]:
    """A table of the values that differ, with those of both scenarios."""
    found = changes(subject.resolved, side.resolved)
    if not found:
        return [Paragraph(say("side_by_side.same_assumptions"))]
    lines = [line for change in found for line in _lines(subject, side, change, say)]
    columns = (
        say("side_by_side.key"),
        (called(subject, subject.main, say),),
        (called(subject, side, say),),
        say("side_by_side.grade"),
        say("side_by_side.lever"),
    )
    numeric = (False, False, False, False, False)
    caption = say("side_by_side.assumed")
    blocks: list[Block] = [Table(f"{id}-assumed", caption, columns, tuple(lines[:MOST]), numeric)]
    if len(lines) > MOST:
        blocks.append(Paragraph(say("side_by_side.more_values"), "note"))
    return blocks


def _lines(subject: Subject, side: Side, change: Change, say: Language) -> Iterator[Line]:
    """A line per value of a change; one line for a large section."""
    values = _flat(change.before, change.after, change.key)
    for key, before, after in values if len(values) <= WHOLE else [(change.key, change.before, change.after)]:
        lever = lever_at(tuple(key.split(".")))
        told = (
            _stands(subject, one, key, value, say) for one, value in ((subject.main, before), (side, after))
        )
        of_lever = (getattr(lever, say.code) if lever else UNKNOWN,)
        yield Line(((Code(key),), *told, _grades(change, say), of_lever))


def _flat(before: Any, after: Any, key: str) -> list[tuple[str, Any, Any]]:
    """Each value below a key, in both; None where one has none."""
    sides = [value if isinstance(value, Mapping) else {} for value in (before, after)]
    if not any(sides):
        return [(key, before, after)]
    below = dict.fromkeys((*sides[0], *sides[1]))
    one, other = sides
    return [found for name in below for found in _flat(one.get(name), other.get(name), f"{key}.{name}")]


def _stands(subject: Subject, side: Side, key: str, value: Any, say: Language) -> Text:
    """A value as a reader is told it; of a file or a large section only that there is one."""
    if value is None:
        return (UNKNOWN,)
    if key in FILES or isinstance(value, Mapping):
        return say("side_by_side.stands")
    if isinstance(value, bool):
        return say(f"side_by_side.{'yes' if value else 'no'}")
    if isinstance(value, int | float):
        told = subject.assumed(key, unit_of(key), side)
        return (replace(told, decimals=decimals_of(told.factor * told.value)),)
    return (say.date(value) if isinstance(value, dt.date) else Code(written(value)),)


def _grades(change: Change, say: Language) -> Text:
    if change.grade is None:
        return (UNKNOWN,)
    return say.list(say(f"terms.grade_{grade}") for grade in change.grade.split(", "))
