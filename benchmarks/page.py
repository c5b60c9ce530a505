"""The page docs/performance.md, made of what was measured; and the same as plain lines for the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.rows import Findings, Row, Table, as_read
from vardflode.terminal import plain

HEAD = """\
# Performance

Made by `make bench`, which measures everything anew and writes this page; `benchmarks/` holds what it runs.

Times are processor seconds of one thread unless wall seconds are named; rivals take turns, so that other work on the
machine slows both. What is held against a target is mostly ratios, which hardly depend on the machine. Each figure is
the median, with the lowest and the highest beside it: of a ratio over every pair of measurements, of one alone
without any spread.
"""

LIMITS = """\
## What limits

- **The model in SimPy.** Journeys of transferred patients are Python, an event at a time; only the search for a day and
  the records of a day are compiled. Their time follows the number of patients, not that of other visits: with few other
  visits it is most of a replication, and the ratio to a plain program is smaller.
- **The day's list.** Of the compiled day, drawing and sorting who comes takes longer than the queue itself.
- **The kernel against C.** The kernel makes its answer's arrays and is called once a day from Python; the C loop is
  given its arrays.
- **Two workers.** Each starts a Python of its own and loads the compiled code, and one process writes the run. That
  is seconds, whatever the run: few or short replications gain less.
- **Growth.** A ratio is of two measurements at each size, minutes apart. Where other work comes and goes on the
  machine, a row strays above its target in one run of `make bench` and lies below it in the next.
- **Start-up.** The first result waits for pandas, pyarrow and the compiled code to load; the very first also for the
  compiler.
- **Memory.** Diaries hold a count per unit, day and days waited; records a row per dose and visit of transferred
  patients. Both grow in proportion.
"""

UNSAFE = re.compile(r"([\\`*_\[\]<>|$#~])")
PATH = re.compile(r"(?:[A-Za-z]:)?(?:[/\\][\w.+~-]+){2,}[/\\]?")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows: its heading, what is measured and how, and what measures it (`quick`: at tiny sizes)."""

    title: str
    about: str
    measure: Callable[[bool], Findings]


def page(groups: Sequence[tuple[Group, Findings]], machine: Mapping[str, str], minutes: float) -> str:
    """The whole page, in Markdown."""
    facts = Table("", ("", ""), tuple(machine.items()))
    sections = [HEAD, *_in_short([found for _, found in groups])]
    for group, found in groups:
        sections += [f"## {group.title}\n", f"{group.about}\n", *_section(found)]
    sections += [
        LIMITS,
        "## Machine and versions\n",
        *_table(facts),
        f"All of it took {minutes:.0f} minutes.\n",
    ]
    return "\n".join(sections)


def lines(group: Group, found: Findings) -> Iterator[str]:
    """What a group came to, for the terminal."""
    yield group.title.upper()
    for row in found.rows:
        told = f"{_target(row)}: {row.verdict()}" if row.target is not None else ""
        yield "  ".join(filter(None, (f"  {row.name}", row.size, _figure(row), told)))
    for table in found.tables:
        yield f"  {table.title}: {' | '.join(table.head)}"
        yield from (f"    {' | '.join(cells)}" for cells in table.lines)
    yield from (f"  {row.name}: not measured: {row.reason}" for row in found.missing)
    yield from (f"  {agreed}" for agreed in found.agreed)
    yield from (f"  DIFFERS: {difference}" for difference in found.differences)


def _in_short(found: Sequence[Findings]) -> Iterator[str]:
    """What was met, what not, and what went wrong, before all detail."""
    judged = [row for findings in found for row in findings.rows if row.met is not None]
    short = [row for row in judged if not row.met]
    yield "## In short\n"
    yield f"{len(judged) - len(short)} of {len(judged)} targets are met.\n"
    told = [f"{row.name}{f' ({row.size})' if row.size else ''}: {row.verdict()}" for row in short]
    told += [
        f"{row.name}: not measured: {_without_paths(row.reason)}" for each in found for row in each.missing
    ]
    told += [f"wrong: {difference}" for findings in found for difference in findings.differences]
    if told:
        yield "".join(f"- {_safe(text)}\n" for text in told)


def _section(found: Findings) -> Iterator[str]:
    if found.rows:
        cells = tuple((row.name, row.size, _figure(row), _target(row), row.verdict()) for row in found.rows)
        yield from _table(Table("", ("what", "size", "median (lowest–highest)", "target", ""), cells))
    for table in found.tables:
        yield from _table(table)
    if found.missing:
        yield "".join(
            f"- {_safe(row.name)}: not measured: {_safe(_without_paths(row.reason))}\n"
            for row in found.missing
        )
    told = [*found.agreed, *(f"wrong: {difference}" for difference in found.differences)]
    if told:
        yield "".join(f"- {_safe(text)}\n" for text in told)


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"{_safe(table.title)}:\n"
    rule = ("---", *("---:" if _is_number(cell) else "---" for cell in table.lines[0][1:]))
    yield "".join(f"| {' | '.join(cells)} |\n" for cells in (_row(table.head), rule, *map(_row, table.lines)))


def _row(cells: Sequence[str]) -> list[str]:
    return [_safe(cell) for cell in cells]


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[\d.,]+( \(.*\))?|–", cell))


def _figure(row: Row) -> str:
    spread = "" if row.low == row.high else f" ({as_read(row.low)}–{as_read(row.high)})"
    return f"{as_read(row.median)}{spread} {row.unit}".rstrip()


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    return f"{'at most' if row.at_most else 'at least'} {row.target:,g}"


def _safe(text: str) -> str:
    """Text that neither acts nor breaks a table."""
    return UNSAFE.sub(r"\\\1", plain(text.replace("\n", " ")))


def _without_paths(text: str) -> str:
    return PATH.sub("…", text)
