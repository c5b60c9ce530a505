"""The comparison itself: each scenario minus the baseline, row by row, with simultaneous intervals.

How tight units are is not known, so what concerns other patients is compared under every calibration of it that
is given, beside the runs as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from results.attribution import Explanation
from results.comparison import intervals
from results.comparison.intervals import Contrast
from results.comparison.view import View
from results.table import Row
from scenarios.load import Resolved

Verdict = Literal["more", "less", "not distinguishable", "equal", "undefined"]


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    """Measures of the replications compared: rows, and values of shape (replications, rows).

    `run` is the hash of the run that they are from.
    """

    run: str
    rows: tuple[Row, ...]
    values: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<Sample of {self.values.shape[0]} replications, {len(self.rows)} rows>"

    def of(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """The values of some rows, shape (replications, those rows)."""
        place = {row: i for i, row in enumerate(self.rows)}
        return self.values[:, [place[row] for row in rows]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """One answer to how tight units are: the load of other patients, and its spread between units.

    `elsewhere` says that it was fitted on another register than that of the scenarios.
    """

    name: str
    load_factor: float
    unit_load_cv: float
    elsewhere: bool


@dataclass(frozen=True, slots=True, repr=False)
class Side:
    """One run in a comparison: what it is called there, what it assumed, and its measures.

    `under` holds the measures of the same scenario under each calibration of how tight units are, by the
    calibration's name; the run's own sample is among them, if there are any.
    """

    label: str
    resolved: Resolved
    manifest: Mapping[str, Any]
    sample: Sample
    under: Mapping[str, Sample]

    def __repr__(self) -> str:
        return f"<Side {self.label}: {self.sample!r}>"


@dataclass(frozen=True, slots=True)
class Difference:
    """Scenario minus baseline in one row, with the bounds of its simultaneous interval; NaN where undefined.

    `n` is the number of replications in which the difference is defined.
    """

    scenario: str
    row: Row
    baseline_mean: float
    scenario_mean: float
    mean: float
    low: float
    high: float
    n: int
    verdict: Verdict

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.verdict in ("more", "less")


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Scenarios against a baseline.

    `differences` are those of the view, sorted within each scenario; `displacement` those about other patients by
    scenario and calibration. `family` is the number of differences over which intervals are simultaneous.
    `explanations` say, by scenario, how much each lever makes, where that was asked for.
    """

    view: View
    paired: bool
    family: int
    baseline: Side
    scenarios: tuple[Side, ...]
    differences: tuple[Difference, ...]
    calibrations: tuple[Calibration, ...]
    displacement: Mapping[tuple[str, str], tuple[Difference, ...]]
    explanations: Mapping[str, Explanation] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.scenarios)} scenarios with {self.baseline.label}>"

    @property
    def replications(self) -> int:
        """The number of replications of the baseline."""
        return len(self.baseline.sample.values)

    def of(self, scenario: str) -> tuple[Difference, ...]:
        """The differences of one scenario."""
        return tuple(difference for difference in self.differences if difference.scenario == scenario)


@dataclass(frozen=True, slots=True, repr=False)
class _Contrasted:
    """Two samples row by row, before the family is known."""

    scenario: str
    rows: tuple[Row, ...]
    contrast: Contrast

    def differences(self, family: int) -> tuple[Difference, ...]:
        """Every row with its interval."""
        found, (low, high) = self.contrast, self.contrast.interval(family)
        columns = (found.baseline, found.scenario, found.mean, low, high, found.n, found.equal)
        told = zip(self.rows, *(column.tolist() for column in columns), strict=True)
        return tuple(
            Difference(
                self.scenario, row, one, other, mean, below, above, n, _verdict(n, equal, below, above)
            )
            for row, one, other, mean, below, above, n, equal in told
        )


def compare(
    baseline: Side,
    scenarios: Sequence[Side],
    view: View,
    *,
    paired: bool,
    calibrations: Sequence[Calibration],
) -> Comparison:
    """Each scenario minus the baseline.

    With `paired` the samples hold the same replications of the same seed; without, independent ones. Every side has
    a sample under each of the calibrations.
    """
    contrast = intervals.paired if paired else intervals.welch
    shown = [_contrasted(side.label, baseline.sample, side.sample, view.rows, contrast) for side in scenarios]
    others = {
        (side.label, name): _contrasted(side.label, baseline.under[name], sample, view.displacement, contrast)
        for side in scenarios
        for name, sample in side.under.items()
    }
    own = {
        (side.label, name)
        for side in scenarios
        for name, sample in side.under.items()
        if sample is side.sample and baseline.under[name] is baseline.sample
    }
    beyond = [contrasted for key, contrasted in others.items() if key not in own]
    family = sum(int(contrasted.contrast.uncertain.sum()) for contrasted in (*shown, *beyond))
    return Comparison(
        view=view,
        paired=paired,
        family=family,
        baseline=baseline,
        scenarios=tuple(scenarios),
        differences=tuple(
            difference
            for contrasted in shown
            for difference in contrasted.differences(family)
            if view.everything or _differs(difference)
        ),
        calibrations=tuple(calibrations),
        displacement={key: contrasted.differences(family) for key, contrasted in others.items()},
    )


def _contrasted(
    scenario: str,
    baseline: Sample,
    sample: Sample,
    chosen: Callable[[Iterable[Row]], tuple[Row, ...]],
    contrast: Callable[[NDArray[np.float64], NDArray[np.float64]], Contrast],
) -> _Contrasted:
    """The chosen ones of the rows that two samples have in common."""
    rows = chosen(set(baseline.rows) & set(sample.rows))
    return _Contrasted(scenario, rows, contrast(baseline.of(rows), sample.of(rows)))


def _verdict(n: int, equal: bool, low: float, high: float) -> Verdict:
    if n == 0:
        return "undefined"
    if equal:
        return "equal"
    if low > 0:
        return "more"
    return "less" if high < 0 else "not distinguishable"


def _differs(difference: Difference) -> bool:
    known = not (math.isnan(difference.baseline_mean) and math.isnan(difference.scenario_mean))
    return known and difference.verdict != "equal"
