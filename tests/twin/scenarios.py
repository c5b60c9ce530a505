"""Random small scenarios: any lever, a few units, some dozen patients and a few thousand visits of others in a year.

Values at their limits are drawn as often as usual ones, and the units are small, so that a year is quickly told
twice while diaries are full, staff are late home, and nobody has room.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import pathlib
import tempfile
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from scenarios.load import Resolved, resolve
from tests.conftest import PATIENTS, TOWNS, Row, shipped_rows, write_register

DAY_ZERO = dt.date(2026, 3, 2)
SENDERS = ("NU", "SkaS", "SV")
STREAMS = tuple(sorted(PATIENTS))
GROUPS = ("injection", "catheter", "infusion", "methadone")
DAYS = 364
PLAN = ("sender", "area", "stream", "week", "patients")

Draw = st.DrawFn
Settings = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """A register, a plan (empty: none), the values that differ from `decision-2026`, and a seed."""

    rows: tuple[Row, ...]
    plan: tuple[Row, ...]
    sets: Settings
    seed: int

    def resolved(self) -> Resolved:
        """The scenario, validated."""
        with tempfile.TemporaryDirectory() as folder:
            register = write_register(pathlib.Path(folder, "units.csv"), list(self.rows))
            plan = None
            if self.plan:
                plan = pathlib.Path(folder, "plan.csv")
                with plan.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, PLAN)
                    writer.writeheader()
                    writer.writerows(self.plan)
            sets = [f"{key}={json.dumps(value)}" for key, value in self.sets.items()]
            return resolve("decision-2026", sets=[f"units={register}", *sets], plan=plan)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


shares = one_of(0.0, 0.1, 0.5, 1.0) | st.floats(0, 1)
below_1 = one_of(0.0, 0.1, 0.5) | st.floats(0, 0.9)
dates = st.integers(0, DAYS - 1).map(lambda day: str(DAY_ZERO + dt.timedelta(days=day)))
weekdays = one_of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
hours = one_of(
    {"opens": "08:00", "closes": "17:00"},
    {"opens": "07:30", "closes": "09:41"},
    {"opens": "10:00", "closes": "11:00"},
    {"opens": "00:00", "closes": "24:00"},
)

EVERYWHERE: dict[str, st.SearchStrategy[Any]] = {
    "start_date": one_of("2026-03-30", "2026-06-01", "2026-12-14"),
    "warm_up_weeks": one_of(0, 1, 5),
    **{f"calendar.opening.{day}": hours for day in ("monday", "thursday", "saturday")},
    "calendar.opening.friday": st.none() | hours,
    "calendar.half_day_closes": one_of("08:00", "10:07", "16:00"),
    "calendar.klamdag": one_of("open", "closed"),
    "staffing.nurse_fte_factor": one_of(0.1, 0.6, 3.0),
    "staffing.nurse_direct_share": one_of(0.2, 1.0),
    "staffing.nurse_telephone_share": one_of(0.0, 0.9),
    "staffing.doctor_direct_share": one_of(0.2, 1.0),
    "staffing.sick_absence_share": one_of(0.0, 0.3, 0.8),
    "staffing.sick_spell_days_mean": one_of(1.0, 30.0),
    "staffing.periods.july.staff_share": one_of(0.0, 1.5),
    "staffing.periods.july.demand_share": one_of(0.0, 2.0),
    "clinic.overtime_limit_minutes": one_of(0.0, 5.0, 120.0) | st.floats(0, 200),
    "clinic.last_arrival_minutes": one_of(0.0, 120.0, 480.0) | st.floats(0, 200),
    "background.load_factor": one_of(0.05, 1.0, 3.0, 6.0),
    "background.unit_load_cv": one_of(0.0, 1.0),
    "background.doctor_share": shares,
    "background.nurse_minutes": one_of(5.0, 60.0, 120.0) | st.floats(5, 200),
    "background.doctor_minutes": one_of(5.0, 60.0, 120.0) | st.floats(5, 200),
    "background.minutes_cv": one_of(0.0, 1.0, 2.0),
    "background.same_day_share": shares,
    "background.lead_days_mean": one_of(0.0, 3.0, 80.0),
    "background.accepts_wait_days_mean": one_of(0.0, 1.0, 30.0),
    "booking.capable_units": one_of("register", "all"),
    "booking.least_listed.infusion": one_of(0, 500),
    "booking.diary_horizon_weeks": one_of(1, 2, 4, 26),
    "booking.bookable_share": one_of(0.02, 0.1, 0.3, 1.0) | st.floats(0.01, 1),
    "booking.placement": one_of("nearest_capable_unit", "hub"),
    "booking.day_choice": one_of("nearest_day", "clinic_day"),
    "booking.clinic_weekday": weekdays,
    "booking.rebooking_notice_days": one_of(1, 14, 60),
    "booking.infusions_per_place_per_week": one_of(0.0, 0.3, 2.0, 20.0),
    "hospital.late_share": shares,
    "hospital.late_days_mean": one_of(0.0, 30.0),
    "hospital.no_show_share": below_1,
    "hospital.rebook_days": one_of(1, 40),
    "hospital.takeover_days": one_of(1, 30),
    "hospital.handed_back_after_returns": one_of(1, 2, 50),
    "transfer.enabled": st.just(True) | st.booleans(),
    "transfer.start_date": dates,
    "transfer.ramp": one_of("all_at_once", "next_due", "waves"),
    "transfer.ramp_weeks": one_of(1, 10, 40),
    "transfer.cap_new_patients_per_unit_per_week": one_of(1, 2),
    "transfer.channel": one_of("digital", "letter"),
    "transfer.letter_days": one_of(0, 20),
    "transfer.digital_days": one_of(0, 4),
    "transfer.rewrite_days_mean": one_of(0.0, 40.0),
    "transfer.review_minutes": one_of(0.0, 30.0),
}

PER_STREAM: dict[str, st.SearchStrategy[Any]] = {
    "profession": one_of("nurse", "doctor"),
    "procedure_group": one_of(*GROUPS, "control"),
    "eligible_share": one_of(0.5, 1.0),
    "uptake_share": one_of(0.5, 1.0),
    "growth_per_year": one_of(-0.9, 2.0),
    "clustering_cv": one_of(0.0, 2.0),
    "loading_at": one_of("hospital", "unit"),
    "loading_days": one_of([0], [0, 1], [0, 14, 28], [0, 7, 100]),
    "nurse_minutes": one_of(1.0, 12.2, 60.0, 200.0),
    "doctor_minutes": one_of(1.0, 12.2, 60.0, 200.0),
    "minutes_cv": one_of(0.0, 1.5),
    "no_show_share": below_1,
    "failed_share": below_1,
    "unplanned_per_year": one_of(0.0, 1.0, 10.0, 100.0),
    "unplanned_cv": one_of(0.0, 3.0),
    "check": st.none()
    | st.fixed_dictionaries(
        {
            "days_before": one_of(1, 7, 30),
            "nurse_minutes": one_of(8.0, 100.0),
            "review_minutes": one_of(0.0, 3.0),
            "withheld_share": below_1,
            "withheld_days": one_of(1, 28, 100),
        }
    ),
    "renewals": st.none()
    | st.fixed_dictionaries({"interval_days": one_of(1, 30, 90), "doctor_minutes": one_of(0.0, 5.0)}),
    "course": st.fixed_dictionaries(
        {"median_days": one_of(5.0, 60.0, 1000.0), "maximum_days": one_of(None, 30, 400)}
    ),
    "municipal_share": shares,
    "referral": st.fixed_dictionaries(
        {
            "complete_share": one_of(0.3, 1.0),
            "review_days_mean": one_of(0.0, 5.0, 30.0),
            "refused_share": one_of(0.0, 0.2),
            "guideline": st.none()
            | st.fixed_dictionaries(
                {
                    "ready_date": dates,
                    "complete_share": one_of(0.5, 1.0),
                    "review_days_mean": one_of(0.0, 3.0),
                    "refused_share": one_of(0.0, 0.5),
                }
            ),
        }
    ),
}


SHOCK: dict[str, st.SearchStrategy[Any]] = {
    "start_date": dates,
    "weeks": one_of(1, 4, 20),
    "production_lost_share": one_of(0.0, 0.33, 0.9),
    "moved_ahead_share": shares,
    "moved_ahead_weeks": one_of(1, 3, 26),
}


@st.composite
def cases(draw: Draw) -> Case:
    """Any small scenario."""
    rows = draw(registers())
    keys = [row["key"] for row in rows]
    sets: dict[str, Any] = {
        "horizon_years": 1,
        "warm_up_weeks": 2,
        "transfer.ramp_weeks": 8,
        "money.procedures.control": {"first_year_sek": 0, "later_year_sek": 0, "minimum_visits_per_year": 0},
    }
    sets |= draw(st.fixed_dictionaries({}, optional=EVERYWHERE))
    for name in STREAMS:
        sets |= {f"streams.{name}.{key}": value for key, value in draw(streams()).items()}
    if least := sets.get("booking.least_listed.infusion"):
        sets["booking.least_listed.infusion"] = min(least, max(int(row["listed"]) for row in rows))
    if sets.get("booking.placement") == "hub":
        able = {group: [row["key"] for row in rows if row[f"can_{group}"] == "yes"] for group in GROUPS}
        for group in draw(st.lists(one_of("injection", "infusion"), unique=True)):
            if able[group] and "booking.least_listed.infusion" not in sets:
                sets[f"booking.hubs.{group}"] = draw(st.lists(one_of(*able[group]), min_size=1, unique=True))
        expected = sets["streams.catheter.patients"] * (1 - sets.get("streams.catheter.municipal_share", 0))
        if able["catheter"] and expected and "streams.catheter.procedure_group" not in sets:
            least = {"minimum_visits_per_year": draw(one_of(0, 0.01))}
            sets["booking.chosen_hubs"] = draw(one_of({}, {"catheter": least}))
    if sets.get("transfer.ramp") == "waves":
        sets["transfer.waves"] = draw(st.dictionaries(one_of("a", "b", "c"), waves, min_size=1))
    sets["shocks"] = draw(st.dictionaries(one_of("x", "y"), shocks(rows), max_size=2))
    if len(keys) > 1:
        changing = draw(st.lists(one_of(*keys), unique=True, max_size=len(keys) - 1))
        steady = [key for key in keys if key not in changing]
        sets["unit_changes"] = {key: draw(unit_changes(steady)) for key in changing}
    sets = _dated(sets)
    return Case(tuple(rows), tuple(draw(plans(rows))), sets, draw(st.integers(0, 2**32)))


@st.composite
def registers(draw: Draw) -> list[Row]:
    """One to four small units in up to three towns."""
    rows = draw(st.lists(one_of(*range(len(TOWNS) * 4)), min_size=1, max_size=4, unique=True))
    return [draw(_small(shipped_rows()[number])) for number in sorted(rows)]


def _small(row: Row) -> st.SearchStrategy[Row]:
    differs = {
        "listed": one_of("100", "400", "900"),
        "nurse_fte": one_of("0", "1", "2.5", "6"),
        "doctor_fte": one_of("0", "1", "2.5"),
        "digital_channel": one_of("yes", "no"),
        "can_injection": one_of("yes", "yes", "no"),
        "can_catheter": one_of("yes", "yes", "no"),
    }
    infusions = one_of(("yes", "0.5"), ("yes", "2"), ("no", "0"), ("no", "1"))
    return st.builds(
        lambda given, places: row | given | {"can_infusion": places[0], "infusion_places": places[1]},
        st.fixed_dictionaries(differs),
        infusions,
    )


@st.composite
def streams(draw: Draw) -> Settings:
    """What differs in one stream: it has few patients, and its windows and intervals fit."""
    found = {"patients": draw(st.integers(0, 25))} | draw(st.fixed_dictionaries({}, optional=PER_STREAM))
    if "profession" in found:  # who sees the patient has minutes
        found |= {key: 20.0 for key in ("nurse_minutes", "doctor_minutes") if key not in found}
    if draw(st.booleans()):
        interval = draw(one_of(2, 10, 28, 90, 182))
        found["interval_days"] = interval
        found["early_days"] = draw(st.integers(0, interval - 1))
        found["late_days"] = draw(st.integers(0, interval - 1 - found["early_days"]))
        found["returned_after_days"] = found["late_days"] + draw(one_of(0, 1, 10, 100))
    return found


waves = st.fixed_dictionaries(
    {"start_date": dates, "ramp_weeks": one_of(0, 4, 20)},
    optional={
        "senders": st.lists(one_of(*SENDERS), unique=True),
        "streams": st.lists(one_of(*STREAMS), unique=True),
    },
)


def shocks(rows: list[Row]) -> st.SearchStrategy[Settings]:
    """A shock to all units, or to those like one of them."""
    met = {"areas": "area", "ownership": "ownership", "units": "key"}
    groups = [{name: [row[column]]} for name, column in met.items() for row in rows]
    return st.builds(
        lambda shock, group: shock | group,
        st.fixed_dictionaries(SHOCK),
        one_of({}, *groups),
    )


def unit_changes(steady: list[str]) -> st.SearchStrategy[Settings]:
    """A unit that opens or closes, and a unit that never does, or nobody, named to take over."""
    return st.builds(
        lambda happens, date, rest: {happens: date, **rest},
        one_of("opens", "closes"),
        dates,
        st.fixed_dictionaries({"staff_moves_share": shares}, optional={"goes_to": one_of(*steady)}),
    )


@st.composite
def plans(draw: Draw, rows: list[Row]) -> list[Row]:
    """No plan, or some rows of one."""
    if draw(st.integers(0, 3)):
        return []
    of_rows = st.builds(
        lambda row, area, stream, week, patients: {
            "sender": row["sender"],
            "area": row["area"] if area else "",
            "stream": stream,
            "week": str(week),
            "patients": str(patients),
        },
        one_of(*rows),
        st.booleans(),
        one_of(*STREAMS),
        st.integers(1, 52),
        st.integers(0, 6),
    )
    return draw(st.lists(of_rows, unique_by=lambda row: tuple(row[key] for key in PLAN[:4]), max_size=20))


def _dated(sets: dict[str, Any]) -> dict[str, Any]:
    """The same with dates counted from the scenario's own day zero, where they are within its year."""
    moved = dt.date.fromisoformat(sets.get("start_date", str(DAY_ZERO))) - DAY_ZERO

    def later(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: later(below, name) for name, below in value.items()}
        is_date = key.rpartition(".")[2] in ("start_date", "ready_date", "opens", "closes")
        if is_date and isinstance(value, str) and "-" in value:
            return str(dt.date.fromisoformat(value) + moved)
        return value

    return {key: value if key == "start_date" else later(value, key) for key, value in sets.items()}


def everything() -> Case:
    """A year in which every kind of thing happens to somebody, at four units without much room."""
    rows = {
        row["key"]: row | {"listed": "900", "nurse_fte": "1", "doctor_fte": "1"} for row in shipped_rows()
    }
    usual = {
        "patients": 25,
        "no_show_share": 0.15,
        "failed_share": 0.1,
        "unplanned_per_year": 4,
        "unplanned_cv": 1,
        "municipal_share": 0.1,
        "returned_after_days": 45,
    }
    sets = {
        "horizon_years": 1,
        "warm_up_weeks": 2,
        "background.load_factor": 2,
        "background.nurse_minutes": 60,
        "background.doctor_minutes": 45,
        "background.minutes_cv": 1,
        "clinic.overtime_limit_minutes": 10,
        "booking.placement": "nearest_capable_unit",
        "transfer.ramp_weeks": 10,
        "transfer.cap_new_patients_per_unit_per_week": 2,
        "hospital.handed_back_after_returns": 2,
        "streams.catheter.renewals": {"interval_days": 30, "doctor_minutes": 5},
        **{f"streams.{name}.{key}": value for name in STREAMS for key, value in usual.items()},
        "shocks.s": {
            "start_date": "2026-10-05",
            "weeks": 4,
            "production_lost_share": 0.4,
            "moved_ahead_share": 0.3,
            "moved_ahead_weeks": 3,
        },
        "unit_changes": {
            "u015": {"closes": "2026-08-03", "staff_moves_share": 0.5},
            "u190": {"opens": "2026-06-01", "staff_moves_share": 1},
        },
    }
    return Case(tuple(rows[key] for key in ("u014", "u015", "u190", "u194")), (), sets, seed=1)
