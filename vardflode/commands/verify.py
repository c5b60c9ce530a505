"""`vardflode verify`: whether runs can be relied on, by making their replications once more."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vardflode.command import Command, one_kind_of_workers, pool_options, replications_option, runs_option
from vardflode.progress import progress
from vardflode.terminal import message, table, write, write_json

if TYPE_CHECKING:
    from results.store import Run
    from vardflode.executor import Pool
    from vardflode.verify import Verified

DOES_NOT_HOLD = 1
WORDS = {"passed": "OK", "failed": "FAILED", "not applicable": "–", "told": "told"}


@click.command(
    cls=Command,
    examples=(
        "vardflode verify decision-2026",
        "vardflode verify runs/decision-2026-1d891a748860 -n 2",
        "vardflode verify runs/* --json > verified.json",
    ),
)
@click.argument("names", nargs=-1, required=True, metavar="RUN...")
@replications_option("Only the first so many; all unless told.")
@pool_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@runs_option
def verify(
    names: tuple[str, ...],
    replications: int | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
    runs: Path,
) -> None:
    """Compute the certificate of each RUN again, and hold all that the run keeps against it.

    RUN is the folder of a run, or the name of a scenario: its newest run, if the scenario is still the same. Records
    are not kept on disk: the replications are made again from the run's own scenario, register, plan and seed, which
    takes as long as making them did. Nothing in the folder is changed. Ends with 1 if anything does not hold.
    """
    from vardflode.executor import pool_of
    from vardflode.find_run import find_all
    from vardflode.runs import faults_of
    from vardflode.trust import doubts

    one_kind_of_workers(workers, cluster)
    found = find_all(names, runs).values()
    verified = []
    with faults_of(runs, "--runs"), pool_of(workers, cluster) as pool:
        for run in found:
            for doubt in doubts(run):
                message(doubt)
            verified.append(_verified(run, pool, replications))
            if not as_json:
                _tell(verified[-1])
    if as_json:
        whole = {"schema_version": 1, "command": "verify", "runs": [each.as_json() for each in verified]}
        write_json(whole)
    if not all(each.holds for each in verified):
        sys.exit(DOES_NOT_HOLD)


def _verified(run: Run, pool: Pool, replications: int | None) -> Verified:
    from vardflode.verify import verify as verified

    with progress(run.folder.name) as told:
        return verified(run, pool, replications=replications, progress=told)


def _tell(verified: Verified) -> None:
    """The certificate and what the run keeps, line by line."""
    held = len(verified.run.replications)
    write(f"{verified.run.folder.name}: {len(verified.replications)} of {held} replications made again")
    if verified.others:
        now = ", ".join(verified.others)
        write(f"Numbers may differ by rounding, since this is not what the run was made with: {now}.")
    write()
    table(
        _rows(verified),
        ("line", "", "expected", "found", "may differ by", "says"),
        styles={"OK": "green", "FAILED": "red"},
    )
    write()
    if verified.holds:
        write("Everything holds.")
        return
    write(f"DOES NOT HOLD: {', '.join(verified.failed)}.")
    for line in verified.lines:
        if line.failed:
            write(f"{line.id}: {line.where}.")
    for each in verified.kept:
        if each.verdict == "failed":
            write(f"{each.id}: {each.where}.")


def _rows(verified: Verified) -> Iterator[tuple[str, ...]]:
    yield ("Certificate",)
    for line in verified.lines:
        numbers = (_number(each) for each in (line.expected, line.found, line.allowed))
        yield line.id, WORDS[line.verdict], *numbers, line.statement
    yield ("What the run keeps",)
    for each in verified.kept:
        yield each.id, WORDS[each.verdict], "", "", "", each.statement


def _number(value: float) -> str:
    """A count, or a sum in few digits; nothing where there is none."""
    if math.isnan(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"
