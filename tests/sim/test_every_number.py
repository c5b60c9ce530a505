"""Every declared number matters: in a scenario that switches its lever on, another value changes some measure.

The schema is walked for its fields. `NUMBERS` gives each of them another value, and every other one where it is a
choice; `ONLY_NAMES` says which fields change nothing, and why. A field in neither fails, so that none is forgotten.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union

import numpy as np
import pytest
from pydantic import BaseModel

from results.measures import Measured, measure
from scenarios.schema import Scenario
from sim.model import simulate
from tests.conftest import PATIENTS, SmallRegion, shipped_rows

SEED, REPLICATION = 1, 0
UNITS = ("u015", "u019", "u050", "u190")  # of three towns; u190 gives no infusions
FEW = tuple(f"streams.{name}.patients={count // 3}" for name, count in PATIENTS.items())

ONLY_NAMES = {
    "schema_version": "there is one",
    "name": "names the run",
    "title.en": "shown",
    "title.sv": "shown",
    "description.en": "shown",
    "description.sv": "shown",
    "streams.*.label.en": "shown",
    "streams.*.label.sv": "shown",
    "units": "a file; what stands in it is not declared in the scenario",
    "transfer.plan": "a file; what stands in it is not declared in the scenario",
}


@dataclass(frozen=True)
class Number:
    """Other values for a field, as settings have them, and the settings that put it to work."""

    values: tuple[str, ...]
    at_work: tuple[str, ...] = ()


def to(*values: object, at_work: tuple[str, ...] = ()) -> Number:
    """Other values, one by one."""
    return Number(tuple(str(value) for value in values), at_work)


TIGHT = ("background.load_factor=2",)
MISSED = ("streams.triptorelin.no_show_share=0.4",)
FAILED = ("streams.catheter.failed_share=0.5",)
HUB = ("booking.placement=hub",)
CLINIC_DAY = ("booking.day_choice=clinic_day",)
READY = ("streams.triptorelin.referral.guideline.ready_date=2026-04-06",)
WAVE = (
    "transfer.ramp=waves",
    "transfer.waves.first={start_date: 2026-03-02, ramp_weeks: 8, senders: [NU], streams: [triptorelin, catheter]}",
)
SHOCK = (
    "shocks.records={start_date: 2026-09-07, weeks: 4, production_lost_share: 0.4, moved_ahead_share: 0.5,"
    " moved_ahead_weeks: 6}",
)
OPENS, CLOSES = (
    (f"unit_changes.u190={{{happens}: 2026-08-03, goes_to: u050, staff_moves_share: 0.5}}",)
    for happens in ("opens", "closes")
)
AMOUNTS = (
    "streams.iron.material_sek",
    "streams.goserelin.drug.price_sek",
    "money.nurse_hour_sek",
    "money.doctor_hour_sek",
    "money.nurse_visit_sek",
    "money.doctor_visit_sek",
    "money.hospital_visit_sek",
    "money.nurse_fee_sek",
    "money.doctor_fee_sek",
    "money.procedures.infusion.first_year_sek",
    "money.procedures.infusion.later_year_sek",
)

NUMBERS: dict[str, Number] = {
    "start_date": to("2026-03-09"),
    "horizon_years": to(2),
    "warm_up_weeks": to(4),
    "calendar.opening.monday.opens": to('"09:00"'),
    "calendar.opening.monday.closes": to('"15:00"'),
    "calendar.half_day_closes": to('"10:00"'),
    "calendar.klamdag": to("open", "closed"),
    "staffing.nurse_fte_factor": to(0.7),
    "staffing.doctor_fte_factor": to(0.7),
    "staffing.nurse_direct_share": to(0.5),
    "staffing.doctor_direct_share": to(0.5),
    "staffing.nurse_telephone_share": to(0.1),
    "staffing.sick_absence_share": to(0.1),
    "staffing.sick_spell_days_mean": to(12),
    "staffing.periods.july.first_iso_week": to(29),
    "staffing.periods.july.last_iso_week": to(29),
    "staffing.periods.july.staff_share": to(0.3),
    "staffing.periods.july.demand_share": to(1),
    "clinic.overtime_limit_minutes": to(0, at_work=TIGHT),
    "clinic.last_arrival_minutes": to(120),
    "background.load_factor": to(1.5),
    "background.unit_load_cv": to(0.1),
    "background.visits_per_listed_per_year": to(3),
    "background.doctor_share": to(0.3),
    "background.nurse_minutes": to(30),
    "background.doctor_minutes": to(30),
    "background.minutes_cv": to(0.8),
    "background.same_day_share": to(0.3),
    "background.lead_days_mean": to(5),
    "background.accepts_wait_days_mean": to(10, at_work=TIGHT),
    "background.guarantee_days": to(0),
    "booking.diary_horizon_weeks": to(4),
    "booking.bookable_share": to(0.3),
    "booking.capable_units": to("all"),
    "booking.least_listed.infusion": to(8000, at_work=("booking.least_listed.infusion=0",)),
    "booking.placement": to("nearest_capable_unit", "hub", at_work=("booking.hubs.infusion=[u050]",)),
    "booking.hubs.infusion": to("[u019]", at_work=(*HUB, "booking.hubs.infusion=[u050]")),
    "booking.chosen_hubs.infusion.minimum_visits_per_year": to(
        40, at_work=(*HUB, "booking.chosen_hubs.infusion.minimum_visits_per_year=1")
    ),
    "booking.day_choice": to("clinic_day"),
    "booking.clinic_weekday": to(
        "monday", "wednesday", "thursday", "friday", "saturday", "sunday", at_work=CLINIC_DAY
    ),
    "booking.rebooking_notice_days": to(14, at_work=MISSED),
    "booking.infusions_per_place_per_week": to(0.1),
    "hospital.late_share": to(0.5),
    "hospital.late_days_mean": to(30),
    "hospital.no_show_share": to(0.5),
    "hospital.rebook_days": to(30),
    "hospital.takeover_days": to(20, at_work=FAILED),
    "hospital.handed_back_after_returns": to(1, at_work=FAILED),
    "hospital.referral_minutes": to(30),
    "hospital.rewrite_minutes": to(30),
    "hospital.question_minutes_per_patient_year": to(30),
    "transfer.enabled": to("false"),
    "transfer.start_date": to("2026-06-01"),
    "transfer.ramp": to("all_at_once", "waves", "next_due", at_work=(*WAVE, "transfer.ramp=evenly")),
    "transfer.ramp_weeks": to(26),
    "transfer.waves.first.start_date": to("2026-06-01", at_work=WAVE),
    "transfer.waves.first.ramp_weeks": to(0, at_work=WAVE),
    "transfer.waves.first.senders": to("[SkaS]", "[]", at_work=WAVE),
    "transfer.waves.first.streams": to("[triptorelin]", "[]", at_work=WAVE),
    "transfer.cap_new_patients_per_unit_per_week": to(1),
    "transfer.channel": to("digital", "letter"),
    "transfer.letter_days": to(30),
    "transfer.digital_days": to(30),
    "transfer.rewrite_days_mean": to(60),
    "transfer.review_minutes": to(30),
    "streams.iron.procedure_group": to(
        "injection",
        "catheter",
        "methadone",
        "control",
        at_work=(
            "money.procedures.control={first_year_sek: 9, later_year_sek: 9, minimum_visits_per_year: 9}",
        ),
    ),
    "streams.iron.profession": to("doctor", at_work=("streams.iron.doctor_minutes=5",)),
    "streams.iron.patients": to(30),
    "streams.iron.eligible_share": to(0.5),
    "streams.iron.uptake_share": to(0.5),
    "streams.iron.growth_per_year": to(0.5),
    "streams.iron.age_weight": to(4),
    "streams.iron.clustering_cv": to(2),
    "streams.iron.interval_days": to(100),
    "streams.iron.early_days": to(0),
    "streams.iron.late_days": to(3),
    "streams.triptorelin.returned_after_days": to(12, at_work=MISSED),
    "streams.fulvestrant.loading_days": to("[0, 7]"),
    "streams.fulvestrant.loading_at": to("unit"),
    "streams.iron.nurse_minutes": to(60),
    "streams.iron.doctor_minutes": to(10),
    "streams.iron.room_minutes": to(100),
    "streams.iron.minutes_cv": to(0.8),
    "streams.iron.no_show_share": to(0.4),
    "streams.iron.failed_share": to(0.4),
    "streams.catheter.unplanned_per_year": to(3),
    "streams.catheter.unplanned_cv": to(0),
    "streams.iron.check.days_before": to(30),
    "streams.iron.check.nurse_minutes": to(20),
    "streams.iron.check.review_minutes": to(20),
    "streams.iron.check.withheld_share": to(0.6),
    "streams.iron.check.withheld_days": to(30),
    "streams.methadone.renewals.interval_days": to(30),
    "streams.methadone.renewals.doctor_minutes": to(20),
    "streams.iron.course.median_days": to(200),
    "streams.goserelin.course.maximum_days": to(300),
    "streams.catheter.municipal_share": to(0.5),
    "streams.iron.referral.complete_share": to(0.2),
    "streams.iron.referral.review_days_mean": to(40),
    "streams.iron.referral.refused_share": to(0.5),
    "streams.triptorelin.referral.guideline.ready_date": to("2027-02-01", at_work=READY),
    "streams.triptorelin.referral.guideline.complete_share": to(0.2, at_work=READY),
    "streams.triptorelin.referral.guideline.review_days_mean": to(40, at_work=READY),
    "streams.triptorelin.referral.guideline.refused_share": to(0.5, at_work=READY),
    "streams.goserelin.drug.payer": to("region", "unit", "not_stated"),
    "streams.iron.hospital_visit_freed_share": to(0.1),
    "shocks.records.start_date": to("2026-11-02", at_work=SHOCK),
    "shocks.records.weeks": to(8, at_work=SHOCK),
    "shocks.records.production_lost_share": to(0.8, at_work=SHOCK),
    "shocks.records.areas": to("[Norra]", at_work=SHOCK),
    "shocks.records.ownership": to("[private]", at_work=SHOCK),
    "shocks.records.units": to("[u015]", at_work=SHOCK),
    "shocks.records.moved_ahead_share": to(0, at_work=SHOCK),
    "shocks.records.moved_ahead_weeks": to(2, at_work=SHOCK),
    "unit_changes.u190.opens": to("2026-11-02", at_work=OPENS),
    "unit_changes.u190.closes": to("2026-11-02", at_work=CLOSES),
    "unit_changes.u190.goes_to": to("u015", at_work=CLOSES),
    "unit_changes.u190.staff_moves_share": to(1, at_work=CLOSES),
    "money.price_year": to(2020),
    "money.price_growth_per_year": to(0.05),
    "money.uplift_msek_per_year": to(50),
    "money.uplift_index": to(1.03),
    "money.uplift_recurs": to("false"),
    "money.available_share": to(0.3),
    "money.procedures.infusion.minimum_visits_per_year": to(0),
    "travel.within_municipality_km": to(20),
    "travel.hospital_municipality.NU": to("Skövde"),
}


def amount(path: str, sek: float, price_year: int) -> str:
    """The setting of an amount of money."""
    return f"{path}={{value: {sek}, grade: assumption, price_year: {price_year}}}"


def cases() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Field, the settings that put it to work, and the setting that changes it."""
    for path, number in NUMBERS.items():
        for value in number.values:
            yield path, number.at_work, f"{path}={value}"
    priced = tuple(amount(path, 1000, 2024) for path in AMOUNTS)
    for path in AMOUNTS:
        yield f"{path}.sek", priced, amount(path, 2000, 2024)
        yield f"{path}.price_year", priced, amount(path, 1000, 2020)


def fields(kind: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every field of a type with the type of its value; `*` stands for the keys of a mapping."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        yield from fields(inside[0], path)
    elif origin in (Union, types.UnionType):
        for one in inside:
            if one is not types.NoneType:
                yield from fields(one, path)
    elif origin is dict:
        yield from fields(inside[1], f"{path}.*")
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from fields(field.annotation, f"{path}.{name}".lstrip("."))
    else:
        yield path, kind


FIELDS = dict(fields(Scenario))


def field_at(path: str) -> str:
    """The field of the schema that stands at a path of a scenario."""
    keys = path.split(".")
    return next(
        field
        for field in FIELDS
        if len(names := field.split(".")) == len(keys)
        and all(name in ("*", key) for name, key in zip(names, keys, strict=True))
    )


@pytest.fixture(scope="module")
def measured(small_region: SmallRegion) -> Callable[..., Measured]:
    """`measured("key=value", …)`: the measures of four units with these settings, simulated once."""
    rows = [row for row in shipped_rows() if row["key"] in UNITS]
    rows = [
        row | ({"can_infusion": "no", "infusion_places": "0"} if row["key"] == "u190" else {}) for row in rows
    ]

    @functools.cache
    def simulated(*sets: str) -> Measured:
        resolved = small_region(*FEW, *sets, rows=rows)
        return measure(resolved, simulate(resolved, SEED, REPLICATION))

    return simulated


def equal(one: Measured, other: Measured) -> bool:
    """Whether two replications have the same measures, to the bit."""
    return one.rows == other.rows and np.array_equal(one.values, other.values, equal_nan=True)


@pytest.mark.parametrize(("at_work", "change"), [pytest.param(*case[1:], id=case[0]) for case in cases()])
def test_another_value_changes_some_measure(
    measured: Callable[..., Measured], at_work: tuple[str, ...], change: str
) -> None:
    base, other = measured(*at_work), measured(*at_work, change)
    assert not equal(base, other)


def test_no_field_is_forgotten() -> None:
    varied = {field_at(path) for path, _, _ in cases()}
    assert varied.isdisjoint(ONLY_NAMES)
    assert varied | ONLY_NAMES.keys() == FIELDS.keys()


@pytest.mark.parametrize(
    "path", [path for path in NUMBERS if typing.get_origin(FIELDS[field_at(path)]) is Literal]
)
def test_each_choice_but_that_of_the_base_is_tried(small_region: SmallRegion, path: str) -> None:
    scenario = small_region(*NUMBERS[path].at_work).scenario
    chosen = functools.reduce(
        lambda item, key: item[key] if isinstance(item, dict) else getattr(item, key),
        path.split("."),
        scenario,
    )
    assert {chosen, *NUMBERS[path].values} == set(typing.get_args(FIELDS[field_at(path)]))
