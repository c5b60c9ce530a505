"""The report as a workbook: read back, its numbers are those of the report, and all else is text."""

import io
import itertools
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.cell.cell import Cell as Box
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from results.figures.lettering import harmless
from results.report.document import Cards, Cell, Facts, Figure, Line, Report, Section, Table
from results.report.excel import LONGEST_NAME, excel, sheet_name
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.tabular import Column, columns, number_in
from tests.results.report.conftest import HOSTILE_NAMES, HOSTILE_TITLE

ANY = Trace("count", "x", "y")


def opened(report: Report) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(excel(report)))


@pytest.fixture(scope="module")
def book(reports: dict[str, Report]) -> Workbook:
    return opened(reports["sv"])


@pytest.fixture(scope="module")
def hostile_book(hostile_reports: dict[str, Report]) -> Workbook:
    return opened(hostile_reports["en"])


def boxes(sheet: Worksheet) -> Iterator[Box]:
    """Every cell that holds something."""
    for row in sheet.iter_rows():
        yield from (box for box in row if box.value is not None)  # type: ignore[misc]


def texts(book: Workbook) -> list[str]:
    return [str(box.value) for sheet in book for box in boxes(sheet) if box.data_type == "s"]


def test_a_cover_and_a_sheet_for_each_chapter(book: Workbook, reports: dict[str, Report]) -> None:
    chapters = reports["sv"].chapters
    assert book.sheetnames[0] == "Om rapporten"
    assert len(book.sheetnames) == 1 + len(chapters)
    assert len({name.lower() for name in book.sheetnames}) == len(book.sheetnames)
    assert all(len(name) <= LONGEST_NAME for name in book.sheetnames)
    for number, (name, chapter) in enumerate(zip(book.sheetnames[1:], chapters, strict=True), 1):
        assert name.startswith(f"{number} ")
        assert book[name]["A1"].value == Language("sv").flat(chapter.title)


def test_the_cover_says_where_it_is_from(book: Workbook, reports: dict[str, Report]) -> None:
    cover = [str(box.value) for box in boxes(book["Om rapporten"])]
    said = " ".join(cover)
    for word in ("Simulerade resultat", reports["sv"].digest[:12], "vardflode verify", "Startvärde"):
        assert word in said
    assert book.properties.created == reports["sv"].made.replace(tzinfo=None)


def numbers_of(section: Section) -> Iterator[Quantity]:
    """Every number that stands in a table of its own, by the walk of the document."""
    for cell in cells_of(section):
        if (number := number_in(cell)) is not None and number.known:
            yield number
    for inner in section.sections:
        yield from numbers_of(inner)


def cells_of(section: Section) -> Iterator[Cell]:
    for block in section.blocks:
        table = block.data if isinstance(block, Figure) else block
        if isinstance(table, Table):
            yield from itertools.chain.from_iterable(line.cells for line in table.lines)
        if isinstance(table, Facts):
            yield from itertools.chain.from_iterable(table.items)
        if isinstance(table, Cards):
            yield from (said for card in table.cards for _, said in card.facts)


def meant(number: Quantity) -> list[float]:
    """What should stand in cells: shares as they are, for they are shown in percent."""
    factor = 1.0 if number.unit == "share" else number.factor
    bounds = [number.low, number.high] if number.has_interval else []
    return [factor * each for each in (number.value, *bounds)]


def test_numbers_are_those_of_the_report(book: Workbook, reports: dict[str, Report]) -> None:
    for sheet, chapter in zip(book.worksheets[1:], reports["sv"].chapters, strict=True):
        told = sorted(value for number in numbers_of(chapter) for value in meant(number))
        found = sorted(float(str(box.value)) for box in boxes(sheet) if box.data_type == "n")
        assert found == pytest.approx(told, rel=1e-12), sheet.title


def test_nothing_can_act(book: Workbook, hostile_book: Workbook) -> None:
    for sheet in (*book, *hostile_book):
        for box in boxes(sheet):
            assert box.data_type in ("s", "n")
            assert box.hyperlink is None
    assert any(text.startswith("=HYPERLINK") for text in texts(hostile_book))


def test_hostile_names_are_text(hostile_book: Workbook) -> None:
    found = {" ".join(text.split()) for text in texts(hostile_book)}
    for name in HOSTILE_NAMES:
        assert harmless(name) in found
    assert any(harmless(HOSTILE_TITLE)[:60] in text for text in found)


def one_table(*lines: Line, heads: int) -> Table:
    columns = tuple((f"Head {number}",) for number in range(heads))
    return Table("t", ("A table",), columns, lines, (False,) + (True,) * (heads - 1))


SHARE = Quantity(0.97, "share", ANY, 0.96, 0.98)
APART = Quantity(-0.012, "points", ANY, -0.02, -0.004, signed=True)
HOURS = Quantity(12.0, "hours", ANY)
DAYS = Quantity(3.0, "days", ANY)


def test_numbers_are_spread_over_their_parts() -> None:
    table = one_table(Line((("a",), SHARE, HOURS, HOURS)), Line((("b",), None, DAYS, HOURS)), heads=4)
    assert columns(table) == (
        Column(("Head 0",), ("text",)),
        Column(("Head 1",), ("value", "low", "high"), "share"),
        Column(("Head 2",), ("value", "unit")),
        Column(("Head 3",), ("value",), "hours"),
    )


def test_numbers_are_shown_in_their_unit_and_heads_stay_in_sight(reports: dict[str, Report]) -> None:
    table = one_table(Line((("a",), SHARE, APART)), heads=3)
    chapter = Section("only", ("Only a table",), (table,))
    sheet = opened(replace(reports["en"], chapters=(chapter,))).worksheets[1]
    rows = [[box.value or None for box in row] for row in sheet.iter_rows(min_row=3)]
    assert rows == [
        ["A table", None, None, None, None, None, None],
        ["Head 0", "Head 1", None, None, "Head 2", None, None],
        [None, "%", "from", "to", "percentage points", "from", "to"],
        ["a", 0.97, 0.96, 0.98, -1.2, -2.0, -0.4],
    ]
    assert [sheet["B6"].number_format, sheet["E6"].number_format] == ["0%", "+#,##0.0;-#,##0.0;#,##0.0"]
    assert sheet.freeze_panes == "B6"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The answer", "1 The answer"),
        ("What [is]: a/b\\c * 'd'?", "1 What is a b c d"),
        ("A title that is longer than a sheet can be called", "1 A title that is longer than…"),
        ("W" * 300, "1…"),
    ],
)
def test_sheets_have_names_that_excel_takes(title: str, name: str) -> None:
    assert sheet_name(1, (title,), Language("en")) == name


def test_equal_reports_are_equal_files(reports: dict[str, Report]) -> None:
    part = replace(reports["sv"], chapters=reports["sv"].chapters[:3])
    assert excel(part) == excel(part)
