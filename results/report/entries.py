"""Every value of the scenario in question as the register of assumptions has it: what it is, rests on and matters.

The order: by computed influence; else values that their user set, then assumptions, derived values, sources and
decisions, each by the relative width of the range.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from results.report.quantities import Quantity
from results.report.subject import Subject
from results.summary.rests_on import Line, largest_lines
from scenarios.evidence import Evidence
from scenarios.explain import known_keys
from scenarios.levers import TEXTS, covers
from scenarios.schema import Scenario
from scenarios.split import is_number
from scenarios.values import Value, values

GRADES = ("assumption", "derived", "source", "decision")
ENDINGS = (  # of a key, and the unit in which it is told; the first that fits counts
    (r"_cv$", "none"),
    (r"_msek_per_year$", "msek_per_year"),
    (r"_sek$", "sek"),
    (r"_share$|growth_per_year$", "share"),
    (r"minutes", "minutes"),
    (r"_days|^days_", "days"),
    (r"weeks$", "weeks"),
    (r"_years$", "years"),
    (r"_km$", "km"),
    (r"^minimum_visits", "visits_per_year"),
    (r"patients", "patients"),
)
CALENDAR = re.compile(r"price_year$|_iso_week$")  # numbers that name a year or a week, and measure nothing
TIGHTNESS = ("background.load_factor", "background.unit_load_cv")
UPLIFT = "money.available_share"
LEAST, MOST = 10, 15  # values that are told first


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: its key, what stands there, what it rests on and its place in the scenario.

    `own` says that its user set it without evidence. `influence` is the largest total-order Sobol index over the
    measures for which it was computed, NaN where it was for none.
    """

    key: str
    value: Any
    evidence: Evidence | None
    section: str
    place: int
    own: bool
    influence: float

    @property
    def pattern(self) -> str:
        """The key with a star for each name that the scenario gives: `streams.*.patients`."""
        return pattern_of(self.key)

    @property
    def stream(self) -> str:
        """The stream to which it belongs; empty for none."""
        return self.section.removeprefix("streams.") if self.section.startswith("streams.") else ""

    @property
    def is_quantity(self) -> bool:
        """Whether it is a number that measures something."""
        return is_number(self.value) and not isinstance(self.value, list) and not CALENDAR.search(self.key)

    @property
    def width(self) -> float:
        """What its range spans beside the value, or beside the larger bound if that is 0; 0 without a range."""
        ends = list(_ends(self.evidence))
        size = abs(self.value) if self.is_quantity and self.value else max(map(abs, ends), default=0.0)
        return (max(ends) - min(ends)) / size if ends and size else 0.0

    @property
    def rank(self) -> tuple[float, bool, int, float, int]:
        """Sorts what matters most first."""
        influence = 0.0 if math.isnan(self.influence) else self.influence
        grade = GRADES.index(self.evidence.grade) if self.evidence else len(GRADES)
        return -influence, not self.own, grade, -self.width, self.place

    @property
    def says(self) -> str:
        """What is told of it, apart from where it stands: equal entries are told once."""
        return repr((self.value, self.evidence, self.own, self.influence))


@dataclass(frozen=True, slots=True)
class Common:
    """A value that more than half of the streams that have its key share, and the streams in which it differs."""

    entry: Entry
    streams: tuple[str, ...]
    other: tuple[str, ...]


def entries(subject: Subject) -> list[Entry]:
    """Every value of the scenario in question, names and descriptions apart, in the order of the file."""
    resolved, influence = subject.resolved, subject.further.influence()
    bare = frozenset(resolved.bare)
    indices = {key: index.total_order for key, (_, _, index) in influence.items()}
    return [
        Entry(
            each.key, each.value, each.evidence, each.section, place, each.key in bare,
            indices.get(each.key, math.nan),
        )
        for place, each in enumerate(values(resolved))
        if not _is_text(each)
    ]  # fmt: skip


@functools.cache
def pattern_of(key: str) -> str:
    """The key with a star for each name that a scenario gives to its parts."""
    path = key.removesuffix(".sek").split(".")
    if path[-1] == "price_year" and len(path) > 2:  # of an amount, written as a mapping
        return "price_year"
    known = (part in known_keys(Scenario, path[:i]) for i, part in enumerate(path))
    return ".".join(part if yes else "*" for part, yes in zip(path, known, strict=True))


def unit_of(key: str) -> str:
    """The unit in which a value is told, a key of `words/units.yaml`."""
    name = key.removesuffix(".sek").rpartition(".")[2]
    return next((unit for ending, unit in ENDINGS if re.search(ending, name)), "none")


def configured(subject: Subject, key: str) -> Quantity:
    """A number of the scenario, with as many decimals as it is written with."""
    value = subject.assumed(key, unit_of(key))
    return replace(value, decimals=decimals_of(value.factor * value.value))


def told(subject: Subject, entry: Entry) -> Quantity:
    """The same with its range."""
    value = subject.assumed(entry.key, unit_of(entry.key))
    found = entry.evidence.range if entry.evidence else None
    low, high = (found.low, found.high) if found else (math.nan, math.nan)
    decimals = max(decimals_of(value.factor * each) for each in (value.value, low, high))
    return replace(value, low=low, high=high, decimals=decimals)


def decimals_of(number: float) -> int:
    """Decimals with which a number is written, at most four."""
    if not math.isfinite(number):
        return 0
    return len(f"{number:.4f}".rstrip("0").partition(".")[2])


def shared(every: Iterable[Entry]) -> tuple[list[Common], list[Entry]]:
    """What most streams have in common, and what is left of each."""
    by_pattern: dict[str, dict[str, list[Entry]]] = {}
    for entry in every:
        by_pattern.setdefault(entry.pattern, {}).setdefault(entry.says, []).append(entry)
    common: list[Common] = []
    rest: list[Entry] = []
    for alike in by_pattern.values():
        groups = sorted(alike.values(), key=len, reverse=True)
        if 2 * len(groups[0]) > sum(map(len, groups)) and len(groups[0]) > 1:
            first, *groups = groups
            other = tuple(entry.stream for group in groups for entry in group)
            common.append(Common(first[0], tuple(entry.stream for entry in first), other))
        rest.extend(entry for group in groups for entry in group)
    return common, sorted(rest, key=lambda entry: entry.place)


def first_told(subject: Subject, every: Iterable[Entry]) -> list[tuple[str, str, Entry]]:
    """What the result rests on most: the kind of what rests on a value, of which stream or group, and the value.

    First by computed influence. Then what the largest load and the three largest cost lines rest on, how tight units
    are and the share of the uplift: all of it, or until there are ten where influence was computed. Last, until there
    are ten, the widest ranges.
    """
    ranked = sorted(every, key=lambda entry: entry.rank)
    matters = [entry for entry in ranked if entry.influence > 0][:MOST]
    found = {entry.key: ("influence", "", entry) for entry in matters}
    by_key = {entry.key: entry for entry in ranked}
    for kind, of, key in _bearing(subject):
        if key in by_key and not (matters and len(found) >= LEAST):
            found.setdefault(key, (kind, of, by_key[key]))
    wide = (entry for entry in ranked if entry.key not in found and entry.width > 0)
    found |= {
        entry.key: ("wide", "", entry) for entry, _ in zip(wide, range(LEAST - len(found)), strict=False)
    }
    return list(found.values())


def _bearing(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """What rests on something, of which stream or group, and the key that it rests on."""
    for line in _lines(subject):
        yield from ((line.kind, line.of, key) for key in line.keys)
    yield from (("others", "", key) for key in TIGHTNESS)
    if subject.resolved.scenario.transfer.enabled:
        yield "uplift", "", UPLIFT


def _lines(subject: Subject) -> list[Line]:
    """The largest load and cost lines that are more than nothing."""

    def mean(name: str, scope: str, key: str) -> float:
        return subject.measured(subject.main, name, scope, key).value

    return [line for line in largest_lines(subject.resolved, mean) if line.size > 0]


def _is_text(value: Value) -> bool:
    path = tuple(value.key.split("."))
    return any(covers(pattern, path) for pattern in TEXTS)


def _ends(evidence: Evidence | None) -> Iterator[float]:
    """The bounds of a range, or the numbers among choices."""
    if evidence is not None and evidence.range is not None:
        yield from (evidence.range.low, evidence.range.high)
    elif evidence is not None and evidence.choices is not None:
        yield from (float(each.value) for each in evidence.choices if isinstance(each.value, int | float))
