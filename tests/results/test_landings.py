"""Where care lands: each unit's visits and patients by stream, and their sums, which are the measures."""

import numpy as np
import pytest

from results.landings import landings
from results.measures import measure
from results.windows import year_windows
from scenarios.load import Resolved
from sim.model import simulate
from sim.records import Records
from tests.conftest import SmallRegion
from tests.results.by_hand import KUNGALV, TROLLHATTAN, by_hand, resolved_by_hand

CLOSES_AND_OPENS = (
    "unit_changes={u014: {closes: 2026-09-07, goes_to: u019, staff_moves_share: 1}, "
    "u194: {opens: 2026-08-03, goes_to: u190, staff_moves_share: 1}}"
)


@pytest.fixture(scope="module")
def changed(small_region: SmallRegion) -> Resolved:
    return small_region(CLOSES_AND_OPENS)


@pytest.fixture(scope="module")
def records(changed: Resolved) -> Records:
    return simulate(changed, 1, 0)


def test_visits_and_patient_days_are_told_by_unit_and_stream(small_region: SmallRegion) -> None:
    table = landings(resolved_by_hand(small_region), by_hand())
    first = {(TROLLHATTAN, "triptorelin"): (5, 354 + 349), (TROLLHATTAN, "zoledronate"): (1, 334)}
    first |= {(KUNGALV, "triptorelin"): (1, 337)}
    second = {(TROLLHATTAN, "triptorelin"): (1, 364 + 36), (TROLLHATTAN, "zoledronate"): (0, 364)}
    second |= {(KUNGALV, "triptorelin"): (0, 364)}
    expected = [
        (unit, stream, window, *found)
        for window, cells in (("year1", first), ("year2", second), ("steady", second))
        for (unit, stream), found in sorted(cells.items())
    ]
    assert list(table.itertuples(index=False, name=None)) == expected


@pytest.mark.parametrize("scope", ["unit", "stream"])
def test_they_add_up_to_the_measures_where_units_open_and_close(
    changed: Resolved, records: Records, scope: str
) -> None:
    measured, table = measure(changed, records), landings(changed, records)
    assert not ((table["visits"] == 0) & (table["patient_days"] == 0)).any()
    of_scope = {"unit": [unit.key for unit in changed.units], "stream": sorted(changed.scenario.streams)}
    for window in year_windows(changed):
        sums = table[table["window"] == window.name].groupby(scope)[["visits", "patient_days"]].sum()
        visits, days = sums.reindex(of_scope[scope], fill_value=0).to_numpy(dtype=float).T
        for name, found in (
            ("unit_visits_per_year", visits * window.per_year),
            ("patients_at_units", days / window.days),
        ):
            known = [measured.value(name, scope, key, window.name) for key in of_scope[scope]]
            np.testing.assert_allclose(found, known, rtol=1e-12)
            assert found.sum() > 0


def test_without_transfer_nothing_lands(small_region: SmallRegion) -> None:
    resolved = small_region(scenario="no-transfer")
    table = landings(resolved, simulate(resolved, 1, 0))
    assert table.empty
    assert [str(kind) for kind in table.dtypes] == ["str", "str", "str", "int32", "int32"]
