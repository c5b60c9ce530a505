"""`vardflode compare`: what differs between scenarios, how surely, and which assumptions differ beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, comparison_options
from vardflode.terminal import message, write, write_json

if TYPE_CHECKING:
    from results.comparison import Comparison
    from scenarios.faults import Fault

SOME_FAILED = 4


@click.command(
    cls=Command,
    examples=(
        "vardflode compare no-transfer decision-2026",
        "vardflode compare decision-2026 infusion-hubs waves -n 20 --seed 1 --json",
        "vardflode compare decision-2026 infusion-hubs --measure travel_km_per_year --explain",
        "vardflode compare runs/decision-2026-1d891a748860 my-scenario.yaml --excel compared.xlsx",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="RUN|SCENARIO...")
@comparison_options("Compare the first so many; unless told, those that the folders hold, else 20.")
@click.option("--all", "everything", is_flag=True, help="All scopes and windows, and what is equal.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="Only this measure, which makes intervals narrower. May be given again.",
)
@click.option("--unpaired", is_flag=True, help="Compare runs of different seeds, with wider intervals.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the rows.")
@click.option(
    "--excel", "excel_file", type=click.Path(path_type=Path), metavar="FILE", help="Write a workbook."
)
def compare(
    names: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    years: int | None,
    everything: bool,
    measures: tuple[str, ...],
    unpaired: bool,
    explained: bool,
    calibration: str,
    as_json: bool,
    csv_file: Path | None,
    excel_file: Path | None,
    runs: Path,
) -> None:
    """Compare scenarios with the first of them, replication by replication.

    Each is the folder of a run, or a scenario (a name of `vardflode list` or a file), of which the run is used,
    extended or made. Only what differs is shown, with an interval that holds for all of them at once, beside the
    values that differ. What is told of other patients stands under two calibrations of how tight units are.
    """
    from results.comparison import ONE_CALIBRATION, as_csv, as_data, workbook
    from scenarios.faults import InputError
    from vardflode.comparing import NothingMade
    from vardflode.comparing import compare as compared
    from vardflode.files import put
    from vardflode.progress import progress

    if len(names) < 2:
        raise click.UsageError("name at least two: the baseline, and what is compared with it")
    if unpaired and explained:
        raise click.UsageError("--explain needs pairs; leave out --unpaired")
    if faults := list(_faults(csv_file, excel_file)):
        raise InputError(faults)
    try:
        found = compared(
            names, seed=seed, replications=replications, workers=workers, years=years, everything=everything,
            measures=measures, paired=not unpaired, explained=explained,
            calibration=None if calibration == "none" else calibration, runs=runs, tell=message, progress=progress,
        )  # fmt: skip
    except NothingMade as error:
        message(error)
        sys.exit(SOME_FAILED)
    if csv_file is not None:
        put(csv_file, as_csv(found.comparison).encode("utf-8-sig"))
    if excel_file is not None:
        put(excel_file, workbook(found.comparison))
    if as_json:
        if not found.comparison.calibrations:
            message(ONE_CALIBRATION)
        write_json(as_data(found.comparison))
    else:
        _tell(found.comparison)
    if found.failed:
        sys.exit(SOME_FAILED)


def _faults(csv_file: Path | None, excel_file: Path | None) -> Iterator[Fault]:
    """Files that cannot be written, before anything is run."""
    from importlib.util import find_spec

    from scenarios.faults import Fault
    from vardflode.files import unwritable

    if csv_file is not None and excel_file is not None and csv_file.resolve() == excel_file.resolve():
        yield Fault(str(csv_file), 0, "", "is named twice; give --csv and --excel a file each")
    for path in (csv_file, excel_file):
        if path is not None:
            yield from unwritable(path)
    if excel_file is not None and find_spec("xlsxwriter") is None:
        yield Fault("--excel", 0, "", 'needs xlsxwriter; install it: pip install "vardflode[report]"')


def _tell(comparison: Comparison) -> None:
    from results.comparison import heading, scenario_heading, sections
    from vardflode.commands.run import print_summary

    write(heading(comparison))
    for side in comparison.scenarios:
        write()
        print_summary(scenario_heading(side), tuple(sections(comparison, side)))
