import types

import pytest

import scenarios.load
import vardflode


def test_all_is_sorted_and_keeps_to_the_public_names():
    assert vardflode.__all__ == sorted(vardflode.__all__)
    assert dir(vardflode) == vardflode.__all__
    assert all(hasattr(vardflode, name) for name in vardflode.__all__)
    others = {
        name
        for name, value in vars(vardflode).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert others - set(vardflode.__all__) <= {"annotations", "TYPE_CHECKING", "Any"}


def test_load_is_what_resolves_a_scenario():
    assert vardflode.load is scenarios.load.resolve


def test_no_command_hides_a_public_name():
    assert not any(isinstance(getattr(vardflode, name), types.ModuleType) for name in vardflode.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'simulate'"):
        vardflode.simulate  # noqa: B018  # the access is what is tested
