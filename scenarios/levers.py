"""The levers that decision documents put on the table: which values belong together when something is changed.

Each value of a scenario belongs to one lever, but for `TEXTS`, which say what things are called, and `CLOCK`,
which says when and for how long one looks. Between two scenarios, `differing` tells which levers differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.load import PLAN, REGISTER, Resolved, standing
from scenarios.schema import Part
from scenarios.tree import LEAF_MARKS

Path = tuple[str, ...]
Paths = tuple[Path, ...]
EVERYTHING_BELOW = ".**"
TEXTS = ("schema_version", "name", "title.**", "description.**", "streams.*.label.**")
CLOCK = ("start_date", "horizon_years", "warm_up_weeks")


@dataclass(frozen=True, slots=True)
class Lever:
    """Values that are decided together.

    `keys` are dotted patterns: `*` stands for any one key, a last `**` for everything below as well. `example`
    is a setting that pulls the lever in `decision-2026`.
    """

    name: str
    en: str
    sv: str
    does: str
    keys: tuple[str, ...]
    example: str

    def holds(self, path: Path) -> bool:
        """Whether the value or section at a path belongs to the lever."""
        return any(covers(pattern, path) for pattern in self.keys)


LEVERS = (
    Lever(
        "transfer-plan",
        "Transfer plan",
        "Överföringsplan",
        "Whether and when patients move, how fast, in which order, and how many a unit takes in a week.",
        (
            "transfer.enabled",
            "transfer.start_date",
            "transfer.ramp",
            "transfer.ramp_weeks",
            "transfer.waves.**",
            "transfer.cap_new_patients_per_unit_per_week",
            "transfer.plan",
        ),
        "transfer.ramp_weeks=52",
    ),
    Lever(
        "who-moves",
        "Who moves",
        "Vilka patienter som flyttar",
        "Which share of a stream has no medical obstacle, and which share is referred and agrees.",
        ("streams.*.eligible_share", "streams.*.uptake_share"),
        "streams.triptorelin.uptake_share=0.8",
    ),
    Lever(
        "volumes",
        "Volumes",
        "Volymer",
        "How many patients a stream has, where they live, how their number grows and how long they stay.",
        (
            "streams.*.patients",
            "streams.*.growth_per_year",
            "streams.*.age_weight",
            "streams.*.clustering_cv",
            "streams.*.course.**",
        ),
        "streams.denosumab.patients=400",
    ),
    Lever(
        "streams",
        "Streams added or left out",
        "Strömmar som läggs till eller utgår",
        "Which treatments move at all, with a procedure group that only they need.",
        ("streams.*", "money.procedures.*"),
        "streams.methadone=null",
    ),
    Lever(
        "intervals",
        "Intervals, windows and loading doses",
        "Intervall, tidsfönster och uppladdningsdoser",
        "How often a dose is due, how early or late it may come, and where a new patient's first doses are given.",
        (
            "streams.*.interval_days",
            "streams.*.early_days",
            "streams.*.late_days",
            "streams.*.returned_after_days",
            "streams.*.loading_days",
            "streams.*.loading_at",
        ),
        "streams.zoledronate.interval_days=28",
    ),
    Lever(
        "referrals",
        "Referrals",
        "Remisser",
        "How referrals travel, how complete they are, how long their review takes, and how many are refused.",
        (
            "transfer.channel",
            "transfer.letter_days",
            "transfer.digital_days",
            "transfer.rewrite_days_mean",
            "transfer.review_minutes",
            "streams.*.referral.complete_share",
            "streams.*.referral.review_days_mean",
            "streams.*.referral.refused_share",
        ),
        "streams.iron.referral.complete_share=0.5",
    ),
    Lever(
        "guidelines",
        "Guidelines",
        "Riktlinjer",
        "When the guideline of a stream is ready, and what its referrals become from then on.",
        ("streams.*.referral.guideline.**",),
        "streams.iron.referral.guideline.ready_date=2027-03-01",
    ),
    Lever(
        "places",
        "Which units",
        "Vilka vårdcentraler",
        "Which units can do a procedure, and whether care is given at the patient's own, the nearest, or a hub.",
        (
            "booking.capable_units",
            "booking.least_listed.**",
            "booking.placement",
            "booking.hubs.**",
            "booking.chosen_hubs.**",
        ),
        "booking.least_listed.infusion=8000",
    ),
    Lever(
        "infusion-places",
        "Infusion places",
        "Infusionsplatser",
        "How many infusions a place takes in a week.",
        ("booking.infusions_per_place_per_week",),
        "booking.infusions_per_place_per_week=3",
    ),
    Lever(
        "diary",
        "Diary",
        "Tidbok",
        "How far ahead visits are booked, in how much of the staff's time, and how soon a missed one is booked again.",
        ("booking.diary_horizon_weeks", "booking.bookable_share", "booking.rebooking_notice_days"),
        "booking.bookable_share=0.8",
    ),
    Lever(
        "clinic-days",
        "Clinic days",
        "Mottagningsdagar",
        "Whether doses are given on any open day or on one weekday.",
        ("booking.day_choice", "booking.clinic_weekday"),
        "booking.day_choice=clinic_day",
    ),
    Lever(
        "opening",
        "Opening hours and overtime",
        "Öppettider och övertid",
        "When units are open, and how long after closing a visit may still begin.",
        ("calendar.**", "clinic.**"),
        "clinic.overtime_limit_minutes=60",
    ),
    Lever(
        "staffing",
        "Staffing",
        "Bemanning",
        "How many nurses and doctors there are, and how much of their time patients get.",
        (
            "staffing.nurse_fte_factor",
            "staffing.doctor_fte_factor",
            "staffing.nurse_direct_share",
            "staffing.doctor_direct_share",
            "staffing.nurse_telephone_share",
        ),
        "staffing.nurse_fte_factor=1.1",
    ),
    Lever(
        "periods",
        "Summer and other periods",
        "Sommar och andra perioder",
        "How many are at work, and how much is asked for, in weeks such as those of July.",
        ("staffing.periods.**",),
        "staffing.periods.july.staff_share=0.5",
    ),
    Lever(
        "sick-absence",
        "Sick absence",
        "Sjukfrånvaro",
        "How much of the staff is away sick, and for how long at a time.",
        ("staffing.sick_absence_share", "staffing.sick_spell_days_mean"),
        "staffing.sick_absence_share=0.1",
    ),
    Lever(
        "other-patients",
        "Other patients",
        "Övriga patienter",
        "How many visits everybody else needs, how long they take, and how soon they are wanted.",
        ("background.**",),
        "background.load_factor=1.5",
    ),
    Lever(
        "municipal-care",
        "Municipal care",
        "Kommunal vård",
        "Which share of a stream's patients the municipality cares for instead of the unit.",
        ("streams.*.municipal_share",),
        "streams.catheter.municipal_share=0.5",
    ),
    Lever(
        "visits",
        "What a visit is",
        "Besökens innehåll",
        "Who gives a dose and in how many minutes; missed, failed and unplanned visits, checks and renewals.",
        (
            "streams.*.procedure_group",
            "streams.*.profession",
            "streams.*.nurse_minutes",
            "streams.*.doctor_minutes",
            "streams.*.room_minutes",
            "streams.*.minutes_cv",
            "streams.*.no_show_share",
            "streams.*.failed_share",
            "streams.*.unplanned_per_year",
            "streams.*.unplanned_cv",
            "streams.*.check.**",
            "streams.*.renewals.**",
        ),
        "streams.catheter.nurse_minutes=50",
    ),
    Lever(
        "hospital",
        "The hospital's side",
        "Sjukhusens sida",
        "How punctual the hospitals are, what referrals and questions cost them, and which visits are freed.",
        ("hospital.**", "streams.*.hospital_visit_freed_share"),
        "hospital.late_share=0.2",
    ),
    Lever(
        "shocks",
        "Shocks to production",
        "Produktionsbortfall",
        "Weeks in which some units produce less, such as when a records system is introduced.",
        ("shocks.**",),
        "shocks.records={start_date: 2026-11-02, weeks: 4, production_lost_share: 0.3, moved_ahead_share: 0.2, "
        "moved_ahead_weeks: 8}",
    ),
    Lever(
        "unit-changes",
        "Units that open or close",
        "Vårdcentraler som öppnar eller stänger",
        "From when a unit is there, or until when, and what becomes of its patients and staff.",
        ("unit_changes.**",),
        "unit_changes.u016={closes: 2027-03-01, staff_moves_share: 0.5}",
    ),
    Lever(
        "register",
        "The units themselves",
        "Vårdcentralerna själva",
        "Their lists, positions, infusion places and skills: another register.",
        ("units",),
        "units=docs/examples/small-units.csv",
    ),
    Lever(
        "uplift",
        "The uplift",
        "Höjningen av listningspengen",
        "How large the uplift of the capitation is, whether it recurs and follows prices, and what is left of it.",
        (
            "money.uplift_msek_per_year",
            "money.uplift_index",
            "money.uplift_recurs",
            "money.available_share",
        ),
        "money.available_share=0.1",
    ),
    Lever(
        "prices",
        "Prices and rates",
        "Priser och timkostnader",
        "What an hour, a visit, material and drugs cost, and in which year's prices that is told.",
        (
            "money.price_year",
            "money.price_growth_per_year",
            "money.nurse_hour_sek",
            "money.doctor_hour_sek",
            "money.nurse_visit_sek",
            "money.doctor_visit_sek",
            "money.hospital_visit_sek",
            "money.nurse_fee_sek",
            "money.doctor_fee_sek",
            "streams.*.material_sek",
            "streams.*.drug.**",
        ),
        "money.nurse_hour_sek=600",
    ),
    Lever(
        "readiness",
        "Readiness and least volumes",
        "Utrustning, utbildning och minsta volymer",
        "What a unit must spend to keep up a procedure, and how many visits a year skill needs.",
        (
            "money.procedures.*.first_year_sek",
            "money.procedures.*.later_year_sek",
            "money.procedures.*.minimum_visits_per_year",
        ),
        "money.procedures.infusion.first_year_sek=60000",
    ),
    Lever(
        "travel",
        "Travel",
        "Resor",
        "How far patients travel within a municipality, and where the hospitals are.",
        ("travel.**",),
        "travel.within_municipality_km=5",
    ),
)


def lever_at(path: Path) -> Lever | None:
    """The lever to which the value or section at a path belongs; None for a text, and for the clock."""
    return next((lever for lever in LEVERS if lever.holds(path)), None)


def differing(baseline: Resolved, other: Resolved) -> dict[Lever, Paths]:
    """The levers in which two scenarios differ, each with the paths that do; the clock is left out."""
    paths = list(differences(baseline, other))
    found = {lever: tuple(path for path in paths if lever.holds(path)) for lever in LEVERS}
    return {lever: paths for lever, paths in found.items() if paths}


def differences(baseline: Resolved, other: Resolved) -> Iterator[Path]:
    """Paths at which two scenarios have different values, texts apart, in the order of the file.

    Evidence is no difference, but the price year of an amount is. What one of them lacks is one path,
    however much stands there: a wave, a stream. Registers and plans are compared row by row.
    """
    for path in _differences(baseline, other, ()):
        if not any(covers(pattern, path) for pattern in TEXTS):
            yield path


def _differences(baseline: Resolved, other: Resolved, path: Path) -> Iterator[Path]:
    sides = standing(baseline, path), standing(other, path)
    if all(_is_section(side) for side in sides):
        for key in dict.fromkeys((*sides[0], *sides[1])):
            yield from _differences(baseline, other, (*path, key))
    elif _value(baseline, path) != _value(other, path):
        yield path


def _is_section(item: Any) -> bool:
    return isinstance(item, Mapping) and not item.keys() & LEAF_MARKS


def _value(resolved: Resolved, path: Path) -> Any:
    """The validated value at a path, rows for the register and the plan; None where there is none."""
    if path in (REGISTER, PLAN):
        return resolved.units if path == REGISTER else resolved.plan
    item: Any = resolved.scenario
    for key in path:
        item = getattr(item, key, None) if isinstance(item, Part) else (item or {}).get(key)
    return item


def covers(pattern: str, path: Path) -> bool:
    """Whether a dotted pattern, as in `Lever.keys`, takes in a path."""
    wanted = pattern.removesuffix(EVERYTHING_BELOW).split(".")
    found = path[: len(wanted)] if pattern.endswith(EVERYTHING_BELOW) else path
    return len(found) == len(wanted) and all(
        own in ("*", key) for own, key in zip(wanted, found, strict=True)
    )
