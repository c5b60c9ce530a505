"""How late the late doses are: the tail, which a mean hides."""

from __future__ import annotations

from dataclasses import replace

from results.comparison import Side
from results.report.chapters.doses.dose_days import dose_days
from results.report.chapters.doses.treatments import streams
from results.report.document import Block, Figure, Line, Paragraph, Section, Table, Text
from results.report.figures import Group, beeswarm
from results.report.language import Language
from results.report.naming import stream_name
from results.report.rules import ENOUGH_YEARS
from results.report.subject import Subject
from results.table import Row

LATE, MEAN, TWENTIETH = "late_share", "late_days_mean", "late_days_p95"
BEYOND = (7, 14)  # days after the window


def lateness(subject: Subject, say: Language) -> Section | None:
    """Late doses from year to year, and how late they are; None where none is late."""
    if not subject.measured(subject.main, LATE).value > 0:
        return None
    return Section("doses-late", say("doses.late_title"), tuple(_blocks(subject, say)))


def _blocks(subject: Subject, say: Language) -> list[Block]:
    main = subject.main
    blocks: list[Block] = [Paragraph(_told(subject, say, main, "doses.late_message"))]
    if subject.today is not None:
        blocks.append(Paragraph(_told(subject, say, subject.today, "doses.late_today")))
    if subject.replications >= ENOUGH_YEARS:
        digits = subject.measured(main, LATE).digits()
        low, high = (replace(subject.quantile(main, q, LATE), decimals=digits) for q in ("p5", "p95"))
        blocks.append(Paragraph(say("doses.nine_of_ten", low=low, high=high)))
    if subject.replications > 1:
        blocks.append(_from_year_to_year(subject, say))
    return [*blocks, _table(subject, say)]


def _told(subject: Subject, say: Language, side: Side, key: str) -> Text:
    """How many are late in a scenario, and by how much."""
    share, mean, twentieth = (subject.measured(side, name) for name in (LATE, MEAN, TWENTIETH))
    return say(key, share=share, mean=mean, twentieth=twentieth)


def _from_year_to_year(subject: Subject, say: Language) -> Figure:
    """Late doses per treatment in each simulated year; the message is which has most."""
    main, shown = subject.main, streams(subject, LATE)
    found = {stream: subject.measured(main, LATE, "stream", stream) for stream in shown}
    most = max(found, key=lambda stream: (found[stream].value, stream))
    groups = [
        Group(
            stream_name(main.resolved, stream, say).text,
            subject.values(main, _row(subject, stream)),
            told.trace,
            told.unit,
        )
        for stream, told in found.items()
    ]
    return beeswarm(
        say,
        id="doses-late-years",
        title=say("doses.years_title", treatment=stream_name(main.resolved, most, say), share=found[most]),
        description=say("doses.years_description"),
        groups=groups,
        axis=say.plain("doses.years_axis"),
        notes=(say("doses.years_note"),),
    )


def _row(subject: Subject, stream: str) -> Row:
    return subject.row(LATE, "stream", stream)


def _table(subject: Subject, say: Language) -> Table:
    """Each treatment: how many are late, by how many days, and how many long after the window."""
    columns = ("late", "mean", "twentieth", *(f"beyond_{days}" for days in BEYOND))
    return Table(
        "doses-late-days",
        say("doses.late_table"),
        (say("terms.stream"), *(say(f"doses.column_{column}") for column in columns)),
        tuple(_line(subject, stream, say) for stream in streams(subject, LATE)),
        (False, *(True for _ in columns)),
        (say("doses.late_note"),),
    )


def _line(subject: Subject, stream: str, say: Language) -> Line:
    main, window = subject.main, subject.resolved.scenario.streams[stream]
    given = dose_days(subject, main, stream)
    return Line(
        (
            (stream_name(main.resolved, stream, say),),
            *(subject.measured(main, name, "stream", stream) for name in (LATE, MEAN, TWENTIETH)),
            *(given.share(window.late_days + days + 1, None) for days in BEYOND),
        )
    )
