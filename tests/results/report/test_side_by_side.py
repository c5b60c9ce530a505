"""Scenarios side by side: every difference that is compared is told once, under the verdict that it has."""

import itertools
from dataclasses import replace

import pytest

from results.comparison import compare
from results.report.chapters import side_by_side
from results.report.chapters.side_by_side.assumed import MOST, assumed_otherwise
from results.report.chapters.side_by_side.beside import told_of
from results.report.chapters.side_by_side.levers import by_lever
from results.report.document import Code, Figure, Section, Table
from results.report.language import Language
from results.report.naming import called
from results.report.quantities import Quantity
from results.report.subject import Subject
from scenarios.load import patched
from tests.results.report.having import parts_in
from tests.results.report.sections import names, sentences, table
from tests.results.report.test_answer import alone

SV = Language("sv")
FULL_PRICE = {"full_cost_msek_per_year", "hospital_freed_msek_per_year"}
BY_MINUTES = {"cost_msek_per_year", "readiness_msek_per_year"}


@pytest.fixture(scope="module")
def chapter(subject: Subject) -> Section:
    found = side_by_side.chapter(subject, SV)
    assert found is not None
    return found


def tables(section: Section) -> list[Table]:
    own = [block for block in section.blocks if isinstance(block, Table)]
    return own + [each for below in section.sections for each in tables(below)]


def rows_in(found: Table) -> set[str]:
    """Names of the measures whose numbers stand in a table."""
    quantities = [part for part in parts_in(found.lines) if isinstance(part, Quantity)]
    return {each.trace.of.split("/")[0] for each in quantities}


def test_each_of_the_others_has_a_section_and_a_column(subject: Subject, chapter: Section) -> None:
    titles = [called(subject, side, SV).text for side in subject.sides]
    assert [SV.flat(section.title) for section in chapter.sections] == titles[1:]
    assert [SV.flat(head) for head in table(chapter, "side-by-side-values").columns[1:]] == titles


def test_the_two_costings_never_share_a_table(chapter: Section) -> None:
    told = [rows_in(each) for each in tables(chapter)]
    assert any(FULL_PRICE & rows for rows in told)
    assert any(BY_MINUTES & rows for rows in told)
    assert not any(FULL_PRICE & rows and BY_MINUTES & rows for rows in told)


def test_every_difference_is_told_once_under_its_verdict(subject: Subject, chapter: Section) -> None:
    for number, side in enumerate(subject.others, start=1):
        told = told_of(subject.comparison.of(side.label), subject.window.name)
        section = chapter.sections[number - 1]
        found = {
            kind: [line.cells[3] for each in tables(section) if each.id.endswith(kind) for line in each.lines]
            for kind in ("-sure", "-sure-by-stream", "-unsure", "-at-full-price")
        }
        assert sum(map(len, found.values())) == len(told)
        assert all(each.low > 0 or each.high < 0 or not each.has_interval for each in found["-sure"])
        assert all(each.low <= 0 <= each.high for each in found["-unsure"])


def test_other_patients_are_told_under_every_calibration_and_nowhere_else(
    subject: Subject, chapter: Section
) -> None:
    for each in tables(chapter):
        of_others = [line for line in each.lines if any(_is_of_others(part) for part in parts_in(line))]
        under = {
            part.trace.run.partition(" @ ")[2] for part in parts_in(of_others) if isinstance(part, Quantity)
        }
        assert under in (set(), {found.name for found in subject.comparison.calibrations})


def _is_of_others(part: object) -> bool:
    return isinstance(part, Quantity) and part.trace.of.startswith(("background_", "displacement_"))


def test_what_is_assumed_otherwise_stands_with_both_values(subject: Subject, chapter: Section) -> None:
    today, every_4_weeks = (table(section, f"{section.id}-assumed") for section in chapter.sections)
    assert [[SV.flat(cell) for cell in line.cells[:3]] for line in today.lines] == [
        ["transfer.enabled", "ja", "nej"]
    ]
    told = {
        SV.flat(line.cells[0]): [SV.flat(cell) for cell in line.cells[1:]] for line in every_4_weeks.lines
    }
    before, after, grade, lever = told["streams.zoledronate.interval_days"]
    assert (before, after) == ("84\xa0dagar", "28\xa0dagar")
    assert grade == "källa"
    assert lever.startswith("Intervall")


def test_a_stream_that_is_left_out_is_one_line_and_a_short_section_all_its_values(subject: Subject) -> None:
    changed = patched(
        subject.resolved,
        {
            ("streams", "iron"): None,
            ("booking", "least_listed"): {"infusion": {"value": 8000, "grade": "assumption"}},
        },
    )
    side = replace(subject.others[0], resolved=changed)
    (found,) = assumed_otherwise(subject, side, "x", SV)
    told = {SV.flat(line.cells[0]): [SV.flat(cell) for cell in line.cells[1:3]] for line in found.lines}
    assert told["streams.iron"] == ["finns", "–"]
    assert told["booking.least_listed.infusion"] == ["–", "8\xa0000"]
    assert all(isinstance(line.cells[0][0], Code) for line in found.lines)


def test_a_longer_list_of_assumptions_says_that_it_goes_on(subject: Subject) -> None:
    streams = subject.resolved.scenario.streams
    keys = ("interval_days", "late_days", "patients", "nurse_minutes")
    changes = {
        ("streams", name, key): getattr(stream, key) + 1
        for (name, stream), key in itertools.product(streams.items(), keys)
    }
    side = replace(subject.others[0], resolved=patched(subject.resolved, changes))
    found, more = assumed_otherwise(subject, side, "x", SV)
    assert len(found.lines) == MOST
    assert "Fler antaganden" in SV.flat(more.text)


def test_levers_add_up_to_the_difference(subject: Subject) -> None:
    """Two levers made of one: half of what it does each."""
    side = subject.others[-1]
    found = subject.comparison.explanations[side.label]
    lever, *_ = found.levers
    other = replace(lever, name="visits")
    halves = replace(
        found, levers={lever: (), other: ()}, contributions=found.contributions[[0, 0]] * [[[0.25]], [[0.75]]]
    )
    comparison = replace(subject.comparison, explanations={side.label: halves})
    drawn, told = by_lever(replace(subject, comparison=comparison), side, "x", SV)
    assert isinstance(drawn, Figure)
    for line in told.lines:
        one, two, whole = line.cells[1:4]
        assert one.value + two.value == pytest.approx(whole.value)
        assert one.value == pytest.approx(0.25 * whole.value)
    assert SV.flat(drawn.data.lines[-1].cells[0]) == "Tillsammans"


def test_one_lever_makes_the_whole_difference(subject: Subject) -> None:
    (told,) = by_lever(subject, subject.others[0], "x", SV)
    assert SV.flat(told.text) == SV.plain("side_by_side.one_lever", lever="Överföringsplan")


def test_intervals_are_said_to_hold_at_once_and_chance_only(subject: Subject, chapter: Section) -> None:
    told = " ".join(sentences(chapter))
    assert f"alla {subject.comparison.family} skillnader på en gång" in told
    assert "bara slumpen" in told


def test_of_one_replication_nothing_is_sure(subject: Subject) -> None:
    def first(side):
        sample = replace(side.sample, values=side.sample.values[:1])
        return replace(side, sample=sample, under={})

    sides = [first(side) for side in subject.sides]
    comparison = compare(sides[0], sides[1:], subject.comparison.view, paired=True, calibrations=())
    section = side_by_side.chapter(replace(subject, comparison=comparison, numbers=subject.numbers[:1]), SV)
    told = sentences(section)
    assert any("ett enda simulerat förlopp" in sentence for sentence in told)
    assert not any(each.id.endswith("-sure") for each in tables(section))


def test_two_scenarios_of_one_title_are_told_apart(subject: Subject) -> None:
    twin = replace(subject.others[-1], resolved=subject.resolved)
    both = replace(subject, comparison=replace(subject.comparison, scenarios=(twin,)))
    names_of = [called(both, side, SV).text for side in both.sides]
    assert names_of[0] != names_of[1]
    assert names_of[1].endswith(f"({twin.label})")


def test_a_scenario_alone_is_not_compared(subject: Subject) -> None:
    assert side_by_side.chapter(alone(subject), SV) is None


def test_measures_that_no_scenario_has_are_left_out(chapter: Section) -> None:
    for line in table(chapter, "side-by-side-values").lines:
        assert any(isinstance(cell, Quantity) and cell.known for cell in line.cells)
    assert "Doser i tid, på vårdcentral, %" in names(table(chapter, "side-by-side-values").lines)
