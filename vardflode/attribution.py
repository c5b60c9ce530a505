"""Explain the difference between two runs: have the runs between them made, and share the difference out.

Two scenarios that differ in k levers have 2^k combinations of them. Each is a run like any other, on the same
random numbers, kept in the folder for runs and used again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from results.attribution import Explanation, attribute
from results.store import Run
from scenarios.faults import Fault, InputError
from scenarios.levers import CLOCK, Lever, Paths, differences, differing
from scenarios.load import Resolved, patched, standing

MAX_LEVERS = 4  # sixteen combinations
EXPLAIN = "--explain"

Make = Callable[[str, Resolved, int, int], Run]


def explain(
    baseline: Run, other: Run, make: Make, *, replications: Sequence[int] | None = None
) -> Explanation:
    """What each lever adds to the difference between two runs of one seed.

    `make(called, resolved, seed, replications)` makes, extends or reuses the run of a combination with at least so
    many replications; what it raises is passed on. `replications` are the numbers of those to use, all that both
    runs hold unless told. Raises InputError where the runs cannot be paired, the scenarios differ in more than
    `MAX_LEVERS` levers, or a combination of levers makes no scenario.
    """
    one, two = baseline.resolved(), other.resolved()
    if faults := list(_unpaired(baseline, other, one, two)):
        raise InputError(faults)
    levers = differing(one, two)
    between = _between(one, two, levers)
    numbers = (
        sorted({*baseline.replications} & {*other.replications}) if replications is None else replications
    )
    made = [
        make(combination.called, combination.resolved, baseline.manifest["seed"], max(numbers) + 1)
        for combination in between
    ]
    return attribute(levers, [baseline, *made, other] if levers else [baseline], numbers)


def inexplicable(baseline: Resolved, other: Resolved) -> list[Fault]:
    """Why the difference between two scenarios cannot be shared out, as far as is known before they are run."""
    if faults := list(_clock(baseline, other)):
        return faults
    try:
        _between(baseline, other, differing(baseline, other))
    except InputError as error:
        return list(error.faults)
    return []


def _unpaired(baseline: Run, other: Run, one: Resolved, two: Resolved) -> Iterator[Fault]:
    """Why replications of the two, and of runs made now, do not share their random numbers and their days."""
    from sim.model import MODEL_VERSION

    for run in (baseline, other):
        if run.manifest["model_version"] != MODEL_VERSION:
            what = "was made by another version of the model; run its scenario again"
            yield Fault(EXPLAIN, 0, run.folder.name, what)
    if baseline.manifest["seed"] != other.manifest["seed"]:
        seeds = f"has seed {other.manifest['seed']}, not {baseline.manifest['seed']}"
        yield Fault(EXPLAIN, 0, other.folder.name, f"{seeds}; run both with one --seed")
    if not {*baseline.replications} & {*other.replications}:
        what = f"has no replication in common with {baseline.folder.name}; run both with one -n"
        yield Fault(EXPLAIN, 0, other.folder.name, what)
    yield from _clock(one, two)


def _clock(one: Resolved, two: Resolved) -> Iterator[Fault]:
    for path in differences(one, two):
        if path[0] in CLOCK:
            yield Fault(EXPLAIN, 0, path[0], "is not the same in both scenarios, and no lever; make it so")


@dataclass(frozen=True, slots=True, repr=False)
class _Combination:
    """The baseline with some of the levers as in the other scenario."""

    called: str
    resolved: Resolved

    def __repr__(self) -> str:
        return f"<Combination {self.called}>"


def _between(baseline: Resolved, other: Resolved, levers: Mapping[Lever, Paths]) -> list[_Combination]:
    """The combinations that are neither of the two, in the order of `shapley`.

    Raises InputError if there are too many, or with every one that makes no scenario.
    """
    name, others = baseline.scenario.name, other.scenario.name
    if len(levers) > MAX_LEVERS:
        what = f"{name} and {others} differ in {len(levers)} levers ({_titles(levers)}); at most {MAX_LEVERS} can"
        raise InputError(
            [Fault(EXPLAIN, 0, "", f"{what} be told apart: compare in steps, by scenarios between")]
        )
    found, faults = [], []
    for coalition in range(1, (1 << len(levers)) - 1):
        pulled = [lever for place, lever in enumerate(levers) if coalition >> place & 1]
        changes = {path: standing(other, path) for lever in pulled for path in levers[lever]}
        called = f"{name} with {_titles(pulled)} of {others}"
        try:
            found.append(_Combination(called, patched(baseline, changes)))
        except InputError as error:
            rest = _titles(lever for lever in levers if lever not in pulled)
            faults.append(Fault(EXPLAIN, 0, "", f"{called}, but not its {rest}: {error.faults[0]}"))
    if faults:
        what = f"levers belong together in {name} and {others}; compare without --explain, or in steps"
        raise InputError([*faults, Fault(EXPLAIN, 0, "", what)])
    return found


def _titles(levers: Iterable[Lever]) -> str:
    return ", ".join(f'"{lever.en}"' for lever in levers)
