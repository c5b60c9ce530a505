"""Progress of replications or cells on stderr: a bar on a terminal, plain lines now and then elsewhere."""

from __future__ import annotations

import inspect
import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from vardflode.terminal import message, plain

SECONDS_BETWEEN_LINES = 10.0
REPLICATIONS = "replications"
COMPILES_FIRST = "compiling the model for this computer first, once: about half a minute"


class Tell(Protocol):
    """Hears how far the work has come, and what to say beside it."""

    def __call__(self, done: int, total: int, also: str = "") -> None: ...


@contextmanager
def progress(name: str, of: str = REPLICATIONS) -> Iterator[Tell]:
    """A function to be told how many are done, and of how many."""
    at_first = COMPILES_FIRST if of == REPLICATIONS and not compiled() else ""
    if not sys.stderr.isatty():
        yield _lines(name, of, at_first)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(plain(name), markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[also]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, also="")

        def tell(done: int, total: int, also: str = "") -> None:
            bar.update(task, completed=done, total=total, also=also or ("" if done else at_first))

        yield tell


def compiled() -> bool:
    """Whether an earlier run has left compiled code of the clinic day as it is."""
    from sim import clinic_day

    changed = Path(inspect.getfile(clinic_day)).stat().st_mtime
    place = clinic_day.take_counts.stats.cache_path
    kept = Path(place).glob("clinic_day.take_counts-*.nbi") if place else ()
    return any(index.stat().st_mtime > changed for index in kept)


def duration(seconds: float) -> str:
    """A stretch of time in words, as coarse as it is long."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest} min" if hours < 10 else f"about {round(minutes / 60):,} h"


def _lines(name: str, of: str, at_first: str) -> Tell:
    """A line now and then, with the time that is left: by the pace since the second report, as workers start first."""
    reports = itertools.count()
    last = began = time.monotonic()
    before = 0

    def tell(done: int, total: int, also: str = "") -> None:
        nonlocal last, began, before
        now = time.monotonic()
        if next(reports) < 2:
            began, before = now, done
        if done == 0 or (done < total and now - last > SECONDS_BETWEEN_LINES):
            pace = (now - began) / (done - before) if done > before else None
            left = "" if pace is None else f"{duration(pace * (total - done))} left"
            first = "" if done else at_first
            message(
                ", ".join(part for part in (f"{name}: {done} of {total} {of}", also, first, left) if part)
            )
            last = now

    return tell
