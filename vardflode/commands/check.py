"""`vardflode check`: every fault of every scenario, each with file and line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from scenarios.faults import Fault, InputError
from vardflode.command import Command, sets_option
from vardflode.terminal import message, write

if TYPE_CHECKING:
    from scenarios.load import Resolved

NAMED = 5  # numbers without evidence that the note names


@click.command(
    cls=Command,
    examples=(
        "vardflode check my-scenario.yaml",
        "vardflode check --strict decision-2026 no-transfer tight-everywhere",
        "vardflode check decision-2026 --set units=my-units.csv --set transfer.plan=my-plan.csv",
    ),
)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option("--strict", is_flag=True, help="Demand evidence on every number: grade, source, range.")
@sets_option
def check(scenarios: tuple[str, ...], strict: bool, sets: tuple[str, ...]) -> None:
    """Say what is wrong with scenarios, and where.

    SCENARIO is the name of one that comes along (see `vardflode list`) or the path of a file. All faults of
    all scenarios are reported, also those of the register and the plan that they name; exit code 3 if any.
    """
    from scenarios.load import resolve

    faults: dict[Fault, None] = {}
    for scenario in scenarios:
        try:
            resolved = resolve(scenario, sets, strict=strict)
        except InputError as error:
            write(f"{scenario}: {_counted(len(error.faults), 'fault')}")
            faults |= dict.fromkeys(error.faults)
            continue
        write(f"{scenario}: ok, {_summary(resolved)}")
        if resolved.bare:
            message(_note(scenario, resolved.bare))
    if faults:
        raise InputError(faults)


def _summary(resolved: Resolved) -> str:
    grades = Counter(evidence.grade for evidence in resolved.evidence.values())
    by_grade = ", ".join(f"{n} {grade}" for grade, n in sorted(grades.items()))
    return ", ".join(
        (
            f"{_counted(len(resolved.evidence), 'value')} ({by_grade})",
            _counted(len(resolved.units), "unit"),
            _counted(len(resolved.scenario.streams), "stream"),
        )
    )


def _note(scenario: str, bare: tuple[str, ...]) -> str:
    count = "1 number has" if len(bare) == 1 else f"{len(bare)} numbers have"
    named = ", ".join(bare[:NAMED]) + (f" and {len(bare) - NAMED} more" if len(bare) > NAMED else "")
    return f"{scenario}: note: {count} no evidence and so counts as your assumption: {named}"


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
