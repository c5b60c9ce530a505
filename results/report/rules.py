"""The rules by which results become statements: from numbers to a verdict, each small enough to be told in a sentence.

The thresholds stand here and nowhere else. A rule knows no words, except how a chance is told: in years of ten where
chance alone moves the result, in possible futures of ten where assumptions were drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from results.comparison.compared import Verdict
from results.report.document import Text
from results.report.language import Language
from results.report.quantities import Quantity
from results.report.subject import Target

MAINLY, PARTLY = 0.5, 0.1  # of hours or cost that rest on an assumption
MATERIAL = 2.0  # times: two differences of one sign that lie farther apart are not the same answer
SLIGHT = 0.01  # of what there is anyhow
MOSTLY = 0.5  # of the years
ENOUGH_YEARS = 20  # simulated, of which one in twenty is one: fewer tell nothing of nine in ten

Frequency = Literal["never", "seldom", "tenths", "mostly", "always", "unknown"]
Reach = Literal["met", "missed", "unsure", "unknown"]
Weight = Literal["mainly", "partly", "hardly", "unknown"]
Displacement = Literal["more", "less", "none", "depends", "unknown"]
Trust = Literal["held", "failed", "missing"]


class Fit(NamedTuple):
    """The least available share of the uplift at which the cost fits, and the largest at which it does not.

    None where there is none.
    """

    least: float | None
    beyond: float | None


def how_often(chance: float) -> Frequency:
    """What a chance is told as: tenths, unless they would round to none or all of what is neither."""
    if not math.isfinite(chance):
        return "unknown"
    if chance in (0.0, 1.0):
        return "never" if chance == 0 else "always"
    tenths = round(10 * chance)
    return "seldom" if tenths == 0 else "mostly" if tenths == 10 else "tenths"


def out_of_ten(say: Language, chance: Quantity, of: Literal["years", "futures"]) -> Text:
    """A chance as a reader counts it: `i 3 år av 10`, or `i 3 av 10 möjliga framtider` where assumptions were drawn.

    `chance` is a share of simulated years, or of drawn futures; its interval is told where it spans a whole tenth.
    """
    frequency = how_often(chance.value)
    if frequency != "tenths":
        return say(f"rules.{of}_{frequency}")
    told = replace(chance, unit=f"{of}_of_ten", decimals=0)
    if told.has_interval and round(10 * told.low) == round(10 * told.high):
        told = replace(told, low=math.nan, high=math.nan)
    return say("rules.tenths", tenths=told)


def reaches(target: Target, told: Quantity) -> Reach:
    """Whether a mean reaches a target: unsure where its interval holds values on both sides.

    Without an interval the mean alone decides.
    """
    if not told.known:
        return "unknown"
    ends = (told.low, told.high) if told.has_interval else (told.value, told.value)
    missed = {target.missed(end) for end in ends}
    return "unsure" if len(missed) == 2 else "missed" if missed == {True} else "met"


def rests_on_assumptions(share: float) -> Weight:
    """How much of a result rests on what is assumed, by its share: mainly from more than half, partly from a tenth."""
    if not math.isfinite(share):
        return "unknown"
    return "mainly" if share > MAINLY else "partly" if share >= PARTLY else "hardly"


def displacement(differences: Sequence[tuple[Verdict, float]]) -> Displacement:
    """What may be said of other patients: what holds under every calibration of how tight units are.

    Of each calibration there is a verdict on what the transfer adds and the mean of it. `depends` where the verdicts
    differ, or agree on the sign and differ in size by more than `MATERIAL`.
    """
    verdicts = {
        "none" if verdict in ("equal", "not distinguishable") else verdict for verdict, _ in differences
    }
    if not verdicts or "undefined" in verdicts:
        return "unknown"
    if len(verdicts) > 1:
        return "depends"
    if verdicts == {"none"}:
        return "none"
    sizes = sorted(abs(mean) for _, mean in differences)
    if sizes[-1] > MATERIAL * sizes[0]:
        return "depends"
    return "more" if verdicts == {"more"} else "less"


def is_slight(added: Iterable[tuple[float, float]]) -> bool:
    """Whether what is added is, each time, less than a hundredth of what there is anyhow."""
    return all(abs(more) < SLIGHT * anyhow for more, anyhow in added)


def turned(verdict: Verdict) -> Verdict:
    """The verdict on the same difference taken the other way."""
    flipped: Mapping[Verdict, Verdict] = {"more": "less", "less": "more"}
    return flipped.get(verdict, verdict)


def least_that_fits(used: Mapping[float, float]) -> Fit:
    """Down to which share of the uplift a cost fits; `used` is the cost ÷ what is available, by the share available."""
    fits = [share for share, of_it in used.items() if of_it <= 1]
    beyond = [share for share, of_it in used.items() if of_it > 1]
    return Fit(min(fits, default=None), max(beyond, default=None))


def worst_first(values: Mapping[str, float], target: Target) -> list[str]:
    """The keys whose value misses a target, the farthest from it first; what is undefined misses nothing."""
    missing = [key for key, value in values.items() if target.missed(value)]
    sign = 1 if target.at_least else -1
    return sorted(missing, key=lambda key: (sign * values[key], key))


def trust(certificates: Iterable[Sequence[Mapping[str, Any]] | None]) -> Trust:
    """What the certificates of several runs allow: one line that failed is told before one that is missing."""
    every = list(certificates)
    if any(line["verdict"] == "failed" for lines in every for line in lines or ()):
        return "failed"
    return "missing" if any(lines is None for lines in every) else "held"
