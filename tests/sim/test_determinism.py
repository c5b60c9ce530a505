"""Equal arguments give equal records, and a random stream hangs on names alone."""

import dataclasses
import hashlib
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from scenarios.load import Resolved
from sim.model import simulate
from sim.patients import Patient, patients
from sim.records import Records
from tests.conftest import SmallRegion, shipped_rows, small_settings, write_register


@pytest.fixture(scope="module")
def resolved(small_region: SmallRegion) -> Resolved:
    return small_region()


@pytest.fixture(scope="module")
def records(resolved: Resolved) -> Records:
    return simulate(resolved, seed=1, replication=0)


def test_the_same_seed_and_replication_give_the_same_records(resolved: Resolved, records: Records) -> None:
    assert records.equals(simulate(resolved, seed=1, replication=0))


def test_a_replication_does_not_depend_on_those_before_it(resolved: Resolved, records: Records) -> None:
    second = simulate(resolved, seed=1, replication=1)
    assert records.equals(simulate(resolved, seed=1, replication=0))
    assert second.equals(simulate(resolved, seed=1, replication=1))


@pytest.mark.parametrize(("seed", "replication"), [(1, 1), (2, 0)])
def test_another_seed_or_replication_gives_other_records(
    resolved: Resolved, records: Records, seed: int, replication: int
) -> None:
    other = simulate(resolved, seed, replication)
    assert not records.equals(other)
    for field in ("patients", "doses", "visits", "others", "servers", "used", "requests"):
        assert not np.array_equal(getattr(records, field), getattr(other, field)), field


def people(resolved: Resolved) -> dict[tuple[str, int], Patient]:
    """Patients by stream and number within it."""
    found: dict[tuple[str, int], Patient] = {}
    for patient in patients(resolved.scenario, resolved.units, 1, 0):
        found[patient.stream_name, sum(name == patient.stream_name for name, _ in found)] = patient
    return found


def traits(patient: Patient) -> tuple[object, ...]:
    return (
        patient.key,
        patient.home,
        patient.eligible,
        patient.agrees,
        patient.municipal,
        patient.ramp,
        patient.ends,
        patient.unplanned_rate,
        patient.due,
    )


def test_patient_17_is_the_same_person_with_more_or_without_other_streams(
    small_region: SmallRegion, resolved: Resolved
) -> None:
    before = people(resolved)
    after = people(small_region("streams.iron.patients=45", "streams.methadone.patients=0"))
    for (stream, number), patient in before.items():
        if stream == "methadone":
            assert (stream, number) not in after
        elif stream != "iron" or number < 30:
            assert traits(after[stream, number]) == traits(patient)


def test_the_same_people_live_in_no_transfer(small_region: SmallRegion, resolved: Resolved) -> None:
    stay = people(small_region(scenario="no-transfer"))
    assert [traits(p) for p in stay.values()] == [traits(p) for p in people(resolved).values()]


CHILD = """
import dataclasses, hashlib, sys
import numpy as np
from scenarios.load import resolve
from sim.model import simulate
records = simulate(resolve("decision-2026", sets=sys.argv[1:]), seed=1, replication=0)
fields = (np.asarray(getattr(records, field.name)) for field in dataclasses.fields(records))
print(hashlib.sha256(b"".join(field.tobytes() for field in fields)).hexdigest())
"""


def test_records_do_not_depend_on_pythonhashseed(records: Records, tmp_path: pathlib.Path) -> None:
    settings = small_settings(write_register(tmp_path / "units.csv", shipped_rows()))
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, *settings],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("0", "1")
    ]
    digests = {child.communicate(timeout=120)[0].strip() for child in children}
    fields = (np.asarray(getattr(records, field.name)) for field in dataclasses.fields(records))
    assert digests == {hashlib.sha256(b"".join(field.tobytes() for field in fields)).hexdigest()}
