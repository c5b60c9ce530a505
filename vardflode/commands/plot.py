"""`vardflode plot`: the figures of runs, and of runs against each other, as SVG and PNG."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, runs_option
from vardflode.terminal import message, write

COMPARISON = "comparison"

if TYPE_CHECKING:
    from results.store import Run


@click.command(
    cls=Command,
    examples=(
        "vardflode plot decision-2026",
        "vardflode plot no-transfer decision-2026 infusion-hubs",
        "vardflode plot no-transfer decision-2026 --out figures",
        "vardflode plot runs/decision-2026-1d891a748860",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the figures; of several runs, one folder in it for each and comparison/. Unless told: figures/ "
    "in each run, and comparison-HASH/ beside the first.",
)
@runs_option
def plot(names: tuple[str, ...], out: Path | None, runs: Path) -> None:
    """Draw the figures of each RUN; of several, also those that hold them against the first. Print their paths.

    RUN is the folder of a run, or the name of a scenario: its newest run, if the scenario is still the same. Several
    are compared over the replications that all hold, and must have seed, days and model version in common.
    """
    from vardflode.find_run import find_all

    found = find_all(names, runs)
    compared = _compared(list(found.values()))
    _tell_of_doubts(list(found.values()), compared)
    for run, folder in _folders(found, out).items():
        _print(_draw(found[run], folder))
    if compared:
        _print(_draw_comparison(compared, _beside(compared) if out is None else out / COMPARISON))


def _tell_of_doubts(found: list[Run], compared: list[Run]) -> None:
    """Say which runs cannot be relied on, or are no pairs."""
    from vardflode.trust import doubts_of_all, misaligned

    for doubt in doubts_of_all(found):
        message(doubt)
    pairs = [(run, run.resolved()) for run in compared]
    for other in pairs[1:]:
        for doubt in misaligned(pairs[0], other):
            message(doubt)


def _compared(found: list[Run]) -> list[Run]:
    """The runs to hold against the first, which leads them; none where there is one run, under however many names."""
    from results.figures.compared.marks import MARKS
    from results.figures.subject import plural
    from results.store import in_common
    from vardflode.pairs import paired_runs

    if len(found) < 2:
        return []
    compared = paired_runs(found)
    if len(compared) > len(MARKS):
        raise click.UsageError(f"figures can tell {len(MARKS)} runs apart, not {len(compared)}; name fewer")
    if len(compared) < 2:
        message("these are copies of one run: there is nothing to compare")
        return []
    common = len(in_common(compared))
    if any(len(run.replications) > common for run in compared):
        message(f"compared over the first {plural(common, 'replication')} that all hold")
    return compared


def _beside(compared: list[Run]) -> Path:
    """Beside the baseline: a folder for these runs in this order."""
    order = ":".join(run.manifest["hash"] for run in compared)
    return compared[0].folder.parent / f"{COMPARISON}-{hashlib.sha256(order.encode()).hexdigest()[:8]}"


def _draw(run: Run, folder: Path) -> list[Path]:
    from results.figures import draw_all

    with _told(run.folder, folder):
        return draw_all(run, folder)


def _draw_comparison(compared: list[Run], folder: Path) -> list[Path]:
    from results.figures.compared import draw_comparison

    with _told(compared[0].folder, folder):
        drawn = draw_comparison(compared, folder)
    if drawn.remark:
        message(drawn.remark)
    return list(drawn.paths)


@contextmanager
def _told(run: Path, folder: Path) -> Iterator[None]:
    """What went wrong, as a fault of the input: a run that cannot be read, a folder that cannot be written."""
    from results.store import NotARun
    from scenarios.faults import Fault, InputError

    try:
        yield
    except NotARun as error:
        raise InputError([Fault(str(run), 0, "", str(error))]) from error
    except OSError as error:
        told = f"cannot be written ({error.strerror}); choose another folder with --out"
        raise InputError([Fault(str(folder), 0, "", told)]) from error


def _print(paths: list[Path]) -> None:
    for path in paths:
        write(_from_here(path))


def _folders(found: dict[Path, Run], out: Path | None) -> dict[Path, Path]:
    """Where the figures of each run go."""
    if out is None:
        return {path: run.folder / "figures" for path, run in found.items()}
    if len(found) == 1:
        return dict.fromkeys(found, out)
    names = [path.name for path in found]
    if len({*names, COMPARISON}) <= len(names):
        raise click.UsageError(
            f"two of the runs have folders of the same name, or one is called {COMPARISON}; plot them one at a time, "
            "or without --out"
        )
    return {path: out / path.name for path in found}


def _from_here(path: Path) -> Path:
    """The path from the current folder where it lies inside it, else whole."""
    whole = path.resolve()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
