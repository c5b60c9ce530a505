"""Skill: how thinly visits are spread, and what hubs change."""

from dataclasses import replace

import numpy as np
import pytest

from results.report.chapters.skill import chapter
from results.report.chapters.skill.volumes import groups, low_share, with_one_patient
from results.report.document import Section
from results.report.subject import Subject
from scenarios.evidence import Evidence
from scenarios.hubs import Hubs
from tests.results.report.sections import SV, draw_nothing, figures, names, sentences, table, without_transfer
from tests.results.report.test_answer import alone, changed, constant, over_rows

EVERY_4_WEEKS, LOW = "bone-agents-every-4-weeks", "low_volume_visits_share"
NOISE = np.array([0.01, -0.01, 0.012, -0.012]) / 1000  # of four replications


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch, "skill.by_group")


def told(subject: Subject) -> Section:
    found = chapter(subject, SV)
    assert found is not None
    return found


def test_a_group_of_one_treatment_has_its_share(subject: Subject) -> None:
    measured = subject.measured(subject.main, LOW, "stream", "catheter")
    found = low_share(subject, subject.main, "catheter")
    assert (found.value, found.low, found.high) == pytest.approx(
        (measured.value, measured.low, measured.high)
    )


def test_the_share_of_a_group_lies_between_those_of_its_treatments(subject: Subject) -> None:
    assert list(groups(subject)) == ["injection", "infusion", "catheter", "methadone"]
    for group, streams in groups(subject).items():
        shares = [subject.measured(subject.main, LOW, "stream", stream).value for stream in streams]
        assert min(shares) - 1e-9 <= low_share(subject, subject.main, group).value <= max(shares) + 1e-9


def test_groups_add_up_to_the_region(subject: Subject) -> None:
    """Weighted by their visits, year by year."""
    row = subject.row
    visits, below = np.zeros(4), np.zeros(4)
    for stream in subject.resolved.scenario.streams:
        own = subject.values(subject.main, row("unit_visits_per_year", "stream", stream))
        visits += own
        below += own * np.nan_to_num(subject.values(subject.main, row(LOW, "stream", stream)))
    assert below / visits == pytest.approx(subject.values(subject.main, row(LOW)))


def test_no_more_units_have_a_single_patient_than_there_are(subject: Subject) -> None:
    for stream in subject.resolved.scenario.streams:
        assert 0 <= with_one_patient(subject, stream).value <= len(subject.resolved.units)
    assert any(with_one_patient(subject, stream).value > 0 for stream in subject.resolved.scenario.streams)


def test_the_minimum_is_called_an_assumption_where_it_is_one(subject: Subject) -> None:
    assert any("ett antagande, inget krav" in line for line in sentences(told(subject)))
    stated = {
        f"money.procedures.{group}.minimum_visits_per_year": Evidence(grade="source", source="care-guarantee")
        for group in groups(subject)
    }
    resolved = replace(subject.resolved, evidence={**subject.resolved.evidence, **stated})
    sourced = replace(subject, comparison=replace(
        subject.comparison, baseline=replace(subject.main, resolved=resolved)))  # fmt: skip
    assert not any("antagande, inget krav" in line for line in sentences(told(sourced)))
    assert any("hämtat ur källor" in line for line in sentences(told(sourced)))


def test_treatments_stand_below_their_group_and_its_minimum(subject: Subject) -> None:
    lines = table(told(subject), "skill-treatments").lines
    below = {group: len(streams) for group, streams in groups(subject).items()}
    assert [line.level for line in lines] == [level for n in below.values() for level in (0, *(1,) * n)]
    minima = [line.cells[1] for line in lines if line.level == 0]
    assert [SV.flat(minimum) for minimum in minima] == ["12"] * len(below)


def test_units_without_a_visit_are_told_where_there_are_any(subject: Subject) -> None:
    assert any(line.startswith("Alla vårdcentraler har något besök") for line in sentences(told(subject)))
    some = over_rows({"units_without_patient_share": constant(0.25)})
    assert any(
        line.startswith("25\xa0% av vårdcentralerna har inte ett enda besök")
        for line in sentences(told(changed(subject, {subject.main.label: some})))
    )


def with_hubs(subject: Subject) -> Subject:
    """The subject as if the alternative gave infusions at two hubs."""
    (side,) = subject.alternatives
    chosen = Hubs(tuple(unit.key for unit in subject.resolved.units[:2]))
    hub = replace(side, resolved=replace(side.resolved, hubs={"infusion": chosen}))
    scenarios = tuple(hub if each is side else each for each in subject.comparison.scenarios)
    return replace(subject, comparison=replace(subject.comparison, scenarios=scenarios))


def test_hubs_are_told_with_what_they_cost_in_travel(subject: Subject) -> None:
    assert not any("nav" in line for line in sentences(told(subject)))
    (line,) = (line for line in sentences(told(with_hubs(subject))) if "samlas infusion vid 2\xa0nav" in line)
    (side,) = subject.alternatives
    assert SV.told(subject.difference(side, "travel_km_per_year")[0]) in line
    assert SV.told(low_share(subject, side, "infusion")) in line


def test_an_alternative_is_drawn_only_where_it_surely_changes_a_share(subject: Subject) -> None:
    (figure,) = figures(told(alone(subject)))
    assert len(figure.data.columns) == 2
    own = subject.values(subject.main, subject.row(LOW, "stream", "catheter"))
    fewer = over_rows({LOW: lambda values: own - 0.2 + NOISE}, "stream", "catheter")
    moved = changed(subject, {EVERY_4_WEEKS: fewer})
    (figure,) = figures(told(moved))
    assert names(figure.data.lines).count("kateter") == 2
    assert names(figure.data.lines).count("metadon") == 1
    assert names(table(told(moved), "skill-alternatives-table").lines)[-1] == "Tiemannkateter"


def test_nothing_is_said_where_no_unit_has_a_visit(subject: Subject) -> None:
    assert chapter(without_transfer(subject), SV) is None
    assert chapter(changed(subject, {}, replications=1), SV) is not None
