"""Units that open or close: who has their listed patients, on which days, and what cannot be asked for."""

import pytest

from scenarios.faults import InputError
from scenarios.listing import listing, take_overs
from scenarios.load import Resolved
from tests.conftest import SmallRegion

STAYS = "staff_moves_share: 0"


def names(resolved: Resolved, at: tuple[int, ...]) -> dict[str, str]:
    """Which unit has whose listed patients, of those that another has."""
    units = resolved.units
    return {units[u].key: units[has].key for u, has in enumerate(at) if has != u}


def test_without_changes_every_unit_has_its_own(small_region: SmallRegion) -> None:
    resolved = small_region()
    found = listing(resolved.scenario, resolved.units)
    assert found.changes == ()
    assert found.at == (tuple(range(12)),)
    assert found.period(-1000) == found.period(1000) == 0


def test_each_day_of_change_begins_a_period(small_region: SmallRegion) -> None:
    """Day zero is 2 March 2026; 4 May is day 63 and 7 September day 189."""
    changes = (
        f"u014: {{closes: 2026-05-04, goes_to: u019, {STAYS}}}",
        f"u191: {{opens: 2026-09-07, goes_to: u190, {STAYS}}}",
        f"u046: {{opens: 2026-05-04, goes_to: u045, {STAYS}}}",
    )
    resolved = small_region(f"unit_changes={{{', '.join(changes)}}}")
    found = listing(resolved.scenario, resolved.units)
    assert found.changes == (63, 189)
    assert [names(resolved, at) for at in found.at] == [
        {"u191": "u190", "u046": "u045"},
        {"u191": "u190", "u014": "u019"},
        {"u014": "u019"},
    ]
    assert [found.period(day) for day in (-1, 0, 62, 63, 188, 189, 400)] == [0, 0, 0, 1, 1, 2, 2]


def test_unless_told_the_nearest_unit_that_never_changes_takes_over(small_region: SmallRegion) -> None:
    """In the same municipality; the largest list there unless it changes too, then the next."""
    alone = small_region(f"unit_changes={{u020: {{closes: 2026-05-04, {STAYS}}}}}")
    listed = {unit.key: unit.listed for unit in alone.units if unit.municipality == "Trollhättan"}
    assert sorted(listed, key=lambda key: -listed[key]) == ["u014", "u019", "u015", "u020"]
    both = f"u020: {{closes: 2026-05-04, {STAYS}}}, u014: {{opens: 2026-09-07, {STAYS}}}"
    two = small_region(f"unit_changes={{{both}}}")
    place = [unit.key for unit in alone.units].index
    assert take_overs(alone.scenario, alone.units) == {place("u020"): place("u014")}
    assert take_overs(two.scenario, two.units) == {place("u014"): place("u019"), place("u020"): place("u019")}


def test_every_fault_of_unit_changes_is_told_where_it_stands(small_region: SmallRegion) -> None:
    wrong = (
        f"u14: {{closes: 2026-05-04, {STAYS}}}",
        f"u015: {{closes: 2026-05-04, goes_to: u15, {STAYS}}}",
        f"u019: {{opens: 2026-05-04, goes_to: u015, {STAYS}}}",
        f"u020: {{closes: 2026-05-04, goes_to: u020, {STAYS}}}",
        f"u045: {{opens: 2027-03-01, {STAYS}}}",
        f"u046: {{closes: 2026-03-01, {STAYS}}}",
    )
    with pytest.raises(InputError) as caught:
        small_region(f"unit_changes={{{', '.join(wrong)}}}")
    outside = "lies outside the 52 weeks from 2026-03-02; move it or add --years"
    changes = "--set: unit_changes"
    assert [str(fault) for fault in caught.value.faults] == [
        f"{changes}.u015.goes_to: unknown unit key 'u15'; did you mean u195?",
        f"{changes}.u019.goes_to: u015 opens or closes too; name one that never changes",
        f"{changes}.u020.goes_to: u020 is the unit itself; name one that never changes",
        f"{changes}.u045.opens: 2027-03-01 {outside}",
        f"{changes}.u046.closes: 2026-03-01 {outside}",
        f"{changes}.u14: unknown unit key 'u14'; did you mean u194?",
    ]


def test_not_every_unit_can_change(small_region: SmallRegion) -> None:
    keys = [unit.key for unit in small_region().units]
    changes = ", ".join(f"{key}: {{closes: 2026-05-04, {STAYS}}}" for key in keys)
    with pytest.raises(InputError, match="unit_changes: changes every unit; leave one to take over"):
        small_region(f"unit_changes={{{changes}}}")


@pytest.mark.parametrize("dates", ["", "opens: 2026-05-04, closes: 2026-09-07, "])
def test_a_unit_either_opens_or_closes(small_region: SmallRegion, dates: str) -> None:
    with pytest.raises(InputError, match=r"unit_changes\.u014: give either opens or closes"):
        small_region(f"unit_changes={{u014: {{{dates}{STAYS}}}}}")


def test_a_hub_that_opens_or_closes_may_be_named(small_region: SmallRegion) -> None:
    hubs = ("booking.placement=hub", "booking.hubs={infusion: [u014, u191]}")
    small_region(*hubs, f"unit_changes={{u014: {{closes: 2026-05-04, {STAYS}}}}}")
