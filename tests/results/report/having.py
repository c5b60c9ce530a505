"""Subjects of a report that differ from the one at hand, without any run made for them; and what is in a document."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from results.report.document import Code, Name, Part, Strong
from results.report.quantities import Quantity
from results.report.subject import Subject
from scenarios.load import Resolved, patched


def with_scenario(subject: Subject, resolved: Resolved) -> Subject:
    """The same measures, said to be of another scenario."""
    main = replace(subject.main, resolved=resolved)
    return replace(subject, comparison=replace(subject.comparison, baseline=main))


def assuming(subject: Subject, **changes: Any) -> Subject:
    """The same measures, said to be of the scenario with some values changed: `clinic__last_arrival_minutes=30`."""
    paths = {tuple(key.split("__")): value for key, value in changes.items()}
    return with_scenario(subject, patched(subject.resolved, paths))


def parts_in(item: Any) -> Iterator[Part]:
    """Every part of text in a piece of a document, whatever it consists of."""
    if isinstance(item, str | Name | Code | Strong | Quantity):
        yield item
    elif isinstance(item, tuple):
        for each in item:
            yield from parts_in(each)
    elif is_dataclass(item):
        for field in fields(item):
            yield from parts_in(getattr(item, field.name))
