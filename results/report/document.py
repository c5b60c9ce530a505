"""What a report consists of, whatever it is written as: sections of paragraphs, tables, figures and cards.

Text is a tuple of parts: words of our own, foreign names, code, and quantities. Foreign names are hostile until a
writer has escaped them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from results.report.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Name:
    """Text from a scenario or a register: a title, a unit, a source; and its language, if it is known to be another."""

    text: str
    language: Literal["", "sv", "en"] = ""


@dataclass(frozen=True, slots=True)
class Code:
    """What is typed, or a key of a file."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of our own that carry the message."""

    text: str


Part = str | Name | Code | Strong | Quantity
Text = tuple[Part, ...]
Cell = Text | Quantity | None
Tone = Literal["plain", "lead", "note", "warning"]
Weight = Literal["plain", "subtotal", "total"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a lead says the message, a note stands back, a warning comes with a sign."""

    text: Text
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; its first cell is its header. `level` indents it, `weight` marks sums."""

    cells: tuple[Cell, ...]
    weight: Weight = "plain"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, column heads (with units) and notes below; `id` is unique in the report.

    `numeric` says of each column whether it holds numbers. `folded` tables may be closed on screen, not in print.
    """

    id: str
    caption: Text
    columns: tuple[Text, ...]
    lines: tuple[Line, ...]
    numeric: tuple[bool, ...]
    notes: tuple[Text, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Figure:
    """A drawing: its one message as title, what it shows in words for who cannot see it, and its data.

    `svg` is a whole, clean <svg> element without title (see `figures.svg`).
    """

    id: str
    title: Text
    description: Text
    svg: str
    data: Table
    notes: tuple[Text, ...] = ()

    def __repr__(self) -> str:
        return f"<Figure {self.id}>"


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what is said of them."""

    items: tuple[tuple[Text, Cell], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One unit, or a sum of units: facts, and a remark where there is something to say."""

    id: str
    title: Text
    about: Text
    facts: tuple[tuple[Text, Cell], ...]
    remarks: tuple[Text, ...] = ()
    weight: Weight = "plain"


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards side by side, under a heading of their own."""

    id: str
    title: Text
    cards: tuple[Card, ...]


Block = Paragraph | Bullets | Table | Figure | Facts | Cards


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a report; `id` is unique in it and names its sheet in a workbook."""

    id: str
    title: Text
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Report:
    """The whole: what it is called, who made it of what, and its chapters, the answer first.

    `made` is when the newest of its runs was made, `digest` the hash of the scenario in question.
    """

    language: Literal["sv", "en"]
    title: Text
    subtitle: Text
    provenance: tuple[tuple[Text, Cell], ...]
    chapters: tuple[Section, ...]
    made: dt.datetime
    digest: str

    def sections(self) -> Iterator[tuple[int, Section]]:
        """Every section with its depth, chapters at 0, in reading order."""
        yield from _walk(self.chapters, 0)

    def blocks(self) -> Iterator[Block]:
        """Every block, in reading order; a figure before the table of its data."""
        for _, section in self.sections():
            for block in section.blocks:
                yield block
                if isinstance(block, Figure):
                    yield block.data


def _walk(sections: tuple[Section, ...], depth: int) -> Iterator[tuple[int, Section]]:
    for section in sections:
        yield depth, section
        yield from _walk(section.sections, depth + 1)
