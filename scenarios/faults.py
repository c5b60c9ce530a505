"""What is wrong with an input, said where it stands: one fault per line, all of them at once.

A fault names the file, the line and the key, says what is wrong and what to do. Readers of scenario
files, registers and plans collect faults and raise them together as one `InputError`; the command
line prints them and exits with code 3.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one place.

    `file` is how the user named the file (or `--set`), `line` counts from 1 and is 0 where the fault
    concerns the whole file, `where` is a dotted key, a column or empty.
    """

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.where, self.message) if part)


class InputError(Exception):
    """Input that cannot be used; carries every fault found, in the order of file and line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))
        if not self.faults:
            raise ValueError("an InputError needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean X?` for the known word nearest to `word`, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
