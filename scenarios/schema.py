"""What a scenario may say: a frozen, closed value whose every field carries meaning, unit and limits.

The file has the shape of this schema, and nothing is reshaped at run time. Evidence (grade, source,
range) is split off by the loader and kept beside the scenario, path by path; see `evidence.py`.
Units stand in the names: `_days`, `_minutes`, `_share` (0 to 1), `_sek`, `_per_year`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from scenarios.register import Unit

SCHEMA_VERSION = 1
DAYS_PER_WEEK = 7
WEEKS_PER_YEAR = 52
FIRST_YEAR, LAST_YEAR = 2021, 2070  # of start_date
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Profession = Literal["nurse", "doctor"]
ProcedureGroup = Literal["injection", "catheter", "infusion", "methadone", "control"]
Ownership = Literal["public", "private"]


def _iso_date(value: Any) -> Any:
    """Let a date stand in YAML as 2026-03-02 with or without quotes."""
    if not isinstance(value, str):
        return value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"not a date: {value[:40]!r}; write it as 2026-03-02") from None


def _minute_of_day(value: Any) -> Any:
    """Read "08:30" as 510 minutes after midnight."""
    if not isinstance(value, str):
        return value
    hours, _, minutes = value.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError(f'not a time of day: {value[:40]!r}; write it as "08:30"')
    if int(hours) > 24 or int(minutes) > 59:
        raise ValueError(f"not a time of day: {value[:40]!r}; hours run to 24, minutes to 59")
    return int(hours) * 60 + int(minutes)


def _price(value: Any) -> Any:
    """A bare number is an amount in the scenario's own price year."""
    return {"sek": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class Part(BaseModel):
    """A closed, frozen, strictly typed part of a scenario."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Price(Part):
    """An amount of money and the year whose prices it is stated in (none: the scenario's own)."""

    sek: float = Field(ge=0, le=1e9, description="Amount, SEK.")
    price_year: int | None = Field(None, ge=1990, le=2100, description="Year of the price level.")


Share = Annotated[float, Field(ge=0, le=1)]
NonNegative = Annotated[float, Field(ge=0, le=1e9)]
Positive = Annotated[float, Field(gt=0, le=1e9)]
Minutes = Annotated[float, Field(ge=0, le=480)]
Days = Annotated[int, Field(ge=0, le=3650)]
PositiveDays = Annotated[int, Field(ge=1, le=3650)]
MeanDays = Annotated[float, Field(ge=0, le=3650)]
Sek = Annotated[Price, BeforeValidator(_price)]
IsoDate = Annotated[dt.date, BeforeValidator(_iso_date)]
MinuteOfDay = Annotated[int, BeforeValidator(_minute_of_day), Field(ge=0, le=1440)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
Line = Annotated[str, Field(min_length=1, max_length=300)]
IsoWeek = Annotated[int, Field(ge=1, le=53)]


class Text(Part):
    """Free text in English and Swedish; escaped wherever it is shown."""

    en: Annotated[str, Field(min_length=1, max_length=2000)] = Field(description="English.")
    sv: Annotated[str, Field(min_length=1, max_length=2000)] = Field(description="Swedish.")


class OpeningHours(Part):
    """When the units are open on one weekday."""

    opens: MinuteOfDay = Field(description='Opening time, such as "08:00".')
    closes: MinuteOfDay = Field(description='Closing time, such as "17:00".')

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes - self.opens < 60:
            raise ValueError("closes must be at least an hour after opens")
        return self


class Calendar(Part):
    """Opening hours, public holidays (Swedish, with the de-facto closed eves) and half days."""

    opening: dict[Literal[WEEKDAYS], OpeningHours] = Field(  # type: ignore[valid-type]  # names stand once, in WEEKDAYS
        min_length=1, description="Opening hours per weekday; a weekday left out is closed."
    )
    half_day_closes: MinuteOfDay = Field(
        description="Closing time on half days: eves of Twelfth Night, Walpurgis, All Saints, and Maundy Thursday."
    )
    klamdag: Literal["open", "half", "closed"] = Field(
        description="Policy on a klämdag, a working day between a holiday and a weekend."
    )


class Period(Part):
    """A stretch of ISO weeks with other staffing and demand than normal, such as July."""

    first_iso_week: IsoWeek = Field(description="First ISO week.")
    last_iso_week: IsoWeek = Field(
        description="Last ISO week, inclusive; before the first it wraps the year."
    )
    staff_share: Annotated[float, Field(ge=0, le=1.5)] = Field(description="Staff at work, share of normal.")
    demand_share: Annotated[float, Field(ge=0, le=2)] = Field(
        description="Requests from other patients, share of normal."
    )

    def covers(self, iso_week: int) -> bool:
        """Whether the period holds this ISO week, also across New Year."""
        if self.first_iso_week <= self.last_iso_week:
            return self.first_iso_week <= iso_week <= self.last_iso_week
        return iso_week >= self.first_iso_week or iso_week <= self.last_iso_week


class Staffing(Part):
    """From positions in the register to staff who can see a patient on a given day."""

    nurse_fte_factor: Positive = Field(description="Multiplies the register's nurse FTE.")
    doctor_fte_factor: Positive = Field(description="Multiplies the register's doctor FTE.")
    nurse_direct_share: Share = Field(gt=0, description="Share of a nurse's time that is with patients.")
    doctor_direct_share: Share = Field(gt=0, description="Share of a doctor's time that is with patients.")
    nurse_telephone_share: Share = Field(
        lt=1, description="Part of the nurses' patient time that goes to answered calls, not to visits."
    )
    sick_absence_share: Share = Field(lt=1, description="Share of heads away sick on a working day.")
    sick_spell_days_mean: Annotated[float, Field(ge=1, le=365)] = Field(
        description="Mean length of a sick spell, calendar days."
    )
    periods: dict[Name, Period] = Field(
        description="Weeks with other staffing; the first that covers counts."
    )

    def period(self, iso_week: int) -> Period | None:
        """The first named period (in order of name) that covers an ISO week, if any."""
        return next((p for _, p in sorted(self.periods.items()) if p.covers(iso_week)), None)


class Clinic(Part):
    """The clinic day."""

    overtime_limit_minutes: Minutes = Field(description="Latest start of a visit after closing, minutes.")
    last_arrival_minutes: Minutes = Field(
        description="Appointments end this many minutes before closing; later arrivals are not booked."
    )


class Background(Part):
    """Visits of all other patients: what the transferred care shares the staff with."""

    load_factor: Positive = Field(
        le=20, description="Multiplies the visits per listed; fitted to the share within the guarantee."
    )
    unit_load_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        description="Coefficient of variation of the load between units (lognormal, mean 1)."
    )
    visits_per_listed_per_year: NonNegative = Field(
        le=50, description="Visits per listed person and year, counted."
    )
    doctor_share: Share = Field(description="Share of those visits that are to doctors.")
    nurse_minutes: Positive = Field(le=480, description="Mean minutes of a nurse visit.")
    doctor_minutes: Positive = Field(le=480, description="Mean minutes of a doctor visit.")
    minutes_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        description="Coefficient of variation of visit minutes (gamma)."
    )
    same_day_share: Share = Field(description="Share of requests that ask for a visit the same day.")
    lead_days_mean: MeanDays = Field(
        description="Mean days from booking to the wished day of a booked visit."
    )
    accepts_wait_days_mean: MeanDays = Field(
        description="Mean of the longest wait a same-day request accepts, days (geometric)."
    )
    guarantee_days: Days = Field(description="Care guarantee: medical assessment within this many days.")


class ChosenHubs(Part):
    """Hubs that the tool chooses: the smallest total travel at which each hub has enough visits."""

    minimum_visits_per_year: NonNegative = Field(
        description="Least yearly visits that each hub must expect when all patients have moved."
    )


class Booking(Part):
    """Where visits are given, and how they get a day."""

    diary_horizon_weeks: int = Field(ge=1, le=26, description="How far ahead the diary is open, weeks.")
    bookable_share: Share = Field(
        gt=0, description="Share of planned staff minutes that may be booked ahead."
    )
    capable_units: Literal["register", "all"] = Field(
        description="Which units can do a procedure: as the register says, or all (an infusion place comes along)."
    )
    least_listed: dict[ProcedureGroup, Annotated[int, Field(ge=0, le=100_000)]] = Field(
        description="Only units with at least so many listed do the procedure group; a group left out has no limit."
    )
    placement: Literal["listed_unit", "nearest_capable_unit", "hub"] = Field(
        description="Which unit gives the care: the patient's own, the nearest that can, or the nearest hub."
    )
    hubs: dict[ProcedureGroup, tuple[Line, ...]] = Field(
        description="With placement hub: unit keys per procedure group; a group left out stays at the nearest capable."
    )
    chosen_hubs: dict[ProcedureGroup, ChosenHubs] = Field(
        description="With placement hub: procedure groups whose hubs the tool chooses by travel and least volume."
    )
    day_choice: Literal["nearest_day", "clinic_day"] = Field(
        description="Any open day, or only the fixed weekday clinic_weekday (next open day if that is closed)."
    )
    clinic_weekday: Literal[WEEKDAYS] = Field(description="The fixed weekday of day_choice clinic_day.")  # type: ignore[valid-type]  # names stand once, in WEEKDAYS
    rebooking_notice_days: PositiveDays = Field(
        le=60, description="Earliest new day after a missed visit, days from the missed one."
    )
    infusions_per_place_per_week: Annotated[float, Field(ge=0, le=100)] = Field(
        description="Infusions that one place takes in a week; other patients use it the rest of the time."
    )


class Hospital(Part):
    """Care at the hospital before, beside and instead of the unit."""

    late_share: Share = Field(description="Doses given after their window for lack of a time.")
    late_days_mean: MeanDays = Field(description="Mean days past the window of those doses (exponential).")
    no_show_share: Share = Field(
        lt=1, description="Share of hospital visits where the patient does not come."
    )
    rebook_days: PositiveDays = Field(description="Days from a missed hospital visit to the next time.")
    takeover_days: PositiveDays = Field(description="Days until the hospital gives a dose returned to it.")
    handed_back_after_returns: Annotated[int, Field(ge=1, le=100)] = Field(
        description="A patient is handed back for good after this many returned doses in a row."
    )
    referral_minutes: Minutes = Field(description="Doctor minutes to write a referral.")
    rewrite_minutes: Minutes = Field(description="Doctor minutes to complete a returned referral.")
    question_minutes_per_patient_year: NonNegative = Field(
        description="Doctor minutes for questions from the unit, per patient at a unit and year."
    )


class Readiness(Part):
    """When the guideline of a stream is ready and what the referral becomes from that date."""

    ready_date: IsoDate = Field(description="Date from which the values below hold.")
    complete_share: Share = Field(description="Share of referrals that hold all information.")
    review_days_mean: MeanDays = Field(description="Mean days of review at the unit.")
    refused_share: Share = Field(description="Share of complete referrals that the unit refuses.")


class Referral(Part):
    """Referral of one stream until its guideline is ready, and from then on."""

    complete_share: Share = Field(description="Share of referrals that hold all information.")
    review_days_mean: MeanDays = Field(description="Mean days of review at the unit (gamma, shape 2).")
    refused_share: Share = Field(description="Share of complete referrals that the unit refuses.")
    guideline: Readiness | None = Field(None, description="What changes when the guideline is ready.")


class Wave(Part):
    """Part of the transfer with a date and a pace of its own."""

    start_date: IsoDate = Field(description="First day on which the wave's referrals are written.")
    ramp_weeks: Annotated[int, Field(ge=0, le=520)] = Field(
        description="Weeks over which the wave is spread evenly; 0 for all on its first day."
    )
    senders: tuple[Line, ...] = Field((), description="Senders in the wave; none named means all.")
    streams: tuple[Name, ...] = Field((), description="Streams in the wave; none named means all.")


class Transfer(Part):
    """Who moves when, and how the referral travels."""

    enabled: bool = Field(description="False: the same patients exist and get every dose at the hospital.")
    start_date: IsoDate = Field(description="First day on which referrals are written.")
    ramp: Literal["all_at_once", "evenly", "waves", "next_due"] = Field(
        description="All on the start date, evenly over ramp_weeks, in waves, or at each next dose."
    )
    ramp_weeks: Annotated[int, Field(ge=1, le=520)] = Field(description="Length of the even ramp, weeks.")
    waves: dict[Name, Wave] = Field(
        description="With ramp waves: a patient moves in the first wave with the sender and stream; in none, never."
    )
    cap_new_patients_per_unit_per_week: Annotated[int, Field(ge=1, le=10000)] | None = Field(
        None, description="Most patients that a unit accepts in a week; null for no cap."
    )
    plan: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(
        None,
        description="CSV of agreed weekly volumes: sender, area, stream, week, patients; null for the ramp.",
    )
    channel: Literal["register", "digital", "letter"] = Field(
        description="How referrals travel: digitally to the units that the register says, to all units, or to none."
    )
    letter_days: Days = Field(description="Days a referral travels without the secure digital channel.")
    digital_days: Days = Field(description="Days a referral travels by the secure digital channel.")
    rewrite_days_mean: MeanDays = Field(
        description="Mean days until a returned referral is sent again (gamma, shape 2)."
    )
    review_minutes: Minutes = Field(
        description="Doctor minutes at the unit to review a referral, at the desk, whatever the verdict."
    )


class Course(Part):
    """How long a patient stays on treatment: exponential with this median, cut at a maximum."""

    median_days: Positive = Field(description="Median days on treatment, before the maximum.")
    maximum_days: PositiveDays | None = Field(None, description="Longest treatment, days; null for none.")


class Check(Part):
    """A visit of its own before each dose: blood taken, answer reviewed, dose perhaps withheld."""

    days_before: PositiveDays = Field(le=60, description="Wished days between check and dose.")
    nurse_minutes: Minutes = Field(gt=0, description="Nurse minutes to take the sample.")
    review_minutes: Minutes = Field(description="Doctor minutes to review the answer, at the desk.")
    withheld_share: Share = Field(lt=1, description="Share of checks after which the dose is put off.")
    withheld_days: PositiveDays = Field(description="Days by which a withheld dose is put off.")


class Renewals(Part):
    """Prescription renewals: desk work without a visit, while the patient is at the unit."""

    interval_days: PositiveDays = Field(description="Days between renewals.")
    doctor_minutes: Minutes = Field(description="Doctor minutes per renewal.")


class Drug(Part):
    """What a dose of the drug costs and who pays it."""

    price_sek: Sek = Field(description="Price of one dose, SEK.")
    payer: Literal["hospital", "region", "unit", "not_stated"] = Field(description="Who pays after transfer.")


class Stream(Part):
    """One treatment that moves."""

    label: Text = Field(description="Name shown in tables and figures.")
    procedure_group: ProcedureGroup = Field(description="What the unit must be able to do.")
    profession: Profession = Field(description="Who sees the patient.")
    patients: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        description="Patients under treatment at day zero."
    )
    eligible_share: Share = Field(description="Share without a medical obstacle.")
    uptake_share: Share = Field(description="Share whose clinic refers and who agree.")
    growth_per_year: Annotated[float, Field(ge=-0.9, le=2)] = Field(
        description="Yearly growth of new patients; 0 keeps the stock stationary."
    )
    age_weight: Annotated[float, Field(ge=0, le=5)] = Field(
        description="How strongly patients follow the share aged 65+ of a unit's list; 0 follows listing alone."
    )
    clustering_cv: Annotated[float, Field(ge=0, le=5)] = Field(
        description="Unevenness between units beyond chance (coefficient of variation of a gamma weight)."
    )
    interval_days: PositiveDays = Field(description="From a dose given to the next due.")
    early_days: Days = Field(description="Window: days before the due date.")
    late_days: Days = Field(description="Window: days after the due date.")
    returned_after_days: Days = Field(
        description="The hospital takes a dose that cannot be given by this many days late."
    )
    loading_days: tuple[Days, ...] = Field(
        min_length=1,
        description="Days of a new patient's first doses, counted from the first; the cycle follows the last.",
    )
    loading_at: Literal["hospital", "unit"] = Field(
        description="Where a new patient's first doses are given."
    )
    nurse_minutes: Minutes = Field(description="Mean nurse minutes of a visit.")
    doctor_minutes: Minutes = Field(description="Mean doctor minutes of a visit.")
    room_minutes: Minutes = Field(description="Minutes in the room or infusion place, staff and rest.")
    minutes_cv: Annotated[float, Field(ge=0, le=2)] = Field(
        description="Coefficient of variation of those minutes."
    )
    no_show_share: Share = Field(lt=1, description="Share of booked visits where the patient does not come.")
    failed_share: Share = Field(
        lt=1, description="Share of attended visits that fail and go to the hospital."
    )
    unplanned_per_year: Annotated[float, Field(ge=0, le=100)] = Field(
        description="Unplanned visits per patient and year, at any hour; each restarts the interval."
    )
    unplanned_cv: Annotated[float, Field(ge=0, le=5)] = Field(
        description="Unevenness of unplanned visits between patients (gamma-Poisson)."
    )
    check: Check | None = Field(None, description="Pre-check before each dose; null for none.")
    renewals: Renewals | None = Field(None, description="Prescription renewals; null for none.")
    course: Course = Field(description="How long patients stay on treatment.")
    municipal_share: Share = Field(description="Share whose care the municipality gives instead of the unit.")
    referral: Referral = Field(description="Referral completeness, review and refusal.")
    material_sek: Sek = Field(description="Material per attended visit, SEK.")
    drug: Drug = Field(description="Price and payer of the drug.")
    hospital_visit_freed_share: Share = Field(
        description="Share of moved doses that free a hospital visit; the rest coincide with a visit that stays."
    )

    @model_validator(mode="after")
    def _windows_fit(self) -> Self:
        problems = []
        if self.early_days + self.late_days >= self.interval_days:
            problems.append("early_days + late_days must be shorter than interval_days")
        if self.returned_after_days < self.late_days:
            problems.append("returned_after_days must be at least late_days")
        if list(self.loading_days) != sorted(set(self.loading_days)) or self.loading_days[0] != 0:
            problems.append("loading_days must begin at 0 and rise")
        if getattr(self, f"{self.profession}_minutes") <= 0:
            problems.append(
                f"{self.profession}_minutes must be above 0, since the profession is {self.profession}"
            )
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def minutes(self) -> float:
        """Mean minutes of the profession that sees the patient."""
        return self.nurse_minutes if self.profession == "nurse" else self.doctor_minutes


class Procedure(Part):
    """What a unit needs to keep up one procedure group."""

    first_year_sek: Sek = Field(description="Readiness in the first calendar year with a patient, SEK.")
    later_year_sek: Sek = Field(description="Readiness in each later calendar year with a patient, SEK.")
    minimum_visits_per_year: NonNegative = Field(
        description="Yearly visits below which skill is hard to keep."
    )


class Shock(Part):
    """Weeks in which some units produce less, such as when a records system is introduced."""

    start_date: IsoDate = Field(description="First day.")
    weeks: Annotated[int, Field(ge=1, le=52)] = Field(description="How long it lasts, weeks.")
    production_lost_share: Share = Field(lt=1, description="Share of the production that is lost meanwhile.")
    areas: tuple[Line, ...] = Field((), description="Areas of the units it meets; none named means all.")
    ownership: tuple[Ownership, ...] = Field(
        (), description="Ownership of those units; none named means any."
    )
    units: tuple[Line, ...] = Field((), description="Keys of those units; none named means all.")
    moved_ahead_share: Share = Field(
        description="Share of other patients' booked visits of those weeks that is moved to the weeks before."
    )
    moved_ahead_weeks: Annotated[int, Field(ge=1, le=26)] = Field(
        description="Weeks before the shock over which those visits are spread."
    )

    def meets(self, unit: Unit) -> bool:
        """Whether a unit is in all the groups that the shock names."""
        named = ((self.areas, unit.area), (self.ownership, unit.ownership), (self.units, unit.key))
        return all(not group or its_own in group for group, its_own in named)


class UnitChange(Part):
    """A unit that opens or closes; meanwhile another has its listed patients, their visits and its uplift."""

    opens: IsoDate | None = Field(None, description="First day on which it is open; null for always.")
    closes: IsoDate | None = Field(None, description="First day on which it is closed; null for never.")
    goes_to: Line | None = Field(
        None,
        description="Unit that has its patients while it is closed; null for the nearest that never changes.",
    )
    staff_moves_share: Share = Field(
        description="Share of its staff that works at that unit while it is closed."
    )

    @model_validator(mode="after")
    def _one_change(self) -> Self:
        if (self.opens is None) == (self.closes is None):
            raise ValueError("give either opens or closes")
        return self

    @property
    def date(self) -> dt.date:
        """The day on which it opens or closes."""
        date = self.opens or self.closes
        assert date is not None  # one of them is given
        return date

    def is_open(self, date: dt.date) -> bool:
        """Whether the unit is open on a day."""
        return (date >= self.date) == (self.opens is not None)


class Money(Part):
    """Prices, and the uplift they are held against."""

    price_year: int = Field(ge=1990, le=2100, description="Year whose prices every SEK in the results has.")
    price_growth_per_year: Annotated[float, Field(gt=-0.5, lt=0.5)] = Field(
        description="Yearly growth by which prices of other years are indexed."
    )
    uplift_msek_per_year: NonNegative = Field(description="Uplift of the capitation in its first year, MSEK.")
    uplift_index: Annotated[float, Field(gt=0, le=2)] = Field(
        description="Factor on the uplift per calendar year after the first; 1.00 is not indexed."
    )
    uplift_recurs: bool = Field(description="False: paid in the first calendar year only.")
    available_share: Share = Field(description="Share of the uplift that is left for these streams.")
    nurse_hour_sek: Sek = Field(description="Cost per nurse hour with patients, SEK.")
    doctor_hour_sek: Sek = Field(description="Cost per doctor hour with patients, SEK.")
    nurse_visit_sek: Sek = Field(description="Full cost of a nurse visit at a unit, SEK.")
    doctor_visit_sek: Sek = Field(description="Full cost of a doctor visit at a unit, SEK.")
    hospital_visit_sek: Sek = Field(description="Full cost of a hospital visit, SEK.")
    nurse_fee_sek: Sek = Field(description="Patient fee of a nurse visit, SEK; goes to the region.")
    doctor_fee_sek: Sek = Field(description="Patient fee of a doctor visit, SEK; goes to the region.")
    procedures: dict[ProcedureGroup, Procedure] = Field(description="Readiness and least volume per group.")


class Travel(Part):
    """How far patients travel."""

    within_municipality_km: NonNegative = Field(description="One way within a municipality, km.")
    hospital_municipality: dict[Line, Line] = Field(description="Municipality of each sender's hospital.")


class Scenario(Part):
    """Everything that is assumed in one possible future."""

    schema_version: Literal[1] = Field(description="Version of this schema.")
    name: Name = Field(description="Short name; names the run folder.")
    title: Text = Field(description="Title shown in tables and figures.")
    description: Text = Field(description="What the scenario is about, in a sentence or two.")
    units: Annotated[str, Field(min_length=1, max_length=1000)] = Field(
        description="Path of the unit register."
    )
    start_date: IsoDate = Field(description="Day zero, a Monday.")
    horizon_years: Annotated[int, Field(ge=1, le=20)] = Field(description="Years of 52 weeks after day zero.")
    warm_up_weeks: Annotated[int, Field(ge=0, le=104)] = Field(
        description="Weeks before day zero with other patients only."
    )
    calendar: Calendar = Field(description="Opening hours and holidays.")
    staffing: Staffing = Field(description="Staff at work.")
    clinic: Clinic = Field(description="The clinic day.")
    background: Background = Field(description="Other patients.")
    booking: Booking = Field(description="How visits get a day.")
    hospital: Hospital = Field(description="Care at the hospital.")
    transfer: Transfer = Field(description="Who moves when.")
    streams: dict[Name, Stream] = Field(min_length=1, max_length=50, description="The treatments that move.")
    shocks: dict[Name, Shock] = Field(description="Weeks in which units produce less.")
    unit_changes: dict[Line, UnitChange] = Field(description="Units that open or close, by key.")
    money: Money = Field(description="Prices and the uplift.")
    travel: Travel = Field(description="How far patients travel.")

    @model_validator(mode="after")
    def _procedures_are_known(self) -> Self:
        used = {stream.procedure_group for stream in self.streams.values()}
        missing = sorted(used - self.money.procedures.keys())
        if missing:
            raise ValueError(f"money.procedures lacks {', '.join(missing)}, which a stream uses")
        return self

    @model_validator(mode="after")
    def _starts_on_a_monday(self) -> Self:
        if self.start_date.weekday() != 0:
            monday = self.start_date - dt.timedelta(days=self.start_date.weekday())
            raise ValueError(f"start_date must be a Monday; the one before is {monday}")
        if not FIRST_YEAR <= self.start_date.year <= LAST_YEAR:
            raise ValueError(
                f"start_date must lie in {FIRST_YEAR} to {LAST_YEAR}, for which holidays are known"
            )
        return self

    @property
    def horizon_days(self) -> int:
        """Days from day zero to the end of the last year."""
        return self.horizon_years * WEEKS_PER_YEAR * DAYS_PER_WEEK

    @property
    def warm_up_days(self) -> int:
        """Days before day zero."""
        return self.warm_up_weeks * DAYS_PER_WEEK
