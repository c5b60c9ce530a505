import pathlib

import pytest

from scenarios.faults import InputError
from scenarios.lineage import LIBRARY
from scenarios.load import resolve


def told(*sets: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        resolve("decision-2026", sets)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def register(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch):
    """The shipped register as own.csv in the current folder, with parts replaced."""
    monkeypatch.chdir(tmp_path)
    text = (LIBRARY / "units.csv").read_text(encoding="utf-8")

    def changed(old: str, new: str) -> None:
        assert old in text
        pathlib.Path("own.csv").write_text(text.replace(old, new), encoding="utf-8")

    return changed


def test_a_municipality_without_distances(register):
    register("Dals-Ed,public", "Dalsed,public")
    assert told("units=own.csv") == [
        "own.csv:3: municipality: no distances from 'Dalsed'; did you mean Dals-Ed?"
    ]


def test_a_municipality_elsewhere_is_found_also_where_the_scenario_is_wrong(register):
    register("Dals-Ed,public", "Umeå,public")
    assert told("units=own.csv", "horizon_years=0") == [
        "--set: horizon_years: must be greater than or equal to 1, not 0",
        "own.csv:3: municipality: no distances from 'Umeå'; write it as distances.csv does",
    ]


def test_a_sender_without_a_hospital_is_named_once(register):
    register(",SkaS,", ",Östra,")
    (line,) = told("units=own.csv")
    assert line.startswith("own.csv:")
    assert "sender: 'Östra' is not in travel.hospital_municipality; add the municipality of its" in line
    resolve("decision-2026", ["units=own.csv", "travel.hospital_municipality={Östra: Skövde}"])


def test_a_hospital_in_an_unknown_place(register):
    assert told("travel.hospital_municipality.SU=Goteborg") == [
        "--set: travel.hospital_municipality.SU: no distances from 'Goteborg'; did you mean Göteborg?"
    ]


def test_sender_dates_name_senders():
    assert told("transfer.sender_dates={SKÄS: 2026-05-04, SU: 2026-05-04}") == [
        "--set: transfer.sender_dates.SKÄS: unknown sender 'SKÄS'; did you mean SÄS?"
    ]


def test_hubs_name_units_that_can(register):
    register("2,yes,yes,yes,yes,yes,NU", "2,yes,yes,yes,no,yes,NU")
    hubs = "booking.hubs={infusion: [u001, u01], injection: [], methadone: [u001]}"
    assert told("units=own.csv", hubs) == [
        "--set: booking.hubs.infusion: unknown unit key 'u01'; did you mean u101?",
        "--set: booking.hubs.injection: names no unit; leave the group out to use the nearest capable unit",
        "--set: booking.hubs.methadone: unit u001 has can_methadone no in the register; name another",
    ]
