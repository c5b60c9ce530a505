"""Load, the heaviest weeks and the spread over units: what the chapters say of runs, and of hand-made weeks."""

import math
from dataclasses import replace

import numpy as np
import pytest

from results.low_staff import low_staff_weeks
from results.report.chapters import chance, load, ownership, weeks
from results.report.chapters.load.by_unit import over_units
from results.report.chapters.load.in_use import stretches_of
from results.report.document import Section
from results.report.language import Language
from results.report.over_units import Spread
from results.report.owners import owners_of, verdict_of
from results.report.quantities import Quantity, Trace
from results.report.subject import Subject
from results.report.weekly import Weekly, over_replications, read_weekly
from tests.results.report.found import look_up
from tests.results.report.having import parts_in
from tests.results.report.sections import names, sentences, table, without_transfer

SV, EN = Language("sv"), Language("en")
ANY = Trace("count", "x", "y", "mean")
UNITS = ("a", "b")


def weekly(ours: object = 0.0, used: object = 0.0, present: object = 100.0) -> Weekly:
    """Two replications of three weeks at two units, minutes as given."""
    arrays = (np.broadcast_to(np.asarray(each, dtype=float), (2, 3, 2)) for each in (ours, used, present))
    return Weekly("by hand", UNITS, *arrays)


@pytest.fixture(scope="module")
def chapter(subject: Subject) -> Section:
    found = load.chapter(subject, SV)
    assert found is not None
    return found


def numbers_in(section: Section | None) -> list[Quantity]:
    return [part for part in parts_in(section) if isinstance(part, Quantity)]


def test_hours_of_a_stretch_are_the_mean_of_its_weeks() -> None:
    found = weekly(ours=[[[60, 0], [120, 60], [0, 0]]])
    assert found.hours_of([(1, 2)]) == pytest.approx([2.0, 2.0])
    assert found.hours_of([(1, 1), (3, 3)], "a") == pytest.approx([0.5, 0.5])


def test_use_is_pooled_over_units_and_weeks_and_undefined_without_staff() -> None:
    found = weekly(used=[[[90, 10], [50, 0], [0, 0]]], present=[[[100, 100], [100, 0], [0, 0]]])
    assert found.use_of([(1, 2)]) == pytest.approx([0.5, 0.5])
    assert np.isnan(found.use_of([(2, 3)], "b")).all()


def test_a_unit_is_full_from_95_percent_on() -> None:
    found = weekly(used=[[[95, 94.9], [100, 101], [0, 0]]])
    assert found.full_of()[0].tolist() == [1, 2, 0]


def test_the_interval_of_a_number_that_cannot_be_negative_does_not_reach_below_0() -> None:
    values = np.array([0.0, 0.0, 3.0])
    assert over_replications(values, "hours", ANY).low == 0.0
    assert over_replications(values, "hours", ANY, signed=True).low < 0
    assert math.isnan(over_replications(values[:1], "hours", ANY).low)


def test_weeks_that_follow_each_other_are_one_stretch() -> None:
    assert stretches_of([2, 3, 4, 9, 11, 12]) == [(2, 4), (9, 9), (11, 12)]


def test_how_few_units_carry_how_much() -> None:
    spread = Spread(
        "by hand", "nurse_hours_per_year", "steady", np.array([[10.0, 50, 30, 10], [25, 25, 25, 25]])
    )
    assert spread.carrying(0.5).value == pytest.approx((1 + 2) / 2)
    assert spread.carried_by(2).value == pytest.approx((0.8 + 0.5) / 2)
    assert spread.quantile(1.0).value == pytest.approx((50 + 25) / 2)


def test_the_weeks_with_few_at_work_are_those_of_july_and_christmas(subject: Subject) -> None:
    stretches, periods = low_staff_weeks(subject.resolved)
    assert {"july", "christmas"} <= set(periods)
    mondays = {subject.monday(week).month for first, last in stretches for week in range(first, last + 1)}
    assert 7 in mondays
    assert mondays <= {6, 7, 8, 12, 1}


def test_parts_add_up_to_the_region(chapter: Section) -> None:
    for id in ("load-streams", "load-areas"):
        *lines, total = table(chapter, id).lines
        for column in range(1, 6):
            parts = [line.cells[column] for line in lines]
            assert sum(part.value for part in parts) == pytest.approx(total.cells[column].value)


def test_the_heaviest_come_first(chapter: Section) -> None:
    for id, column, last in (("load-streams", 3, 1), ("load-areas", 3, 1), ("load-most", 2, 0)):
        lines = table(chapter, id).lines
        hours = [line.cells[column].value for line in lines[: len(lines) - last]]
        assert hours == sorted(hours, reverse=True)
        assert hours[0] > 0


def test_treatments_whose_patients_are_assumed_are_named(chapter: Section) -> None:
    told = " ".join(sentences(chapter))
    assert "är antaganden" in told
    assert "av sjuksköterskornas tid vilar på dem" in told


def test_the_heaviest_weeks_are_told_in_order_with_their_place_in_the_calendar(subject: Subject) -> None:
    found = read_weekly(subject, subject.main)
    hours = found.ours.sum(axis=2).mean(axis=0) / 60
    lines = table(weeks.chapter(subject, SV), "weeks-ours").lines
    assert [line.cells[1].value for line in lines] == pytest.approx(sorted(hours, reverse=True)[:10])
    monday = subject.monday(int(hours.argmax()) + 1)
    assert names(lines)[0] == f"{SV.date(monday)} (v. {monday.isocalendar().week})"


def test_full_units_and_tight_weeks_are_told_under_every_calibration(subject: Subject) -> None:
    section = weeks.chapter(subject, SV)
    captions = {
        SV.flat(table(section, f"weeks-{kind}-{n}").caption) for kind in ("full", "units") for n in (1, 2)
    }
    assert len(captions) == 4
    lines = table(section, "weeks-units-2").lines
    use = [line.cells[3].value for line in lines]
    assert use == sorted(use, reverse=True)
    assert len({SV.flat(line.cells[0]) + SV.flat(line.cells[2]) for line in lines}) == len(lines)


def test_the_order_of_weeks_that_cannot_be_told_apart_is_said_to_be_chance(subject: Subject) -> None:
    lines = table(weeks.chapter(subject, EN), "weeks-ours").lines
    overlap = lines[0].cells[1].low <= lines[-1].cells[1].high
    assert ("more chance than calendar" in " ".join(_english(weeks.chapter(subject, EN)))) == overlap


def _english(section: Section) -> list[str]:
    return [EN.flat((part,)) for part in parts_in(section) if isinstance(part, str)]


def test_public_and_private_units_add_up_to_the_region(subject: Subject) -> None:
    owners = owners_of(subject, subject.main)
    assert owners is not None
    assert sum(owners.units.values()) == len(subject.resolved.units)
    for name in ("nurse_hours_per_year", "cost_msek_per_year"):
        parts = [owners.told(name, owner).value for owner in ("public", "private")]
        assert sum(parts) == pytest.approx(subject.measured(subject.main, name).value)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.1, 0.3, "more"), (-3, -1, "less"), (-1, 1, "same"), (math.nan, math.nan, "unsure")],
)
def test_what_may_be_said_of_two_owners(low: float, high: float, verdict: str) -> None:
    assert verdict_of(Quantity((low + high) / 2, "hours", ANY, low, high, signed=True)) == verdict


def test_sizes_of_owners_are_not_subtracted(subject: Subject) -> None:
    lines = table(ownership.chapter(subject, SV), "ownership-load").lines
    apart = {SV.flat(line.cells[0]): line.cells[3] for line in lines}
    assert apart["Vårdcentraler"] is None
    assert apart["Sjuksköterskans tid"] is None
    assert apart["Sjuksköterskans tid, per tusen listade"].signed


def test_without_a_second_owner_there_is_nothing_to_set_side_by_side(subject: Subject) -> None:
    units = tuple(replace(unit, ownership="public") for unit in subject.resolved.units)
    main = replace(subject.main, resolved=replace(subject.resolved, units=units))
    assert owners_of(subject, main) is None
    assert (
        ownership.chapter(replace(subject, comparison=replace(subject.comparison, baseline=main)), SV) is None
    )


def test_where_nobody_moves_only_the_full_weeks_are_told(subject: Subject) -> None:
    today = without_transfer(subject)
    assert load.chapter(today, SV) is None
    assert ownership.chapter(today, SV) is None
    ids = [section.id for section in weeks.chapter(today, SV).sections]
    assert ids == ["weeks-full", "weeks-of-units"]


def test_one_replication_alone_has_no_percentiles_and_leads_back_too(hostile: Subject) -> None:
    assert chance.heads(hostile, SV) == (SV("chance.alone"),)
    found = [each.chapter(hostile, SV) for each in (load, weeks, ownership)]
    numbers = [number for section in found for number in numbers_in(section)]
    assert numbers
    assert not any(number.has_interval for number in numbers)
    for number in numbers[::25]:
        value, _, _ = look_up(hostile, number.trace)
        assert number.value == pytest.approx(value, nan_ok=True)


def test_names_of_units_stay_names(hostile: Subject) -> None:
    cells = [line.cells[0] for line in table(over_wrapped(hostile), "load-most").lines]
    assert all(type(part).__name__ == "Name" for cell in cells for part in cell)


def over_wrapped(subject: Subject) -> Section:
    return Section("x", (), (), (over_units(subject, SV),))


def test_how_many_units_are_full_without_the_transfer_is_told_beside(subject: Subject) -> None:
    assert subject.today is not None
    (full,) = (each for each in weeks.chapter(subject, SV).sections if each.id == "weeks-full")
    runs = {number.trace.run for number in numbers_in(full) if number.trace.kind == "week_full"}
    for calibration in subject.comparison.calibrations:
        assert f"{subject.main.label} @ {calibration.name}" in runs
        assert f"{subject.today.label} @ {calibration.name}" in runs
