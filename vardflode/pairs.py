"""What a user names to be compared, and whether it can be: runs whose replications are pairs.

Replication k of two runs is a pair when both have the same seed, days and model. Without pairs, only runs of
different seeds can be compared: those of one seed share their random numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from results.store import NotARun, Run, in_common, open_run
from scenarios.faults import Fault, InputError
from scenarios.load import Resolved, resolve
from vardflode.find_run import folder_named

SEED = 1
CLOCK = ("start_date", "horizon_years")


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What was named: a run, or a scenario of which one is to be found or made; `run` is None until then."""

    name: str
    resolved: Resolved
    seed: int
    model_version: str
    run: Run | None

    def __repr__(self) -> str:
        return f"<Asked for {self.name}>"


def asked_for(
    names: Sequence[str], seed: int | None, years: int | None, runs: Path, faults: Sequence[Fault] = ()
) -> list[Asked]:
    """The runs and scenarios that were named. Raises InputError with `faults` and everything wrong with them.

    Scenarios have this seed, or that of the first run; `years` is their horizon, if given.
    """
    sets = () if years is None else (f"horizon_years={years}",)
    found: list[tuple[str, Resolved, Run | None]] = []
    wrong = list(faults)
    for name in names:
        try:
            folder = folder_named(name, runs)
            run = None if folder is None else open_run(folder)
            found.append((name, resolve(name, sets) if run is None else run.resolved(), run))
        except NotARun as error:
            wrong.append(Fault(name, 0, "", str(error)))
        except InputError as error:
            wrong.extend(fault for fault in error.faults if fault not in wrong)
    if all(run is not None for _, _, run in found):
        for name, resolved, run in found:
            wrong.extend(_not_as_asked(name, resolved, run, seed, years))
    if wrong:
        raise InputError(wrong)
    first = next((run.manifest["seed"] for _, _, run in found if run is not None), SEED)
    return [_asked(name, resolved, run, first if seed is None else seed) for name, resolved, run in found]


def _not_as_asked(
    name: str, resolved: Resolved, run: Run | None, seed: int | None, years: int | None
) -> Iterator[Fault]:
    """A run has the seed and the years that it has: options that say otherwise would change nothing."""
    has = {"--seed": run.manifest["seed"] if run else None, "--years": resolved.scenario.horizon_years}
    for option, wanted in (("--seed", seed), ("--years", years)):
        if wanted is not None and wanted != has[option]:
            what = f"asks for {wanted}, and this run has {has[option]}; name the scenario instead, or leave it out"
            yield Fault(name, 0, option, what)


def _asked(name: str, resolved: Resolved, run: Run | None, seed: int) -> Asked:
    from sim.model import MODEL_VERSION

    if run is None:
        return Asked(name, resolved, seed, MODEL_VERSION, None)
    return Asked(name, resolved, run.manifest["seed"], run.manifest["model_version"], run)


def refusals(asked: Sequence[Asked], *, paired: bool) -> Iterator[Fault]:
    """Why the scenarios cannot be compared with the first, and what to do."""
    baseline, *others = asked
    for other in others:
        if other.model_version != baseline.model_version:
            versions = f"is {other.model_version}, of {baseline.name} {baseline.model_version}"
            yield Fault(
                other.name, 0, "model version", f"{versions}; run the scenario of the older one again"
            )
        for key in CLOCK:
            own, wanted = (getattr(one.resolved.scenario, key) for one in (other, baseline))
            if own != wanted:
                yield Fault(
                    other.name, 0, key, f"is {own}, of {baseline.name} {wanted}; {_advice(key, wanted)}"
                )
        if paired != (other.seed == baseline.seed):
            yield Fault(other.name, 0, "seed", _about_seeds(other, baseline))


def paired_runs(runs: Sequence[Run]) -> list[Run]:
    """Runs whose replications are pairs, each once, the baseline first. Raises InputError with why some are not."""
    once: dict[str, Run] = {}
    for run in runs:
        once.setdefault(run.manifest["hash"], run)
    chosen = list(once.values())
    asked = [
        Asked(run.folder.name, run.resolved(), run.manifest["seed"], run.manifest["model_version"], run)
        for run in chosen
    ]
    faults = list(refusals(asked, paired=True))
    if not faults and not in_common(chosen):
        named = ", ".join(run.folder.name for run in chosen)
        faults.append(Fault(named, 0, "", "have no replication in common; run them with one -n"))
    if faults:
        raise InputError(faults)
    return chosen


def outdated(asked: Sequence[Asked]) -> Iterator[Fault]:
    """Runs of another version of the model: no more can be made to go with them."""
    from sim.model import MODEL_VERSION

    for one in asked:
        if one.model_version != MODEL_VERSION:
            versions = f"is {one.model_version}, now it is {MODEL_VERSION}"
            advice = "run the scenario again, or compare with --calibration none and without --explain"
            yield Fault(one.name, 0, "model version", f"{versions}; {advice}")


def _about_seeds(other: Asked, baseline: Asked) -> str:
    if other.seed == baseline.seed:
        return (
            f"is {other.seed} as of {baseline.name}: they share their random numbers and are not independent; "
            "leave out --unpaired"
        )
    return (
        f"is {other.seed}, of {baseline.name} {baseline.seed}: their replications are no pairs; run one with the "
        "--seed of the other, or compare with --unpaired"
    )


def _advice(key: str, wanted: object) -> str:
    if key == "horizon_years":
        return f"let both have the same --years, such as {wanted}"
    return f"let both begin on the same day: --set {key}={wanted}"
