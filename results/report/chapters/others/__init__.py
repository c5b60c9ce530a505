"""Other patients: whether the transfer makes them wait longer, under each calibration of how tight units are."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Calibration
from results.report.chapters.others.alternatives import alternatives
from results.report.chapters.others.displacement import AWAY, SEEN, sizes, under_each
from results.report.document import Block, Bullets, Code, Paragraph, Section, Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from results.report.tightness import displaced, slightly, tightness


def chapter(subject: Subject, say: Language) -> Section | None:
    """What is known and not known of displacement; what the transfer changes under each calibration."""
    if not subject.measured(subject.main, SEEN).known:
        return None
    section = alternatives(subject, say)
    return Section("others", say("others.title"), tuple(_blocks(subject, say)), (section,) if section else ())


def _blocks(subject: Subject, say: Language) -> Iterator[Block]:
    yield Paragraph(_message(subject, say), "lead")
    yield Paragraph(say("others.what_displacement_is"))
    if subject.comparison.calibrations:
        yield Paragraph(say("others.calibrations"), "warning")
        yield Bullets(tuple(_about(say, each) for each in subject.comparison.calibrations))
    else:
        yield Paragraph(say("others.one_calibration"), "warning")
    yield from under_each(subject, say)


def _message(subject: Subject, say: Language) -> Text:
    """What may be said of displacement in a sentence; without a today, how other patients fare."""
    if subject.today is None:
        days = subject.assumed("background.guarantee_days", "days")
        told = say("others.alone", seen=subject.measured(subject.main, SEEN), days=days)
        moves = subject.resolved.scenario.transfer.enabled
        return (*told, " ", *say("others.needs_today")) if moves else told
    if not subject.comparison.calibrations:
        return say("others.message_unknown")
    verdict = displaced(subject)
    told = say(f"others.message_{'slightly' if verdict == 'more' and slightly(subject) else verdict}")
    return (*told, " ", *say("others.sizes", sizes=sizes(subject, say, AWAY)))


def _about(say: Language, calibration: Calibration) -> Text:
    """The two values of a calibration."""
    load, spread = (
        Quantity(value, "none", Trace("calibration", calibration.name, name))
        for name, value in (
            ("load_factor", calibration.load_factor),
            ("unit_load_cv", calibration.unit_load_cv),
        )
    )
    told = say(
        "others.about",
        tightness=tightness(say, calibration.name),
        name=Code(calibration.name),
        load=load,
        spread=spread,
    )
    return (*told, " ", *say("others.elsewhere")) if calibration.elsewhere else told
