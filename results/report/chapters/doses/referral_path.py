"""The way from the hospital to the unit: referrals, waits, patients who go back, needs that come out of hours."""

from __future__ import annotations

from collections.abc import Iterator

from results.catalogue import MEASURES
from results.report.chapters.doses.treatments import streams
from results.report.document import Block, Code, Line, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import UNITS, Subject

MOVED, RETURNED, TO_ACCEPTED, TO_FIRST_DOSE = (
    "patients_transferred",
    "referrals_returned_share",
    "referral_days_mean",
    "first_visit_days_mean",
)
UNPLANNED = "out_of_hours_events_per_year"
PATH = (MOVED, RETURNED, TO_ACCEPTED, TO_FIRST_DOSE, "patients_handed_back", UNPLANNED)
FIRST = "year1"  # in which those who are under treatment move


def referral_path(subject: Subject, say: Language) -> Section | None:
    """How the patients come to the unit and stay there; None where nobody moves in the first year."""
    if not subject.measured(subject.main, MOVED, window=FIRST).value > 0:
        return None
    return Section("doses-path", say("doses.path_title"), tuple(_blocks(subject, say)))


def _blocks(subject: Subject, say: Language) -> Iterator[Block]:
    moved, returned, days = (
        subject.measured(subject.main, name, window=FIRST) for name in (MOVED, RETURNED, TO_ACCEPTED)
    )
    yield Paragraph(say("doses.path_message", moved=moved, returned=returned, days=days))
    keys = say.list((Code("streams.*.referral.complete_share"), Code("streams.*.referral.review_days_mean")))
    yield Paragraph(say("doses.path_assumed", keys=keys), "note")
    yield _table(subject, say)
    yield _table_by_treatment(subject, say)


def _table(subject: Subject, say: Language) -> Table:
    """What happens on the way, in the first year and in the report's window."""
    windows = tuple(dict.fromkeys((FIRST, subject.window.name)))
    heads = [say("doses.first_year"), say("terms.window_steady")][: len(windows)]
    return Table(
        "doses-path-measures",
        say("doses.path_table"),
        (say("terms.measure"), say("terms.unit_of_measure"), *heads),
        tuple(_line(subject, say, name, windows) for name in PATH),
        (False, False, *(True for _ in windows)),
        tuple(_about_unplanned(subject, say)),
    )


def _about_unplanned(subject: Subject, say: Language) -> Iterator[Text]:
    """That needs out of hours are no work of the transfer."""
    if subject.measured(subject.main, UNPLANNED).value > 0:
        if subject.today is None:
            yield say("doses.unplanned")
        else:
            yield say("doses.unplanned_today", today=subject.measured(subject.today, UNPLANNED))


def _line(subject: Subject, say: Language, name: str, windows: tuple[str, ...]) -> Line:
    values = (subject.measured(subject.main, name, window=window) for window in windows)
    unit = say(f"units.{UNITS[MEASURES[name].unit]}", count=2)
    return Line((say(f"measures.{name}"), unit, *values))


def _table_by_treatment(subject: Subject, say: Language) -> Table:
    """The same of each treatment in the first year."""
    names = (MOVED, RETURNED, TO_ACCEPTED, TO_FIRST_DOSE)
    lines = [
        Line(
            (
                (stream_name(subject.resolved, stream, say),),
                *(subject.measured(subject.main, name, "stream", stream, FIRST) for name in names),
            )
        )
        for stream in streams(subject)
    ]
    return Table(
        "doses-path-treatments",
        say("doses.path_by_treatment"),
        (say("terms.stream"), *(say(f"doses.column_{name}") for name in names)),
        tuple(lines),
        (False, *(True for _ in names)),
        folded=True,
    )
