"""What a section says, as plain Swedish text, and chapters without the time that drawing takes."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from results.report.document import Bullets, Figure, Line, Paragraph, Section, Table, Text
from results.report.figures import Bar, Group
from results.report.figures.data import table_of_bars, table_of_groups
from results.report.language import Language
from results.report.subject import Subject
from tests.results.report.test_answer import alone

SV = Language("sv")


def draw_nothing(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Figures of these modules of chapters with their numbers, but without a drawing."""

    def of_bars(
        say: Language, *, id: str, title: Text, description: Text, bars: Sequence[Bar], **kept: object
    ) -> Figure:
        return Figure(id, title, description, "<svg/>", table_of_bars(say, id, title, bars))

    def of_groups(
        say: Language, *, id: str, title: Text, description: Text, groups: Sequence[Group], **kept: object
    ) -> Figure:
        return Figure(id, title, description, "<svg/>", table_of_groups(say, id, title, groups))

    for name in modules:
        module = importlib.import_module(f"results.report.chapters.{name}")
        for kind, without in (("interval_bars", of_bars), ("beeswarm", of_groups)):
            if hasattr(module, kind):
                monkeypatch.setattr(module, kind, without)


def sentences(section: Section) -> list[str]:
    """Its paragraphs and items of lists, those of the sections in it last."""
    return list(_sentences(section))


def _sentences(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield SV.flat(block.text)
        if isinstance(block, Bullets):
            yield from map(SV.flat, block.items)
    for each in section.sections:
        yield from _sentences(each)


def table(section: Section, id: str) -> Table:
    """The table of this id in it or in a section of it."""
    every = (section, *section.sections)
    (found,) = (b for s in every for b in s.blocks if isinstance(b, Table) and b.id == id)
    return found


def figures(section: Section) -> list[Figure]:
    """Its figures, those of the sections in it last."""
    return [b for s in (section, *section.sections) for b in s.blocks if isinstance(b, Figure)]


def names(lines: Sequence[Line]) -> list[str]:
    """The header of each line."""
    return [SV.flat(line.cells[0]) for line in lines]


def without_transfer(subject: Subject) -> Subject:
    """The same with today in question, beside nothing."""
    assert subject.today is not None
    return alone(replace(subject, comparison=replace(subject.comparison, baseline=subject.today)))
