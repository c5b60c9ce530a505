"""Load over time: the nurse hours of transferred care, week by week."""

from __future__ import annotations

import functools

import numpy as np

from results.low_staff import low_staff_weeks
from results.report.chapters import chance
from results.report.document import Figure, Line, Paragraph, Section, Table
from results.report.figures import Series, week_band
from results.report.language import Language
from results.report.quantities import Quantity, Statistic
from results.report.subject import Subject
from results.report.weekly import Stretches, Weekly
from results.statistics import summarise

AT_A_TIME = 4  # weeks of a line of the data


def over_time(subject: Subject, weekly: Weekly, say: Language) -> Section:
    """The region's hours week by week, with what chance does to each week, and those with few at work."""
    stretches, _ = low_staff_weeks(subject.resolved)
    blocks = [Paragraph(say("load.weeks_lead"))]
    return Section(
        "load-over-time", say("load.weeks_title"), (*blocks, _figure(subject, weekly, stretches, say))
    )


def _figure(subject: Subject, weekly: Weekly, low_staff: list[tuple[int, int]], say: Language) -> Figure:
    hours = summarise(weekly.ours.sum(axis=2) / 60)
    most = int(np.argmax(hours.mean)) + 1
    notes = (say("load.few_at_work"),) if low_staff else ()
    return week_band(
        say,
        id="load-weeks",
        title=say(
            "load.weeks_message", date=say.date(subject.monday(most)), hours=weekly.hours([(most, most)])
        ),
        description=say("load.weeks_description"),
        series=[Series(say.plain("load.mean_of_week"), hours.mean, hours.p5, hours.p95)],
        start=subject.resolved.scenario.start_date,
        shaded=low_staff,
        axis=say.plain("load.weeks_axis"),
        data=_data(subject, weekly, say),
        notes=notes,
    )


def _data(subject: Subject, weekly: Weekly, say: Language) -> Table:
    """A line for every few weeks: mean hours a week."""
    lines = []
    for first in range(1, weekly.weeks + 1, AT_A_TIME):
        weeks = [(first, min(first + AT_A_TIME - 1, weekly.weeks))]
        cells = chance.cells(subject, functools.partial(_hours, weekly, weeks))
        lines.append(Line(((say.date(subject.monday(first)),), *cells)))
    columns = (say("load.four_weeks"), *chance.heads(subject, say))
    numeric = (False, *(True for _ in columns[1:]))
    return Table("load-weeks-data", say("load.weeks_data"), columns, tuple(lines), numeric)


def _hours(weekly: Weekly, weeks: Stretches, how: Statistic) -> Quantity:
    return weekly.hours(weeks, how=how)
