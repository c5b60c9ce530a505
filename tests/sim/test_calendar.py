import datetime as dt

import numpy as np
import pytest

from scenarios.load import Resolved
from sim.calendar import Calendar, is_half_day, is_holiday
from tests.conftest import SmallRegion

# Weekdays on which Swedish care centres are closed, from the almanac: public holidays and three eves, of
# Midsummer, Christmas and New Year. Easter Sunday is on 2026-04-05, 2027-03-28, 2028-04-16 and 2029-04-01.
CLOSED = """
2026-01-01 2026-01-06 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-06-19 2026-12-24 2026-12-25 2026-12-31
2027-01-01 2027-01-06 2027-03-26 2027-03-29 2027-05-06 2027-06-25 2027-12-24 2027-12-31
2028-01-06 2028-04-14 2028-04-17 2028-05-01 2028-05-25 2028-06-06 2028-06-23 2028-12-25 2028-12-26
2029-01-01 2029-03-30 2029-04-02 2029-05-01 2029-05-10 2029-06-06 2029-06-22 2029-12-24 2029-12-25 2029-12-26
2029-12-31
"""
# Weekdays with a half day: Twelfth Night, Maundy Thursday, Walpurgis Eve, the day before All Saints.
HALF = """
2026-01-05 2026-04-02 2026-04-30 2026-10-30
2027-01-05 2027-03-25 2027-04-30 2027-11-05
2028-01-05 2028-04-13 2028-11-03
2029-01-05 2029-03-29 2029-04-30 2029-11-02
"""
# Working days between a holiday and a weekend or another holiday.
KLAMDAGAR = """
2026-01-02 2026-01-05 2026-05-15 2027-05-07 2028-01-07 2028-05-26 2028-06-05 2029-04-30 2029-05-11
"""
DAY = dt.timedelta(days=1)
FOUR_YEARS = [dt.date(2026, 1, 1) + DAY * i for i in range(4 * 365 + 1)]


def dates(text: str) -> set[dt.date]:
    return {dt.date.fromisoformat(word) for word in text.split()}


def test_closed_weekdays_are_the_swedish_holidays() -> None:
    assert {date for date in FOUR_YEARS if date.weekday() < 5 and is_holiday(date)} == dates(CLOSED)


def test_half_days_are_the_four_eves() -> None:
    assert {date for date in FOUR_YEARS if date.weekday() < 5 and is_half_day(date)} == dates(HALF)


@pytest.fixture(scope="module")
def decision(small_region: SmallRegion) -> Resolved:
    return small_region("start_date=2026-01-12", "horizon_years=4", "warm_up_weeks=1")


def calendar_of(resolved: Resolved, klamdag: str) -> Calendar:
    calendar = resolved.scenario.calendar.model_copy(update={"klamdag": klamdag})
    return Calendar(resolved.scenario.model_copy(update={"calendar": calendar}), days_after_horizon=0)


def hours(calendar: Calendar) -> dict[dt.date, tuple[int, int]]:
    first = calendar.start - DAY * calendar.offset
    times = zip(calendar.opens.tolist(), calendar.closes.tolist(), strict=True)
    return {first + DAY * i: time for i, time in enumerate(times)}


FULL, MORNING, SHUT = (480, 1020), (480, 720), (0, 0)


@pytest.mark.parametrize(("klamdag", "then"), [("open", FULL), ("half", MORNING), ("closed", SHUT)])
def test_hours_of_every_day_under_each_klamdag_policy(
    decision: Resolved, klamdag: str, then: tuple[int, int]
) -> None:
    found = hours(calendar_of(decision, klamdag))
    listed = [date for date in FOUR_YEARS if date in found]
    assert len(listed) == 4 * 365 + 1 - 4  # from Monday 5 January 2026
    for date in listed:
        if date.weekday() >= 5 or date in dates(CLOSED):
            expected = SHUT
        elif date in dates(KLAMDAGAR) and then != FULL:
            expected = then
        else:
            expected = MORNING if date in dates(HALF) else FULL
        assert found[date] == expected, date


def test_day_numbers_weeks_and_open_minutes(decision: Resolved) -> None:
    calendar = calendar_of(decision, "half")
    assert calendar.day_of(dt.date(2026, 1, 12)) == 0
    assert calendar.day_of(dt.date(2026, 1, 5)) == -calendar.offset == -7
    assert calendar.size == 7 + 4 * 364
    assert np.array_equal(calendar.open_minutes, calendar.closes - calendar.opens)
    for date in (dt.date(2026, 1, 5), dt.date(2026, 12, 31), dt.date(2027, 1, 3), dt.date(2027, 1, 4)):
        assert calendar.iso_week[calendar.day_of(date) + calendar.offset] == date.isocalendar().week


def test_next_open_is_the_first_open_day_at_or_after(decision: Resolved) -> None:
    calendar = calendar_of(decision, "closed")
    is_open = calendar.open_minutes > 0
    last = int(np.flatnonzero(is_open)[-1])
    for i in range(last + 1):
        later = int(calendar.next_open[i])
        assert later >= i
        assert is_open[later]
        assert not is_open[i:later].any()


def test_nearest_open_day_over_easter(decision: Resolved) -> None:
    calendar = calendar_of(decision, "half")
    thursday, friday = (calendar.day_of(dt.date(2026, 4, day)) for day in (2, 3))
    saturday, sunday, monday, tuesday = range(friday + 1, friday + 5)
    assert calendar.nearest_open(thursday, early=3, late=3) == thursday
    assert calendar.nearest_open(friday, early=3, late=3) == thursday
    assert calendar.nearest_open(saturday, early=3, late=3) == thursday
    assert calendar.nearest_open(sunday, early=3, late=3) == tuesday
    assert calendar.nearest_open(sunday, early=1, late=1) == tuesday  # none inside: the first after
    assert calendar.first_open(friday) == calendar.first_open(monday) == tuesday


def test_who_comes_unplanned_is_received_while_there_is_time(decision: Resolved) -> None:
    calendar = calendar_of(decision, "half")
    tuesday, maundy_thursday, friday = (calendar.day_of(dt.date(2026, 4, day)) for day in (7, 2, 3))
    last = decision.scenario.clinic.last_arrival_minutes
    assert not calendar.receives(tuesday, 479)
    assert calendar.receives(tuesday, 480)
    assert calendar.receives(tuesday, 1020 - last - 1)
    assert not calendar.receives(tuesday, 1020 - last)
    assert not calendar.receives(maundy_thursday, 720 - last)
    assert not any(calendar.receives(friday, minute) for minute in range(0, 1440, 10))
