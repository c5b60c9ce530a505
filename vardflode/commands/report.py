"""`vardflode report`: the evidence of runs as one file that a steering group can read, print and check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, comparison_options
from vardflode.terminal import message, write

if TYPE_CHECKING:
    from results.report.language import Tongue

SOME_FAILED = 4


@click.command(
    cls=Command,
    examples=(
        "vardflode report decision-2026 no-transfer --out evidence.html",
        "vardflode report decision-2026 no-transfer infusion-hubs --out evidence.pdf --lang en",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="RUN|SCENARIO...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write; its ending says which kind: .html, .pdf or .xlsx.",
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["sv", "en"]),
    default="sv",
    show_default=True,
    help="Its language.",
)
@comparison_options("Report on the first so many; unless told, those that the folders hold, else 20.")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="MEASURE>=VALUE",
    help="Hold results against a target, such as on_time_share>=0.95. May be given again.",
)
@click.option(
    "--also",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE.json",
    help="JSON of a further analysis of the first: flip point, probabilities or influence; see docs/how-to/report.md. "
    "May be given again.",
)
@click.option(
    "--suppress-below",
    "suppress_below",
    type=click.IntRange(min=3),
    metavar="N",
    help="For registers or logs of real units: leave out numbers of patients and visits below N, and as many others "
    "as are needed so that they cannot be worked out.",
)
def report(
    names: tuple[str, ...],
    out: Path,
    language: Tongue,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    years: int | None,
    explained: bool,
    targets: tuple[str, ...],
    also: tuple[Path, ...],
    calibration: str,
    suppress_below: int | None,
    runs: Path,
) -> None:
    """Write what runs show as one file that can be read, printed, forwarded and checked.

    The report is about the first; the others stand beside it. Each is the folder of a run, or a scenario (a name of
    `vardflode list` or a file), of which the run is used, extended or made.
    """
    from vardflode.comparing import NothingMade
    from vardflode.progress import progress
    from vardflode.reporting import report as write_report

    try:
        whole = write_report(
            names, out, language=language, suppress_below=suppress_below, seed=seed, replications=replications,
            workers=workers, years=years, explained=explained,
            calibration=None if calibration == "none" else calibration, targets=targets, also=also, runs=runs,
            tell=message, progress=progress,
        )  # fmt: skip
    except NothingMade as error:
        message(error)
        sys.exit(SOME_FAILED)
    write(str(out))
    if not whole:
        sys.exit(SOME_FAILED)
