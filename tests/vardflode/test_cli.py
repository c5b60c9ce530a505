import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from scenarios.lineage import library
from vardflode.cli import COMMANDS, main
from vardflode.command import Lazy

HEAVY = ("matplotlib", "numba", "numpy", "pandas", "pydantic", "rich", "ruamel", "scipy", "simpy")
WORKING = sorted(name for name, command in COMMANDS.items() if command.works)


def vardflode(*args: str, **env: str) -> Result:
    return CliRunner().invoke(main, list(args), env=env)


def process(*args: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "vardflode", *args]
    return subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


# --- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("args", [(), ("--help",), ("-h",), *((name, "--help") for name in WORKING)])
def test_help_begins_with_examples(args: tuple[str, ...]):
    text = (result := vardflode(*args)).stdout or result.stderr
    lines = text.splitlines()
    assert lines[0] == "Examples:"
    examples = lines[1 : lines.index("")]
    assert 1 <= len(examples) <= 5
    assert all(line.startswith(("  vardflode ", "  # ")) for line in examples)
    assert text.index("Usage: vardflode") < text.index("Options:")


@pytest.mark.parametrize("name", WORKING)
def test_examples_name_options_that_exist(name: str):
    text = vardflode(name, "--help").stdout
    examples, _, rest = text.partition("\nUsage:")
    options = {word for word in examples.split() if word.startswith("-") and word != "-"}
    assert all(option in rest for option in options)


def test_help_lists_each_command_that_works_and_no_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(COMMANDS, "not-yet", Lazy("vardflode.commands.not_yet", "x", "Nothing."))
    text = vardflode("--help").stdout
    assert [line.split()[0] for line in text.partition("Commands:\n")[2].splitlines()] == [
        name for name in COMMANDS if name in WORKING
    ]
    assert vardflode("not-yet").exit_code == 2


def test_help_loads_nothing_that_takes_time():
    code = (
        "import sys, vardflode, vardflode.cli\n"
        "try: vardflode.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", WORKING)
def test_help_of_a_command_loads_nothing_that_takes_time_either(name: str):
    heavy = [module for module in HEAVY if module != "rich"]
    code = f"import sys, {COMMANDS[name].module}\nprint([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_version():
    assert vardflode("--version").stdout == f"vardflode, version {importlib.metadata.version('vardflode')}\n"


# --- what each kind of failure looks like from outside --------------------------------------------


def test_usage_errors_exit_with_2_and_a_suggestion():
    result = vardflode("chekc")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "No such command 'chekc'; did you mean check?" in result.stderr
    assert vardflode("check").exit_code == 2
    assert vardflode("list", "--langg").exit_code == 2


@pytest.fixture
def boom(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the command `boom` run a line of Python."""

    def defined(line: str) -> None:
        source = f"import click\nfrom scenarios.faults import *\n@click.command()\ndef boom():\n    {line}\n"
        (tmp_path / "boom_command.py").write_text(source, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "boom_command", raising=False)
        monkeypatch.setitem(COMMANDS, "boom", Lazy("boom_command", "boom", "Fails."))

    return defined


def test_an_internal_error_is_one_paragraph_and_exits_with_1(boom: Callable[[str], None]):
    boom("raise RuntimeError('\\x1b[31mred\\nand more')")
    result = vardflode("boom")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(
        "vardflode boom failed in a way that it should not (RuntimeError: \\x1b[31mred"
    )
    assert "`vardflode --traceback boom …`" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_traceback_is_shown_to_who_asks_for_it(boom: Callable[[str], None]):
    boom("raise RuntimeError('x')")
    assert isinstance(vardflode("--traceback", "boom").exception, RuntimeError)
    assert isinstance(vardflode("boom", VARDFLODE_TRACEBACK="1").exception, RuntimeError)


def test_faults_are_one_per_line_with_their_number_and_exit_with_3(boom: Callable[[str], None]):
    boom("raise InputError([Fault('b\\n.yaml', 2, 'k', 'wrong'), Fault('a.yaml', 0, '', 'worse')])")
    result = vardflode("boom")
    assert result.exit_code == 3
    assert result.stderr.splitlines() == ["a.yaml: worse", "b\\n.yaml:2: k: wrong", "2 faults."]


def test_ctrl_c_exits_with_130_and_one_line(boom: Callable[[str], None]):
    boom("raise KeyboardInterrupt")
    result = vardflode("boom")
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")
    boom("raise KeyboardInterrupt('Interrupted; 3 replications are kept.')")
    assert vardflode("boom").stderr == "Interrupted; 3 replications are kept.\n"


def test_a_command_chooses_its_own_exit_code(boom: Callable[[str], None]):
    boom("click.get_current_context().exit(4)")
    assert vardflode("boom").exit_code == 4


def test_a_broken_pipe_that_is_not_stdout_is_an_internal_error(boom: Callable[[str], None]):
    boom("raise BrokenPipeError('a worker died')")
    assert vardflode("boom").exit_code == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that breaks at once")
def test_a_reader_who_leaves_is_no_error():
    with process("show", "decision-2026") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith("key")
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 0


def test_python_m_vardflode_is_the_same_command():
    with process("list") as running:
        out, err = running.communicate()
    assert (running.returncode, err) == (0, "")
    assert out == vardflode("list").stdout


# --- the commands ---------------------------------------------------------------------------------


def test_check_says_what_there_is():
    names = ("decision-2026", "no-transfer", "tight-everywhere")
    result = vardflode("check", "--strict", *names)
    assert result.exit_code == 0
    assert result.stderr == ""
    for name, line in zip(names, result.stdout.splitlines(), strict=True):
        assert line.startswith(f"{name}: ok, ")
        assert "assumption" in line
        assert line.endswith(", 200 units, 8 streams")


def test_check_notes_numbers_without_evidence():
    result = vardflode("check", "decision-2026", "--set", "streams.iron.patients=200")
    assert result.exit_code == 0
    note = "1 number has no evidence and so counts as your assumption: streams.iron.patients"
    assert result.stderr == f"decision-2026: note: {note}\n"
    assert (
        vardflode("check", "--strict", "decision-2026", "--set", "streams.iron.patients=200").exit_code == 3
    )


def test_check_reports_the_faults_of_every_scenario_and_each_once():
    result = vardflode("check", "decision-2026", "nowhere", "no-transfer", "--set", "horizon_years=0")
    assert result.exit_code == 3
    assert result.stdout == "decision-2026: 1 fault\nnowhere: 1 fault\nno-transfer: 1 fault\n"
    assert result.stderr.splitlines() == [
        "--set: horizon_years: must be greater than or equal to 1, not 0",
        "nowhere: no scenario 'nowhere'; `vardflode list` shows them",
        "2 faults.",
    ]


def test_show_lists_every_value_by_section():
    result = vardflode("show", "decision-2026", "--set", "horizon_years=2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["key", "value", "grade", "range", "or", "source", "set", "at"]
    assert [line for line in lines if line and " " not in line][:4] == [
        "scenario",
        "calendar",
        "staffing",
        "clinic",
    ]
    rows = {line.split()[0]: line.split()[1:] for line in lines if "  " in line}
    assert rows["horizon_years"] == ["2", "--set"]
    assert rows["streams.triptorelin.patients"][:3] == ["770", "decision", "decision-2026-01-19"]
    assert rows["background.nurse_minutes"][:5] == ["25", "assumption", "15", "to", "35"]
    assert rows["background.nurse_minutes"][5].startswith("decision-2026.yaml:")


def test_show_why_answers_says_who():
    text = vardflode("show", "decision-2026", "--why", "streams.triptorelin.patients").stdout
    assert text.startswith(
        "streams.triptorelin.patients = 770\n  means   Patients under treatment at day zero.\n"
    )
    for part in ("grade   decision", "OSN 2025-00038", "set at  decision-2026.yaml:", "note    "):
        assert part in text
    price = vardflode("show", "decision-2026", "--why", "money.nurse_visit_sek").stdout
    assert "650 to 1300, 5th to 95th percentile, triangular" in price
    assert "prices  of 2012" in price


def test_show_why_of_a_section_tells_all_below():
    text = vardflode("show", "decision-2026", "--why", "clinic").stdout
    assert text.count("\n  means ") == 2
    assert vardflode("show", "decision-2026", "--why", "transfer.plan").stdout.startswith(
        "transfer.plan = null\n"
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("streams.triptorelin.pateints", "did you mean streams.triptorelin.patients?"),
        ("streams.irn", "did you mean streams.iron?"),
        ("strems", "did you mean streams?"),
        ("load_factor", "did you mean background.load_factor?"),
        ("qqqqqq", "show without --why lists them"),
        ("", "show without --why lists them"),
        ("a" * 5000, "show without --why lists them"),
        ("streams..iron", "did you mean"),
    ],
)
def test_show_why_of_an_unknown_key(key: str, expected: str):
    result = vardflode("show", "decision-2026", "--why", key)
    assert result.exit_code == 3
    assert expected in result.stderr
    assert result.stderr.startswith("--why: ")


def test_show_json():
    told = json.loads(vardflode("show", "decision-2026", "--json").stdout)
    assert list(told)[:2] == ["schema_version", "command"]
    assert (told["schema_version"], told["command"], told["scenario"]["name"]) == (1, "show", "decision-2026")
    values = {value["key"]: value for value in told["values"]}
    patients = values["streams.triptorelin.patients"]
    assert (patients["value"], patients["grade"]) == (770, "decision")
    assert patients["meaning"] == "Patients under treatment at day zero."
    assert patients["source"] in told["sources"]
    assert values["start_date"]["value"] == "2026-03-02"
    assert all(value["meaning"] for value in values.values())
    (one,) = json.loads(vardflode("show", "decision-2026", "--json", "--why", "units").stdout)["values"]
    assert (one["key"], one["value"], one["grade"]) == ("units", "units.csv", None)


def test_list_names_the_library():
    assert [line.split()[0] for line in vardflode("list").stdout.splitlines()] == list(library())
    assert "Ingen överföring" in vardflode("list", "--lang", "sv").stdout
    told = json.loads(vardflode("list", "--json").stdout)
    assert (told["schema_version"], told["command"]) == (1, "list")
    assert [scenario["name"] for scenario in told["scenarios"]] == list(library())


def test_schema_is_a_json_schema():
    assert json.loads(vardflode("schema").stdout)["title"] == "vardflode scenario"


def test_doctor_finds_this_computer_well():
    result = vardflode("doctor")
    assert result.exit_code == 0, result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[1] for line in lines] == [
        "Python",
        "packages",
        "kernel",
        "disk",
        "cores",
        "cluster",
        "terminal",
        "register",
    ]
    assert {line[0] for line in lines} <= {"ok", "warn"}


def test_doctor_fails_with_advice(monkeypatch: pytest.MonkeyPatch):
    def broken(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("vardflode.commands.doctor._version", lambda name: None)
    monkeypatch.setattr("vardflode.commands.doctor.OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr("shutil.disk_usage", lambda path: 1 / 0)
    result = vardflode("doctor")
    assert result.exit_code == 1
    failed = [line for line in result.stdout.splitlines() if line.startswith("fail")]
    assert [line.split()[1] for line in failed] == ["Python", "packages", "disk"]
    assert all(";" in line for line in failed)
