"""A table of measures under construction: one value per measure, scope, key and window.

The rows are the same for every replication of a scenario, so a replication is one column of values.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from results.events import SCOPES, Events, Floats, Keys
from results.windows import Window


class Row(NamedTuple):
    """What one value is about."""

    name: str
    scope: str
    key: str
    window: str


@dataclass(slots=True, repr=False)
class Table:
    """Rows and their values, in the order in which they were added."""

    keys: Keys
    windows: tuple[Window, ...]
    rows: list[Row] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<Table of {len(self.rows)} values>"

    def add(
        self,
        name: str,
        scope: str,
        values: Floats,
        *,
        key: str = "",
        windows: tuple[Window, ...] | None = None,
    ) -> None:
        """Add values of shape (windows, keys of the scope); `key` names a variant of a region's value."""
        for window, row in zip(windows or self.windows, values, strict=True):
            for own, value in zip(self.keys.names[scope], row, strict=True):
                self.rows.append(Row(name, scope, key or own, window.name))
                self.values.append(float(value))

    def count(
        self, name: str, events: Events, weight: Floats | None = None, *, per_year: bool = True
    ) -> None:
        """A sum over events at every scope they have, yearly unless told."""
        for scope in scopes_of(events):
            total = events.total(scope, len(self.keys.names[scope]), weight, self.windows)
            self.add(name, scope, total * self.factors()[:, None] if per_year else total)

    def ratio(
        self,
        name: str,
        events: Events,
        top: Floats,
        bottom: Floats | None = None,
        scopes: Iterable[str] | None = None,
    ) -> None:
        """A sum over a sum (or over the number of events), pooled at every scope; NaN without events."""
        for scope in scopes_of(events) if scopes is None else scopes:
            keys = len(self.keys.names[scope])
            self.add(
                name,
                scope,
                divide(
                    events.total(scope, keys, top, self.windows),
                    events.total(scope, keys, bottom, self.windows),
                ),
            )

    def percentile(self, name: str, q: float, events: Events, value: Floats) -> None:
        """A percentile over pooled events at every scope."""
        for scope in scopes_of(events):
            keys = len(self.keys.names[scope])
            self.add(name, scope, events.percentile(q, scope, keys, value, self.windows))

    def factors(self) -> Floats:
        """The factor per window from a sum to a yearly figure."""
        return np.array([window.per_year for window in self.windows])


def scopes_of(events: Events) -> list[str]:
    """The scopes that events can be told apart along, in the fixed order."""
    return [scope for scope in SCOPES if scope in events.codes]


def divide(top: Floats, bottom: Floats) -> Floats:
    """Quotient, NaN where the divisor is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom != 0, top / bottom, np.nan)
