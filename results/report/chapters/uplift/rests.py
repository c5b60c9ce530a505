"""On what the uplift itself rests: its size, whether it recurs and is indexed, and how much of it is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from results.report.document import Text
from results.report.language import Language
from results.report.subject import Subject


def rests_on(subject: Subject, say: Language) -> Iterator[Text]:
    """A sentence for each value, with its grade."""
    recurs = subject.resolved.scenario.money.uplift_recurs
    yield say(
        "uplift.rests_amount",
        amount=subject.assumed("money.uplift_msek_per_year", "msek_per_year"),
        grade=_grade(subject, "uplift_msek_per_year", say),
    )
    yield say(
        "uplift.rests_recurs" if recurs else "uplift.rests_once", grade=_grade(subject, "uplift_recurs", say)
    )
    yield say(
        "uplift.rests_index",
        index=replace(subject.assumed("money.uplift_index"), decimals=2),
        grade=_grade(subject, "uplift_index", say),
    )
    yield say(
        "uplift.rests_share",
        share=subject.assumed("money.available_share", "share"),
        grade=_grade(subject, "available_share", say),
    )


def _grade(subject: Subject, name: str, say: Language) -> Text:
    """The grade of a value; what has no evidence is an assumption."""
    known = subject.resolved.evidence.get(f"money.{name}")
    return say(f"terms.grade_{'assumption' if known is None else known.grade}")
