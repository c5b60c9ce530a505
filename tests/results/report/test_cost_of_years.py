import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from results.comparison import Side
from results.report.chapters.ledger.years import cost_of_years
from results.report.language import Language
from results.report.naming import called
from results.report.quantities import Quantity
from results.report.subject import Subject

TEXT = "{http://www.w3.org/2000/svg}text"
SAY = Language("sv")


def years(side: Side, count: int) -> Side:
    """The same with more replications, each dearer than the one before."""
    each = side.sample.values[:1] * (1 + np.arange(count) / 100)[:, None]
    return replace(side, sample=replace(side.sample, values=each))


def over(subject: Subject, count: int) -> Subject:
    main, others = years(subject.main, count), tuple(years(side, count) for side in subject.others)
    comparison = replace(subject.comparison, baseline=main, scenarios=others)
    return replace(subject, comparison=comparison, numbers=tuple(range(count)))


def test_scenarios_in_which_patients_move_have_a_curve_and_nine_years_of_ten_are_told(
    subject: Subject,
) -> None:
    many = over(subject, 40)
    (figure,) = cost_of_years(many, SAY)
    shown = {text.text for text in ET.fromstring(figure.svg).iter(TEXT)}
    moving = (many.main, *many.alternatives)
    assert {called(many, side, SAY).text for side in moving} <= shown
    assert many.today is not None
    assert called(many, many.today, SAY).text not in shown
    first = subject.main.sample.values[0, subject.main.sample.rows.index(subject.row("cost_msek_per_year"))]
    told = [part for part in figure.title if isinstance(part, Quantity)]
    assert [each.value for each in told] == pytest.approx(
        [first * (1 + np.quantile(np.arange(40), q) / 100) for q in (0.05, 0.95)]
    )
    assert [each.trace.how for each in told] == ["p5", "p95"]
    assert len(figure.data.lines) == len(moving)


def test_too_few_years_make_no_curve(subject: Subject) -> None:
    assert [*cost_of_years(over(subject, 19), SAY)] == []
    assert [*cost_of_years(subject, SAY)] == []
