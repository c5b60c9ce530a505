"""Skill per procedure group and treatment: how many visits a unit has, and how many are at units with few."""

from __future__ import annotations

from collections.abc import Iterator

from results.comparison import Side
from results.report.chapters.skill.volumes import LOW, groups, low_share, visits, with_one_patient
from results.report.document import Figure, Line, Table
from results.report.figures import Bar, interval_bars
from results.report.language import Language
from results.report.naming import called, stream_name
from results.report.subject import Subject

WITHOUT, EACH = "units_without_patient_share", "visits_per_performing_unit"


def by_group(subject: Subject, say: Language) -> Figure:
    """The share of visits at units below the minimum, per procedure group, beside the scenarios that change it."""
    found = {group: low_share(subject, subject.main, group) for group in groups(subject)}
    below = {group: visits(subject, group) * share.value for group, share in found.items()}
    most = max(below, key=lambda group: (below[group], group))
    return interval_bars(
        say,
        id="skill-by-group",
        title=say("skill.figure_title", group=say(f"skill.group_{most}"), share=found[most]),
        description=say("skill.figure_description"),
        bars=list(_bars(subject, say)),
        axis=say.plain("skill.figure_axis"),
    )


def _bars(subject: Subject, say: Language) -> Iterator[Bar]:
    changing = {side.label: changed(subject, side) for side in subject.alternatives}
    for group, streams in groups(subject).items():
        others = [side for side in subject.alternatives if not set(streams).isdisjoint(changing[side.label])]
        for side in (subject.main, *others):
            title = called(subject, side, say).text if any(changing.values()) else ""
            yield Bar(say.plain(f"skill.group_{group}"), low_share(subject, side, group), title)


def changed(subject: Subject, side: Side) -> list[str]:
    """The treatments of which surely another share of visits is at units below the minimum than in question."""
    every = [stream for streams in groups(subject).values() for stream in streams]
    found = {stream: subject.difference(side, LOW, "stream", stream)[1] for stream in every}
    return [stream for stream, difference in found.items() if difference and difference.distinguishable]


def table_of_groups(subject: Subject, say: Language) -> Table:
    """Each procedure group with its minimum, and its treatments below it."""
    columns = ("minimum", "low", "each", "without", "single")
    return Table(
        "skill-treatments",
        say("skill.table"),
        (say("skill.column_what"), *(say(f"skill.column_{column}") for column in columns)),
        tuple(
            line
            for group, streams in groups(subject).items()
            for line in _lines(subject, say, group, streams)
        ),
        (False, *(True for _ in columns)),
        (say("skill.table_note"),),
    )


def _lines(subject: Subject, say: Language, group: str, streams: list[str]) -> Iterator[Line]:
    main = subject.main
    minimum = subject.assumed(f"money.procedures.{group}.minimum_visits_per_year")
    share = low_share(subject, main, group)
    yield Line((say(f"skill.group_{group}"), minimum, share, None, None, None), "subtotal")
    for stream in streams:
        low, each, without = (subject.measured(main, name, "stream", stream) for name in (LOW, EACH, WITHOUT))
        name = (stream_name(main.resolved, stream, say),)
        yield Line((name, None, low, each, without, with_one_patient(subject, stream)), level=1)
