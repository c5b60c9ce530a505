"""A measure in each municipality, and which of them lie above or below the whole region."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from results.comparison.intervals import paired
from results.listed import listed
from results.report.quantities import Quantity
from results.report.subject import Subject, keys_of
from results.table import Row

THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A measure that is told by municipality, as it is or per thousand listed."""

    name: str
    measure: str
    per_thousand: bool = False


TOPICS = (
    Topic("load", "nurse_hours_per_year", per_thousand=True),
    Topic("uplift", "uplift_share_used"),
    Topic("late", "late_share"),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """A topic's number in the whole region and in each municipality of the register, by name.

    `above` and `below` are those whose difference to the region has an interval without 0, simultaneous over all
    municipalities with 95 %; those that differ most first. Both are empty with fewer than two replications.
    """

    topic: Topic
    region: Quantity
    towns: Mapping[str, Quantity]
    above: tuple[str, ...]
    below: tuple[str, ...]

    @property
    def order(self) -> list[str]:
        """The municipalities whose number is known, the highest first."""
        known = (town for town, quantity in self.towns.items() if quantity.known)
        return sorted(known, key=lambda town: (-self.towns[town].value, town))

    @property
    def varied(self) -> bool:
        """Whether municipalities differ at all."""
        return len({self.towns[town].value for town in self.order}) > 1

    def counted(self, side: Literal["above", "below"]) -> Quantity:
        """How many lie above, or below."""
        trace = replace(self.region.trace, kind="municipalities apart", how=side)
        return Quantity(float(len(getattr(self, side))), "municipalities", trace)


def spread(subject: Subject, topic: Topic) -> Spread:
    """A topic in the scenario in question."""
    scales = _scales(subject, topic)
    rows = {town: _row(subject, topic, town) for town in keys_of(subject, "municipality")}
    region = _row(subject, topic, "")
    told = {town: _told(subject, topic, row, scales[town]) for town, row in rows.items()}
    each = np.column_stack([scales[town] * subject.values(subject.main, row) for town, row in rows.items()])
    whole = scales[""] * subject.values(subject.main, region)
    low, high = paired(np.broadcast_to(whole[:, None], each.shape), each).interval(len(rows))
    found = Spread(topic, _told(subject, topic, region, scales[""]), told, (), ())
    above = {town for town, end in zip(rows, low, strict=True) if end > 0}
    below = {town for town, end in zip(rows, high, strict=True) if end < 0}
    order = found.order
    return replace(
        found,
        above=tuple(town for town in order if town in above),
        below=tuple(town for town in reversed(order) if town in below),
    )


def _row(subject: Subject, topic: Topic, town: str) -> Row:
    """The row of a municipality; of the whole region without a name."""
    return subject.row(topic.measure, "municipality" if town else "region", town)


def _scales(subject: Subject, topic: Topic) -> Mapping[str, float]:
    """From a measure to what is told, by municipality and, without a name, the region; NaN where nobody is listed."""
    units = subject.resolved.units
    persons = {"": 0.0} | dict.fromkeys((unit.municipality for unit in units), 0.0)
    for unit, number in zip(units, listed(subject.resolved, subject.window), strict=True):
        for place in ("", unit.municipality):
            persons[place] += number
    if not topic.per_thousand:
        return dict.fromkeys(persons, 1.0)
    return {place: THOUSAND / number if number else math.nan for place, number in persons.items()}


def _told(subject: Subject, topic: Topic, row: Row, scale: float) -> Quantity:
    """Mean over replications with its 95 % interval."""
    found = subject.measured(subject.main, row.name, row.scope, row.key)
    if not topic.per_thousand:
        return found
    return replace(
        found,
        value=scale * found.value,
        low=scale * found.low,
        high=scale * found.high,
        unit=f"{found.unit}_per_thousand",
        trace=replace(found.trace, kind="per_thousand_there"),
    )
