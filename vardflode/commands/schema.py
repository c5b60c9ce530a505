"""`vardflode schema`: the JSON Schema of a scenario file."""

from __future__ import annotations

import click

from vardflode.command import Command
from vardflode.terminal import write_json


@click.command(
    cls=Command,
    examples=(
        "vardflode schema > scenario.schema.json",
        "# then, as the first line of a scenario, for editors that know the YAML language server:",
        "# yaml-language-server: $schema=scenario.schema.json",
    ),
)
def schema() -> None:
    """Print the JSON Schema that editors complete from.

    It says which keys a scenario file may hold, what they mean and which values they take. A child may leave
    out everything but its name.
    """
    from scenarios.json_schema import json_schema

    write_json(json_schema(), indent=2)
