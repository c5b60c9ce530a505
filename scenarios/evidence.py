"""Where a number comes from and how sure it is: the answer to "says who?".

Every number in a scenario may carry one `Evidence`. The rules that `check --strict` holds stand here:
a number has a grade; what is not a decision has a range or choices unless its source speaks of this
very setting; every source is listed in `sources.yaml`.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from scenarios.faults import suggestion

Grade = Literal["decision", "source", "derived", "assumption"]


def written(value: Any) -> str:
    """A value as a scenario file could hold it; text as it is, without quotes."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Range(_Closed):
    """5th and 95th percentile of a value, and the shape drawn between and around them."""

    low: float = Field(description="5th percentile.")
    high: float = Field(description="95th percentile.")
    shape: Literal["triangular", "uniform", "loguniform"] = Field(
        "triangular", description="Triangular has its mode at the value."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}")
        if self.shape == "loguniform" and self.low <= 0:
            raise ValueError("a loguniform range must lie above 0")
        return self

    def holds(self, value: Any) -> bool:
        """Whether a value lies inside; what is no number is left to the schema."""
        return not isinstance(value, int | float) or self.low <= value <= self.high


class Choice(_Closed):
    """One of several values that a number may take."""

    value: Any = Field(description="The value.")
    weight: float = Field(1.0, gt=0, description="Relative weight when drawn.")


class Evidence(_Closed):
    """Grade, source and uncertainty of one value."""

    grade: Grade = Field(description="decision, source, derived or assumption.")
    source: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        None, description="Key of an entry in sources.yaml."
    )
    note: Annotated[str, Field(min_length=1, max_length=2000)] | None = Field(
        None, description="What a reader must know: arithmetic, doubts, what the source does not say."
    )
    range: Range | None = Field(None, description="Uncertainty, if continuous.")
    choices: Annotated[tuple[Choice, ...], Field(min_length=1)] | None = Field(
        None, description="Uncertainty, if a few values."
    )
    kind: Literal["unknown", "choice"] = Field(
        "unknown", description="unknown: drawn in uncertainty analysis; choice: compared, never averaged."
    )
    price_year: int | None = Field(None, ge=1990, le=2100, description="Price level of an amount in SEK.")

    @model_validator(mode="before")
    @classmethod
    def _lists_to_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("choices"), list):
            return {**data, "choices": tuple(data["choices"])}
        return data

    @property
    def spread(self) -> str:
        """The range or the choices in words; empty where there are none."""
        if self.range is not None:
            return f"{self.range.low:.10g} to {self.range.high:.10g}"
        if self.choices is None:
            return ""
        if len(self.choices) == 1:
            return "taken as certain"
        return " or ".join(written(choice.value) for choice in self.choices)

    @property
    def rests_on(self) -> str:
        """Range or choices, and the source, in a few words; empty where there is neither."""
        return ", ".join(part for part in (self.spread, self.source) if part)

    def problems(self, value: Any) -> Iterator[str]:
        """What is wrong with this evidence for this value, whatever the strictness."""
        if self.source is not None and self.source not in sources():
            yield f"source {self.source[:60]!r} is not in sources.yaml{suggestion(self.source, sources())}"
        if self.grade in ("decision", "source") and self.source is None:
            yield f"grade {self.grade} needs a source"
        if self.range is not None and self.choices is not None:
            yield "has both a range and choices; keep one"
        if self.range is not None and not self.range.holds(value):
            yield f"value {value!r:.60} lies outside its range {self.range.low:g} to {self.range.high:g}"
        if self.choices is not None and value not in [choice.value for choice in self.choices]:
            yield f"value {value!r:.60} is not among its choices"

    def gaps(self) -> Iterator[str]:
        """What `--strict` misses: uncertainty where the value is not known for this very setting."""
        if self.range is not None or self.choices is not None or self.grade == "decision":
            return
        if (
            self.grade == "source"
            and self.source in sources()
            and sources()[self.source].applies == "directly"
        ):
            return
        yield f"grade {self.grade} needs a range or choices"


class Source(_Closed):
    """One entry of sources.yaml."""

    title: Annotated[str, Field(min_length=1, max_length=500)]
    year: int = Field(ge=1990, le=2100)
    country: str = Field(pattern=r"^[A-Z]{2}$", description="Two letters; where it holds.")
    applies: Literal["directly", "elsewhere"] = Field(
        description="directly: this region or its rules now; elsewhere: another country, setting or year."
    )
    reference: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="Journal, DOI, document number."
    )
    note: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


@functools.cache
def sources() -> dict[str, Source]:
    """Every named source, by key."""
    from ruamel.yaml import YAML

    text = importlib.resources.files("scenarios").joinpath("sources.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Source]).validate_python(YAML(typ="safe", pure=True).load(text))
