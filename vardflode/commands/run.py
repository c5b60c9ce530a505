"""The command `run`: simulate scenarios, keep the runs, and tell a planner what they say."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, one_kind_of_workers, simulation_options
from vardflode.progress import progress
from vardflode.terminal import message, table, write

if TYPE_CHECKING:
    from results.summary import Section
    from scenarios.load import Resolved
    from vardflode.runs import RunResult

NOT_CERTIFIED, SOME_FAILED, INTERRUPTED = 1, 4, 130


@click.command(
    cls=Command,
    examples=(
        "vardflode run decision-2026",
        "vardflode run decision-2026 no-transfer -n 30 --seed 7",
        "vardflode run decision-2026 --set streams.denosumab.patients=400 --years 4",
        "vardflode run decision-2026 --set units=my-units.csv --plan plan.csv",
        "vardflode run decision-2026 --json > measures.json",
    ),
)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@simulation_options("Replications; those that a run already holds are reused.", out="Folder for the runs.")
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV of agreed weekly volumes: sender, area, stream, week, patients.",
)
@click.option("--scope", type=click.Choice(["unit"]), help="With --json: municipalities and units too.")
@click.option("--visits", is_flag=True, help="Keep one row per transferred visit (visits.parquet).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per scenario and line on stdout.")
def run(
    scenarios: tuple[str, ...],
    replications: int,
    seed: int,
    workers: int | None,
    cluster: str | None,
    years: int | None,
    sets: tuple[str, ...],
    plan: Path | None,
    scope: str | None,
    out: Path,
    fresh: bool,
    visits: bool,
    as_json: bool,
) -> None:
    """Simulate each SCENARIO and say what it does to load, doses, waiting and money.

    SCENARIO is the name of one that comes along (see `vardflode list`) or the path of a file. The run is kept
    in a folder of its own; asked again it is reused, and with a larger -n extended.
    """
    from vardflode.executor import pool_of
    from vardflode.runs import faults_of, make_run
    from vardflode.trust import certified

    one_kind_of_workers(workers, cluster)
    if years is not None:
        sets = (*sets, f"horizon_years={years}")
    resolved = _resolve_all(scenarios, sets, plan)
    failed, doubted = False, False
    with contextlib.ExitStack() as stack:
        with faults_of(out, "--out"):
            pool = stack.enter_context(pool_of(workers, cluster))
        for scenario in resolved:
            with faults_of(out, "--out"), progress(scenario.scenario.name) as told:
                result = make_run(
                    scenario, replications=replications, seed=seed, out=out, fresh=fresh, keep_visits=visits,
                    progress=told, pool=pool,
                )  # fmt: skip
            _tell(result, seed, replications, scope == "unit", as_json)
            failed |= bool(result.failures)
            doubted |= result.run is not None and not certified(result.run)
            if result.interrupted:
                sys.exit(INTERRUPTED)
    if doubted:
        sys.exit(NOT_CERTIFIED)
    if failed:
        sys.exit(SOME_FAILED)


def _resolve_all(scenarios: tuple[str, ...], sets: tuple[str, ...], plan: Path | None) -> list[Resolved]:
    """Every scenario, or every fault of every scenario at once."""
    from scenarios.faults import Fault, InputError
    from scenarios.load import resolve

    found, faults = [], list[Fault]()
    for scenario in scenarios:
        try:
            found.append(resolve(scenario, sets, plan=plan))
        except InputError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
    if faults:
        raise InputError(faults)
    return found


def _tell(result: RunResult, seed: int, replications: int, units: bool, as_json: bool) -> None:
    """Messages about the run on stderr; its figures on stdout."""
    from results.as_json import run_json
    from results.delivery import unmet_plan
    from results.summary import summarise_run
    from results.warm_up import warm_up_of
    from vardflode.trust import doubts

    name = result.resolved.scenario.name
    whole = click.get_current_context().find_root().params.get("traceback")
    for number, failure in result.failures:
        told = failure if whole else failure.strip().splitlines()[-1]
        message(f"{name}: replication {number} failed and is left out: {told}")
    if result.failures and not whole:
        message("`vardflode --traceback run …` shows where")
    if result.interrupted:
        message(f"{name}: interrupted; what was finished is kept, and the same command goes on from there")
    if result.run is None:
        return
    message(f"{name}: {result.reason}; saved in {result.run.folder}")
    notes = result.run.manifest["notes"]
    for note in (*doubts(result.run), *notes, *unmet_plan(result.run, result.resolved)):
        message(f"{name}: {note}")
    if result.interrupted:
        return
    chosen = [number for number in result.run.replications if number < replications]
    rows, values = result.run.measures(chosen)
    if as_json:
        click.echo(run_json(name, result.run.manifest["hash"], seed, rows, values, units=units))
        return
    heading, sections = summarise_run(result.resolved, rows, values)
    print_summary(heading, sections)
    for warning in warm_up_of(result.run.folder).warnings():
        write(f"Note on other patients: {warning}.")
    write(f"Weekly numbers of the transfer: {result.run.folder / 'transfers.csv'}")


def print_summary(heading: str, sections: Sequence[Section]) -> None:
    """A run's summary on stdout."""
    write(heading)
    for section in sections:
        write()
        write(section.title.upper())
        if section.columns:
            table(section.rows, section.columns)
        for remark in section.remarks:
            write(remark)
    write()
