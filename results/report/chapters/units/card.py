"""Writes the card of a unit, or of a place with several: what lands there, hours by profession, money, late doses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from results.report.chapters.units.otherwise import otherwise
from results.report.document import Card, Cell, Name, Text
from results.report.language import Language
from results.report.naming import stream_name
from results.report.places import HOURS, Landings, Place
from results.report.quantities import Quantity, Trace
from results.report.rules import out_of_ten
from results.report.subject import Subject
from scenarios.register import Unit

Fact = tuple[Text, Cell]
USED = "uplift_share_used"
FINEST = 5  # decimals of a share


@dataclass(frozen=True, slots=True, repr=False)
class Writer:
    """Writes the cards of the places of the scenario in question."""

    subject: Subject
    say: Language
    landings: Landings

    def __repr__(self) -> str:
        return f"<Writer of cards of {self.subject.main.label}>"

    def unit_card(self, place: Place) -> Card:
        """The card of a unit."""
        unit = self.landings.units[place.units[0]]
        about = self.say(f"cards.about_{unit.ownership}", listed=self._listed(place))
        remarks = (*self._treatments(place), *self._remarks(unit))
        return Card(f"units-card-{unit.key}", (Name(unit.name),), about, tuple(self._facts(place)), remarks)

    def sum_card(self, place: Place, weight: Literal["subtotal", "total"]) -> Card:
        """The card of a place with several units."""
        id = f"units-sum-{self.landings.id_of(place).replace(' ', '-')}"
        number = Quantity(len(place.units), "units", self._trace(place, "units"))
        about = self.say("cards.about_place", units=number, listed=self._listed(place))
        title = self.say(f"cards.sum_{place.scope}")
        return Card(id, title, about, tuple(self._facts(place)), tuple(self._treatments(place)), weight)

    def _facts(self, place: Place) -> Iterator[Fact]:
        """Terms and numbers."""
        for of in ("visits", "patients", *HOURS, "cost"):
            yield self.say(f"cards.{of}"), self.landings.told(of, place)
        yield self.say("cards.care"), self.landings.told("cost", place, "care")
        yield self.say("cards.uplift"), self.landings.told("uplift", place)
        for name in (USED, "late_share") if self._is_whole(place) else ():
            if (spread := self._spread(name, place)).known:
                yield self.say(f"cards.{name}"), spread

    def _treatments(self, place: Place) -> Iterator[Text]:
        """The visits by treatment, those of which there is one."""
        streams = self.landings.landings["visits"].kinds
        visits = {stream: self.landings.told("visits", place, stream) for stream in streams}
        told = [
            (stream_name(self.subject.resolved, stream, self.say), " ", _alone(number))
            for stream, number in visits.items()
            if number.value
        ]
        if told:
            yield self.say("cards.treatments", treatments=self.say.list(told))

    def _remarks(self, unit: Unit) -> Iterator[Text]:
        """What does not hold in every year, and what an alternative would change."""
        row = self.subject.row(USED, "unit", unit.key)
        over = self.subject.chance(self.subject.main, row, ">1")
        if over.value > 0:
            yield self.say("cards.over", how_often=out_of_ten(self.say, over, of="years"))
        yield from otherwise(self.subject, unit, self.say)

    def _spread(self, name: str, place: Place) -> Quantity:
        """A share at a place: mean, 5th and 95th percentile, none finer than it could be told."""
        of = (name, place.scope, place.key)
        found = self.subject.measured(self.subject.main, *of).value
        ends = (self.subject.quantile(self.subject.main, q, *of).value for q in ("p5", "p95"))
        value, low, high = (round(share, FINEST) for share in (found, *ends))
        return Quantity(value, "share", self._trace(place, name), low, high)

    def _is_whole(self, place: Place) -> bool:
        """Whether the run's measures are of the same place: not of a municipality that lies in two areas."""
        if place.scope != "municipality":
            return True
        return sum(unit.municipality == place.key for unit in self.landings.units) == len(place.units)

    def _listed(self, place: Place) -> Quantity:
        listed = sum(self.landings.units[unit].listed for unit in place.units)
        return Quantity(listed, "none", self._trace(place, "listed"))

    def _trace(self, place: Place, of: str) -> Trace:
        return Trace("card", "", f"{self.landings.id_of(place)}/{of}")


def _alone(number: Quantity) -> Quantity:
    """A number without its bounds."""
    return replace(number, low=math.nan, high=math.nan)
