"""The report as PDF: what it is to a screen reader, and that it says what the page and the run say."""

import io
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdf
import pytest

from results.as_json import run_json
from results.figures.lettering import harmless
from results.report.document import Cards, Figure, Report, Table
from results.report.html import html
from results.report.language import Language
from results.report.pdf import pdf, typeset
from results.report.quantities import Quantity, Trace
from results.report.subject import UNITS, Subject, within
from tests.results.report.conftest import HOSTILE_NAMES, HOSTILE_TITLE
from tests.results.report.test_traces import numbers_on, quantities_in

LANGUAGES = ("sv", "en")
HEADLINES = (
    "unit_visits_per_year",
    "nurse_hours_per_year",
    "nurse_fte",
    "cost_msek_per_year",
    "on_time_share",
    "uplift_share_used",
)


class File:
    """A PDF, its text without spaces and its tags in reading order."""

    def __init__(self, content: bytes) -> None:
        self.reader = pypdf.PdfReader(io.BytesIO(content))
        self.root: Any = self.reader.trailer["/Root"]
        self.text = without_spaces("".join(page.extract_text() for page in self.reader.pages))
        self.tags = list(tags(self.root["/StructTreeRoot"]["/K"]))


def tags(node: Any) -> Iterator[Any]:
    """Every element of the tree of tags, a parent before its children."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from tags(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from tags(node["/K"])


def without_spaces(text: str) -> str:
    return re.sub(r"[\s\u00a0\u00ad\u200b\u2068\u2069]+", "", text)


@pytest.fixture(scope="module", params=LANGUAGES)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def of_chapters(report: Report, *ids: str) -> Report:
    """A part of a report, which is read sooner."""
    return replace(report, chapters=tuple(chapter for chapter in report.chapters if chapter.id in ids))


@pytest.fixture(scope="module")
def report(code: str, reports: dict[str, Report]) -> Report:
    """The whole in Swedish, a part of it in English."""
    return reports[code] if code == "sv" else of_chapters(reports[code], "answer", "load", "uplift")


@pytest.fixture(scope="module")
def file(report: Report) -> File:
    """A PDF that typst has held against PDF/UA-1, which it writes no file without."""
    return File(pdf(report))


def test_it_says_what_it_is(file: File, code: str, report: Report) -> None:
    title = Language("sv").flat(report.title)
    assert file.root["/Lang"].split("-")[0] == code
    assert file.root["/MarkInfo"]["/Marked"].value is True
    assert file.root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert file.reader.metadata is not None
    assert file.reader.metadata.title == title
    assert file.reader.metadata.creation_date == report.made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in file.root["/Metadata"].get_data()


def test_every_chapter_is_a_heading_and_a_bookmark(file: File, report: Report) -> None:
    say, about = Language(report.language), Language(report.language).plain("report.provenance")
    chapters = [without_spaces(say.flat(chapter.title)) for chapter in report.chapters]
    outline = [without_spaces(str(item["/Title"])) for item in file.reader.outline if isinstance(item, dict)]
    assert outline == [*chapters, without_spaces(about)]
    levels = [int(tag["/S"][2:]) for tag in file.tags if re.fullmatch(r"/H\d", tag["/S"])]
    assert levels.count(1) == len(outline)
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_figures_are_described_and_tables_have_heads(file: File, report: Report) -> None:
    figures = [block for block in report.blocks() if isinstance(block, Figure)]
    described = [tag["/Alt"] for tag in file.tags if tag["/S"] == "/Figure"]
    assert described == [Language(report.language).flat(figure.description) for figure in figures]
    tables = [tag for tag in file.tags if tag["/S"] == "/Table"]
    assert len(tables) == sum(isinstance(block, Table | Cards) for block in report.blocks())
    assert all(any(inner["/S"] == "/TH" for inner in tags(table)) for table in tables)


def test_headlines_are_those_of_the_page_and_of_the_run(file: File, report: Report, subject: Subject) -> None:
    side, say = subject.main, Language(report.language)
    rows, values = subject.runs[side.label].measures(subject.numbers)
    told = json.loads(run_json(side.label, side.manifest["hash"], side.manifest["seed"], rows, values))
    of_run = {(m["name"], m["scope"], m["key"], m["window"]): m for m in told["measures"]}
    on_page = {each.trace: each for each in numbers_on(html(report))}
    for name in HEADLINES:
        measure = of_run[name, "region", "", subject.window.name]
        trace = Trace("measure", side.label, f"{name}/region//{subject.window.name}", "mean")
        bounds = within(name, measure["ci_low"], measure["ci_high"])
        quantity = Quantity(measure["mean"], UNITS[measure["unit"]], trace, *bounds)
        number, interval, _ = say.pieces(quantity)
        in_text, in_table = (without_spaces(text) for text in (say.told(quantity), f"{number} ({interval})"))
        assert in_text in file.text or in_table in file.text
        assert on_page[trace].value == pytest.approx(measure["mean"], rel=1e-9)
        assert number in on_page[trace].text
        assert interval in on_page[trace].text


def test_every_interval_of_the_report_is_in_the_file(file: File, report: Report) -> None:
    say = Language(report.language)
    told = [say.pieces(quantity)[1] for quantity in quantities_in(report)]
    intervals = {without_spaces(interval) for interval in told if interval}
    assert len(intervals) > 50
    assert sorted(interval for interval in intervals if f"({interval})" not in file.text) == []


def test_pages_are_numbered(file: File, code: str) -> None:
    number = len(file.reader.pages)
    last = {"sv": f"Sida {number} av {number}", "en": f"Page {number} of {number}"}[code]
    assert last in file.reader.pages[-1].extract_text().replace("\u00a0", " ")


def test_hostile_names_are_text(hostile_reports: dict[str, Report]) -> None:
    file = File(pdf(of_chapters(hostile_reports["sv"], "answer", "units")))
    for name in (*HOSTILE_NAMES, HOSTILE_TITLE):
        shown = without_spaces(harmless(name))
        if any("\u0590" <= letter <= "\u08ff" for letter in shown):  # extracted from right to left
            assert all(letter in file.text for letter in shown)
        else:
            assert shown in file.text
    actions = {str(tag["/S"]) for page in file.reader.pages for tag in links(page)}
    assert actions <= {"/GoTo"}


def links(page: Any) -> Iterator[Any]:
    """What happens where a reader clicks."""
    for note in page.get("/Annots", []):
        if "/A" in note.get_object():
            yield note.get_object()["/A"]


def test_equal_reports_are_equal_files(reports: dict[str, Report]) -> None:
    first_page = replace(reports["sv"], chapters=reports["sv"].chapters[:1])
    assert pdf(first_page) == pdf(first_page)


def test_letters_that_no_font_has_do_not_stop_it(reports: dict[str, Report]) -> None:
    odd = replace(reports["sv"], title=("\u4e2d\u6587 \U0001f389",), chapters=())
    assert File(pdf(odd)).text.startswith("\u4e2d")
    assert typeset(odd, format="png").startswith(b"\x89PNG")
