"""A report whose small numbers are left out: none is told anywhere, and none can be worked out from the cards."""

import itertools
import re

import pytest

from results.report.document import Cards, Figure, Line, Paragraph, Report, Section, Table
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.rewriting import Rewriting
from results.report.small_numbers import Places, left_out, suppressed
from results.report.subject import Subject
from results.report.suppression import ALL, Cell
from tests.results.report.audit import ranges
from tests.results.report.test_traces import cells_in, quantities_in

BELOW = 5


@pytest.fixture(scope="module")
def places(subject: Subject) -> Places:
    return Places.of(subject.resolved.units)


@pytest.fixture(scope="module")
def without(reports: dict[str, Report], subject: Subject) -> Report:
    return suppressed(reports["sv"], subject, BELOW)


PLACES = re.compile(r"u\d+|(municipality|area|region) of u\d+")


def on_cards(report: Report, of: str) -> dict[Cell, float]:
    """Numbers of visits or patients as cards tell them, by place and treatment."""
    found = {}
    for number in quantities_in(report):
        steps = number.trace.of.split("/")
        if PLACES.fullmatch(steps[0]) and steps[1:2] == [of]:
            found[Cell(steps[0], steps[2] if len(steps) > 2 else ALL)] = number.value
    return found


@pytest.mark.parametrize("of", ["visits", "patients"])
def test_no_small_number_is_told_on_a_card(of: str, reports: dict[str, Report], without: Report) -> None:
    before, after = on_cards(reports["sv"], of), on_cards(without, of)
    small = {cell for cell, count in before.items() if 0 < count < BELOW}
    assert small
    assert not small & set(after)
    assert after == {cell: before[cell] for cell in after}
    assert len(after) > len(before) / 3


def test_none_can_be_worked_out_from_the_cards(
    reports: dict[str, Report], without: Report, places: Places
) -> None:
    """The sums that a reader can set up, each whole, from the cards of the units."""
    told, shown = on_cards(reports["sv"], "visits"), on_cards(without, "visits")
    streams = sorted({cell.part for cell in told} - {ALL})
    every = sorted({*places.parent, places.region})
    units = [place for place in every if place not in places.parent.values()]
    counts = {
        Cell(place, part): sum(told.get(Cell(u, part), 0.0) for u in units if place in places.around(u))
        for place, part in itertools.product(every, (*streams, ALL))
    }
    found = left_out(reports["sv"], places, BELOW)["visits"]
    assert not {cell for cell in shown if cell in found}
    known = ranges(counts, places.parent, found, BELOW)
    assert len(known) > 20
    assert [cell for cell, (low, high) in known.items() if high - low < 1 - 1e-6] == []


def test_what_is_computed_on_a_number_goes_with_it(
    reports: dict[str, Report], without: Report, places: Places
) -> None:
    found = left_out(reports["sv"], places, BELOW)
    gone = {
        cell.place for hidden in found.values() for cell in (*hidden.small, *hidden.other) if cell.part == ALL
    }
    units = {place for place in gone if ("unit", place) in places.named}
    assert units
    for number in quantities_in(without):
        steps = number.trace.of.split("/")
        if units & set(steps):
            assert steps[-1] == "listed" or len(steps) > 2, number.trace  # a treatment that is told itself


def test_it_is_said(without: Report, reports: dict[str, Report]) -> None:
    told = [Language("sv").flat(cell) for cell in cells_in(without)]
    assert "färre än 5" in told
    assert "visas inte" in told
    assert any("besök under 5 vid enskilda" in text for text in told)
    assert len(without.provenance) == len(reports["sv"].provenance) + 1


def test_a_figure_that_would_show_a_number_is_its_table() -> None:
    numbers = [
        Quantity(value, "visits_per_year", Trace("count", "", name))
        for name, value in (("a", 3.0), ("b", 9.0))
    ]
    data = Table(
        "data",
        ("Data",),
        (("Unit",), ("Visits",)),
        tuple(Line(((n.trace.of,), n)) for n in numbers),
        (False, True),
    )
    figure = Figure("figure", ("A title",), ("What it shows",), "<svg/>", data)
    hide_a = Rewriting(lambda number, unit: ("left out",) if number.trace.of == "a" else None)
    table = hide_a.block(figure)
    assert isinstance(table, Table)
    assert [line.cells[1] for line in table.lines] == [("left out",), numbers[1]]
    assert table.caption == ("A title",)
    assert Rewriting(lambda number, unit: None).block(figure) == figure


@pytest.mark.parametrize(
    ("trace", "cells"),
    [
        ("measure|x|on_time_share/unit/u014/year1|mean", {Cell("u014")}),
        (
            "measure|x|unit_visits_per_year/municipality/Trollhättan/year1|mean",
            {Cell("municipality of u014")},
        ),
        ("week_hours|x|22-22/u014|mean", {Cell("u014")}),
        ("card||u014/visits/iron|", {Cell("u014", "iron")}),
        ("card||u014/cost/care|", {Cell("u014")}),
        ("card||u014/listed|", set()),
        ("measure|x|unit_visits_per_year/stream/iron/year1|mean", {Cell("region of u014", "iron")}),
        ("measure|x|unit_visits_per_year/region//year1|mean", set()),
    ],
)
def test_a_trace_leads_to_the_counts_behind_it(trace: str, cells: set[Cell], places: Places) -> None:
    assert places.cells(Trace(*trace.split("|"))) == cells


def test_a_small_number_elsewhere_is_not_told_either(reports: dict[str, Report], subject: Subject) -> None:
    """Of another window or scenario, which no card tells."""
    trace = Trace("measure", "no-transfer", "unit_visits_per_year/unit/u014/2026", "mean")
    said = Paragraph(
        (Quantity(3.0, "visits_per_year", trace), " here, ", Quantity(7.0, "visits_per_year", trace))
    )
    report = Report("en", ("T",), ("S",), (), (Section("s", ("A",), (said,)),), reports["en"].made, "hash")
    (paragraph,) = suppressed(report, subject, BELOW).chapters[0].blocks
    assert isinstance(paragraph, Paragraph)
    assert Language("en").flat(paragraph.text) == "fewer than 5\u00a0visits a year here, 7\u00a0visits a year"


def test_nothing_is_left_out_unless_asked(reports: dict[str, Report]) -> None:
    """Simulated results are told in full, and say that they are simulated."""
    told = [Language("sv").flat(cell) for cell in cells_in(reports["sv"])]
    assert any("Simulerade resultat" in text for text in told)
    assert "visas inte" not in told


def test_cards_are_there_to_be_looked_at(reports: dict[str, Report]) -> None:
    assert sum(len(block.cards) for block in reports["sv"].blocks() if isinstance(block, Cards)) > 12
