"""Every public measure, by the question it answers: its unit and what it says. One table for all that tell of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Unit and meaning of one measure."""

    unit: str
    meaning: str


QUESTIONS: dict[str, dict[str, Measure]] = {
    "load": {
        "unit_visits_per_year": Measure("visits/year", "Attended visits, with unplanned and failed ones"),
        "check_visits_per_year": Measure("visits/year", "Attended checks before a dose"),
        "nurse_hours_per_year": Measure("hours/year", "Nurse time, checks included"),
        "doctor_hours_per_year": Measure(
            "hours/year", "Doctor time, with review of checks and referrals, and renewals"
        ),
        "room_hours_per_year": Measure("hours/year", "Time in a room or infusion place"),
        "nurse_fte": Measure("FTE", "Nurses at full time (hours ÷ direct share ÷ 1,760)"),
        "peak_week_nurse_hours": Measure("hours", "Nurse hours of the busiest week"),
        "overtime_minutes_per_unit_day": Measure("minutes", "Overtime of all staff, per unit and open day"),
        "utilisation": Measure("share", "Minutes used by all patients ÷ minutes present"),
    },
    "doses": {
        "on_time_share": Measure("share", "Doses given inside their window ÷ doses that fell due"),
        "late_share": Measure("share", "Doses after their window, or still open past it"),
        "late_days_mean": Measure("days", "Days after the due date, mean over late doses"),
        "late_days_p95": Measure("days", "Days after the due date, 95th percentile of late doses"),
        "returned_to_hospital_share": Measure(
            "share", "Doses of unit patients that the hospital had to give"
        ),
    },
    "transfer": {
        "patients_transferred": Measure("patients", "Patients accepted in the window"),
        "patients_at_units": Measure("patients", "Mean number of patients at units"),
        "patients_handed_back": Measure("patients", "Patients handed back to the hospital for good"),
        "referral_days_mean": Measure("days", "From first referral sent to accepted, rewrites included"),
        "referrals_returned_share": Measure("share", "Referrals returned as incomplete at least once"),
        "first_visit_days_mean": Measure(
            "days", "From acceptance or due date, whichever is later, to the first dose at the unit"
        ),
    },
    "waiting": {
        "clinic_wait_minutes_mean": Measure("minutes", "Wait in the clinic"),
        "clinic_wait_minutes_p95": Measure("minutes", "Wait in the clinic, 95th percentile"),
    },
    "others": {
        "background_within_guarantee_share": Measure(
            "share", "Other patients' same-day requests seen within the guarantee"
        ),
        "background_wait_days_mean": Measure("days", "Wait of the same requests"),
        "background_diverted_per_year": Measure(
            "visits/year", "Other patients' requests turned away for want of room"
        ),
        "displacement_bound_visits_per_year": Measure(
            "visits/year", "Others' visits displaced at most: if every unit were full"
        ),
    },
    "skill": {
        "units_without_patient_share": Measure("share", "Units without a visit in the window"),
        "low_volume_visits_share": Measure(
            "share", "Visits at units below the yearly minimum of the procedure"
        ),
        "visits_per_performing_unit": Measure("visits/year", "Visits per unit that has any"),
    },
    "money": {
        "cost_msek_per_year": Measure(
            "MSEK/year", "Staff, material, checks and readiness at units (costing a)"
        ),
        "readiness_msek_per_year": Measure(
            "MSEK/year", "Readiness: kit, training, stock (part of costing a)"
        ),
        "full_cost_msek_per_year": Measure("MSEK/year", "Visits at full price per visit (costing b)"),
        "drug_msek_per_year": Measure("MSEK/year", "Drugs of doses and renewals at units, a line of its own"),
        "uplift_msek_per_year": Measure("MSEK/year", "Uplift of the capitation"),
        "uplift_share_used": Measure("share", "Cost ÷ uplift"),
        "uplift_room_msek": Measure("MSEK/year", "Uplift less cost"),
        "units_over_uplift_share": Measure("share", "Units whose cost exceeds their uplift"),
        "extra_visits_affordable": Measure("visits/year", "Room ÷ mean cost per visit"),
        "hospital_freed_visits_per_year": Measure("visits/year", "Hospital visits no longer needed"),
        "hospital_freed_msek_per_year": Measure(
            "MSEK/year", "Hospital capacity freed, at full price; not money saved"
        ),
        "hospital_net_hours_per_year": Measure(
            "hours/year", "Hospital hours freed less referrals and questions"
        ),
        "municipal_visits_per_year": Measure("visits/year", "Visits by the municipality"),
        "out_of_hours_events_per_year": Measure("events/year", "Unplanned needs met by out-of-hours care"),
        "patient_fee_msek_per_year": Measure("MSEK/year", "Patient fees, to the region"),
        "travel_km_per_year": Measure(
            "km/year", "Patients' travel to units and back (site hospital: for doses given there)"
        ),
    },
}

MEASURES: dict[str, Measure] = {
    name: measure for measures in QUESTIONS.values() for name, measure in measures.items()
}
