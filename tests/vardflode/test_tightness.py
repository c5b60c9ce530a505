import pytest

from scenarios.faults import InputError
from scenarios.load import resolve
from tests.conftest import SmallRegion
from vardflode.tightness import FEW_OVERLOADED, TIGHT_EVERYWHERE, Tightness, calibrations

TIGHT = ("background.load_factor=1.61", "background.unit_load_cv=0.05")
OWN = ("background.load_factor=1.4",)


def names(found: tuple[Tightness, ...]) -> list[str]:
    return [level.calibration.name for level in found]


def test_the_second_calibration_is_one_that_the_scenarios_do_not_have(small_region: SmallRegion) -> None:
    assert names(calibrations([small_region()], TIGHT_EVERYWHERE)) == [FEW_OVERLOADED, TIGHT_EVERYWHERE]
    assert names(calibrations([small_region(*TIGHT)], TIGHT_EVERYWHERE)) == [TIGHT_EVERYWHERE, FEW_OVERLOADED]
    assert names(calibrations([small_region()], FEW_OVERLOADED)) == [FEW_OVERLOADED, TIGHT_EVERYWHERE]
    assert names(calibrations([small_region(*OWN)], TIGHT_EVERYWHERE)) == [
        "load 1.4, spread 0.3",
        TIGHT_EVERYWHERE,
    ]


def test_scenarios_that_differ_in_it_are_told_under_each_of_theirs(small_region: SmallRegion) -> None:
    scenarios = [small_region(*sets) for sets in (OWN, (), OWN)]
    assert names(calibrations(scenarios, TIGHT_EVERYWHERE)) == ["load 1.4, spread 0.3", FEW_OVERLOADED]


def test_a_calibration_changes_its_two_values_with_their_evidence_and_nothing_else(
    small_region: SmallRegion,
) -> None:
    base, tight = small_region(), resolve(TIGHT_EVERYWHERE)
    own, other = calibrations([base], TIGHT_EVERYWHERE)
    assert own.of(base) is base
    twin = other.of(base)
    assert {key for key in base.tree if base.tree[key] != twin.tree[key]} == {"background"}
    changed = {key for key, value in base.tree["background"].items() if twin.tree["background"][key] != value}
    assert changed == {"load_factor", "unit_load_cv"}
    assert all(twin.tree["background"][key] == tight.tree["background"][key] for key in changed)
    assert other.of(base).digest() == twin.digest()


def test_it_is_said_where_a_calibration_was_fitted_on_another_register(small_region: SmallRegion) -> None:
    assert all(level.calibration.elsewhere for level in calibrations([small_region()], TIGHT_EVERYWHERE))
    whole = calibrations([resolve(FEW_OVERLOADED)], TIGHT_EVERYWHERE)
    assert not any(level.calibration.elsewhere for level in whole)
    assert not calibrations([small_region(*OWN)], TIGHT_EVERYWHERE)[0].calibration.elsewhere


def test_a_calibration_that_is_no_scenario_is_a_fault(small_region: SmallRegion) -> None:
    with pytest.raises(InputError, match="did you mean tight-everywhere"):
        calibrations([small_region()], "tight-everywere")
