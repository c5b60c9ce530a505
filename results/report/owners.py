"""Public and private units of a scenario: measures of each, also per unit and per person listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from results.catalogue import MEASURES
from results.comparison import Side
from results.listed import listed
from results.report.quantities import Quantity, Trace
from results.report.subject import UNITS, Subject
from results.report.weekly import over_replications

Owner = Literal["public", "private"]
Per = Literal["all", "unit", "listed", "thousand_listed"]
OWNERS: tuple[Owner, ...] = ("public", "private")


@dataclass(frozen=True, slots=True, repr=False)
class Owners:
    """The units of a scenario by who owns them; `units` and persons `listed` are those of each owner.

    Persons listed are a mean over the report's window, for units may open and close.
    """

    subject: Subject
    side: Side
    units: Mapping[Owner, int]
    listed: Mapping[Owner, float]

    def __repr__(self) -> str:
        return f"<Owners of the units of {self.side.label}>"

    def values(self, name: str, owner: Owner, per: Per = "all") -> NDArray[np.float64]:
        """A measure of an owner's units, divided by what it is told per, shape (replications,).

        Money is told per person listed, in SEK.
        """
        values = self.subject.values(self.side, self.subject.row(name, "ownership", owner))
        divisor = {
            "all": 1.0,
            "unit": self.units[owner],
            "thousand_listed": self.listed[owner] / 1000,
            "listed": self.listed[owner] / 1e6,
        }
        return values / divisor[per]

    def told(self, name: str, owner: Owner, per: Per = "all") -> Quantity:
        """The same over replications, with its 95 % interval."""
        if per == "all":
            return self.subject.measured(self.side, name, "ownership", owner)
        trace = Trace(f"per_{per}", self.side.label, f"{name}/{owner}/{self.subject.window.name}", "mean")
        return over_replications(self.values(name, owner, per), unit_of(name, per), trace)

    def apart(self, name: str, per: Per = "all") -> Quantity:
        """Private less public, paired within each replication, with a 95 % interval of its own."""
        public, private = (self.values(name, owner, per) for owner in OWNERS)
        unit = unit_of(name, per)
        trace = Trace("owners_apart", self.side.label, f"{name}/{per}/{self.subject.window.name}", "mean")
        return over_replications(private - public, "points" if unit == "share" else unit, trace, signed=True)


def owners_of(subject: Subject, side: Side) -> Owners | None:
    """The units of a scenario by owner; None where one of them has no unit, or nobody is listed there."""
    persons = listed(side.resolved, subject.window)
    own = {owner: [unit.ownership == owner for unit in side.resolved.units] for owner in OWNERS}
    units = {owner: sum(mine) for owner, mine in own.items()}
    by_owner = {owner: float(persons[mine].sum()) for owner, mine in own.items()}
    return Owners(subject, side, units, by_owner) if all(units.values()) and all(by_owner.values()) else None


def verdict_of(apart: Quantity) -> Literal["more", "less", "same", "unsure"]:
    """Whether private units lie above public ones: what may be said of a difference by its interval."""
    if not apart.has_interval:
        return "unsure"
    return "more" if apart.low > 0 else "less" if apart.high < 0 else "same"


def unit_of(name: str, per: Per) -> str:
    """The unit of a measure told per something."""
    own = UNITS[MEASURES[name].unit]
    return {"all": own, "unit": own, "thousand_listed": f"{own}_per_thousand", "listed": "sek_per_year"}[per]
