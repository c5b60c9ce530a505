"""The lines of a certificate: what each says, and its verdict over all replications of a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from results.certificate.finding import within

if TYPE_CHECKING:
    import pandas as pd

Verdict = Literal["passed", "failed", "not applicable", "told"]


class Claim(NamedTuple):
    """What a line says, and why it may have nothing to say."""

    statement: str
    absent: str


CLAIMS: Final = {
    "patients_conserved": Claim(
        "At every event those under treatment are those who entered less those who left, as in the records.",
        "nobody is under treatment",
    ),
    "littles_law": Claim(
        "Patient-days counted by the model are the sum of the stays in the records, at each place and stream.",
        "nobody is under treatment",
    ),
    "minutes_conserved": Claim(
        "Minutes worked each day are those of the visits begun, and no more than the staff had.",
        "no day is simulated",
    ),
    "requests_conserved": Claim(
        "Each request of another patient is seen, turned away or still pending.", "no day is simulated"
    ),
    "doses_conserved": Claim(
        "Each dose at a unit has its visit, and none comes sooner after the last than its window allows.",
        "no dose is given at a unit",
    ),
    "patients_expected": Claim(
        "Patients under treatment are as many as the theory of the Mt/G/∞ queue says; exact.",
        "no stream has patients",
    ),
    "requests_expected": Claim(
        "Other patients ask as often as listing, load and calendar say; exact.",
        "a shock moves requests ahead, also from beyond the simulated days, and all units are as busy as the mean",
    ),
    "minutes_expected": Claim(
        "Visits of other patients take their mean minutes (Wald's equation); exact.",
        "no other patient is seen",
    ),
    "visits_expected": Claim(
        "Dose visits at units beside patient-days there ÷ interval; an approximation.",
        "nobody is treated at a unit",
    ),
    "warm_up": Claim(
        "The warm-up holds other patients only, as long as the scenario says, and lies in no window.",
        "the scenario has no warm-up",
    ),
    "draws": Claim(
        "Patients, requests and staff are those drawn apart from the simulation, without the transfer.",
        "replication 0, which is the one drawn again, is not among them",
    ),
}


class _Compared(NamedTuple):
    """One comparison and the replications that it is of; `allowed` is NaN where it is told and not tested."""

    key: str
    expected: float
    found: float
    allowed: float
    replications: tuple[int, ...]

    @property
    def excess(self) -> float:
        """How far apart the two lie ÷ how far they may."""
        apart = abs(self.found - self.expected)
        if math.isnan(apart):
            return math.inf
        if self.allowed == 0:
            return math.inf if apart > 0 else 0.0
        return apart if math.isnan(self.allowed) else apart / self.allowed


@dataclass(frozen=True, slots=True)
class Line:
    """One line over all replications of a run, with the comparison in which expected and found lie farthest apart.

    `compared` counts comparisons, `where` names that one, `allowed` is how far they may lie apart there.
    """

    id: str
    verdict: Verdict
    compared: int
    where: str
    expected: float
    found: float
    allowed: float

    @property
    def statement(self) -> str:
        """What the line says."""
        return CLAIMS[self.id].statement

    @property
    def failed(self) -> bool:
        """Whether what it says does not hold."""
        return self.verdict == "failed"

    def as_json(self) -> dict[str, Any]:
        """The line as the manifest and `verify --json` have it; null where there is no number."""
        numbers = {"expected": self.expected, "found": self.found, "allowed": self.allowed}
        reason = CLAIMS[self.id].absent if self.verdict == "not applicable" else ""
        return {
            "id": self.id,
            "statement": self.statement,
            "verdict": self.verdict,
            "reason": reason,
            "compared": self.compared,
            "where": self.where,
            **{name: None if math.isnan(number) else number for name, number in numbers.items()},
        }


def fold(certificate: pd.DataFrame) -> tuple[Line, ...]:
    """The lines of a run from the findings of its replications: columns `replication` and those of `Finding`.

    Findings with a tolerance are compared one by one. Those that chance moves are added up over the replications
    first, and compared with the mean of the sum.
    """
    return tuple(_line(name, certificate[certificate["line"] == name]) for name in CLAIMS)


def telling(findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that a verdict hangs on, for whoever keeps few: it is the same over these.

    Of those with a tolerance they are the ones that do not hold and the first of each line; all others stay.
    """
    apart = (findings["found"] - findings["expected"]).abs()
    holds = apart <= findings["allowed"]
    exact = findings["allowed"].notna()
    return findings[~exact | ~holds | ~findings["line"].where(exact).duplicated()]


def _line(name: str, findings: pd.DataFrame) -> Line:
    if findings.empty:
        return Line(name, "not applicable", 0, "", math.nan, math.nan, math.nan)
    compared = sorted(_compared(findings), key=lambda each: (each.excess, each.expected))
    worst = compared[-1]
    verdict: Verdict = "told" if math.isnan(worst.allowed) else "failed" if worst.excess > 1 else "passed"
    where = _where(worst.key, worst.replications)
    return Line(name, verdict, len(compared), where, worst.expected, worst.found, worst.allowed)


def _where(key: str, replications: Sequence[int]) -> str:
    if len(replications) == 1:
        return f"{key}; replication {replications[0]}"
    return f"{key}; all {len(replications)} replications together"


def _compared(findings: pd.DataFrame) -> Iterator[_Compared]:
    """What is compared: findings with a tolerance one by one, then the sums of those that chance moves, by key."""
    columns = ("key", "expected", "found", "allowed", "variance", "step", "replication")
    moved: dict[str, list[tuple[float, float, float, float, int]]] = {}
    rows = zip(*(findings[column].tolist() for column in columns), strict=True)
    for key, expected, found, allowed, *chance in rows:
        if math.isnan(allowed):
            moved.setdefault(key, []).append((expected, found, *chance))
        else:
            yield _Compared(key, expected, found, allowed, (chance[-1],))
    for key, each in sorted(moved.items()):
        expected, found, variance, step, replications = zip(*each, strict=True)
        bound = within(math.fsum(variance), max(step))
        yield _Compared(key, math.fsum(expected), math.fsum(found), bound, replications)


def failures(lines: Sequence[Line]) -> list[Line]:
    """The lines that do not hold."""
    return [line for line in lines if line.failed]
