"""How full the units are with all patients, when few are at work and else."""

from __future__ import annotations

from collections.abc import Iterable

from results.low_staff import low_staff_weeks
from results.report.document import Block, Line, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.subject import Subject
from results.report.tightness import tightness
from results.report.weekly import Stretches, read_weekly

HIGH, HIGHEST = 0.95, 1.0  # shares of the units at or below


def in_use(subject: Subject, say: Language) -> Section:
    """How much of the nurses' time all patients use, in weeks with few at work and in the others."""
    names = [calibration.name for calibration in subject.comparison.calibrations]
    blocks: list[Block] = [Paragraph(say("load.use_lead")), _table(subject, names, say)]
    blocks.append(Paragraph(say("load.use_unknown" if names else "load.use_alone"), "warning"))
    return Section("load-in-use", say("load.use_title"), (*blocks, *_overtime(subject, say)))


def _table(subject: Subject, calibrations: list[str], say: Language) -> Table:
    """A line per calibration and kind of week: of all nurse time, at the fullest units, and by transferred care."""
    lines = []
    for calibration in calibrations or [""]:
        weekly = read_weekly(subject, subject.main, calibration)
        for kind, stretches in _kinds(subject):
            lines.append(
                Line((
                    say(f"load.weeks_{kind}"),
                    how_tight(calibration, say),
                    weekly.use(stretches),
                    weekly.use_at(HIGH, stretches),
                    weekly.use_at(HIGHEST, stretches),
                    weekly.share(stretches),
                ))
            )  # fmt: skip
    columns = tuple(
        say(f"load.{head}")
        for head in (
            "kind_of_week",
            "how_tight",
            "use_of_all",
            "use_at_high",
            "use_at_highest",
            "use_by_ours",
        )
    )
    return Table("load-use", say("load.use"), columns, tuple(lines), (False, False, True, True, True, True))


def _kinds(subject: Subject) -> Iterable[tuple[str, Stretches]]:
    """The weeks of the report's window with few at work, and the others; each as stretches."""
    window = subject.window
    low = {week for first, last in low_staff_weeks(subject.resolved)[0] for week in range(first, last + 1)}
    weeks = range(window.first // 7 + 1, window.end // 7 + 1)
    for kind, chosen in (
        ("few", [w for w in weeks if w in low]),
        ("usual", [w for w in weeks if w not in low]),
    ):
        if chosen:
            yield kind, stretches_of(chosen)


def how_tight(calibration: str, say: Language) -> Text:
    """A calibration as a condition; of none, that the scenario is told as it is."""
    return tightness(say, calibration) if calibration else say("load.as_it_is")


def stretches_of(weeks: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending weeks as stretches of weeks that follow each other."""
    found: list[tuple[int, int]] = []
    for week in weeks:
        if found and found[-1][1] == week - 1:
            found[-1] = (found[-1][0], week)
        else:
            found.append((week, week))
    return found


def _overtime(subject: Subject, say: Language) -> list[Block]:
    """What the transfer adds to overtime, where there is a today to hold it against."""
    if subject.today is None:
        return []
    added, difference = subject.added("overtime_minutes_per_unit_day")
    if difference is None or not added.known:
        return []
    verdict = "told" if difference.distinguishable else "untold"
    return [Paragraph(say(f"load.overtime_{verdict}", added=added))]
