"""The table of the numbers that a figure shows."""

from __future__ import annotations

from collections.abc import Sequence

from results.report.document import Cell, Line, Name, Table, Text
from results.report.figures.marks import Bar, Group
from results.report.language import Language
from results.report.quantities import Quantity


def table_of_bars(say: Language, id: str, title: Text, bars: Sequence[Bar]) -> Table:
    """A line per bar: its label, its group where there are any, its number; a unit each where they differ."""
    grouped = any(bar.group for bar in bars)
    units = sorted({bar.quantity.unit for bar in bars})
    mixed = len(units) > 1
    columns = [say("figures.item")]
    columns += [say("figures.series")] * grouped
    columns += [value_head(say, [bar.quantity for bar in bars], "" if mixed else units[0])]
    columns += [say("terms.unit_of_measure")] * mixed
    lines = []
    for bar in bars:
        cells: list[Cell] = [(Name(bar.label),)]
        cells += [(Name(bar.group),)] * grouped
        cells += [bar.quantity]
        cells += [(unit_name(say, bar.quantity.unit),)] * mixed
        lines.append(Line(tuple(cells)))
    numeric = (False, *(False,) * grouped, True, *(False,) * mixed)
    return Table(f"{id}-data", say("figures.data", title=title), tuple(columns), tuple(lines), numeric)


def table_of_groups(say: Language, id: str, title: Text, groups: Sequence[Group]) -> Table:
    """A line per group: the mean over replications, and between what nine simulated years of ten lie.

    With one replication there is nothing but its own value.
    """
    unit = _beside(say, groups[0].unit) if groups else ""
    several = any(len(group.values) > 1 for group in groups)
    beyond = ("p5", "p95") if several else ()
    keys = ("chance.mean", "chance.p5", "chance.p95") if several else ("chance.alone",)
    lines = tuple(
        Line(((Name(group.label),), group.mean, *(group.quantile(q) for q in beyond))) for group in groups
    )
    columns = (say("figures.item"), *((*say(key), unit) for key in keys))
    return Table(
        f"{id}-data", say("figures.data", title=title), columns, lines, (False, *(True for _ in keys))
    )


def value_head(say: Language, quantities: Sequence[Quantity], unit: str) -> Text:
    """The head of a column of numbers: whether they have intervals, and their unit."""
    key = "figures.value_interval" if any(each.has_interval for each in quantities) else "figures.value"
    return say(key, unit=_beside(say, unit))


def unit_name(say: Language, unit: str) -> str:
    """A unit in words, as of several."""
    return say.plain(f"units.{unit}", count=2)


def _beside(say: Language, unit: str) -> str:
    name = unit_name(say, unit) if unit else ""
    return f", {name}" if name else ""
