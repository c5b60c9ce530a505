"""Beyond chance: flip points, probabilities over possible futures and influence, where they were computed."""

from __future__ import annotations

from collections.abc import Iterator

from results.catalogue import MEASURES
from results.report.document import (
    Block,
    Bullets,
    Code,
    Line,
    Name,
    Paragraph,
    Section,
    Table,
    Text,
)
from results.report.entries import Entry, entries, unit_of
from results.report.further import Analysis, Breakeven, Index, Likelihood, Sensitivity, Spread, Uncertainty
from results.report.language import Language
from results.report.naming import measure_name
from results.report.rules import out_of_ten
from results.report.subject import UNITS, Subject
from results.report.valued import value_name, value_text
from results.table import Row

SHOWN = 15  # assumptions whose influence is told
OPTION = "vardflode report … --also FILE.json"
Indexed = tuple[Analysis, int, Index]


def chapter(subject: Subject, say: Language) -> Section:
    """What further analyses say; where there is none, which questions stay open."""
    sections = tuple(
        Section(f"beyond-{name}", say(f"beyond.{name}_title"), blocks)
        for name, blocks in _parts(subject, say).items()
        if blocks
    )
    given = {section.id.removeprefix("beyond-") for section in sections}
    return Section("beyond", say("beyond.title"), tuple(_introduction(subject, say, given)), sections)


def _parts(subject: Subject, say: Language) -> dict[str, tuple[Block, ...]]:
    return {
        "flip": tuple(_flips(subject, say)),
        "probability": tuple(_probabilities(subject, say)),
        "influence": tuple(_influences(subject, say)),
    }


def _introduction(subject: Subject, say: Language, given: set[str]) -> Iterator[Block]:
    if given:
        files = ((Name(each.path.name), " ", Code(each.digest)) for each in subject.further.analyses)
        yield Paragraph(say("beyond.given", files=say.list(files)))
    else:
        yield Paragraph(say("beyond.nothing"))
    left = [name for name in ("flip", "probability", "influence") if name not in given]
    if not left:
        return
    if given:
        yield Paragraph(say("beyond.still_open"))
    yield Bullets(tuple(say(f"beyond.open_{name}") for name in left))
    yield Paragraph(say("beyond.how", option=Code(OPTION)), "note")


def _flips(subject: Subject, say: Language) -> Iterator[Block]:
    found = list(subject.further.of(Breakeven))
    if not found:
        return
    by_key = {entry.key: entry for entry in entries(subject)}
    heads = ("assumption", "in_scenario", "flips_at", "statement")
    yield Paragraph(say("beyond.flip_lead"))
    yield Table(
        "beyond-flips",
        say("beyond.flip_caption"),
        tuple(say(f"beyond.{head}") for head in heads),
        tuple(_flip(subject, say, analysis, said, by_key[said.key]) for analysis, said in found),
        (False,) * len(heads),
        (say("beyond.flip_note"),),
    )
    for place, (analysis, said) in enumerate(found):
        if said.curve:
            yield _curve(subject, say, analysis, said, f"beyond-curve-{place + 1}")


def _flip(subject: Subject, say: Language, analysis: Analysis, said: Breakeven, entry: Entry) -> Line:
    answer: Text = say("beyond.not_reached")
    if said.reached:
        answer = (analysis.number(said.answer, unit_of(said.key), "", "answer", said), *_unit_told(said))
    return Line(
        (_what(subject, say, said.key), value_text(subject, entry, say), answer, _statement(say, said))
    )


def _curve(subject: Subject, say: Language, analysis: Analysis, said: Breakeven, name: str) -> Table:
    """With which probability the statement holds at each value."""
    unit, meant = unit_of(said.key), value_name(subject.resolved, said.key, say)
    written = say(f"units.{unit}", count=2) or _unit_told(said)
    value = say("beyond.curve_value", what=meant, unit=written) if written else meant
    lines = tuple(
        Line(
            (
                analysis.number(point.value, unit, f"curve/{place}", "value"),
                analysis.number(point.probability, "share", f"curve/{place}", "probability"),
            )
        )
        for place, point in enumerate(said.curve)
    )
    return Table(
        name,
        say("beyond.curve_caption", what=_what(subject, say, said.key)),
        (value, say("beyond.curve_share")),
        lines,
        (True, True),
        (say("beyond.curve_note", statement=_statement(say, said)),),
        folded=True,
    )


def _probabilities(subject: Subject, say: Language) -> Iterator[Block]:
    found = list(subject.further.of(Uncertainty))
    likely = [(analysis, i, each) for analysis, said in found for i, each in enumerate(said.probabilities)]
    spread = [
        (analysis, i, each)
        for analysis, said in found
        for i, each in enumerate(said.measures)
        if each.scope == "region" and each.window == subject.window.name
    ]
    if likely or spread:
        yield Paragraph(say("beyond.probability_lead"))
    if likely:
        yield Bullets(tuple(_likelihood(say, *each) for each in likely))
        yield _in_percent(say, likely)
    if spread:
        yield _spreads(subject, say, spread)


def _likelihood(say: Language, analysis: Analysis, place: int, said: Likelihood) -> Text:
    chance = analysis.number(said.probability, "share", f"probabilities/{place}", "probability", said)
    often = out_of_ten(say, chance, of="futures")
    return say("beyond.probability", statement=Name(said.statement), often=often)


def _in_percent(say: Language, likely: list[tuple[Analysis, int, Likelihood]]) -> Table:
    lines = tuple(
        Line(
            (
                (Name(said.statement),),
                analysis.number(said.probability, "share", f"probabilities/{place}", "probability", said),
            )
        )
        for analysis, place, said in likely
    )
    columns = (say("beyond.statement"), say("beyond.probability_share"))
    return Table(
        "beyond-probabilities", say("beyond.probability_caption"), columns, lines, (False, True), folded=True
    )


def _spreads(subject: Subject, say: Language, spread: list[tuple[Analysis, int, Spread]]) -> Table:
    heads = ("low", "middle", "high", "knowledge")
    return Table(
        "beyond-spread",
        say("beyond.spread_caption"),
        (say("terms.measure"), say("terms.unit_of_measure"), *(say(f"beyond.{head}") for head in heads)),
        tuple(_spread(subject, say, *each) for each in spread),
        (False, False, True, True, True, True),
        (say("beyond.spread_note"),),
    )


def _spread(subject: Subject, say: Language, analysis: Analysis, place: int, said: Spread) -> Line:
    unit = UNITS[MEASURES[said.name].unit]
    at, row = f"measures/{place}", Row(said.name, said.scope, said.key, said.window)
    quantiles = (
        analysis.number(getattr(said.quantiles, name), unit, f"{at}/quantiles", name)
        for name in ("p5", "p50", "p95")
    )
    whole = said.variance.chance + said.variance.knowledge
    share = said.variance.knowledge / whole if whole else None
    known = analysis.number(share, "share", f"{at}/variance", "share of knowledge")
    return Line((measure_name(row, subject.resolved, say), say(f"units.{unit}", count=2), *quantiles, known))


def _influences(subject: Subject, say: Language) -> Iterator[Block]:
    found: list[Indexed] = [
        (analysis, place, index)
        for analysis, said in subject.further.of(Sensitivity)
        for place, index in enumerate(said.values)
    ]
    if not found:
        return
    found.sort(key=lambda each: (-each[2].total_order, each[2].key, each[2].measure))
    yield Paragraph(say("beyond.influence_lead"))
    yield Table(
        "beyond-influence",
        say("beyond.influence_caption"),
        (
            say("beyond.assumption"),
            say("terms.measure"),
            say("beyond.alone"),
            say("beyond.together"),
        ),
        tuple(_influence(subject, say, *each) for each in found[:SHOWN]),
        (False, False, True, True),
        (say("beyond.influence_note"),),
    )


def _influence(subject: Subject, say: Language, analysis: Analysis, place: int, index: Index) -> Line:
    at = f"values/{place}"
    return Line(
        (
            _what(subject, say, index.key),
            say(f"measures.{index.measure}"),
            analysis.number(index.first_order, "share", at, "first_order"),
            analysis.number(index.total_order, "share", at, "total_order", index),
        )
    )


def _what(subject: Subject, say: Language, key: str) -> Text:
    return (*value_name(subject.resolved, key, say), " ", Code(key))


def _statement(say: Language, said: Breakeven) -> Text:
    return say("beyond.not_stated") if said.statement is None else (Name(said.statement),)


def _unit_told(said: Breakeven) -> Text:
    """The unit that the file gives, where the key itself names none."""
    return (" ", Name(said.unit)) if unit_of(said.key) == "none" and said.unit else ()
