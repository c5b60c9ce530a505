"""What the model is for, what it tells and what these runs are to show."""

from __future__ import annotations

from collections.abc import Iterator

from results.catalogue import MEASURES, QUESTIONS
from results.comparison import Side
from results.report.chapters.method.items import items
from results.report.document import Block, Code, Facts, Line, Name, Table, Text
from results.report.language import Language
from results.report.naming import called
from results.report.subject import UNITS, Subject


def blocks(subject: Subject, say: Language) -> Iterator[Block]:
    """Items 1.1 to 1.3, what each scenario is about, and the measures."""
    measures = subject.counted(len(MEASURES), "measures", "measures")
    yield items(
        say,
        {
            "1_1": [say("method.purpose")],
            "1_2": [say("method.outputs", measures=measures)],
            "1_3": [_aims(subject, say)],
        },
    )
    yield Facts(tuple(_about(subject, side, say) for side in subject.sides))
    yield _measures(say)


def _aims(subject: Subject, say: Language) -> Text:
    main = called(subject, subject.main, say)
    if not subject.others:
        return say("method.aims_one", main=main)
    others = say.list(called(subject, side, say) for side in subject.others)
    return say("method.aims", main=main, others=others)


def _about(subject: Subject, side: Side, say: Language) -> tuple[Text, Text]:
    """A scenario's title and what it is about."""
    described = getattr(side.resolved.scenario.description, say.code)
    return (called(subject, side, say),), (Name(described),)


def _measures(say: Language) -> Table:
    lines = tuple(
        Line(
            (
                (*say(f"measures.{name}"), " ", Code(name)),
                say(f"units.{UNITS[measure.unit]}", count=2),
                say(f"method.question_{question}"),
            )
        )
        for question, measures in QUESTIONS.items()
        for name, measure in measures.items()
    )
    return Table(
        "method-measures",
        say("method.outputs_caption"),
        (say("terms.measure"), say("terms.unit_of_measure"), say("method.question")),
        lines,
        (False, False, False),
        folded=True,
    )
