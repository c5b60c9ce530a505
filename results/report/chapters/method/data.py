"""Where the numbers come from, and what was done to them."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator

from results.report.chapters.method.items import items
from results.report.document import Block, Bullets, Name, Paragraph, Text
from results.report.entries import GRADES, configured, entries
from results.report.language import Language
from results.report.subject import Subject
from scenarios.values import cited, values


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Items 3.1 to 3.4, and every source that is cited."""
    every = entries(subject)
    graded: list[str] = [entry.evidence.grade for entry in every if entry.evidence is not None]
    assumption, derived, source, decision = (
        subject.counted(graded.count(grade), "none", f"values {grade}") for grade in GRADES
    )
    number = subject.counted(len(every), "values", "values")
    told = say("method.sources", assumption=assumption, derived=derived, source=source, decision=decision)
    yield items(
        say,
        {
            "3_1": [told],
            "3_2": _prepared(subject, say),
            "3_3": [say("method.inputs", values=number)],
            "3_4": [say("method.assumptions", assumption=assumption)],
        },
    )
    sources = sorted(cited(values(subject.resolved)).values(), key=lambda source: source["title"].casefold())
    if sources:
        yield Paragraph(say("method.cited"))
        yield Bullets(tuple(_source(source, say) for source in sources))


def _source(source: dict[str, object], say: Language) -> Text:
    named = {name: Name(str(source[name])) for name in ("title", "year", "reference")}
    return say("method.source", title=named["title"], year=named["year"], reference=named["reference"])


def _prepared(subject: Subject, say: Language) -> Iterator[Text]:
    """The register, how tight units are, prices and distances."""
    resolved = subject.resolved
    shipped = importlib.resources.files("scenarios").joinpath("units.csv").read_bytes()
    own = resolved.register_bytes != shipped
    yield say("method.register_own" if own else "method.register_shipped")
    evidence = resolved.evidence.get("background.load_factor")
    fitted = evidence is not None and evidence.grade == "derived"
    load = configured(subject, "background.load_factor")
    yield say("method.calibrated" if fitted else "method.not_calibrated", load=load)
    yield say(
        "method.prices",
        year=Name(str(resolved.scenario.money.price_year)),
        growth=configured(subject, "money.price_growth_per_year"),
    )
