import pathlib

import pytest

from scenarios.faults import InputError
from scenarios.load import resolve
from scenarios.plan import PlanRow, read_plan

HEADER = "sender,area,stream,week,patients\n"


@pytest.fixture(scope="module")
def units():
    return resolve("decision-2026").units


@pytest.fixture
def read(tmp_path: pathlib.Path, units):
    def plan(text: str) -> tuple[PlanRow, ...]:
        path = tmp_path / "plan.csv"
        path.write_text(text, encoding="utf-8")
        return read_plan(path, "plan.csv", units=units, streams=("iron", "catheter"))

    return plan


def test_rows_come_sorted_and_an_empty_area_is_all(read):
    rows = read(HEADER + "SU,Göteborg,iron,12,5\nNU,,catheter,3,0\n")
    assert rows == (PlanRow("NU", "", "catheter", 3, 0), PlanRow("SU", "Göteborg", "iron", 12, 5))


def test_swedish_excel(read):
    assert read("\ufeffweek;patients;stream;area;sender\r\n1;2;iron;;SÄS\r\n") == (
        PlanRow("SÄS", "", "iron", 1, 2),
    )


def test_every_fault_with_its_line(read):
    rows = "SU,Göteborg,iron,1,3\nSUX,Goteborg,irn,0,-1\nSU,Göteborg,iron,1,4\nSU,,x,1,many\nSU,,iron,1\n"
    with pytest.raises(InputError) as caught:
        read(HEADER + rows)
    assert [str(fault) for fault in caught.value.faults] == [
        "plan.csv:3: area: unknown area 'Goteborg'; did you mean Göteborg?",
        "plan.csv:3: patients: must be 0 to 1000000, not '-1'",
        "plan.csv:3: sender: unknown sender 'SUX'; did you mean SU?",
        "plan.csv:3: stream: unknown stream 'irn'; did you mean iron?",
        "plan.csv:3: week: must be 1 to 1040, not '0'",
        "plan.csv:4: same sender, area, stream and week as line 2; keep one",
        "plan.csv:5: patients: must be a whole number written with digits only, not 'many'",
        "plan.csv:5: stream: unknown stream 'x'; known are 'catheter', 'iron'",
        "plan.csv:6: has 4 cells, the header 5",
    ]
