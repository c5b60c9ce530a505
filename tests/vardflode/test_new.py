import json
import pathlib
import re

import pytest
from click.testing import CliRunner, Result

from scenarios.levers import differences
from scenarios.load import resolve
from scenarios.starting_file import SCHEMA_FILE, SHOWN
from vardflode.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def vardflode(*args: str) -> Result:
    return CliRunner().invoke(main, list(args))


def uncommented(text: str) -> str:
    """The file with every value taken into use, and what is to be read still a comment."""
    first, *lines = text.splitlines()
    return "\n".join(
        [first, *(re.sub(r"^#(#*) ", lambda mark: mark[1] and f"{mark[1]} ", line) for line in lines)]
    )


def test_it_writes_a_file_and_the_schema_beside_it_and_says_what_to_do_next(folder: pathlib.Path):
    result = vardflode("new", "mine", "--extends", "summer-staffing")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [SCHEMA_FILE, "mine.yaml"]
    assert [line.strip() for line in result.stderr.splitlines()[1:]] == [
        "vardflode check mine.yaml",
        "vardflode run mine.yaml",
        "vardflode compare summer-staffing mine.yaml",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["mine.yaml", SCHEMA_FILE]


@pytest.mark.parametrize("parent", ["decision-2026", "waves", "records-shock"])
def test_the_file_passes_the_strictest_check_and_changes_nothing_yet(parent: str):
    vardflode("new", "mine", "--extends", parent)
    assert vardflode("check", "--strict", "mine.yaml").exit_code == 0
    assert list(differences(resolve(parent), resolve("mine.yaml"))) == []


@pytest.mark.parametrize("parent", ["decision-2026", "more-streams", "flu-and-july", "late-guidelines"])
def test_its_comments_are_the_parents_own_values(parent: str, folder: pathlib.Path):
    vardflode("new", "mine", "--extends", parent)
    text = uncommented((folder / "mine.yaml").read_text(encoding="utf-8"))
    (folder / "used.yaml").write_text(text, encoding="utf-8")
    used = resolve("used.yaml")
    assert list(differences(resolve(parent), used)) == []
    own = {key for key, place in used.origin.items() if place.startswith("used.yaml:")}
    assert {f"streams.{name}.patients" for name in used.scenario.streams} <= own
    assert {key for key in SHOWN if "*" not in key} - own == {"transfer.cap_new_patients_per_unit_per_week"}


def test_a_value_that_is_taken_into_use_is_changed(folder: pathlib.Path):
    vardflode("new", "mine")
    path = folder / "mine.yaml"
    text = path.read_text(encoding="utf-8")
    for line in ("transfer:", "  ramp_weeks: 26"):
        assert text.count(f"\n# {line}") == 1
        text = text.replace(f"\n# {line}", f"\n{line}")
    path.write_text(text.replace("\n  ramp_weeks: 26", "\n  ramp_weeks: 12"), encoding="utf-8")
    assert [".".join(key) for key in differences(resolve("decision-2026"), resolve("mine.yaml"))] == [
        "transfer.ramp_weeks"
    ]


def test_editors_find_the_schema_from_the_first_line(folder: pathlib.Path):
    vardflode("new", "mine")
    first = (folder / "mine.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA_FILE}"
    schema = (folder / SCHEMA_FILE).read_text(encoding="utf-8")
    assert json.loads(schema) == json.loads(vardflode("schema").stdout)


def test_a_schema_that_is_out_of_date_is_made_anew_and_one_that_is_not_is_left(folder: pathlib.Path):
    (folder / SCHEMA_FILE).write_bytes(b"\xff old")
    assert vardflode("new", "one").stdout.splitlines() == [SCHEMA_FILE, "one.yaml"]
    assert vardflode("new", "two").stdout.splitlines() == ["two.yaml"]


def test_a_parent_may_be_a_file_with_a_hostile_name(folder: pathlib.Path):
    parent = folder / "deep" / "a: 'b' #\u202e\n.yaml"
    parent.parent.mkdir()
    parent.write_text("name: mother\nextends: decision-2026\nhorizon_years: 2\n", encoding="utf-8")
    result = vardflode("new", "mine", "--extends", f"deep/{parent.name}")
    assert result.exit_code == 0
    assert "\u202e" not in result.output
    assert "\u202e" not in (folder / "mine.yaml").read_text(encoding="utf-8")
    assert resolve("mine.yaml").scenario.horizon_years == 2
    assert vardflode("check", "--strict", "mine.yaml").exit_code == 0


@pytest.mark.parametrize("name", ["123", "null", "true", "1e5", "2026-03-02", "0x1f", "a" * 60])
def test_every_name_that_a_scenario_may_have_can_be_written(name: str):
    assert vardflode("new", name).exit_code == 0
    assert resolve(f"{name}.yaml").scenario.name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Mine",
        "-mine-",
        "mitt förslag",
        "a/b",
        "../up",
        "a\\b",
        "mine.yaml",
        ".",
        "a" * 61,
        "a\x00b",
        "a\n",
    ],
)
def test_other_names_are_refused_with_the_rule(name: str, folder: pathlib.Path):
    result = vardflode("new", "--", name)
    assert result.exit_code == 3
    assert result.stderr.startswith("NAME: must be 1 to 60 of a-z, 0-9 and -, not first -")
    assert list(folder.iterdir()) == []


def test_the_name_of_a_scenario_that_comes_along_is_taken():
    result = vardflode("new", "waves")
    assert result.exit_code == 3
    assert result.stderr.startswith("NAME: waves is a scenario that comes along; choose another name\n")


@pytest.mark.parametrize("dangling", [False, True])
def test_what_is_there_is_never_overwritten(folder: pathlib.Path, dangling: bool):
    path = folder / "mine.yaml"
    path.symlink_to(folder / "elsewhere") if dangling else path.write_text("precious", encoding="utf-8")
    result = vardflode("new", "mine")
    assert result.exit_code == 3
    assert result.stderr.startswith("mine.yaml: is already there; choose another name")
    assert path.is_symlink() if dangling else path.read_text(encoding="utf-8") == "precious"
    assert [found.name for found in folder.iterdir()] == ["mine.yaml"]


def test_all_that_is_wrong_is_told_at_once(folder: pathlib.Path):
    result = vardflode("new", "Mine", "--extends", "decison-2026")
    assert result.exit_code == 3
    assert "NAME: must be" in result.stderr
    assert "no scenario 'decison-2026'; did you mean decision-2026?" in result.stderr
    assert result.stderr.splitlines()[-1] == "2 faults."
    assert vardflode("new", "mine", "--extends", "nowhere.yaml").exit_code == 3
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(folder: pathlib.Path):
    (folder / SCHEMA_FILE).mkdir()
    result = vardflode("new", "mine")
    assert result.exit_code == 3
    assert result.stderr.startswith(f"{SCHEMA_FILE}: cannot be written: ")
    assert [path.name for path in folder.iterdir()] == [SCHEMA_FILE]
