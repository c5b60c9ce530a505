"""A report as an Excel workbook: a cover that says where it is from, and a sheet for each chapter.

Numbers are numbers, with the bounds of their intervals in columns of their own. All else is text: no cell can be a
formula or a link. Needs xlsxwriter, of the extra `report`.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import itertools
import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from results.comparison.workbook import OPTIONS
from results.figures.lettering import harmless
from results.report import tabular
from results.report.document import (
    Block,
    Bullets,
    Cards,
    Cell,
    Code,
    Facts,
    Figure,
    Line,
    Name,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
)
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.tabular import Column, Piece

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LONGEST_NAME = 31  # characters of a sheet's name
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
ACROSS = 110  # characters of a line of running text
FIRST, TEXT, NUMBER = 46, 28, 13  # widths of columns: the first, others with text, those with numbers only
KEPT_IN_SIGHT = 12  # rows above and with the heads of a sheet's only table, at most


def excel(report: Report) -> bytes:
    """The content of an .xlsx file, the same for equal reports. Raises ModuleNotFoundError without xlsxwriter."""
    import xlsxwriter

    say, content = Language(report.language), io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        created = report.made.astimezone(dt.UTC).replace(tzinfo=None)
        book.set_properties({"title": plain(report.title, say)[:255], "created": created})
        styles = _Styles(book)
        _cover(_Sheet(book.add_worksheet(plain(say("report.cover"), say)), styles, say), report)
        for number, chapter in enumerate(report.chapters, 1):
            sheet = book.add_worksheet(sheet_name(number, chapter.title, say))
            _chapter(_Sheet(sheet, styles, say), chapter)
    return content.getvalue()


def plain(text: Text, say: Language) -> str:
    """Text without its marks; foreign names without what a spreadsheet could not show."""
    return say.flat(tuple(Name(harmless(p.text)) if isinstance(p, Name | Code) else p for p in text))


def sheet_name(number: int, title: Text, say: Language) -> str:
    """A sheet's name: the chapter's number, which makes it unique, and as much of its title as fits."""
    words = FORBIDDEN.sub(" ", plain(title, say)).replace("\u00a0", " ")
    return textwrap.shorten(f"{number} {words}", LONGEST_NAME, placeholder="…")


def _cover(sheet: _Sheet, report: Report) -> None:
    sheet.title(report.title)
    sheet.text(report.subtitle)
    sheet.row += 1
    sheet.facts(Facts(report.provenance))
    sheet.row += 1
    for number, chapter in enumerate(report.chapters, 1):
        sheet.text((f"{number} ", *chapter.title))
    sheet.finish()


def _chapter(sheet: _Sheet, chapter: Section) -> None:
    sheet.title(chapter.title)
    sheet.section(chapter)
    if cards := tabular.cards_in(chapter):
        sheet.table(tabular.of_cards(cards, chapter.title, sheet.say))
    sheet.finish()


class _Styles:
    """Formats of cells, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.of = functools.cache(lambda **style: book.add_format(style))


class _Sheet:
    """A worksheet that is written from the top; `row` is the next that is free."""

    def __init__(self, sheet: Worksheet, styles: _Styles, say: Language) -> None:
        self.sheet, self.styles, self.say, self.row = sheet, styles, say, 0
        self.widths = {0: FIRST}
        self.heads_end: list[int] = []

    def title(self, title: Text) -> None:
        self.write(0, title, bold=True, font_size=15)
        self.row += 2

    def section(self, section: Section) -> None:
        """What stands in a section and in those inside it, but for its cards."""
        for block in section.blocks:
            self.block(block)
        for inner in section.sections:
            if not all(isinstance(block, Cards) for block in inner.blocks):
                self.write(0, inner.title, bold=True, font_size=12)
                self.row += 2
            self.section(inner)

    def block(self, block: Block) -> None:
        match block:
            case Paragraph():
                sign = (*self.say("report.warning"), " ") if block.tone == "warning" else ()
                self.text((*sign, *block.text), bold=block.tone == "lead")
            case Bullets():
                for item in block.items:
                    self.text(("• ", *item))
            case Facts():
                self.facts(block)
            case Table():
                self.table(block)
            case Figure():
                self.table(replace(block.data, notes=(*block.notes, *block.data.notes)))
            case Cards():
                return
        self.row += 1

    def text(self, text: Text, **style: Any) -> None:
        """Running text, in lines of a length that can be read."""
        for line in textwrap.wrap(plain(text, self.say), ACROSS):
            self.sheet.write_string(self.row, 0, line, self.styles.of(**style))
            self.row += 1

    def facts(self, facts: Facts) -> None:
        table = tabular.of_facts(facts)
        self.lines(table.lines, tabular.columns(table))

    def table(self, table: Table) -> None:
        """A table with its caption above and its notes below."""
        self.text(table.caption, bold=True)
        columns = tabular.columns(table)
        self.heads(columns)
        self.lines(table.lines, columns)
        for note in table.notes:
            self.text(note, italic=True)
        self.row += 1

    def heads(self, columns: Sequence[Column]) -> None:
        """The heads of columns, and below them which part of a number stands where, in which unit."""
        style: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "top"}
        for place, column in zip(_places(columns), columns, strict=True):
            self.write(place, column.head, **style)
            for offset, piece in enumerate(column.pieces):
                self.widen(place + offset, piece)
                self.write(place + offset, self.part(column, piece), row=self.row + 1, bottom=1)
        self.row += 2
        self.heads_end.append(self.row)

    def part(self, column: Column, piece: Piece) -> Text:
        if piece == "text":
            return ()
        if piece == "value" and column.unit:
            return self.say(f"units.{column.unit}", count=2)
        return self.say(f"report.{piece}")

    def lines(self, lines: Iterable[Line], columns: Sequence[Column]) -> None:
        places = _places(columns)
        for line in lines:
            style = {"bold": True} if line.weight != "plain" else {}
            for place, cell, column in zip(places, line.cells, columns, strict=True):
                indent = {"indent": line.level} if line.level and not place else {}
                self.cell(place, cell, column, style | indent)
            self.row += 1

    def cell(self, place: int, cell: Cell, column: Column, style: dict[str, Any]) -> None:
        """A cell: text where its column begins, a number with its parts beside each other."""
        number = tabular.number_in(cell)
        if number is None:
            self.write(place, cell if isinstance(cell, tuple) else (), **style)
            return
        for at, piece in enumerate(column.pieces, place):
            if piece == "unit":
                self.write(at, self.say(f"units.{number.unit}", count=2), **style)
            elif piece == "value" or number.has_interval:
                self.number(at, getattr(number, piece), number, style)

    def number(self, place: int, value: float, number: Quantity, style: dict[str, Any]) -> None:
        if math.isfinite(value):
            told = value if number.unit == "share" else number.factor * value
            self.sheet.write_number(
                self.row, place, told, self.styles.of(num_format=number_format(number), **style)
            )

    def write(self, place: int, text: Text, *, row: int | None = None, **style: Any) -> None:
        words = plain(text, self.say)
        if words or style.get("bottom"):
            at = self.row if row is None else row
            self.sheet.write_string(at, place, words, self.styles.of(**style))

    def widen(self, place: int, piece: Piece) -> None:
        self.widths[place] = max(self.widths.get(place, 0), TEXT if piece in ("text", "unit") else NUMBER)

    def finish(self) -> None:
        """Set widths; keep the heads in sight where the sheet has one table, near its top."""
        for place, width in self.widths.items():
            self.sheet.set_column(place, place, width)
        only = self.heads_end[0] if len(self.heads_end) == 1 and self.heads_end[0] <= KEPT_IN_SIGHT else 1
        self.sheet.freeze_panes(only, 1)


def _places(columns: Sequence[Column]) -> list[int]:
    """In which column of the sheet each begins."""
    return [0, *itertools.accumulate(len(column.pieces) for column in columns)][: len(columns)]


def number_format(number: Quantity) -> str:
    """How a number is shown: with the decimals that are told, shares in percent, a sign where it is a difference."""
    places = "." + "0" * digits if (digits := number.digits()) else ""
    form = f"0{places}%" if number.unit == "share" else f"#,##0{places}"
    return f"+{form};-{form};{form}" if number.signed else form
