"""Skill: whether units see enough of each procedure to keep it up, and what hubs change."""

from __future__ import annotations

from collections.abc import Iterator

from results.report.chapters.skill.alternatives import alternatives
from results.report.chapters.skill.by_group import by_group, table_of_groups
from results.report.chapters.skill.hubs import hubs
from results.report.chapters.skill.volumes import LOW, groups
from results.report.document import Block, Bullets, Code, Paragraph, Section, Text
from results.report.language import Language
from results.report.subject import Subject


def chapter(subject: Subject, say: Language) -> Section | None:
    """How thinly visits are spread, by procedure group and treatment; None where no unit has any."""
    if not groups(subject):
        return None
    section = alternatives(subject, say)
    return Section("skill", say("skill.title"), tuple(_blocks(subject, say)), (section,) if section else ())


def _blocks(subject: Subject, say: Language) -> Iterator[Block]:
    main = subject.main
    yield Paragraph(say("skill.message", share=subject.measured(main, LOW)), "lead")
    yield _about_minimum(subject, say)
    without = subject.measured(main, "units_without_patient_share")
    visits = subject.measured(main, "visits_per_performing_unit")
    yield Paragraph(
        say("skill.spread" if without.value > 0 else "skill.everywhere", without=without, visits=visits)
    )
    if told := tuple(hubs(subject, say)):
        yield Bullets(told)
    yield by_group(subject, say)
    yield table_of_groups(subject, say)


def _about_minimum(subject: Subject, say: Language) -> Paragraph:
    """Where the yearly minimum comes from: a warning where any is an assumption."""
    paths = [f"money.procedures.{group}.minimum_visits_per_year" for group in groups(subject)]
    known = [subject.resolved.evidence.get(path) for path in paths]
    assumed = any(each is None or each.grade == "assumption" for each in known)
    key: Text = (Code("money.procedures.*.minimum_visits_per_year"),)
    told = "assumed" if assumed else "given"
    return Paragraph(say(f"skill.minimum_{told}", key=key), "warning" if assumed else "note")
