"""What a spreadsheet needs of a report: every block as a table, and columns of numbers spread over their parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from results.report.document import Card, Cards, Cell, Facts, Line, Section, Table, Text
from results.report.language import Language
from results.report.quantities import Quantity

Piece = Literal["text", "value", "low", "high", "unit"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table and the columns of a sheet that it takes.

    `unit` is the key of the unit that all its numbers have; empty where it has none, or each its own.
    """

    head: Text
    pieces: tuple[Piece, ...]
    unit: str = ""


def columns(table: Table) -> tuple[Column, ...]:
    """The columns of a table: of numbers one for values, two for bounds if any has them, one for units that differ."""
    return tuple(
        _column(head, [number_in(line.cells[place]) for line in table.lines])
        for place, head in enumerate(table.columns)
    )


def _column(head: Text, found: Iterable[Quantity | None]) -> Column:
    numbers = [number for number in found if number is not None]
    if not numbers:
        return Column(head, ("text",))
    units = {number.unit for number in numbers}
    bounds: tuple[Piece, ...] = ("low", "high") if any(number.has_interval for number in numbers) else ()
    if len(units) > 1:
        return Column(head, ("value", *bounds, "unit"))
    return Column(head, ("value", *bounds), units.pop())


def number_in(cell: Cell) -> Quantity | None:
    """The number that a cell is, if it is one and nothing else."""
    only = cell[0] if isinstance(cell, tuple) and len(cell) == 1 else cell
    return only if isinstance(only, Quantity) else None


def of_facts(facts: Facts) -> Table:
    """Terms and what is said of them, in two columns without heads."""
    return Table("", (), ((), ()), tuple(Line(item) for item in facts.items), (False, False))


def terms_of(groups: Iterable[Cards], say: Language) -> dict[str, Text]:
    """The terms of all facts of cards, by what they say, in the order in which they first stand."""
    return {say.flat(term): term for group in groups for card in group.cards for term, _ in card.facts}


def facts_of(card: Card, terms: Iterable[str], say: Language) -> list[Cell]:
    """What a card says of each term; None of those that it does not have."""
    told = {say.flat(term): cell for term, cell in card.facts}
    return [told.get(term) for term in terms]


def cards_in(chapter: Section) -> list[tuple[Text, Cards]]:
    """The cards of a chapter and of the sections in it, each with the title of its section, empty for the chapter's."""
    own = [((), block) for block in chapter.blocks if isinstance(block, Cards)]
    inner = [(section.title, cards) for section in chapter.sections for _, cards in cards_in(section)]
    return [*own, *inner]


def of_cards(groups: Sequence[tuple[Text, Cards]], caption: Text, say: Language) -> Table:
    """Cards as one table: a line for each, a column for each fact that any of them tells."""
    terms = terms_of((cards for _, cards in groups), say)
    heads = (say("report.card"), say("terms.area"), say("terms.municipality"), say("report.about"))
    lines = tuple(
        Line(
            (card.title, area, cards.title, card.about, *facts_of(card, terms, say), _all(card.remarks)),
            card.weight,
        )
        for area, cards in groups
        for card in cards.cards
    )
    numeric = (*(False for _ in heads), *(True for _ in terms), False)
    return Table("cards", caption, (*heads, *terms.values(), say("report.remarks")), lines, numeric)


def _all(remarks: Sequence[Text]) -> Text:
    """Remarks after one another."""
    return tuple(part for remark in remarks for part in (*remark, " "))[:-1]
