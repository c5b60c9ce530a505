"""A run while it is made: a hidden folder beside, with a lock, finished blocks, and the draft of what it will be.

A process may die at any moment: whoever comes next, to make the run or to read it, puts right what was left behind.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from results.blocks import SUFFIX
from results.durable import PART, InUse, locked, move

MAKING, LOCK, DRAFT, ASIDE = ".making", "lock", "draft", "old"


@dataclass(frozen=True, slots=True)
class Making:
    """A run while one process makes it: where it will be, and the hidden folder beside for what is under way."""

    folder: Path
    place: Path

    @property
    def draft(self) -> Path:
        """The run as it will be, until it is moved into place."""
        return self.place / DRAFT

    def discard_blocks(self) -> None:
        """Remove what was kept of replications under way."""
        for path in self.place.glob(f"*{SUFFIX}"):
            path.unlink()


@contextmanager
def being_made(folder: Path) -> Iterator[Making]:
    """Make a run that no other process makes meanwhile. Raises InUse, OSError.

    What a process that was killed left behind is put right first: a run moved aside comes back, half a draft goes.
    """
    making = Making(folder, place_of(folder))
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(making.place / LOCK))
        except InUse:
            raise InUse(str(folder)) from None
        put_right(making)
        stack.callback(shutil.rmtree, making.draft, ignore_errors=True)
        yield making


def take_back(folder: Path) -> None:
    """Put a run in its place again that a killed process had moved aside."""
    making = Making(folder, place_of(folder))
    with contextlib.suppress(InUse, OSError):
        if not folder.exists() and (making.place / ASIDE).exists():
            with locked(making.place / LOCK):
                put_right(making)


def take_back_all(runs: Path) -> None:
    """The same for every run in a folder."""
    for place in sorted(runs.glob(f".*{MAKING}")):
        take_back(runs / place.name.removeprefix(".").removesuffix(MAKING))


def place_of(folder: Path) -> Path:
    """The hidden folder of a run."""
    return folder.with_name(f".{folder.name}{MAKING}")


def put_right(making: Making) -> None:
    """Remove drafts, and put what was moved aside in its place again, unless a run stands there. Raises OSError."""
    aside = making.place / ASIDE
    shutil.rmtree(making.draft, ignore_errors=True)
    if aside.exists() and not making.folder.exists():
        move(aside, making.folder)
    shutil.rmtree(aside, ignore_errors=True)
    for part in making.place.glob(f"*{PART}"):
        part.unlink()
