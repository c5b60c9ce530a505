"""Progress of replications on stderr: a bar on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from vardflode.terminal import message, plain

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A function to be told (done, total)."""
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(plain(name), markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(name: str) -> Callable[[int, int], None]:
    last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if done == 0 or (done < total and time.monotonic() - last > SECONDS_BETWEEN_LINES):
            message(f"{name}: {done} of {total} replications")
            last = time.monotonic()

    return tell
