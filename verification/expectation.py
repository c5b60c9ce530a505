"""How many visits a year a stream should bring to the units, from scenario inputs alone.

One function per factor; nothing simulated enters. With N patients at day zero and a mean course of m days:

* Patients **under treatment at day zero** are in the middle of their course, and their doses fall evenly over the
interval. On day t the share R(t) = ∫_t^∞ S(a) da ÷ m of them is left (S: survival of a course). Those whom the unit
has accepted come once per cycle: N × R(t) × P(accepted by t) ÷ cycle a day. * **New patients** come at the rate N ÷
m and get their first doses at the hospital. Their next doses fall at known ages a, of which the unit gives those
after acceptance: N ÷ m × S(a) × P(accepted by then). Here the share of treatment time at the unit would be too
crude: with an interval of one year, a course of six years has on average 5.3 doses after the first, not 6.

Both are multiplied by eligible × uptake × (1 − municipal). A **cycle** is the interval and what missed visits,
withheld doses and failed visits add to it. **Unplanned needs** come at a rate that is gamma between patients and
restart the clock; only those inside opening hours are visits at the unit.

A first dose that the hospital gives late becomes the unit's if the unit accepts the patient before it.

Left out, each worth less than 0.5 % from the third year on (1 % in the second): want of room, a check missed twice
in a row, patients handed back, that doses at day zero are spread over the interval and not the longer cycle, the
drift of intervals that are no whole weeks towards weekdays, the hours of klämdagar.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from scenarios.load import Resolved
from scenarios.register import Unit
from scenarios.schema import WEEKDAYS, Course, Readiness, Referral, Scenario, Stream
from sim.calendar import is_half_day, is_holiday

Floats = NDArray[np.float64]

MEAN_YEAR = 365.25
BEYOND = 100  # days after the horizon that the calendar knows; longer delays are cut
RATES = 50  # points of the distribution of unplanned needs between patients


@dataclass(frozen=True, eq=False)
class Inputs:
    """What the expectation is computed from: scenario, register and calendar.

    `is_open` and `next_open` (the first open day at or after a day) count from day zero; `inside_hours` is the
    share of all minutes at which someone who comes unplanned finds the unit open with time to be seen.
    """

    scenario: Scenario
    units: tuple[Unit, ...]
    is_open: NDArray[np.bool_]
    next_open: NDArray[np.int64]
    inside_hours: float


def visits_per_year(inputs: Inputs, name: str, first: int, end: int) -> float:
    """Expected visits at units a year (doses, failed or not, and unplanned) in days `first` up to `end`."""
    stream = inputs.scenario.streams[name]
    assert inputs.scenario.transfer.ramp == "evenly"
    assert stream.growth_per_year == 0
    assert stream.loading_at == "hospital"
    movers = stream.patients * stream.eligible_share * stream.uptake_share * (1 - stream.municipal_share)
    accepted = accepted_by(inputs, stream.referral)
    found = movers * of_first_patients(inputs, stream, accepted, first, end)
    found += movers / mean_course(stream.course) * of_new_patients(inputs, stream, accepted, first, end)
    return found * MEAN_YEAR / (end - first)


def of_first_patients(inputs: Inputs, stream: Stream, accepted: Floats, first: int, end: int) -> float:
    """Visits in a window per patient under treatment at day zero, all referred evenly over the ramp."""
    written = slice(0, inputs.scenario.transfer.ramp_weeks * 7)
    at_unit = accepted[written].mean(axis=0) * residual_survival(stream.course, end)
    return float(at_unit[first:end].sum()) * visits_per_day(inputs, stream)


def of_new_patients(inputs: Inputs, stream: Stream, accepted: Floats, first: int, end: int) -> float:
    """Visits in a window if one new patient came every day."""
    alive, referred, found = survival(stream.course, end), stream.loading_days[-1], 0.0
    for age, visits in enumerate(visits_by_age(inputs, stream, end)):
        entered = np.arange(max(0, first - age), max(0, end - age))
        if visits and age > referred:
            found += visits * alive[age] * float(accepted[entered + referred, entered + age].sum())
    return found


# --- the course -----------------------------------------------------------------------------------


def survival(course: Course, days: int) -> Floats:
    """P(course longer than a) at ages 0 … days - 1: exponential, cut at the maximum."""
    age = np.arange(days)
    left = np.exp2(-age / course.median_days)
    return left if course.maximum_days is None else np.where(age < course.maximum_days, left, 0.0)


def mean_course(course: Course) -> float:
    """Mean days of a course: the integral of its survival."""
    longest = np.inf if course.maximum_days is None else course.maximum_days
    return float(course.median_days / np.log(2) * (1 - np.exp2(-longest / course.median_days)))


def residual_survival(course: Course, days: int) -> Floats:
    """P(a patient met in the middle of the course is still treated t days on), t = 0 … days - 1."""
    longest = np.inf if course.maximum_days is None else course.maximum_days
    tail = np.exp2(-np.arange(days) / course.median_days) - np.exp2(-longest / course.median_days)
    return np.asarray(np.maximum(0.0, tail) * course.median_days / np.log(2) / mean_course(course))


# --- the cycle ------------------------------------------------------------------------------------


def cycle_days(inputs: Inputs, stream: Stream) -> float:
    """Mean days from a dose to the next: the interval and what missed, withheld and failed visits add.

    A missed visit is booked again, a withheld dose put off, each as often as it happens; after a failed visit
    the hospital gives the dose, and the clock starts then.
    """
    missed = odds(stream.no_show_share) * days_to_open(inputs, inputs.scenario.booking.rebooking_notice_days)
    withheld = 0.0 if stream.check is None else odds(stream.check.withheld_share) * stream.check.withheld_days
    failed = stream.failed_share * days_to_open(inputs, inputs.scenario.hospital.takeover_days)
    return stream.interval_days + missed + withheld + failed


def last_hospital_dose(inputs: Inputs, stream: Stream) -> Floats:
    """P(age 0, 1, 2 … of a new patient's course when the hospital means to give the last of the first doses).

    Some are late for lack of a time, some are missed and get another day a week on. If the unit accepts the
    patient before that day, the dose is the unit's to give.
    """
    hospital, planned = inputs.scenario.hospital, stream.loading_days[-1]
    to_open = delay_to_open(inputs, 0, from_any_day=True)
    in_time = to_open if planned == 0 else np.ones(1)  # a later one has days before it to choose from
    goes_on = np.exp(-1 / hospital.late_days_mean)  # an exponential rounded up is geometric
    late = np.convolve((1 - goes_on) * goes_on ** np.arange(BEYOND), to_open)
    late = np.concatenate([np.zeros(stream.late_days + 1), late])
    meant = np.zeros(late.size)
    meant[: in_time.size] = in_time
    meant = (1 - hospital.late_share) * meant + hospital.late_share * late
    found, again = np.zeros(1), meant * (1 - hospital.no_show_share)
    for _ in range(5):
        longer = np.zeros(again.size)
        longer[: found.size] = found
        found = longer + again
        again = hospital.no_show_share * np.convolve(again, delay_to_open(inputs, hospital.rebook_days))
    return np.concatenate([np.zeros(planned), found])


def odds(share: float) -> float:
    """Mean number of failures before a success."""
    return share / (1 - share)


# --- planned and unplanned visits -------------------------------------------------------------------


def visits_per_day(inputs: Inputs, stream: Stream) -> float:
    """Visits at the unit per day of someone long under treatment: visits of a cycle ÷ its mean length.

    A cycle ends with the planned visit or, before it, with an unplanned need.
    """
    found = []
    for rate in unplanned_rates(stream):
        planned, unplanned = one_cycle(rate, cycle_days(inputs, stream), 2 * stream.interval_days)
        ends = planned + unplanned
        seen = planned + unplanned * inputs.inside_hours
        found.append(seen.sum() / (ends * np.arange(ends.size)).sum())
    return float(np.mean(found))


def visits_by_age(inputs: Inputs, stream: Stream, days: int) -> Floats:
    """Visits at the unit expected at each whole age of a course, from the last of the first doses on.

    The clock starts again with each visit or need, so the chance that it starts at an age is the sum over
    the ages at which it started last (a renewal process by days).
    """
    found = np.zeros(days)
    rates = unplanned_rates(stream)
    first_doses = last_hospital_dose(inputs, stream)[:days]
    for rate in rates:
        planned, unplanned = one_cycle(rate, cycle_days(inputs, stream), days)
        seen = planned + unplanned * inputs.inside_hours
        starts = np.zeros(days)
        starts[: first_doses.size] = first_doses
        for age in np.arange(days)[:-1]:
            if starts[age]:
                found[age:] += starts[age] * seen[: days - age] / rates.size
                starts[age + 1 :] += starts[age] * (planned + unplanned)[1 : days - age]
    return found


def one_cycle(rate: float, cycle: float, days: int) -> tuple[Floats, Floats]:
    """P(the clock stops j days after its start) by a planned visit and by an unplanned need, j = 0 … days - 1.

    A need comes after 1 + ⌊exponential⌋ days and goes before a visit planned on the same day.
    """
    j, visit = np.arange(days), on_day(cycle, days)
    none_by = np.exp(-rate * j)
    need = np.exp(-rate * np.maximum(0, j - 1)) - none_by
    not_before = 1 - (np.cumsum(visit) - visit)
    return visit * none_by, need * not_before


def on_day(mean: float, days: int) -> Floats:
    """All of a unit mass on the two whole days around a mean."""
    low = int(mean)
    mass = np.zeros(max(days, low + 2))
    mass[low], mass[low + 1] = 1 - (mean - low), mean - low
    return mass[:days]


def unplanned_rates(stream: Stream) -> Floats:
    """Unplanned needs per day at equally probable points of their gamma distribution between patients."""
    mean = stream.unplanned_per_year / MEAN_YEAR
    if mean == 0 or stream.unplanned_cv == 0:
        return np.array([mean])
    points = stats.gamma.ppf((np.arange(RATES) + 0.5) / RATES, stream.unplanned_cv**-2)
    return np.asarray(mean * points / points.mean())


# --- the referral -----------------------------------------------------------------------------------


def accepted_by(inputs: Inputs, referral: Referral) -> Floats:
    """P(accepted on day d or before | first written on day w), shape (w, d): units weighed by their lists."""
    listed = sum(unit.listed for unit in inputs.units)
    digital = sum(unit.listed for unit in inputs.units if unit.digital_channel) / listed
    transfer = inputs.scenario.transfer
    by_channel = (digital, transfer.digital_days), (1 - digital, transfer.letter_days)
    return np.asarray(sum(share * _accepted_by(inputs, referral, travel) for share, travel in by_channel))


@functools.cache
def _accepted_by(inputs: Inputs, referral: Referral, travel: int) -> Floats:
    """By going back in time: a referral is accepted or refused when reviewed, or written again later."""
    assert travel > 0, "so that a referral is never reviewed on the day on which it is written"
    scenario, horizon = inputs.scenario, inputs.scenario.horizon_days
    refused = np.array([in_force(scenario, referral, day).refused_share for day in range(horizon)])
    rewriting = whole_days(scenario.transfer.rewrite_days_mean)
    accepted = np.zeros((horizon, horizon))
    returned = np.zeros((horizon, horizon))  # as `accepted`, of referrals returned on day w
    for written in reversed(range(horizon)):
        complete, arrives = in_force(scenario, referral, written).complete_share, written + travel
        reviewed = on_open_days(
            inputs, arrives, whole_days(in_force(scenario, referral, arrives).review_days_mean)
        )
        later = np.nonzero(reviewed)[0]
        accepted[written] = complete * np.cumsum(reviewed * (1 - refused))
        accepted[written] += (1 - complete) * reviewed[later] @ returned[later]
        written_again = on_open_days(inputs, written, rewriting)
        later = np.nonzero(written_again)[0]
        returned[written] = written_again[later] @ accepted[later]
    return accepted


def on_open_days(inputs: Inputs, day: int, delay: Floats) -> Floats:
    """P(the first open day after a delay from `day`), over the days of the horizon."""
    horizon = inputs.scenario.horizon_days
    found = np.bincount(inputs.next_open[day : day + delay.size], weights=delay, minlength=horizon)
    return np.asarray(found[:horizon])


def in_force(scenario: Scenario, referral: Referral, day: int) -> Referral | Readiness:
    """What holds on a day: the guideline's values once it is ready."""
    ready = referral.guideline
    return ready if ready and scenario.start_date + dt.timedelta(int(day)) >= ready.ready_date else referral


@functools.cache
def whole_days(mean: float) -> Floats:
    """P(0, 1, 2 … days) of a gamma delay with shape 2, rounded to whole days and cut at one in 100,000."""
    if mean == 0:
        return np.ones(1)
    below = stats.gamma.cdf(np.arange(BEYOND) + 0.5, 2, scale=mean / 2)
    return np.asarray(np.diff(below[below < 1 - 1e-5], prepend=0.0, append=1.0))


# --- the calendar -----------------------------------------------------------------------------------


def inputs_of(resolved: Resolved) -> Inputs:
    """A scenario, its register and its calendar."""
    scenario = resolved.scenario
    assert scenario.calendar.klamdag != "closed"
    size = scenario.horizon_days + BEYOND
    dates = [scenario.start_date + dt.timedelta(days=day) for day in range(size)]
    opening, minutes, is_open = scenario.calendar.opening, 0.0, np.zeros(size, dtype=bool)
    for day, date in enumerate(dates):
        hours = opening.get(WEEKDAYS[date.weekday()])
        if hours is not None and not is_holiday(date):
            is_open[day] = True
            closes = scenario.calendar.half_day_closes if is_half_day(date) else hours.closes
            minutes += closes - hours.opens - scenario.clinic.last_arrival_minutes
    days = np.nonzero(is_open)[0]
    next_open = days[np.minimum(np.searchsorted(days, np.arange(size)), days.size - 1)]
    return Inputs(scenario, resolved.units, is_open, next_open, minutes / (size * 24 * 60))


def delay_to_open(inputs: Inputs, at_least: int, *, from_any_day: bool = False) -> Floats:
    """P(0, 1, 2 … days from an open day, or any day, to the first open day at least so many days on)."""
    start = np.arange(inputs.scenario.horizon_days)
    start = start if from_any_day else start[inputs.is_open[: start.size]]
    return np.bincount(inputs.next_open[start + at_least] - start) / start.size


def days_to_open(inputs: Inputs, at_least: int) -> float:
    """Mean days from an open day to the first open day at least so many days on."""
    delay = delay_to_open(inputs, at_least)
    return float(delay @ np.arange(delay.size))
