"""Further analyses of the scenario in question, as JSON files: flip points, probabilities and influence.

A report takes them by `--also FILE.json`. Each file holds one object; other keys than these are left to other readers:

`breakeven`: at which value of an assumption something flips. `statement` says what holds with a probability that
the `curve` gives per value; `answer` is null where `reached` is false.

    {"schema_version": 1, "command": "breakeven", "scenario": {"name": "…", "hash": "…"},
     "key": "streams.denosumab.patients", "statement": "the cost is more than 5 % of the uplift",
     "answer": 610, "ci_low": 540, "ci_high": 700, "unit": "patients", "reached": true,
     "curve": [{"value": 400, "probability": 0.1}]}

`uncertainty`: what the ranges of assumptions do, with measures as `run --json` names them. `variance` is what chance
and what lack of knowledge make of it, as shares or as variances.

    {"schema_version": 1, "command": "uncertainty", "scenario": {"name": "…", "hash": "…"},
     "measures": [{"name": "on_time_share", "scope": "region", "key": "", "window": "steady", "unit": "share",
                   "quantiles": {"p5": 0.93, "p50": 0.97, "p95": 0.99}, "variance": {"chance": 0.1, "knowledge": 0.9}}],
     "probabilities": [{"statement": "…", "probability": 0.3, "ci_low": 0.2, "ci_high": 0.4}]}

`sensitivity`: Sobol indices of a measure of the region per assumption; the interval is that of the total order.

    {"schema_version": 1, "command": "sensitivity", "scenario": {"name": "…", "hash": "…"},
     "values": [{"key": "streams.denosumab.patients", "grade": "assumption", "measure": "nurse_hours_per_year",
                 "first_order": 0.4, "total_order": 0.5, "ci_low": 0.4, "ci_high": 0.6}]}

`hash` is that of the run in question, as in its manifest and in `run --json`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from results.catalogue import MEASURES
from results.report.quantities import Quantity, Trace
from scenarios.evidence import Grade
from scenarios.explain import MAX_FAULTS
from scenarios.faults import Fault, InputError, suggestion
from scenarios.load import Resolved

LARGEST = 20_000_000  # bytes of a file
MOST = 10_000  # entries of a list: more than any reader takes in


def _measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(f"no such measure{suggestion(name[:60], MEASURES)}")
    return name


Told = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Measured = Annotated[str, AfterValidator(_measure)]
Probability = Annotated[float, Field(ge=0, le=1)]
NonNegative = Annotated[float, Field(ge=0)]
Few = Field(max_length=MOST)


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


class Bounded(_Form):
    """Something with an interval, of which both bounds are known or none."""

    ci_low: float | None
    ci_high: float | None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.ci_low is None) != (self.ci_high is None):
            raise ValueError("give both ci_low and ci_high, or null for both")
        if self.ci_low is not None and self.ci_high is not None and self.ci_low > self.ci_high:
            raise ValueError(f"ci_low {self.ci_low:g} is above ci_high {self.ci_high:g}")
        return self


class About(_Form):
    """The run that an analysis is of."""

    name: str
    hash: str


class Point(_Form):
    """With which probability the statement holds at a value."""

    value: float
    probability: Probability


class Breakeven(Bounded):
    """The value of an assumption at which something flips."""

    schema_version: Literal[1]
    command: Literal["breakeven"]
    scenario: About
    key: str
    statement: Told | None = None
    answer: float | None
    unit: str
    reached: bool
    curve: tuple[Point, ...] = Few

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if self.reached != (self.answer is not None):
            raise ValueError("answer must be a number if reached is true, and null if it is false")
        return self


class Quantiles(_Form):
    """Percentiles over possible futures."""

    p5: float
    p50: float
    p95: float


class Variance(_Form):
    """What chance and what lack of knowledge make of a measure's variance."""

    chance: NonNegative
    knowledge: NonNegative


class Spread(_Form):
    """A measure over possible futures."""

    name: Measured
    scope: str
    key: str
    window: str
    unit: str
    quantiles: Quantiles
    variance: Variance


class Likelihood(Bounded):
    """In which share of possible futures a statement holds."""

    statement: Told
    probability: Probability


class Uncertainty(_Form):
    """What the ranges of assumptions do to measures."""

    schema_version: Literal[1]
    command: Literal["uncertainty"]
    scenario: About
    measures: tuple[Spread, ...] = Few
    probabilities: tuple[Likelihood, ...] = Few


class Index(Bounded):
    """How much of a measure's variance an assumption accounts for: alone, and with interplay."""

    key: str
    grade: Grade
    measure: Measured
    first_order: float
    total_order: float


class Sensitivity(_Form):
    """How much each assumption matters."""

    schema_version: Literal[1]
    command: Literal["sensitivity"]
    scenario: About
    values: tuple[Index, ...] = Few


Said = Breakeven | Uncertainty | Sensitivity
Form = TypeVar("Form", Breakeven, Uncertainty, Sensitivity)
FORMS: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="command")])


@dataclass(frozen=True, slots=True)
class Analysis:
    """A file with an analysis: where it lies, the beginning of its SHA-256, and what it says."""

    path: Path
    digest: str
    said: Said

    def number(
        self, value: float | None, unit: str, place: str, how: str, bounds: Bounded | None = None
    ) -> Quantity:
        """A number of the file at a place such as `values/3`, with its interval; unknown where it is null."""
        of = f"{self.digest}/{place}" if place else self.digest
        trace = Trace("further", self.said.scenario.name, of, how)
        low, high = (bounds.ci_low, bounds.ci_high) if bounds else (None, None)
        return Quantity(known(value), unit, trace, known(low), known(high))


@dataclass(frozen=True, slots=True)
class Further:
    """The further analyses that a report takes in, in the order given."""

    analyses: tuple[Analysis, ...] = ()

    def of(self, form: type[Form]) -> Iterator[tuple[Analysis, Form]]:
        """Those of one form, each with its file."""
        for analysis in self.analyses:
            if isinstance(analysis.said, form):
                yield analysis, analysis.said

    def influence(self) -> dict[str, tuple[Analysis, int, Index]]:
        """Per key the index of the measure on which it has the largest total order, with its file and place."""
        found: dict[str, tuple[Analysis, int, Index]] = {}
        for analysis, said in self.of(Sensitivity):
            for place, index in enumerate(said.values):
                known = found.get(index.key)
                if known is None or index.total_order > known[2].total_order:
                    found[index.key] = (analysis, place, index)
        return found


def known(number: float | None) -> float:
    """NaN for null."""
    return math.nan if number is None else number


def read_further(paths: Sequence[Path]) -> Further:
    """Analyses from files. Raises InputError with every fault of all of them."""
    faults: list[Fault] = []
    found = [analysis for path in paths if (analysis := _read(path, faults)) is not None]
    faults.extend(_said_twice(found))
    if faults:
        raise InputError(faults)
    return Further(tuple(found))


def held_against(further: Further, manifest: Mapping[str, Any], resolved: Resolved) -> Further:
    """The same, if they are of this run and name its values. Raises InputError with every fault."""
    faults = [fault for each in further.analyses for fault in _mismatches(each, manifest, resolved)]
    if faults:
        raise InputError(faults)
    return further


def _read(path: Path, faults: list[Fault]) -> Analysis | None:
    """One file; None where it is of no use. Every fault found is appended."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        faults.append(
            Fault(str(path), 0, "", f"cannot be read ({getattr(error, 'strerror', None) or error})")
        )
        return None
    if len(content) > LARGEST:
        faults.append(
            Fault(str(path), 0, "", f"is larger than {LARGEST // 1_000_000} MB; is it an analysis?")
        )
        return None
    try:
        said = FORMS.validate_json(content)
    except ValidationError as error:
        faults.extend(_faults(path, error))
        return None
    return Analysis(path, hashlib.sha256(content).hexdigest()[:12], said)


def _faults(path: Path, error: ValidationError) -> Iterator[Fault]:
    """One fault per error, with its place in the file; the form's own name is no part of that."""
    for details in error.errors(include_url=False, include_input=False)[:MAX_FAULTS]:
        place = ".".join(str(part)[:60] for part in details["loc"][1:])
        said = details["msg"].removeprefix("Value error, ").replace("Input should ", "must ")
        if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
            said = (
                "is no analysis that a report can take; command must be breakeven, uncertainty or sensitivity"
            )
        if details["type"] == "missing":
            said = "missing; see docs/how-to/report.md"
        yield Fault(str(path), 0, place, said[:300])


def _said_twice(analyses: Iterable[Analysis]) -> Iterator[Fault]:
    """What an analysis says that was said before, by the same file or another."""
    said: set[Hashable] = set()
    for analysis in analyses:
        for place, about in _about(analysis.said):
            if about in said:
                yield Fault(str(analysis.path), 0, place, "said twice; leave out one of the two")
            said.add(about)


def _about(said: Said) -> Iterator[tuple[str, Hashable]]:
    """What a form speaks of, and where."""
    match said:
        case Breakeven():
            yield "key", ("breakeven", said.key, said.statement)
        case Sensitivity():
            for i, index in enumerate(said.values):
                yield f"values.{i}", ("sensitivity", index.key, index.measure)
        case Uncertainty():
            for i, row in enumerate(said.measures):
                yield f"measures.{i}", ("uncertainty", row.name, row.scope, row.key, row.window)
            for i, likely in enumerate(said.probabilities):
                yield f"probabilities.{i}", ("probability", likely.statement)


def _mismatches(analysis: Analysis, manifest: Mapping[str, Any], resolved: Resolved) -> Iterator[Fault]:
    """Where a file is of another run, or names what the scenario does not have."""
    file, about = str(analysis.path), analysis.said.scenario
    if about.hash != manifest["hash"]:
        of, here = f"{about.name[:60]} ({about.hash[:12]})", f"{manifest['name']} ({manifest['hash'][:12]})"
        yield Fault(file, 0, "scenario.hash", f"is of {of}; the report is about {here}, so analyse that")
        return
    for place, key in _keys(analysis.said):
        if key not in resolved.evidence:
            why = f"the scenario has no such value{suggestion(key[:60], resolved.evidence)}"
            yield Fault(file, 0, place, f"{key[:60]}: {why}")


def _keys(said: Said) -> Iterator[tuple[str, str]]:
    """The keys of a scenario that a form names, and where."""
    if isinstance(said, Breakeven):
        yield "key", said.key
    elif isinstance(said, Sensitivity):
        yield from ((f"values.{i}.key", index.key) for i, index in enumerate(said.values))
