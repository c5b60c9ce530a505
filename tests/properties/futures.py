"""Random futures of the small region, and how a property is held in each of them.

A future pulls the levers that could break a symmetry: where care is given, who moves when, shocks, units that open or
close, too little room. Examples are drawn from a fixed seed, so a test that passes passes again.
"""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scenarios.load import Resolved
from sim.model import simulate
from sim.records import Records
from tests.conftest import Row, SmallRegion

Property = Callable[..., None]

PLACES = (
    ("booking.placement=hub", "booking.hubs={infusion: [u190, u046], catheter: [u014]}"),
    ("booking.placement=hub", "booking.chosen_hubs={infusion: {minimum_visits_per_year: 40}}"),
    ("booking.placement=nearest_capable_unit", "booking.least_listed={infusion: 8000}"),
    ("booking.placement=listed_unit",),
)
PACES = (
    (
        "transfer.ramp=waves",
        "transfer.waves={first: {start_date: 2026-03-02, ramp_weeks: 4, senders: [NU, SkaS]},"
        " second: {start_date: 2026-06-01, ramp_weeks: 0, streams: [triptorelin, denosumab]},"
        " third: {start_date: 2026-06-01, ramp_weeks: 6}}",
    ),
    ("transfer.ramp=evenly",),
    ("transfer.ramp=next_due",),
    ("transfer.ramp=all_at_once", "transfer.cap_new_patients_per_unit_per_week=2"),
)
SHOCKS = (
    (
        "shocks={records: {start_date: 2026-09-07, weeks: 4, production_lost_share: 0.4, ownership: [public],"
        " moved_ahead_share: 0.3, moved_ahead_weeks: 3},"
        " another: {start_date: 2026-09-21, weeks: 3, production_lost_share: 0.2,"
        " moved_ahead_share: 0, moved_ahead_weeks: 1}}",
    ),
    (),
)
UNIT_CHANGES = (
    (
        "unit_changes={u191: {closes: 2026-08-31, goes_to: u194, staff_moves_share: 0.5},"
        " u050: {opens: 2026-05-04, staff_moves_share: 0}}",
    ),
    (),
)
ROOM = (
    ("background.load_factor=2", "staffing.nurse_fte_factor=0.9"),
    ("booking.infusions_per_place_per_week=0.5", "booking.bookable_share=0.5"),
    ("background.load_factor=0.8",),
)
DETAILS = (
    ("booking.day_choice=clinic_day", "streams.catheter.municipal_share=0.4"),
    ("calendar.klamdag=closed", "transfer.channel=letter"),
    ("clinic.overtime_limit_minutes=0", "streams.fulvestrant.loading_at=unit"),
    (),
)


@dataclasses.dataclass(frozen=True)
class Future:
    """Settings of the decision on the small region, and a seed."""

    settings: tuple[str, ...]
    seed: int


def futures(*, units_change: bool = True) -> st.SearchStrategy[Future]:
    """Futures of every mixture, in which units open and close unless told."""
    parts = (PLACES, PACES, SHOCKS, UNIT_CHANGES if units_change else ((),), ROOM, DETAILS)
    return st.builds(
        lambda chosen, seed: Future(tuple(text for part in chosen for text in part), seed),
        st.tuples(*map(st.sampled_from, parts)),
        st.integers(0, 2**32),
    )


def lived(
    region: SmallRegion, future: Future, *sets: str, rows: list[Row] | None = None
) -> tuple[Resolved, Records]:
    """A future with these further settings, resolved and simulated."""
    resolved = region(*future.settings, *sets, rows=rows)
    return resolved, simulate(resolved, future.seed, replication=0)


def for_all(
    strategy: st.SearchStrategy[Any], *, few: int, many: int, shrink: bool = False
) -> Callable[[Property], Property]:
    """Make a test of a property: over a few examples, and, marked slow, over many.

    The last argument of the property is what is drawn; those before it are fixtures. `shrink` makes what fails
    as small as can be, for properties that take no time.
    """

    def test_of(holds: Property) -> Property:
        phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
        fixtures = list(inspect.signature(holds).parameters.values())[:-1]

        def test(examples: int, **given_fixtures: Any) -> None:
            @settings(max_examples=examples, derandomize=True, deadline=None, database=None, phases=phases)
            @given(strategy)
            def of(drawn: Any) -> None:
                holds(*given_fixtures.values(), drawn)

            of()

        examples = inspect.Parameter("examples", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        test.__signature__ = inspect.Signature([examples, *fixtures])
        test.__name__, test.__doc__, test.__module__ = holds.__name__, holds.__doc__, holds.__module__
        return pytest.mark.parametrize("examples", [few, pytest.param(many, marks=pytest.mark.slow)])(test)

    return test_of
