"""What must hold of money, in any future: it is counted beside what happens, and prices have no unit."""

import dataclasses
from typing import Any

import numpy as np

from results.catalogue import QUESTIONS
from results.ledger import ledger
from results.measures import measure
from scenarios.schema import Part, Price
from tests.conftest import SmallRegion
from tests.properties.futures import Future, for_all, futures, lived

MONEY = QUESTIONS["money"]


def dearer(part: Any) -> Any:
    """A scenario, or a part of it, in which every price is doubled."""
    if isinstance(part, Price):
        return part.model_copy(update={"sek": 2 * part.sek})
    if isinstance(part, Part):
        return part.model_copy(update={name: dearer(value) for name, value in part})
    if isinstance(part, dict):
        return {name: dearer(value) for name, value in part.items()}
    return part


@for_all(futures(), few=2, many=30)
def test_twice_the_prices_make_twice_the_cost(small_region: SmallRegion, future: Future) -> None:
    """Row by row of the ledger, but for the rounding to whole öre; all that is no money is the same to the bit."""
    resolved, records = lived(small_region, future)
    doubled = dataclasses.replace(resolved, scenario=dearer(resolved.scenario))
    once, twice = ledger(resolved, records), ledger(doubled, records)
    for column in ("day", "unit", "stream", "line"):
        assert np.array_equal(twice.rows[column], once.rows[column]), column
    assert (once.rows["ore"] > 0).sum() > 500
    assert (
        np.abs(twice.rows["ore"] - 2 * once.rows["ore"]).max() <= 2
    )  # minutes of two professions, rounded each
    assert np.abs(twice.visit_full_ore - 2 * once.visit_full_ore).max() <= 1
    assert np.abs(twice.visit_fee_ore - 2 * once.visit_fee_ore).max() <= 1

    measured, of_usual = measure(doubled, records), measure(resolved, records)
    assert measured.rows == of_usual.rows
    kept = [i for i, row in enumerate(measured.rows) if "msek" not in row.name and row.name not in MONEY]
    assert np.array_equal(measured.values[kept], of_usual.values[kept], equal_nan=True)
