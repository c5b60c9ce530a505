"""One scenario beside the one in question: what it assumes otherwise, what comes of it, and which lever makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from results.catalogue import MEASURES, QUESTIONS
from results.comparison import Difference, Side
from results.comparison.wording import reading_order
from results.report.chapters.side_by_side.assumed import assumed_otherwise
from results.report.chapters.side_by_side.levers import by_lever
from results.report.document import Block, Line, Paragraph, Section, Table, Text
from results.report.language import Language
from results.report.naming import called, measure_name
from results.report.quantities import Quantity, Trace, path_of
from results.report.subject import UNITS, Subject, under_label
from results.report.tightness import tightness

FULL_PRICE = ("full_cost_msek_per_year", "hospital_freed_msek_per_year")

# Tables, and which differences belong in each; visits at full price are another costing and stand by themselves.
KINDS: Mapping[str, Callable[[Difference], bool]] = {
    "sure": lambda each: (
        each.distinguishable and each.row.scope != "stream" and each.row.name not in FULL_PRICE
    ),
    "sure_by_stream": lambda each: each.distinguishable and each.row.scope == "stream",
    "unsure": lambda each: not each.distinguishable and each.row.name not in FULL_PRICE,
    "at_full_price": lambda each: each.row.name in FULL_PRICE,
}


def beside(subject: Subject, number: int, side: Side, say: Language) -> Section:
    """A section on one of the others; `number` tells its tables from those of the rest."""
    id = f"side-by-side-{number}"
    told = told_of(subject.comparison.of(side.label), subject.window.name)
    blocks: list[Block] = [
        Paragraph(_in_short(subject, side, told, say)),
        *assumed_otherwise(subject, side, id, say),
        *by_lever(subject, side, id, say),
    ]
    for kind, belongs in KINDS.items():
        if found := [each for each in told if belongs(each)]:
            blocks.append(_table(subject, side, f"{id}-{kind.replace('_', '-')}", kind, found, say))
    return Section(id, (called(subject, side, say),), (*blocks, *_other_patients(subject, side, id, say)))


def told_of(differences: Sequence[Difference], window: str) -> list[Difference]:
    """The differences that are told, in reading order.

    Left out are those undefined on one side, what only repeats another (late doses, single professions, other shares of
    the uplift), and other patients, of whom nothing may be said under one calibration alone.
    """
    told = (
        each
        for each in differences
        if each.verdict != "undefined"
        and each.row.name not in (*QUESTIONS["others"], "late_share")
        and not each.row.key.startswith(("available=", "profession="))
    )
    return sorted(told, key=lambda each: reading_order(each.row, window))


def _in_short(subject: Subject, side: Side, told: Sequence[Difference], say: Language) -> Text:
    main, sure = called(subject, subject.main, say), sum(each.distinguishable for each in told)
    if not told:
        return say("side_by_side.nothing", main=main)
    return say(
        "side_by_side.counted",
        main=main,
        sure=Quantity(float(sure), "none", Trace("compared", side.label, "sure")),
        unsure=Quantity(float(len(told) - sure), "none", Trace("compared", side.label, "unsure")),
    )


def _table(
    subject: Subject, side: Side, id: str, kind: str, differences: Sequence[Difference], say: Language
) -> Table:
    """A line per difference, with its verdict where the caption does not say it; only the first table stands open."""
    verdict = kind == "at_full_price"
    lines = [_line(subject, side, each, say, verdict=verdict) for each in differences]
    main = called(subject, subject.main, say)
    columns = (
        say("terms.measure"),
        (main,),
        (called(subject, side, say),),
        say("terms.difference"),
        *((say("side_by_side.verdict"),) if verdict else ()),
    )
    numeric = (False, True, True, True, False)[: len(columns)]
    caption = say(f"side_by_side.{kind}", main=main)
    return Table(id, caption, columns, tuple(lines), numeric, folded=kind != "sure")


def _line(subject: Subject, side: Side, each: Difference, say: Language, *, verdict: bool) -> Line:
    row, apart = each.row, difference_of(subject, side, each)
    name = measure_name(row, subject.resolved, say)
    values = (subject.measured(one, row.name, row.scope, row.key) for one in (subject.main, side))
    told = (_verdict(each, say),) if verdict else ()
    return Line((say("side_by_side.with_unit", measure=name, unit=_unit(apart, say)), *values, apart, *told))


def _other_patients(subject: Subject, side: Side, id: str, say: Language) -> list[Block]:
    """What differs for other patients, under each calibration of how tight units are."""
    comparison = subject.comparison
    found = [
        (each, calibration.name)
        for calibration in comparison.calibrations
        for each in comparison.displacement[side.label, calibration.name]
        if each.verdict != "undefined"
    ]
    if not found:
        return []
    ordered = sorted(found, key=lambda told: reading_order(told[0].row, subject.window.name))
    lines = [_line_of_others(subject, side, each, calibration, say) for each, calibration in ordered]
    columns = (
        say("terms.measure"),
        say("side_by_side.tightness"),
        say("terms.difference"),
        say("side_by_side.verdict"),
    )
    caption = say("side_by_side.other_patients", main=called(subject, subject.main, say))
    numeric, notes = (False, False, True, False), (say("side_by_side.others"),)
    return [Table(f"{id}-others", caption, columns, tuple(lines), numeric, notes, folded=True)]


def _line_of_others(subject: Subject, side: Side, each: Difference, calibration: str, say: Language) -> Line:
    apart, name = difference_of(subject, side, each, calibration), say(f"measures.{each.row.name}")
    label = say("side_by_side.with_unit", measure=name, unit=say(f"units.{apart.unit}", count=2))
    return Line((label, tightness(say, calibration), apart, _verdict(each, say)))


def difference_of(subject: Subject, side: Side, each: Difference, calibration: str = "") -> Quantity:
    """A difference as compared, with its simultaneous interval."""
    one, other = (
        under_label(label, calibration) if calibration else label
        for label in (side.label, subject.main.label)
    )
    share = MEASURES[each.row.name].unit == "share"
    unit = "points" if share else UNITS[MEASURES[each.row.name].unit]
    trace = Trace("difference", one, path_of(each.row), f"less {other}")
    return Quantity(each.mean, unit, trace, each.low, each.high, signed=True)


def _unit(apart: Quantity, say: Language) -> Text:
    """The unit of values and difference: shares are in percent, their difference in percentage points."""
    return say("side_by_side.percent" if apart.unit == "points" else f"units.{apart.unit}", count=2)


def _verdict(each: Difference, say: Language) -> Text:
    return say(f"side_by_side.{each.verdict.replace(' ', '_')}")
