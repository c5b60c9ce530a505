"""The sections of the summary, one per question."""

from __future__ import annotations

from results.catalogue import MEASURES
from results.measures import available_shares
from results.summary.figures import (
    Figures,
    Section,
    assumed_numbers,
    label,
    measure_rows,
    share_key,
    unit_of,
)
from results.windows import calendar_windows
from scenarios.load import Resolved


def load(figures: Figures) -> Section:
    names = (
        "unit_visits_per_year",
        "check_visits_per_year",
        "nurse_hours_per_year",
        "nurse_fte",
        "doctor_hours_per_year",
        "room_hours_per_year",
        "peak_week_nurse_hours",
        "utilisation",
        "overtime_minutes_per_unit_day",
        "clinic_wait_minutes_mean",
        "clinic_wait_minutes_p95",
    )
    return Section("Load at the units", ("", "mean (interval)", "unit"), measure_rows(figures, names))


def doses(resolved: Resolved, figures: Figures) -> Section:
    rows = []
    for name in sorted(resolved.scenario.streams):
        rows.append(
            (
                label(resolved, name),
                figures.told("patients_at_units", "stream", name),
                figures.told("unit_visits_per_year", "stream", name),
                figures.told("on_time_share", "stream", name),
                figures.told("late_days_p95", "stream", name),
                figures.told("returned_to_hospital_share", "stream", name),
            )
        )
    for site in ("unit", "hospital"):
        rows.append(
            (f"all, given at {site}", "", "", figures.told("on_time_share", "site", site),
             figures.told("late_days_p95", "site", site), "")
        )  # fmt: skip
    columns = ("stream", "patients at units", "visits/year", "on time", "days late, p95", "returned")
    remarks = (
        "on time: inside the stream's window; days late: after the due date, 95th percentile of late doses; "
        "returned: doses that the hospital had to give.",
        "How late doses are at the hospitals today is not known: the hospital's figures follow from "
        "hospital.late_share, no_show_share and rebook_days.",
        *assumed_numbers(resolved),
    )
    return Section("Doses", columns, tuple(rows), remarks)


def transfer(resolved: Resolved, figures: Figures) -> Section:
    years = [f"year{k + 1}" for k in range(resolved.scenario.horizon_years)]
    rows = [
        (f"Patients accepted, {year}", figures.told("patients_transferred", window=year), "patients")
        for year in years
    ]
    first = years[0]
    for name in ("referral_days_mean", "referrals_returned_share", "first_visit_days_mean"):
        rows.append((f"{MEASURES[name].meaning}, {first}", figures.told(name, window=first), unit_of(name)))
    rows.extend(
        measure_rows(
            figures, ("patients_handed_back", "hospital_freed_visits_per_year", "hospital_net_hours_per_year",
                      "out_of_hours_events_per_year", "municipal_visits_per_year", "travel_km_per_year")
        )
    )  # fmt: skip
    return Section("Transfer", ("", "mean (interval)", "unit"), tuple(rows))


def others(resolved: Resolved, figures: Figures) -> Section:
    names = (
        "background_within_guarantee_share",
        "background_wait_days_mean",
        "background_diverted_per_year",
        "displacement_bound_visits_per_year",
    )
    background = resolved.scenario.background
    visits = background.load_factor * background.visits_per_listed_per_year
    remarks = (
        "The bound is arithmetic: transferred minutes ÷ mean minutes of another visit.",
        "How many visits are really displaced rests on how tight the units are, which is not known. This run "
        f"assumes a load of {visits:.2f} visits per listed and year ({background.visits_per_listed_per_year:g} are "
        f"counted) and a spread between units of {background.unit_load_cv:g}; see also tight-everywhere.",
    )
    return Section("Other patients", ("", "mean (interval)", "unit"), measure_rows(figures, names), remarks)


def skill(resolved: Resolved, figures: Figures) -> Section:
    names = ("units_without_patient_share", "visits_per_performing_unit", "low_volume_visits_share")
    rows = tuple(
        (label(resolved, stream), *(figures.told(name, "stream", stream) for name in names))
        for stream in sorted(resolved.scenario.streams)
    )
    minimum = "; ".join(
        f"{group} {procedure.minimum_visits_per_year:g}"
        for group, procedure in sorted(resolved.scenario.money.procedures.items())
    )
    columns = ("stream", "units without a visit", "visits per performing unit", "visits at low-volume units")
    return Section(
        "Skill",
        columns,
        rows,
        (f"low volume: below so many visits a year of the procedure group: {minimum}",),
    )


def money(resolved: Resolved, figures: Figures) -> Section:
    rows = [
        (MEASURES["cost_msek_per_year"].meaning, figures.told("cost_msek_per_year"), "MSEK/year"),
        ("the same without readiness", figures.told("cost_msek_per_year", key="readiness=no"), "MSEK/year"),
        *measure_rows(
            figures, ("readiness_msek_per_year", "drug_msek_per_year", "patient_fee_msek_per_year")
        ),
        *measure_rows(figures, ("hospital_freed_msek_per_year",)),
    ]
    for window in calendar_windows(resolved):
        part = f", {window.days} days of it" if window.part_year else ""
        rows.append(
            (
                f"Cost in {window.name}{part} (not annualised)",
                figures.told("cost_msek_per_year", window=window.name),
                "MSEK",
            )
        )
    remarks: tuple[str, ...] = (
        f"Prices of {resolved.scenario.money.price_year}. Another costing, never to be mixed with this one: at full "
        f"price per visit the same visits are {figures.told('full_cost_msek_per_year')} MSEK/year.",
    )
    if figures.window == "year1":
        remarks += (
            "Readiness is due per calendar year: this window holds that of the first year and, due in January, that of "
            "the next; later windows hold one.",
        )
    return Section("Money", ("", "mean (interval)", "unit"), tuple(rows), remarks)


def uplift(resolved: Resolved, figures: Figures) -> Section:
    rows = []
    for share in available_shares(resolved):
        key = share_key(figures, share)
        bare = ";".join(part for part in (key, "readiness=no") if part)
        rows.append(
            (
                f"{100 * share:g} %, {figures.mean('uplift_msek_per_year', key=key):,.1f} MSEK/year",
                figures.told("uplift_share_used", key=key),
                figures.told("uplift_share_used", key=bare),
                figures.told("uplift_room_msek", key=key),
                figures.told("units_over_uplift_share", key=key),
                figures.told("extra_visits_affordable", key=key),
            )
        )
    columns = (
        "available",
        "used",
        "used without readiness",
        "room, MSEK/year",
        "units over",
        "more visits/year",
    )
    remarks = (
        "How much of the uplift is left for these streams is not stated; every share is a question, not a plan. "
        "Units over: those whose cost exceeds their own part.",
    )
    return Section("Is the uplift enough?", columns, tuple(rows), remarks)
