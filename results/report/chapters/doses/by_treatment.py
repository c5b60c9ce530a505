"""Doses in time per treatment: at the units, at the hospital, and today."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.doses.dose_days import Site, dose_days
from results.report.chapters.doses.treatments import ON_TIME, streams
from results.report.document import Figure, Line, Table, Text
from results.report.figures import Bar, interval_bars
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import Subject


def by_treatment(subject: Subject, say: Language) -> Figure:
    """The share in time, at the units and at the hospital and today; its message is where it is lowest."""
    found = {key: subject.measured(subject.main, ON_TIME, "stream", key) for key in streams(subject)}
    lowest = min(found, key=lambda key: (found[key].value, key))
    return interval_bars(
        say,
        id="doses-by-treatment",
        title=say(
            "doses.figure_title", treatment=stream_name(subject.resolved, lowest, say), share=found[lowest]
        ),
        description=say("doses.figure_description"),
        bars=[bar for stream in found for bar in _bars(subject, stream, say)],
        axis=say.plain("doses.figure_axis"),
        notes=(say("doses.figure_note"),),
    )


def _bars(subject: Subject, stream: str, say: Language) -> Iterator[Bar]:
    """A treatment at the units, at the hospital, and today, as far as it is given there."""
    main, today, label = subject.main, subject.today, stream_name(subject.resolved, stream, say).text
    told: list[tuple[Side, Site | None, str]] = [
        (main, "unit", "doses.at_units"),
        (main, "hospital", "doses.at_hospital"),
    ]
    if today is not None and stream in today.resolved.scenario.streams:
        told.append((today, None, "doses.today"))
    for side, site, group in told:
        window = side.resolved.scenario.streams[stream]
        share = dose_days(subject, side, stream, site).share(-window.early_days, window.late_days)
        if share.known:
            yield Bar(label, share, say.plain(group))


def table_of_treatments(subject: Subject, say: Language) -> Table:
    """Every treatment, and all: what is in time, today, the difference, what went back, and the window."""
    compared = subject.today is not None
    columns = ("on_time", *(("of_today", "gap") if compared else ()), "returned", "window")
    return Table(
        "doses-treatments",
        say("doses.table"),
        (say("terms.stream"), *(say(f"doses.column_{column}") for column in columns)),
        tuple(_line(subject, stream, say) for stream in (*streams(subject), "")),
        (False, *(column != "window" for column in columns)),
        (say("doses.table_note"), *((say("doses.simultaneous"),) if compared else ())),
    )


def _line(subject: Subject, stream: str, say: Language) -> Line:
    """A treatment, or all of them where none is named."""
    where = ("stream", stream) if stream else ("region", "")
    main, today = subject.main, subject.today
    compared = (subject.measured(today, ON_TIME, *where), subject.added(ON_TIME, *where)[0]) if today else ()
    returned = subject.measured(main, "returned_to_hospital_share", *where)
    name = (stream_name(main.resolved, stream, say),) if stream else say("doses.all")
    window = _window(subject, stream, say) if stream else None
    return Line(
        (name, subject.measured(main, ON_TIME, *where), *compared, returned, window),
        "plain" if stream else "total",
    )


def _window(subject: Subject, stream: str, say: Language) -> Text:
    """The days around the due date that count as in time."""
    before, after = (subject.assumed(f"streams.{stream}.{end}_days") for end in ("early", "late"))
    return say("doses.window", before=before, after=after)
