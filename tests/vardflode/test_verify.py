"""`vardflode verify` as its user meets it: what holds, what was tampered with, and what cannot be verified."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

import sim.model
from results.store import _checksum
from vardflode.cli import main
from vardflode.verify import ROUNDING, first_difference

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml"


def type_in(*words: Any) -> Result:
    return CliRunner().invoke(main, list(map(str, words)), prog_name="vardflode")


def verify(folder: Path, *words: Any) -> Result:
    return type_in("verify", folder, "-j", 1, *words)


def told(result: Result) -> dict[str, Any]:
    whole = json.loads(result.stdout)
    assert (whole["schema_version"], whole["command"]) == (1, "verify")
    (found,) = whole["runs"]
    return dict(found)


def failed(found: dict[str, Any]) -> list[str]:
    return [each["id"] for each in (*found["lines"], *found["kept"]) if each["verdict"] == "failed"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    smaller = ("--set", "streams.triptorelin.patients=20", "--set", "warm_up_weeks=4", "--visits")
    assert type_in("run", EXAMPLE, "-n", 2, "-j", 1, "--out", out, *smaller).exit_code == 0
    return next(out.glob("small-area-*"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A run that a test may spoil."""
    return Path(shutil.copytree(made, tmp_path / made.name))


def change_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    change(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")


def change_table(folder: Path, name: str, change: Callable[[pd.DataFrame], object]) -> None:
    """A table with something changed, and a checksum that agrees."""
    path = folder / f"{name}.parquet"
    frame = pq.read_table(path).to_pandas()
    change(frame)
    frame.to_parquet(path, index=False, row_group_size=len(frame))
    change_manifest(folder, lambda whole: whole["files"].update({path.name: _checksum(path)}))


def test_a_run_that_holds(made: Path) -> None:
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    result = verify(made)
    assert result.exit_code == 0, result.stdout
    assert "2 of 2 replications made again" in result.stdout
    assert "Everything holds." in result.stdout
    assert "visits.parquet is the same to the bit" in result.stdout
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_only_the_first_replications_as_data(made: Path) -> None:
    result = verify(made, "-n", 1, "--json")
    found = told(result)
    assert (result.exit_code, found["holds"], found["replications"]) == (0, True, [0])
    assert found["other_versions"] == []
    assert {each["id"] for each in found["kept"]} >= {
        "identity",
        "measures",
        "visits",
        "manifest",
        "transfers.csv",
    }
    assert [line["id"] for line in found["lines"]][:2] == ["patients_conserved", "littles_law"]


def test_a_measure_that_was_changed_is_found(folder: Path) -> None:
    def change(frame: pd.DataFrame) -> None:
        row = frame.index[(frame["replication"] == 1) & (frame["name"] == "cost_msek_per_year")][0]
        frame.loc[row, "value"] += 1e-9

    change_table(folder, "measures", change)
    result = verify(folder)
    assert result.exit_code == 1
    assert "DOES NOT HOLD: measures." in result.stdout
    assert "measures: replication 1: value in row" in result.stdout
    assert "cost_msek_per_year" in result.stdout
    assert verify(folder, "-n", 1).exit_code == 0  # the first replication is as it was


def test_a_certificate_that_was_changed_is_found(folder: Path) -> None:
    change_manifest(folder, lambda whole: whole["certificate"][1].update(verdict="failed"))
    result = verify(folder, "-n", 1, "--json")
    assert result.exit_code == 1
    assert "the certificate FAILED in littles_law" in result.stderr
    assert failed(told(result)) == ["manifest"]  # what is made again says that the line holds


def test_a_transfer_table_that_was_changed_is_found(folder: Path) -> None:
    path = folder / "transfers.csv"
    path.write_bytes(path.read_bytes().replace(b",1.0,", b",2.0,", 1))
    change_manifest(folder, lambda whole: whole["files"].update({path.name: _checksum(path)}))
    assert failed(told(verify(folder, "-n", 1, "--json"))) == ["transfers.csv"]


def test_a_scenario_that_was_changed_is_found(folder: Path) -> None:
    path = folder / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r"(load_factor:\s+value:) \S+", r"\1 1.2", text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    change_manifest(folder, lambda whole: whole["files"].update({path.name: _checksum(path)}))
    found = failed(told(verify(folder, "-n", 1, "--json")))
    assert {"identity", "measures", "weekly"} <= set(found)


def test_a_rule_that_changed_is_found(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program gives other numbers than the one that made the run."""
    real = sim.model.servers
    monkeypatch.setattr(sim.model, "servers", lambda *given: real(*given) + 1)
    found = failed(told(verify(made, "-n", 1, "--json")))
    assert {"measures", "weekly", "draws"} <= set(found)
    assert "identity" not in found


def test_a_replication_that_cannot_be_made_again_is_told(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(sim.model, "simulate", broken)
    result = verify(made, "-n", 1)
    assert result.exit_code == 1
    assert "replications: replication 0: RuntimeError: no such luck" in result.stdout


def test_a_damaged_run_and_one_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    change_manifest(folder, lambda whole: whole.update(model_version="1"))
    older = verify(folder)
    assert older.exit_code == 3
    assert "model version: is 1, of this program" in older.stderr
    (folder / "weekly.parquet").write_bytes(b"nothing")
    damaged = type_in("verify", folder, tmp_path / "nowhere")
    assert damaged.exit_code == 3
    assert "weekly.parquet is missing or not as it was written" in damaged.stderr
    assert "nowhere is not a whole run" in damaged.stderr


def test_other_versions_are_told_and_rounding_allowed(folder: Path) -> None:
    change_manifest(folder, lambda whole: whole["versions"].update(numpy="1.0"))

    def change(frame: pd.DataFrame) -> None:
        frame["value"] *= 1 + 1e-12

    change_table(folder, "measures", change)
    found = told(verify(folder, "-n", 1, "--json"))
    assert found["holds"]
    assert [text.split()[0] for text in found["other_versions"]] == ["numpy"]


def test_where_tables_first_differ() -> None:
    old = pd.DataFrame({"name": ["a", "b"], "value": [1.0, np.nan], "count": [1, 2]})
    assert first_difference(old, old.copy()) == ""
    assert first_difference(old, old.assign(value=[1.0, 0.0])) == "value in row 1 is nan, was made as 0.0 (b)"
    nearly = old.assign(value=old["value"] * (1 + 1e-12))
    assert first_difference(old, nearly).startswith("value in row 0")
    assert first_difference(old, nearly, ROUNDING) == ""
    assert first_difference(old, old.assign(count=[1, 3]), ROUNDING).startswith("count in row 1")
    assert first_difference(old, old[:1]) == "2 rows are kept, 1 were made"
    assert first_difference(old, old[["name"]]).startswith("columns")
