"""What the transfer takes at the units, and whether doses are given in time."""

from __future__ import annotations

from results.report.chapters.answer.phrases import (
    added,
    known_by_key,
    moves,
    spaced,
    unit_names,
)
from results.report.chapters.answer.targets import targets
from results.report.document import Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.subject import Subject


def load(subject: Subject, say: Language) -> Text:
    """Visits and hours at the units, in the busiest week, and at the unit that has most."""
    if not moves(subject):
        return say("answer.no_load")
    main = subject.main
    hours = known_by_key(subject, "nurse_hours_per_year", "unit")
    most = max(hours, key=lambda key: (hours[key].value, key))
    return say(
        "answer.load",
        visits=subject.measured(main, "unit_visits_per_year"),
        checks=subject.measured(main, "check_visits_per_year"),
        nurses=subject.measured(main, "nurse_hours_per_year"),
        doctors=subject.measured(main, "doctor_hours_per_year"),
        peak=subject.measured(main, "peak_week_nurse_hours"),
        unit=unit_names(subject)[most],
        most=hours[most],
    )


def doses(subject: Subject, say: Language) -> Text:
    """Doses on time, against today, where it is worst, how late the late ones are, and targets."""
    on_time = subject.measured(subject.main, "on_time_share")
    late = subject.measured(subject.main, "late_days_p95")
    told = [
        say("answer.doses", on_time=on_time) if on_time.known else say("answer.no_doses"),
        _against_today(subject, say),
        _worst(subject, say),
        say("answer.late", days=late) if late.known else (),
    ]
    return spaced([*told, *targets(subject, say)])


def _against_today(subject: Subject, say: Language) -> Text:
    found = added(subject, "on_time_share")
    if found is None:
        return ()
    gap, verdict = found
    return say(f"answer.doses_{verdict.replace(' ', '_')}", gap=gap)


def _worst(subject: Subject, say: Language) -> Text:
    shown = known_by_key(subject, "on_time_share", "stream")
    if len(shown) < 2:
        return ()
    worst = min(shown, key=lambda stream: (shown[stream].value, stream))
    return say("answer.worst", stream=stream_name(subject.resolved, worst, say), on_time=shown[worst])
