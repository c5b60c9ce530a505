"""The documentation cannot lie: what it shows is run, what it links to exists, its tables are the code's.

In every document a fenced block means:

* ```console runs its `$ vardflode …` lines as they stand, in a folder that holds a copy of docs/examples and what the
  document has made so far. Exit code 0, or N with ```console exit-N. Output shown below a command must appear in this
  order; `…` stands for anything.
* ```yaml NAME (or any language and a name) puts the block into that folder under this name.
* any other block is text.
"""

import importlib.util
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import vardflode.cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "scenarios" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
LANGUAGES = {"console", "csv", "json", "powershell", "sh", "text", "yaml"}
RUN_TABLES = ("measures", "weekly", "transfers", "distributions", "landings", "visits")


class Block(NamedTuple):
    """A fenced block: its language, what stands beside it, its lines, and where it begins."""

    language: str
    beside: str
    lines: list[str]
    line: int


def blocks(text: str) -> Iterator[Block]:
    opened: Block | None = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = line.strip().startswith("```")
        if fence and opened is None:
            language, _, beside = line.strip().removeprefix("```").partition(" ")
            opened = Block(language, beside.strip(), [], number)
        elif fence and opened is not None:
            yield opened
            opened = None
        elif opened is not None:
            opened.lines.append(line)
    assert opened is None, "a fence is never closed"


def steps(block: Block) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the output shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            assert found, f"line {block.line}: output before any command"
            found[-1][1].append(line)
    return iter(found)


def run_command(command: str) -> tuple[int, str]:
    """Run a `vardflode …` line in the current folder."""
    program, *arguments = shlex.split(command)
    assert program == "vardflode", f"only vardflode can be run here: {command}"
    done = CliRunner().invoke(vardflode.cli.main, arguments)
    return done.exit_code, done.output


def assert_shown(shown: list[str], output: str, where: str) -> None:
    lines = iter(output.splitlines())
    for line in shown:
        if line.strip() != "…":
            pattern = re.compile(".*".join(map(re.escape, line.rstrip().split("…"))))
            assert any(pattern.fullmatch(given.rstrip()) for given in lines), (
                f"{where}: not in the output: {line}\n{output}"
            )


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_what_a_document_shows_is_what_happens(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    for block in blocks(document.read_text(encoding="utf-8")):
        if block.language != "console":
            if block.beside:
                (tmp_path / block.beside).write_text("\n".join(block.lines) + "\n", encoding="utf-8")
            continue
        wanted = int(block.beside.removeprefix("exit-") or 0)
        for command, shown in steps(block):
            where = f"{document.name}:{block.line}: {command}"
            code, output = run_command(command)
            assert code == wanted, f"{where}: exit code {code}, not {wanted}\n{output}"
            assert_shown(shown, output, where)


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_no_block_escapes_by_a_misspelt_language(document: Path) -> None:
    assert {block.language for block in blocks(document.read_text(encoding="utf-8"))} <= LANGUAGES


def headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as they are made where it is read."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        assert not anchor or anchor in headings(there), target


def table_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs" / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_are_the_codes() -> None:
    assert table_maker().out_of_date() == [], "run python docs/make_tables.py"


def test_a_table_needs_its_place() -> None:
    with pytest.raises(ValueError, match="no lines <!-- keys -->"):
        table_maker().with_table("no marks here", "keys", "| a |")


def test_make_targets_exist() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = re.findall(r"`make ([a-z-]+)", text)
        named += [
            target
            for block in blocks(text)
            for line in block.lines
            for target in re.findall(r"^\s*make ([a-z-]+)", line)
        ]
        assert set(named) <= targets, document.name


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `vardflode ([a-z]+)", readme, flags=re.MULTILINE)) == set(
        vardflode.cli.COMMANDS
    )


def test_the_columns_of_a_run_are_in_the_model_document(tmp_path: Path) -> None:
    example = ROOT / "docs" / "examples" / "small-area.yaml"
    code, output = run_command(
        f"vardflode run {shlex.quote(str(example))} -n 1 --visits --out {shlex.quote(str(tmp_path))}"
    )
    assert code == 0, output
    (folder,) = tmp_path.iterdir()
    rows = {
        name: row
        for row in (ROOT / "docs" / "model.md").read_text(encoding="utf-8").splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([\w.]+)`", row.split("|")[1])
    }
    assert {path.name for path in folder.iterdir()} <= rows.keys()
    for table in RUN_TABLES:
        told = re.findall(r"`(\w+)`", rows[f"{table}.parquet"].split("|")[3])
        assert told == pq.read_schema(folder / f"{table}.parquet").names, table
    header = (folder / "transfers.csv").read_text(encoding="utf-8-sig").partition("\n")[0]
    assert re.findall(r"`(\w+)`", rows["transfers.csv"].split("|")[3]) == header.split(",")


# Each is put together here, so that this file is no find of its own.
FORBIDDEN = {
    "a folder beside the project": r"\.\./" + "shared",
    "a text that is not part of the project": r"\b(?:domain|design)" + r"\.md\b",
    "a path of one machine": r"(?<![\w.\-/>}*])/(?:" + "work|root|home/\\w+)/",
    "the host of a package registry": r"https?://[^\s\"']*(?:" + "pypi|python" + "hosted)",
    "a package index": r"--?(?:extra-)?index" + "-url",
}


def tracked() -> list[Path]:
    """Files that are in the repository, or would be with the next commit."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_file_names_what_is_not_the_projects() -> None:
    found = []
    for path in tracked():
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for what, pattern in FORBIDDEN.items():
            found += [
                f"{path.relative_to(ROOT)}: {what}: {hit.group()}" for hit in re.finditer(pattern, text)
            ]
    assert not found
