"""`vardflode compare` as its user meets it: whose runs are used, made or refused, and what is told of them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from click.testing import CliRunner, Result

import vardflode
from results.store import open_run
from scenarios.load import resolve
from vardflode.cli import main
from vardflode.runs import make_run

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "small-area.yaml"
UNITS = 4  # and few streams, so that runs are made and written soon
LEFT_OUT = ("fulvestrant", "goserelin", "zoledronate", "denosumab", "methadone")
TITLE = '=HYPERLINK("http://x") [/bold] <script> $\\frac12$'


class Place(NamedTuple):
    """Two scenarios that differ in two levers, and the folder of their runs."""

    base: str
    july: str
    runs: Path


def type_in(place: Place, *words: Any, names: tuple[Any, ...] | None = None) -> Result:
    given = (place.base, place.july) if names is None else names
    arguments = ["compare", *given, "-j", "1", "--runs", place.runs, *words]
    return CliRunner().invoke(main, list(map(str, arguments)), prog_name="vardflode")


def data(result: Result) -> dict[str, Any]:
    assert result.exit_code in (0, 4), result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scenarios")
    register = EXAMPLE.with_name("small-units.csv").read_text(encoding="utf-8").splitlines()
    (folder / "units.csv").write_text("\n".join(register[: UNITS + 1]), encoding="utf-8")
    (folder / "base.yaml").write_text(
        f"name: base\nextends: {os.path.relpath(EXAMPLE, folder)}\nunits: units.csv\nwarm_up_weeks: 2\n"
        f"streams: {{{', '.join(f'{name}: null' for name in LEFT_OUT)}}}\n",
        encoding="utf-8",
    )
    (folder / "july.yaml").write_text(
        f"name: july\nextends: base.yaml\ntitle: {{en: {json.dumps(TITLE)}, sv: Juli}}\n"
        "staffing: {periods: {july: {staff_share: 0.3}}}\nbooking: {bookable_share: 0.3}\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def made(scenarios: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Result]:
    """The two scenarios compared for the first time, and what was said."""
    place = Place(str(scenarios / "base.yaml"), str(scenarios / "july.yaml"), tmp_path_factory.mktemp("runs"))
    result = type_in(place, "-n", 2, "--json")
    assert result.exit_code == 0, result.stderr
    return place, result


@pytest.fixture
def place(made: tuple[Place, Result]) -> Place:
    """Runs of two replications, which a test may use and not change."""
    return made[0]


@pytest.fixture
def own(place: Place, tmp_path: Path) -> Place:
    """A copy of the runs that a test may add to."""
    shutil.copytree(place.runs, tmp_path / "runs")
    return place._replace(runs=tmp_path / "runs")


def folder(place: Place, name: str) -> Path:
    """The run of a scenario as it is, not under another calibration."""
    (found,) = (path for path in place.runs.glob(f"{name}-*") if load_factor(path) == "1.29")
    return found


def load_factor(run: Path) -> str:
    found = re.search(
        r"load_factor:\s+\{?value: ([0-9.]+)", (run / "scenario.yaml").read_text(encoding="utf-8")
    )
    assert found is not None
    return found[1]


# --- runs are made, reused, extended ----------------------------------------------------------------


def test_runs_are_made_under_both_calibrations_and_it_is_said(made: tuple[Place, Result]) -> None:
    place, result = made
    for name in (
        place.base,
        place.july,
        "base as tight as tight-everywhere",
        "july as tight as tight-everywhere",
    ):
        assert f"{name}: made 2 replications; " in result.stderr
    assert sorted(load_factor(run) for run in place.runs.iterdir()) == ["1.29", "1.29", "1.61", "1.61"]


def test_asked_again_runs_are_reused_and_the_bytes_are_equal(made: tuple[Place, Result]) -> None:
    place, first = made
    again = type_in(place, "-n", 2, "--json")
    assert again.stderr.count("reused: the run already holds 2 replications") == 4
    assert "made" not in again.stderr
    assert again.stdout == first.stdout


def test_folders_are_used_as_they_are(made: tuple[Place, Result]) -> None:
    place, first = made
    again = type_in(place, "--json", names=(folder(place, "base"), folder(place, "july")))
    assert again.stdout == first.stdout
    assert "2 replications; " in again.stderr  # of those under the other calibration
    assert "base:" not in again.stderr


def test_a_run_is_extended_and_runs_are_compared_over_what_all_hold(own: Place) -> None:
    first = type_in(own, "-n", 2, "--json", "--calibration", "none")
    more = type_in(own, "-n", 3, "--json", "--calibration", "none", names=(own.base, own.base))
    assert "base.yaml: added 1 replication to the 2 there were" in more.stderr
    assert data(more)["differences"] == []
    result = type_in(own, "--json", "--calibration", "none", names=(folder(own, "base"), folder(own, "july")))
    assert "compared over the first 2 replications that all hold: base holds 3, july holds 2" in result.stderr
    assert data(result)["replications"] == 2
    assert result.stdout == first.stdout


def test_a_scenario_takes_seed_and_number_from_the_folder_beside_it(own: Place) -> None:
    found = data(type_in(own, "--json", "--calibration", "none", names=(folder(own, "base"), own.july)))
    assert (found["seed"], found["replications"]) == (1, 2)
    assert len(list(own.runs.iterdir())) == 4


def test_without_others_in_view_no_second_calibration_is_run(place: Place, tmp_path: Path) -> None:
    result = type_in(place._replace(runs=tmp_path), "-n", 1, "--measure", "cost_msek_per_year")
    assert result.exit_code == 0, result.stderr
    assert len(list(tmp_path.iterdir())) == 2
    assert "OTHER PATIENTS" not in result.stdout


# --- what is refused ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seed_2(scenarios: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the baseline's scenario with another seed."""
    out = tmp_path_factory.mktemp("seed-2")
    made = make_run(resolve(scenarios / "base.yaml"), replications=2, seed=2, workers=1, out=out).run
    assert made is not None
    return made.folder


def test_what_is_no_pair_is_refused_all_at_once(own: Place, seed_2: Path) -> None:
    manifest = folder(own, "july") / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8")) | {"model_version": "0"}
    manifest.write_text(json.dumps(told), encoding="utf-8")
    result = type_in(own, "--years", 2, names=(folder(own, "base"), seed_2, manifest.parent, own.july))
    assert result.exit_code == 3
    assert result.stdout == ""
    faults = result.stderr.splitlines()
    assert any("seed: is 2, of " in fault and "--unpaired" in fault for fault in faults)
    assert any("model version: is 0, of " in fault and "run the scenario" in fault for fault in faults)
    assert any("july.yaml: horizon_years: is 2, of " in fault and "--years" in fault for fault in faults)
    assert any("--calibration none" in fault for fault in faults)
    assert faults[-1] == "4 faults."


def test_every_name_that_stands_for_nothing_is_told(place: Place) -> None:
    result = type_in(place, "--measure", "cost_msek", names=("no/such/run", "decision-2062", place.base))
    assert result.exit_code == 3
    assert "no/such/run is not a whole run" in result.stderr
    assert "did you mean decision-2026?" in result.stderr
    assert "--measure: cost_msek: no such measure; did you mean" in result.stderr
    assert "3 faults." in result.stderr


def test_options_for_scenarios_that_no_run_fulfils_are_refused(place: Place) -> None:
    names = (folder(place, "base"), folder(place, "july"))
    result = type_in(place, "--seed", 9, "--years", 1, names=names)
    assert result.exit_code == 3
    assert result.stderr.count("--seed: asks for 9, and this run has 1") == 2
    assert "--years" not in result.stderr


def test_usage(place: Place) -> None:
    assert type_in(place, names=(place.base,)).exit_code == 2
    assert type_in(place, "--unpaired", "--explain").exit_code == 2


@pytest.mark.parametrize("option", ["--csv", "--excel"])
def test_a_file_that_cannot_be_written_is_said_before_any_work(
    place: Place, option: str, tmp_path: Path
) -> None:
    unmade = place._replace(runs=tmp_path / "runs")
    for path, why in ((tmp_path, "is a folder"), (tmp_path / "no" / "file", "cannot be written")):
        result = type_in(unmade, option, path)
        assert result.exit_code == 3
        assert why in result.stderr
    assert not unmade.runs.exists()


def test_excel_without_its_library_says_what_to_install(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "xlsxwriter" else found(name)
    )
    result = type_in(place, "--excel", "compared.xlsx")
    assert result.exit_code == 3
    assert 'pip install "vardflode[report]"' in result.stderr


# --- different seeds ----------------------------------------------------------------------------------


def test_runs_of_different_seeds_are_compared_unpaired_and_it_is_said(place: Place, seed_2: Path) -> None:
    names = (folder(place, "base"), seed_2)
    text = type_in(place, "--unpaired", "--calibration", "none", names=names)
    assert "not paired, intervals after Welch" in text.stdout
    found = data(type_in(place, "--unpaired", "--calibration", "none", "--json", names=names))
    assert (found["paired"], found["seed"]) == (False, None)
    hashes = [json.loads((path / "manifest.json").read_text(encoding="utf-8"))["hash"][:12] for path in names]
    assert [run["name"] for run in found["runs"]] == [f"base-{digest}" for digest in hashes]
    assert found["values"] == []


def test_runs_of_one_seed_are_not_independent(place: Place) -> None:
    result = type_in(place, "--unpaired")
    assert result.exit_code == 3
    assert "not independent; leave out --unpaired" in result.stderr


# --- what is told -------------------------------------------------------------------------------------


def test_text_tells_values_beside_results_and_displacement_under_both(place: Place) -> None:
    text = type_in(place, "-n", 2).stdout
    assert f"\n{TITLE} (july)\n" in text
    lines = text.splitlines()
    assert any(line.split() == ["booking.bookable_share", "0.65", "0.3", "assumption"] for line in lines)
    for title in (
        "IN SHORT",
        "VALUES THAT DIFFER",
        "LOAD AT THE UNITS",
        "DOSES",
        "OTHER PATIENTS",
        "SKILL",
        "MONEY",
    ):
        assert title in lines
    others = lines[lines.index("OTHER PATIENTS") :]
    assert [line.split()[-1] == "distinguishable" or "tight-everywhere" in line for line in others[2:4]] == [
        True
    ] * 2
    assert any("Others' visits displaced at most" in line for line in others)
    assert "not distinguishable" in text


def test_left_out_the_second_calibration_is_missed(place: Place) -> None:
    text = type_in(place, "-n", 2, "--calibration", "none")
    assert "nothing can be concluded" in text.stdout
    plain = type_in(place, "-n", 2, "--calibration", "none", "--json")
    assert "nothing can be concluded" in plain.stderr
    assert data(plain)["displacement"] == []


def test_scenarios_of_different_tightness_are_told_apart_from_it(own: Place, scenarios: Path) -> None:
    """Each under the other's calibration is the other, so that nothing else differs and nothing more is run."""
    tight = own.runs.parent / "tight.yaml"
    levels = "load_factor: {value: 1.61, grade: derived}, unit_load_cv: {value: 0.05, grade: assumption}"
    base = os.path.relpath(scenarios / "base.yaml", tight.parent)
    tight.write_text(f"name: tight\nextends: {base}\nbackground: {{{levels}}}\n", encoding="utf-8")
    result = type_in(own, "-n", 2, "--json", names=(own.base, tight))
    assert len(list(own.runs.iterdir())) == 5
    found = data(result)
    assert {row["calibration"] for row in found["displacement"]} == {"decision-2026", "tight-everywhere"}
    assert all(row["mean"] == 0 for row in found["displacement"])
    assert any(row["name"] == "background_within_guarantee_share" for row in found["differences"])
    assert "The scenarios differ in this themselves" in type_in(own, "-n", 2, names=(own.base, tight)).stdout


def test_csv_and_workbook_hold_what_is_told_and_nothing_that_acts(place: Place, tmp_path: Path) -> None:
    rows, book = tmp_path / "rows.csv", tmp_path / "book.xlsx"
    result = type_in(place, "-n", 2, "--json", "--all", "--csv", rows, "--excel", book)
    found = data(result)
    content = rows.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(read) == len(found["differences"]) + len(found["displacement"])
    assert not any(cell.startswith(("=", "+", "@")) for row in read for cell in row.values())
    sheets = openpyxl.load_workbook(book)
    assert all(cell.data_type != "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)
    assert TITLE in [row[2].value for row in sheets["Provenance"].iter_rows()]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.xlsx", "rows.csv"]
    assert {row["window"] for row in found["differences"]} == {"year1", "2026", "2027"}
    assert any(row["mean"] == 0 for row in found["differences"])


def test_levers_explain_the_difference_and_add_up(own: Place) -> None:
    chosen = ("-n", 2, "--measure", "utilisation", "--measure", "on_time_share", "--explain")
    text = type_in(own, *chosen)
    assert "WHAT EACH LEVER ADDS" in text.stdout
    found = data(type_in(own, *chosen, "--json"))
    parts = found["explained"]
    assert {part["lever"] for part in parts} == {"diary", "periods", "total"}
    for difference in found["differences"]:
        if difference["scope"] == "region" and not difference["key"]:
            mine = {part["lever"]: part["mean"] for part in parts if part["name"] == difference["name"]}
            assert mine["diary"] + mine["periods"] == pytest.approx(mine["total"], abs=1e-12)
            assert mine["total"] == pytest.approx(difference["mean"], abs=1e-12)


def test_what_cannot_be_explained_is_refused_before_any_work(place: Place, tmp_path: Path) -> None:
    many = tmp_path / "many.yaml"
    base = os.path.relpath(place.base, tmp_path)
    changed = (
        "transfer: {ramp_weeks: 9}\nstaffing: {sick_absence_share: 0.2, nurse_fte_factor: 2}\ntravel: "
        "{within_municipality_km: 5}\nbooking: {bookable_share: 0.5}\nclinic: {overtime_limit_minutes: 60}"
    )
    many.write_text(f"name: many\nextends: {base}\n{changed}\n", encoding="utf-8")
    unmade = place._replace(runs=tmp_path / "runs")
    result = type_in(unmade, "--explain", names=(place.base, many))
    assert result.exit_code == 3
    assert "differ in 6 levers" in result.stderr
    assert not unmade.runs.exists()


def test_everything_is_told_in_words_too(place: Place) -> None:
    lines = type_in(place, "-n", 2, "--all", "--calibration", "none").stdout.splitlines()
    assert any(line.startswith("  2027, area ") for line in lines)
    assert any(line.startswith("  out of hours") and "undefined in base and july" in line for line in lines)
    assert any(line.endswith("equal") for line in lines)


# --- when something goes wrong on the way --------------------------------------------------------------


def break_replication_1(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    import sim.model

    simulate = sim.model.simulate

    def breaks(resolved: Any, seed: int, replication: int) -> Any:
        if replication == 1:
            raise error
        return simulate(resolved, seed, replication)

    monkeypatch.setattr("sim.model.simulate", breaks)


def test_failed_replications_are_left_out_of_all(own: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder(own, "july"))
    break_replication_1(monkeypatch, RuntimeError("no luck"))
    result = type_in(own, "-n", 2, "--json", "--calibration", "none")
    assert result.exit_code == 4
    assert "replication 1 failed and is left out: RuntimeError: no luck" in result.stderr
    assert data(result)["replications"] == 1
    assert all(row["ci_low"] is None for row in data(result)["differences"])


def test_ctrl_c_keeps_what_is_finished(own: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(folder(own, "july"))
    break_replication_1(monkeypatch, KeyboardInterrupt())
    result = type_in(own, "-n", 2, "--calibration", "none")
    assert result.exit_code == 130
    assert "what was finished is kept" in result.stderr
    assert open_run(folder(own, "july")).replications == [0]


def test_it_is_part_of_the_python_api(place: Place) -> None:
    found = vardflode.compare(
        [folder(place, "base"), place.july], calibration=None, workers=1, runs=place.runs
    )
    assert found.comparison.replications == 2
    assert [run.folder.name for run in found.runs] == [folder(place, name).name for name in ("base", "july")]
