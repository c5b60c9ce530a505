"""Doses: which are given in time, at the units and at the hospital, against today and in the alternatives."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison.compared import Verdict
from results.report.chapters.doses.alternatives import alternatives
from results.report.chapters.doses.by_treatment import by_treatment, table_of_treatments
from results.report.chapters.doses.lateness import lateness
from results.report.chapters.doses.referral_path import referral_path
from results.report.chapters.doses.targets import targets
from results.report.chapters.doses.treatments import ON_TIME
from results.report.document import Block, Bullets, Code, Paragraph, Section, Text
from results.report.language import Language
from results.report.rules import turned
from results.report.subject import Subject

HOSPITAL = tuple(
    f"hospital.{name}" for name in ("late_share", "late_days_mean", "no_show_share", "rebook_days")
)


def chapter(subject: Subject, say: Language) -> Section | None:
    """Doses in time by treatment and site; how late the late ones are; the way to the unit; the alternatives."""
    if not subject.measured(subject.main, ON_TIME).known:
        return None
    parts = (lateness(subject, say), referral_path(subject, say), alternatives(subject, say))
    sections = tuple(part for part in parts if part is not None)
    return Section("doses", say("doses.title"), tuple(_blocks(subject, say)), sections)


def _blocks(subject: Subject, say: Language) -> Iterator[Block]:
    yield Paragraph(_message(subject, say), "lead")
    yield Paragraph(_about_hospital(subject, say), "warning")
    if told := tuple(targets(subject, say)):
        yield Bullets(told)
    at_units, at_hospital = (subject.measured(subject.main, ON_TIME, "site", s) for s in ("unit", "hospital"))
    if at_units.known and at_hospital.known:
        returned = subject.measured(subject.main, "returned_to_hospital_share")
        yield Paragraph(say("doses.sites", unit=at_units, hospital=at_hospital, returned=returned))
    yield by_treatment(subject, say)
    yield table_of_treatments(subject, say)


def _message(subject: Subject, say: Language) -> Text:
    """What is given in time, and whether that is more or less than today."""
    share = subject.measured(subject.main, ON_TIME)
    if subject.today is None:
        return say("doses.alone", share=share)
    gap, difference = subject.added(ON_TIME)
    verdict: Verdict = "equal" if difference is None else turned(difference.verdict)
    told = verdict if verdict in ("more", "less") else "none"
    return say(f"doses.against_{told}", share=share, today=subject.measured(subject.today, ON_TIME), gap=gap)


def _about_hospital(subject: Subject, say: Language) -> Text:
    """That how late doses are at the hospital is put in, mostly by assumption, and not simulated."""
    evidence = subject.resolved.evidence.get("hospital.late_share")
    assumed = evidence is None or evidence.grade == "assumption"
    return say(
        "doses.hospital_assumed" if assumed else "doses.hospital_given",
        share=_with_range(subject, say, "hospital.late_share", "share"),
        days=_with_range(subject, say, "hospital.late_days_mean", "days"),
        missed=_with_range(subject, say, "hospital.no_show_share", "share"),
        again=_with_range(subject, say, "hospital.rebook_days", "days"),
        keys=say.list(map(Code, HOSPITAL)),
    )


def _with_range(subject: Subject, say: Language, path: str, unit: str) -> Text:
    value, evidence = subject.assumed(path, unit), subject.resolved.evidence.get(path)
    if evidence is None or evidence.range is None:
        return (value,)
    low, high = (subject.assumed(path, unit, of=end) for end in ("low", "high"))
    return say("doses.ranged", value=value, low=low, high=high)
