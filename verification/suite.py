"""The whole suite: its sections, its seed sets over processes, and what came of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from types import ModuleType

import numpy as np

from verification import clinic, coverage, diary, inputs, queues, treatment
from verification.experiment import Comparison, Experiment, Floats, Result, Spread, compare, spread

SECTIONS: Mapping[str, ModuleType] = {
    "The queue of the clinic day": queues,
    "A whole clinic day": clinic,
    "Booking": diary,
    "Patients under treatment through the ramp": treatment,
    "Inputs and simple means": inputs,
}
CHUNKS = 16  # parts of an experiment that are spread over processes
TOLD_EVERY = 8  # parts


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """Everything found: results by section, whether their scores spread as they should, and coverage."""

    results: Mapping[str, Sequence[Result]]
    spreads: Mapping[str, Spread]
    coverage: Sequence[Result]

    def __repr__(self) -> str:
        return f"<Outcome of {len(self.comparisons)} comparisons, {len(self.failures())} failures>"

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """Every comparison with theory."""
        return [c for results in self.results.values() for result in results for c in result.comparisons]

    def failures(self) -> list[str]:
        """What does not hold, in words."""
        found = [
            f"{result.experiment.name}, {c.quantity}: z {c.z:.2f}, alone {c.alone:.2f}"
            for results in self.results.values()
            for result in results
            for c in result.comparisons
            if not c.holds
        ]
        found += [
            f"scores of {name.lower()}: spread" for name, test in self.spreads.items() if not test.holds
        ]
        found += [
            f"{result.experiment.name}, {c.quantity}: covered in {100 * c.found:.1f} %"
            for result in self.coverage
            for c in result.comparisons
            if not coverage.LEAST <= c.found <= coverage.MOST
        ]
        return found


def run(tell: Callable[[str], None]) -> Outcome:
    """Run everything on all cores; `tell` hears of each experiment that is done, and of how much is."""
    sections = {name: module.experiments() for name, module in SECTIONS.items()}
    every = [*coverage.experiments(), *(e for experiments in sections.values() for e in experiments)]
    results = {result.experiment.name: result for result in _in_processes(every, tell)}
    by_section = {name: [results[e.name] for e in experiments] for name, experiments in sections.items()}
    return Outcome(by_section, _spreads(by_section), [results[e.name] for e in coverage.experiments()])


def samples(experiment: Experiment, numbers: Iterable[int]) -> Floats:
    """What some seed sets find, shape (sets, 2, quantities)."""
    return np.array([experiment.sample(number) for number in numbers])


def _in_processes(experiments: Sequence[Experiment], tell: Callable[[str], None]) -> Iterable[Result]:
    """Results as they come, the longest experiments begun first."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        parts: dict[str, list[Future[Floats]]] = {}
        experiment_of: dict[Future[Floats], Experiment] = {}
        for experiment in experiments:
            for numbers in np.array_split(np.arange(experiment.sets), CHUNKS):
                part = pool.submit(samples, experiment, numbers.tolist())
                parts.setdefault(experiment.name, []).append(part)
                experiment_of[part] = experiment
        left = {name: len(found) for name, found in parts.items()}
        for done_parts, part in enumerate(as_completed(experiment_of), start=1):
            experiment = experiment_of[part]
            left[experiment.name] -= 1
            if done_parts % TOLD_EVERY == 0:
                tell(f"{done_parts} of {len(experiment_of)} parts")
            if not left[experiment.name]:
                found = np.concatenate([done.result() for done in parts[experiment.name]])
                result = compare(experiment, found)
                largest = max(abs(c.z) for c in result.comparisons)
                tell(f"{experiment.name}: largest |z| {largest:.2f}")
                yield result


def _spreads(by_section: Mapping[str, Sequence[Result]]) -> Mapping[str, Spread]:
    scores = {
        name: np.array([c.alone for result in results for c in result.comparisons])
        for name, results in by_section.items()
    }
    tests = {name: spread(found) for name, found in scores.items()}
    return tests | {"All together": spread(np.concatenate(list(scores.values())))}
