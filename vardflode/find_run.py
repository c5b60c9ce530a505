"""From what a user calls a run to the run: a folder, or the name of a scenario that has been run.

A name stands for the newest run whose scenario equals that scenario as it is today; a run made with --set is
reached by its folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from results.making import take_back_all
from results.store import MANIFEST, NotARun, Run, open_run, run_hash
from scenarios.faults import Fault, InputError
from scenarios.load import Resolved, resolve


def find_run(name: str, runs: Path = Path("runs")) -> Run:
    """The run that a folder or the name of a scenario stands for.

    Raises NotARun where there is none, InputError where the scenario is unknown or faulty.
    """
    folder = folder_named(name, runs)
    if folder is not None:
        return open_run(folder)
    scenario = resolve(name)
    known = sorted(_runs_of(scenario, runs), key=_age)
    today = [run for run in known if _is_of(run, scenario)]
    if not today:
        raise NotARun(_not_found(name, runs, known))
    return today[-1]


def find_all(names: Sequence[str], runs: Path) -> dict[Path, Run]:
    """Every run by its folder, each once. Raises InputError with every name that stands for none."""
    found: dict[Path, Run] = {}
    faults: list[Fault] = []
    for name in names:
        try:
            run = find_run(name, runs)
            found.setdefault(run.folder.resolve(), run)
        except NotARun as error:
            faults.append(Fault(name, 0, "", str(error)))
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(faults)
    return found


def folder_named(name: str, runs: Path) -> Path | None:
    """The folder that a name stands for, here or among the runs; None for the name or the file of a scenario."""
    take_back_all(runs)
    if _is_folder(name):
        return Path(name)
    return runs / name if not name.endswith(".yaml") and _is_run(runs / name) else None


def _is_folder(name: str) -> bool:
    """A path that is no scenario's file, or the name of a run beside us."""
    separators = (os.sep, os.altsep or os.sep)
    is_path = any(separator in name for separator in separators) and not name.endswith(".yaml")
    return is_path or _is_run(Path(name))


def _is_run(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).is_file()
    except OSError:  # no name that a file could have
        return False


def _runs_of(scenario: Resolved, runs: Path) -> Iterator[Run]:
    """Whole runs of scenarios of the same name."""
    for manifest in sorted(runs.glob(f"*/{MANIFEST}")):
        try:
            run = open_run(manifest.parent)
        except NotARun:
            continue
        if run.manifest.get("name") == scenario.scenario.name:
            yield run


def _age(run: Run) -> tuple[str, str]:
    return str(run.manifest.get("made")), run.folder.name


def _is_of(run: Run, scenario: Resolved) -> bool:
    """Whether a run's hash is that of the scenario at the run's own seed and model version."""
    seed, version = run.manifest.get("seed"), run.manifest.get("model_version")
    return isinstance(seed, int) and run_hash(scenario, seed, str(version)) == run.manifest.get("hash")


def _not_found(name: str, runs: Path, known: list[Run]) -> str:
    command = f"vardflode run {name}" + ("" if runs == Path("runs") else f" --out {runs}")
    if not known:
        return f"{runs} holds no run of {name}; make one: {command}"
    return (
        f"{runs} holds no run of {name} as the scenario is today, only of other values of it; make one: "
        f"{command}, or name a folder, such as {known[-1].folder}"
    )
