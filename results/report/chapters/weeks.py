"""The weeks with the highest load: of transferred care, of all patients, and at single units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from results.report.chapters.chance import HIGH, cells, heads
from results.report.chapters.load.in_use import how_tight
from results.report.document import Block, Line, Name, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from results.report.weekly import Weekly, read_weekly
from scenarios.register import Unit

MOST = 10  # weeks, or weeks of a unit


def chapter(subject: Subject, say: Language) -> Section:
    """Weeks by the hours that transferred care takes, by full units, and the fullest weeks of single units."""
    names = [calibration.name for calibration in subject.comparison.calibrations] or [""]
    tight = [read_weekly(subject, subject.main, name) for name in names]
    sections = [_full(subject, names, tight, say), _of_units(subject, names, tight, say)]
    if subject.resolved.scenario.transfer.enabled:
        sections.insert(0, _ours(subject, read_weekly(subject, subject.main), say))
    lead = Paragraph(say("weeks.lead", weeks=subject.counted(tight[0].weeks, "weeks", "weeks")))
    return Section("weeks", say("weeks.title"), (lead,), tuple(sections))


def _ours(subject: Subject, weekly: Weekly, say: Language) -> Section:
    """The weeks in which transferred care takes most nurse hours."""
    weeks = _highest(weekly.ours.sum(axis=2).mean(axis=0))
    lines = [
        Line((
            _called(subject, week, say),
            *cells(subject, partial(weekly.hours, [(week, week)], ""), HIGH),
        ))
        for week in weeks
    ]  # fmt: skip
    columns = (say("weeks.week_column"), *heads(subject, say, HIGH))
    blocks: list[Block] = [_table("weeks-ours", say("weeks.ours"), columns, lines, words=1)]
    most, least = (weekly.hours([(week, week)]) for week in (weeks[0], weeks[-1]))
    if most.low <= least.high:
        blocks.append(Paragraph(say("weeks.alike"), "note"))
    return Section("weeks-of-transferred-care", say("weeks.ours_title"), tuple(blocks))


def _full(subject: Subject, names: Sequence[str], tight: Sequence[Weekly], say: Language) -> Section:
    """The weeks in which most units are full with all their patients, under each calibration."""
    blocks: list[Block] = [Paragraph(say("weeks.full_lead"))]
    for number, (name, weekly) in enumerate(zip(names, tight, strict=True), start=1):
        weeks = _highest(weekly.full_of().mean(axis=0))
        blocks.append(Paragraph(_fullest_week(subject, weekly, weeks[0], name, say)))
        lines = [
            Line((
                _called(subject, week, say),
                weekly.use([(week, week)]),
                *cells(subject, partial(weekly.full, week), HIGH),
            ))
            for week in weeks
        ]  # fmt: skip
        of_full = (say("weeks.full_units", how=head) for head in heads(subject, say, HIGH))
        columns = (say("weeks.week_column"), say("weeks.use"), *of_full)
        caption = say("weeks.full", tight=how_tight(name, say))
        blocks.append(_table(f"weeks-full-{number}", caption, columns, lines, words=1))
    return Section("weeks-full", say("weeks.full_title"), tuple(blocks))


def _fullest_week(subject: Subject, weekly: Weekly, week: int, calibration: str, say: Language) -> Text:
    """How many units are full in a week, and how many of them are so without the transfer."""
    told = say(
        "weeks.fullest",
        tight=how_tight(calibration, say),
        date=say.date(subject.monday(week)),
        full=replace(weekly.full(week), unit="none"),
        units=subject.counted(len(subject.resolved.units), "units", "units"),
    )
    if subject.today is None:
        return told
    today = read_weekly(subject, subject.today, calibration).full(week)
    return (*told, " ", *say("weeks.fullest_today", full=replace(today, unit="none")))


def _of_units(subject: Subject, names: Sequence[str], tight: Sequence[Weekly], say: Language) -> Section:
    """The weeks of single units with most of their nurses' time used, under each calibration."""
    blocks: list[Block] = [Paragraph(say("weeks.units_lead"))]
    of_use = (say("weeks.used", how=head) for head in heads(subject, say, HIGH))
    columns = (
        say("terms.unit"),
        say("terms.municipality"),
        say("weeks.week_column"),
        *of_use,
        say("weeks.hours_of_ours"),
    )
    for number, (name, weekly) in enumerate(zip(names, tight, strict=True), start=1):
        lines = [
            Line((
                (Name(unit.name),),
                (Name(unit.municipality),),
                _called(subject, week, say),
                *cells(subject, partial(weekly.use, [(week, week)], unit.key), HIGH),
                weekly.hours([(week, week)], unit.key),
            ))
            for week, unit in _fullest(subject, weekly)
        ]  # fmt: skip
        caption = say("weeks.units", tight=how_tight(name, say))
        blocks.append(_table(f"weeks-units-{number}", caption, columns, lines, words=3))
    return Section("weeks-of-units", say("weeks.units_title"), tuple(blocks))


def _highest(values: NDArray[np.float64]) -> list[int]:
    """The weeks, counted from 1, with the highest values, of equals the first."""
    return [int(week) + 1 for week in np.argsort(-values, kind="stable")[:MOST]]


def _fullest(subject: Subject, weekly: Weekly) -> list[tuple[int, Unit]]:
    """The weeks of single units in which most of the nurses' time is used, as a mean over replications."""
    units = {unit.key: unit for unit in subject.resolved.units}
    mean = weekly.use_by_week().mean(axis=0)  # NaN, and so left out, where any replication has no staff
    order = np.argsort(-np.nan_to_num(mean, nan=-1.0), axis=None, kind="stable")[:MOST]
    places = (np.unravel_index(place, mean.shape) for place in order)
    return [(int(week) + 1, units[weekly.units[unit]]) for week, unit in places]


def _called(subject: Subject, week: int, say: Language) -> Text:
    """A week by its Monday and its number in the calendar."""
    monday = subject.monday(week)
    trace = Trace("iso_week", subject.main.label, str(week))
    return say(
        "weeks.week",
        date=say.date(monday),
        number=Quantity(float(monday.isocalendar().week), "none", trace, decimals=0),
    )


def _table(id: str, caption: Text, columns: Sequence[Text], lines: Sequence[Line], *, words: int) -> Table:
    """A table whose first columns hold words, the others numbers."""
    numeric = tuple(number >= words for number in range(len(columns)))
    return Table(id, caption, tuple(columns), tuple(lines), numeric)
