"""What the transfer adds for other patients, under each calibration beside each other, and the most it could."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from results.comparison.compared import Verdict
from results.report.chapters.others.tightest import FOURTH, at_the_tightest
from results.report.document import Block, Bullets, Figure, Line, Paragraph, Table, Text
from results.report.figures import Bar, interval_bars
from results.report.language import Language
from results.report.quantities import Quantity, Trace, path_of
from results.report.rules import ENOUGH_YEARS, displacement, out_of_ten, turned
from results.report.subject import Subject, run_label
from results.report.tightness import tightness

SEEN, WAIT, AWAY = (
    "background_within_guarantee_share",
    "background_wait_days_mean",
    "background_diverted_per_year",
)
BOUND = "displacement_bound_visits_per_year"


def under_each(subject: Subject, say: Language) -> Iterator[Block]:
    """What may be said, drawn and in numbers; without a today, the numbers alone."""
    if subject.today is not None:
        yield _seen(subject, say)
        yield _away(subject, say)
        yield Bullets(tuple(_beside(subject, say)))
    bound = subject.measured(subject.main, BOUND)
    if bound.value > 0:
        yield Paragraph(say("others.bound", bound=bound))
    yield _table(subject, say)


def _beside(subject: Subject, say: Language) -> Iterator[Text]:
    """The wait, where those turned away are, in how many years there are more, and what chance does anyhow."""
    assert subject.today is not None
    yield say("others.sized", finding=_finding(subject, say, WAIT), sizes=sizes(subject, say, WAIT))
    if len(subject.resolved.units) >= FOURTH:
        parts = (_under(say, (at_the_tightest(subject, under),), under) for under in calibrations(subject))
        yield say("others.at_the_tightest", parts=say.list(parts))
    if subject.replications >= ENOUGH_YEARS:
        told = (
            _under(say, out_of_ten(say, _more_often(subject, under), "years"), under)
            for under in calibrations(subject)
        )
        yield say("others.more_often", years=say.list(told))
        digits = subject.measured(subject.today, SEEN).digits()
        low, high = (
            replace(subject.quantile(subject.today, q, SEEN), decimals=digits) for q in ("p5", "p95")
        )
        yield say("others.nine_of_ten", low=low, high=high)


def sizes(subject: Subject, say: Language, name: str) -> Text:
    """What the transfer adds under each calibration, as an enumeration."""
    return say.list(
        _under(say, (subject.added(name, under=under)[0],), under) for under in calibrations(subject)
    )


def _under(say: Language, told: Text, under: str) -> Text:
    """What is told, and the calibration under which it holds."""
    return say("others.under", told=told, tightness=tightness(say, under)) if under else told


def _finding(subject: Subject, say: Language, name: str) -> Text:
    """What may be said of a measure: what holds under every calibration, or that there is one only."""
    found = [subject.added(name, under=under) for under in calibrations(subject)]
    verdicts: list[tuple[Verdict, float]] = [
        ("equal" if difference is None else turned(difference.verdict), gap.value)
        for gap, difference in found
    ]
    told = say(f"others.{name}_{displacement(verdicts)}")
    return told if subject.comparison.calibrations else say("others.under_one", finding=told)


def calibrations(subject: Subject) -> Sequence[str]:
    """The names of the calibrations; one without a name, the scenarios as they are, where there are none."""
    return [each.name for each in subject.comparison.calibrations] or [""]


def _told(say: Language, under: str) -> Text:
    return tightness(say, under) if under else say("others.as_is")


def _more_often(subject: Subject, under: str) -> Quantity:
    """The share of the years in which more are turned away than in the same year without the transfer."""
    assert subject.today is not None
    row = subject.row(AWAY)
    main, today = (subject.values(side, row, under=under) for side in (subject.main, subject.today))
    trace = Trace("chance of more", run_label(subject.main.label, under), path_of(row),
                  f"than {run_label(subject.today.label, under)}")  # fmt: skip
    return Quantity(float(np.mean(main > today)), "share", trace)


def _seen(subject: Subject, say: Language) -> Figure:
    """What the transfer adds to the share within the guarantee."""
    return interval_bars(
        say,
        id="others-seen",
        title=_finding(subject, say, SEEN),
        description=say("others.seen_description"),
        bars=_bars(subject, say, SEEN),
        axis=say.plain("others.seen_axis"),
        zero=True,
        notes=(say("others.simultaneous"),),
    )


def _away(subject: Subject, say: Language) -> Figure:
    """What the transfer adds to requests turned away, beside the most that arithmetic allows."""
    bound = Bar(say.plain("others.bound_label"), subject.measured(subject.main, BOUND))
    return interval_bars(
        say,
        id="others-away",
        title=_finding(subject, say, AWAY),
        description=say("others.away_description"),
        bars=[*_bars(subject, say, AWAY), bound],
        axis=say.plain("others.away_axis"),
        zero=True,
        notes=(say("others.away_note"),),
    )


def _bars(subject: Subject, say: Language, name: str) -> list[Bar]:
    return [
        Bar(say.flat(_told(say, under)), subject.added(name, under=under)[0])
        for under in calibrations(subject)
    ]


def _table(subject: Subject, say: Language) -> Table:
    """Each measure under each calibration: with the transfer, today, and the difference."""
    compared = subject.today is not None
    columns = ("of_main", *(("of_today", "gap") if compared else ()))
    return Table(
        "others-measures",
        say("others.table"),
        (say("others.column_what"), *(say(f"others.column_{column}") for column in columns)),
        tuple(line for name in (SEEN, WAIT, AWAY) for line in _lines(subject, say, name)),
        (False, *(True for _ in columns)),
        (say("others.table_note", days=subject.assumed("background.guarantee_days", "days")),),
    )


def _lines(subject: Subject, say: Language, name: str) -> Iterator[Line]:
    """A measure with its unit, and a line below it for each calibration."""
    cells = 1 if subject.today is None else 3
    yield Line((say(f"others.head_{name}"), *(None for _ in range(cells))), "subtotal")
    for under in calibrations(subject):
        numbers = [subject.measured(subject.main, name, under=under)]
        if subject.today is not None:
            numbers += [
                subject.measured(subject.today, name, under=under),
                subject.added(name, under=under)[0],
            ]
        yield Line((_told(say, under), *numbers), level=1)
