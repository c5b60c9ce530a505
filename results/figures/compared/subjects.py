"""What comparison figures are about: runs on their common replications, and what each owes its reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from results.comparison.compared import Verdict
from results.comparison.intervals import Contrast, paired
from results.figures.subject import Floats, Subject, joined, plural, read_subject
from results.store import Run, in_common, labels
from results.windows import common_window

CHANCE = "Intervals hold chance only, not what is unknown."


@dataclass(frozen=True, slots=True, repr=False)
class Subjects:
    """Runs side by side, each read down to the replications that all hold; the first is the baseline.

    All have the same window. `labels` tell them apart, in the same order.
    """

    every: tuple[Subject, ...]
    labels: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Subjects {', '.join(self.labels)}>"

    @property
    def baseline(self) -> Subject:
        """The run that the others are held against."""
        return self.every[0]

    @property
    def scenarios(self) -> tuple[Subject, ...]:
        """The runs that are held against it."""
        return self.every[1:]

    @property
    def replications(self) -> int:
        """How many replications all of them hold."""
        return self.baseline.replications

    @property
    def title(self) -> str:
        """The scenarios' titles."""
        others = " · ".join(subject.title for subject in self.scenarios)
        return f"Against {self.baseline.title}: {others}"

    def about_run(self) -> str:
        """Which runs the figure shows, and on which replications."""
        runs = [subject.run.folder.name for subject in self.every]
        number, seed = plural(self.replications, "replication"), self.baseline.run.manifest["seed"]
        registers = dict.fromkeys(subject.about_register() for subject in self.every)
        return (
            f"Runs {runs[0]} (baseline), {joined(runs[1:])} · the first {number} of each, paired · seed {seed} · "
            f"{joined(list(registers))}."
        )

    def about_window(self) -> str:
        """The window that the figure speaks of."""
        moving = [subject for subject in self.every if subject.resolved.scenario.transfer.enabled]
        return (moving or self.every)[0].about_window()

    def about_patients(self) -> str:
        """Which streams rest on an assumed number of patients, scenario by scenario where these differ."""
        told: dict[str, list[str]] = {}
        for label, subject in zip(self.labels, self.every, strict=True):
            told.setdefault(subject.about_patients(), []).append(label)
        if len(told) == 1:
            return next(iter(told))
        return " ".join(f"{joined(labels)}: {text}" for text, labels in told.items() if text)

    def about_intervals(self, differences: Differences) -> str:
        """What the intervals of a figure's differences hold."""
        if self.replications == 1:
            return "One replication gives no interval, and so nothing can be told apart."
        return (
            f"Paired differences to {self.labels[0]}; 95 % intervals that hold for all {differences.family:,} of this "
            f"figure at once (Student’s t, Bonferroni). Not distinguishable: the interval holds 0. {CHANCE}"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Differences:
    """Scenarios minus baseline with simultaneous intervals; arrays of shape (scenarios, values).

    NaN where a difference is undefined, and in the bounds with fewer than two replications.
    """

    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]  # replications in which it is defined
    equal: NDArray[np.bool_]  # the same in every replication
    family: int  # how many intervals hold at once

    def __repr__(self) -> str:
        return f"<Differences of shape {self.mean.shape}, simultaneous over {self.family}>"

    @property
    def more(self) -> NDArray[np.bool_]:
        """Where the scenario has more than the baseline, as far as chance goes."""
        return np.asarray(~self.equal & (self.low > 0))

    @property
    def less(self) -> NDArray[np.bool_]:
        """Where it has less."""
        return np.asarray(~self.equal & (self.high < 0))

    @property
    def distinguishable(self) -> NDArray[np.bool_]:
        """Where it has either."""
        return self.more | self.less

    def verdict(self, scenario: int, value: int) -> Verdict:
        """What can be said of one difference."""
        at = scenario, value
        if not self.n[at]:
            return "undefined"
        if self.equal[at]:
            return "equal"
        if self.more[at]:
            return "more"
        return "less" if self.less[at] else "not distinguishable"

    def columns(self, part: slice) -> Differences:
        """Some of the values, with the intervals of the whole."""
        return Differences(
            self.mean[:, part],
            self.low[:, part],
            self.high[:, part],
            self.n[:, part],
            self.equal[:, part],
            self.family,
        )


def differences(values: Sequence[Floats]) -> Differences:
    """Paired differences to the first of several runs; each of shape (replications, values)."""
    contrasts: list[Contrast] = [paired(values[0], others) for others in values[1:]]
    family = sum(int(contrast.uncertain.sum()) for contrast in contrasts)
    bounds = [contrast.interval(family) for contrast in contrasts]
    return Differences(
        np.array([contrast.mean for contrast in contrasts]),
        np.array([low for low, _ in bounds]),
        np.array([high for _, high in bounds]),
        np.array([contrast.n for contrast in contrasts]),
        np.array([contrast.equal for contrast in contrasts]),
        family,
    )


def read_subjects(runs: Sequence[Run]) -> Subjects:
    """Read what comparison figures need of runs that can be paired, the baseline first. Raises NotARun."""
    numbers = in_common(runs)
    every = [read_subject(replace(run, manifest={**run.manifest, "replications": numbers})) for run in runs]
    window = common_window([subject.resolved for subject in every])
    return Subjects(tuple(replace(subject, window=window) for subject in every), tuple(labels(runs)))
