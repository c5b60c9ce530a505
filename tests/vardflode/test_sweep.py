"""`vardflode sweep` as its user meets it: cells that equal runs, kept whatever happens, and told."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import results.certificate
import results.sweep.told
import vardflode.progress
import vardflode.replicate
from results.certificate import CLAIMS, Finding, findings, fold, telling
from results.making import being_made
from results.settling import others_by_week
from results.store import NotARun, open_run
from scenarios.design import GRID, check, full_factorial
from scenarios.load import merged, resolve
from sim.model import simulate
from tests.vardflode.files_of import files_of
from vardflode.cli import main
from vardflode.executor import Here
from vardflode.progress import duration
from vardflode.sweep import Progress, SweepResult, make_sweep

SMALL = str(Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml")
GRIDS = ("streams.zoledronate.patients=30", "transfer.ramp=evenly,all_at_once")


def sweep(out: Path, *arguments: str, grids: tuple[str, ...] = GRIDS) -> Result:
    asked = [text for grid in grids for text in ("--grid", grid)]
    return CliRunner().invoke(main, ["sweep", SMALL, *asked, "-j", "1", "--out", str(out), *arguments])


def make(out: Path, told: Callable[[Progress], None] = lambda progress: None) -> SweepResult:
    variants = check(merged(SMALL, folders={GRID: Path()}), full_factorial(GRIDS))
    return make_sweep(variants, replications=1, pool=Here(), out=out, progress=told)


def told_of(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    result = sweep(out, "-n", "1")
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A sweep of two cells and one replication that a test may spoil."""
    shutil.copytree(made, tmp_path / "runs")
    return tmp_path / "runs"


def folder(out: Path) -> Path:
    (found,) = out.iterdir()
    return found


# --- what it says ---------------------------------------------------------------------------------


def test_a_cell_is_the_run_with_its_settings_to_the_bit(out: Path, tmp_path: Path):
    cells = told_of(sweep(out, "-n", "1", "--json"))
    assert [cell["cell"] for cell in cells] == [1, 2]
    sets = [text for key, value in cells[1]["values"].items() for text in ("--set", f"{key}={value}")]
    run = CliRunner().invoke(
        main, ["run", SMALL, *sets, "-n", "1", "-j", "1", "--json", "--out", str(tmp_path / "alone")]
    )
    alone = json.loads(run.stdout)
    assert {key: cells[1][key] for key in alone} == alone


def test_a_json_line_says_which_cell_and_what_it_set(out: Path):
    for cell in told_of(sweep(out, "-n", "1", "--json", "--measure", "nurse_fte")):
        assert list(cell) == [
            "schema_version", "command", "cell", "values", "scenario", "seed", "replications",
            "certificate_failed", "measures",
        ]  # fmt: skip
        assert (cell["command"], cell["replications"], cell["certificate_failed"]) == ("sweep", 1, [])
        assert {row["name"] for row in cell["measures"]} == {"nurse_fte"}


def test_the_table_shows_each_cell(out: Path):
    lines = sweep(out, "-n", "1").stdout.splitlines()
    assert "2 cells × 1 replication, one replication, so no interval" in lines[0]
    header = next(line for line in lines if line.startswith("cell "))
    assert header.split()[:3] == ["cell", "streams.zoledronate.patients", "transfer.ramp"]
    assert [line.split()[:3] for line in lines[lines.index(header) + 1 :][:2]] == [
        ["1", "30", "evenly"],
        ["2", "30", "all_at_once"],
    ]
    assert f"intervals: {folder(out) / 'summary.csv'}" in lines[-1]


def test_of_many_cells_the_table_shows_the_first_and_the_extremes(out: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(results.sweep.told, "MANY", 1)
    monkeypatch.setattr(results.sweep.told, "FIRST", 1)
    text = sweep(out, "-n", "1", "--measure", "room_hours_per_year").stdout
    assert "THE FIRST 1 OF 2 CELLS" in text
    least, most = text.partition("LEAST AND MOST")[2].splitlines()[2:4]
    assert (least.split()[1], most.split()[1]) == ("least", "most")
    assert least.split()[-2:] == ["streams.zoledronate.patients=30,", "transfer.ramp=evenly"]
    assert most.split()[-2:] == ["streams.zoledronate.patients=30,", "transfer.ramp=all_at_once"]


def test_the_summary_has_the_headline_measures_beside_the_values(out: Path):
    cells = told_of(sweep(out, "-n", "1", "--json"))
    with (folder(out) / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["cell"], row["streams.zoledronate.patients"], row["transfer.ramp"]) for row in rows} == {
        ("1", "30", "evenly"),
        ("2", "30", "all_at_once"),
    }
    where = ("name", "scope", "key", "window")
    known = {
        (cell["cell"], *(row[column] for column in where)): row for cell in cells for row in cell["measures"]
    }
    for row in rows:
        there = known[int(row["cell"]), *(row[column] for column in where)]
        assert row["mean"] == ("" if there["mean"] is None else repr(there["mean"]))
        assert row["ci_high"] == ("" if there["ci_high"] is None else repr(there["ci_high"]))
        assert int(row["n"]) == there["n"]


def test_measures_are_tidy_and_hold_no_single_unit(out: Path):
    table = pq.read_table(folder(out) / "measures.parquet")
    assert table.column_names == ["cell", "replication", "name", "scope", "key", "window", "value"]
    frame = table.to_pandas()
    assert set(frame["scope"]) == {"region", "area", "stream", "sender", "site", "ownership"}
    assert sorted(set(zip(frame["cell"], frame["replication"], strict=True))) == [
        (1, 0),
        (2, 0),
    ]


def test_a_design_that_was_kept_makes_the_same_sweep(out: Path):
    design = str(folder(out) / "design.csv")
    result = CliRunner().invoke(
        main, ["sweep", SMALL, "--design", design, "-n", "1", "-j", "1", "--out", str(out)]
    )
    assert result.exit_code == 0, result.output
    assert "reused" in result.stderr


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "less than a minute"), (150, "about 2 min"), (8000, "about 2 h 13 min"), (90_000, "about 25 h")],
)
def test_a_stretch_of_time_is_told_as_coarsely_as_it_is_long(seconds: float, words: str):
    assert duration(seconds) == words


def test_lines_tell_how_much_time_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(vardflode.progress, "SECONDS_BETWEEN_LINES", -1.0)
    with vardflode.progress.progress("here", of="cells") as tell:
        for done in range(5):
            tell(done, 4, "and more")
    assert capsys.readouterr().err.splitlines() == [
        "here: 0 of 4 cells, and more",
        "here: 1 of 4 cells, and more",
        "here: 2 of 4 cells, and more, less than a minute left",
        "here: 3 of 4 cells, and more, less than a minute left",
    ]


# --- what it keeps --------------------------------------------------------------------------------


def test_more_replications_give_what_all_at_once_would(out: Path, tmp_path: Path):
    grown = sweep(out, "-n", "2")
    assert "added 2 replications to 2 cells" in grown.stderr
    assert "2 cells × 2 replications, means with 95 % interval" in grown.stdout
    at_once = sweep(tmp_path / "at once", "-n", "2", "--json")
    assert files_of(out) == files_of(tmp_path / "at once")
    fewer = told_of(sweep(out, "-n", "1", "--json"))
    assert [[cell["replications"] for cell in cells] for cells in (told_of(at_once), fewer)] == [
        [2, 2],
        [1, 1],
    ]


def test_what_is_finished_is_never_made_again(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
    begun: list[str] = []
    replicate = vardflode.replicate.replicate

    def counted(resolved, seed, replication, **more):
        begun.append(f"{resolved.digest()}-{replication}")
        return replicate(resolved, seed, replication, **more)

    monkeypatch.setattr(vardflode.replicate, "replicate", counted)

    def stop(now: Progress) -> None:
        if now.done == 1:
            raise KeyboardInterrupt

    stopped = make(tmp_path / "stopped", stop)
    assert stopped.interrupted
    assert stopped.sweep is None
    assert not list((tmp_path / "stopped").glob("[!.]*"))
    ended = make(tmp_path / "stopped")
    assert "made 2 replications of 2 cells, 1 of them finished before" in ended.reason
    assert len(begun) == len(set(begun)) == 2
    assert files_of(tmp_path / "stopped") == files_of(out)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_kill_loses_at_most_the_blocks_in_work(tmp_path: Path, out: Path):
    asked = [text for grid in GRIDS for text in ("--grid", grid)]
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "vardflode", "sweep", SMALL, *asked, "-n", "1", "-j", "1"]
    with (tmp_path / "messages").open("w") as stderr:
        child = subprocess.Popen(
            [*command, "--out", str(killed)], stdout=subprocess.DEVNULL, stderr=stderr, cwd=tmp_path
        )
    while child.poll() is None and len(list(killed.rglob("*.block"))) < 1:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=60)
    result = sweep(killed, "-n", "1")
    assert result.exit_code == 0, result.output
    assert files_of(killed) == files_of(out)


def test_a_damaged_sweep_is_made_anew(out: Path):
    path = folder(out) / "measures.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    result = sweep(out, "-n", "1")
    assert result.exit_code == 0, result.output
    assert "anew: " in result.stderr
    assert path.read_bytes() == whole


def test_fresh_makes_every_replication_again(out: Path):
    before = files_of(out)
    result = sweep(out, "-n", "1", "--fresh")
    assert "made 2 replications of 2 cells" in result.stderr
    assert files_of(out) == before


def test_two_at_once_are_refused(out: Path):
    before = files_of(out)
    with being_made(folder(out)):
        result = sweep(out, "-n", "3")
    assert result.exit_code == 3
    assert "another process is making this" in result.stderr
    assert files_of(out) == before


def test_a_sweep_is_no_run(out: Path):
    with pytest.raises(NotARun, match="holds a sweep, not a run; name the folder of a run"):
        open_run(folder(out))
    result = CliRunner().invoke(main, ["plot", str(folder(out))])
    assert result.exit_code == 3, result.output


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_cell_that_fails_leaves_the_others(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
    def fails_in_one(resolved, seed, replication):
        if resolved.scenario.transfer.ramp == "all_at_once":
            raise RuntimeError("no luck")
        return simulate(resolved, seed, replication)

    monkeypatch.setattr("sim.model.simulate", fails_in_one)
    result = sweep(tmp_path / "failed", "-n", "1", "--json")
    assert result.exit_code == 4
    assert [cell["replications"] for cell in told_of(result)] == [1, 0]
    told = result.stderr.splitlines()
    assert any(
        "cell 2 (streams.zoledronate.patients=30, transfer.ramp=all_at_once): replication 0 failed" in line
        for line in told
    )
    assert sum("no luck" in line for line in told) == 1
    table = sweep(tmp_path / "failed", "-n", "1")
    assert table.exit_code == 4
    monkeypatch.undo()
    mended = sweep(tmp_path / "failed", "-n", "1")
    assert mended.exit_code == 0
    assert "added 1 replication to 2 cells" in mended.stderr
    assert files_of(tmp_path / "failed") == files_of(out)


def test_fresh_does_not_lose_what_cannot_be_made_again(out: Path, monkeypatch: pytest.MonkeyPatch):
    before = files_of(out)
    monkeypatch.setattr("sim.model.simulate", lambda *_: 1 / 0)
    assert "nothing was made" in sweep(out, "-n", "1", "--fresh").stderr

    def fails_late(resolved, seed, replication):
        return simulate(resolved, seed, replication) if resolved.scenario.transfer.ramp == "evenly" else 1 / 0

    monkeypatch.setattr("sim.model.simulate", fails_late)
    result = sweep(out, "-n", "1", "--fresh")
    assert result.exit_code == 4
    assert "the sweep stands as it was" in result.stderr
    shown = {name: content for name, content in files_of(out).items() if not name.startswith(".")}
    assert shown == before


def test_a_line_that_does_not_hold_is_said_and_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def one_lost(resolved, records, *more):
        found = findings(resolved, records, *more)
        if resolved.scenario.transfer.ramp == "evenly":
            lost = Finding("littles_law", "iron, u016", 100, 99, allowed=0)
            found.loc[len(found)] = [getattr(lost, column) for column in found.columns]
        return found

    monkeypatch.setattr(results.certificate, "findings", one_lost)
    result = sweep(tmp_path, "-n", "1", "--json", grids=GRIDS[1:])
    assert result.exit_code == 1
    assert [cell["certificate_failed"] for cell in told_of(result)] == [["littles_law"], []]
    assert "cell 1: the certificate FAILED in littles_law (iron, u016; replication 0" in result.stderr
    monkeypatch.undo()
    again = sweep(tmp_path, "-n", "1", grids=GRIDS[1:])
    assert again.exit_code == 1
    assert "FAILED in littles_law" in again.stderr


def test_what_a_sweep_keeps_of_a_certificate_gives_the_same_verdicts():
    resolved = resolve(SMALL)
    records = simulate(resolved, 1, 0)
    found = findings(resolved, records, others_by_week(records)).assign(replication=0)
    assert len(telling(found)) < len(found) / 2

    def verdicts(table):
        return {line.id: line.verdict for line in fold(table)}

    assert verdicts(telling(found)) == verdicts(found)
    for line in CLAIMS:
        wrong = found.copy()
        for row in wrong.index[(wrong["line"] == line) & wrong["allowed"].notna()][-1:]:
            wrong.loc[row, "found"] += 1000
        assert verdicts(telling(wrong)) == verdicts(wrong)


def test_a_register_that_changes_meanwhile_is_not_mixed_with_what_was_checked(tmp_path: Path):
    register = tmp_path / "units.csv"
    shutil.copy(Path(SMALL).with_name("small-units.csv"), register)
    base = merged(SMALL, [f"units={register}"], {GRID: Path()})
    variants = check(base, full_factorial(GRIDS))
    register.write_text(register.read_text(encoding="utf-8").replace("u016", "u001"), encoding="utf-8")
    result = make_sweep(variants, replications=1, pool=Here(), out=tmp_path / "runs")
    assert result.sweep is None
    assert [failure.cell for failure in result.failures] == [1, 2]
    assert all("a file that it names has changed meanwhile" in failure.why for failure in result.failures)


def test_hostile_values_are_taken_as_values(tmp_path: Path):
    grid = "title.en=\"=HYPERLINK('x')[/bold]<script>\\u202e$\\\\frac$\""
    result = sweep(tmp_path, "-n", "1", grids=(grid,))
    assert result.exit_code == 0, result.output
    assert "\u202e" not in result.output
    with (folder(tmp_path) / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not any(cell.startswith(("=", "+", "@")) for row in csv.reader(file) for cell in row)


def test_cells_are_named_in_one_way(tmp_path: Path):
    for arguments in ([], ["--grid", "horizon_years=1", "--design", "design.csv"]):
        result = CliRunner().invoke(main, ["sweep", SMALL, *arguments, "--out", str(tmp_path)])
        assert result.exit_code == 2
        assert "say which cells: with --grid, or with --design" in result.stderr
