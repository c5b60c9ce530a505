"""One card per unit, beside those of its municipality, area and the region, whose numbers add up as they stand."""

from __future__ import annotations

from results.report.chapters.units.card import Writer
from results.report.document import Block, Card, Cards, Name, Paragraph, Section
from results.report.language import Language
from results.report.places import Place, landings_of, places_in
from results.report.subject import Subject


def chapter(subject: Subject, say: Language) -> Section | None:
    """The chapter; nothing where no patient moves."""
    if not subject.resolved.scenario.transfer.enabled:
        return None
    units = subject.resolved.units
    region = Place("region", "", tuple(range(len(units))))
    writer = Writer(subject, say, landings_of(subject))
    whole = Cards("units-region", say("terms.region"), (writer.sum_card(region, "total"),))
    areas = enumerate(places_in(region, "area", units), start=1)
    return Section(
        "units",
        say("cards.title"),
        (*_how_to_read(subject, say), whole),
        tuple(_area(writer, area, f"units-area-{number}") for number, area in areas),
    )


def _how_to_read(subject: Subject, say: Language) -> list[Block]:
    """What the numbers are, and what stands in brackets."""
    about = [say("cards.lead")] if subject.replications == 1 else [say("cards.lead"), say("cards.brackets")]
    notes = (say("cards.adds_up"), say("cards.left_out"))
    return [*map(Paragraph, about), *(Paragraph(note, "note") for note in notes)]


def _area(writer: Writer, area: Place, id: str) -> Section:
    """An area: its own card, and the cards of each municipality."""
    towns = enumerate(places_in(area, "municipality", writer.landings.units), start=1)
    whole = Cards(f"{id}-all", writer.say("cards.whole_area"), (writer.sum_card(area, "total"),))
    groups = (Cards(f"{id}-{number}", (Name(town.key),), _town(writer, town, area)) for number, town in towns)
    return Section(id, (Name(area.key),), (whole, *groups))


def _town(writer: Writer, town: Place, area: Place) -> tuple[Card, ...]:
    """The cards of a municipality, its own first unless that is the area's or that of its only unit."""
    each = [writer.unit_card(place) for place in places_in(town, "unit", writer.landings.units)]
    alone = len(each) == 1 or town.units == area.units
    return tuple(each) if alone else (writer.sum_card(town, "subtotal"), *each)
