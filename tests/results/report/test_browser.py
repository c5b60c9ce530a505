"""The report in a real browser: silent, reachable by keyboard and by ear, at any width, and on paper.

Drives the system's browser. Without one these tests are skipped.
"""

import io
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from results.report.document import Block, Cards, Figure, Report, Section, Table
from results.report.html import html
from tests.results.report.conftest import HOSTILE_NAMES, HOSTILE_STREAM, HOSTILE_TITLE

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE, NARROWEST = ({"width": width, "height": 800} for width in (1280, 375, 320))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = ("desk", "phone", "print")
A4 = (595, 842)  # points

# What a reader may set for himself (WCAG 1.4.12), without loss of content.
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    "p { margin-bottom: 2em !important }"
)

# What the Tab key should visit: all that is drawn, in the order in which it stands.
STOPS = """() => [...document.querySelectorAll('a[href], summary, [tabindex="0"]')]
  .filter(element => element.checkVisibility({contentVisibilityAuto: true}))
  .map(element => element.dataset.stop = String(++window.stops || (window.stops = 1)))"""
STOP = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {stop: element.dataset.stop, outline: style.outlineStyle + ' ' + style.outlineWidth,
    shown: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth}
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    """The system's browser, started once."""
    found = next(filter(None, map(shutil.which, EXECUTABLES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(EXECUTABLES)} is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(ALONE))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report as files, by language."""
    folder = tmp_path_factory.mktemp("pages")
    return {code: saved(report, folder / f"{code}.html") for code, report in reports.items()}


@pytest.fixture(scope="module")
def thin_files(reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same with the first and last row of each table and two cards of each group; the others are like these."""
    folder = tmp_path_factory.mktemp("thin")
    return {
        code: saved(replace(report, chapters=tuple(map(thinned, report.chapters))), folder / f"{code}.html")
        for code, report in reports.items()
    }


def thinned(section: Section) -> Section:
    blocks, sections = map(thin_block, section.blocks), map(thinned, section.sections)
    return replace(section, blocks=tuple(blocks), sections=tuple(sections))


def thin_block(block: Block) -> Block:
    match block:
        case Table(lines=(first, *_, last)):
            return replace(block, lines=(first, last))
        case Figure(data=data):
            return replace(block, data=thin_block(data))
        case Cards(cards=cards):
            return replace(block, cards=cards[:2])
    return block


def saved(report: Report, path: Path) -> Path:
    path.write_text(html(report), encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def opened(browser: "playwright.Browser") -> Iterator["Opener"]:
    opener = Opener(browser)
    yield opener
    opener.close()


class Opener:
    """Opens pages as a reader does, and notes what they say and ask for."""

    def __init__(self, browser: "playwright.Browser") -> None:
        self.browser = browser
        self.contexts: list[playwright.BrowserContext] = []
        self.said: list[str] = []
        self.asked: list[str] = []

    def __call__(
        self, path: Path, viewport: dict[str, int] = DESK, *, lenient: bool = False
    ) -> "playwright.Page":
        """The page of a file; `lenient` switches the content policy off, so that a test may add a style."""
        context = self.browser.new_context(viewport=viewport, bypass_csp=lenient)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.mark.parametrize("code", ["sv", "en"])
def test_it_asks_for_nothing_and_says_nothing(code: str, files: dict[str, Path], opened: Opener) -> None:
    page = opened(files[code])
    page.emulate_media(media="print")
    assert page.locator("html").get_attribute("lang") == code
    assert opened.asked == [files[code].as_uri()]
    assert opened.said == []


@pytest.mark.parametrize(("code", "view"), [("sv", "desk"), ("en", "desk"), ("sv", "phone"), ("en", "print")])
def test_no_barrier_is_found(code: str, view: str, thin_files: dict[str, Path], opened: Opener) -> None:
    """Colours are the same in each view and language, so that their contrast is measured in one."""
    page = opened(thin_files[code], PHONE if view == "phone" else DESK)
    assert barriers(page, view, contrast=(code, view) == ("sv", "desk")) == ""


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("code", ["sv", "en"])
def test_no_barrier_is_found_in_any_row(code: str, view: str, files: dict[str, Path], opened: Opener) -> None:
    page = opened(files[code], PHONE if view == "phone" else DESK)
    assert barriers(page, view, contrast=True) == ""


def barriers(page: "playwright.Page", view: str, *, contrast: bool) -> str:
    """What axe-core finds in a page, on paper with what is folded opened; nothing where it finds none."""
    if view == "print":
        page.emulate_media(media="print")
        page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
    found = axe.Axe().run(
        page, options={"runOnly": RULES, "rules": {"color-contrast": {"enabled": contrast}}}
    )
    assert len(found.response["passes"]) > 20
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("code", ["sv", "en"])
def test_every_figure_has_a_name(code: str, files: dict[str, Path], opened: Opener) -> None:
    page = opened(files[code])
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    for role in ("figure", "image"):
        names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == role]
        assert len(names) == page.locator("figure").count() > 5
        assert all(name.strip() for name in names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_keyboard_reaches_everything(
    viewport: dict[str, int], files: dict[str, Path], opened: Opener
) -> None:
    page = opened(files["sv"], viewport)
    stops = page.evaluate(STOPS)
    assert len(stops) > 20
    for stop in stops:
        page.keyboard.press("Tab")
        reached = page.evaluate(STOP)
        assert reached == {"stop": stop, "outline": "solid 3px", "shown": True}


def test_what_is_folded_opens_by_keyboard(files: dict[str, Path], opened: Opener) -> None:
    page = opened(files["sv"])
    folded = page.locator("main details").first
    assert not folded.locator("table").is_visible()
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.locator("table").is_visible()


def test_the_first_link_skips_to_the_content(files: dict[str, Path], opened: Opener) -> None:
    page = opened(files["sv"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("name", ["sv", "en", "hostile"])
def test_the_page_scrolls_in_one_direction(
    name: str, files: dict[str, Path], hostile_file: Path, opened: Opener
) -> None:
    """Nor does it sideways where a reader widens the text (WCAG 1.4.10 and 1.4.12)."""
    page = opened({**files, "hostile": hostile_file}[name], NARROWEST, lenient=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    page.add_style_tag(content=SPACED)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]


@pytest.mark.parametrize("code", ["sv", "en"])
def test_on_paper_the_answer_is_first_and_nothing_is_folded(
    code: str, thin_files: dict[str, Path], opened: Opener
) -> None:
    pypdf = pytest.importorskip("pypdf")
    page = opened(thin_files[code])
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    pages = [squeezed(sheet.extract_text()) for sheet in printed.pages]
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in printed.pages} == {A4}
    titles = page.locator("main > section > h2").all_inner_texts()
    answer, certificate = (squeezed(title) for title in titles[:2])
    assert answer in pages[0]
    assert [certificate in sheet for sheet in pages[:2]] == [False, True]
    assert all(f"{number}({len(pages)})" in sheet for number, sheet in enumerate(pages, 1))
    folded = page.locator("details caption").all_text_contents()
    assert len(folded) > 5
    assert all(squeezed(caption) in "".join(pages) for caption in folded)


def squeezed(text: str) -> str:
    """Text without blanks and ligatures, which paper sets otherwise."""
    return re.sub(r"\s|\xad", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def hostile_file(hostile_reports: dict[str, Report], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(hostile_reports["sv"], tmp_path_factory.mktemp("hostile") / "page.html")


def test_hostile_names_are_shown_and_do_nothing(hostile_file: Path, opened: Opener) -> None:
    page = opened(hostile_file)
    shown = page.locator("body").text_content()
    assert all(name in shown for name in (*HOSTILE_NAMES, HOSTILE_STREAM, HOSTILE_TITLE))
    assert HOSTILE_TITLE.split()[0] in page.title()
    assert page.evaluate("document.scripts.length") == 0
    assert opened.asked == [hostile_file.as_uri()]
    assert opened.said == []
