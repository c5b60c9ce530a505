"""Compare scenarios: find, make or extend their runs, and hand them to the statistics.

What concerns other patients is told under every calibration of how tight units are, so each scenario is also run
under those that it does not have.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import results.comparison
from results.catalogue import MEASURES
from results.comparison import Comparison, Sample, Side, View
from results.store import Run, in_common, labels
from results.windows import common_window, steady_window, years_for_steady
from scenarios.faults import Fault, InputError, suggestion
from scenarios.levers import differences
from scenarios.load import Resolved
from vardflode.attribution import explain, inexplicable
from vardflode.pairs import Asked, asked_for, outdated, refusals
from vardflode.runs import faults_of, make_run
from vardflode.tightness import TIGHT_EVERYWHERE, Tightness, calibrations
from vardflode.trust import doubts_of_all, misaligned

REPLICATIONS = 20
INTERRUPTED = "Interrupted; what was finished is kept, and the same command goes on from there."

Tell = Callable[[str], None]
Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


class NothingMade(Exception):
    """Every replication of a scenario failed."""


@dataclass(frozen=True, slots=True, repr=False)
class Compared:
    """A comparison and the runs compared, the baseline first; `failed` says that replications are left out.

    `under` are the runs of each under every calibration of how tight units are, by label and the calibration's name,
    `numbers` the baseline's replications that are compared.
    """

    comparison: Comparison
    runs: tuple[Run, ...]
    under: Mapping[tuple[str, str], Run]
    numbers: tuple[int, ...]
    failed: bool

    def __repr__(self) -> str:
        return f"<Compared: {self.comparison!r}>"


def compare(
    names: Sequence[str | Path],
    *,
    seed: int | None = None,
    replications: int | None = None,
    workers: int | None = None,
    years: int | None = None,
    everything: bool = False,
    measures: Sequence[str] = (),
    paired: bool = True,
    explained: bool = False,
    calibration: str | None = TIGHT_EVERYWHERE,
    runs: Path = Path("runs"),
    tell: Tell = lambda line: None,
    progress: Progress = lambda name: nullcontext(lambda done, total: None),
) -> Compared:
    """Compare runs (folders) and scenarios (names or files) with the first of them.

    A folder is used as it is. A scenario uses its run of this seed, or makes or extends it in `runs`; seed and
    replications are those of the first folder, else 1 and 20. `calibration` names the scenario under whose
    tightness of units other patients are told of as well; None for none. `tell` hears of every run that is made,
    for which `progress` is entered. Raises InputError with everything that stands in the way, NothingMade, and
    KeyboardInterrupt, where what is finished is kept.
    """
    asked = asked_for([str(name) for name in names], seed, years, runs, unknown_measures(measures))
    view = View(common_window([one.resolved for one in asked]).name, everything, frozenset(measures))
    beside = calibration if view.tells_of_others else None
    levels = () if beside is None else calibrations([one.resolved for one in asked], beside)
    if faults := list(_obstacles(asked, paired=paired, explained=explained, more=bool(levels))):
        raise InputError(faults)
    maker = _Maker(workers, runs, tell, progress)
    entries, limit = _entries(asked, maker, replications)
    chosen = _numbers([[entry.run] for entry in entries], limit, paired=paired)
    for level, (entry, numbers) in itertools.product(levels, zip(entries, chosen, strict=True)):
        entry.under[level.calibration.name] = maker.under(level, entry, entries, numbers[-1] + 1)
    chosen = _numbers([[entry.run, *entry.under.values()] for entry in entries], limit, paired=paired)
    _tell_of_doubts(entries, tell, paired=paired)
    _tell_of_fewer(entries, chosen, limit, tell)
    _tell_of_window(entries, view, tell)
    baseline, *scenarios = (entry.side(numbers) for entry, numbers in zip(entries, chosen, strict=True))
    comparison = results.comparison.compare(
        baseline, scenarios, view, paired=paired, calibrations=[level.calibration for level in levels]
    )
    if explained:
        explanations = {
            entry.label: explain(entries[0].run, entry.run, maker.make, replications=chosen[0])
            for entry in entries[1:]
        }
        comparison = replace(comparison, explanations=explanations)
    under = {(entry.label, name): run for entry in entries for name, run in entry.under.items()}
    return Compared(comparison, tuple(entry.run for entry in entries), under, tuple(chosen[0]), maker.failed)


def _obstacles(asked: Sequence[Asked], *, paired: bool, explained: bool, more: bool) -> Iterator[Fault]:
    """What keeps the scenarios from being compared, known before any run; `more` runs than theirs are needed."""
    yield from refusals(asked, paired=paired)
    if more or explained:
        yield from outdated(asked)
    if explained:
        for other in asked[1:]:
            yield from inexplicable(asked[0].resolved, other.resolved)


@dataclass(frozen=True, slots=True, repr=False)
class _Entry:
    """A scenario in the comparison, under a label of its own, with its run and those under each calibration."""

    label: str
    resolved: Resolved
    run: Run
    under: dict[str, Run] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Entry {self.label}>"

    def side(self, numbers: Sequence[int]) -> Side:
        """What the statistics need of it, over these replications."""
        own = _sample(self.run, numbers)
        under = {name: own if run is self.run else _sample(run, numbers) for name, run in self.under.items()}
        return Side(self.label, self.resolved, self.run.manifest, own, under)


def _entries(
    asked: Sequence[Asked], maker: _Maker, replications: int | None
) -> tuple[list[_Entry], int | None]:
    """What was asked for with its run, each once, the baseline first; and at most how many replications to use.

    Unless told, that is all that the folders hold, of which the first says how many a scenario is to have.
    """
    held = [one.run.replications for one in asked if one.run is not None]
    limit = replications or (None if held else REPLICATIONS)
    wanted = limit or held[0][-1] + 1
    made = [one.run or maker.make(one.name, one.resolved, one.seed, wanted) for one in asked]
    baseline, *others = zip(made, asked, strict=True)
    once = [baseline, *{run.manifest["hash"]: (run, one) for run, one in others}.values()]
    called = labels([run for run, _ in once])
    entries = [_Entry(label, one.resolved, run) for label, (run, one) in zip(called, once, strict=True)]
    return entries, limit


def _sample(run: Run, numbers: Sequence[int]) -> Sample:
    return Sample(run.manifest["hash"], *run.measures(numbers))


def _numbers(runs: Sequence[Sequence[Run]], limit: int | None, *, paired: bool) -> list[list[int]]:
    """The replications of each scenario that are compared: the first ones that all its runs hold.

    If paired, those that the runs of all scenarios hold. Raises InputError where there are none.
    """
    every = [run for of_one in runs for run in of_one]
    found = [in_common(every if paired else of_one)[:limit] for of_one in runs]
    if not all(found):
        named = ", ".join(run.folder.name for run in every)
        raise InputError([Fault(named, 0, "", "have no replication in common; run them with one -n")])
    return found


def _tell_of_fewer(
    entries: Sequence[_Entry], chosen: Sequence[Sequence[int]], limit: int | None, tell: Tell
) -> None:
    """Say so where fewer replications are compared than were asked for, or than some run holds."""
    for numbers, entry in zip(chosen, entries, strict=True):
        if len(numbers) < (limit or len(entry.run.replications)):
            held = ", ".join(f"{one.label} holds {len(one.run.replications)}" for one in entries)
            tell(f"compared over the first {len(numbers)} replications that all hold: {held}")
            return


def _tell_of_doubts(entries: Sequence[_Entry], tell: Tell, *, paired: bool) -> None:
    """Say which runs cannot be relied on, or are no pairs."""
    for doubt in doubts_of_all(run for entry in entries for run in (entry.run, *entry.under.values())):
        tell(doubt)
    baseline, *others = ((entry.run, entry.resolved) for entry in entries)
    for other in others if paired else ():
        for doubt in misaligned(baseline, other):
            tell(doubt)


def _tell_of_window(entries: Sequence[_Entry], view: View, tell: Tell) -> None:
    without = {
        entry.label: years_for_steady(entry.resolved)
        for entry in entries
        if not steady_window(entry.resolved)
    }
    if without:
        tell(
            f"no steady window in {', '.join(without)}: compared over {view.window}; --years {max(without.values())} "
            "would give one"
        )


def unknown_measures(measures: Sequence[str]) -> list[Fault]:
    """A fault for each measure that there is not."""
    return [
        Fault("--measure", 0, name[:60], f"no such measure{suggestion(name[:60], MEASURES)}")
        for name in measures
        if name not in MEASURES
    ]


@dataclass(slots=True)
class _Maker:
    """Makes, extends or reuses runs, says so, and remembers whether replications failed."""

    workers: int | None
    out: Path
    tell: Tell
    progress: Progress
    failed: bool = False

    def make(self, called: str, resolved: Resolved, seed: int, replications: int) -> Run:
        """A run with at least so many replications, as far as they succeed."""
        with faults_of(self.out, "--runs"), self.progress(called) as told:
            made = make_run(
                resolved,
                replications=replications,
                seed=seed,
                workers=self.workers,
                out=self.out,
                progress=told,
            )
        for number, failure in made.failures:
            what = failure.strip().splitlines()[-1]
            self.tell(f"{called}: replication {number} failed and is left out: {what}")
        self.failed |= bool(made.failures)
        if made.interrupted:
            raise KeyboardInterrupt(INTERRUPTED)
        if made.run is None:
            raise NothingMade(f"{called}: every replication failed, so there is nothing to compare")
        self.tell(f"{called}: {made.reason}; {made.run.folder}")
        return made.run

    def under(self, level: Tightness, entry: _Entry, entries: Sequence[_Entry], replications: int) -> Run:
        """The run of a scenario with units as tight as that: one of those compared, or another."""
        resolved, seed = level.of(entry.resolved), entry.run.manifest["seed"]
        for known in (entry, *entries):
            if known.run.manifest["seed"] == seed and not any(differences(resolved, known.resolved)):
                return known.run
        return self.make(f"{entry.label} as tight as {level.calibration.name}", resolved, seed, replications)
