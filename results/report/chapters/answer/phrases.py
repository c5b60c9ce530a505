"""What the sentences of the answer have in common."""

from __future__ import annotations

from collections.abc import Iterable

from results.comparison.compared import Verdict
from results.report.document import Name, Text
from results.report.quantities import Quantity
from results.report.rules import turned
from results.report.subject import Subject


def moves(subject: Subject) -> bool:
    """Whether any care reaches the units."""
    return subject.measured(subject.main, "unit_visits_per_year").value > 0


def spaced(sentences: Iterable[Text]) -> Text:
    """Sentences one after the other; empty ones are left out."""
    told = [sentence for sentence in sentences if sentence]
    return tuple(part for i, sentence in enumerate(told) for part in ((" ", *sentence) if i else sentence))


def unit_names(subject: Subject) -> dict[str, Name]:
    """What each unit is called, by its key."""
    return {unit.key: Name(unit.name) for unit in subject.resolved.units}


def known_by_key(subject: Subject, name: str, scope: str) -> dict[str, Quantity]:
    """A measure of the scenario in question at each key of a scope where it is defined."""
    keys = sorted({row.key for row in subject.main.sample.rows if row.scope == scope and row.name == name})
    told = {key: subject.measured(subject.main, name, scope, key) for key in keys}
    return {key: quantity for key, quantity in told.items() if quantity.known}


def added(subject: Subject, name: str) -> tuple[Quantity, Verdict] | None:
    """What the transfer adds to today, and the verdict on it; None without a today, or where it is undefined."""
    if subject.today is None:
        return None
    gap, difference = subject.added(name)
    if not gap.known:
        return None
    return gap, "equal" if difference is None else turned(difference.verdict)
