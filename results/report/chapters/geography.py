"""The region by municipality: where the work falls, where the uplift is used, where doses are late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from results.report.document import Block, Code, Name, Paragraph, Part, Section, Text
from results.report.figures import Bar, region_map
from results.report.figures.data import table_of_bars, unit_name
from results.report.language import Language
from results.report.subject import Subject
from results.report.towns import TOPICS, Spread, spread

NAMED = 8  # municipalities of those that lie above, or below, at most


def chapter(subject: Subject, say: Language) -> Section | None:
    """A map per topic in which municipalities differ; nothing where nothing moves, or there is but one of them."""
    if not subject.resolved.scenario.transfer.enabled:
        return None
    told = [each for each in (spread(subject, topic) for topic in TOPICS) if each.varied]
    if not told:
        return None
    blocks: list[Block] = [Paragraph(say("geography.lead"), "lead")]
    blocks += chain.from_iterable(_blocks(subject, say, each) for each in told)
    blocks.append(Paragraph(say("geography.certain"), "note"))
    return Section("geography", say("geography.title"), tuple(blocks))


def _blocks(subject: Subject, say: Language, found: Spread) -> list[Block]:
    """What a map shows in words, and the map; without the packages that hold borders its numbers alone."""
    name, words = found.topic.name, tuple(_words(say, found))
    id, title = f"geography-{name}", _title(say, found)
    unit = unit_name(say, found.region.unit)
    note = say(f"geography.{name}_note", share=subject.assumed("money.available_share", "share"))
    try:
        drawn = region_map(
            say, id=id, title=title, description=(*say("geography.description"), *words), values=found.towns,
            axis=say.plain("geography.axis", what=_what(say, found), unit=unit), notes=(note,),
        )  # fmt: skip
    except ModuleNotFoundError:
        missing = say("geography.no_borders", package=Code("vardflode[report]"))
        bars = [Bar(town, quantity) for town, quantity in found.towns.items()]
        return [
            Paragraph(words),
            table_of_bars(say, id, title, bars),
            Paragraph((*missing, " ", *note), "note"),
        ]
    return [Paragraph(words), drawn]


def _what(say: Language, found: Spread) -> Text:
    return say(f"geography.{found.topic.name}")


def _title(say: Language, found: Spread) -> Text:
    """How many municipalities lie above and below the region, as far as this can be told."""
    if not found.region.has_interval:
        return say("geography.unclear", what=_what(say, found))
    if not found.above and not found.below:
        return say("geography.alike", what=_what(say, found))
    above, below = found.counted("above"), found.counted("below")
    return say("geography.apart", what=_what(say, found), above=above, below=below)


def _words(say: Language, found: Spread) -> Iterator[Part]:
    """The whole region, the highest and the lowest mean, and which lie above or below."""
    first, *_, last = found.order
    yield from say(
        "geography.words", what=_what(say, found), region=found.region, first=Name(first), last=Name(last),
        highest=found.towns[first], lowest=found.towns[last],
    )  # fmt: skip
    for key, towns in (("above", found.above), ("below", found.below)):
        if towns:
            yield from say(f"geography.{key}", towns=_named(say, towns))


def _named(say: Language, towns: Sequence[str]) -> Text:
    """Their names, those that differ most first; some of them where there are many."""
    names = [Name(town) for town in towns]
    if len(names) <= NAMED:
        return say.list(names)
    return say("geography.among_others", towns=say.list(names[:NAMED]))
