"""Every number that a report tells is taken back to the runs, from the page as a reader has it."""

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from results.report.document import (
    Bullets,
    Cards,
    Cell,
    Facts,
    Figure,
    Paragraph,
    Part,
    Report,
    Strong,
    Table,
    Text,
)
from results.report.html import html
from results.report.language import Language, words
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from tests.results.report.found import look_up

LANGUAGES = ("sv", "en")


@dataclass
class Told:
    """A number on the page: its attributes and the text between its marks."""

    value: float
    low: float
    high: float
    trace: Trace
    text: str = ""


class Numbers(HTMLParser):
    """Collects every <data> element of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Told] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            known = dict(attrs)
            low, high = (float(known.get(name) or "nan") for name in ("data-low", "data-high"))
            trace = Trace(*str(known["data-from"]).split("|"))
            self.found.append(Told(float(str(known["value"])), low, high, trace))
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "data":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found[-1].text += data


def numbers_on(page: str) -> list[Told]:
    parser = Numbers()
    parser.feed(page)
    return parser.found


@pytest.fixture(scope="module", params=LANGUAGES)
def told(request: pytest.FixtureRequest, reports: dict[str, Report]) -> list[Told]:
    return numbers_on(html(reports[request.param]))


def test_every_number_leads_back_to_the_runs(told: list[Told], subject: Subject) -> None:
    assert len(told) > 500
    wrong = []
    for each in told:
        value, low, high = look_up(subject, each.trace)
        allowed = 1.0 if each.trace.kind == "rounded" else 1e-9 * max(1.0, abs(value))
        same = abs(each.value - value) <= allowed or (math.isnan(value) and math.isnan(each.value))
        bounds = all(
            math.isnan(own) or math.isnan(there) or abs(own - there) <= 1e-9 * max(1.0, abs(there))
            for own, there in ((each.low, low), (each.high, min(high, each.high)))
        )
        if not (same and bounds):
            wrong.append((str(each.trace), each.value, each.low, each.high, (value, low, high)))
    assert wrong == []


FIRST_NUMBER = re.compile(r"[+−]?\d[\d\xa0,.]*")


def test_the_text_of_a_number_is_the_number(reports: dict[str, Report]) -> None:
    """What is read is what is meant: rounded, and in percent where it is a share."""
    for code in LANGUAGES:
        for each in quantities_in(reports[code]):
            if not each.known:
                continue
            number, interval, _ = Language(code).pieces(each)
            shown = [parsed(text, code) for text in FIRST_NUMBER.findall(f"{number} {interval}")]
            meant = [each.value, each.low, each.high] if each.has_interval else [each.value]
            half = 0.5000001 * 10.0 ** -each.digits()
            assert len(shown) == len(meant), (number, interval)
            for one, other in zip(shown, meant, strict=True):
                assert abs(one - each.factor * other) <= half, (number, interval, each)


def parsed(text: str, code: str) -> float:
    plain = text.strip("\xa0,.").replace("−", "-").replace("\xa0", "")
    return float(plain.replace(",", ".") if code == "sv" else plain.replace(",", ""))


def test_a_number_stands_nowhere_without_its_trace(reports: dict[str, Report]) -> None:
    """Digits in running words are only those of the catalogue's own phrases and of dates."""
    known = {piece for message in words().values() for form in forms_of(message) for piece in pieces(form)}
    for code, report in reports.items():
        for part in parts_in(report):
            if isinstance(part, Strong | str):
                text = part.text if isinstance(part, Strong) else part
                if re.search(r"\d", text) and text not in known:
                    assert is_date(text, code), text


def forms_of(message: object) -> Iterator[str]:
    assert isinstance(message, dict) or hasattr(message, "values")
    for told in message.values():  # type: ignore[union-attr]
        yield from [told] if isinstance(told, str) else told.values()


def pieces(form: str) -> Iterator[str]:
    """A message's words between its placeholders and stars."""
    yield from re.split(r"\{[a-z_]+\}|\*\*", form)


def is_date(text: str, code: str) -> bool:
    """A day, a month or a week as the language writes it, also two of them with a dash between."""
    day = r"\d{1,2} \w+ \d{4}|\w+ \d{4}|\d{4}-\d{2}-\d{2}|\d{4}"
    return re.fullmatch(rf"({day})(–({day}))?", text.replace("\xa0", " ")) is not None


def parts_in(report: Report) -> Iterator[Part]:
    """Every part of text of a document."""
    for cell in cells_in(report):
        if isinstance(cell, tuple):
            yield from cell


def quantities_in(report: Report) -> Iterator[Quantity]:
    """Every number of a document."""
    for cell in cells_in(report):
        if isinstance(cell, Quantity):
            yield cell
        elif cell is not None:
            yield from (part for part in cell if isinstance(part, Quantity))


def cells_in(report: Report) -> Iterator[Cell]:
    """Every text and number of a document."""
    yield from (report.title, report.subtitle, *itertools.chain.from_iterable(report.provenance))
    for _, section in report.sections():
        yield section.title
    for block in report.blocks():
        yield from cells_of(block)


def cells_of(block: object) -> Iterator[Cell]:
    match block:
        case Paragraph(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case Facts(items=items):
            yield from itertools.chain.from_iterable(items)
        case Table():
            yield from (block.caption, *block.columns, *block.notes)
            for line in block.lines:
                yield from line.cells
        case Figure():
            yield from (block.title, block.description, *block.notes)
        case Cards():
            yield block.title
            for card in block.cards:
                yield from (card.title, card.about, *card.remarks)
                yield from itertools.chain.from_iterable(card.facts)
        case _:
            raise AssertionError(block)


def test_ids_are_unique(reports: dict[str, Report]) -> None:
    ids = [section.id for _, section in reports["sv"].sections()]
    for block in reports["sv"].blocks():
        if isinstance(block, Table | Figure | Cards):
            ids.append(block.id)
        if isinstance(block, Cards):
            ids.extend(card.id for card in block.cards)
    assert len(ids) == len(set(ids))


def text_of(report: Report) -> Iterator[Text]:
    """Every text of a document."""
    return (cell for cell in cells_in(report) if isinstance(cell, tuple))


def test_both_languages_tell_the_same_numbers(reports: dict[str, Report]) -> None:
    one, two = (
        sorted(f"{each.trace} {each.value!r}" for each in quantities_in(reports[code])) for code in LANGUAGES
    )
    assert one == two
