"""A run whose certificate fails says so, exits non-zero, and every later view of it says so too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import sim.model
from sim.records import DRAWS
from vardflode.cli import main

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml"
SMALLER = ("--set", "streams.triptorelin.patients=20", "--set", "warm_up_weeks=4")


def type_in(*words: Any) -> Result:
    return CliRunner().invoke(main, list(map(str, words)), prog_name="vardflode")


def run(out: Path, *words: str, n: int = 1) -> Result:
    return type_in("run", EXAMPLE, "-n", n, "-j", 1, "--out", out, *SMALLER, *words)


def manifest(out: Path) -> Path:
    return next(out.glob("small-area-*/manifest.json"))


def rewritten(out: Path, change: Any) -> None:
    """The manifest with something changed."""
    whole = json.loads(manifest(out).read_text(encoding="utf-8"))
    change(whole)
    manifest(out).write_text(json.dumps(whole), encoding="utf-8")


def failing(whole: dict[str, Any]) -> None:
    line = next(line for line in whole["certificate"] if line["id"] == "littles_law")
    line |= {"verdict": "failed", "expected": 12.0, "found": 13.0, "where": "iron, u001; replication 0"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert run(out).exit_code == 0
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "runs")
    return tmp_path / "runs"


def test_a_run_carries_a_certificate_in_which_all_lines_hold(made: Path) -> None:
    lines = json.loads(manifest(made).read_text(encoding="utf-8"))["certificate"]
    assert len(lines) == 11
    assert all(line["verdict"] in ("passed", "told") for line in lines)
    assert "certificate" not in run(made).stderr


def test_a_line_that_fails_ends_the_command_with_1_after_saving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the transfer had reached a draw."""
    monkeypatch.setattr(sim.model, "drawn_afresh", lambda *_: ("0" * 32,) * len(DRAWS))
    result = run(tmp_path, "--json")
    assert result.exit_code == 1
    assert "the certificate FAILED in draws" in result.stderr
    assert "vardflode verify" in result.stderr
    assert json.loads(result.stdout)["replications"] == 1
    monkeypatch.undo()
    again = run(tmp_path)
    assert "reused" in again.stderr
    assert (again.exit_code, "the certificate FAILED in draws" in again.stderr) == (1, True)


def test_extending_a_run_folds_its_certificate_anew(out: Path) -> None:
    rewritten(out, failing)
    assert run(out, n=2).exit_code == 0
    lines = json.loads(manifest(out).read_text(encoding="utf-8"))["certificate"]
    assert next(line for line in lines if line["id"] == "minutes_expected")["where"].endswith(
        "all 2 replications together"
    )


def test_every_view_of_a_run_says_that_its_certificate_failed(out: Path, tmp_path: Path) -> None:
    assert run(out, "--set", "transfer.ramp_weeks=4").exit_code == 0
    runs = sorted(out.glob("small-area-*"))
    for folder in runs:
        whole = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        failing(whole)
        (folder / "manifest.json").write_text(json.dumps(whole), encoding="utf-8")
    told = "the certificate FAILED in littles_law (iron, u001; replication 0: expected 12.0, found 13.0)"
    reused = run(out)
    assert (reused.exit_code, told in reused.stderr) == (1, True)
    compared = type_in("compare", *runs, "--calibration", "none", "--json", "--runs", out)
    assert compared.stderr.count(told) == 2
    assert json.loads(compared.stdout)["command"] == "compare"
    plotted = type_in("plot", runs[0], "--out", tmp_path / "figures")
    assert plotted.stderr.count(told) == 1


def test_a_run_without_a_certificate_says_so_and_is_made_again_when_asked_for(
    out: Path, tmp_path: Path
) -> None:
    rewritten(out, lambda whole: whole.pop("certificate"))
    plotted = type_in("plot", manifest(out).parent, "--out", tmp_path / "figures")
    assert "carries no certificate" in plotted.stderr
    again = run(out)
    assert "the run had no certificate" in again.stderr
    assert again.exit_code == 0
    assert "certificate" in json.loads(manifest(out).read_text(encoding="utf-8"))


def test_pairs_that_were_drawn_apart_are_told_of(
    out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two runs whose transfers differ must have drawn the same patients; other sick leave is no matter of theirs."""
    from sim import model

    real = model.servers
    monkeypatch.setattr(model, "servers", lambda *given: real(*given) + 1)
    run(out, "--set", "transfer.ramp_weeks=4")
    monkeypatch.undo()
    runs = sorted(out.glob("small-area-*"))
    told = type_in("compare", *runs, "--calibration", "none", "--runs", out).stderr
    assert "staff were drawn otherwise than in" in told
    assert "patients were drawn otherwise" not in told
    assert "requests were drawn otherwise" not in told
