"""`vardflode sweep`: one scenario under many combinations of values, on the same random numbers."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, one_kind_of_workers, simulation_options
from vardflode.progress import progress
from vardflode.terminal import message, write, write_json

if TYPE_CHECKING:
    from results.sweep import CellMeasures, Sweep
    from scenarios.design import Cell, Design, Variants
    from scenarios.faults import Fault
    from vardflode.sweep import SweepResult

NOT_CERTIFIED, SOME_FAILED, INTERRUPTED = 1, 4, 130
MOST = 20  # failures, and lines that do not hold, that are told one by one


@click.command(
    cls=Command,
    examples=(
        "vardflode sweep decision-2026 --grid streams.zoledronate.patients=100,200,400",
        "vardflode sweep decision-2026 --grid transfer.ramp=evenly,all_at_once --grid horizon_years=3,4 -n 10",
        "vardflode sweep decision-2026 --design design.csv --measure cost_msek_per_year",
        "vardflode sweep infusion-hubs --grid 'booking.hubs.infusion=[u016],[u016, u047]' --json",
    ),
)
@click.argument("scenario")
@click.option(
    "--grid",
    "grids",
    multiple=True,
    metavar="KEY=A,B,C",
    help="Set a key to each of some values. May be given again: every combination is a cell.",
)
@click.option(
    "--design",
    "table_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV of the cells instead: a column for each key, a row for each cell.",
)
@simulation_options(
    "Replications of each cell; those that are there already are reused.",
    out="Folder for the sweep's own folder.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="Show this measure instead of the usual ones. May be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per cell and line on stdout.")
def sweep(
    scenario: str,
    grids: tuple[str, ...],
    table_file: Path | None,
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    years: int | None,
    sets: tuple[str, ...],
    measures: tuple[str, ...],
    out: Path,
    fresh: bool,
    as_json: bool,
) -> None:
    """Run SCENARIO once for each combination of values: a cell.

    A value is written as in --set, and set after those. All cells have the same random numbers, so that they differ
    by their values alone. Every cell is checked before the first is run. Stopped, or asked for more replications, the
    same command goes on from where it was.
    """
    from vardflode.executor import pool_of
    from vardflode.runs import faults_of
    from vardflode.sweep import make_sweep

    one_kind_of_workers(workers, cluster)
    if bool(grids) == (table_file is not None):
        raise click.UsageError("say which cells: with --grid, or with --design")
    if years is not None:
        sets = (*sets, f"horizon_years={years}")
    variants = _variants(scenario, grids, table_file, sets, measures)
    name = f"sweep of {variants.resolved.scenario.name}"
    cells = len(variants.design.cells)
    message(f"{name}: {_counted(cells, 'cell')} × {_counted(replications, 'replication')}")
    with contextlib.ExitStack() as stack:
        with faults_of(out, "--out"):
            pool = stack.enter_context(pool_of(workers, cluster))
        with faults_of(out, "--out"), progress(name) as told:
            result = make_sweep(
                variants, replications=replications, seed=seed, pool=pool, out=out, fresh=fresh,
                progress=lambda now: told(now.done, now.total, f"{now.cells:,} of {now.of_cells:,} cells"),
            )  # fmt: skip
    _tell(name, result, variants.design)
    if result.interrupted:
        sys.exit(INTERRUPTED)
    if result.sweep is not None:
        found = _by_cell(result.sweep, variants.design, replications)
        if as_json:
            _print_json(found, variants, result.sweep, measures)
        else:
            _print_table(found, variants, result.sweep, replications, measures)
        if result.sweep.doubted:
            sys.exit(NOT_CERTIFIED)
    if result.failures:
        sys.exit(SOME_FAILED)


def _variants(
    scenario: str,
    grids: tuple[str, ...],
    table_file: Path | None,
    sets: tuple[str, ...],
    measures: tuple[str, ...],
) -> Variants:
    """The cells, all valid. Raises InputError with everything that is wrong."""
    from scenarios.design import check, full_factorial, read_design
    from scenarios.faults import InputError
    from scenarios.load import merged
    from vardflode.comparing import unknown_measures

    faults = dict.fromkeys(unknown_measures(measures))
    base = design = variants = None
    with _gathered(faults):
        design = full_factorial(grids) if table_file is None else read_design(table_file)
    with _gathered(faults):
        base = merged(scenario, sets, {} if design is None else {design.file: design.folder})
    if base is not None and design is not None:
        with _gathered(faults), progress("checking", of="cells") as told:
            variants = check(base, design, told)
    if variants is None or faults:
        raise InputError(faults)
    return variants


@contextlib.contextmanager
def _gathered(faults: dict[Fault, None]) -> Iterator[None]:
    """Go on after faults, so that those of the next step are told with them."""
    from scenarios.faults import InputError

    try:
        yield
    except InputError as error:
        faults.update(dict.fromkeys(error.faults))


def _tell(name: str, result: SweepResult, design: Design) -> None:
    """Messages about the sweep on stderr."""
    whole = click.get_current_context().find_root().params.get("traceback")
    settings = {cell.number: ", ".join(design.settings(cell)) for cell in design.cells}
    for failure in result.failures[: None if whole else MOST]:
        why = failure.why if whole else failure.why.strip().splitlines()[-1]
        where = f"cell {failure.cell} ({settings[failure.cell][:200]})"
        message(f"{name}: {where}: replication {failure.replication} failed and is left out: {why}")
    if result.failures and not whole:
        if len(result.failures) > MOST:
            message(f"{name}: {len(result.failures):,} replications failed in all; these are the first")
        message("`vardflode --traceback sweep …` shows where; the same command tries them again")
    if result.interrupted:
        message(f"{name}: interrupted; what was finished is kept, and the same command goes on from there")
    elif result.sweep is None:
        message(f"{name}: {result.reason}")
    else:
        message(f"{name}: {result.reason}; saved in {result.sweep.folder}")
        for note in (*_doubts(result.sweep, design), *result.sweep.manifest["notes"]):
            message(f"{name}: {note}")


def _doubts(made: Sweep, design: Design) -> Iterator[str]:
    """A sentence for each line of a certificate that does not hold, and what to do."""
    lines = made.manifest["certificate"]
    for line in lines[:MOST]:
        yield (
            f"cell {line['cell']}: the certificate FAILED in {line['id']} ({line['where']}: expected "
            f"{line['expected']}, found {line['found']}). {line['statement']} Do not rely on its figures"
        )
    if lines:
        (cell,) = (cell for cell in design.cells if cell.number == lines[0]["cell"])
        sets = " ".join(f"--set {shlex.quote(setting)}" for setting in design.settings(cell))
        yield (
            f"{_counted(len(lines), 'line')} of certificates FAILED; `vardflode run {made.folder / 'scenario.yaml'} "
            f"{sets}` makes one of those cells alone, and `vardflode verify` tells more of it; --fresh makes the sweep "
            "again, and if that does not help, please report it"
        )


def _by_cell(
    made: Sweep, design: Design, replications: int
) -> Iterator[tuple[int, Cell, CellMeasures | None]]:
    """Each cell with its place and the first so many replications; None where it has none of them."""
    stored = made.measures()
    waiting = next(stored, None)
    for place, cell in enumerate(design.cells):
        found = None
        if waiting is not None and waiting.number == cell.number:
            found, waiting = waiting.first(replications), next(stored, None)
        yield place, cell, found if found is not None and found.replications else None


def _print_json(
    found: Iterator[tuple[int, Cell, CellMeasures | None]],
    variants: Variants,
    made: Sweep,
    names: tuple[str, ...],
) -> None:
    from results.store import hash_of
    from results.sweep import cell_json

    name, seed, version = (made.manifest[key] for key in ("name", "seed", "model_version"))
    doubted = made.doubted
    for place, cell, measures in found:
        scenario = {"name": name, "hash": hash_of(variants.digests[place], seed, version)}
        failed = [line["id"] for line in doubted.get(cell.number, ())]
        write_json(cell_json(cell, variants.design.keys, measures, scenario, seed, failed, names))


def _print_table(
    found: Iterator[tuple[int, Cell, CellMeasures | None]],
    variants: Variants,
    made: Sweep,
    replications: int,
    names: tuple[str, ...],
) -> None:
    from results.sweep import HEADLINES, headlines, sections
    from vardflode.commands.run import print_summary

    shown = names or HEADLINES
    told = [headlines(cell, measures, shown) for _, cell, measures in found]
    scenario = variants.resolved.scenario
    interval = "means with 95 % interval" if replications > 1 else "one replication, so no interval"
    heading = (
        f"{scenario.title.en} ({scenario.name}): {_counted(len(told), 'cell')} × "
        f"{_counted(replications, 'replication')}, {interval}"
    )
    print_summary(heading, tuple(sections(variants.design, told, shown)))
    write(f"More measures of each cell, with intervals: {made.folder / 'summary.csv'}")


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
