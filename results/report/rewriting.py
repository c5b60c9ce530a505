"""A report with other words in place of some of its numbers, wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from results.report.document import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Facts,
    Figure,
    Paragraph,
    Part,
    Report,
    Section,
    Table,
    Text,
)
from results.report.quantities import Quantity

Instead = Callable[[Quantity, bool], Text | None]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """`instead` gives what is said in place of a number, with its unit or without; None where the number stays."""

    instead: Instead

    def report(self, report: Report) -> Report:
        return replace(
            report,
            title=self.text(report.title),
            subtitle=self.text(report.subtitle),
            provenance=self.facts(report.provenance),
            chapters=tuple(map(self.section, report.chapters)),
        )

    def section(self, section: Section) -> Section:
        return replace(
            section,
            title=self.text(section.title),
            blocks=tuple(map(self.block, section.blocks)),
            sections=tuple(map(self.section, section.sections)),
        )

    def block(self, block: Block) -> Block:
        match block:
            case Paragraph():
                return replace(block, text=self.text(block.text))
            case Bullets():
                return replace(block, items=self.texts(block.items))
            case Facts():
                return replace(block, items=self.facts(block.items))
            case Table():
                return self.table(block)
            case Figure():
                return self.figure(block)
            case Cards():
                cards = tuple(map(self.card, block.cards))
                return replace(block, title=self.text(block.title), cards=cards)

    def table(self, table: Table) -> Table:
        lines = tuple(
            replace(line, cells=tuple(self.cell(cell, unit=False) for cell in line.cells))
            for line in table.lines
        )
        return replace(
            table, caption=self.text(table.caption), columns=self.texts(table.columns), lines=lines,
            notes=self.texts(table.notes),
        )  # fmt: skip

    def figure(self, figure: Figure) -> Figure | Table:
        """The figure; its data alone where they change, since the drawing shows them."""
        data, notes = self.table(figure.data), self.texts(figure.notes)
        if data.lines != figure.data.lines:
            return replace(data, caption=self.text(figure.title), notes=(*data.notes, *notes))
        return replace(
            figure,
            title=self.text(figure.title),
            description=self.text(figure.description),
            data=data,
            notes=notes,
        )

    def card(self, card: Card) -> Card:
        return replace(
            card, title=self.text(card.title), about=self.text(card.about), facts=self.facts(card.facts),
            remarks=self.texts(card.remarks),
        )  # fmt: skip

    def facts(self, facts: Iterable[tuple[Text, Cell]]) -> tuple[tuple[Text, Cell], ...]:
        return tuple((self.text(term), self.cell(said, unit=True)) for term, said in facts)

    def cell(self, cell: Cell, *, unit: bool) -> Cell:
        if isinstance(cell, Quantity):
            words = self.instead(cell, unit)
            return cell if words is None else words
        return None if cell is None else self.text(cell)

    def texts(self, texts: Iterable[Text]) -> tuple[Text, ...]:
        return tuple(map(self.text, texts))

    def text(self, text: Text) -> Text:
        return tuple(part for said in text for part in self.part(said))

    def part(self, part: Part) -> Text:
        words = self.instead(part, True) if isinstance(part, Quantity) else None
        return (part,) if words is None else words
