"""Scenarios side by side: what each gives, and how each of the others differs from the one in question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from results.catalogue import MEASURES
from results.comparison import Side
from results.report.chapters.side_by_side.beside import beside
from results.report.document import Block, Facts, Figure, Line, Paragraph, Section, Table, Text
from results.report.figures import Bar, interval_bars
from results.report.language import UNKNOWN, Language
from results.report.naming import called, measure_name
from results.report.subject import UNITS, Subject
from results.report.tightness import tightness
from results.table import Row

REGION, AT_UNITS = ("region", ""), ("site", "unit")
HEADLINES = (
    ("unit_visits_per_year", *REGION),
    ("nurse_hours_per_year", *REGION),
    ("nurse_fte", *REGION),
    ("doctor_hours_per_year", *REGION),
    ("peak_week_nurse_hours", *REGION),
    ("on_time_share", *REGION),
    ("on_time_share", *AT_UNITS),
    ("late_days_p95", *AT_UNITS),
    ("returned_to_hospital_share", *REGION),
    ("units_without_patient_share", *REGION),
    ("low_volume_visits_share", *REGION),
    ("visits_per_performing_unit", *REGION),
    ("cost_msek_per_year", *REGION),
    ("readiness_msek_per_year", *REGION),
    ("uplift_share_used", *REGION),
    ("units_over_uplift_share", *REGION),
    ("hospital_freed_visits_per_year", *REGION),
    ("hospital_net_hours_per_year", *REGION),
)
TRAVEL = (("travel_km_per_year", *AT_UNITS), ("travel_km_per_year", "site", "hospital"))
AT_FULL_PRICE = (("full_cost_msek_per_year", *REGION), ("hospital_freed_msek_per_year", *REGION))
OTHERS = ("background_within_guarantee_share", "background_wait_days_mean")
DRAWN = ("nurse_hours_per_year", "on_time_share", "cost_msek_per_year")


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where there is only one scenario."""
    if not subject.others:
        return None
    main = called(subject, subject.main, say)
    blocks: list[Block] = [
        Paragraph(say("side_by_side.lead", main=main, count=len(subject.others)), "lead"),
        Facts(tuple(_in_short(subject, side, say) for side in subject.others)),
        Paragraph(_about_intervals(subject, say), "note"),
        *(figure for name in DRAWN if (figure := _drawn(subject, name, say))),
        *_values(subject, say),
    ]
    sections = (beside(subject, number, side, say) for number, side in enumerate(subject.others, start=1))
    return Section("side-by-side", say("side_by_side.title"), tuple(blocks), tuple(sections))


def _in_short(subject: Subject, side: Side, say: Language) -> tuple[Text, Text]:
    """A scenario, and how the measures that are drawn differ there."""
    told = [sentence for name in DRAWN if (sentence := _told(subject, side, name, say))]
    parts = [part for place, sentence in enumerate(told) for part in ((" ",) if place else ()) + sentence]
    return (called(subject, side, say),), tuple(parts)


def _told(subject: Subject, side: Side, name: str, say: Language) -> Text:
    """A sentence on one difference; nothing where it is undefined."""
    apart, difference = subject.difference(side, name)
    if not apart.known:
        return ()
    verdict = "equal" if difference is None else difference.verdict.replace(" ", "_")
    return say(f"side_by_side.told_{verdict}", measure=say(f"measures.{name}"), difference=apart)


def _about_intervals(subject: Subject, say: Language) -> Text:
    if subject.replications == 1:
        return say("side_by_side.one_replication")
    return say("side_by_side.intervals", family=subject.counted(subject.comparison.family, "none", "family"))


def _drawn(subject: Subject, name: str, say: Language) -> Figure | None:
    """How one measure differs in each alternative; nothing where fewer than two differ."""
    found = [(side, *subject.difference(side, name)) for side in subject.alternatives]
    found = [each for each in found if each[2] is not None and each[1].known]
    bars = [Bar(called(subject, side, say).text, apart) for side, apart, _ in found]
    if len(bars) < 2:
        return None
    measure, main = say(f"measures.{name}"), called(subject, subject.main, say)
    sure = [each for each in found if each[2] is not None and each[2].distinguishable]
    most, apart, _ = max(sure, key=lambda each: abs(each[1].value), default=found[0])
    return interval_bars(
        say,
        id=f"side-by-side-{name.replace('_', '-')}",
        title=say(
            f"side_by_side.drawn_{'sure' if sure else 'unsure'}",
            measure=measure,
            scenario=called(subject, most, say),
            difference=apart,
        ),
        description=say("side_by_side.drawn_description", measure=measure, main=main),
        bars=bars,
        axis=say.plain("side_by_side.axis", unit=say(f"units.{apart.unit}", count=2)),
        zero=True,
    )


def _values(subject: Subject, say: Language) -> list[Table]:
    """The headlines of every scenario; visits at full price stand by themselves, for that is another costing."""
    main, travel, full = (
        _lines(subject, [subject.row(*each) for each in headlines], say)
        for headlines in (HEADLINES, TRAVEL, AT_FULL_PRICE)
    )
    about_others = (say("side_by_side.others"),) if subject.comparison.calibrations else ()
    return [
        _table(subject, "values", main, (say("side_by_side.costing"),), say),
        _table(subject, "patients", [*travel, *_others(subject, say)], about_others, say),
        _table(subject, "full_price", full, (), say),
    ]


def _lines(subject: Subject, rows: Sequence[Row], say: Language) -> Iterator[Line]:
    """A line per row that any scenario has."""
    for row in rows:
        found = [subject.measured(side, *row) if subject.has(side, row) else None for side in subject.sides]
        if any(found):
            name = _with_unit(measure_name(row, subject.resolved, say), row.name, say)
            yield Line((name, *(each or (UNKNOWN,) for each in found)))


def _others(subject: Subject, say: Language) -> Iterator[Line]:
    """Other patients, under each calibration of how tight units are."""
    for name in OTHERS:
        for calibration in subject.comparison.calibrations:
            told = (subject.measured(side, name, under=calibration.name) for side in subject.sides)
            measure, tight = say(f"measures.{name}"), tightness(say, calibration.name)
            label = say("side_by_side.as_tight", measure=measure, tight=tight)
            yield Line((_with_unit(label, name, say), *told))


def _with_unit(label: Text, name: str, say: Language) -> Text:
    """What a line is about, with its unit: columns are scenarios."""
    unit = say(f"units.{UNITS[MEASURES[name].unit]}", count=2)
    return say("side_by_side.with_unit", measure=label, unit=unit)


def _table(
    subject: Subject, kind: str, lines: Iterable[Line], notes: tuple[Text, ...], say: Language
) -> Table:
    """A column per scenario, the one in question first."""
    scenarios: list[Text] = [(called(subject, side, say),) for side in subject.sides]
    columns, numeric = (say("terms.measure"), *scenarios), (False, *(True for _ in scenarios))
    id = f"side-by-side-{kind.replace('_', '-')}"
    return Table(id, say(f"side_by_side.{kind}"), columns, tuple(lines), numeric, notes)
