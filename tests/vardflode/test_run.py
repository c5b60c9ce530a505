"""`vardflode run` as its user meets it: reuse, extension, damage, interruption, plan and outcome."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import SmallRegion
from vardflode.cli import main
from vardflode.runs import make_run

SMALL = str(Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml")


def run(out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", SMALL, "-j", "1", "--out", str(out), *arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    assert run(out, "-n", "2").exit_code == 0
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A run of two replications that a test may spoil."""
    shutil.copytree(made, tmp_path / "runs")
    return tmp_path / "runs"


def folder(out: Path) -> Path:
    (found,) = out.iterdir()
    return found


def replications(out: Path) -> list[int]:
    found: list[int] = json.loads((folder(out) / "manifest.json").read_text(encoding="utf-8"))["replications"]
    return found


def test_a_whole_run_is_reused(out: Path):
    result = run(out, "-n", "2", "--json")
    assert result.exit_code == 0
    assert "reused" in result.stderr
    assert json.loads(result.stdout)["replications"] == 2


def test_fewer_replications_are_the_first_ones(out: Path):
    two, one = (json.loads(run(out, "-n", n, "--json").stdout) for n in ("2", "1"))
    assert (two["replications"], one["replications"]) == (2, 1)
    assert replications(out) == [0, 1]


def test_a_run_is_extended_and_equals_one_made_at_once(out: Path, tmp_path: Path):
    grown = run(out, "-n", "3", "--json")
    assert "added 1 replication to the 2" in grown.stderr
    at_once = run(tmp_path / "other", "-n", "3", "--json")
    assert grown.stdout == at_once.stdout


def test_visits_are_kept_for_every_replication_once_asked_for(out: Path):
    assert run(out, "-n", "1", "--visits").exit_code == 0
    assert replications(out) == [0, 1]
    assert run(out, "-n", "3").exit_code == 0
    assert (folder(out) / "visits.parquet").is_file()
    assert replications(out) == [0, 1, 2]


def test_fresh_loses_no_replication(out: Path):
    result = run(out, "-n", "1", "--fresh")
    assert "--fresh was asked for" in result.stderr
    assert replications(out) == [0, 1]


@pytest.mark.parametrize("name", ["measures.parquet", "weekly.parquet", "transfers.csv", "scenario.yaml"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_a_damaged_run_is_made_anew(out: Path, name: str, harm: str):
    path = folder(out) / name
    path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes()[:50])
    result = run(out, "-n", "2")
    assert result.exit_code == 0, result.stderr
    assert "anew" in result.stderr
    assert name in result.stderr
    assert replications(out) == [0, 1]


@pytest.mark.parametrize("manifest", ["", "[]", "{", '{"schema_version": 1}', '{"schema_version": 99}'])
def test_a_folder_without_a_good_manifest_is_no_result(out: Path, manifest: str):
    (folder(out) / "manifest.json").write_text(manifest, encoding="utf-8")
    assert run(out, "-n", "1").exit_code == 0
    assert replications(out) == [0]


def test_an_output_that_cannot_be_written_is_said_before_any_work(tmp_path: Path):
    (tmp_path / "file").touch()
    result = run(tmp_path / "file" / "below", "-n", "1")
    assert result.exit_code == 3
    assert "choose another folder with --out" in result.stderr


def test_the_scenario_s_own_share_of_the_uplift_is_told(tmp_path: Path):
    result = run(tmp_path, "-n", "1", "--set", "money.available_share=0.3")
    assert result.exit_code == 0, result.stderr
    assert "\n30 %, " in result.stdout


def test_what_a_plan_asks_for_in_vain_is_told(tmp_path: Path):
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "sender,area,stream,week,patients\nSU,,triptorelin,3,500\nSU,,iron,900,5\n", encoding="utf-8"
    )
    result = run(tmp_path / "runs", "-n", "1", "--plan", str(plan))
    assert result.exit_code == 0, result.stderr
    assert "triptorelin week 3: 500 agreed" in result.stderr
    assert "week 900 lies after the last week" in result.stderr


def test_a_failed_replication_is_left_out_and_the_rest_is_saved(
    tmp_path: Path, small_region: SmallRegion, monkeypatch: pytest.MonkeyPatch
):
    import sim.model

    simulate = sim.model.simulate

    def fails_once(resolved, seed, replication):
        if replication == 1:
            raise RuntimeError("no luck")
        return simulate(resolved, seed, replication)

    monkeypatch.setattr("sim.model.simulate", fails_once)
    result = make_run(small_region(), replications=3, workers=1, out=tmp_path)
    assert result.run is not None
    assert result.run.replications == [0, 2]
    assert [number for number, _ in result.failures] == [1]
    assert "no luck" in result.failures[0][1]


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a process group are another matter there")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_what_is_finished_and_leaves_no_half_result(tmp_path: Path, workers: str):
    command = [
        sys.executable,
        "-m",
        "vardflode",
        "run",
        SMALL,
        "-n",
        "500",
        "-j",
        workers,
        "--out",
        str(tmp_path / "runs"),
    ]
    messages = tmp_path / "messages"
    with messages.open("w") as stderr:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr)
    while child.poll() is None and "0 of 500" not in messages.read_text():
        time.sleep(0.1)
    time.sleep(4)
    child.send_signal(signal.SIGINT)
    child.wait(timeout=120)
    told = messages.read_text()
    assert child.returncode == 130, told
    assert "Traceback" not in told
    assert all((found / "manifest.json").is_file() for found in (tmp_path / "runs").iterdir())
