"""The cells of a sweep are those that were asked for, and each is what `--set` would have made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import scenarios.design
import scenarios.hubs
from scenarios.design import (
    GRID,
    MAX_CELLS,
    Design,
    check,
    design_csv,
    full_factorial,
    read_design,
    spelt,
)
from scenarios.faults import InputError
from scenarios.lineage import LIBRARY
from scenarios.load import Base, merged, resolve

HOME = {GRID: Path()}


def values(design: Design) -> list[tuple[Any, ...]]:
    return [cell.values for cell in design.cells]


def told(make: Any, *args: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        make(*args)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read a design of these bytes, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def read(content: str | bytes) -> Design:
        raw = content.encode() if isinstance(content, str) else content
        Path("design.csv").write_bytes(raw)
        return read_design(Path("design.csv"))

    return read


@pytest.fixture(scope="module")
def base() -> Base:
    return merged("decision-2026", folders=HOME)


# --- grids ----------------------------------------------------------------------------------------


def test_a_grid_is_every_combination_the_first_key_slowest():
    design = full_factorial(["streams.iron.patients=100,200", "transfer.ramp=evenly,all_at_once,waves"])
    assert design.keys == ("streams.iron.patients", "transfer.ramp")
    assert values(design) == [
        (patients, ramp) for patients in (100, 200) for ramp in ("evenly", "all_at_once", "waves")
    ]
    assert [cell.number for cell in design.cells] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1,2.5,-3", [1, 2.5, -3]),
        ("[u001, u002],[u003]", [["u001", "u002"], ["u003"]]),
        ("'a, b', c", ["a, b", "c"]),
        ("null,true,no", [None, True, "no"]),
        ("2026-03-02", ["2026-03-02"]),
        ("{value: 5, grade: assumption},6", [{"value": 5, "grade": "assumption"}, 6]),
        ("my units.csv,C:\\units.csv", ["my units.csv", "C:\\units.csv"]),
    ],
)
def test_a_list_holds_yaml_values(written: str, expected: list[Any]):
    assert values(full_factorial([f"units={written}"])) == [(value,) for value in expected]


def test_every_fault_of_every_grid_at_once():
    faults = told(
        full_factorial,
        [
            "streams.iron.patients=1,2",
            "streams.iron.patients=3",
            "no equals",
            "a..b=1",
            "extends=x",
            "units=",
        ],
    )
    assert faults == [
        "--grid: write 'a..b' as key=a,b,c, such as streams.iron.patients=100,200",
        "--grid: write 'no equals' as key=a,b,c, such as streams.iron.patients=100,200",
        "--grid: extends: stands in a file; name the scenario itself on the command line",
        "--grid: streams.iron.patients: is given twice; name all its values in one",
        "--grid: units: has no values; write them with commas between",
    ]


@pytest.mark.parametrize("written", ["a,,b", "]", "a],[b", "[a", "&x 1, *x", "!!set {a}", "'"])
def test_what_is_no_list_of_yaml_values_is_refused(written: str):
    (fault,) = told(full_factorial, [f"units={written}"])
    assert fault.startswith("--grid: units: ")


def test_a_value_twice_is_a_slip():
    assert told(full_factorial, ["horizon_years=1,2,1"]) == ["--grid: horizon_years: has 1 twice; keep one"]


def test_a_slip_does_not_ask_for_a_million_cells():
    hundred = ",".join(map(str, range(100)))
    (fault,) = told(full_factorial, [f"a={hundred}", f"b={hundred}", f"c={hundred}"])
    assert fault == f"--grid: asks for 1,000,000 cells (100 × 100 × 100); at most {MAX_CELLS:,}"


# --- tables ---------------------------------------------------------------------------------------


def test_a_row_is_a_cell(table: Any):
    design = table("streams.iron.patients,transfer.ramp\n100,evenly\n\n200,all_at_once\n")
    assert values(design) == [(100, "evenly"), (200, "all_at_once")]
    assert [(cell.number, cell.line) for cell in design.cells] == [(1, 2), (2, 4)]


def test_a_table_of_swedish_excel_is_read(table: Any):
    text = "background.load_factor;booking.placement\r\n1,25;hub\r\n-0,5;listed_unit\r\n"
    assert values(table(text.encode("utf-8-sig"))) == [(1.25, "hub"), (-0.5, "listed_unit")]


def test_a_column_may_number_the_cells(table: Any):
    design = table("horizon_years,cell\n3,7\n2,5\n")
    assert [(cell.number, cell.values) for cell in design.cells] == [(5, (2,)), (7, (3,))]
    (fault,) = told(table, "cell,horizon_years\n3,1\n3,2\n")
    assert fault == "design.csv:3: cell: 3 is already on line 2; give another"


def test_every_fault_of_a_table_at_once(table: Any):
    faults = told(table, "streams.iron.patients,a..b,units,units\n1,2,3,4\n,1,'x,4\n1,2\n")
    assert faults == [
        "design.csv:1: a..b: is no key; write one such as streams.iron.patients",
        "design.csv:1: units: this column is there twice; keep one",
        "design.csv:3: streams.iron.patients: is empty; give it a value, or null to delete the key",
        "design.csv:3: units: not valid YAML: found unexpected end of stream",
        "design.csv:4: has 2 cells, the header 4",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "design.csv: is empty; the first line must name the columns"),
        (b"horizon_years\n", "design.csv: names the columns and nothing more"),
        (b"horizon_years;\n1;\n", "design.csv:1: '': unknown column"),
        (b"PK\x03\x04\0", "design.csv: is not text"),
        ("å\n".encode("latin-1"), "design.csv:1: is not UTF-8"),
    ],
)
def test_a_file_that_is_no_design(table: Any, content: bytes, expected: str):
    (fault,) = told(table, content)
    assert fault.startswith(expected)


def test_a_design_reads_back_as_it_was_written(table: Any):
    awkward = ["'=cmd()'", "'true'", "'1'", "null", "[a, b]", "{a: 1}", "0.00001", "å, ä", "'-x'", "''"]
    design = full_factorial([f"units={','.join(awkward)}", "horizon_years=1,2"])
    again = table(design_csv(design))
    assert values(again) == values(design)
    assert again.keys == design.keys
    assert [cell.number for cell in again.cells] == [cell.number for cell in design.cells]


@pytest.mark.parametrize("value", ["=1+1", "+x", "-x", "@x", "=HYPERLINK('x')"])
def test_no_value_is_a_formula_to_a_spreadsheet(value: str):
    assert spelt(value) == f'"{value}"'
    assert spelt(-5) == "-5"


# --- cells of a scenario --------------------------------------------------------------------------


def test_a_cell_is_what_its_settings_would_make(base: Base):
    design = full_factorial(
        [
            "streams.iron.patients=100,{value: 90, grade: assumption}",
            "streams.iron.check=null",
            "units=units.csv",
        ]
    )
    home = merged("decision-2026", folders={GRID: LIBRARY})
    variants = check(home, design)
    for place, cell in enumerate(design.cells):
        settings = [text for text in design.settings(cell) if not text.startswith("units=")]
        by_setting = resolve("decision-2026", settings)
        assert variants.digests[place] == by_setting.digest() == variants.cell(place).digest()


def test_a_cell_is_set_after_the_settings_and_from_left_to_right():
    home = merged("decision-2026", ["streams.iron.patients=5", "horizon_years=1"], HOME)
    design = full_factorial(["streams.iron={patients: 6}", "streams.iron.patients=7"])
    scenario = check(home, design).cell(0).scenario
    assert scenario.streams["iron"].patients == 7
    assert scenario.horizon_years == 1


def test_a_file_named_in_a_table_lies_beside_it(tmp_path: Path):
    (tmp_path / "mine.csv").write_bytes((LIBRARY / "units.csv").read_bytes())
    (tmp_path / "design.csv").write_text("units\nmine.csv\n", encoding="utf-8")
    design = read_design(tmp_path / "design.csv")
    home = merged("decision-2026", folders={design.file: design.folder})
    variants = check(home, design)
    assert len(variants.cell(0).units) == 200
    (tmp_path / "mine.csv").write_bytes((LIBRARY.parent / "docs/examples/small-units.csv").read_bytes())
    assert told(variants.cell, 0) == ["decision-2026.yaml: a file that it names has changed meanwhile"]


def test_a_value_that_the_schema_refuses_is_told_where_it_stands(base: Base, table: Any):
    grid = full_factorial(["streams.iron.patients=-1,100,many", "horizon_years=1,2"])
    assert told(check, base, grid) == [
        "--grid: streams.iron.patients: must be a whole number, not 'many'",
        "--grid: streams.iron.patients: must be greater than or equal to 0, not -1",
    ]
    design = table("streams.iron.patients,horizon_years\n-1,1\n100,99\n")
    home = merged("decision-2026", folders={design.file: design.folder})
    assert told(check, home, design) == [
        "design.csv:2: streams.iron.patients: must be greater than or equal to 0, not -1",
        "design.csv:3: horizon_years: must be less than or equal to 20, not 99",
    ]


def test_a_key_that_nobody_knows_is_told_once_and_with_a_suggestion(base: Base, table: Any):
    assert told(check, base, full_factorial(["streams.iron.patient=1,2,3"])) == [
        "--grid: streams.iron.patient: unknown key; did you mean patients?"
    ]
    design = table("horizon_years,streams.iron.patient\n1,1\n1,2\n99,3\n")
    home = merged("decision-2026", folders={design.file: design.folder})
    assert told(check, home, design) == [
        "design.csv:1: streams.iron.patient: unknown key; did you mean patients?",
        "design.csv:4: horizon_years: must be less than or equal to 20, not 99",
    ]


def test_a_fault_elsewhere_names_the_cell_that_brings_it(base: Base):
    home = merged("records-shock", ["shocks.records-system.start_date=2028-11-06"], HOME)
    (fault,) = told(check, home, full_factorial(["streams.iron.patients=1,2", "horizon_years=3,1"]))
    assert fault.startswith("--set: shocks.records-system.start_date: the shock lies outside the 52 weeks")
    assert fault.endswith("(in cell 2: streams.iron.patients=1, horizon_years=1)")


def test_a_fault_of_the_scenario_itself_is_told_as_it_is():
    home = merged("decision-2026", ["horizon_years=0"], HOME)
    assert told(check, home, full_factorial(["streams.iron.patients=1,2"])) == [
        "--set: horizon_years: must be greater than or equal to 1, not 0"
    ]


def test_faults_beyond_use_are_cut(base: Base, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scenarios.design, "MAX_FAULTS", 2)
    faults = told(check, base, full_factorial(["streams.iron.patients=-1,-2,-3,4"]))
    assert len(faults) == 3
    assert "--grid: has 2 faults or more; these are the first" in faults


def test_cells_are_checked_without_choosing_their_hubs(base: Base, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scenarios.hubs, "_optimum", lambda *_: pytest.fail("a choice takes seconds"))
    minimum = "booking.chosen_hubs.infusion.minimum_visits_per_year"
    placed = merged("decision-2026", ["booking.placement=hub"], HOME)
    assert len(check(placed, full_factorial([f"{minimum}=100,200"])).digests) == 2
    (fault,) = told(check, placed, full_factorial([f"{minimum}=100,100000"]))
    assert f"{minimum}: asks for 100000 visits a year at each hub" in fault
