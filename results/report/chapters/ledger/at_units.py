"""What the transfer costs the units, in each of the two costings: apart, since they count the same visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from results.ledger import LINES, READINESS
from results.report.chapters.ledger.years import cost_of_years
from results.report.combined import combined
from results.report.document import Block, Cell, Figure, Line, Name, Paragraph, Section, Table, Text
from results.report.figures import waterfall
from results.report.language import Language
from results.report.naming import stream_name
from results.report.quantities import Quantity
from results.report.subject import Subject
from results.windows import Window, calendar_windows

COST, READY, FULL = "cost_msek_per_year", "readiness_msek_per_year", "full_cost_msek_per_year"


def at_units(subject: Subject, say: Language) -> Section:
    """Costing (a): staff, material, checks, desk work and readiness; by line, treatment and calendar year."""
    price_year = Name(str(subject.resolved.scenario.money.price_year))
    blocks: tuple[Block, ...] = (
        Paragraph(say("ledger.costing_a", year=price_year)),
        _by_line(subject, say),
        *cost_of_years(subject, say),
        _by_treatment(subject, say),
        _by_year(subject, say),
    )
    return Section("ledger-units", say("ledger.units_title"), blocks)


def _by_line(subject: Subject, say: Language) -> Figure:
    lines = [f"line={line}" for line in LINES if line != LINES[READINESS]]
    steps = [(say.plain(f"ledger.{key.replace('=', '_')}"), _told(subject, COST, key=key)) for key in lines]
    steps.append((say.plain("ledger.line_readiness"), _told(subject, READY)))
    return waterfall(
        say,
        id="ledger-lines",
        title=say("ledger.lines_title"),
        description=say("ledger.lines_description"),
        steps=steps,
        total=(say.plain("ledger.cost_whole"), _told(subject, COST)),
        axis=say.plain("units.msek_per_year"),
    )


def _by_treatment(subject: Subject, say: Language) -> Table:
    """A line per treatment, the dearest first, and the region's."""
    costs = {stream: _cost(subject, "stream", stream) for stream in subject.resolved.scenario.streams}
    ranked = sorted(costs, key=lambda stream: (-costs[stream][-1].value, stream))
    lines = [Line(((stream_name(subject.resolved, each, say),), *costs[each])) for each in ranked]
    lines.append(Line((say("terms.region"), *_cost(subject, "region", "")), "total"))
    return Table(
        "ledger-streams",
        say("ledger.streams"),
        (say("terms.stream"), *_heads(say, "msek_per_year")),
        tuple(lines),
        (False, True, True, True),
    )


def _by_year(subject: Subject, say: Language) -> Table:
    """A line per calendar year as it falls, beside the uplift of the same days."""
    lines = []
    for window in calendar_windows(subject.resolved):
        cost = _cost(subject, "region", "", window.name)
        uplift = subject.measured(subject.main, "uplift_msek_per_year", window=window.name)
        amounts = [replace(each, unit="msek") for each in (*cost, uplift)]
        lines.append(Line((_year(subject, window, say), *amounts)))
    columns = (say("ledger.year"), *_heads(say, "msek"), say("ledger.uplift"))
    notes = (say("ledger.years_note"),)
    return Table("ledger-years", say("ledger.years"), columns, tuple(lines), (False, *(True,) * 4), notes)


def _year(subject: Subject, window: Window, say: Language) -> Text:
    """A calendar year; of one that is simulated in part, its days."""
    if not window.part_year:
        return (Name(window.name),)
    start = subject.resolved.scenario.start_date
    first, last = (say.date(start + dt.timedelta(days=day)) for day in (window.first, window.end - 1))
    return say("ledger.part_year", first=first, last=last)


def _cost(subject: Subject, scope: str, key: str, window: str = "") -> tuple[Quantity, Quantity, Quantity]:
    """Cost without readiness, readiness, and both."""
    whole, ready = (subject.row(name, scope, key, window) for name in (COST, READY))
    return (
        combined(subject, subject.main, (whole,), (ready,)),
        _told(subject, READY, scope, key, window),
        _told(subject, COST, scope, key, window),
    )


def _told(subject: Subject, name: str, scope: str = "region", key: str = "", window: str = "") -> Quantity:
    return subject.measured(subject.main, name, scope, key, window)


def _heads(say: Language, unit: str) -> Iterator[Text]:
    for part in ("cost_without", "line_readiness", "cost_whole"):
        yield say("ledger.amount", what=say(f"ledger.{part}"), unit=say(f"units.{unit}"))


def at_full_price(subject: Subject, say: Language) -> Section:
    """Costing (b): the same visits at full price, in a table of their own."""
    streams = subject.resolved.scenario.streams
    prices = {stream: _told(subject, FULL, "stream", stream) for stream in streams}
    ranked = sorted(prices, key=lambda stream: (-prices[stream].value, stream))
    lines: list[tuple[Cell, ...]] = [
        ((stream_name(subject.resolved, stream, say),), prices[stream]) for stream in ranked
    ]
    table = Table(
        "ledger-full-price",
        say("ledger.full_price"),
        (say("terms.stream"), say("ledger.full_price_head")),
        (*map(Line, lines), Line((say("terms.region"), _told(subject, FULL)), "total")),
        (False, True),
    )
    blocks = (Paragraph(say("ledger.costing_b")), Paragraph(say("ledger.never_mixed"), "warning"), table)
    return Section("ledger-full", say("ledger.full_title"), blocks)
