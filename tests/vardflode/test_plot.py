from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from results.figures import FIGURES
from results.store import NotARun, Run, open_run
from scenarios.faults import InputError
from scenarios.load import Resolved
from vardflode.cli import main
from vardflode.find_run import find_run
from vardflode.runs import make_run

SmallRegion = Callable[..., Resolved]


@pytest.fixture(scope="module")
def made(small_region: SmallRegion, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of a small region, in a folder of its own."""
    out = tmp_path_factory.mktemp("made")
    run = make_run(small_region("streams.iron.patients=3"), replications=1, workers=1, out=out).run
    assert run is not None
    return run


@pytest.fixture(autouse=True)
def one_quick_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("results.figures.FIGURES", ("weekly_load",))
    monkeypatch.setattr("results.figures.FORMATS", ("svg",))


def type_in(*words: Any) -> Result:
    return CliRunner().invoke(main, ["plot", *map(str, words)], prog_name="vardflode")


def copy(run: Run, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for path in run.folder.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_figures_go_into_the_run_and_their_paths_to_stdout(
    made: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy(made, tmp_path / "runs" / "mine")
    monkeypatch.chdir(tmp_path)
    told = type_in("runs/mine")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines() == ["runs/mine/figures/weekly_load.svg"]
    assert all((tmp_path / line).is_file() for line in told.stdout.splitlines())
    assert type_in("mine").stdout == told.stdout  # a folder in runs/ needs no runs/
    monkeypatch.chdir(folder / "figures")
    assert type_in(folder).stdout.splitlines() == ["weekly_load.svg"]


def test_several_runs_have_a_folder_each(made: Run, tmp_path: Path) -> None:
    first, second = copy(made, tmp_path / "a"), copy(made, tmp_path / "b")
    out = tmp_path / "figures"
    told = type_in(first, second, first, "--out", out)
    assert told.exit_code == 0, told.stderr
    assert told.stdout.splitlines() == [str(out / run / "weekly_load.svg") for run in ("a", "b")]
    same_name = copy(made, tmp_path / "elsewhere" / "a")
    told = type_in(first, same_name, "--out", out)
    assert told.exit_code == 2
    assert "folders of the same name" in told.stderr


def test_one_run_is_drawn_into_the_folder_itself(made: Run, tmp_path: Path) -> None:
    told = type_in(made.folder, "--out", tmp_path / "here")
    assert told.stdout.splitlines()[0] == str(tmp_path / "here" / "weekly_load.svg")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no/such/run", "no manifest.json"),
        ("../../etc", "no manifest.json"),
        ("decision-2026", "make one: vardflode run decision-2026"),
        ("decision-2062", "did you mean decision-2026?"),
        ("x" * 5000, "xxx"),
    ],
)
def test_a_run_that_is_not_there_is_named(name: str, message: str, tmp_path: Path) -> None:
    told = type_in(name, "--runs", tmp_path)
    assert told.exit_code == 3, told.exception
    assert message in told.stderr
    assert told.stdout == ""


def test_every_missing_run_is_told_at_once(made: Run, tmp_path: Path) -> None:
    told = type_in(made.folder, "no/such", "no/other", "--out", tmp_path / "figures")
    assert told.exit_code == 3
    assert "no/such" in told.stderr
    assert "no/other" in told.stderr
    assert not (tmp_path / "figures").exists()


def test_a_run_that_is_not_whole_is_refused(made: Run, tmp_path: Path) -> None:
    folder = copy(made, tmp_path / "half")
    (folder / "weekly.parquet").unlink()
    told = type_in(folder)
    assert told.exit_code == 3
    assert "weekly.parquet" in told.stderr
    (folder / "manifest.json").write_text("{")
    told = type_in(folder)
    assert told.exit_code == 3
    assert "manifest.json cannot be read" in told.stderr


def test_a_place_that_cannot_be_written_is_named(made: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = type_in(made.folder, "--out", tmp_path / "file" / "figures")
    assert told.exit_code == 3
    assert "cannot be written" in told.stderr


def test_a_scenarios_name_means_its_newest_run_as_it_is_today(
    made: Run, small_region: SmallRegion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    for folder, hour in (("older", 1), ("newest", 3), ("between", 2)):
        manifest = copy(made, tmp_path / folder) / "manifest.json"
        content = json.loads(manifest.read_text(encoding="utf-8")) | {
            "made": f"2026-03-02T0{hour}:00:00+00:00"
        }
        manifest.write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "half").mkdir()
    today = made.resolved()
    monkeypatch.setattr("vardflode.find_run.resolve", lambda name: today)
    assert find_run("decision-2026", tmp_path).folder == tmp_path / "newest"
    changed = small_region("streams.iron.patients=4")
    monkeypatch.setattr("vardflode.find_run.resolve", lambda name: changed)
    with pytest.raises(NotARun, match=r"only of other values .* such as .*newest"):
        find_run("decision-2026", tmp_path)


def test_a_run_is_found_by_the_scenario_it_was_made_from(made: Run) -> None:
    """The hash in the manifest and the digest of the stored scenario say the same."""
    from vardflode.find_run import _is_of

    assert _is_of(made, made.resolved())
    assert open_run(made.folder).resolved().digest() == made.resolved().digest()


def test_an_unknown_scenario_is_a_fault_of_input(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        find_run("no-such-scenario", tmp_path)


def test_help_begins_with_examples() -> None:
    assert type_in("--help").output.startswith("Examples:\n  vardflode plot decision-2026\n")


def test_the_figures_have_names() -> None:
    assert FIGURES[0] == "weekly_load"
