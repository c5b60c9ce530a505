"""What must hold of the units, in any future: their names and order say nothing, and each is apart from the others."""

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from results.measures import measure
from scenarios.schema import Part
from sim.model import simulate
from sim.records import Records
from tests.conftest import Row, SmallRegion, shipped_rows
from tests.properties.futures import Future, for_all, futures, lived

ROWS = shipped_rows()
PUBLIC = 0  # the row of a unit that each shock meets, so that there is one which it does
# No hubs either: those that are named may be gone.
STAY = (
    "transfer.enabled=false",
    "booking.hubs={infusion: null, catheter: null}",
    "booking.chosen_hubs.infusion=null",
)


def reordered(part: Any) -> Any:
    """A scenario, or a part of it, in which all that is named stands in the opposite order."""
    if isinstance(part, Part):
        return part.model_copy(update={name: reordered(value) for name, value in part})
    if isinstance(part, dict):
        return {name: reordered(part[name]) for name in reversed(part)}
    return part


@for_all(st.tuples(futures(), st.permutations(ROWS[::-1]), st.permutations(ROWS)), few=2, many=30)
def test_names_and_order_say_nothing(
    small_region: SmallRegion, drawn: tuple[Future, list[Row], list[Row]]
) -> None:
    """Draws hang on keys, and everything is taken in the order of keys: so also sums of floats are equal to the bit."""
    future, rows, others = drawn
    renamed = [row | {"id": f"X {o['id']}", "name": o["name"]} for row, o in zip(rows, others, strict=True)]
    usual, records = lived(small_region, future)
    other = small_region(*future.settings, rows=renamed)
    other = dataclasses.replace(other, scenario=reordered(other.scenario))
    again = simulate(other, future.seed, replication=0)
    assert [unit.name for unit in other.units] != [unit.name for unit in usual.units]
    assert list(other.scenario.streams) != list(usual.scenario.streams)
    assert again.equals(records)
    measured, of_usual = measure(other, again), measure(usual, records)
    assert measured.rows == of_usual.rows
    assert np.array_equal(measured.values, of_usual.values, equal_nan=True)


def elsewhere(records: Records, key: str) -> list[np.ndarray]:
    """All that is recorded of other units than one, and of patients who are not its."""
    unit = records.units.index(key)
    others, people = records.others, records.patients["unit"] != unit
    found = [others[others["unit"] != unit], records.patients[people]]
    for days in (records.servers, records.used, records.used_by_transferred, records.overtime):
        found.append(np.delete(days, unit, axis=1))
    for rows in (records.requests, records.pending):
        found.append(np.delete(rows, unit, axis=0))
    for rows in (records.referrals, records.doses, records.visits):
        kept = rows[people[rows["patient"]]]
        found.append(kept[np.argsort(kept["patient"], kind="stable")])
    return found


@for_all(
    st.tuples(futures(units_change=False), st.sampled_from(ROWS), st.sampled_from([0.5, 3.0])), few=2, many=30
)
def test_the_staff_of_a_unit_matter_to_its_own_patients_alone(
    small_region: SmallRegion, drawn: tuple[Future, Row, float]
) -> None:
    """No policy looks at who has room, and staff stay at their unit: everybody else keeps all to the bit."""
    future, row, factor = drawn
    other = {column: str(round(float(row[column]) * factor, 1)) for column in ("nurse_fte", "doctor_fte")}
    other |= {"digital_channel": "no" if row["digital_channel"] == "yes" else "yes"}
    rows = [r | other if r is row else r for r in ROWS]
    (_, usual), (_, changed) = (lived(small_region, future, rows=r) for r in (ROWS, rows))
    assert not usual.equals(changed)
    for before, after in zip(elsewhere(usual, row["key"]), elsewhere(changed, row["key"]), strict=True):
        assert np.array_equal(before, after)


@for_all(
    st.tuples(
        futures(units_change=False), st.sets(st.sampled_from(range(len(ROWS))), min_size=1, max_size=11)
    ),
    few=2,
    many=30,
)
def test_other_patients_of_a_unit_do_not_know_which_other_units_there_are(
    small_region: SmallRegion, drawn: tuple[Future, set[int]]
) -> None:
    """Without the transfer nobody crosses between units, and a unit's draws hang on its key alone."""
    future, kept = drawn
    rows = [ROWS[i] for i in sorted(kept | {PUBLIC})]
    (_, all_units), (_, some) = (lived(small_region, future, *STAY, rows=r) for r in (ROWS, rows))
    place = [all_units.units.index(key) for key in some.units]
    assert len(place) == len(rows)
    for field in ("servers", "used", "overtime"):
        assert np.array_equal(getattr(some, field), getattr(all_units, field)[:, place]), field
    for field in ("requests", "pending"):
        assert np.array_equal(getattr(some, field), getattr(all_units, field)[place]), field
    theirs = all_units.others[np.isin(all_units.others["unit"], place)]
    theirs["unit"] = np.searchsorted(place, theirs["unit"])
    assert np.array_equal(some.others, theirs)
