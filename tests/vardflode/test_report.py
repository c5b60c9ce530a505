"""`vardflode report` as its user meets it: three kinds of file in two languages, and what is refused before any run."""

import importlib.util
import io
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pypdf
import pytest
from click.testing import CliRunner, Result

from tests.conftest import SmallRegion
from tests.results.report.conftest import stored
from vardflode.cli import main

BEGINS = {".html": b"<!doctype html>", ".pdf": b"%PDF-1.7", ".xlsx": b"PK"}


class Place(NamedTuple):
    """Two scenarios, and the folder of their runs."""

    decision: Path
    without: Path
    runs: Path


def type_in(place: Place, out: Path, *words: Any, names: tuple[Any, ...] | None = None) -> Result:
    given = (place.decision, place.without) if names is None else names
    arguments = ["report", *given, "--out", out, "-j", "1", "--runs", place.runs, *words]
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="vardflode")


@pytest.fixture(scope="module")
def place(small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("scenarios")
    decision, without = (
        stored(small_region(scenario=name), folder / name) for name in ("decision-2026", "no-transfer")
    )
    return Place(decision, without, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def made(place: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The first report, for which the runs are made, and what was said."""
    out = tmp_path_factory.mktemp("out") / "evidence.html"
    return out, type_in(place, out, "-n", 2, "--calibration", "none", "--target", "on_time_share>=0.99")


@pytest.fixture
def runs(made: tuple[Path, Result], place: Place) -> tuple[Path, Path]:
    """The folders of both runs, the one in question first."""
    assert made[1].exit_code == 0, made[1].stderr
    first, second = sorted(place.runs.iterdir())
    return first, second


def test_runs_are_made_and_the_file_is_named_on_stdout(made: tuple[Path, Result]) -> None:
    out, result = made
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out}\n"
    assert "made 2 replications" in result.stderr
    page = out.read_text(encoding="utf-8")
    assert page.startswith('<!doctype html>\n<html lang="sv"')
    assert "Simulerade resultat" in page


@pytest.mark.parametrize("ending", [".html", ".pdf", ".xlsx"])
def test_the_ending_says_which_kind(
    ending: str, place: Place, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / f"evidence{ending.upper()}"
    out.write_text("an older report")
    result = type_in(place, out, "--lang", "en", "--calibration", "none", names=runs[:1])
    assert result.exit_code == 0, result.stderr
    content = out.read_bytes()
    assert content.startswith(BEGINS[ending])
    assert list(tmp_path.iterdir()) == [out]
    assert "what the simulation shows" in title_of(content, ending)


def title_of(content: bytes, ending: str) -> str:
    if ending == ".pdf":
        about = pypdf.PdfReader(io.BytesIO(content)).metadata
        return str(about and about.title)
    if ending == ".xlsx":
        return str(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A1"].value)
    return content.decode().partition("<title>")[2].partition("</title>")[0]


def test_the_same_runs_give_the_same_bytes(
    made: tuple[Path, Result], runs: tuple[Path, Path], place: Place, tmp_path: Path
) -> None:
    again = tmp_path / "again.html"
    result = type_in(place, again, "--calibration", "none", "--target", "on_time_share>=0.99", names=runs)
    assert result.exit_code == 0, result.stderr
    assert again.read_bytes() == made[0].read_bytes()


def test_small_numbers_are_left_out_if_asked(place: Place, runs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "evidence.html"
    result = type_in(place, out, "--calibration", "none", "--suppress-below", 5, names=runs[:1])
    assert result.exit_code == 0, result.stderr
    page = out.read_text(encoding="utf-8")
    assert "färre än" in page
    assert "visas inte" in page


def refused(place: Place, out: Path, *words: Any) -> list[str]:
    """What is said where a report is refused, line by line; nothing is run for it."""
    elsewhere = place._replace(runs=out.parent / "none")
    result = type_in(elsewhere, out, *words)
    assert result.exit_code == 3, result.stderr
    assert not elsewhere.runs.exists()
    assert "Traceback" not in result.stderr
    *faults, number = result.stderr.splitlines()
    assert number == f"{len(faults)} fault{'s' * (len(faults) != 1)}."
    return faults


@pytest.mark.parametrize("name", ["evidence.docx", "evidence", ".html"])
def test_another_ending_is_refused(name: str, place: Place, tmp_path: Path) -> None:
    (said,) = refused(place, tmp_path / name)
    assert said.endswith(f"{name}: is no kind of report; let its name end in .html, .pdf or .xlsx")


@pytest.mark.parametrize(
    ("ending", "package"), [(".html", "jinja2"), (".pdf", "typst"), (".xlsx", "xlsxwriter")]
)
def test_a_missing_package_is_named_before_any_run(
    ending: str, package: str, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("vardflode.reporting.find_spec", lambda name: None if name == package else find(name))
    (said,) = refused(place, tmp_path / f"evidence{ending}")
    assert said.endswith(f'a {ending} file needs {package}; install: pip install "vardflode[report]"')


def test_what_cannot_be_written_is_refused_before_any_run(place: Place, tmp_path: Path) -> None:
    (tmp_path / "folder.html").mkdir()
    (said,) = refused(place, tmp_path / "folder.html")
    assert said.endswith("folder.html: is a folder; name a file in it")
    (said,) = refused(place, tmp_path / "nowhere" / "evidence.html")
    assert "cannot be written" in said


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("on_time_shar>=0.95", "no such measure; did you mean on_time_share?"),
        ("on_time_share>0.95", "is no target; write a measure, >= or <=, and a number"),
        ("on_time_share>=much", "is no target; write a measure, >= or <=, and a number"),
        ("on_time_share", "is no target; write a measure, >= or <=, and a number"),
    ],
)
def test_a_target_that_is_none_is_refused(target: str, why: str, place: Place, tmp_path: Path) -> None:
    (said,) = refused(place, tmp_path / "evidence.html", "--target", target)
    assert said.startswith("--target: ")
    assert why in said


def test_all_that_is_wrong_is_said_at_once(place: Place, tmp_path: Path) -> None:
    said = refused(place, tmp_path / "evidence.doc", "--target", "a>=1", "--target", "b<=2")
    assert len(said) == 3


@pytest.mark.parametrize(
    "words", [("--lang", "fi"), ("--suppress-below", "2"), ("--suppress-below", "few"), ("-n", "0")]
)
def test_what_cannot_be_meant_is_a_usage_error(words: tuple[str, ...], place: Place, tmp_path: Path) -> None:
    result = type_in(place, tmp_path / "evidence.html", *words)
    assert result.exit_code == 2
    assert not (tmp_path / "evidence.html").exists()


def test_an_unknown_scenario_is_a_fault(place: Place, tmp_path: Path) -> None:
    result = type_in(place, tmp_path / "evidence.html", names=("decision-2025",))
    assert result.exit_code == 3
    assert "decision-2026" in result.stderr
    assert not (tmp_path / "evidence.html").exists()
