"""The page as a file: what it may not hold, and what whoever cannot see it relies on."""

import itertools
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import pytest

from results.report.document import Card, Cards, Code, Line, Name, Paragraph, Report, Section, Strong, Table
from results.report.html import html, policy
from tests.results.report.conftest import HOSTILE_NAMES, HOSTILE_TITLE

VOID = {"meta", "link", "img", "br", "hr", "input", "wbr", "path", "use", "rect", "line", "circle", "polygon"}


@dataclass
class Element:
    """An element with all the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """Every element of a page, in reading order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def of(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]


@pytest.fixture(scope="module", params=["sv", "en"])
def page(request: pytest.FixtureRequest, reports: dict[str, Report]) -> Page:
    return Page(html(reports[request.param]))


@pytest.fixture(scope="module", params=["sv", "en"])
def hostile_page(request: pytest.FixtureRequest, hostile_reports: dict[str, Report]) -> Page:
    return Page(html(hostile_reports[request.param]))


def test_every_element_is_closed(page: Page, hostile_page: Page) -> None:
    assert page.open == hostile_page.open == []


def test_nothing_in_the_page_acts_or_is_fetched(page: Page, hostile_page: Page) -> None:
    for element in itertools.chain(page.elements, hostile_page.elements):
        assert element.tag not in {
            "script",
            "iframe",
            "object",
            "embed",
            "img",
            "link",
            "base",
            "form",
            "image",
        }
        for name, value in element.attributes.items():
            assert not name.startswith("on"), element
            assert name not in {"style", "src", "srcset", "srcdoc", "action"}, element
            assert name.split(":")[-1] != "href" or value.startswith("#"), element
            assert "url(" not in value or re.search(r"url\(#[\w-]+\)", value), element


def test_the_policy_allows_the_style_of_the_page_and_nothing_else(page: Page) -> None:
    (style,) = page.of("style")
    (stated,) = (
        element.attributes["content"]
        for element in page.of("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert stated == policy(style.text)
    assert stated.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in stated
    assert "@import" not in style.text
    assert "url(" not in style.text


def test_ids_are_unique_and_every_reference_has_its_target(page: Page) -> None:
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        for name, value in element.attributes.items():
            if name.split(":")[-1] == "href":
                assert value.removeprefix("#") in ids
            if name in {"aria-labelledby", "aria-describedby"}:
                assert set(value.split()) <= set(ids)


def test_headings_are_in_order(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_tables_have_captions_and_heads_of_rows_and_columns(page: Page) -> None:
    assert len(page.of("caption")) == len(page.of("table")) > 10
    assert all(caption.text.strip() for caption in page.of("caption"))
    assert {element.attributes["scope"] for element in page.of("th")} == {"col", "row"}
    assert all(element.text.strip() for element in page.of("th"))


def test_hostile_names_are_text(hostile_page: Page, hostile_reports: dict[str, Report]) -> None:
    (body,) = hostile_page.of("body")
    assert all(name in body.text for name in HOSTILE_NAMES)
    (first,) = hostile_page.of("h1")
    assert HOSTILE_TITLE in hostile_page.of("title")[0].text
    assert HOSTILE_TITLE in first.text
    isolated = {element.text for element in hostile_page.of("bdi")}
    assert {*HOSTILE_NAMES, HOSTILE_TITLE} <= isolated


@pytest.mark.parametrize(
    "name", [*HOSTILE_NAMES, HOSTILE_TITLE, "</style><script>alert(5)</script>", "\u202e"]
)
def test_names_are_text_wherever_they_stand(name: str, reports: dict[str, Report]) -> None:
    """Also where the model lets no such name through today: in heads, captions, cards and attributes."""
    found, innocent = (Page(html(saying(text, reports["sv"]))) for text in (name, "x"))
    assert [(one.tag, [*one.attributes]) for one in found.elements] == [
        (one.tag, [*one.attributes]) for one in innocent.elements
    ]
    (title,) = found.of("title")
    assert title.text == name * 4


def saying(name: str, report: Report) -> Report:
    """A report that says a text, as each kind of part, in each kind of block."""
    text = (Name(name), name, Code(name), Strong(name))
    table = Table("t", text, (text, text), (Line((text, text)),), (False, True), (text,), folded=True)
    cards = Cards("c", text, (Card("u", text, text, ((text, text),), (text,)),))
    section = Section("s", text, (Paragraph(text, "warning"), table, cards))
    return replace(report, title=text, subtitle=text, chapters=(section,))


def test_the_same_report_is_the_same_page(reports: dict[str, Report]) -> None:
    assert html(reports["sv"]) == html(reports["sv"])
