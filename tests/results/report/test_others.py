"""Other patients: what may be said of displacement under each calibration, and when nothing may."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from results.comparison import Sample, Side, compare
from results.report.chapters.others import chapter
from results.report.chapters.others.tightest import at_the_tightest, tightest
from results.report.document import Section
from results.report.subject import Subject
from results.table import Row
from tests.results.report.sections import SV, draw_nothing, figures, names, sentences, table, without_transfer
from tests.results.report.test_answer import alone, changed, over_rows

FEW, TIGHT = "decision-2026", "tight-everywhere"
TODAY, AWAY, SEEN = "no-transfer", "background_diverted_per_year", "background_within_guarantee_share"
NOISE = np.array([1.0, -1.0, 1.2, -1.2])  # of four replications, with no mean of its own


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    draw_nothing(monkeypatch, "others.displacement")


def told(subject: Subject) -> Section:
    found = chapter(subject, SV)
    assert found is not None
    return found


def own(subject: Subject, name: str, under: str) -> np.ndarray:
    return subject.values(subject.main, subject.row(name), under=under)


def as_if_added(subject: Subject, few: float, tight: float) -> Subject:
    """So many more requests turned away than today, and so many thousandths fewer in time, but for noise."""

    def today(under: str, more: float) -> Callable[[Row, np.ndarray], np.ndarray]:
        away, seen = own(subject, AWAY, under), own(subject, SEEN, under)
        return over_rows({AWAY: lambda _: away - more + NOISE, SEEN: lambda _: seen + (more + NOISE) / 1000})

    return changed(subject, {TODAY: today(FEW, few), f"{TODAY} @ {TIGHT}": today(TIGHT, tight)})


@pytest.mark.parametrize(
    ("few", "tight", "says", "title"),
    [(100.0, 120.0, "trängs undan, men lite", "Fler av andra"),
     (500.0, 600.0, "trängs undan, hur hårt belastade vårdcentralerna än är", "Fler av andra"),
     (-500.0, -600.0, "trängs inte undan", "Färre av andra"),
     (0.0, 0.0, "går inte att skilja från slumpen om andra patienter trängs undan", "Hur många av andra"),
     (0.0, 600.0, "beror på hur hårt belastade vårdcentralerna är", "Hur många fler"),
     (200.0, 600.0, "beror på hur hårt belastade vårdcentralerna är", "Hur många fler")],
)  # fmt: skip
def test_no_more_is_said_than_holds_under_both(
    subject: Subject, few: float, tight: float, says: str, title: str
) -> None:
    moved = as_if_added(subject, few, tight)
    section = told(moved)
    assert says in sentences(section)[0]
    assert all(SV.told(moved.added(AWAY, under=under)[0]) in sentences(section)[0] for under in (FEW, TIGHT))
    assert SV.flat(figures(section)[1].title).startswith(title)


def test_a_difference_under_a_calibration_is_that_of_its_runs(subject: Subject) -> None:
    """Paired, seen from the decision, and not that of the runs as they are."""
    assert subject.today is not None
    for under in (FEW, TIGHT):
        apart = own(subject, AWAY, under) - subject.values(subject.today, subject.row(AWAY), under=under)
        gap, difference = subject.added(AWAY, under=under)
        assert gap.value == pytest.approx(apart.mean())
        assert gap.low < gap.value < gap.high
        assert difference is not None
    assert subject.added(AWAY, under=TIGHT)[0].value != subject.added(AWAY)[0].value
    assert subject.added(AWAY, under=FEW)[0].value == subject.added(AWAY)[0].value


def test_both_calibrations_stand_beside_each_other_and_beside_the_bound(subject: Subject) -> None:
    section = told(subject)
    labels = ["om få vårdcentraler är överbelastade", "om alla är hårt belastade"]
    seen, away = figures(section)
    assert names(seen.data.lines) == labels
    assert names(away.data.lines) == [*labels, "som mest, om alla vore fulla"]
    bound = subject.measured(subject.main, "displacement_bound_visits_per_year")
    assert away.data.lines[2].cells[1] == bound
    assert [line.level for line in table(section, "others-measures").lines] == [0, 1, 1] * 3
    assert any("1,29" in line and "0,30" in line for line in sentences(section))
    assert any("1,61" in line and "0,05" in line for line in sentences(section))


def without_calibrations(subject: Subject) -> Subject:
    """The subject as with `--calibration none`."""
    baseline, *scenarios = (replace(side, under={}) for side in subject.sides)
    found = compare(baseline, scenarios, subject.comparison.view, paired=True, calibrations=())
    return replace(subject, comparison=found, tight={})


def test_from_one_calibration_alone_nothing_is_concluded(subject: Subject) -> None:
    section = told(without_calibrations(subject))
    assert "går inte att säga av dessa körningar" in sentences(section)[0]
    assert any("ett enda antagande om det" in line for line in sentences(section))
    assert all("(under ett enda antagande)" in SV.flat(figure.title) for figure in figures(section))
    assert [line.level for line in table(section, "others-measures").lines] == [0, 1] * 3


def test_without_today_there_is_no_word_of_displacement_in_the_message(subject: Subject) -> None:
    section = told(alone(subject))
    seen = subject.measured(subject.main, SEEN)
    assert sentences(section)[0].startswith(SV.told(seen))
    assert "bredvid ett scenario utan överföring" in sentences(section)[0]
    assert "bredvid" not in sentences(told(without_transfer(subject)))[0]
    assert figures(section) == []
    assert len(table(section, "others-measures").columns) == 2


def test_today_alone_has_no_bound(subject: Subject) -> None:
    assert any("gränsen" in line for line in sentences(told(alone(subject))))
    assert not any("gränsen" in line for line in sentences(told(without_transfer(subject))))


def test_one_replication_distinguishes_nothing(subject: Subject) -> None:
    section = told(changed(subject, {}, replications=1))
    assert "går inte att skilja från slumpen" in sentences(section)[0]
    assert not any("år för år" in line for line in sentences(section))


def test_a_chance_is_told_where_there_are_years_enough(subject: Subject) -> None:
    """Twenty years, in five of which no more are turned away than today."""

    def often(own: Sample, gains: np.ndarray) -> Sample:
        values = np.tile(own.values, (5, 1))
        at = own.rows.index(subject.row(AWAY))
        values[:, at] = 1000.0 + gains
        return replace(own, values=values)

    def side(own: Side) -> Side:
        gains = np.where(np.arange(20) < 15, 5.0, 0.0) if own.label == subject.main.label else np.zeros(20)
        under = {name: often(sample, gains) for name, sample in own.under.items()}
        return replace(own, sample=under[FEW], under=under)

    baseline, *scenarios = map(side, subject.sides)
    found = subject.comparison
    comparison = compare(baseline, scenarios, found.view, paired=True, calibrations=found.calibrations)
    many = replace(subject, comparison=comparison, numbers=tuple(range(20)))
    assert any(
        "får fler förfrågningar inte plats än utan överföring i 8\xa0år av 10 om få" in line
        for line in sentences(told(many))
    )


def test_alternatives_are_told_under_both_calibrations(subject: Subject) -> None:
    lines = table(told(subject), "others-alternatives-table").lines
    assert [line.level for line in lines] == [0, 1, 1]
    gap, _ = subject.difference(subject.alternatives[0], SEEN, under=TIGHT)
    assert lines[2].cells[1] == gap
    assert told(alone(subject)).sections == ()


def test_the_tightest_fourth_is_chosen_by_today_alone(subject: Subject) -> None:
    """Whatever the transfer adds; of twelve units, three."""
    chosen = tightest(subject, TIGHT)
    assert subject.today is not None
    seen = {
        unit.key: subject.values(subject.today, subject.row(SEEN, "unit", unit.key), under=TIGHT).mean()
        for unit in subject.resolved.units
    }
    assert len(chosen) == len(seen) // 4
    assert max(seen[key] for key in chosen) <= min(value for key, value in seen.items() if key not in chosen)
    moved = changed(
        subject,
        {f"{subject.main.label} @ {TIGHT}": over_rows({SEEN: lambda v: -v, AWAY: lambda v: -v}, "unit")},
    )
    assert tightest(moved, TIGHT) == chosen


def test_what_the_tightest_fourth_gets_is_part_of_the_whole(subject: Subject) -> None:
    """As if each unit got ten more."""
    assert subject.today is not None
    under = f"{TODAY} @ {TIGHT}"
    ours = {
        unit.key: subject.values(subject.main, subject.row(AWAY, "unit", unit.key), under=TIGHT)
        for unit in subject.resolved.units
    }

    def ten_fewer(row: Row, values: np.ndarray) -> np.ndarray:
        return ours[row.key] - 10.0 if row == subject.row(AWAY, "unit", row.key) else values

    part = at_the_tightest(changed(subject, {under: ten_fewer}), TIGHT)
    assert part.value == pytest.approx(10.0 * (len(ours) // 4))
    assert part.signed
    assert SV.told(at_the_tightest(subject, FEW)) in "\n".join(sentences(told(subject)))
