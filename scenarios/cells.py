"""What one cell of a table may hold: readers that turn its text into a value or say what is wrong.

A reader is a plain function of the cell's text, already clean (see `clean`), that raises `CellError`. Which
column takes which reader is said where the table is read, e.g. in `register.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from scenarios.faults import suggestion

Reader = Callable[[str], Any]

MAX_CELL = 300  # characters
SHOWN = 60  # characters of the offending text in a message
UNSHOWABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # Unicode categories: control, invisible format, line separators


class CellError(ValueError):
    """What is wrong with one cell, in words that follow the column's name."""


def shown(text: str) -> str:
    """Offending text so that a terminal and a reader can bear it."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def clean(cell: str) -> str:
    """The cell without blanks around it; å is one character, however the file composes it."""
    text = unicodedata.normalize("NFC", cell.strip())
    if len(text) > MAX_CELL:
        raise CellError(f"{shown(text)} has {len(text)} characters; at most {MAX_CELL} are allowed")
    if not text.isprintable() and any(unicodedata.category(letter) in UNSHOWABLE for letter in text):
        raise CellError(f"{shown(text)} holds a control character or a line break; remove it")
    return text


def decimal_point(text: str) -> str:
    """A number written with decimal comma, written with a point; anything else as it was."""
    return text.replace(",", ".") if re.fullmatch(r"[+-]?[0-9]*,[0-9]+", text) else text


def words(text: str) -> str:
    """Any text but none."""
    if not text:
        raise CellError("is empty")
    return text


def key(text: str) -> str:
    """A name that other files and random streams hang on."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", text):
        raise CellError(f"must be 1 to 32 of a-z, 0-9 and -, not first -, but is {shown(text)}")
    return text


def one_of(*allowed: str) -> Reader:
    """One of a few words."""

    def read(text: str) -> str:
        if text not in allowed:
            hint = suggestion(text[:SHOWN].lower(), allowed)
            raise CellError(f"must be {' or '.join(allowed)}, not {shown(text)}{hint}")
        return text

    return read


def yes_or_no(text: str) -> bool:
    """`yes` or `no` as a truth value."""
    return bool(one_of("yes", "no")(text) == "yes")


def some_of(*allowed: str) -> Reader:
    """Any of a few words, with blanks between; none is an empty cell."""

    def read(text: str) -> tuple[str, ...]:
        return tuple(sorted({str(one_of(*allowed)(word)) for word in text.split()}))

    return read


def whole_number(low: int, high: int) -> Reader:
    """A whole number from `low` to `high`."""

    def read(text: str) -> int:
        # More than 18 digits are out of any range, and int() refuses very long numbers.
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise CellError(f"must be a whole number written with digits only, not {shown(text)}")
        if not low <= int(text) <= high:
            raise CellError(f"must be {low} to {high}, not {shown(text)}")
        return int(text)

    return read


def number(low: float, high: float, *, above: bool = False) -> Reader:
    """A finite number from `low` to `high`; with `above`, `low` itself is out."""

    def read(text: str) -> float:
        if re.fullmatch(r"[+-]?(nan|inf|infinity)", text.lower()):
            raise CellError(f"must be a finite number, not {shown(text)}")
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", text.lower()):
            hint = "; write a decimal point" if decimal_point(text) != text else ""
            raise CellError(f"must be a number, not {shown(text)}{hint}")
        value = float(text)
        if not low <= value <= high or (above and value == low):
            least = f"above {low:g} and at most" if above else f"{low:g} to"
            raise CellError(f"must be {least} {high:g}, not {shown(text)}")
        return value

    return read
