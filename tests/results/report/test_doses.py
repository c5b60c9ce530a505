"""Doses: what the chapter says follows from the runs, also where these are odd."""

import math
from dataclasses import replace

import numpy as np
import pytest

from results.report.chapters.doses import chapter
from results.report.chapters.doses.dose_days import dose_days
from results.report.document import Section
from results.report.subject import Subject, Target
from scenarios.evidence import Evidence
from tests.results.report.sections import SV, draw_nothing, figures, names, sentences, table, without_transfer
from tests.results.report.test_answer import alone, changed, constant, over_rows

TODAY, EVERY_4_WEEKS = "no-transfer", "bone-agents-every-4-weeks"
NOISE = np.array([0.01, -0.01, 0.012, -0.012])  # of four replications, with no mean of its own


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch, "doses.by_treatment", "doses.lateness")


def told(subject: Subject) -> Section:
    found = chapter(subject, SV)
    assert found is not None
    return found


def page(subject: Subject) -> str:
    return "\n".join(sentences(told(subject)))


# --- days after the due date ------------------------------------------------------------------------


def test_the_doses_of_units_and_hospital_are_all_doses(subject: Subject) -> None:
    for stream in subject.resolved.scenario.streams:
        parts = (dose_days(subject, subject.main, stream, site) for site in ("unit", "hospital"))
        whole = dose_days(subject, subject.main, stream)
        assert sum(part.counts.sum() for part in parts) == whole.counts.sum() > 0


def test_shares_before_and_after_a_day_add_to_one(subject: Subject) -> None:
    given = dose_days(subject, subject.main, "denosumab")
    assert given.share(None, None).value == 1.0
    for day in (-3, 0, 4, 30):
        before, after = given.share(None, day), given.share(day + 1, None)
        assert before.value + after.value == pytest.approx(1.0)
        assert 0 <= before.low <= before.value <= before.high <= 1


def test_the_share_in_time_is_the_measure_but_for_doses_never_given(subject: Subject) -> None:
    for side in subject.sides:
        for stream, each in side.resolved.scenario.streams.items():
            given = dose_days(subject, side, stream).share(-each.early_days, each.late_days)
            measured = subject.measured(side, "on_time_share", "stream", stream)
            assert measured.value - 1e-12 <= given.value < measured.value + 0.02


def test_where_no_dose_is_given_the_share_is_unknown(subject: Subject) -> None:
    assert subject.today is not None
    assert not dose_days(subject, subject.today, "iron", "unit").share(0, 7).known


# --- in time, against today -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "says"),
    [(-0.2, "Fler doser ges i tid än i dag, om"), (0.2, "Färre doser ges i tid än i dag, om"),
     (0.0, "går inte att skilja från dagens")],
)  # fmt: skip
def test_the_message_is_what_the_difference_is(subject: Subject, shift: float, says: str) -> None:
    """Without the transfer so many more are on time."""
    own = subject.values(subject.main, subject.row("on_time_share"))
    shifted = changed(subject, {TODAY: over_rows({"on_time_share": lambda values: own + shift + NOISE})})
    first = sentences(told(shifted))[0]
    assert says in first
    assert SV.told(shifted.added("on_time_share")[0]) in first


def test_the_hospitals_lateness_is_called_an_assumption_where_it_is_one(subject: Subject) -> None:
    assert "är inte känt. Här antas att 5\xa0%" in page(subject)
    stated = {
        **subject.resolved.evidence,
        "hospital.late_share": Evidence(grade="source", source="care-guarantee"),
    }
    resolved = replace(subject.resolved, evidence=stated)
    baseline = replace(subject.main, resolved=resolved)
    sourced = page(replace(subject, comparison=replace(subject.comparison, baseline=baseline)))
    assert "är inte känt" not in sourced
    assert "följer av värden i scenariot: 5\xa0%" in sourced
    assert all("hospital.late_share, hospital.late_days_mean" in each for each in (page(subject), sourced))


def test_a_table_without_today_has_no_column_of_it(subject: Subject) -> None:
    assert len(table(told(subject), "doses-treatments").columns) == 6
    single = table(told(alone(subject)), "doses-treatments")
    assert len(single.columns) == 4
    assert all(len(line.cells) == 4 for line in single.lines)
    assert "i tid." in sentences(told(alone(subject)))[0]


def test_without_transfer_all_is_at_the_hospital(subject: Subject) -> None:
    section = told(without_transfer(subject))
    assert [each.id for each in section.sections] == ["doses-late"]
    figure = figures(section)[0]
    assert {SV.flat(line.cells[1]) for line in figure.data.lines} == {"kvar på sjukhus"}
    assert "Vårdcentralens siffra" not in "\n".join(sentences(section))


def test_nothing_is_said_where_no_dose_falls_due(subject: Subject) -> None:
    undefined = over_rows({"on_time_share": constant(math.nan)})
    assert chapter(changed(subject, {subject.main.label: undefined}), SV) is None


def test_one_replication_has_no_interval_and_no_dots(subject: Subject) -> None:
    section = told(changed(subject, {}, replications=1))
    assert "går inte att skilja från dagens" in sentences(section)[0]
    assert [figure.id for figure in figures(section)] == ["doses-by-treatment"]
    cells = [cell for line in table(section, "doses-treatments").lines for cell in line.cells[1:-1]]
    assert not any(cell.has_interval for cell in cells)


# --- targets ----------------------------------------------------------------------------------------


def test_a_target_is_told_by_chance_and_by_treatment(subject: Subject) -> None:
    means = {
        stream: subject.measured(subject.main, "on_time_share", "stream", stream).value
        for stream in subject.resolved.scenario.streams
    }
    ordered = sorted(means, key=lambda stream: means[stream])
    between = (means[ordered[1]] + means[ordered[2]]) / 2
    asked = replace(
        subject, targets=(Target("on_time_share", True, between), Target("drug_msek_per_year", False, 1.0))
    )
    missed = [line for line in sentences(told(asked)) if "inte når målet" in line]
    labels = [subject.resolved.scenario.streams[stream].label.sv for stream in ordered]
    assert len(missed) == 1
    assert 0 < missed[0].index(labels[0]) < missed[0].index(labels[1])
    assert labels[2] not in missed[0]
    assert [line for line in sentences(told(asked)) if line.startswith("Mål:")] == [
        line for line in sentences(told(asked)) if "”Doser i tid” minst" in line
    ]


# --- alternatives and the way there -----------------------------------------------------------------


def test_only_treatments_that_surely_differ_stand_below_an_alternative(subject: Subject) -> None:
    own = subject.values(subject.main, subject.row("on_time_share", "stream", "iron"))
    assert names(table(told(subject), "doses-alternatives-table").lines)[2:] == []
    moved = over_rows({"on_time_share": lambda values: own - 0.3 + NOISE / 1000}, "stream", "iron")
    lines = table(told(changed(subject, {EVERY_4_WEEKS: moved})), "doses-alternatives-table").lines
    assert names(lines)[2:] == ["Järninfusion, reumatisk sjukdom"]
    assert [line.level for line in lines] == [0, 0, 1]


def test_the_way_to_the_unit_is_told_only_where_someone_goes_it(subject: Subject) -> None:
    assert "doses-path" in [each.id for each in told(subject).sections]
    nobody = over_rows({"patients_transferred": constant(0.0)})
    sections = told(changed(subject, {subject.main.label: nobody})).sections
    assert "doses-path" not in [each.id for each in sections]


def test_needs_out_of_hours_is_not_blamed_on_the_transfer(subject: Subject) -> None:
    assert subject.today is not None
    today = subject.measured(subject.today, "out_of_hours_events_per_year")
    notes = table(told(subject), "doses-path-measures").notes
    assert today.value > 0
    assert SV.told(today) in SV.flat(notes[0])
    none = over_rows({"out_of_hours_events_per_year": constant(0.0)})
    assert table(told(changed(subject, {subject.main.label: none})), "doses-path-measures").notes == ()
