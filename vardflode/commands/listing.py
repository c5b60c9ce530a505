"""`vardflode list`: the scenarios that come along."""

from __future__ import annotations

from typing import Any

import click

from vardflode.command import Command
from vardflode.terminal import table, write_json


@click.command(
    "list", cls=Command, examples=("vardflode list", "vardflode list --lang sv", "vardflode list --json")
)
@click.option("--lang", type=click.Choice(["en", "sv"]), default="en", help="Language of the titles.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with titles and descriptions.")
def listing(lang: str, as_json: bool) -> None:
    """Name the scenarios that come along, each with its title.

    The name stands for the scenario in every other command, and as the parent of your own (`extends`).
    """
    found = [_headline(name) for name in _library()]
    if as_json:
        write_json({"schema_version": 1, "command": "list", "scenarios": found})
    else:
        table([item["name"], item["title"][lang]] for item in found)


def _library() -> tuple[str, ...]:
    from scenarios.lineage import library

    return library()


def _headline(name: str) -> dict[str, Any]:
    from scenarios.lineage import headline

    return {"name": name, **headline(name)}
