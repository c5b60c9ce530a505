"""A report without its small numbers of patients and visits, for registers or logs of real units.

What must be left out is found on the cards, where every number of visits stands by unit and treatment, and every
number of patients by unit, with all their sums. It is then left out wherever the report tells it, and with it all that
is computed on it: the trace of a number says which place and which treatment it is of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from results.report.document import Cards, Report, Text
from results.report.language import Language
from results.report.quantities import Quantity, Trace
from results.report.rewriting import Rewriting
from results.report.subject import Subject
from results.report.suppression import ALL, Cell, Hidden, hidden
from scenarios.register import Unit

COUNTED = ("visits", "patients")  # on cards
COUNTS = {"patients": "patients", "visits_per_year": "visits", "events_per_year": "visits"}  # in other units
OF_REGISTER = ("units", "listed")  # on cards, and public
SCOPES = ("unit", "municipality", "area")

Counts = dict[Cell, float]


def suppressed(report: Report, subject: Subject, below: int) -> Report:
    """The report without counts above 0 and below `below`, and without what gives them away.

    Raises ValueError where `below` is less than `suppression.LEAST`.
    """
    say, places = Language(report.language), Places.of(subject.resolved.units)
    rule = Rule(say, places, below, left_out(report, places, below))
    found = Rewriting(rule.instead).report(report)
    number = Quantity(below, "none", Trace("asked", "", "suppress_below"))
    about = (say("report.suppression"), say("report.suppressed", number=number))
    return replace(found, provenance=(*found.provenance, about))


@dataclass(frozen=True, slots=True, repr=False)
class Places:
    """The places of a register under the names that cards give them.

    `parent` says what each lies in, `named` which are meant by a scope and a name, `region` which holds all.
    """

    parent: Mapping[str, str]
    named: Mapping[tuple[str, str], frozenset[str]]
    region: str

    def __repr__(self) -> str:
        return f"<Places: {len(self.parent)} in {self.region}>"

    @classmethod
    def of(cls, units: Sequence[Unit]) -> Places:
        """A place with several units is called after the first of them; a municipality may lie in two areas."""
        first: dict[tuple[str, ...], str] = {}
        parent: dict[str, str] = {}
        named: dict[tuple[str, str], set[str]] = defaultdict(set)
        region = f"region of {units[0].key}"
        for unit in units:
            area = f"area of {first.setdefault((unit.area,), unit.key)}"
            town = f"municipality of {first.setdefault((unit.area, unit.municipality), unit.key)}"
            parent |= {unit.key: town, town: area, area: region}
            named["unit", unit.key].add(unit.key)
            named["municipality", unit.municipality].add(town)
            named["area", unit.area].add(area)
        return cls(parent, {key: frozenset(found) for key, found in named.items()}, region)

    def around(self, place: str) -> Iterator[str]:
        """A place and all that it lies in."""
        yield place
        if place in self.parent:
            yield from self.around(self.parent[place])

    def on_card(self, steps: Sequence[str]) -> bool:
        """Whether a number is told on the card of a place, which its trace names first."""
        return len(steps) > 1 and (steps[0] in self.parent or steps[0] == self.region)

    def cells(self, trace: Trace) -> frozenset[Cell]:
        """Of which places, and of which treatment there, a number is; none where it is of neither."""
        steps = trace.of.split("/")
        if self.on_card(steps):
            return frozenset() if steps[1] in OF_REGISTER else frozenset({_on_card(steps)})
        if "stream" in steps[:-1]:
            return frozenset({Cell(self.region, steps[steps.index("stream") + 1])})
        scopes = [scope for scope in SCOPES if scope in steps] or SCOPES
        found = (self.named.get((scope, step), ()) for scope in scopes for step in steps)
        return frozenset(Cell(place) for places in found for place in places)


def _on_card(steps: Sequence[str]) -> Cell:
    """`u001/visits/iron` is of a treatment; `u001/cost/care` is of all."""
    place, of, *part = steps
    return Cell(place, part[0] if part and of == "visits" else ALL)


def left_out(report: Report, places: Places, below: int) -> dict[str, Hidden]:
    """What must be left out of visits and of patients: each wherever the other is, since one tells the other."""
    counts = {of: _counts(report, places, of) for of in COUNTED}
    cells: set[Cell] = set()
    while True:
        found = {
            of: hidden(each, places.parent, below, sorted(cells & set(each))) for of, each in counts.items()
        }
        more = {cell for each in found.values() for cell in (*each.small, *each.other)}
        if more == cells:
            return found
        cells = more


def _counts(report: Report, places: Places, of: str) -> Counts:
    """Visits or patients of every place, by treatment where cards tell it, added up from those of the units."""
    counts: Counts = defaultdict(float)
    for number in _numbers_on_cards(report):
        steps = number.trace.of.split("/")
        if places.on_card(steps) and steps[1] == of and ("unit", steps[0]) in places.named:
            for place in places.around(steps[0]):
                counts[Cell(place, _on_card(steps).part)] += number.value
    return dict(counts)


def _numbers_on_cards(report: Report) -> Iterator[Quantity]:
    for block in report.blocks():
        for card in block.cards if isinstance(block, Cards) else ():
            yield from (said for _, said in card.facts if isinstance(said, Quantity))
            yield from (part for remark in card.remarks for part in remark if isinstance(part, Quantity))


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """What is said in place of a number: that it is small, or that it is not shown."""

    say: Language
    places: Places
    below: int
    hidden: Mapping[str, Hidden]

    def __repr__(self) -> str:
        return f"<Rule: below {self.below}>"

    def instead(self, number: Quantity, unit: bool) -> Text | None:
        """None where it may be told."""
        cells = self.places.cells(number.trace)
        of = self._counted(number)
        small = of is not None and 0 < number.value < self.below and not number.signed
        if not (self._hides(cells) or (small and any(cell.place != self.places.region for cell in cells))):
            return None
        if not small or any(cell in self.hidden[str(of)].other for cell in cells):
            return self.say("report.not_shown")
        bound = Quantity(self.below, number.unit if unit else "none", Trace("asked", "", "suppress_below"))
        return self.say("report.fewer", number=bound)

    def _hides(self, cells: frozenset[Cell]) -> bool:
        return any(cell in hidden for hidden in self.hidden.values() for cell in cells)

    def _counted(self, number: Quantity) -> str | None:
        """Whether a number counts visits or patients, or neither."""
        steps = number.trace.of.split("/")
        if self.places.on_card(steps):
            return steps[1] if steps[1] in COUNTED else None
        return COUNTS.get(number.unit)
