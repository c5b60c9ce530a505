"""What a difference between two runs is put down to, from the runs of all combinations of the levers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

import sim.model
from results.attribution import Explanation
from results.store import Run
from results.table import Row
from scenarios.faults import InputError
from scenarios.load import Resolved
from tests.conftest import PATIENTS, SmallRegion, shipped_rows
from vardflode.attribution import explain
from vardflode.runs import make_run

UNITS = shipped_rows()[2:4]
STREAMS = ("triptorelin", "catheter")
FEW_STREAMS = tuple(f"streams.{name}=null" for name in PATIENTS if name not in STREAMS)
REPLICATIONS = 4
# Nobody moves, a fifth of the nurses is gone, and a clinic day is named where every day is one.
NO_TRANSFER, FEW_NURSES, NO_EFFECT = (
    "transfer.enabled=false",
    "staffing.nurse_fte_factor=0.8",
    "booking.clinic_weekday=friday",
)


@dataclass(slots=True)
class Maker:
    """Makes runs in a folder, and remembers what for and how many replications that took."""

    out: Path
    asked: list[str] = field(default_factory=list)
    made: int = 0

    def make(self, called: str, resolved: Resolved, seed: int, replications: int) -> Run:
        result = make_run(resolved, replications=replications, seed=seed, workers=1, out=self.out)
        assert result.run is not None
        self.asked.append(called)
        self.made += result.made
        return result.run

    def of(self, resolved: Resolved, *, seed: int = 1, replications: int = 1) -> Run:
        return self.make("", resolved, seed, replications)


class Tiny(Protocol):
    def __call__(self, *sets: str, rows: list[dict[str, str]] = UNITS) -> Resolved: ...


@pytest.fixture(scope="module")
def tiny(small_region: SmallRegion) -> Tiny:
    """Two streams at two units."""

    def region(*sets: str, rows: list[dict[str, str]] = UNITS) -> Resolved:
        return small_region(*FEW_STREAMS, *sets, rows=rows)

    return region


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def pair(tiny: Tiny, maker: Maker) -> tuple[Run, Run]:
    one = tiny()
    other = tiny("name=other", NO_TRANSFER, FEW_NURSES, NO_EFFECT)
    return maker.of(one, replications=REPLICATIONS), maker.of(other, replications=REPLICATIONS)


@pytest.fixture(scope="module")
def explained(pair: tuple[Run, Run], maker: Maker) -> Explanation:
    return explain(*pair, maker.make)


def of(run: Run, rows: tuple[Row, ...]) -> NDArray[np.float64]:
    known, values = run.measures()
    return values[:, [known.index(row) for row in rows]]


def interval(explained: Explanation, lever: str, name: str) -> tuple[float, float]:
    """The interval of what a lever adds to a measure of the region's first year."""
    (found,) = (own for own in explained.levers if own.name == lever)
    place = explained.rows.index(Row(name, "region", "", "year1"))
    summary = explained.of(found)
    return float(summary.low[place]), float(summary.high[place])


def test_the_parts_add_up_to_the_whole_difference_in_every_replication(
    explained: Explanation, pair: tuple[Run, Run]
):
    one, other = (of(run, explained.rows) for run in pair)
    assert explained.replications == tuple(range(REPLICATIONS))
    assert explained.contributions.shape == (3, REPLICATIONS, len(explained.rows))
    parts = explained.contributions.sum(axis=0)
    np.testing.assert_allclose(parts, explained.total, rtol=0, atol=1e-9)
    known = ~np.isnan(parts)
    assert np.array_equal(explained.total[known], (other - one)[known])
    assert known[:, [row.name == "cost_msek_per_year" for row in explained.rows]].all()


def test_only_rows_of_all_combinations_are_attributed(explained: Explanation, pair: tuple[Run, Run]):
    """The baseline is too short for a steady window; the other, where nobody moves, has one."""
    one, other = ({row.window for row in run.measures()[0]} for run in pair)
    assert one < other == one | {"steady"}
    assert set(explained.rows) == set(pair[0].measures()[0])


def test_what_one_combination_leaves_undefined_is_attributed_to_nobody(explained: Explanation):
    """Where nobody moves no unit gives a dose, so nothing can be said of how late they are."""
    place = explained.rows.index(Row("late_days_mean", "site", "unit", "year1"))
    assert np.isnan(explained.total[:, place]).all()
    undefined = np.isnan(explained.contributions)
    assert (undefined == np.isnan(explained.total)).all()


def test_a_lever_without_effect_adds_exactly_nothing(explained: Explanation):
    assert [lever.name for lever in explained.levers] == ["transfer-plan", "clinic-days", "staffing"]
    added = explained.contributions[1]
    assert not added[~np.isnan(added)].any()
    for name in ("cost_msek_per_year", "background_within_guarantee_share", "travel_km_per_year"):
        low, high = interval(explained, "clinic-days", name)
        assert low <= 0 <= high


def test_a_lever_with_effect_is_told_from_nothing(explained: Explanation):
    assert interval(explained, "transfer-plan", "cost_msek_per_year")[1] < 0
    assert interval(explained, "staffing", "utilisation")[0] > 0


def test_two_levers_share_as_by_hand_from_the_runs_of_their_settings(
    explained: Explanation, tiny: Tiny, maker: Maker
):
    made = maker.made
    neither, moved, staffed, both = (
        of(maker.of(tiny(*sets), replications=REPLICATIONS), explained.rows)
        for sets in ((), (NO_TRANSFER,), (FEW_NURSES,), (NO_TRANSFER, FEW_NURSES))
    )
    assert maker.made == made, "a combination is the run of its settings"
    known = ~np.isnan(explained.total)
    for lever, by_hand in (
        (0, ((moved - neither) + (both - staffed)) / 2),
        (2, ((staffed - neither) + (both - moved)) / 2),
    ):
        np.testing.assert_allclose(explained.contributions[lever][known], by_hand[known], rtol=0, atol=1e-9)


def test_asked_again_it_runs_nothing_and_says_the_same(
    explained: Explanation, pair: tuple[Run, Run], maker: Maker
):
    asked, made = len(maker.asked), maker.made
    again = explain(*pair, maker.make)
    assert maker.made == made
    assert np.array_equal(again.contributions, explained.contributions, equal_nan=True)
    assert maker.asked[asked:] == [
        'decision-2026 with "Transfer plan" of other',
        'decision-2026 with "Clinic days" of other',
        'decision-2026 with "Transfer plan", "Clinic days" of other',
        'decision-2026 with "Staffing" of other',
        'decision-2026 with "Transfer plan", "Staffing" of other',
        'decision-2026 with "Clinic days", "Staffing" of other',
    ]


def test_the_replications_asked_for_are_used(explained: Explanation, pair: tuple[Run, Run], maker: Maker):
    some = explain(*pair, maker.make, replications=[0, 2])
    assert some.replications == (0, 2)
    assert np.array_equal(some.contributions, explained.contributions[:, [0, 2]], equal_nan=True)


def test_one_lever_has_the_whole_difference(tiny: Tiny, pair: tuple[Run, Run], maker: Maker):
    other = maker.of(tiny(FEW_NURSES), replications=REPLICATIONS)
    asked = len(maker.asked)
    alone = explain(pair[0], other, maker.make)
    assert [lever.name for lever in alone.levers] == ["staffing"]
    assert np.array_equal(alone.contributions[0], alone.total, equal_nan=True)
    assert len(maker.asked) == asked


def test_scenarios_of_equal_values_differ_in_nothing(tiny: Tiny, maker: Maker):
    one, other = (maker.of(tiny(f"title.en={title}")) for title in ("One", "Other"))
    nothing = explain(one, other, maker.make)
    assert nothing.levers == {}
    assert nothing.contributions.shape == (0, 1, len(nothing.rows))
    assert not nothing.total[~np.isnan(nothing.total)].any()


# --- what cannot be explained ---------------------------------------------------------------------


def refused(one: Run, other: Run, maker: Maker) -> list[str]:
    asked = len(maker.asked)
    with pytest.raises(InputError) as caught:
        explain(one, other, maker.make)
    assert len(maker.asked) == asked, "something was run"
    return [str(fault) for fault in caught.value.faults]


def test_at_most_four_levers_can_be_told_apart(tiny: Tiny, maker: Maker):
    sets = ("travel.within_municipality_km=5", "money.available_share=0.1", "hospital.late_share=0.2")
    one = maker.of(tiny())
    other = maker.of(tiny("name=five", *sets, FEW_NURSES, NO_EFFECT))
    assert refused(one, other, maker) == [
        '--explain: decision-2026 and five differ in 5 levers ("Clinic days", "Staffing", "The hospital\'s side", '
        '"The uplift", "Travel"); at most 4 can be told apart: compare in steps, by scenarios between'
    ]


def test_levers_that_belong_together_are_named(tiny: Tiny, maker: Maker):
    """A hub that only the other register has."""
    hub = {**UNITS[0], "key": "hub"}
    one = maker.of(tiny())
    other = maker.of(
        tiny("name=hub", "booking.placement=hub", "booking.hubs.infusion=[hub]", rows=[hub, UNITS[1]])
    )
    told = refused(one, other, maker)
    assert told[0].startswith(
        '--explain: decision-2026 with "Which units" of hub, but not its "The units themselves": '
    )
    assert "booking.hubs.infusion" in told[0]
    assert told[1] == (
        "--explain: levers belong together in decision-2026 and hub; compare without --explain, or in steps"
    )


def test_runs_that_are_no_pairs_are_refused(tiny: Tiny, maker: Maker, monkeypatch: pytest.MonkeyPatch):
    one = maker.of(tiny())
    elsewhen = maker.of(tiny("name=elsewhen", "warm_up_weeks=3"), seed=2)
    told = refused(one, elsewhen, maker)
    assert [line.partition(": ")[2].partition(": ")[0] for line in told] == [
        elsewhen.folder.name,
        "warm_up_weeks",
    ]
    assert "has seed 2, not 1" in told[0]
    monkeypatch.setattr(sim.model, "MODEL_VERSION", "another")
    told = refused(one, one, maker)
    assert all("another version of the model" in line for line in told)
