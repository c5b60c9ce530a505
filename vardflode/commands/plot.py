"""`vardflode plot`: the figures of runs, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command
from vardflode.terminal import write

if TYPE_CHECKING:
    from results.store import Run


@click.command(
    cls=Command,
    examples=(
        "vardflode plot decision-2026",
        "vardflode plot decision-2026 no-transfer --out figures",
        "vardflode plot runs/decision-2026-1d891a748860",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the figures, with one folder per run if there are several; figures/ in the run unless told.",
)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("runs"),
    show_default=True,
    help="Folder where the runs are.",
)
def plot(names: tuple[str, ...], out: Path | None, runs: Path) -> None:
    """Draw the figures of each RUN, and print their paths.

    RUN is the folder of a run, or the name of a scenario: its newest run, if the scenario is still the same.
    """
    found = _find_all(names, runs)
    for run, folder in _folders(found, out).items():
        for path in _draw(found[run], folder):
            write(_from_here(path))


def _draw(run: Run, folder: Path) -> list[Path]:
    from results.figures import draw_all
    from results.store import NotARun
    from scenarios.faults import Fault, InputError

    try:
        return draw_all(run, folder)
    except NotARun as error:
        raise InputError([Fault(str(run.folder), 0, "", str(error))]) from error
    except OSError as error:
        told = f"cannot be written ({error.strerror}); choose another folder with --out"
        raise InputError([Fault(str(folder), 0, "", told)]) from error


def _find_all(names: tuple[str, ...], runs: Path) -> dict[Path, Run]:
    """Every run by its folder, or every fault at once."""
    from results.store import NotARun
    from scenarios.faults import Fault, InputError
    from vardflode.find_run import find_run

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


def _folders(found: dict[Path, Run], out: Path | None) -> dict[Path, Path]:
    """Where the figures of each run go."""
    if out is None:
        return {path: run.folder / "figures" for path, run in found.items()}
    if len(found) == 1:
        return dict.fromkeys(found, out)
    names = [path.name for path in found]
    if len(set(names)) < len(names):
        raise click.UsageError(
            "two of the runs have folders of the same name; plot them one at a time, or without --out"
        )
    return {path: out / path.name for path in found}


def _from_here(path: Path) -> Path:
    """The path from the current folder where it lies inside it, else whole."""
    whole = path.resolve()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
