"""A report as a tagged PDF (PDF/UA-1) for print, archives and screen readers, set by typst.

The template gets the document as data and never as markup, so a name cannot act. Fonts are those that come with
matplotlib and typst, so that a report looks the same wherever it is made.
"""

from __future__ import annotations

import importlib.resources
import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from results.figures.lettering import harmless
from results.report.document import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Code,
    Facts,
    Figure,
    Line,
    Name,
    Paragraph,
    Part,
    Report,
    Section,
    Strong,
    Table,
    Text,
)
from results.report.language import NARROW, Language
from results.report.quantities import Quantity
from results.report.setting import SIZES, setting
from results.report.tabular import facts_of, terms_of

DATA = 7.5  # points; letters of the numbers behind a figure, and of cards
STANDARD: Literal["ua-1"] = "ua-1"
Data = dict[str, Any]


def pdf(report: Report) -> bytes:
    """The whole file, the same bytes for equal reports. Raises ModuleNotFoundError without typst or babel."""
    content: bytes = typeset(report, pdf_standards=STANDARD, timestamp=int(report.made.timestamp()))
    return content


def typeset(report: Report, **output: Any) -> Any:
    """What typst makes of a report; `output` are its options for the kind of output, such as `format="png"`."""
    import typst

    folder = importlib.resources.files("results.report") / "templates"
    data = json.dumps(_report(report, Language(report.language)), ensure_ascii=False)
    return typst.compile(
        (folder / "report.typ").read_bytes(),
        sys_inputs={"report": data},
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        **output,
    )


def _fonts() -> str:
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


def _report(report: Report, say: Language) -> Data:
    write = _Writer(say)
    return {
        "language": report.language,
        "name": write.plain(report.title),
        "title": write.text(report.title),
        "subtitle": write.text(report.subtitle),
        "digest": report.digest[:12],
        "made": say.date(report.made.date()),
        "provenance": write.facts(report.provenance),
        "chapters": [write.section(chapter) for chapter in report.chapters],
        "words": {
            "contents": say.plain("report.contents"),
            "provenance": say.plain("report.provenance"),
            "warning": say.plain("report.warning"),
            "card": say.plain("report.card"),
            "page": write.text(say("report.page", page=Code("page"), pages=Code("pages"))),
        },
    }


def apart(name: str) -> str:
    """A name with letters that are written from right to left, kept from turning what stands beside it."""
    turns = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\u2068{name}\u2069" if turns else name


class _Writer:
    """Turns each part of a document into what the template reads, in one language."""

    def __init__(self, say: Language) -> None:
        self.say = say

    def section(self, section: Section) -> Data:
        return {
            "id": section.id,
            "title": self.text(section.title),
            "blocks": [self.block(block) for block in section.blocks],
            "sections": [self.section(inner) for inner in section.sections],
        }

    def block(self, block: Block) -> Data:
        match block:
            case Paragraph():
                return {"kind": "paragraph", "tone": block.tone, "text": self.text(block.text)}
            case Bullets():
                return {"kind": "bullets", "items": self.texts(block.items)}
            case Table():
                return {"kind": "table"} | self.table(block)
            case Figure():
                return {"kind": "figure"} | self.figure(block)
            case Facts():
                return {"kind": "facts", "items": self.facts(block.items)}
            case Cards():
                return {"kind": "cards"} | self.cards(block)

    def table(self, table: Table, largest: float = SIZES[0]) -> Data:
        columns = [
            [self.pieces(line.cells[place]) for line in table.lines] for place in range(len(table.columns))
        ]
        return {
            **self.setting(table.columns, columns, largest),
            "caption": self.text(table.caption),
            "columns": self.texts(table.columns),
            "numeric": table.numeric,
            "lines": [self.line(line) for line in table.lines],
            "notes": self.texts(table.notes),
        }

    def setting(
        self, heads: Iterable[Text], columns: Sequence[Sequence[Sequence[str]]], largest: float
    ) -> Data:
        """The size of a table's letters, and its columns' shares of the width, null where they take what they need."""
        found = setting(
            [[self.pieces(head), *cells] for head, cells in zip(heads, columns, strict=True)], largest
        )
        return {"size": found.size, "shares": found.shares}

    def pieces(self, cell: Cell) -> list[str]:
        """What stands in a cell, in pieces that are not broken."""
        if isinstance(cell, Quantity):
            number, interval, _ = self.say.pieces(cell)
            return [number, f"({interval})"] if interval else [number]
        return self.plain(cell or ()).split(" ")

    def line(self, line: Line) -> Data:
        return {"weight": line.weight, "level": line.level, "cells": [self.cell(cell) for cell in line.cells]}

    def figure(self, figure: Figure) -> Data:
        return {
            "title": self.text(figure.title),
            "description": self.plain(figure.description),
            "svg": figure.svg,
            "data": self.table(figure.data, DATA),
            "notes": self.texts(figure.notes),
        }

    def cards(self, cards: Cards) -> Data:
        terms = terms_of([cards], self.say)
        facts = [facts_of(card, terms, self.say) for card in cards.cards]
        names = [[*self.pieces(card.title), *self.pieces(card.about)] for card in cards.cards]
        columns = [names, *([self.pieces(told[place]) for told in facts] for place in range(len(terms)))]
        return {
            **self.setting((self.say("report.card"), *terms.values()), columns, DATA),
            "title": self.text(cards.title),
            "terms": self.texts(terms.values()),
            "cards": [self.card(card, terms) for card in cards.cards],
        }

    def card(self, card: Card, terms: Iterable[str]) -> Data:
        return {
            "title": self.text(card.title),
            "about": self.text(card.about),
            "cells": [self.cell(fact, unit=True) for fact in facts_of(card, terms, self.say)],
            "remarks": self.texts(card.remarks),
            "weight": card.weight,
        }

    def facts(self, facts: Iterable[tuple[Text, Cell]]) -> list[Data]:
        """What is said of a term is running text: numbers have their unit."""
        return [
            {
                "term": self.text(term),
                "said": self.text((said,) if isinstance(said, Quantity) else said or ()),
            }
            for term, said in facts
        ]

    def cell(self, cell: Cell, *, unit: bool = False) -> Data | list[Data]:
        """A number and its interval apart, so that a narrow column breaks between them; else text."""
        if not isinstance(cell, Quantity):
            return self.text(cell or ())
        number, interval, name = self.say.pieces(cell)
        return {"number": f"{number}{NARROW}{name}" if unit and name else number, "interval": interval}

    def texts(self, texts: Iterable[Text]) -> list[list[Data]]:
        return [self.text(text) for text in texts]

    def text(self, text: Text) -> list[Data]:
        return [self.part(part) for part in text]

    def part(self, part: Part) -> Data:
        match part:
            case Name():
                return {"kind": "name", "text": apart(harmless(part.text)), "language": part.language}
            case Code():
                return {"kind": "code", "text": harmless(part.text)}
            case Strong():
                return {"kind": "strong", "text": part.text}
            case Quantity():
                return {"kind": "quantity", "text": self.say.told(part)}
            case _:
                return {"kind": "words", "text": part}

    def plain(self, text: Text) -> str:
        """Text without its marks, for what a screen reader says and the name in the title bar."""
        return "".join(part["text"] for part in self.text(text))
