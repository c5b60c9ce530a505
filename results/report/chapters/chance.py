"""What chance can do, as columns of a table: the mean with its interval, and what one year in twenty lies beyond.

With one replication there is nothing but its own value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from results.comparison import Side
from results.report.document import Cell, Text
from results.report.language import Language
from results.report.quantities import Quantity, Statistic
from results.report.subject import Subject

BOTH = ("p5", "p95")
HIGH = ("p95",)


def heads(subject: Subject, say: Language, beyond: Sequence[Statistic] = BOTH) -> tuple[Text, ...]:
    """The columns' heads: of the mean and of the percentiles."""
    if subject.replications == 1:
        return (say("chance.alone"),)
    return say("chance.mean"), *(say(f"chance.{how}") for how in beyond)


def cells(
    subject: Subject, tell: Callable[[Statistic], Quantity], beyond: Sequence[Statistic] = BOTH
) -> tuple[Cell, ...]:
    """The columns of a line; `tell` gives the number for "mean" and each percentile."""
    mean = tell("mean")
    if subject.replications == 1:
        return (mean,)
    return mean, *(replace(tell(how), decimals=mean.digits()) for how in beyond)


def cells_of(
    subject: Subject, side: Side, name: str, scope: str = "region", key: str = ""
) -> tuple[Cell, ...]:
    """The columns of a measure."""

    def tell(how: Statistic) -> Quantity:
        if how == "mean":
            return subject.measured(side, name, scope, key)
        return subject.quantile(side, how, name, scope, key)

    return cells(subject, tell)
