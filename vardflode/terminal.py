"""What reaches the terminal: data on stdout, messages on stderr, and no text that could act on either.

Titles, names of units and files come from outside. `plain` makes control characters, escape sequences and
marks that reverse the direction of writing visible; everything here goes through it. Colour and wrapping
are for a terminal only: what is piped is plain lines, one row each, never cut.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from scenarios.cells import UNSHOWABLE

Row = Sequence[str]
WIDE = 60  # characters of a cell


def plain(text: object) -> str:
    """One line of text in which nothing can move the cursor, hide, or turn the direction of writing."""
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(_visible(letter) if _acts(letter) else letter for letter in shown)


def write(text: object = "") -> None:
    """One line of data on stdout."""
    click.echo(plain(text))


def write_json(data: Any, *, indent: int | None = None) -> None:
    """One JSON document on stdout; letters beyond ASCII are escaped where stdout could not carry them."""
    utf_8 = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") == "utf8"
    separators = (",", ":") if indent is None else None
    text = json.dumps(data, ensure_ascii=not utf_8, allow_nan=False, indent=indent, separators=separators)
    click.echo(text.encode("utf-8", "backslashreplace").decode() if utf_8 else text)


def message(text: object = "") -> None:
    """A line, or several, for the reader on stderr."""
    for line in str(text).split("\n"):
        click.echo(plain(line), err=True)


def table(rows: Iterable[Row], headers: Row = (), *, styles: Mapping[str, str] | None = None) -> None:
    """Rows as aligned columns on stdout. A row of one cell is the heading of those that follow.

    On a terminal columns wrap within its width, and a cell whose whole text is a key of `styles` (such as
    `{"fail": "red"}`) is coloured unless NO_COLOR is set.
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _coloured(cells, [plain(header) for header in headers], styles or {})
        return
    _aligned([[plain(header) for header in headers], *cells] if headers else cells)


def prepare() -> None:
    """Let stdout and stderr take any text: what their encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def reader_gone() -> bool:
    """Whether whoever read stdout has left (`| head`); if so, what is still to be written goes nowhere."""
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:  # EPIPE; on Windows EINVAL
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _coloured(cells: list[list[str]], headers: Row, styles: Mapping[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = max((len(row) for row in (*cells, list(headers))), default=0)
    grid = Table(box=None, show_header=bool(headers), pad_edge=False, header_style="bold")
    for i in range(columns):
        grid.add_column(Text(headers[i] if i < len(headers) else ""), overflow="fold")
    for row in cells:
        if len(row) == 1:
            grid.add_row()
            grid.add_row(Text(row[0], style="bold"))
        else:
            grid.add_row(*(Text(cell, style=styles.get(cell, "")) for cell in row))
    Console(highlight=False).print(grid)


def _aligned(cells: list[list[str]]) -> None:
    """Columns by blanks; a long cell moves what follows it rather than widening every row."""
    lines = [row for row in cells if len(row) > 1]
    columns = max((len(row) for row in lines), default=0)
    lengths = ([len(row[i]) for row in lines if i < len(row)] for i in range(columns))
    widths = [max((n for n in found if n <= WIDE), default=0) for found in lengths]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        click.echo("  ".join(padded).rstrip() if len(row) > 1 else f"\n{row[0]}")


def _acts(letter: str) -> bool:
    return unicodedata.category(letter) in UNSHOWABLE


def _visible(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
