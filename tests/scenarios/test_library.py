"""The scenarios that come along: each pulls what it says it pulls, with evidence, and the model runs it."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from results.measures import Measured, measure
from scenarios.levers import differences
from scenarios.lineage import FIRST, LIBRARY, headline, library
from scenarios.load import Resolved, resolve
from scenarios.tree import Branch, parse, plain
from sim.model import simulate
from tests.conftest import SmallRegion

SEED = 1
PATIENTS_HERE = 0.15  # of the region's, so that something happens to each stream on twelve units
LONGEST_TITLE = 50  # with the longest name, on one line of 80

STREAMS = (
    "fulvestrant",
    "goserelin",
    "triptorelin",
    "zoledronate",
    "denosumab",
    "iron",
    "catheter",
    "methadone",
)
GUIDED = tuple(name for name in STREAMS if name != "catheter")
SUMMER = ("early-summer", "july", "late-summer")
WEEKS = ("first_iso_week", "last_iso_week")
WORDS = (
    ".label.en",
    ".label.sv",
    ".procedure_group",
    ".profession",
)  # say what a stream is; nobody doubts them
SIGNED = ("uplift_room_msek", "hospital_net_hours_per_year")  # may be below 0

# The parent of each, and every key whose value differs from the parent's; a section that is new is one key.
PULLED: dict[str, tuple[str, set[str]]] = {
    "no-transfer": ("decision-2026", {"transfer.enabled"}),
    "tight-everywhere": ("decision-2026", {"background.load_factor", "background.unit_load_cv"}),
    "all-at-once": ("decision-2026", {"transfer.ramp"}),
    "bone-agents-every-4-weeks": (
        "decision-2026",
        {
            f"streams.zoledronate.{key}"
            for key in ("interval_days", "early_days", "late_days", "returned_after_days")
        },
    ),
    "bone-agents-high": ("decision-2026", {"streams.zoledronate.patients", "streams.denosumab.patients"}),
    "bone-agents-low": ("decision-2026", {"streams.zoledronate.patients", "streams.denosumab.patients"}),
    "flu-and-july": (
        "decision-2026",
        {"staffing.sick_absence_share", "staffing.periods.flu", "staffing.periods.july.staff_share"},
    ),
    "home-cancer-care": (
        "decision-2026",
        {"streams.fulvestrant.uptake_share", "streams.denosumab.uptake_share"},
    ),
    "inappropriate-referrals": ("decision-2026", {"streams.obesity-drugs", "money.procedures.control"}),
    "incomplete-referrals": (
        "decision-2026",
        {f"streams.{name}.referral.complete_share" for name in STREAMS}
        | {f"streams.{name}.referral.guideline.complete_share" for name in GUIDED},
    ),
    "infusion-hubs": (
        "decision-2026",
        {"booking.placement", "booking.chosen_hubs.infusion", "booking.infusions_per_place_per_week"},
    ),
    "injection-day": ("decision-2026", {"booking.day_choice"}),
    "late-guidelines": (
        "decision-2026",
        {f"streams.{name}.referral.guideline.ready_date" for name in GUIDED},
    ),
    "more-streams": (
        "decision-2026",
        {f"streams.{name}" for name in ("haemochromatosis", "obesity-drugs", "ribociclib")}
        | {"money.procedures.control"},
    ),
    "municipal-catheters": ("decision-2026", {"streams.catheter.municipal_share"}),
    "records-shock": ("decision-2026", {"shocks.records-system"}),
    "summer-staffing": (
        "decision-2026",
        {f"staffing.periods.{name}.{key}" for name in SUMMER for key in (*WEEKS, "staff_share")},
    ),
    "waves": (
        "decision-2026",
        {
            "transfer.ramp",
            *(
                f"transfer.waves.{wave}"
                for wave in (
                    "1-injections-and-catheters",
                    "2-injections-and-catheters",
                    "3-infusions-denosumab-methadone",
                    "4-infusions-denosumab-methadone",
                )
            ),
        },
    ),
}


@functools.cache
def strictly(name: str) -> Resolved:
    """A scenario of the library that has stood up to the strictest check."""
    return resolve(name, strict=True)


def parent_of(name: str) -> str:
    tree = parse((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"), name, [])
    assert isinstance(tree, Branch)
    return str(plain(tree)["extends"])


# --- what they say ----------------------------------------------------------------------------------


def test_the_base_comes_first_and_the_rest_by_name() -> None:
    assert library() == (*FIRST, *sorted(set(library()) - set(FIRST)))
    assert set(library()) == {"decision-2026", *PULLED}
    assert len(library()) == 19


@pytest.mark.parametrize("name", library())
def test_each_stands_up_to_the_strictest_check(name: str) -> None:
    resolved = strictly(name)
    assert resolved.scenario.name == name
    assert resolved.bare == ()


@pytest.mark.parametrize("name", library())
def test_each_is_told_in_two_languages_with_a_title_that_fits_a_line(name: str) -> None:
    told = headline(name)
    assert told["title"]["en"] != told["title"]["sv"]
    assert told["description"]["en"] != told["description"]["sv"]
    assert max(len(title) for title in told["title"].values()) <= LONGEST_TITLE


@pytest.mark.parametrize("name", [name for name in library() if name not in FIRST])
def test_each_says_what_it_leaves_out(name: str) -> None:
    about = headline(name)["description"]
    assert "not modelled" in about["en"]
    assert "ingår inte" in about["sv"]


def test_no_two_are_called_alike() -> None:
    for language in ("en", "sv"):
        assert len({headline(name)["title"][language] for name in library()}) == len(library())


@pytest.mark.parametrize("name", PULLED)
def test_each_pulls_what_it_says_and_nothing_else(name: str) -> None:
    parent, pulled = PULLED[name]
    assert parent_of(name) == parent
    before, after = resolve(parent), resolve(name)
    assert {".".join(path) for path in differences(before, after)} == pulled
    evidenced = {
        key
        for key in after.evidence
        if any(f"{key}.".startswith(f"{path}.") for path in pulled)
        and after.origin[key].startswith(f"{name}.")
    }
    assert all(any(f"{key}.".startswith(f"{path}.") for key in evidenced) for path in pulled)
    assert all(after.origin[key].startswith(f"{name}.yaml:") for key in evidenced)


def test_more_streams_say_that_they_are_assumptions_with_wide_ranges() -> None:
    resolved = strictly("more-streams")
    for name in ("haemochromatosis", "obesity-drugs", "ribociclib"):
        known = resolved.evidence[f"streams.{name}.patients"]
        assert known.grade == "assumption"
        assert known.range is not None
        assert known.range.high >= 10 * known.range.low
        below = [key for key in resolved.evidence if key.startswith(f"streams.{name}.")]
        assert {resolved.evidence[key].grade for key in below} == {"assumption"}


def test_the_hubs_are_the_dozen_that_their_title_says() -> None:
    assert len(strictly("infusion-hubs").hubs["infusion"].keys) == 12


# --- what they do -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(small_region: SmallRegion) -> dict[str, Measured]:
    """A replication of every scenario on twelve units and one year, on common random numbers."""
    regions = {name: here(small_region, name) for name in library()}
    return {name: measure(region, simulate(region, SEED, 0)) for name, region in regions.items()}


def here(small_region: SmallRegion, name: str) -> Resolved:
    """A scenario on the small region, with the same part of the patients of each of its streams."""
    patients = (
        f"streams.{stream}.patients={round(known.patients * PATIENTS_HERE)}"
        for stream, known in strictly(name).scenario.streams.items()
    )
    inside_the_year = ["shocks.records-system.start_date=2026-11-02"] if name == "records-shock" else []
    return small_region(*patients, *inside_the_year, scenario=name)


@pytest.mark.parametrize("name", library())
def test_each_runs_and_its_measures_are_possible(name: str, measured: dict[str, Measured]) -> None:
    found = measured[name]
    for row, value in zip(found.rows, found.values, strict=True):
        if np.isnan(value) or row.name in SIGNED:
            continue
        assert value >= 0, row
        if row.name.endswith("_share"):
            assert value <= 1, row
    assert (found.value("patients_transferred") > 0) == (name != "no-transfer")


# Scenario, measure, scope and key, and whether it has more or less of it than the decision, on the same random numbers.
DIRECTIONS = (
    ("no-transfer", "unit_visits_per_year", "region", "", "less"),
    ("tight-everywhere", "utilisation", "region", "", "more"),
    ("all-at-once", "patients_at_units", "region", "", "more"),
    ("bone-agents-every-4-weeks", "unit_visits_per_year", "stream", "zoledronate", "more"),
    ("bone-agents-high", "nurse_hours_per_year", "region", "", "more"),
    ("bone-agents-low", "nurse_hours_per_year", "region", "", "less"),
    ("flu-and-july", "background_wait_days_mean", "region", "", "more"),
    ("home-cancer-care", "unit_visits_per_year", "stream", "denosumab", "less"),
    ("inappropriate-referrals", "doctor_hours_per_year", "region", "", "more"),
    ("incomplete-referrals", "referrals_returned_share", "region", "", "more"),
    ("infusion-hubs", "travel_km_per_year", "region", "", "more"),
    ("infusion-hubs", "readiness_msek_per_year", "region", "", "less"),
    ("infusion-hubs", "visits_per_performing_unit", "stream", "zoledronate", "more"),
    ("injection-day", "late_share", "stream", "denosumab", "more"),
    ("late-guidelines", "referrals_returned_share", "region", "", "more"),
    ("more-streams", "cost_msek_per_year", "region", "", "more"),
    ("municipal-catheters", "municipal_visits_per_year", "region", "", "more"),
    ("municipal-catheters", "unit_visits_per_year", "stream", "catheter", "less"),
    ("records-shock", "background_wait_days_mean", "region", "", "more"),
    ("summer-staffing", "background_wait_days_mean", "region", "", "more"),
    ("waves", "patients_at_units", "region", "", "less"),
)


@pytest.mark.parametrize(("name", "measure_name", "scope", "key", "direction"), DIRECTIONS)
def test_each_moves_its_measure_the_right_way(
    name: str,
    measure_name: str,
    scope: str,
    key: str,
    direction: str,
    measured: dict[str, Measured],
) -> None:
    base, changed = (measured[one].value(measure_name, scope, key) for one in ("decision-2026", name))
    assert (changed > base) if direction == "more" else (changed < base)


def test_every_scenario_but_the_decision_has_a_direction() -> None:
    assert {name for name, *_ in DIRECTIONS} == set(PULLED)
