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


def test_waves_name_senders_and_streams_that_exist():
    wave = "start_date: 2026-05-04, ramp_weeks: 4"
    assert told(
        "transfer.ramp=waves",
        f"transfer.waves.first={{{wave}, senders: [SKÄS, SU], streams: [irn, catheter]}}",
        f"transfer.waves.second={{{wave}, senders: [Östra], streams: [gout]}}",
    ) == [
        "--set: transfer.waves.first.senders: unknown sender 'SKÄS'; did you mean SÄS?",
        "--set: transfer.waves.first.streams: unknown stream irn; did you mean iron?",
        "--set: transfer.waves.second.senders: unknown sender 'Östra'; travel.hospital_municipality has none such",
        "--set: transfer.waves.second.streams: unknown stream gout; the scenario has none such",
    ]


def test_the_ramp_waves_needs_a_wave():
    assert told("transfer.ramp=waves") == [
        "--set: transfer.ramp: is waves, but transfer.waves has none; add one"
    ]


def test_faults_of_waves_stand_at_their_lines(tmp_path: pathlib.Path):
    path = tmp_path / "own.yaml"
    path.write_text(
        """\
extends: decision-2026
name: own
title: {en: Own, sv: Egen}
description: {en: Own., sv: Egen.}
transfer:
  ramp: {value: waves, grade: assumption, kind: choice}
  waves:
    first:
      start_date: {value: 2026-05-04, grade: assumption, kind: choice}
      ramp_weeks: {value: 4, grade: assumption, kind: choice}
      senders: {value: [Östra], grade: assumption, kind: choice}
      streams: {value: [irn], grade: assumption, kind: choice}
""",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        resolve(str(path), [])
    assert [(fault.line, fault.where) for fault in caught.value.faults] == [
        (11, "transfer.waves.first.senders"),
        (12, "transfer.waves.first.streams"),
    ]
    assert {pathlib.Path(fault.file).name for fault in caught.value.faults} == {"own.yaml"}
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  waves:")], encoding="utf-8")
    with pytest.raises(InputError) as caught:
        resolve(str(path), [])
    assert [(fault.line, fault.where) for fault in caught.value.faults] == [(6, "transfer.ramp")]


def test_hubs_name_units_that_can(register):
    register("2,yes,yes,yes,yes,yes,NU", "2,yes,yes,yes,no,yes,NU")
    hubs = "booking.hubs={infusion: [u001, u01], injection: [], methadone: [u001]}"
    assert told("units=own.csv", hubs) == [
        "--set: booking.hubs.infusion: unknown unit key 'u01'; did you mean u101?",
        "--set: booking.hubs.injection: names no unit; leave the group out to use the nearest capable unit",
        "--set: booking.hubs.methadone: unit u001 has can_methadone no in the register; name another",
    ]


def test_hubs_are_large_enough_and_some_unit_is():
    least = "booking.least_listed={infusion: 10000, catheter: 90000}"
    largest = max(unit.listed for unit in resolve("decision-2026").units)
    assert told(least, "booking.hubs.infusion=[u015]") == [
        "--set: booking.hubs.infusion: unit u015 lists 3,397, but booking.least_listed is 10,000; name another",
        f"--set: booking.least_listed.catheter: no unit lists 90,000; the largest lists {largest:,}",
    ]


def test_any_unit_is_a_hub_where_all_are_capable(register):
    register("2,yes,yes,yes,yes,yes,NU", "2,yes,yes,yes,no,yes,NU")
    hubs = ("units=own.csv", "booking.placement=hub", "booking.hubs.methadone=[u001]")
    assert len(told(*hubs)) == 1
    assert resolve("decision-2026", [*hubs, "booking.capable_units=all"]).hubs["methadone"].keys == ("u001",)
