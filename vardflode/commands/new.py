"""`vardflode new`: a commented file to begin a scenario of one's own with."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from scenarios.faults import Fault, InputError
from vardflode.command import Command
from vardflode.terminal import message, write

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@click.command(
    cls=Command,
    examples=(
        "vardflode new my-scenario",
        "vardflode new thin-july --extends summer-staffing",
        "vardflode new my-region-late --extends my-region.yaml",
    ),
)
@click.argument("name")
@click.option(
    "--extends",
    "parent",
    metavar="PARENT",
    default="decision-2026",
    show_default=True,
    help="The scenario that it differs from: one that comes along, or the path of a file.",
)
def new(name: str, parent: str) -> None:
    """Write NAME.yaml, a scenario file to begin with.

    It extends PARENT and changes nothing yet: values that are often changed stand in it as comments, as PARENT
    has them. The JSON Schema from which editors complete is put beside it.
    """
    from scenarios.load import resolve
    from scenarios.starting_file import SCHEMA_FILE, starting_file

    path = Path(f"{name}.yaml")
    faults = list(_faults(name, path))
    try:
        resolved = resolve(parent)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from None
    if faults:
        raise InputError(faults)
    if (schema := _schema()) != _present(Path(SCHEMA_FILE)):
        _put(Path(SCHEMA_FILE), schema)
    _put(path, starting_file(name, parent, resolved))
    message("Give it a title, change what is to be changed, and then:")
    for words in (("check", path), ("run", path), ("compare", parent, path)):
        message(f"  vardflode {shlex.join(map(str, words))}")


def _faults(name: str, path: Path) -> Iterator[Fault]:
    from scenarios.lineage import library

    if not NAME.fullmatch(name):
        what = "must be 1 to 60 of a-z, 0-9 and -, not first -, for a file in the current folder"
        yield Fault("NAME", 0, "", f"{what}; it is {name[:60]!r}")
    elif name in library():
        yield Fault("NAME", 0, "", f"{name} is a scenario that comes along; choose another name")
    elif os.path.lexists(path):
        yield Fault(str(path), 0, "", "is already there; choose another name, or move the file away")


def _schema() -> str:
    from scenarios.json_schema import json_schema

    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def _present(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def _put(path: Path, text: str) -> None:
    """Write a file, move it into place whole, and name it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as error:
        raise InputError([Fault(str(path), 0, "", f"cannot be written: {error.strerror or error}")]) from None
    finally:
        draft.unlink(missing_ok=True)
    write(path)
