import os
import pathlib
import random

import pytest

GRIDS = {
    "no list": ("streams.iron.patients", "--grid: write 'streams.iron.patients' as key=a,b,c"),
    "no key": ("=1,2", "--grid: write '' as key=a,b,c"),
    "a hole in the key": ("streams..patients=1", "--grid: write 'streams..patients' as key=a,b,c"),
    "no values": ("horizon_years=", "--grid: horizon_years: has no values"),
    "a hole in the list": ("horizon_years=1,,2", "--grid: horizon_years: not valid YAML"),
    "a bracket too many": ("horizon_years=1]", "--grid: horizon_years: not valid YAML"),
    "an anchor": ("units=&a x,*a", "--grid: units: anchors and aliases are not allowed"),
    "a tag": ("units=!!python/object x", "--grid: units: tags are not allowed"),
    "the same twice": ("horizon_years=1,1", "--grid: horizon_years: has 1 twice; keep one"),
    "a slip of the finger": (
        "streams.iron.patient=1",
        "--grid: streams.iron.patient: unknown key; did you mean",
    ),
    "out of range": ("horizon_years=1,99", "--grid: horizon_years: must be less than or equal to 20, not 99"),
    "a list where none belongs": ("horizon_years=[1, 2]", "--grid: horizon_years: must be a whole number"),
    "a parent": ("extends=waves,no-transfer", "--grid: extends: stands in a file"),
    "an escape sequence": ("horizon_years=\x1b[2J", "--grid: horizon_years: not valid YAML"),
    "a file that is not there": ("units=nowhere.csv", "nowhere.csv: no such file"),
}


@pytest.mark.parametrize(("grid", "expected"), GRIDS.values(), ids=GRIDS)
def test_grids_that_cannot_be(folder, refused, grid: str, expected: str):
    (fault,) = refused("sweep", "decision-2026", "--grid", grid)
    assert fault.startswith(expected)
    assert not list(pathlib.Path().iterdir())


TABLES = {
    "not there": (None, "design.csv: no such file"),
    "empty": (b"", "design.csv: is empty; the first line must name the columns"),
    "a header alone": (b"horizon_years\n", "design.csv: names the columns and nothing more"),
    "binary": (b"PK\x03\x04\0\0", "design.csv: is not text"),
    "30 MB": (b"x\n" * 15_000_000, "design.csv: is larger than 20 MB"),
    "not UTF-8": ("å".encode("latin-1"), "design.csv:1: is not UTF-8"),
    "a ragged row": (b"horizon_years,units\n1\n", "design.csv:2: has 1 cells, the header 2"),
    "a column without a name": (b"horizon_years,\n1,2\n", "design.csv:1: '': unknown column"),
    "a column twice": (
        b"horizon_years,horizon_years\n1,2\n",
        "design.csv:1: horizon_years: this column is there twice",
    ),
    "a hole": (b"horizon_years,units\n1,\n", "design.csv:2: units: is empty; give it a value"),
    "a formula": (b"horizon_years\n=1+1\n", "design.csv:2: horizon_years: must be a whole number"),
    "a decimal comma without semicolons": (
        b'background.load_factor\n"1,2"\n',
        "design.csv:2: background.load_factor: must be a number",
    ),
    "a cell without a number": (b"cell,horizon_years\nx,1\n", "design.csv:2: cell: must be a whole number"),
    "a quotation mark": (b'units\n"x\n', "design.csv:2: is not CSV"),
}


@pytest.mark.parametrize(("content", "expected"), TABLES.values(), ids=TABLES)
def test_designs_that_cannot_be(folder, refused, content: bytes | None, expected: str):
    if content is not None:
        pathlib.Path("design.csv").write_bytes(content)
    (fault,) = refused("sweep", "decision-2026", "--design", "design.csv")
    assert fault.startswith(expected)


def test_every_fault_of_every_part_at_once(folder, refused):
    pathlib.Path("design.csv").write_text(
        "horizon_years;transfer.rampe\n0;evenly\n1,5;evenly\n", encoding="utf-8"
    )
    faults = refused(
        "sweep",
        "decision-2026",
        "--design",
        "design.csv",
        "--set",
        "streams.iron.patients=-1",
        "--measure",
        "nurse",
    )
    assert faults == [
        "--measure: nurse: no such measure; did you mean nurse_fte?",
        "--set: streams.iron.patients: must be greater than or equal to 0, not -1",
        "design.csv:1: transfer.rampe: unknown key; did you mean ramp?",
        "design.csv:2: horizon_years: must be greater than or equal to 1, not 0",
        "design.csv:3: horizon_years: must be a whole number, not 1.5",
    ]


def test_an_unknown_scenario_is_told_with_the_rest(folder, refused):
    faults = refused("sweep", "decision-2062", "--grid", "horizon_years=", "--measure", "x")
    assert [fault.partition(": ")[0] for fault in faults] == ["--grid", "--measure", "decision-2062"]


@pytest.mark.parametrize("seed", range(15))
def test_any_bytes_get_an_answer(folder, refused, seed: int):
    draws = random.Random(seed)
    pathlib.Path("design.csv").write_bytes(
        b"horizon_years,units\n" + draws.randbytes(draws.randrange(1, 200))
    )
    assert refused("sweep", "decision-2026", "--design", "design.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name there")
def test_a_pipe_is_not_waited_for(folder, refused):
    os.mkfifo("design.csv")
    (fault,) = refused("sweep", "decision-2026", "--design", "design.csv")
    assert fault == "design.csv: is not a regular file"
