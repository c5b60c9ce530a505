import csv
import io
import pathlib

import pytest
from click.testing import CliRunner

from scenarios.lineage import LIBRARY
from vardflode.cli import main

PLAN = "sender,area,stream,week,patients\n"


def shipped() -> list[dict[str, str]]:
    with (LIBRARY / "units.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))[:5]


def write(rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    pathlib.Path("own.csv").write_text(text.getvalue(), encoding="utf-8")


CELLS = {
    "no municipality": ("municipality", "", "own.csv:3: municipality: is empty"),
    "a municipality elsewhere": ("municipality", "Umeå", "own.csv:3: municipality: no distances from 'Umeå'"),
    "a key that is there": ("key", "u001", "own.csv:3: key: 'u001' is already on line 2; give another"),
    "an id that is there": ("id", "VC-001", "own.csv:3: id: 'VC-001' is already on line 2; give another"),
    "a key like a path": ("key", "../../etc", "own.csv:3: key: must be 1 to 32 of a-z"),
    "a negative number": ("listed", "-5", "own.csv:3: listed: must be 1 to 100000, not '-5'"),
    "not a number": ("nurse_fte", "nan", "own.csv:3: nurse_fte: must be a finite number, not 'nan'"),
    "no hospital": ("sender", "XYZ", "own.csv:3: sender: 'XYZ' is not in travel.hospital_municipality"),
    "an escape sequence": ("name", "\x1b[2J", "own.csv:3: name: '\\x1b[2J' holds a control character"),
}


@pytest.mark.parametrize(("column", "cell", "expected"), CELLS.values(), ids=CELLS)
def test_cells_that_cannot_be(folder, refused, column: str, cell: str, expected: str):
    first, second, *rest = shipped()
    write([first, second | {column: cell}, *rest])
    (fault,) = refused("check", "decision-2026", "--set", "units=own.csv")
    assert fault.startswith(expected)


def test_every_fault_of_every_file_at_once(folder, refused):
    first, second, *rest = shipped()
    write([first | {"listed": "many"}, second | {"municipality": ""}, *rest])
    faults = refused("check", "decision-2026", "--set", "units=own.csv", "--set", "horizon_years=0")
    assert [fault.partition(": ")[0] for fault in faults] == ["--set", "own.csv:2", "own.csv:3"]


@pytest.mark.parametrize("name", ["=cmd()", "[/bold]", "<script>alert(1)</script>", "$x$", "../../etc"])
def test_hostile_names_of_units_are_taken_as_names(folder, name: str):
    first, *rest = shipped()
    write([first | {"name": name, "id": name, "area": name}, *rest])
    result = CliRunner().invoke(main, ["check", "decision-2026", "--set", "units=own.csv"])
    assert result.exit_code == 0
    assert ", 5 units, " in result.stdout


FILES = {
    "missing": (None, "own.csv: no such file"),
    "empty": (b"", "own.csv: is empty; the first line must name the columns"),
    "binary": (b"PK\x03\x04\0\0", "own.csv: is not text; save it as CSV in UTF-8"),
    "30 MB": (b"x\n" * 15_000_000, "own.csv: is larger than 20 MB"),
    "not UTF-8": ("å".encode("latin-1"), "own.csv:1: is not UTF-8"),
}


@pytest.mark.parametrize("setting", ["units", "transfer.plan"])
@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_files_that_are_no_table(folder, refused, setting: str, content: bytes | None, expected: str):
    if content is not None:
        pathlib.Path("own.csv").write_bytes(content)
    (fault,) = refused("check", "decision-2026", "--set", f"{setting}=own.csv")
    assert fault.startswith(expected)


@pytest.mark.parametrize("setting", ["units", "transfer.plan"])
def test_a_folder_is_no_table(folder, refused, setting: str):
    assert refused("check", "decision-2026", "--set", f"{setting}=.") == [".: is a folder; name a CSV file"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("SU,,iron,0,5\n", "plan.csv:2: week: must be 1 to 1040, not '0'"),
        ("SU,,iron,1,-5\n", "plan.csv:2: patients: must be 0 to 1000000, not '-5'"),
        ("SU,,iron,1,2.5\n", "plan.csv:2: patients: must be a whole number"),
        ("SU,,irn,1,5\n", "plan.csv:2: stream: unknown stream 'irn'; did you mean iron?"),
        ("SUS,,iron,1,5\n", "plan.csv:2: sender: unknown sender 'SUS'; did you mean SU?"),
        ("SU,Goteborg,iron,1,5\n", "plan.csv:2: area: unknown area 'Goteborg'; did you mean Göteborg?"),
        ("SU,,iron,1,5\nSU,,iron,1,5\n", "plan.csv:3: same sender, area, stream and week as line 2"),
        ("SU,,iron,1\n", "plan.csv:2: has 4 cells, the header 5"),
        ("", "plan.csv: names the columns and nothing more"),
        ("=cmd(),,iron,1,5\n", "plan.csv:2: sender: unknown sender '=cmd()'"),
    ],
)
@pytest.mark.parametrize("how", ["setting", "scenario"])
def test_plans_that_cannot_be(folder, refused, how: str, rows: str, expected: str):
    pathlib.Path("plan.csv").write_text(PLAN + rows, encoding="utf-8")
    if how == "setting":
        (fault,) = refused("check", "decision-2026", "--set", "transfer.plan=plan.csv")
    else:
        text = "name: mine\nextends: decision-2026\ntransfer: {plan: plan.csv}\n"
        pathlib.Path("mine.yaml").write_text(text, encoding="utf-8")
        (fault,) = refused("check", "mine.yaml")
    assert fault.startswith(expected)
