import re
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


@pytest.fixture(scope="module")
def another(small_region: SmallRegion, made: Run) -> Run:
    """A run of another scenario beside it, with a replication more."""
    resolved = small_region("streams.iron.patients=6", "name=more-iron")
    run = make_run(resolved, replications=2, workers=1, out=made.folder.parent).run
    assert run is not None
    return run


@pytest.fixture(autouse=True)
def one_quick_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("results.figures.FIGURES", ("weekly_load",))
    monkeypatch.setattr("results.figures.compared.FIGURES", ("differences",))
    monkeypatch.setattr("results.figures.compared._maps", lambda *_: ([], ""))
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
    assert "copies of one run" in told.stderr  # so that there is nothing to compare
    same_name = copy(made, tmp_path / "elsewhere" / "a")
    told = type_in(first, same_name, "--out", out)
    assert told.exit_code == 2
    assert "folders of the same name" in told.stderr


def test_several_runs_are_held_against_the_first(
    made: Run, another: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = type_in(made.folder, another.folder, "--out", tmp_path)
    assert told.exit_code == 0, told.stderr
    of_runs = [str(tmp_path / run.folder.name / "weekly_load.svg") for run in (made, another)]
    of_both = [str(tmp_path / "comparison" / name) for name in ("differences.svg", "map.csv")]
    assert told.stdout.splitlines() == of_runs + of_both
    assert "compared over the first 1 replication that all hold" in told.stderr
    drawn = (tmp_path / "comparison" / "differences.svg").read_text(encoding="utf-8")
    assert f"Runs {made.folder.name} (baseline), {another.folder.name}" in drawn


def test_a_comparison_has_a_folder_of_its_own_beside_its_baseline(
    made: Run, another: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = copy(made, tmp_path / "runs" / "a"), copy(another, tmp_path / "runs" / "b")
    monkeypatch.chdir(tmp_path)
    folders = [Path(type_in(first, second).stdout.splitlines()[-1]).parent]
    folders.append(
        Path(type_in("b", "a").stdout.splitlines()[-1]).parent
    )  # a comparison is not taken for a run
    assert folders[0] != folders[1]  # since the first is the baseline
    for folder in folders:
        assert folder.parent == Path("runs")
        assert re.fullmatch(r"comparison-[0-9a-f]{8}", folder.name)
        assert (folder / "differences.svg").is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 2}, "their replications are no pairs"),
        ({"model_version": "1"}, "model version"),
        ({"replications": [7]}, "no replication in common"),
    ],
)
def test_runs_that_are_no_pairs_are_refused_before_anything_is_drawn(
    made: Run, another: Run, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    import json

    changed = copy(another, tmp_path / "changed")
    manifest = json.loads((changed / "manifest.json").read_text(encoding="utf-8")) | change
    (changed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = type_in(made.folder, changed, "--out", tmp_path / "figures")
    assert told.exit_code == 3
    assert message in told.stderr
    assert not (tmp_path / "figures").exists()


def test_more_runs_than_can_be_told_apart_are_refused(
    made: Run, another: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.figures.compared.marks.MARKS", ("only one",))
    told = type_in(made.folder, another.folder, "--out", tmp_path / "figures")
    assert told.exit_code == 2
    assert "tell 1 runs apart, not 2" in told.stderr
    assert not (tmp_path / "figures").exists()


def test_what_a_map_lacks_is_said_beside_the_paths(
    made: Run, another: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("results.figures.compared._maps", lambda *_: ([], 'pip install "vardflode[report]"'))
    told = type_in(made.folder, another.folder, "--out", tmp_path)
    assert told.exit_code == 0
    assert 'pip install "vardflode[report]"' in told.stderr


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
