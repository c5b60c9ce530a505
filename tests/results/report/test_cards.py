"""Cards of units and places: what lands there, adding up exactly as printed from units to the region."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from results.report.chapters import units as chapter
from results.report.document import Card, Cards, Part, Report, Section
from results.report.html import html
from results.report.language import Language
from results.report.places import Place, places_in
from results.report.quantities import Quantity
from results.report.subject import Subject
from tests.results.report.found import look_up
from tests.results.report.found_money import units_of
from tests.results.report.sections import SV, without_transfer
from tests.results.report.test_answer import alone, changed


@pytest.fixture(scope="module")
def cards(reports: dict[str, Report]) -> list[Card]:
    (section,) = (each for each in reports["sv"].chapters if each.id == "units")
    return list(cards_of(section))


def cards_of(section: Section) -> Iterator[Card]:
    for each in (section, *section.sections):
        yield from (card for block in each.blocks if isinstance(block, Cards) for card in block.cards)


def quantities(card: Card) -> Iterator[Quantity]:
    texts: list[tuple[Part, ...]] = [card.about, *card.remarks]
    texts += [(cell,) if isinstance(cell, Quantity) else cell or () for _, cell in card.facts]
    for text in texts:
        yield from (part for part in text if isinstance(part, Quantity))


def printed(quantity: Quantity) -> float:
    """The number as a reader has it."""
    return float(SV.pieces(quantity)[0].replace("\xa0", "").replace(",", "."))


def by_place(cards: list[Card]) -> dict[str, dict[str, float]]:
    """What each place's card says as printed, by what it is: visits, visits/iron, nurse, cost/care …"""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for card in cards:
        for each in quantities(card):
            if each.trace.kind == "rounded":
                place, what = each.trace.of.split("/", maxsplit=1)
                found[place][what] = printed(each)
    return found


def test_every_unit_has_a_card_and_so_has_every_place_with_several(
    subject: Subject, cards: list[Card]
) -> None:
    places = by_place(cards)
    assert {unit.key for unit in subject.resolved.units} < {*places}
    assert (
        sum(place.startswith("municipality of ") for place in places) == 0
    )  # each is an area of its own here
    assert sum(place.startswith("area of ") for place in places) == 3
    assert sum(place.startswith("region of ") for place in places) == 1


def test_cards_add_up_as_printed(subject: Subject, cards: list[Card]) -> None:
    places = by_place(cards)
    for place, told in places.items():
        for what, number in told.items():
            each = [places[unit.key].get(what, 0.0) for unit in units_of(subject, place)]
            assert round(sum(each), 1) == number, (place, what)
        treatments = [number for what, number in told.items() if what.startswith("visits/")]
        assert sum(treatments) == told["visits"], place


def test_municipalities_add_up_to_their_area(subject: Subject) -> None:
    """Where an area has several, each has a card, and these add up to that of the area."""
    one_area = [replace(unit, area="Allt") for unit in subject.resolved.units]
    joined = replace(subject.main.resolved, units=tuple(one_area))
    main = replace(subject.main, resolved=joined)
    section = chapter.chapter(replace(subject, comparison=replace(subject.comparison, baseline=main)), SV)
    assert section is not None
    places = by_place(list(cards_of(section)))
    towns = [told for place, told in places.items() if place.startswith("municipality of ")]
    (area,) = (told for place, told in places.items() if place.startswith("area of "))
    assert len(towns) == 3
    for what, number in area.items():
        assert round(sum(told.get(what, 0.0) for told in towns), 1) == number, what


def test_what_is_printed_is_less_than_a_step_from_the_truth(subject: Subject, cards: list[Card]) -> None:
    rounded = [each for card in cards for each in quantities(card) if each.trace.kind == "rounded"]
    assert len(rounded) > 200
    for each in rounded:
        value, low, high = look_up(subject, each.trace)
        assert abs(each.value - value) < 10.0 ** -each.digits() + 1e-6, each
        if each.has_interval:
            assert (each.low, each.high) == pytest.approx((low, high))


def test_the_region_s_card_says_what_the_report_says(subject: Subject, cards: list[Card]) -> None:
    """Sums of all are the nearest whole numbers, so other chapters print the same."""
    whole = next(told for place, told in by_place(cards).items() if place.startswith("region of "))
    assert whole["visits"] == round(subject.measured(subject.main, "unit_visits_per_year").value)
    assert whole["nurse"] == round(subject.measured(subject.main, "nurse_hours_per_year").value)
    assert whole["cost"] == round(1000 * subject.measured(subject.main, "cost_msek_per_year").value)


def test_a_unit_whose_cost_exceeds_its_uplift_says_how_often(subject: Subject) -> None:
    key = subject.resolved.units[0].key
    over = np.where(np.arange(subject.replications) == 0, 1.2, 0.2)
    dear = changed(
        subject,
        {
            subject.main.label: lambda row, values: (
                over if row[:3] == ("uplift_share_used", "unit", key) else values
            )
        },
    )
    remarks = {card.id: SV.flat(sum(card.remarks, ())) for card in cards_of_subject(dear)}
    assert "större än den egna höjningen i 2\xa0år av 10" in remarks[f"units-card-{key}"]
    assert sum("större än den egna höjningen" in text for text in remarks.values()) == 1


def cards_of_subject(subject: Subject, code: str = "sv") -> list[Card]:
    section = chapter.chapter(subject, Language(code))  # type: ignore[arg-type]
    assert section is not None
    return list(cards_of(section))


def test_the_alternative_that_changes_most_is_named(subject: Subject, cards: list[Card]) -> None:
    """Only where it changes an hour a year."""
    said = {card.id: SV.flat(sum(card.remarks, ())) for card in cards}
    (other,) = subject.alternatives
    for unit in subject.resolved.units:
        rows = [subject.row(f"{name}_hours_per_year", "unit", unit.key) for name in ("nurse", "doctor")]
        gap = sum(subject.values(other, row) - subject.values(subject.main, row) for row in rows)
        assert ("för personalen" in said[f"units-card-{unit.key}"]) is bool(abs(gap.mean()) >= 1)
    assert any("för personalen" in text for text in said.values())


@pytest.mark.parametrize("code", ["sv", "en"])
def test_odd_runs_have_cards(subject: Subject, code: str) -> None:
    """One run alone, and one replication, which has no brackets."""
    assert len(cards_of_subject(alone(subject), code)) == len(subject.resolved.units) + 4
    single = cards_of_subject(changed(subject, {}, replications=1), code)
    assert not any(each.has_interval for card in single for each in quantities(card))
    assert chapter.chapter(without_transfer(subject), Language(code)) is None  # type: ignore[arg-type]


def test_a_municipality_in_two_areas_has_a_place_in_each(subject: Subject) -> None:
    first, *others = subject.resolved.units
    units = (replace(first, area="Annat"), *others)
    region = Place("region", "", tuple(range(len(units))))
    areas = places_in(region, "area", units)
    towns = [town for area in areas for town in places_in(area, "municipality", units)]
    assert [area.key for area in areas] == ["Annat", "Norra", "Västra", "Östra"]
    assert [town.key for town in towns].count(first.municipality) == 2
    assert sorted(unit for town in towns for unit in town.units) == list(range(len(units)))


def test_keys_that_look_like_other_ids_are_no_matter(subject: Subject) -> None:
    """Units may be called `1` or `region`, as a part of the report is."""
    keys = ("1", "1-1", "region", "area-1", "all")
    called = [replace(unit, key=key) for unit, key in zip(subject.resolved.units, keys, strict=False)]
    units = (*called, *subject.resolved.units[len(called) :])
    old = {unit.key: new.key for unit, new in zip(subject.resolved.units, units, strict=True)}
    own = subject.main.sample
    rows = tuple(
        row._replace(key=old.get(row.key, row.key)) if row.scope == "unit" else row for row in own.rows
    )
    main = replace(
        subject.main, resolved=replace(subject.resolved, units=units), sample=replace(own, rows=rows)
    )
    renamed = alone(replace(subject, comparison=replace(subject.comparison, baseline=main)))
    landed = subject.table(subject.main, "landings").assign(unit=lambda table: table["unit"].replace(old))
    renamed.__dict__["_table"] = lambda label, name: landed
    section = chapter.chapter(renamed, SV)
    assert section is not None
    ids = [section.id, *(area.id for area in section.sections)]
    ids += [
        block.id for each in (section, *section.sections) for block in each.blocks if isinstance(block, Cards)
    ]
    ids += [card.id for card in cards_of(section)]
    assert len(ids) == len(set(ids))


def test_cards_are_small(reports: dict[str, Report]) -> None:
    """Two hundred of them, with those of places, must leave the report below a megabyte."""
    sizes = [len(card.encode()) for card in re.findall(r"<article.*?</article>", html(reports["sv"]), re.S)]
    assert len(sizes) == 16
    assert np.mean(sizes) < 3000
